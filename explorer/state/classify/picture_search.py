"""Search folders for pictures, one after the other."""

from collections import deque
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.core.datasets.left_out import LeftOut
from explorer.core.datasets.listing import list_pictures
from explorer.state.classify.result_rows import ResultRow, make_rows
from explorer.state.shared.notices import Notices
from explorer.state.shared.timers import make_timer

PROGRESS_MS = 200


class PictureSearch(QObject):
    """Finds the pictures in folders.

    One folder at a time: on a slow disk, several would occupy all threads and block the other
    pages.

    Signals
    -------
    found(list of ResultRow)
        The pictures of one folder.
    progress_changed()
        A search takes long, progressed, or ended.
    """

    found = Signal(object)
    progress_changed = Signal()

    def __init__(self, pool: TaskPool, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = pool
        self._notices = notices
        self._waiting: deque[Path] = deque()
        self._search: _Search | None = None
        self.left_out: list[LeftOut] = []
        """What lies in the folders and is not a picture, or could not be read."""
        self._progress = make_timer(self, PROGRESS_MS, self.progress_changed, is_repeated=True)

    @property
    def folder(self) -> Path | None:
        """The folder being searched."""
        return None if self._search is None else self._search.folder

    @property
    def files(self) -> int:
        """The number of files found in it so far."""
        return 0 if self._search is None else self._search.files

    def add(self, folder: Path) -> None:
        """Search a folder, after those before it."""
        self._waiting.append(folder)
        if self._search is None:
            self._begin_next()

    def cancel(self) -> None:
        """Stop: nothing more is found in the folders added so far."""
        self._waiting.clear()
        if self._search is not None:
            self._search.is_cancelled = True
            self._begin_next()

    def _begin_next(self) -> None:
        if not self._waiting:
            self._search = None
            self._progress.stop()
            self.progress_changed.emit()
            return
        search = self._search = _Search(self._waiting.popleft(), self._pool)
        self._progress.start()
        self._pool.run(
            search.run,
            done=lambda found: self._on_found(search, *found),
            failed=lambda error: self._on_failed(search, error),
            is_bulk=True,
        )

    def _on_found(
        self, search: "_Search", rows: list[ResultRow], left_out: tuple[LeftOut, ...]
    ) -> None:
        if search is self._search:
            self.left_out += left_out
            self.found.emit(rows)
            self._begin_next()

    def _on_failed(self, search: "_Search", error: Exception) -> None:
        if search is self._search:
            self._begin_next()
            self._notices.report(error, topic="rows")


class _Search:
    """One search; runs on a thread, and is watched from the GUI thread."""

    def __init__(self, folder: Path, pool: TaskPool) -> None:
        self.folder = folder
        self.files = 0
        self.is_cancelled = False
        self._pool = pool

    def run(self) -> tuple[list[ResultRow], tuple[LeftOut, ...]]:
        listing = list_pictures(self.folder, is_cancelled=self._meet_file)
        return make_rows(picture.path for picture in listing.pictures), listing.left_out

    def _meet_file(self) -> bool:
        self.files += 1
        return self.is_cancelled or self._pool.is_closed
