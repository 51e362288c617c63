"""The graph of the current model's layers, and the fully connected layer it is compared with."""

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.core.layers.architecture import Architecture
from explorer.core.network.dense_layer import DenseLayer
from explorer.core.network.graph_layout import MOST_AT_FIRST, GraphLayout, groups_of, lay_out
from explorer.errors import ExplorerError
from explorer.state.network.network_state import NetworkState


class ArchitectureState(QObject):
    """Lays the graph out on a thread while it is shown; the last one stays until the next is there.

    Parameters
    ----------
    network : NetworkState
    pool : TaskPool

    Signals
    -------
    graph_changed()
        `graph`, `failure` or `is_busy` has another value.
    dense_changed()
        `dense` has another value.
    """

    graph_changed = Signal()
    dense_changed = Signal()

    def __init__(
        self, network: NetworkState, pool: TaskPool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._network = network
        self._pool = pool
        self._is_shown = False
        self.is_busy = False
        """Whether the graph is being laid out."""
        self.graph: GraphLayout | None = None
        """None before the first, and where it cannot be drawn."""
        self.failure = ""
        """Why it cannot be drawn, in one sentence."""
        self.folded: frozenset[str] = frozenset()
        """The nested models that are drawn as one box."""
        self.dense = DenseLayer()
        """The layer that the model is compared with."""
        self._groups: tuple[str, ...] = ()
        self._drawn: tuple[Architecture, frozenset[str]] | None = None
        network.layers_changed.connect(self._on_layers)
        self._on_layers()

    @property
    def groups(self) -> tuple[str, ...]:
        """The nested models, outer ones first."""
        return self._groups

    def enter(self) -> None:
        """Begin to lay out: the graph is shown."""
        self._is_shown = True
        self._advance()

    def leave(self) -> None:
        """Lay nothing out: nobody sees it."""
        self._is_shown = False

    def toggle(self, name: str) -> None:
        """Fold or open a nested model; of a layer, fold the innermost model that it is in."""
        group = name if name in self._groups else name.rpartition("/")[0]
        if group:
            self._set_folded(self.folded ^ {group})

    def fold_all(self) -> None:
        """Draw each nested model as one box."""
        self._set_folded(frozenset(self._groups))

    def open_all(self) -> None:
        """Draw each layer."""
        self._set_folded(frozenset())

    def set_dense(self, dense: DenseLayer) -> None:
        """Think of another fully connected layer."""
        if dense != self.dense:
            self.dense = dense
            self.dense_changed.emit()

    def _set_folded(self, folded: frozenset[str]) -> None:
        if folded != self.folded:
            self.folded = folded
            self._advance()

    def _on_layers(self) -> None:
        architecture = self._network.architecture
        layers = () if architecture is None else architecture.layers
        groups = groups_of(layers)
        if groups != self._groups:
            self._groups = groups
            is_small = len(layers) <= MOST_AT_FIRST
            self.folded = frozenset() if is_small else frozenset(groups)
        if architecture is not None:
            self._take_input(architecture)
        self._advance()

    def _take_input(self, architecture: Architecture) -> None:
        """Compare with a layer on what the model takes."""
        size = architecture.input_size
        if size is None:
            return
        shape = next((one.shape for one in architecture.inputs if len(one.shape or ()) == 3), ())
        if not shape:
            return
        channels = shape[0] if architecture.is_channels_first else shape[-1]
        dense = self.dense
        self.set_dense(DenseLayer(dense.units, *size, channels or dense.channels, dense.bytes_each))

    def _advance(self) -> None:
        """Lay out what is wished for, unless that is drawn or being drawn."""
        architecture = self._network.architecture
        if not self._is_shown or self.is_busy:
            return
        if architecture is None:
            self.graph, self._drawn = None, None
            self.graph_changed.emit()
            return
        wish = (architecture, self.folded)
        if self._drawn is not None and self._drawn[0] is architecture and self._drawn == wish:
            return
        self.is_busy = True
        self._pool.run(
            lambda: lay_out(*wish),
            done=lambda found: self._take(wish, found, ""),
            failed=lambda error: self._take(wish, None, _sentence(error)),
        )
        self.graph_changed.emit()

    def _take(
        self, wish: tuple[Architecture, frozenset[str]], found: GraphLayout | None, failure: str
    ) -> None:
        self.is_busy = False
        self._drawn, self.graph, self.failure = wish, found, failure
        self.graph_changed.emit()
        self._advance()


def _sentence(error: Exception) -> str:
    return (error if isinstance(error, ExplorerError) else ExplorerError()).sentence
