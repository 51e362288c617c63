"""A folder is scanned on a thread; the newest that is wanted is the only one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.core.catalogue.searchable import SearchableDataset
from explorer.core.datasets.layouts import Layout
from explorer.core.datasets.scan import scan_dataset
from explorer.state.shared.timers import make_timer

PROGRESS_MS = 200


class FolderScan(QObject):
    """Scans one folder at a time.

    Parameters
    ----------
    done : callable
        Told `(searchable, is_reopened)` once a folder is scanned.
    failed : callable
        Told the error of a folder that cannot be opened.

    Signals
    -------
    progressed()
        Some time has passed; `files` is greater.
    """

    progressed = Signal()

    def __init__(
        self,
        pool: TaskPool,
        *,
        done: Callable[[SearchableDataset, bool], None],
        failed: Callable[[Exception], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pool = pool
        self._done = done
        self._failed = failed
        self._scan: _Scan | None = None
        self._progress = make_timer(self, PROGRESS_MS, self.progressed, is_repeated=True)

    @property
    def folder(self) -> Path | None:
        """The folder that is being scanned."""
        return None if self._scan is None else self._scan.folder

    @property
    def files(self) -> int:
        """The number of files found by the running scan."""
        return 0 if self._scan is None else self._scan.files

    def start(self, folder: Path, layout: Layout | None, *, is_reopened: bool) -> None:
        """Scan a folder; none is being scanned."""
        scan = self._scan = _Scan(folder, layout)
        self._progress.start()

        def tell(listener: Callable[[Any], None]) -> Callable[[Any], None]:
            def hear(answer: Any) -> None:
                if scan is self._scan:
                    self._end()
                    listener(answer)

            return hear

        self._pool.run(
            scan.run,
            done=tell(lambda searchable: self._done(searchable, is_reopened)),
            failed=tell(self._failed),
            is_bulk=True,
        )

    def cancel(self) -> bool:
        """Stop the running scan; return whether there was one."""
        scan = self._scan
        if scan is not None:
            scan.is_cancelled = True
            self._end()
        return scan is not None

    def _end(self) -> None:
        self._scan = None
        self._progress.stop()


class _Scan:
    """One scan; runs on a thread, and is watched from the GUI thread."""

    def __init__(self, folder: Path, layout: Layout | None) -> None:
        self.folder = folder
        self.layout = layout
        self.files = 0
        self.is_cancelled = False

    def run(self) -> SearchableDataset:
        dataset = scan_dataset(self.folder, layout=self.layout, is_cancelled=self._meet_file)
        return SearchableDataset.of(dataset)

    def _meet_file(self) -> bool:
        self.files += 1
        return self.is_cancelled
