"""The rows of the Classify page and the two models that classify them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.background.worker_process import WorkerProcess
from explorer.core.images.read import PictureFile
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction
from explorer.errors import ModelError
from explorer.state.classify.result_rows import ResultRow
from explorer.state.classify.results_table import ResultsTable
from explorer.state.classify.row_progress import RowProgress
from explorer.state.classify.row_queue import Answers, RowQueue
from explorer.state.classify.second_model import SecondModel
from explorer.state.shared.notices import Notices

UNDO_STEPS = 20
"""How often Clear can be undone: each keeps all rows that it removed."""


class ClassifiedRows(QObject):
    """Has rows classified by the current model and, where there is one, by a second one.

    Parameters
    ----------
    worker_for : callable
        Returns the process that can run a model.
    pool : TaskPool
    thumbnails : ThumbnailLoader
    notices : Notices
    second_changed : callable
        Told when the second model says something else of the current picture.

    Signals
    -------
    added(int)
        The position of the first new row in the table; -1 where it is not shown.
    """

    added = Signal(int)

    def __init__(
        self,
        worker_for: Callable[[Model], WorkerProcess],
        pool: TaskPool,
        thumbnails: ThumbnailLoader,
        notices: Notices,
        *,
        second_changed: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._worker_for = worker_for
        self._notices = notices
        self._told: set[str] = set()
        self.model: Model | None = None
        """The model that classifies."""
        self._models_met: list[Model] = []
        self._model_number = -1
        self.second = SecondModel(
            worker_for,
            pool,
            changed=second_changed,
            answered=self._note_answers,
            failed=notices.report,
        )
        self._queue = RowQueue(worker_for, pool, answered=self.set_answers)
        self.table = ResultsTable(thumbnails, self)
        self.progress = RowProgress(self.table, lambda: self.second.model is not None, self)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_STEPS)
        """What Undo undoes: the clearings of the table."""

    def set_model(self, model: Model | None) -> None:
        """Classify all rows with another model; its earlier results are shown at once."""
        self.withdraw_notice()
        self.cancel()
        self.model = model
        self._model_number = self._number_of(model)
        self._name_columns()
        for row in self.table.rows:
            row.prediction = row.kept.get(self._model_number)
        self._ask(
            [row for row in self.table.rows if row.prediction is None],
            [row for row in self.table.rows if row.other is None],
        )

    def compare_with(self, model: Model | None, file: PictureFile | None) -> None:
        """Classify all rows, and the current picture, with a second model; None: with none."""
        self.second.choose(model, self._number_of(model), self.table.rows, file)
        self._name_columns()
        self.progress.show()

    def by_path(self) -> dict[str, ResultRow]:
        """Return the row of each picture in the table, by its path as text: paths hash slowly."""
        return {str(row.path): row for row in self.table.rows}

    def add(self, rows: Sequence[ResultRow], is_wanted: bool = True) -> None:
        """Add rows and classify them, where that is wanted; none of a picture that has one."""
        known = self.by_path()
        new = {str(row.path): row for row in rows if str(row.path) not in known}
        count = len(rows) - len(new)
        if count:
            pictures = "1 picture is" if count == 1 else f"{count:,} pictures are"
            self._notices.hint(f"{pictures} in the table already.", topic="rows", page="classify")
        if not new:
            return
        added = list(new.values())
        first = self.table.append(added)
        if is_wanted:
            self.classify(added)
            self.added.emit(first)
        else:
            self.progress.show()

    def restore(self, rows: Sequence[ResultRow], is_wanted: bool) -> None:
        """Add rows of last time before all others; none is chosen for that."""
        known = self.by_path()
        missing = [row for row in rows if str(row.path) not in known]
        if missing:
            self.table.insert_first(missing)
            self.classify(missing if is_wanted else [])

    def classify(self, rows: Sequence[ResultRow]) -> None:
        """Classify rows with both models, after those that wait already."""
        self._ask(rows, rows)

    def classify_current(self, row: ResultRow) -> None:
        """Await what the current model says of a row's picture; the second one is asked."""
        row.prediction, row.is_waiting = None, True  # anew: a file in the table may have changed
        self._ask([], [row])
        self.added.emit(self.table.place_of(row))

    def classify_first(self, rows: Sequence[ResultRow]) -> None:
        """Classify rows with the current model alone."""
        self._ask(rows, [])

    def classify_rest(self) -> None:
        """Classify the rows that were cancelled; where there are none, those that failed."""
        self.withdraw_notice()
        rows = self.table.rows
        for model in (self.model, self.second.model):
            if model is not None:
                self._worker_for(model).forgive(model.path)
        left = [row for row in rows if row.prediction is None and not row.is_waiting]
        self._ask(
            left or [row for row in rows if row.prediction and row.prediction.error],
            [row for row in rows if row.other is None or row.other.error],
        )

    def cancel(self) -> None:
        """Want no answer any more; every row stays."""
        self._queue.cancel()
        self.second.withdraw(self.table.rows)
        for row in self.table.rows:
            row.is_waiting = False
        self.progress.forget_counts()

    def set_current(self, rows: Sequence[ResultRow], prediction: Prediction) -> None:
        """Take what is said of the current picture, whose error was told, as that of its rows."""
        if prediction.error is not None:
            self._told.add(prediction.error.sentence)
        self.set_answers([(row, prediction) for row in rows])

    def set_answers(self, answers: Answers) -> None:
        """Take what the current model says of some rows."""
        for row, prediction in answers:
            row.prediction, row.is_waiting = prediction, False
            if not prediction.error:  # what failed is tried again
                row.kept[self._model_number] = prediction
        self._note_answers(answers)

    def withdraw_notice(self) -> None:
        """Take back what was said of rows before; it is said again where it is so again."""
        self._notices.withdraw("rows")
        self._told.clear()

    def clear(self, forget: Callable[[], None]) -> None:
        """Remove all rows; Undo brings them back.

        Parameters
        ----------
        forget : callable
            Called each time, before: nothing more is to come.
        """
        count = len(self.table.rows)
        self.undo_stack.push(_Clearing(self, forget))
        rows = "1 picture was" if count == 1 else f"{count:,} pictures were"
        undo = self.undo_stack.undo
        sentence = f"{rows} removed from the table."
        self._notices.hint(sentence, "Undo", undo, topic="rows", page="classify")

    def remove(self) -> "RemovedRows":
        """Remove all rows."""
        rows = self.table.rows
        waiting = [row for row in rows if row.is_waiting]
        self.cancel()
        self.table.clear()
        self.progress.show()
        return RemovedRows(rows, waiting, self._model_number)

    def put_back(self, removed: "RemovedRows") -> None:
        """Bring rows back that were removed, but for those whose pictures came anew."""
        self.withdraw_notice()
        waiting = removed.waiting
        if removed.run_number != self._model_number:
            for row in removed.rows:
                row.prediction = row.kept.get(self._model_number)
            waiting = [row for row in removed.rows if row.prediction is None]
        known = self.by_path()
        missing = [row for row in removed.rows if str(row.path) not in known]
        if missing:
            first = self.table.append(missing)
            for row in missing:
                row.other = row.kept.get(self._number_of(self.second.model))
            self._ask(
                [row for row in waiting if str(row.path) not in known],
                [row for row in missing if row.other is None],
            )
            self.added.emit(first)

    def _ask(self, rows: Sequence[ResultRow], others: Sequence[ResultRow]) -> None:
        """Ask the current model about rows and the second one about others; show that once."""
        if self.model is not None:
            for row in rows:
                row.prediction, row.is_waiting = None, True
            self._queue.add(rows, self.model)
        self.second.add(others)
        self.progress.show()

    def _note_answers(self, answers: Answers) -> None:
        """Show answers soon; what is wrong with a model is told once, not in each row."""
        for _, prediction in answers:
            error = prediction.error
            if isinstance(error, ModelError) and error.sentence not in self._told:
                self._told.add(error.sentence)
                self._notices.report(error, topic="rows")
        self.progress.note()

    def _number_of(self, model: Model | None) -> int:
        # By all of it, not by its folder: a run made anew in the same folder is another.
        if model is not None and model not in self._models_met:
            self._models_met.append(model)
        return -1 if model is None else self._models_met.index(model)

    def _name_columns(self) -> None:
        first, second = self.model, self.second.model
        self.table.set_models(first.name if first else "", second.name if second else "")


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


class _Clearing(QUndoCommand):
    """Removes all rows; undone, those come back."""

    def __init__(self, rows: ClassifiedRows, forget: Callable[[], None]) -> None:
        super().__init__("Clear")
        self._rows = rows
        self._forget = forget
        self._removed: RemovedRows | None = None

    def redo(self) -> None:
        self._forget()
        self._removed = self._rows.remove()

    def undo(self) -> None:
        if self._removed is not None:
            self._rows.put_back(self._removed)
