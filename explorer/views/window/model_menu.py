"""The menu of the models there are: which is current, opening another, where it lies."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from explorer.core.files.names import shorten_name
from explorer.core.models.run_folder import Run
from explorer.views.common.command import Command, escaped
from explorer.views.common.command_action import CommandAction

LONGEST_NAME = 48

Groups = Sequence[Sequence[Run]]


class ModelMenu(QMenu):
    """Shows what can be chosen; every choice is a signal.

    Parameters
    ----------
    open_model : QAction
        The window's own, so that it is one thing everywhere.

    Signals
    -------
    run_wanted(Run)
        A model was chosen.
    folder_wanted()
        A person wants to see where the current model lies.
    """

    run_wanted = Signal(object)
    folder_wanted = Signal()

    def __init__(self, open_model: QAction, parent: QWidget | None = None) -> None:
        super().__init__("&Model", parent)
        self.setToolTipsVisible(True)
        self._groups: tuple[tuple[Run, ...], ...] = ()
        self._current: Run | None = None
        self._rows: list[QAction] = []
        self._end = self.addSeparator()
        self.addAction(open_model)
        self._show_in_folder: Command[ModelMenu] = Command(
            "show_model",
            "Show in &folder",
            lambda menu: menu.folder_wanted.emit(),
            place="Model",
            keywords="run files",
            tip="Show the folder of the current model",
            is_enabled=lambda menu: self._current is not None,
        )
        self.folder_action = CommandAction(self._show_in_folder, self, self)
        self.addAction(self.folder_action)
        self._fill()

    def commands(self) -> Iterable[Command[Any]]:
        """Return what can be chosen here, and is nowhere else; the target is this menu."""
        rows = [row.command for row in self._rows if isinstance(row, CommandAction)]
        return [*rows, self._show_in_folder]

    def set_runs(self, groups: Groups, current: Run | None) -> None:
        """Offer the models there are, and check the current one.

        Parameters
        ----------
        groups : sequence of sequence of Run
            What belongs together stands together.
        current : Run or None
        """
        self._current = current
        wanted = tuple(map(tuple, groups))
        if wanted != self._groups:
            self._groups = wanted
            self._fill()
        for action in (*self._rows, self.folder_action):
            if isinstance(action, CommandAction):
                action.refresh()

    def _fill(self) -> None:
        for action in self._rows:
            self.removeAction(action)
            action.deleteLater()
        self._rows = []
        names = Counter(run.name for group in self._groups for run in group)
        for group in self._groups:
            if self._rows:
                self._rows.append(self.insertSeparator(self._end))
            for run in group:
                choice = self._choose(run, is_alone=names[run.name] == 1)
                self._insert(CommandAction(choice, self, self))
        if not self._rows:
            nothing = QAction("No model yet", self)
            nothing.setEnabled(False)
            self._insert(nothing)

    def _insert(self, action: QAction) -> None:
        self.insertAction(self._end, action)
        self._rows.append(action)

    def _choose(self, run: Run, *, is_alone: bool) -> Command["ModelMenu"]:
        name = shorten_name(run.name, LONGEST_NAME)
        if not is_alone:  # of two with one name, each says where it lies
            name += f"  ({shorten_name(run.folder.parent.name, LONGEST_NAME)})"
        return Command(
            f"choose_{run.folder}",
            escaped(name),
            lambda menu: menu.run_wanted.emit(run),
            place="Model",
            keywords="network run choose",
            tip=str(run.folder),
            is_checked=lambda menu: (
                self._current is not None and self._current.folder == run.folder
            ),
        )
