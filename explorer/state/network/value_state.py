"""One value of the chosen map: how it comes about, and which pixels it depends on."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal

from explorer.background.latest_request import LatestRequest
from explorer.background.worker_process import WorkerProcess
from explorer.core.images.read import Picture
from explorer.core.layers.arithmetic import ValueArithmetic
from explorer.core.layers.effective_field import EffectiveField
from explorer.core.layers.layers import LayerInfo
from explorer.core.models.model import Model
from explorer.core.models.model_use import ModelUse
from explorer.core.models.requests import ExplainValue, MeasureField
from explorer.errors import ExplorerError
from explorer.state.network.network_state import NetworkState
from explorer.state.shared.timers import make_timer

REST_MS = 150
"""How long the mouse rests on a value before its pixels are measured, which takes longer."""

Place = tuple[int, int]
"""Row and column in a map."""


class ValueState(QObject):
    """Follows one value of the chosen map of `NetworkState`, through layers and pictures.

    Nothing is asked while nobody looks: between `leave` and `enter`.

    Parameters
    ----------
    network : NetworkState
    worker_for : callable
        Returns the process that runs a model layer by layer.

    Signals
    -------
    value_changed()
        `place`, `is_pinned`, `arithmetic`, `field` or `failure` has another value.
    """

    value_changed = Signal()

    def __init__(
        self,
        network: NetworkState,
        worker_for: Callable[[Model], WorkerProcess],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._network = network
        self._worker_for = worker_for
        self._is_active = False
        self._shape: Place = (0, 0)
        self.place: Place = (0, 0)
        """Which value of the chosen map is followed."""
        self.is_pinned = False
        """Whether it stays the same while the mouse moves."""
        self.arithmetic: ValueArithmetic | None = None
        """How a value comes about: the one that `explained` says."""
        self.explained: tuple[str, int, int, int] | None = None
        """The layer, row, column and channel that `arithmetic` is of."""
        self.field: EffectiveField | None = None
        """What it depends on; None until it is known."""
        self.failure = ""
        """Why there is no arithmetic, in one sentence; empty where there is."""
        self._values = LatestRequest[ValueArithmetic](done=self._set_arithmetic, failed=self._fail)
        self._fields = LatestRequest[EffectiveField](done=self._set_field, failed=self._fail_field)
        self.field_failure = ""
        """Why `field` is missing, in one sentence."""
        self._rest = make_timer(self, REST_MS, self._ask_field)
        network.maps_changed.connect(self._on_maps)
        network.choice_changed.connect(self._on_choice)

    @property
    def layer(self) -> LayerInfo | None:
        """The layer whose maps are shown, as the architecture knows it."""
        shown = self._network.shown
        if shown is None:
            return None
        layer = shown.feature_maps.layer
        return next((one for one in self._network.layers if one.name == layer.name), layer)

    @property
    def value(self) -> float | None:
        """The value that is followed, as the model computed it."""
        shown = self._network.shown
        if shown is None:
            return None
        maps, channel = shown.feature_maps.maps, self._network.map_index
        return float(maps[(*self.place, channel)] if maps.ndim == 3 else maps[channel])

    @property
    def box(self) -> tuple[range, range] | None:
        """The rows and columns of the model's input that the value can depend on."""
        layer, picture = self.layer, self._network.input
        field = None if layer is None else layer.receptive_field
        if field is None or picture is None or len(field.size) != 2:
            return None
        return field.box(*self.place, (picture.shape[0], picture.shape[1]))

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        is_waiting = self._values.is_busy or self._fields.is_busy or self._rest.isActive()
        return self._is_active and is_waiting

    def enter(self) -> None:
        """Begin to ask: somebody looks."""
        self._is_active = True
        self._on_maps()

    def leave(self) -> None:
        """Ask no more."""
        self._is_active = False
        self._rest.stop()
        self._values.forget()
        self._fields.forget()

    def point(self, row: int, column: int) -> None:
        """Follow the value under the mouse, unless one is pinned."""
        if not self.is_pinned:
            self._follow((row, column))

    def pin(self, row: int, column: int) -> None:
        """Stay at a value; the one that is pinned is let go."""
        is_let_go = self.is_pinned and (row, column) == self.place
        self.is_pinned = not is_let_go
        self._follow((row, column))
        self.value_changed.emit()

    def unpin(self) -> None:
        """Follow the mouse again."""
        self.is_pinned = False
        self.value_changed.emit()

    def step(self, down: int, right: int) -> None:
        """Go to a value beside the one that is followed, and stay there."""
        self.is_pinned = True
        self._follow((self.place[0] + down, self.place[1] + right))
        self.value_changed.emit()

    def go_to_strongest(self) -> None:
        """Go to the value of the chosen map that is farthest from 0."""
        shown = self._network.shown
        if shown is None or shown.feature_maps.maps.ndim != 3:
            return
        channel = np.nan_to_num(shown.feature_maps.maps[:, :, self._network.map_index])
        row, column = divmod(int(np.argmax(np.abs(channel))), channel.shape[1])
        self._follow((row, column))
        self.value_changed.emit()

    def _follow(self, place: Place) -> None:
        place = self._within(place)
        if place != self.place:
            self.place = place
            self._ask()

    def _within(self, place: Place) -> Place:
        row, column = (
            max(0, min(at, length - 1)) for at, length in zip(place, self._shape, strict=True)
        )
        return row, column

    def _on_maps(self) -> None:
        """Stay at the same spot of the picture, or begin at the strongest value."""
        shown = self._network.shown
        if shown is None:
            self.arithmetic = self.field = None
            self.value_changed.emit()
            return
        maps = shown.feature_maps.maps
        shape = (maps.shape[0], maps.shape[1]) if maps.ndim == 3 else (1, 1)
        before, self._shape = self._shape, shape
        if before in ((0, 0), (1, 1)):
            self.place = (0, 0)
            self.go_to_strongest()
        else:
            row, column = (
                int((at + 0.5) * now / then)
                for at, now, then in zip(self.place, shape, before, strict=True)
            )
            self.place = self._within((row, column))
        self._ask()

    def _on_choice(self) -> None:
        shown = self._network.shown
        if shown is not None and shown.feature_maps.layer.name == self._network.layer:
            self._ask()

    def _asked(self) -> tuple[WorkerProcess, ModelUse, str, int, Picture] | None:
        """Return what a request is about: None while nobody looks, or nothing is shown."""
        shown, picture = self._network.shown, self._network.input
        if shown is None or picture is None or not self._is_active:
            return None
        name = shown.feature_maps.layer.name
        worker = self._worker_for(shown.model)
        return worker, shown.model.use, name, self._network.map_index, picture

    def _ask(self) -> None:
        self.field, self.field_failure = None, ""
        self._fields.forget()
        asked = self._asked()
        if asked is not None:
            worker, use, layer, channel, picture = asked
            self._values.ask(worker, ExplainValue(use, layer, *self.place, channel, picture))
            self._rest.start()
        self.value_changed.emit()

    def _ask_field(self) -> None:
        asked = self._asked()
        if asked is not None:
            worker, use, layer, channel, picture = asked
            self._fields.ask(worker, MeasureField(use, layer, *self.place, channel, picture))
        self.value_changed.emit()

    def _set_arithmetic(self, request: ExplainValue, found: ValueArithmetic) -> None:
        self.arithmetic, self.failure = found, ""
        self.explained = (request.layer, request.row, request.column, request.channel)
        self.value_changed.emit()

    def _fail(self, error: ExplorerError) -> None:
        self.arithmetic, self.failure = None, error.sentence
        self.value_changed.emit()

    def _set_field(self, request: MeasureField, found: EffectiveField) -> None:
        self.field = found
        self.value_changed.emit()

    def _fail_field(self, error: ExplorerError) -> None:
        self.field_failure = error.sentence
        self.value_changed.emit()
