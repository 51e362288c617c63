"""The architecture of a model: its graph in the middle; the chosen layer in words beside it."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QPushButton, QStackedWidget, QWidget

from explorer.core.files.names import printable_name
from explorer.core.layers.layers import LayerInfo
from explorer.core.network.python_export import export_layers
from explorer.state.network.architecture_state import ArchitectureState
from explorer.state.network.layer_tree import describe_field, format_shape
from explorer.state.network.network_state import NetworkState
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.theme import SPACING_PX
from explorer.views.network.architecture.dense_panel import DensePanel
from explorer.views.network.architecture.graph_view import GraphView
from explorer.views.network.part import Part


class ArchitecturePart(Part):
    """The layers as a graph, in which one is chosen as in the tree at the left."""

    name = "architecture"

    def __init__(
        self, network: NetworkState, state: ArchitectureState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._network = network
        self._state = state
        self.graph = GraphView()
        self.message = plain_label(wraps=True)
        self.view = self._stack = QStackedWidget()
        self._stack.addWidget(self.graph)
        place = QWidget()
        in_column(1, self.message, 1, of=place, margin=4 * SPACING_PX)
        self._stack.addWidget(place)
        self.facts = plain_label(wraps=True, is_selectable=True)
        self.facts.setMinimumWidth(1)
        self.open_button = QPushButton("&Open all")
        self.fold_button = QPushButton("&Fold all")
        self.dense = DensePanel(state)
        self.panel = QWidget()
        for button in (self.open_button, self.fold_button):
            button.setMinimumHeight(HEIGHT_PX)
        buttons = in_row(self.open_button, self.fold_button, 1)
        in_column(buttons, self.facts, self.dense, of=self.panel, spacing=2 * SPACING_PX)

        self.graph.layer_chosen.connect(network.choose_layer)
        self.graph.fold_wanted.connect(state.toggle)
        self.open_button.clicked.connect(state.open_all)
        self.fold_button.clicked.connect(state.fold_all)
        state.graph_changed.connect(self._show)
        network.choice_changed.connect(self._show_chosen)
        network.layers_changed.connect(self._show_chosen)
        self._show()

    @property
    def python(self) -> str:
        script = self._network.script
        return "" if script is None else export_layers(script)

    def enter(self) -> None:
        self._state.enter()

    def leave(self) -> None:
        self._state.leave()

    @property
    def is_busy(self) -> bool:
        return self._state.is_busy

    def _show(self) -> None:
        state = self._state
        if state.is_busy and self._stack.currentIndex() == 0:
            return  # the last one stays until the next is there
        self.graph.show_graph(state.graph, self._network.architecture)
        text = "Drawing…" if state.is_busy else state.failure
        self.message.setText(text or "The layers are drawn here once they are known.")
        self._stack.setCurrentIndex(0 if state.graph is not None else 1)
        for button in (self.open_button, self.fold_button):
            button.setEnabled(bool(state.groups))
        self._show_chosen()

    def _show_chosen(self) -> None:
        name = self._network.layer
        self.graph.show_chosen(name)
        layer = next((one for one in self._network.layers if one.name == name), None)
        self.facts.setText("" if layer is None else describe_layer(layer))


def describe_layer(layer: LayerInfo) -> str:
    """Return all that is known of a layer, a line each."""
    lines = [layer.name, " ".join(filter(None, (f"{layer.kind}.", layer.detail)))]
    if layer.output_shape:
        lines.append(f"It returns {format_shape(layer.output_shape)} values.")
    lines.append(f"{layer.parameters:,} parameters")
    cost = layer.multiply_adds
    lines.append("Multiply-adds unknown" if cost is None else f"{cost:,} multiply-adds per picture")
    if layer.receptive_field is not None:
        lines.append(describe_field(layer.receptive_field))
    if layer.problem:
        lines.append(layer.problem)
    return "\n".join(map(printable_name, lines))
