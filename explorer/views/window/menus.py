"""The menu bar: the window's commands and those of the page shown, each menu in its order."""

from collections.abc import Iterable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from explorer.views.common.command import Command, keys_of, plain
from explorer.views.common.command_action import CommandAction
from explorer.views.common.page import Page

TITLES = {"File": "&File", "Edit": "&Edit", "View": "&View", "Help": "&Help"}


class Menus(QObject):
    """Makes one action of each command of the window, and lays the menus out.

    Parameters
    ----------
    bar : QMenuBar
    stand_ins : iterable of Command
        What stands in a menu where the page shown has nothing of its own for its group.
    """

    def __init__(self, bar: QMenuBar, stand_ins: Iterable[Command[Any]], window: QWidget) -> None:
        super().__init__(bar)
        self._bar = bar
        self._window = window
        self._menus = {name: bar.addMenu(title) for name, title in TITLES.items()}
        self._actions: dict[str, CommandAction] = {}
        self._stand_ins = [CommandAction(command, window, window) for command in stand_ins]
        self._page: Page | None = None

    def add(self, commands: Iterable[Command[Any]], target: object) -> None:
        """Put commands into the menus that they name."""
        for command in commands:
            self._actions[command.name] = CommandAction(command, target, self._window)
        self._lay_out()

    def insert(self, menu: QMenu) -> None:
        """Let a menu that fills itself stand before Help."""
        self._bar.insertMenu(self._menus["Help"].menuAction(), menu)

    def action(self, name: str) -> CommandAction:
        """Return the action of one of the window's commands."""
        return self._actions[name]

    def show_page(self, page: Page) -> None:
        """Offer what this page has for the menus, and nothing of the one before."""
        self._page = page
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show the window's commands as they are now; a page looks after its own."""
        for action in self._actions.values():
            # As the window is taken down, undo stacks still tell that they go.
            if shiboken6.isValid(action) and action.is_changing:
                action.refresh()

    def entries(self) -> list[tuple[str, CommandAction]]:
        """Return each menu's name with each of its commands, in the order of the menus."""
        return [(name, action) for name in self._menus for action in self._list(name)]

    def shortcuts(self) -> list[tuple[str, str]]:
        """Return the name and the shortcut of what stands in the menus and has one."""
        return [
            (plain(action.text()), keys_of(action.shortcut()))
            for _, action in self.entries()
            if not action.shortcut().isEmpty() and action not in self._stand_ins
        ]

    def _list(self, name: str) -> list[CommandAction]:
        own = [] if self._page is None else self._page.menu_actions
        groups = {_group(action) for action in own}
        stand_ins = [action for action in self._stand_ins if _group(action) not in groups]
        candidates = [*self._actions.values(), *own, *stand_ins]
        found = [action for action in candidates if action.command.menu[0] == name]
        return sorted(found, key=lambda action: action.command.menu[1])

    def _lay_out(self) -> None:
        for name, menu in self._menus.items():
            wanted: list[QAction] = []
            group = None
            for action in self._list(name):
                if group not in (None, _group(action)):
                    separator = QAction(menu)
                    separator.setSeparator(True)
                    wanted.append(separator)
                group = _group(action)
                wanted.append(action)
            menu.clear()  # the separators go with it: nothing else holds them
            menu.addActions(wanted)


def _group(action: CommandAction) -> tuple[str, int]:
    """Return the menu of an action, and which of its groups: lines lie between them."""
    menu, place = action.command.menu
    return menu, place // 10
