"""How far the rows of the Classify page are, told to the page some times a second at most."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from explorer.state.classify.results_table import ResultsTable
from explorer.state.classify.row_counts import RowCounts, count_rows
from explorer.state.shared.pace import Pace
from explorer.state.shared.timers import make_timer

UPDATE_MS = 300
"""How often answers are shown while many come: each time, all rows may have to be sorted."""


class RowProgress(QObject):
    """Counts the rows, and shows what came: the first answer at once, the others together.

    Parameters
    ----------
    table : ResultsTable
    is_compared : callable
        Returns whether there is a second model.

    Signals
    -------
    changed()
        `counts` has another value, and the table shows it.
    """

    changed = Signal()

    def __init__(
        self,
        table: ResultsTable,
        is_compared: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._is_compared = is_compared
        self._counts: RowCounts | None = None
        self._pace = Pace()
        self._pause = make_timer(self, UPDATE_MS, self.tell)
        self.has_news = False
        """Whether something came that is not shown yet."""

    @property
    def counts(self) -> RowCounts:
        """How many rows there are, and of what kind."""
        if self._counts is None:
            self._counts = count_rows(self._table.rows)
        return self._counts

    @property
    def waiting(self) -> int:
        """The number of rows whose result is on its way, of either model."""
        return max(self.counts.waiting, self.counts.comparing)

    @property
    def left(self) -> int:
        """The number of rows without a result of either model that were cancelled."""
        counts = self.counts
        return max(counts.left, counts.uncompared) if self._is_compared() else counts.left

    @property
    def rate(self) -> float:
        """How many pictures are classified in a second; 0 while that is not known."""
        return self._pace.rate

    def forget_counts(self) -> None:
        """Count anew when asked: some rows are no longer what they were."""
        self._counts = None

    def note(self) -> None:
        """Show that answers came, now or soon."""
        self._counts = None
        self.has_news = True
        if not self._pause.isActive():
            self.tell()

    def tell(self) -> None:
        """Show what came; what comes within the pause that follows is shown after it."""
        if self.has_news:
            self._pause.start()
            self.show()

    def show(self) -> None:
        """Show the rows as they are now."""
        self.has_news = False
        self._counts = None
        waiting = self.waiting
        self._pace.note(len(self._table.rows) - waiting, is_running=waiting > 0)
        self._table.refresh()
        self.changed.emit()
