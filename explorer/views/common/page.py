"""What the window asks of a page; a page overrides what it has to say."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from explorer.views.common.command import Command
from explorer.views.common.command_action import CommandAction


class Page(QWidget):
    """One of the window's jobs.

    A base class, since `typing.Protocol` cannot say "a widget that also answers this"; every
    answer has a default, so that a page with nothing but a sentence on it is a page.

    Attributes
    ----------
    inspector : QWidget or None
        The right-hand part, which F9 shows and hides.
    undo_stack : QUndoStack or None
        What Ctrl+Z undoes; what is undone from another page shows this one.

    Signals
    -------
    commands_changed()
        Some command has another text, another check mark, or can be done now or not any more.
    memory_changed()
        `memory` may have another value.
    place_changed()
        `place` may have another value.
    pictures_chosen(tuple of Path)
        A person chose these files here, to be opened.
    page_wanted(str, str)
        A person wants to go on at another page, at this part of it; empty: as it was left.
    """

    commands_changed = Signal()
    memory_changed = Signal()
    place_changed = Signal()
    pictures_chosen = Signal(object)
    page_wanted = Signal(str, str)

    inspector: QWidget | None = None
    undo_stack: QUndoStack | None = None

    def __init__(self) -> None:
        super().__init__()
        self._actions: dict[str, CommandAction] = {}

    # What can be done.

    def declare(self, commands: Iterable[Command[Any]]) -> None:
        """Make an action of each command, for the page's buttons and the window's menus."""
        made = {one.name: CommandAction(one, self, self) for one in commands}
        self._actions |= made
        # The window's menus have the keys of all others.
        self.addActions(
            [one for one in made.values() if one.shortcuts() and not one.command.menu[0]]
        )
        self.commands_changed.connect(self._refresh_actions)

    def action(self, name: str) -> CommandAction:
        """Return the action of a declared command."""
        return self._actions[name]

    @property
    def menu_actions(self) -> list[CommandAction]:
        """What stands in the window's menus while the page is shown."""
        return [action for action in self._actions.values() if action.command.menu[0]]

    def commands(self) -> Iterable[Command[Any]]:
        """Return what can be done now beyond what the page's `PageSpec` declares."""
        return ()

    def _refresh_actions(self) -> None:
        for action in self._actions.values():
            action.refresh()

    # What it is at.

    @property
    def is_busy(self) -> bool:
        """Whether something that was asked for here has not arrived."""
        return False

    @property
    def memory(self) -> str:
        """What the next start is to know; only the page, and what builds it, can read it."""
        return ""

    @property
    def place(self) -> str:
        """Where on the page a person is, for Back; empty where there is only one place."""
        return ""

    def go_to(self, place: str) -> None:
        """Show a place again that `place` told."""

    def show_part(self, name: str) -> None:
        """Show a part of the page, where it has several; one that there is not changes nothing."""

    @property
    def viewport(self) -> Any:
        """What part of its pictures is seen; None where the page has no zoom of its own."""
        return None

    def restore_viewport(self, viewport: Any) -> None:
        """Show what `viewport` told; None: all of the picture."""

    # What happens to it.

    def enter(self) -> None:
        """Begin what waits until the page is shown."""

    def resume(self) -> None:
        """Open what was open last time: the page is seen, nothing else is being opened."""

    def open_file(self, path: Path) -> None:
        """Open a file of the page's own kind."""

    def open_text(self, text: str) -> bool:
        """Open what was pasted or dropped as text, and return whether it is of use here."""
        return False
