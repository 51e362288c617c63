"""What is on its way into the table of the Classify page: files, folders, and rows of last time."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.state.classify.picture_search import PictureSearch
from explorer.state.classify.result_rows import ResultRow, make_rows
from explorer.state.classify.row_queue import Resizing
from explorer.state.shared.notices import Notices

Take = Callable[[list[ResultRow], bool], None]
"""Told rows, and whether they are to be classified: not where that was cancelled meanwhile."""


class Arrivals(QObject):
    """Makes the rows of what a person adds, on threads.

    Signals
    -------
    progress_changed()
        What is on its way, or what is said of `search`, has another value.
    """

    progress_changed = Signal()

    def __init__(
        self, pool: TaskPool, notices: Notices, *, take: Take, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._pool = pool
        self._notices = notices
        self._take = take
        self._preparing: set[Resizing] = set()
        self.search = PictureSearch(pool, notices, self)
        self.search.found.connect(lambda rows: take(rows, True))
        self.search.progress_changed.connect(self.progress_changed)

    @property
    def is_busy(self) -> bool:
        """Whether rows are still to come."""
        return self.search.folder is not None or bool(self._preparing)

    def add_files(self, paths: Sequence[Path]) -> None:
        """Make a row for each file."""
        self.add(lambda: make_rows(paths), self._take)

    def add(self, make: Callable[[], list[ResultRow]], take: Take) -> None:
        """Make rows on a thread, and tell them."""
        wish = Resizing()
        self._preparing.add(wish)

        def finish(rows: list[ResultRow]) -> None:
            if wish in self._preparing:
                self._preparing.remove(wish)
                take(rows, not wish.is_cancelled)
                self.progress_changed.emit()

        def fail(error: Exception) -> None:
            self._preparing.discard(wish)
            self.progress_changed.emit()
            self._notices.report(error, topic="rows")

        self._pool.run(make, done=finish, failed=fail, is_bulk=True)

    def cancel(self) -> None:
        """Look for nothing more; files still get their rows, which are not classified."""
        self.search.cancel()
        for wish in self._preparing:
            wish.cancel()

    def drop(self) -> None:
        """Want nothing any more of what is on its way."""
        self.search.cancel()
        self._preparing.clear()
