"""What a model says of the current picture: asked before all rows that wait."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from explorer.background.request_queue import PendingRequest
from explorer.background.tasks import LatestWins, TaskPool
from explorer.background.worker_process import WorkerProcess
from explorer.core.images.read import Picture, PictureFile
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction
from explorer.core.models.requests import ClassifyPicture
from explorer.errors import ExplorerError
from explorer.state.classify.result_rows import ResultRow, path_of
from explorer.state.classify.row_queue import to_prediction


class CurrentPrediction:
    """Classifies one picture with one model; a newer wish replaces the one before.

    Parameters
    ----------
    worker_for : callable
        Returns the process that can run a model.
    pool : TaskPool
    changed : callable
        Told the prediction, which may hold an error.
    failed : callable
        Told of what was not thought of.

    Attributes
    ----------
    value : Prediction or None
        None while it is not known.
    """

    def __init__(
        self,
        worker_for: Callable[[Model], WorkerProcess],
        pool: TaskPool,
        *,
        changed: Callable[[Prediction], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._worker_for = worker_for
        self._changed = changed
        self.value: Prediction | None = None
        self._request: PendingRequest | None = None
        self._resizing = LatestWins(pool, done=self._send, failed=failed)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is on its way."""
        return self._resizing.is_busy or self._request is not None

    def ask(self, model: Model | None, file: PictureFile | None) -> None:
        """Classify a picture; where there is no model or no picture, nothing is known of it."""
        if self._request is not None:
            self._request.cancel()
            self._request = None
        self._resizing.forget()
        self.value = None
        if model is not None and file is not None:
            # Resized here, so that only a small array goes through the pipe.
            fit = model.preparation.fit
            self._resizing.ask(lambda: (model, path_of(file), fit(file.picture)))

    def _send(self, resized: tuple[Model, Path, Picture]) -> None:
        model, path, pixels = resized
        self._request = self._worker_for(model).ask(
            ClassifyPicture(model.use, pixels),
            done=lambda found: self._finish(
                replace(to_prediction(model, str(path), found), embedding=found.embedding)
            ),
            failed=lambda error: self._fail(path, error),
            is_urgent=True,
        )

    def _fail(self, path: Path, error: ExplorerError) -> None:
        self._finish(Prediction(str(path), error=error))

    def _finish(self, prediction: Prediction) -> None:
        self._request = None
        self.value = None if prediction.error else prediction
        self._changed(prediction)


class CurrentRows:
    """Rows that take over what is said of the current picture, once it is their file's."""

    def __init__(self) -> None:
        self._rows: list[ResultRow] = []

    def __contains__(self, row: ResultRow) -> bool:
        return row in self._rows

    def add(self, row: ResultRow) -> None:
        """Let a row wait for the current picture."""
        if row not in self._rows:
            self._rows.append(row)

    def take(self, path: Path | None) -> list[ResultRow]:
        """Return the rows of one file, which wait no longer."""
        taken = [row for row in self._rows if row.path == path]
        self._rows = [row for row in self._rows if row.path != path]
        return taken

    def release(self, *, but_of: Path | None = None) -> list[ResultRow]:
        """Return the rows of all other files, which wait no longer."""
        released = [row for row in self._rows if row.path != but_of]
        self._rows = [row for row in self._rows if row.path == but_of]
        return released
