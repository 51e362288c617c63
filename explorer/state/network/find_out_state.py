"""Finding out on labelled pictures how a model's pictures are prepared."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.request_queue import PendingRequest
from explorer.background.tasks import TaskPool
from explorer.background.worker_process import WorkerProcess
from explorer.core.datasets.scan import scan_dataset
from explorer.core.files.names import printable_name
from explorer.core.images.read import Picture, read_picture
from explorer.core.model_files.find_out import (
    Labels,
    Tried,
    describe_certainty,
    list_preparations,
    match_labels,
    rank,
    take_sample,
)
from explorer.core.models.model import Model
from explorer.core.models.model_use import ModelUse
from explorer.core.models.preparation import Preparation, Resize
from explorer.core.models.requests import Classified, ClassifyPicture, Probabilities
from explorer.errors import DatasetError, ExplorerError, PictureError
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices

IN_FLIGHT = 4
"""How many requests wait at once: the current picture's must not wait for all of them."""


@dataclass(eq=False)
class _Trial:
    """What is tried, and what has come of it."""

    model: Model
    preparations: list[Preparation]
    labels: Labels
    fitted: list[dict[Resize, Picture]]
    wanted: list[int]
    answers: dict[tuple[int, int], Probabilities | None] = field(default_factory=dict)
    asked: int = 0
    failure: ExplorerError | None = None

    @property
    def total(self) -> int:
        return len(self.preparations) * len(self.fitted)


class FindOutState(QObject):
    """Classifies a sample of labelled pictures, prepared in every way, and ranks the ways.

    Parameters
    ----------
    models : ModelState
    worker_for : callable
        Returns the process that classifies with a model.
    pool : TaskPool
    notices : Notices

    Signals
    -------
    find_out_changed()
        `is_busy`, `progress`, `tried`, `verdict` or `note` has another value.
    """

    find_out_changed = Signal()

    def __init__(
        self,
        models: ModelState,
        worker_for: Callable[[Model], WorkerProcess],
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._models = models
        self._worker_for = worker_for
        self._pool = pool
        self._notices = notices
        self.is_busy = False
        """Whether it is under way."""
        self.progress: tuple[int, int] = (0, 0)
        """How many answers have come, of how many; (0, 0) while the folder is read."""
        self.tried: list[Tried] = []
        """Every way of preparing that was tried, the best first; empty before."""
        self.verdict = ""
        """How sure the best is."""
        self.note = ""
        """What it rests on."""
        self._number = 0
        self._trial: _Trial | None = None
        self._pending: list[PendingRequest] = []
        self._path = None if models.current is None else models.current.path
        models.model_changed.connect(self._on_model)

    def find_out(self, folder: Path) -> None:
        """Try every way of preparing on the pictures of a folder."""
        model = self._models.current
        if model is None or not model.classes:
            return
        self.cancel()
        self._number += 1
        number = self._number
        self.is_busy, self.progress, self.tried = True, (0, 0), []
        self.verdict = self.note = ""
        self._pool.run(
            lambda: _prepare(folder, model, lambda: number != self._number),
            done=lambda trial: self._begin(number, trial),
            failed=lambda error: self._fail(number, error),
            is_bulk=True,
        )
        self.find_out_changed.emit()

    def cancel(self) -> None:
        """Try no more; nothing is shown of what was tried so far."""
        self._number += 1
        self._trial = None
        for request in self._pending:
            request.cancel()
        self._pending.clear()
        if self.is_busy:
            self.is_busy = False
            self.find_out_changed.emit()

    def _on_model(self) -> None:
        current = self._models.current
        path = None if current is None else current.path
        if path != self._path:
            self._path = path
            self.cancel()
            self.tried, self.verdict, self.note = [], "", ""
            self.find_out_changed.emit()

    def _begin(self, number: int, trial: _Trial) -> None:
        if number != self._number:
            return
        self._trial = trial
        self.progress = (0, trial.total)
        self.find_out_changed.emit()
        for _ in range(IN_FLIGHT):
            self._ask_next(trial)

    def _ask_next(self, trial: _Trial) -> None:
        if trial is not self._trial or trial.asked == trial.total:
            return
        # Picture by picture: so the process sees each in all ways before the next.
        picture, way = divmod(trial.asked, len(trial.preparations))
        trial.asked += 1
        preparation = trial.preparations[way]
        model = trial.model
        use = ModelUse(
            model.path, preparation, len(model.classes), model.outputs, edits=model.edits
        )

        def done(answer: Classified) -> None:
            self._take(trial, (way, picture), answer.probabilities)

        def failed(error: ExplorerError) -> None:
            trial.failure = error
            self._take(trial, (way, picture), None)

        request = ClassifyPicture(use, trial.fitted[picture][preparation.resize])
        self._pending.append(self._worker_for(model).ask(request, done=done, failed=failed))

    def _take(self, trial: _Trial, place: tuple[int, int], answer: Probabilities | None) -> None:
        if trial is not self._trial:
            return
        trial.answers[place] = answer
        self.progress = (len(trial.answers), trial.total)
        if len(trial.answers) == trial.total:
            self._end(trial)
        else:
            self._ask_next(trial)
        self.find_out_changed.emit()

    def _end(self, trial: _Trial) -> None:
        self._trial, self.is_busy = None, False
        self._pending.clear()
        if trial.failure is not None and not any(trial.answers.values()):
            self._notices.report(trial.failure, topic="model")
            return
        answers = [
            [trial.answers[way, picture] for picture in range(len(trial.fitted))]
            for way in range(len(trial.preparations))
        ]
        self.tried = rank(trial.preparations, answers, trial.wanted)
        self.verdict = describe_certainty(self.tried)
        self.note = trial.labels.note

    def _fail(self, number: int, error: Exception) -> None:
        if number == self._number:
            self.is_busy = False
            self._notices.report(error, topic="model")
            self.find_out_changed.emit()


def _prepare(folder: Path, model: Model, is_cancelled: Callable[[], bool]) -> _Trial:
    """Read a sample of a folder, brought to the size of the model's input in every way.

    DatasetError where the folder has no labelled pictures that the model could know.
    """
    dataset = scan_dataset(folder, is_cancelled=is_cancelled)
    labels = match_labels(model.classes, dataset.classes)
    preparations = list_preparations(model)
    resizes = {one.resize: one for one in preparations}
    fitted, wanted = [], []
    for sample in take_sample(dataset.samples, labels):
        if is_cancelled():
            break
        try:
            picture = read_picture(sample.path).picture
        except PictureError:
            continue
        fitted.append({resize: way.fit(picture) for resize, way in resizes.items()})
        wanted.append(labels.outputs[str(sample.label)])
    if not fitted:
        name = printable_name(folder)
        raise DatasetError(f"None of the pictures of “{name}” that were chosen can be read.")
    return _Trial(model, preparations, labels, fitted, wanted)
