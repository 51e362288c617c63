"""The weights of the chosen layer, and the kernel that is looked at."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from explorer.background.latest_request import LatestRequest
from explorer.background.worker_process import WorkerProcess
from explorer.core.kernels.kernel import MAX_EDGE, MAX_WEIGHT, Kernel
from explorer.core.layers.weights import FilterTable, LayerWeights
from explorer.core.models.model import Model
from explorer.core.models.model_use import ModelUse
from explorer.core.models.requests import ReadWeights
from explorer.errors import ExplorerError
from explorer.state.network.network_state import NetworkState


class WeightsState(QObject):
    """Reads the weights of the layer that `NetworkState` has chosen, while somebody looks.

    Parameters
    ----------
    network : NetworkState
    worker_for : callable
        Returns the process that runs a model layer by layer.

    Signals
    -------
    weights_changed()
        `weights` or `failure` has another value.
    choice_changed()
        `filter_index` or `input_index` has another value.
    kernel_sent(Kernel)
        A person wants to apply a kernel on the Filter page.
    offer_changed()
        `offered` is another kernel.
    """

    weights_changed = Signal()
    choice_changed = Signal()
    kernel_sent = Signal(object)
    offer_changed = Signal()

    def __init__(
        self,
        network: NetworkState,
        worker_for: Callable[[Model], WorkerProcess],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._network = network
        self._worker_for = worker_for
        self._lookers = 0
        self._asked: tuple[ModelUse, str] | None = None
        self._request = LatestRequest[LayerWeights](done=self._set, failed=self._fail)
        self.weights: LayerWeights | None = None
        """Those of the layer; None until they are known."""
        self.failure = ""
        """Why they are not known, in one sentence."""
        self._filter = 0
        self._input = 0
        self.offered: Kernel | None = None
        """The Filter page's kernel as a network would keep it; None where it has none alone."""
        network.maps_changed.connect(self._ask)
        network.choice_changed.connect(self._on_choice)
        network.layers_changed.connect(self._ask)

    @property
    def filters(self) -> FilterTable | None:
        """The filters of the layer; None where it has none."""
        return None if self.weights is None else self.weights.filters

    @property
    def filter_index(self) -> int:
        """Which filter is looked at, from 0: the one that makes the chosen map, where one does."""
        count = 0 if self.filters is None else self.filters.count
        wanted = self._network.map_index if self._has_map_each else self._filter
        return max(0, min(wanted, count - 1))

    @property
    def input_index(self) -> int:
        """Which of its input channels, from 0."""
        filters = self.filters
        count = 0 if filters is None else filters.kernels.shape[1]
        return max(0, min(self._input, count - 1))

    @property
    def kernel(self) -> Kernel | None:
        """The kernel that is looked at, named; None where the layer has none that can be one."""
        filters, layer = self.filters, self._network.layer
        if filters is None or layer is None or not filters.kernels.size:
            return None
        found = filters.kernels[self.filter_index, self.input_index].astype(float)
        if max(found.shape) > MAX_EDGE or not abs(found).max() <= MAX_WEIGHT:
            return None
        own = layer.rpartition("/")[2]
        return Kernel(f"{own} {self.filter_index + 1}, channel {self.input_index + 1}", found)

    @property
    def is_busy(self) -> bool:
        """Whether weights are still to come."""
        return self._request.is_busy

    def enter(self) -> None:
        """Begin to ask: one more looks."""
        self._lookers += 1
        self._ask()

    def leave(self) -> None:
        """Ask no more, once nobody looks."""
        self._lookers = max(0, self._lookers - 1)

    def choose_filter(self, index: int) -> None:
        """Look at another filter."""
        if self._has_map_each:
            self._network.choose_map(index)
        else:
            self._filter = index
            self.choice_changed.emit()

    def choose_input(self, index: int) -> None:
        """Look at the kernel over another input channel."""
        if index != self._input:
            self._input = index
            self.choice_changed.emit()

    def send(self) -> None:
        """Apply the kernel on the Filter page."""
        if self.kernel is not None:
            self.kernel_sent.emit(self.kernel)

    def offer(self, kernel: Kernel | None) -> None:
        """Take note of the Filter page's kernel, as it would be applied without turning it."""
        self.offered = kernel
        self.offer_changed.emit()

    @property
    def _has_map_each(self) -> bool:
        """Whether each filter makes one of the maps that are shown."""
        shown, filters = self._network.shown, self.filters
        if shown is None or filters is None or shown.feature_maps.layer.name != self._network.layer:
            return False
        return shown.mosaic.count == filters.count

    def _on_choice(self) -> None:
        self._ask()
        self.choice_changed.emit()

    def _ask(self) -> None:
        model, layer = self._network.model, self._network.layer
        if not self._lookers or model is None or layer is None or not self._network.has_layers:
            return
        if self._asked != (model.use, layer):
            if self._asked is not None and self._asked[0].path != model.path:
                self._forget()
            self._asked = (model.use, layer)
            self._request.forget()
            self._request.ask(self._worker_for(model), ReadWeights(model.use, layer))

    def _forget(self) -> None:
        """Show no weights: they would be taken for those of another model."""
        self.weights, self.failure = None, ""
        self.weights_changed.emit()

    def _set(self, request: ReadWeights, found: LayerWeights) -> None:
        if (request.model, request.layer) == self._asked:
            self.weights, self.failure = found, ""
            self.weights_changed.emit()

    def _fail(self, error: ExplorerError) -> None:
        self.weights, self.failure = None, error.sentence
        self.weights_changed.emit()
