"""The menu of the models there are: which is current, opening another, where it lies."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from explorer.core.files.names import shorten_name
from explorer.core.models.run_folder import Run

LONGEST_NAME = 48

Groups = Sequence[Sequence[Run]]


class ModelMenu(QMenu):
    """Shows what can be chosen; every choice is a signal.

    Parameters
    ----------
    open_model : QAction
        The window's own, so that it is one thing everywhere.
    parent : QWidget, optional

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
        self._rows: list[QAction] = []
        self._choices = QActionGroup(self)
        self._end = self.addSeparator()
        self.addAction(open_model)
        self.folder_action = self.addAction("Show in &folder")
        self.folder_action.setToolTip("Show the folder of the current model")
        self.folder_action.triggered.connect(lambda: self.folder_wanted.emit())
        self._fill()
        self.set_runs((), None)

    def set_runs(self, groups: Groups, current: Run | None) -> None:
        """Offer the models there are, and check the current one.

        Parameters
        ----------
        groups : sequence of sequence of Run
            What belongs together stands together.
        current : Run or None
        """
        wanted = tuple(map(tuple, groups))
        if wanted != self._groups:
            self._groups = wanted
            self._fill()
        for action in self._choices.actions():
            run = action.data()
            action.setChecked(current is not None and run.folder == current.folder)
        self.folder_action.setEnabled(current is not None)

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
                self._add_run(run, is_alone=names[run.name] == 1)
        if not self._rows:
            nothing = QAction("No model yet", self)
            nothing.setEnabled(False)
            self.insertAction(self._end, nothing)
            self._rows.append(nothing)

    def _add_run(self, run: Run, *, is_alone: bool) -> None:
        name = shorten_name(run.name, LONGEST_NAME)
        if not is_alone:  # of two with one name, each says where it lies
            name += f"  ({shorten_name(run.folder.parent.name, LONGEST_NAME)})"
        action = QAction(name.replace("&", "&&"), self)  # else it would be a mnemonic
        action.setCheckable(True)
        action.setData(run)
        action.setToolTip(str(run.folder))
        action.triggered.connect(partial(self._choose, run))
        self._choices.addAction(action)
        self.insertAction(self._end, action)
        self._rows.append(action)

    def _choose(self, run: Run, is_checked: bool = True) -> None:
        self.run_wanted.emit(run)
