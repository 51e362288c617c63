"""The rows that wait for a prediction: asked for in order, some at a time."""

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from explorer.background.request_queue import PendingRequest
from explorer.background.tasks import TaskPool
from explorer.background.worker_process import WorkerProcess
from explorer.core.images.read import Picture, PictureFile
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction
from explorer.core.models.requests import Classified, ClassifyFile, ClassifyPicture, Request
from explorer.errors import ExplorerError, ModelError, PictureError, reason_of
from explorer.state.classify.result_rows import ResultRow

AHEAD = 500
"""How many rows wait at the process; the others wait here, where they cost nothing."""


class Resizing:
    """Work on pictures before a prediction can be asked for."""

    def __init__(self) -> None:
        self.is_cancelled = False

    def cancel(self) -> None:
        """Make its outcome unwanted."""
        self.is_cancelled = True


class RowQueue:
    """Asks for the predictions of rows.

    Parameters
    ----------
    worker_for : callable
        Returns the process that can run a model.
    pool : TaskPool
    answered : callable
        Told `(row, prediction)` on the GUI thread; the prediction may hold an error.
    """

    def __init__(
        self,
        worker_for: Callable[[Model], WorkerProcess],
        pool: TaskPool,
        *,
        answered: Callable[[ResultRow, Prediction], None],
    ) -> None:
        self._worker_for = worker_for
        self._pool = pool
        self._answered = answered
        self._model: Model | None = None
        self._waiting: deque[ResultRow] = deque()
        self._asked: dict[ResultRow, PendingRequest | Resizing] = {}

    def add(self, rows: Iterable[ResultRow], model: Model) -> None:
        """Ask for the predictions of a model, after those that wait already."""
        self._model = model
        self._waiting.extend(rows)
        self._ask_ahead()

    def cancel(self) -> None:
        """Want no answer any more."""
        for request in self._asked.values():
            request.cancel()
        self._asked.clear()
        self._waiting.clear()

    def _ask_ahead(self) -> None:
        model = self._model
        while model is not None and self._waiting and len(self._asked) < AHEAD:
            row = self._waiting.popleft()
            if row.read is None:
                self._ask(row, model, ClassifyFile(model.use, row.path))
            else:
                self._prepare(row, model, row.read)

    def _prepare(self, row: ResultRow, model: Model, read: Callable[[], PictureFile]) -> None:
        """Resize a picture without a file on a thread, so that little goes through the pipe."""
        resizing = self._asked[row] = Resizing()

        def ask(pixels: Picture) -> None:
            if not resizing.is_cancelled:
                self._ask(row, model, ClassifyPicture(model.use, pixels))

        def fail(error: Exception) -> None:
            known: ExplorerError = (
                error
                if isinstance(error, ExplorerError)
                else PictureError.not_opened(row.path.name, reason_of(error))
            )
            if not resizing.is_cancelled:
                self._fail(row, known)
            if known is not error:
                raise error  # so that it is logged

        fit = model.preparation.fit
        self._pool.run(lambda: fit(read().picture), done=ask, failed=fail, is_bulk=True)

    def _ask(self, row: ResultRow, model: Model, request: Request[Classified]) -> None:
        self._asked[row] = self._worker_for(model).ask(
            request,
            done=lambda found: self._finish(row, to_prediction(model, str(row.path), found)),
            failed=partial(self._fail, row),
        )

    def _fail(self, row: ResultRow, error: ExplorerError) -> None:
        self._finish(row, Prediction(str(row.path), error=error))

    def _finish(self, row: ResultRow, prediction: Prediction) -> None:
        self._asked.pop(row, None)
        self._ask_ahead()
        self._answered(row, prediction)


def to_prediction(model: Model, path: str, found: Classified) -> Prediction:
    """Return what a model's probabilities say of a picture, or that they do not fit its classes."""
    classes = model.classes
    count = len(found.probabilities)
    if count != len(classes):
        sentence = f"“{model.name}” gave {count} probabilities for {len(classes)} classes."
        return Prediction(path, error=ModelError(sentence))
    return Prediction(path, classes, found.probabilities, novelty=found.novelty)
