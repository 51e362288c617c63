"""A second model on the Classify page: what it says of the same pictures."""

from collections.abc import Callable, Sequence

from explorer.background.tasks import TaskPool
from explorer.background.worker_process import WorkerProcess
from explorer.core.images.read import PictureFile
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction
from explorer.state.classify.current_prediction import CurrentPrediction
from explorer.state.classify.result_rows import ResultRow
from explorer.state.classify.row_queue import Answers, RowQueue


class SecondModel:
    """Classifies rows and the current picture beside the current model.

    Parameters
    ----------
    worker_for : callable
        Returns the process that can run a model.
    pool : TaskPool
    changed : callable
        Told when `current` has another value.
    answered : callable
        Told `Answers` when these rows have them as their `other`.
    failed : callable
        Told of what was not thought of.

    Attributes
    ----------
    model : Model or None
        None where nothing is compared.
    """

    def __init__(
        self,
        worker_for: Callable[[Model], WorkerProcess],
        pool: TaskPool,
        *,
        changed: Callable[[], None],
        answered: Callable[[Answers], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.model: Model | None = None
        self._number = -1
        self._answered = answered
        self._queue = RowQueue(worker_for, pool, answered=self._set_rows)
        self._current = CurrentPrediction(
            worker_for, pool, changed=lambda prediction: changed(), failed=failed
        )

    @property
    def current(self) -> Prediction | None:
        """What it says of the current picture; None while that is not known."""
        return self._current.value

    @property
    def is_busy(self) -> bool:
        """Whether its answer on the current picture is on its way."""
        return self._current.is_busy

    def choose(
        self, model: Model | None, number: int, rows: Sequence[ResultRow], file: PictureFile | None
    ) -> None:
        """Compare with another model, or with none.

        Parameters
        ----------
        model : Model or None
        number : int
            By which rows keep its predictions.
        rows : sequence of ResultRow
            All rows.
        file : PictureFile or None
            The current picture, if it may be classified now.
        """
        self.withdraw(rows)
        self.model, self._number = model, number
        for row in rows:
            row.other = None if model is None else row.kept.get(number)
        self.add([row for row in rows if row.other is None])
        self.look_at(file)

    def look_at(self, file: PictureFile | None) -> None:
        """Classify another current picture."""
        self._current.ask(self.model, file)

    def add(self, rows: Sequence[ResultRow]) -> None:
        """Classify rows, after those that wait already."""
        if self.model is not None and rows:
            for row in rows:
                row.other, row.is_other_waiting = None, True
            self._queue.add(rows, self.model)

    def withdraw(self, rows: Sequence[ResultRow]) -> None:
        """Want no answer for any row any more."""
        self._queue.cancel()
        for row in rows:
            row.is_other_waiting = False

    def _set_rows(self, answers: Answers) -> None:
        for row, prediction in answers:
            row.other, row.is_other_waiting = prediction, False
            if not prediction.error:  # what failed is tried again
                row.kept[self._number] = prediction
        self._answered(answers)
