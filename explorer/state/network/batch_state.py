"""What the edits change for many pictures of the open dataset."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.worker_process import WorkerProcess
from explorer.core.datasets.dataset import Sample
from explorer.core.model_files.find_out import match_names
from explorer.core.models.model import Model
from explorer.core.models.requests import ClassifyFile, Probabilities
from explorer.state.network.edits_state import EditsState

MOST_SAMPLES = 200
"""Of a dataset that are tried, evenly spread over it."""


@dataclass(frozen=True)
class Compared:
    """One picture, as the model classifies it without and with the edits.

    Attributes
    ----------
    sample : Sample
    before, after : tuple of float
        The probability of each class.
    """

    sample: Sample
    before: Probabilities
    after: Probabilities

    @property
    def is_changed(self) -> bool:
        """Whether another class is the likeliest."""
        return likeliest(self.before) != likeliest(self.after)


def likeliest(probabilities: Probabilities) -> int:
    """Return which class is the likeliest; of several, the first."""
    return max(range(len(probabilities)), key=lambda index: probabilities[index])


class BatchState(QObject):
    """Classifies pictures of the dataset without and with the edits, one after the other.

    What the model says without them is kept, so that the next trial takes half as long.

    Parameters
    ----------
    edits : EditsState
    worker_for : callable
        Returns the process that runs a model layer by layer.

    Signals
    -------
    batch_changed()
        Any of the attributes has another value.
    """

    batch_changed = Signal()

    def __init__(
        self,
        edits: EditsState,
        worker_for: Callable[[Model], WorkerProcess],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._edits = edits
        self._worker_for = worker_for
        self._samples: tuple[Sample, ...] = ()
        self._todo: list[Sample] = []
        self._model: Model | None = None
        self._run = 0
        self._befores: dict[Path, Probabilities] = {}
        self._base: Model | None = None
        self.is_running = False
        """Whether pictures are being tried."""
        self.total = 0
        """How many pictures are tried."""
        self.compared: list[Compared] = []
        """Those that were, so far."""
        self.unread = 0
        """How many could not be read."""
        edits.edits_changed.connect(self.batch_changed)

    @property
    def is_outdated(self) -> bool:
        """Whether the edits are others than those that were tried."""
        return self._model != self._edits.model

    @property
    def can_run(self) -> bool:
        """Whether there are pictures to try, and something to try on them."""
        model = self._edits.model
        return bool(self._samples) and model is not None and bool(model.classes)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of the model that was tried."""
        return () if self._model is None else self._model.classes

    @property
    def changed(self) -> list[Compared]:
        """The pictures for which another class became the likeliest."""
        return [one for one in self.compared if one.is_changed]

    @property
    def accuracies(self) -> tuple[float, float] | None:
        """The share classified rightly without and with the edits; None without known labels."""
        labels = {one.sample.label for one in self.compared if one.sample.label is not None}
        numbers = match_names(self.classes, sorted(labels))
        known = [
            (numbers[one.sample.label], one)
            for one in self.compared
            if one.sample.label is not None and one.sample.label in numbers
        ]
        if not known:
            return None
        before = sum(likeliest(one.before) == right for right, one in known) / len(known)
        after = sum(likeliest(one.after) == right for right, one in known) / len(known)
        return before, after

    def set_samples(self, samples: Sequence[Sample]) -> None:
        """Take the pictures of another dataset."""
        self._samples = tuple(samples)
        self.batch_changed.emit()

    def start(self) -> None:
        """Try the edits on pictures of the dataset."""
        self.cancel()
        if not self.can_run:
            return
        if self._base != self._edits.base:
            self._base, self._befores = self._edits.base, {}
        self._model = self._edits.model
        step = max(1, len(self._samples) / MOST_SAMPLES)
        places = dict.fromkeys(int(number * step) for number in range(MOST_SAMPLES))
        self._todo = [self._samples[one] for one in places if one < len(self._samples)]
        self.total, self.compared, self.unread = len(self._todo), [], 0
        self.is_running = True
        self._next()

    def cancel(self) -> None:
        """Stop; what was found stays."""
        self._run += 1  # what is on its way comes too late
        if self.is_running:
            self.is_running = False
            self.total = len(self.compared) + self.unread
            self.batch_changed.emit()

    def _next(self) -> None:
        base, model, run = self._base, self._model, self._run
        self.is_running = bool(self._todo)
        if self._todo and base is not None and model is not None:
            sample = self._todo[0]
            is_known = sample.path in self._befores
            asked = model if is_known else base
            self._worker_for(asked).ask(
                ClassifyFile(asked.use, sample.path),
                done=lambda found: self._set(run, sample, found.probabilities, is_after=is_known),
                failed=lambda error: self._skip(run),
            )
        self.batch_changed.emit()

    def _set(self, run: int, sample: Sample, found: Probabilities, *, is_after: bool) -> None:
        if run != self._run:
            return
        if is_after:
            self.compared.append(Compared(sample, self._befores[sample.path], found))
            self._todo.pop(0)
        else:
            self._befores[sample.path] = found
        self._next()

    def _skip(self, run: int) -> None:
        if run == self._run:
            self.unread += 1
            self._todo.pop(0)
            self._next()
