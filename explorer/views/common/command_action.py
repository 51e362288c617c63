"""Commands as Qt shows them: one action for a command's menu entry, its button and its shortcut."""

from collections.abc import Iterable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton

from explorer.views.common.command import Command, plain
from explorer.views.common.controls.number_box import HEIGHT_PX


class CommandAction(QAction):
    """A command and its target; `refresh` brings text, check mark and possibility up to date.

    Parameters
    ----------
    command : Command
    target
        What it is done to.
    """

    def __init__(self, command: Command[Any], target: object, parent: QObject) -> None:
        super().__init__(command.text, parent)
        self.command = command
        self.target = target
        self.setShortcuts(command.sequences)
        self.setCheckable(command.is_checked is not None)
        if command.tip:
            self.setToolTip(command.tip)
        self.triggered.connect(self._run)
        self.refresh()

    @property
    def is_changing(self) -> bool:
        """Whether anything of it depends on how its target is now."""
        command = self.command
        return bool(command.describe or command.is_enabled or command.is_checked)

    def refresh(self) -> None:
        """Show what the command says of its target now."""
        command, target = self.command, self.target
        if command.describe is not None:
            self.setText(command.describe(target))
        if command.is_enabled is not None:
            self.setEnabled(command.is_enabled(target))
        if command.is_checked is not None:
            self.setChecked(command.is_checked(target))

    def _run(self) -> None:
        self.command.run(self.target)
        # Qt has turned it over, whatever came of it; a menu may have been filled anew meanwhile.
        if self.command.is_checked is not None and shiboken6.isValid(self):
            self.refresh()


class CommandButton(QPushButton):
    """A button that is an action: it has the action's text, its tooltip and its possibility."""

    def __init__(self, action: CommandAction) -> None:
        super().__init__()
        self._action = action
        self.setMinimumHeight(HEIGHT_PX)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        action = self._action
        self.setText(plain(action.text()).replace("&", "&&"))
        self.setEnabled(action.isEnabled())
        self.setToolTip(action.command.tip)


def fill_menu(menu: QMenu, commands: Iterable[Command[Any]], target: object) -> list[CommandAction]:
    """Append commands to a menu that shows them as they are whenever it opens.

    Parameters
    ----------
    menu : QMenu
    commands : iterable of Command
    target
        What they are done to.

    Returns
    -------
    list of CommandAction
        They belong to the menu and go when it is cleared.
    """
    made = [CommandAction(command, target, menu) for command in commands]
    menu.addActions(made)
    menu.setToolTipsVisible(True)
    for action in made:
        if action.is_changing:
            menu.aboutToShow.connect(action.refresh)
    return made
