"""Clearing the table of the Classify page, as a step that can be undone."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QUndoCommand

from explorer.state.classify.result_rows import ResultRow


@dataclass(frozen=True, eq=False)
class RemovedRows:
    """Rows that were removed.

    Attributes
    ----------
    rows : list of ResultRow
    waiting : list of ResultRow
        Those of them whose prediction was on its way.
    run_number : int
        The model of their predictions.
    """

    rows: list[ResultRow]
    waiting: list[ResultRow]
    run_number: int


class Clearing(QUndoCommand):
    """Removes all rows; undone, those come back."""

    def __init__(
        self, remove: Callable[[], RemovedRows], put_back: Callable[[RemovedRows], None]
    ) -> None:
        super().__init__("Clear")
        self._remove = remove
        self._put_back = put_back
        self._removed: RemovedRows | None = None

    def redo(self) -> None:
        self._removed = self._remove()

    def undo(self) -> None:
        if self._removed is not None:
            self._put_back(self._removed)
