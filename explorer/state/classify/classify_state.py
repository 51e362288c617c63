"""The classification of the current picture and of the rows on the Classify page."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from explorer.background.request_queue import PendingRequest
from explorer.background.tasks import LatestWins, TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.background.worker_process import WorkerProcess
from explorer.core.files.names import printable_name
from explorer.core.images.read import Picture, PictureFile
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction, predictions_to_csv, write_predictions
from explorer.core.models.requests import ClassifyPicture
from explorer.errors import ExplorerError
from explorer.state.classify.clearing import Clearing, RemovedRows
from explorer.state.classify.picture_search import PictureSearch
from explorer.state.classify.result_rows import ResultRow, make_rows, path_of, shrink
from explorer.state.classify.results_table import ResultsTable
from explorer.state.classify.row_queue import Resizing, RowQueue, to_prediction
from explorer.state.shared.notices import Notices
from explorer.state.shared.timers import make_timer

UNDO_STEPS = 20
"""How often Clear can be undone: each keeps all rows that it removed."""

UPDATE_MS = 300
"""How often answers are shown while many come: each time, all rows may have to be sorted."""


class ClassifyState(QObject):
    """Classifies pictures with the current model.

    Parameters
    ----------
    worker_for : callable
        Returns the process that can run a model.
    pool : TaskPool
    thumbnails : ThumbnailLoader
    notices : Notices

    Signals
    -------
    picture_changed()
        `picture` is another one.
    current_changed()
        `current` has another value.
    progress_changed()
        `done_count`, `total_count` or what is said of `search` has another value.
    rows_added(int)
        The position of the first new row in the table.
    saving_changed()
        `saved_file` has another value.
    """

    picture_changed = Signal()
    current_changed = Signal()
    progress_changed = Signal()
    rows_added = Signal(int)
    saving_changed = Signal()

    def __init__(
        self,
        worker_for: Callable[[Model], WorkerProcess],
        pool: TaskPool,
        thumbnails: ThumbnailLoader,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._worker_for = worker_for
        self._pool = pool
        self._notices = notices
        self.model: Model | None = None
        """The model that classifies."""
        self.picture: PictureFile | None = None
        """The current picture."""
        self.current: Prediction | None = None
        """The prediction for the current picture; None while unknown."""
        self._current_request: PendingRequest | None = None
        self._resizing = LatestWins(pool, done=self._ask_current, failed=notices.report)
        self._is_active = False
        self._preparing: set[Resizing] = set()
        self._models_met: list[Model] = []
        self._model_number = -1
        self._queue = RowQueue(worker_for, pool, answered=self._set_row)
        # Rows that take over what is said of the current picture, once it is their file's.
        self._rows_of_current: list[ResultRow] = []
        self._has_news = False
        self._saving: deque[Path] = deque()
        self._named: Counter[str] = Counter()
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_STEPS)
        """What Undo undoes: the clearings of the table."""
        self._pause = make_timer(self, UPDATE_MS, self._tell)
        self.table = ResultsTable(thumbnails, self)
        self.search = PictureSearch(pool, notices, self)
        self.search.found.connect(self._add_rows)
        self.search.progress_changed.connect(self.progress_changed)

    @property
    def total_count(self) -> int:
        """The number of rows."""
        return self.table.rowCount()

    @property
    def done_count(self) -> int:
        """The number of rows with a result."""
        return sum(row.prediction is not None for row in self.table.rows)

    @property
    def failed_count(self) -> int:
        """The number of rows with an error."""
        return sum(bool(row.prediction and row.prediction.error) for row in self.table.rows)

    @property
    def waiting_count(self) -> int:
        """The number of rows whose result is on its way."""
        return sum(row.is_waiting for row in self.table.rows)

    @property
    def left_count(self) -> int:
        """The number of rows without a result that were cancelled."""
        return self.total_count - self.done_count - self.waiting_count

    @property
    def saved_file(self) -> Path | None:
        """The file that is being written."""
        return self._saving[0] if self._saving else None

    @property
    def is_busy(self) -> bool:
        """Whether a result is pending, or not shown yet."""
        return (
            self._resizing.is_busy
            or self.search.folder is not None
            or bool(self._preparing)
            or self.waiting_count > 0
            or self._has_news
            or (self._current_request is not None)
        )

    def activate(self) -> None:
        """Begin: child processes may start now that the window is shown."""
        self._is_active = True
        self._classify_current()

    def set_model(self, model: Model | None) -> None:
        """Classify everything with another model; its earlier results are shown at once."""
        self.model = model
        for topic in ("prediction", "rows"):  # no longer true of another one
            self._notices.withdraw(topic)
        self._classify_current()
        self._withdraw()
        # By all of it, not by its folder: a run made anew in the same folder is another.
        if model is not None and model not in self._models_met:
            self._models_met.append(model)
        self._model_number = -1 if model is None else self._models_met.index(model)
        for row in self.table.rows:
            row.prediction = row.kept.get(self._model_number)
        self._classify([row for row in self.table.rows if row.prediction is None])

    def set_picture(self, file: PictureFile) -> None:
        """Classify another current picture."""
        self.picture = file
        self._classify_current()
        self._release_rows(but_of=path_of(file))
        self.picture_changed.emit()

    def add_files(self, paths: Sequence[Path]) -> None:
        """Add a row for each picture file and classify it."""
        if paths and self._has_model():
            self._notices.withdraw("rows")
            wish = Resizing()
            self._preparing.add(wish)
            self._pool.run(
                lambda: make_rows(paths),
                done=lambda rows: self._on_prepared(wish, rows),
                failed=lambda error: self._fail_preparing(wish, error),
                is_bulk=True,
            )

    def add_current(self, path: Path) -> None:
        """Add a row for a file that is being opened as the current picture.

        It is read once and classified once: the row takes over what is said of the picture.
        """
        if self._has_model():
            (row,) = make_rows([path])
            self._add_row_of_current(row)

    def add_loose(self, name: str, read: Callable[[str], PictureFile]) -> str:
        """Add a row for a picture without a file that is being opened as the current picture.

        Parameters
        ----------
        name : str
            What pictures of its kind are called: "Dropped picture".
        read : callable
            Returns the picture under a name; called on a thread.

        Returns
        -------
        str
            What it is called: "Dropped picture 2".
        """
        self._named[name] += 1
        name = f"{name} {self._named[name]}"
        if self._has_model():
            (row,) = make_rows([Path(name)])
            row.read = partial(read, name)
            self._add_row_of_current(row)
            edge = self.table.thumbnail_edge
            self._pool.run(
                lambda: shrink(read(name).picture, edge),
                done=lambda picture: self.table.set_thumbnail(row, picture),
                failed=lambda error: None,  # the row is about to say why
                is_bulk=True,
            )
        return name

    def _add_row_of_current(self, row: ResultRow) -> None:
        self._notices.withdraw("rows")
        known = self._rows_by_path().get(row.path)
        if known is None:
            self.table.append([row])
        else:
            row = known
        row.prediction, row.is_waiting = None, True  # anew: a file in the table may have changed
        self._rows_of_current.append(row)
        self._show_rows()
        self.rows_added.emit(self.table.place_of(row))

    def give_up_current(self) -> None:
        """Classify the rows of `add_current` from their files: the picture could not be opened."""
        self._release_rows(but_of=None)

    def add_folder(self, folder: Path) -> None:
        """Add every picture below a folder."""
        if self._has_model():
            self._notices.withdraw("rows")
            self.search.add(folder)

    def cancel(self) -> None:
        """Stop searching and classifying; every row stays, and files still get theirs."""
        self._withdraw()
        self.search.cancel()
        for wish in self._preparing:
            wish.cancel()
        self._show_rows()

    def classify_rest(self) -> None:
        """Classify the rows that were cancelled; where there are none, those that failed."""
        rows = self.table.rows
        if self.model is not None:
            self._worker_for(self.model).forgive(self.model.path)
        left = [row for row in rows if row.prediction is None and not row.is_waiting]
        self._classify(left or [row for row in rows if row.prediction and row.prediction.error])

    def clear(self) -> None:
        """Remove all rows, and cancel pending ones; Undo brings them back."""
        count = self.total_count
        self._stop_adding()
        self.search.left_out.clear()
        if count:
            self.undo_stack.push(Clearing(self._remove_rows, self._put_back))
            rows = "1 picture was" if count == 1 else f"{count:,} pictures were"
            self._notices.hint(
                f"{rows} removed from the table.",
                "Undo",
                self.undo_stack.undo,
                topic="rows",
                page="classify",
            )
        self.progress_changed.emit()

    def _remove_rows(self) -> RemovedRows:
        rows = self.table.rows
        waiting = [row for row in rows if row.is_waiting]
        self._stop_adding()
        self._withdraw()
        self.table.clear()
        self.progress_changed.emit()
        return RemovedRows(rows, waiting, self._model_number)

    def _put_back(self, removed: RemovedRows) -> None:
        self._notices.withdraw("rows")
        waiting = removed.waiting
        if removed.run_number != self._model_number:
            for row in removed.rows:
                row.prediction = row.kept.get(self._model_number)
            waiting = [row for row in removed.rows if row.prediction is None]
        known = self._rows_by_path()
        missing = [row for row in removed.rows if row.path not in known]
        if missing:
            first = self.table.append(missing)
            self._classify([row for row in waiting if row.path not in known])
            self.rows_added.emit(first)

    @property
    def table_text(self) -> str:
        """The rows with a result, tab-separated for a spreadsheet."""
        return predictions_to_csv(self._known, self._classes, separator="\t")

    def row_text(self, prediction: Prediction) -> str:
        """Return one row, tab-separated for a spreadsheet."""
        return predictions_to_csv([prediction], self._classes, separator="\t", has_head=False)

    @property
    def _known(self) -> list[Prediction]:
        return [row.prediction for row in self.table.rows if row.prediction is not None]

    @property
    def _classes(self) -> Sequence[str]:
        return self.model.classes if self.model else ()

    def save_csv(self, path: Path) -> None:
        """Write the rows that have a result by now, as `convnet-explorer classify --csv` does."""
        known, classes = self._known, self._classes
        rows = "1 row" if len(known) == 1 else f"{len(known):,} rows"
        missing = self.total_count - len(known)
        if missing:
            rows = f"{len(known):,} of {self.total_count:,} rows; {missing:,} had no result yet"
        self._saving.append(path)
        self._pool.keep(
            lambda: write_predictions(path, known, classes),
            done=lambda nothing: self._end_saving(f"“{printable_name(path)}” was written: {rows}."),
            failed=self._fail_saving,
        )
        self.saving_changed.emit()

    def _end_saving(self, sentence: str) -> None:
        self._saving.popleft()
        self._notices.hint(sentence, topic="rows")
        self.saving_changed.emit()

    def _fail_saving(self, error: Exception) -> None:
        self._saving.popleft()
        self.saving_changed.emit()
        self._notices.report(error, topic="rows")

    def _classify_current(self) -> None:
        if self._current_request is not None:
            self._current_request.cancel()
            self._current_request = None
        self._resizing.forget()
        self.current = None
        self.current_changed.emit()
        model, file = self.model, self.picture
        if self._is_active and model is not None and file is not None:
            # Resized here, so that only a small array goes through the pipe.
            fit = model.preparation.fit
            self._resizing.ask(lambda: (model, file, fit(file.picture)))

    def _ask_current(self, resized: tuple[Model, PictureFile, Picture]) -> None:
        model, file, pixels = resized
        path = str(path_of(file))
        self._current_request = self._worker_for(model).ask(
            ClassifyPicture(model.use, pixels),
            done=lambda found: self._set_current(to_prediction(model, path, found)),
            failed=self._fail_current,
            is_urgent=True,
        )

    def _set_current(self, prediction: Prediction) -> None:
        if prediction.error is not None:
            self._fail_current(prediction.error)
            return
        self._current_request = None
        self.current = prediction
        self._notices.withdraw("prediction")
        for row in self._take_rows_of_current():
            self._set_row(row, prediction)
        self.current_changed.emit()

    def _fail_current(self, error: ExplorerError) -> None:
        self._current_request = None
        self._notices.report(error, topic="prediction")
        for row in self._take_rows_of_current():
            self._fail_row(row, error)
        self.current_changed.emit()

    def _take_rows_of_current(self) -> list[ResultRow]:
        path = None if self.picture is None else path_of(self.picture)
        rows = [row for row in self._rows_of_current if row.path == path]
        self._rows_of_current = [row for row in self._rows_of_current if row.path != path]
        return rows

    def _release_rows(self, *, but_of: Path | None) -> None:
        """Classify what waits for the current picture from its own file, but for one file."""
        released = [row for row in self._rows_of_current if row.path != but_of]
        self._rows_of_current = [row for row in self._rows_of_current if row.path == but_of]
        self._classify(released)

    # The rows: prepared on a thread, asked some at a time, told together.

    def _has_model(self) -> bool:
        if self.model is None:
            self._notices.warn("There is no model yet: train one with train.py.")
        return self.model is not None

    def _stop_adding(self) -> None:
        self.search.cancel()
        self._preparing.clear()

    def _on_prepared(self, wish: Resizing, rows: list[ResultRow]) -> None:
        if wish in self._preparing:
            self._preparing.remove(wish)
            if wish.is_cancelled:
                new = self._new_ones(rows)
                if new:
                    self.table.append(new)
                self._show_rows()
            else:
                self._add_rows(rows)

    def _fail_preparing(self, wish: Resizing, error: Exception) -> None:
        self._preparing.discard(wish)
        self.progress_changed.emit()
        self._notices.report(error, topic="rows")

    def _rows_by_path(self) -> dict[Path, ResultRow]:
        """Return the row of each picture in the table."""
        return {row.path: row for row in self.table.rows}

    def _new_ones(self, rows: list[ResultRow]) -> list[ResultRow]:
        """Leave out pictures that are in the table already: they would be counted twice."""
        known = self._rows_by_path()
        new = {row.path: row for row in rows if row.path not in known}
        count = len(rows) - len(new)
        if count:
            pictures = "1 picture is" if count == 1 else f"{count:,} pictures are"
            self._notices.hint(f"{pictures} in the table already.", topic="rows", page="classify")
        return list(new.values())

    def _add_rows(self, rows: list[ResultRow]) -> None:
        rows = self._new_ones(rows)
        if rows:
            first = self.table.append(rows)
            self._classify(rows)
            self.rows_added.emit(first)

    def _classify(self, rows: Sequence[ResultRow]) -> None:
        """Classify rows with the current model, after those that wait already."""
        if self.model is not None:
            for row in rows:
                row.prediction, row.is_waiting = None, True
            self._queue.add(rows, self.model)
        self._show_rows()

    def _withdraw(self) -> None:
        """Want no answer any more."""
        self._queue.cancel()
        self._rows_of_current.clear()
        for row in self.table.rows:
            row.is_waiting = False

    def _set_row(self, row: ResultRow, prediction: Prediction) -> None:
        row.prediction, row.is_waiting = prediction, False
        if not prediction.error:  # what failed is tried again
            row.kept[self._model_number] = prediction
        self._has_news = True
        if not self._pause.isActive():
            self._tell()

    def _fail_row(self, row: ResultRow, error: ExplorerError) -> None:
        self._set_row(row, Prediction(str(row.path), error=error))

    def _tell(self) -> None:
        """Show what came; what comes within the pause that follows is shown after it."""
        if self._has_news:
            self._pause.start()
            self._show_rows()

    def _show_rows(self) -> None:
        self._has_news = False
        self.table.refresh()
        self.progress_changed.emit()
