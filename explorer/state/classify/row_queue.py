"""The rows that wait for a prediction: asked for in order, some at a time."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from explorer.background.classify_files import FIRST_BATCHES, predictions_of
from explorer.background.request_queue import PendingRequest
from explorer.background.tasks import TaskPool
from explorer.background.worker_process import WorkerProcess
from explorer.core.images.read import Picture, PictureFile
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction
from explorer.core.models.requests import Classified, ClassifyPicture, SurveyFiles
from explorer.core.models.survey import Surveyed
from explorer.errors import ExplorerError, ModelError, PictureError, reason_of
from explorer.state.classify.result_rows import ResultRow

BATCH = 8
"""How many files are asked about at once: more are not quicker, and Cancel waits for them."""
MOST_BATCH_S = 2.0
"""How long after it was asked a batch should be answered; with slow models there are fewer in it.

Half of that it waits, and on a busy machine longer, which is no reason to make it smaller."""
AHEAD = 2
"""How many batches each thread of the process is given: one waits while the window paints."""

Answers = Sequence[tuple[ResultRow, Prediction]]
"""What is said of some rows; a prediction may hold an error."""


class Resizing:
    """Work on pictures before a prediction can be asked for."""

    def __init__(self) -> None:
        self.is_cancelled = False

    def cancel(self) -> None:
        """Make its outcome unwanted."""
        self.is_cancelled = True


class RowQueue:
    """Asks for the predictions of rows, of some files at a time.

    Parameters
    ----------
    worker_for : callable
        Returns the process that can run a model.
    pool : TaskPool
    answered : callable
        Told `Answers` on the GUI thread, of all files that were asked about together.
    """

    def __init__(
        self,
        worker_for: Callable[[Model], WorkerProcess],
        pool: TaskPool,
        *,
        answered: Callable[[Answers], None],
    ) -> None:
        self._worker_for = worker_for
        self._pool = pool
        self._answered = answered
        self._model: Model | None = None
        self._waiting: deque[ResultRow] = deque()
        self._asked: set[PendingRequest | Resizing] = set()
        self._first_sizes = iter(FIRST_BATCHES)
        self._most = BATCH

    def add(self, rows: Iterable[ResultRow], model: Model) -> None:
        """Ask for the predictions of a model, after those that wait already."""
        self._model = model
        if not self._asked:
            self._first_sizes = iter(FIRST_BATCHES)
        self._waiting.extend(rows)
        self._ask_ahead()

    def cancel(self) -> None:
        """Want no answer any more."""
        for request in self._asked:
            request.cancel()
        self._asked.clear()
        self._waiting.clear()

    def _ask_ahead(self) -> None:
        model, waiting = self._model, self._waiting
        if model is None or not waiting:
            return
        worker = self._worker_for(model)
        while waiting and len(self._asked) < AHEAD * worker.threads:
            row = waiting.popleft()
            if row.read is not None:
                self._prepare(row, model, row.read)
                continue
            size = min(next(self._first_sizes, BATCH), self._most)
            rows = [row]
            while len(rows) < size and waiting and waiting[0].read is None:
                rows.append(waiting.popleft())
            self._ask_of_files(rows, model, worker)

    def _ask_of_files(self, rows: list[ResultRow], model: Model, worker: WorkerProcess) -> None:
        paths = tuple(row.path for row in rows)
        asked_at = time.monotonic()

        def finish(answer: Surveyed | ExplorerError) -> None:
            took = time.monotonic() - asked_at
            self._most = max(1, min(BATCH, int(len(rows) * MOST_BATCH_S / max(took, 1e-3))))
            found = predictions_of(model, paths, answer)
            self._finish(request, list(zip(rows, found, strict=True)))

        request = worker.ask(
            SurveyFiles(model.use, paths, is_measured=False), done=finish, failed=finish
        )
        self._asked.add(request)

    def _prepare(self, row: ResultRow, model: Model, read: Callable[[], PictureFile]) -> None:
        """Resize a picture without a file on a thread, so that little goes through the pipe."""
        resizing = Resizing()
        self._asked.add(resizing)

        def ask(pixels: Picture) -> None:
            if not resizing.is_cancelled:
                self._asked.discard(resizing)
                self._ask_of_picture(row, model, pixels)

        def fail(error: Exception) -> None:
            known: ExplorerError = (
                error
                if isinstance(error, ExplorerError)
                else PictureError.not_opened(row.path.name, reason_of(error))
            )
            if not resizing.is_cancelled:
                self._finish(resizing, [(row, Prediction(str(row.path), error=known))])
            if known is not error:
                raise error  # so that it is logged

        fit = model.preparation.fit
        self._pool.run(lambda: fit(read().picture), done=ask, failed=fail, is_bulk=True)

    def _ask_of_picture(self, row: ResultRow, model: Model, pixels: Picture) -> None:
        path = str(row.path)

        def finish(prediction: Prediction) -> None:
            self._finish(request, [(row, prediction)])

        request = self._worker_for(model).ask(
            ClassifyPicture(model.use, pixels),
            done=lambda found: finish(to_prediction(model, path, found)),
            failed=lambda error: finish(Prediction(path, error=error)),
        )
        self._asked.add(request)

    def _finish(self, request: PendingRequest | Resizing, answers: Answers) -> None:
        self._asked.discard(request)
        self._ask_ahead()
        self._answered(answers)


def to_prediction(model: Model, path: str, found: Classified) -> Prediction:
    """Return what a model's probabilities say of a picture, or that they do not fit its classes."""
    classes = model.classes
    count = len(found.probabilities)
    if count != len(classes):
        sentence = f"“{model.name}” gave {count} probabilities for {len(classes)} classes."
        return Prediction(path, error=ModelError(sentence))
    return Prediction(path, classes, found.probabilities, novelty=found.novelty)
