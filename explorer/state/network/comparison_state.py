"""The current model and picture beside another model, another picture, or the model unedited."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.background.worker_process import WorkerProcess
from explorer.core.images.read import PictureFile, read_picture
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction
from explorer.core.models.requests import Classified, ClassifyPicture
from explorer.core.network.matching_layers import LayerMatch, match_layer
from explorer.errors import ExplorerError
from explorer.state.network.network_state import NetworkState
from explorer.state.shared.notices import Notices

Subject = Literal["model", "picture", "edits"]
SUBJECTS: tuple[Subject, ...] = ("model", "picture", "edits")


@dataclass
class _Asked:
    """What the probabilities of one side were asked about, and what came back."""

    model: Model
    file: PictureFile
    prediction: Prediction | None = None


class ComparisonState(QObject):
    """Keeps a second `NetworkState` at what is compared, at the layer that stands for the first's.

    Nothing is asked before `enter`, and nothing more after `leave`.

    Parameters
    ----------
    network, other : NetworkState
        What the page shows, and what stands beside it.
    worker_for : callable
        Returns the process that runs a model layer by layer.
    pool : TaskPool
    notices : Notices

    Signals
    -------
    comparison_changed()
        What is compared, the layer that is matched, or a prediction has another value.
    """

    comparison_changed = Signal()

    def __init__(
        self,
        network: NetworkState,
        other: NetworkState,
        worker_for: Callable[[Model], WorkerProcess],
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.network = network
        self.other = other
        self._worker_for = worker_for
        self._pool = pool
        self._notices = notices
        self._is_entered = False
        self.subject: Subject = "model"
        """What differs between both sides."""
        self.model: Model | None = None
        """The other model, where it is the model that differs."""
        self.file: PictureFile | None = None
        """The other picture, where it is that."""
        self.match: LayerMatch | None = None
        """Which layer of the other side is shown; None where there is none."""
        self._asked: dict[NetworkState, _Asked] = {}
        for side in (network, other):
            side.layers_changed.connect(self._advance)
            side.maps_changed.connect(self._advance)
            side.choice_changed.connect(self._advance)
            side.activity_changed.connect(self._on_activity)

    @property
    def can_compare_edits(self) -> bool:
        """Whether the current model has any."""
        return self.network.model is not None and bool(self.network.model.edits)

    @property
    def other_model(self) -> Model | None:
        """The model at the other side; None where none is chosen."""
        current = self.network.model
        if self.subject == "model" or current is None:
            return self.model
        return current.with_edits(()) if self.subject == "edits" else current

    @property
    def other_file(self) -> PictureFile | None:
        """The picture at the other side; None where none is chosen."""
        return self.file if self.subject == "picture" else self.network.file

    @property
    def is_complete(self) -> bool:
        """Whether there is something at either side."""
        return self.other_model is not None and self.other_file is not None

    @property
    def is_busy(self) -> bool:
        """Whether something that was asked for has not arrived."""
        if not self._is_entered or not self.is_complete:
            return False
        return self.other.is_busy or any(one.prediction is None for one in self._asked.values())

    def prediction_of(self, side: NetworkState) -> Prediction | None:
        """Return what the model of a side says of its picture; None until that is known."""
        asked = self._asked.get(side)
        return None if asked is None else asked.prediction

    def enter(self) -> None:
        """Begin to ask: both sides are seen."""
        self._is_entered = True
        self._advance()

    def leave(self) -> None:
        """Ask no more."""
        self._is_entered = False

    def choose_subject(self, subject: Subject) -> None:
        """Compare in another respect."""
        self.subject = subject
        self._advance()

    def compare_model(self, model: Model) -> None:
        """Put another model beside the current one, both for the current picture."""
        self.subject, self.model = "model", model
        self._advance()

    def renew_model(self, model: Model) -> None:
        """Use the other model in another way, where it is this one: prepared otherwise."""
        if self.model is not None and self.model.path == model.path and self.model != model:
            self.model = model
            self._advance()

    def open_picture(self, path: Path) -> None:
        """Put another picture beside the current one; one that does not open is told."""
        self._pool.run(
            lambda: read_picture(path),
            done=self.compare_picture,
            failed=lambda error: self._notices.report(error, topic="picture"),
        )

    def compare_picture(self, file: PictureFile) -> None:
        """Put another picture beside the current one, both for the current model."""
        self.subject, self.file = "picture", file
        self._advance()

    def _advance(self) -> None:
        model, file = self.other_model, self.other_file
        if self._is_entered:
            self._classify(self.network)
        if not self._is_entered or model is None or file is None:
            self.comparison_changed.emit()
            return
        other, network = self.other, self.network
        other.activate()
        if other.file is not file:
            other.set_picture(file)
        if other.model != model:  # the same again would be tried anew, over and over
            other.set_model(model)
        other.set_scale(network.scale)
        other.set_order(network.order)
        self._follow_layer()
        if self.match is not None and other.shown is not None:
            other.choose_map(network.map_index)
        self._classify(other)
        self.comparison_changed.emit()

    def _follow_layer(self) -> None:
        network, other = self.network, self.other
        if not network.has_layers or not other.has_layers or network.layer is None:
            return
        self.match = match_layer(network.layer, network.layers, other.layers)
        if self.match is not None:
            other.choose_layer(self.match.name)

    def _classify(self, side: NetworkState) -> None:
        """Ask for the probabilities of a side, unless that was done."""
        model, file, picture = side.model, side.file, side.input
        if model is None or file is None or picture is None or not model.classes:
            return
        asked = self._asked.get(side)
        if asked is not None and asked.model == model and asked.file is file:
            return
        asked = self._asked[side] = _Asked(model, file)

        def take(found: Classified) -> None:
            asked.prediction = Prediction(
                file.name, model.classes, found.probabilities, novelty=found.novelty
            )
            self.comparison_changed.emit()

        def fail(error: ExplorerError) -> None:
            asked.prediction = Prediction(file.name, error=error)
            self.comparison_changed.emit()

        self._worker_for(model).ask(ClassifyPicture(model.use, picture), done=take, failed=fail)

    def _on_activity(self) -> None:
        if self._is_entered:
            self.comparison_changed.emit()
