"""The classification of the current picture and of the rows on the Classify page."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.background.worker_process import WorkerProcess
from explorer.core.images.read import PictureFile
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction
from explorer.errors import ModelError
from explorer.state.classify.arrivals import Arrivals
from explorer.state.classify.clearing import Clearing, RemovedRows
from explorer.state.classify.current_prediction import CurrentPrediction, CurrentRows
from explorer.state.classify.exports import Exports
from explorer.state.classify.result_rows import ResultRow, make_rows, path_of, shrink
from explorer.state.classify.results_table import ResultsTable
from explorer.state.classify.row_counts import RowCounts
from explorer.state.classify.row_progress import RowProgress
from explorer.state.classify.row_queue import Answers, RowQueue
from explorer.state.classify.second_model import SecondModel
from explorer.state.shared.notices import Notices

UNDO_STEPS = 20
"""How often Clear can be undone: each keeps all rows that it removed."""


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
        `current` or `other_current` has another value.
    other_changed()
        `other_model` has another value.
    progress_changed()
        `counts` or what is said of `search` has another value.
    rows_added(int)
        The position of the first new row in the table; -1 where it is not shown.
    """

    picture_changed = Signal()
    current_changed = Signal()
    other_changed = Signal()
    progress_changed = Signal()
    rows_added = Signal(int)

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
        self.table = ResultsTable(thumbnails, self)
        self.exports = Exports(
            self.table, lambda: (self.model, self.other_model), pool, notices, self
        )
        self.progress = RowProgress(self.table, lambda: self.other_model is not None, self)
        self.progress.changed.connect(self.progress_changed)
        self._arrivals = Arrivals(pool, notices, take=self._take_rows, parent=self)
        self._arrivals.progress_changed.connect(self.progress_changed)
        self._current = CurrentPrediction(
            worker_for, pool, changed=self._set_current, failed=notices.report
        )
        self._second = SecondModel(
            worker_for,
            pool,
            changed=self.current_changed.emit,
            answered=self._note_answers,
            failed=notices.report,
        )
        self._is_active = False
        self._models_met: list[Model] = []
        self._model_number = -1
        self._queue = RowQueue(worker_for, pool, answered=self._set_rows)
        self._rows_of_current = CurrentRows()
        self._told: set[str] = set()
        self._named: Counter[str] = Counter()
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_STEPS)
        """What Undo undoes: the clearings of the table."""
        self.search = self._arrivals.search

    @property
    def current(self) -> Prediction | None:
        """The prediction for the current picture; None while unknown."""
        return self._current.value

    @property
    def other_model(self) -> Model | None:
        """The model that the current one is compared with."""
        return self._second.model

    @property
    def other_current(self) -> Prediction | None:
        """What the second model says of the current picture; None while unknown."""
        return self._second.current

    @property
    def counts(self) -> RowCounts:
        """How many rows there are, and of what kind."""
        return self.progress.counts

    @property
    def total_count(self) -> int:
        """The number of rows."""
        return len(self.table.rows)

    @property
    def done_count(self) -> int:
        """The number of rows with a result."""
        return self.counts.done

    @property
    def failed_count(self) -> int:
        """The number of rows with an error."""
        return self.counts.failed

    @property
    def waiting_count(self) -> int:
        """The number of rows whose result is on its way, of either model."""
        return self.progress.waiting

    @property
    def left_count(self) -> int:
        """The number of rows without a result of either model that were cancelled."""
        return self.progress.left

    @property
    def rate(self) -> float:
        """How many pictures are classified in a second; 0 while that is not known."""
        return self.progress.rate

    @property
    def is_busy(self) -> bool:
        """Whether a result is pending, or not shown yet."""
        return (
            self._current.is_busy
            or self._second.is_busy
            or self._arrivals.is_busy
            or self.waiting_count > 0
            or self.progress.has_news
        )

    def activate(self) -> None:
        """Begin: child processes may start now that the window is shown."""
        self._is_active = True
        self._classify_current()

    def set_model(self, model: Model | None) -> None:
        """Classify everything with another model; its earlier results are shown at once."""
        self.model = model
        if self.other_model == model:
            self.compare_with(None)
        self._notices.withdraw("prediction")  # no longer true of another one
        self._withdraw_notice()
        self._classify_current()
        self._withdraw()
        self._model_number = self._number_of(model)
        self._name_columns()
        for row in self.table.rows:
            row.prediction = row.kept.get(self._model_number)
        self._classify([row for row in self.table.rows if row.prediction is None])
        self._compare([row for row in self.table.rows if row.other is None])

    def compare_with(self, model: Model | None) -> None:
        """Put what another model says beside the current model's; None: no other."""
        if model == self.other_model or (model is not None and model == self.model):
            return
        file = self.picture if self._is_active else None
        self._second.choose(model, self._number_of(model), self.table.rows, file)
        self._name_columns()
        self.progress.show()
        self.other_changed.emit()
        self.current_changed.emit()

    def _number_of(self, model: Model | None) -> int:
        # By all of it, not by its folder: a run made anew in the same folder is another.
        if model is not None and model not in self._models_met:
            self._models_met.append(model)
        return -1 if model is None else self._models_met.index(model)

    def _name_columns(self) -> None:
        first, second = self.model, self.other_model
        self.table.set_models(first.name if first else "", second.name if second else "")

    def set_picture(self, file: PictureFile) -> None:
        """Classify another current picture."""
        self.picture = file
        self._classify_current()
        self._classify(self._rows_of_current.release(but_of=path_of(file)))
        self.picture_changed.emit()

    def add_files(self, paths: Sequence[Path]) -> None:
        """Add a row for each picture file and classify it."""
        if paths and self._has_model():
            self._withdraw_notice()
            self._arrivals.add_files(paths)

    def restore(self, make: Callable[[], list[ResultRow]]) -> None:
        """Put rows of last time, made on a thread, before those that there are; choose none."""
        self._arrivals.add(make, self._take_restored)

    def add_watched(self, paths: Sequence[Path]) -> None:
        """Add a row for each file that appeared, and classify anew what was changed.

        Nothing is chosen for that: a person may be looking at another one.
        """
        if self._has_model():
            known = self._rows_by_path()
            changed = [known[str(path)] for path in paths if str(path) in known]
            for row in changed:
                row.kept.clear()
                row.other = None
            new = make_rows(path for path in paths if str(path) not in known)
            if new:
                self.table.append(new)
            self._classify([*changed, *new])
            self._compare([*changed, *new])

    def add_current(self, path: Path) -> None:
        """Add a row for a file that is being opened as the current picture.

        It is read once and classified once: the row takes over what is said of the picture.
        """
        if self._has_model():
            (row,) = make_rows([path])
            self._add_row_of_current(row)

    def follow(self, row: ResultRow) -> None:
        """Let a row take over what is said of its picture, which is being opened as the current."""
        self._rows_of_current.add(row)

    def is_becoming_current(self, row: ResultRow) -> bool:
        """Return whether a row's picture is being opened as the current one."""
        return row in self._rows_of_current

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
        self._withdraw_notice()
        known = self._rows_by_path().get(str(row.path))
        if known is None:
            self.table.append([row])
        else:
            row = known
        row.prediction, row.is_waiting = None, True  # anew: a file in the table may have changed
        self._rows_of_current.add(row)
        self._second.add([row])
        self.progress.show()
        self.rows_added.emit(self.table.place_of(row))

    def give_up_current(self) -> None:
        """Classify the rows of `add_current` from their files: the picture could not be opened."""
        self._classify(self._rows_of_current.release())

    def add_folder(self, folder: Path) -> None:
        """Add every picture below a folder."""
        if self._has_model():
            self._withdraw_notice()
            self.search.add(folder)

    def cancel(self) -> None:
        """Stop searching and classifying; every row stays, and files still get theirs."""
        self._withdraw()
        self._arrivals.cancel()
        self.progress.show()

    def classify_rest(self) -> None:
        """Classify the rows that were cancelled; where there are none, those that failed."""
        self._withdraw_notice()
        rows = self.table.rows
        for model in (self.model, self.other_model):
            if model is not None:
                self._worker_for(model).forgive(model.path)
        left = [row for row in rows if row.prediction is None and not row.is_waiting]
        self._classify(left or [row for row in rows if row.prediction and row.prediction.error])
        self._compare([row for row in rows if row.other is None or row.other.error])

    def clear(self) -> None:
        """Remove all rows, and cancel pending ones; Undo brings them back."""
        count = self.total_count
        self._arrivals.drop()
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
        self._arrivals.drop()
        self._withdraw()
        self.table.clear()
        self.progress_changed.emit()
        return RemovedRows(rows, waiting, self._model_number)

    def _put_back(self, removed: RemovedRows) -> None:
        self._withdraw_notice()
        waiting = removed.waiting
        if removed.run_number != self._model_number:
            for row in removed.rows:
                row.prediction = row.kept.get(self._model_number)
            waiting = [row for row in removed.rows if row.prediction is None]
        known = self._rows_by_path()
        missing = [row for row in removed.rows if str(row.path) not in known]
        if missing:
            first = self.table.append(missing)
            self._classify([row for row in waiting if str(row.path) not in known])
            for row in missing:
                row.other = row.kept.get(self._number_of(self.other_model))
            self._compare([row for row in missing if row.other is None])
            self.rows_added.emit(first)

    def _classify_current(self) -> None:
        file = self.picture if self._is_active else None
        self._current.ask(self.model, file)
        self._second.look_at(file)
        self.current_changed.emit()

    def _set_current(self, prediction: Prediction) -> None:
        if prediction.error is None:
            self._notices.withdraw("prediction")
        else:
            self._notices.report(prediction.error, topic="prediction")
        row_prediction = replace(prediction, embedding=None)
        path = None if self.picture is None else path_of(self.picture)
        rows = self._rows_of_current.take(path)
        if rows:
            self._set_rows([(row, row_prediction) for row in rows])
        self.current_changed.emit()

    def _withdraw_notice(self) -> None:
        """Take back what was said of rows before; it is said again where it is so again."""
        self._notices.withdraw("rows")
        self._told.clear()

    # The rows: prepared on a thread, asked some at a time, told together.

    def _has_model(self) -> bool:
        if self.model is None:
            self._notices.warn("There is no model yet: train one with train.py.")
        return self.model is not None

    def _rows_by_path(self) -> dict[str, ResultRow]:
        """Return the row of each picture in the table, by its path as text: paths hash slowly."""
        return {str(row.path): row for row in self.table.rows}

    def _new_ones(self, rows: list[ResultRow]) -> list[ResultRow]:
        """Leave out pictures that are in the table already: they would be counted twice."""
        known = self._rows_by_path()
        new = {str(row.path): row for row in rows if str(row.path) not in known}
        count = len(rows) - len(new)
        if count:
            pictures = "1 picture is" if count == 1 else f"{count:,} pictures are"
            self._notices.hint(f"{pictures} in the table already.", topic="rows", page="classify")
        return list(new.values())

    def _take_rows(self, rows: list[ResultRow], is_wanted: bool) -> None:
        new = self._new_ones(rows)
        if not new:
            return
        first = self.table.append(new)
        if is_wanted:
            self._classify(new)
            self._compare(new)
            self.rows_added.emit(first)
        else:
            self.progress.show()

    def _take_restored(self, rows: list[ResultRow], is_wanted: bool) -> None:
        known = self._rows_by_path()
        missing = [row for row in rows if str(row.path) not in known]
        if missing:
            self.table.insert_first(missing)
            if is_wanted:
                self._classify(missing)
                self._compare(missing)
            self.progress.show()

    def _classify(self, rows: Sequence[ResultRow]) -> None:
        """Classify rows with the current model, after those that wait already."""
        if self.model is not None:
            for row in rows:
                row.prediction, row.is_waiting = None, True
            self._queue.add(rows, self.model)
        self.progress.show()

    def _compare(self, rows: Sequence[ResultRow]) -> None:
        """Classify rows with the second model, where there is one."""
        self._second.add(rows)
        if rows and self.other_model is not None:
            self.progress.show()

    def _withdraw(self) -> None:
        """Want no answer any more."""
        self._queue.cancel()
        self._second.withdraw(self.table.rows)
        self._rows_of_current.release()
        for row in self.table.rows:
            row.is_waiting = False
        self.progress.forget_counts()

    def _set_rows(self, answers: Answers) -> None:
        for row, prediction in answers:
            row.prediction, row.is_waiting = prediction, False
            if not prediction.error:  # what failed is tried again
                row.kept[self._model_number] = prediction
        self._note_answers(answers)

    def _note_answers(self, answers: Answers) -> None:
        """Show answers soon; what is wrong with a model is told once, not in each row."""
        for _, prediction in answers:
            error = prediction.error
            if isinstance(error, ModelError) and error.sentence not in self._told:
                self._told.add(error.sentence)
                self._notices.report(error, topic="rows")
        self.progress.note()
