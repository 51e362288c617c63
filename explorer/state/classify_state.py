"""What is classified: the current picture, and the rows of the Classify page."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import LatestWins, TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.background.worker_process import Request, WorkerProcess
from explorer.core.datasets import find_pictures
from explorer.core.files import write_atomically
from explorer.core.pictures import Picture, PictureFile, resize_picture
from explorer.core.predictions import Prediction, predictions_to_csv
from explorer.core.runs import Run
from explorer.errors import ExplorerError
from explorer.state.notices import Notices
from explorer.state.results_table import ResultsTable


class ClassifyState(QObject):
    """Classifies pictures with the current model, one after the other.

    Parameters
    ----------
    worker_for : callable
        Gives the process that can run a run's model.
    pool : TaskPool
    thumbnails : ThumbnailLoader
    notices : Notices
    parent : QObject, optional

    Signals
    -------
    current_changed()
        `current` has another value.
    progress_changed()
        `done_count` or `total_count` has another value.
    """

    current_changed = Signal()
    progress_changed = Signal()

    def __init__(
        self,
        worker_for: Callable[[Run], WorkerProcess],
        pool: TaskPool,
        thumbnails: ThumbnailLoader,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._worker_for = worker_for
        self._pool = pool
        self._notices = notices
        self._run: Run | None = None
        self._picture: PictureFile | None = None
        self._current: Prediction | None = None
        self._current_request: Request | None = None
        self._resizing = LatestWins(pool, done=self._ask_current, failed=notices.report)
        self._finding = LatestWins(pool, done=self.add_files, failed=notices.report)
        self._is_active = False
        self._requests: dict[int, Request] = {}
        self.table = ResultsTable(thumbnails, self)

    @property
    def run(self) -> Run | None:
        """The run whose model classifies."""
        return self._run

    @property
    def current(self) -> Prediction | None:
        """What the model says of the current picture; None while it is not known."""
        return self._current

    @property
    def total_count(self) -> int:
        """How many rows there are."""
        return self.table.rowCount()

    @property
    def done_count(self) -> int:
        """How many rows have an answer."""
        return self.total_count - len(self._requests)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return (
            self._resizing.is_busy
            or self._finding.is_busy
            or bool(self._requests)
            or (self._current_request is not None)
        )

    def activate(self) -> None:
        """Begin: child processes may start now that the window stands."""
        self._is_active = True
        self._classify_current()

    def set_run(self, run: Run | None) -> None:
        """Classify everything with another model."""
        self._run = run
        self._classify_current()
        files = [Path(prediction.path) for prediction in self.table.predictions()]
        self.clear()
        self.add_files(files)

    def set_picture(self, file: PictureFile) -> None:
        """Classify another current picture."""
        self._picture = file
        self._classify_current()

    def add_files(self, paths: Sequence[Path]) -> None:
        """Add a row for each picture file and classify it."""
        run = self._run
        if not paths:
            return
        if run is None:
            self._notices.warn("There is no model yet: train one with train.py.")
            return
        first = self.table.append([Prediction(str(path)) for path in paths])
        worker = self._worker_for(run)
        for row, path in enumerate(paths, start=first):
            self._requests[row] = worker.ask(
                "classify_file",
                run.folder,
                path,
                done=partial(self._set_row, row),
                failed=partial(self._fail_row, row),
            )
        self.progress_changed.emit()

    def add_folder(self, folder: Path) -> None:
        """Add every picture below a folder."""
        self._finding.ask(lambda: find_pictures(folder, is_cancelled=lambda: self._pool.is_closed))

    def cancel(self) -> None:
        """Stop classifying; rows without an answer go."""
        for request in self._requests.values():
            request.cancel()
        kept = [p for row, p in enumerate(self.table.predictions()) if row not in self._requests]
        self._requests.clear()
        self.table.replace(kept)
        self.progress_changed.emit()

    def clear(self) -> None:
        """Remove every row."""
        for request in self._requests.values():
            request.cancel()
        self._requests.clear()
        self.table.replace([])
        self.progress_changed.emit()

    def save_csv(self, path: Path) -> None:
        """Write the rows that have an answer as CSV, as `convnet-explorer classify --csv` does."""
        rows = [p for row, p in enumerate(self.table.predictions()) if row not in self._requests]
        classes = self._run.card.classes if self._run else ()
        try:
            write_atomically(path, predictions_to_csv(rows, classes).encode())
        except OSError as error:
            self._notices.warn(f"“{path.name}” was not written: {error.strerror or error}.")
        else:
            self._notices.hint(f"“{path.name}” was written: {len(rows):,} rows.")

    def _classify_current(self) -> None:
        if self._current_request is not None:
            self._current_request.cancel()
            self._current_request = None
        self._resizing.forget()
        self._current = None
        self.current_changed.emit()
        run, file = self._run, self._picture
        if self._is_active and run is not None and file is not None:
            # Resized here, so that only a small array goes through the pipe.
            size = run.card.input_size
            self._resizing.ask(lambda: (run, file, resize_picture(file.picture, size)))

    def _ask_current(self, resized: tuple[Run, PictureFile, Picture]) -> None:
        run, file, pixels = resized
        self._current_request = self._worker_for(run).ask(
            "classify_picture",
            run.folder,
            pixels,
            str(file.path or file.name),
            done=self._set_current,
            failed=self._fail_current,
            is_urgent=True,
        )

    def _set_current(self, prediction: Prediction) -> None:
        self._current_request = None
        self._current = prediction
        self.current_changed.emit()

    def _fail_current(self, error: ExplorerError) -> None:
        self._current_request = None
        self._notices.report(error)
        self.current_changed.emit()

    def _set_row(self, row: int, prediction: Prediction) -> None:
        self._requests.pop(row, None)
        self.table.set_row(row, prediction)
        self.progress_changed.emit()

    def _fail_row(self, row: int, error: ExplorerError) -> None:
        path = self.table.predictions()[row].path
        self._set_row(row, Prediction(path, error=error.sentence))
