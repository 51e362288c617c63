"""The weights of the chosen layer: all kernels in the middle, one of them beside."""

import numpy as np
from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from explorer.core.files.names import printable_name
from explorer.core.kernels.kernel import Kernel
from explorer.core.layers.feature_grid import Scale
from explorer.core.layers.kernel_mosaic import color_matrix, tile_in_color, tile_kernels
from explorer.core.layers.weights import FilterTable, find_silent
from explorer.core.network.python_export import export_weights
from explorer.state.network.network_state import NetworkState
from explorer.state.network.weights_state import WeightsState
from explorer.views.common.controls.number_box import NumberBox
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import add_field, field_grid, in_column, in_row
from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.common.theme import SPACING_PX
from explorer.views.network.maps.feature_grid import FeatureGrid
from explorer.views.network.part import Part
from explorer.views.network.weights.histogram import WeightHistogram
from explorer.views.network.weights.kernel_figure import KernelFigure
from explorer.views.network.weights.texts import (
    describe_arrays,
    describe_filter,
    describe_layer,
    findings_of,
)

LABEL_PX = 64
_LOOKS: tuple[tuple[str, str], ...] = (
    ("color", "In colour"),
    ("each", "One channel, each by itself"),
    ("all", "One channel, same scale"),
)


class WeightsPart(Part):
    """Kernels as pictures, of which one is chosen; what stands out is listed below them."""

    name = "weights"

    def __init__(
        self, network: NetworkState, state: WeightsState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._network = network
        self._state = state
        self._is_seen = False
        self.title = ElidedLabel()
        self.grid = FeatureGrid()
        self.grid.view.setAccessibleName("Kernels")
        self.matrix = PictureView("Weights of filters of 1×1")
        self.sentence = plain_label(wraps=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pictures = QStackedWidget()
        self.histogram = WeightHistogram()
        self.arrays = plain_label(wraps=True, is_quiet=True, is_selectable=True)
        self.findings = QListWidget()
        self.findings.setAccessibleName("What stands out")
        self.findings.setWordWrap(True)
        self.view = QWidget()
        self.filter_box = NumberBox("Filter", 1, 1)
        self.input_box = NumberBox("Input channel", 1, 1)
        self.look_choice = QComboBox()
        self.figure = KernelFigure()
        self.facts = plain_label(wraps=True, is_selectable=True)
        self.send_button = QPushButton("Send to the Filter page")
        self.panel = self._build_panel()
        self._lay_out()

        self.grid.map_chosen.connect(state.choose_filter)
        self.matrix.clicked.connect(self._on_matrix)
        self.filter_box.edited.connect(lambda number: state.choose_filter(int(number) - 1))
        self.input_box.edited.connect(lambda number: state.choose_input(int(number) - 1))
        self.look_choice.currentIndexChanged.connect(self._show_kernels)
        self.findings.itemActivated.connect(self._on_finding)
        self.findings.itemClicked.connect(self._on_finding)
        self.send_button.clicked.connect(state.send)
        state.weights_changed.connect(self._show)
        state.choice_changed.connect(self._show_choice)
        network.maps_changed.connect(self._show_findings)
        self._show()

    def enter(self) -> None:
        if not self._is_seen:
            self._is_seen = True
            self._state.enter()

    def leave(self) -> None:
        if self._is_seen:
            self._is_seen = False
            self._state.leave()

    @property
    def is_busy(self) -> bool:
        return self._state.is_busy

    @property
    def python(self) -> str:
        script, weights = self._network.script, self._state.weights
        architecture = self._network.architecture
        is_keras = architecture is not None and architecture.is_keras
        if script is None or weights is None or not is_keras:
            return ""
        return export_weights(script, weights.layer)

    def step_filter(self, distance: int) -> None:
        """Look at the filter beside the chosen one."""
        self._state.choose_filter(self._state.filter_index + distance)

    def step_input(self, distance: int) -> None:
        """Look at the kernel over the input channel beside the chosen one."""
        self._state.choose_input(self._state.input_index + distance)

    def send(self) -> None:
        """Apply the kernel on the Filter page."""
        self._state.send()

    @property
    def kernel(self) -> Kernel | None:
        """The kernel that is looked at."""
        return self._state.kernel

    @property
    def has_kernel(self) -> bool:
        """Whether there is a kernel that the Filter page can apply."""
        return self.kernel is not None

    def _build_panel(self) -> QWidget:
        panel = QWidget()
        for look, text in _LOOKS:
            self.look_choice.addItem(text, look)
        fields = field_grid(LABEL_PX)
        add_field(fields, "&Filter", self.filter_box)
        add_field(fields, "&Channel", self.input_box, "Which of the maps that go into the layer")
        add_field(fields, "&Show", self.look_choice)
        in_column(fields, self.figure, self.facts, self.send_button, of=panel)
        return panel

    def _lay_out(self) -> None:
        for picture in (self.grid, self.matrix, self.sentence):
            self._pictures.addWidget(picture)
        self._pictures.installEventFilter(self)
        self._below = QWidget()
        # As high as the lines of statistics are, whatever stands out beside them.
        self.findings.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        numbers = in_column(self.histogram, self.arrays, 1, spacing=SPACING_PX // 2)
        in_row((numbers, 1), (self.findings, 1), of=self._below, spacing=2 * SPACING_PX)
        in_column(
            self.title, (self._pictures, 1), self._below, of=self.view, spacing=SPACING_PX // 2
        )

    # From the state to the screen.

    def _show(self) -> None:
        weights, filters = self._state.weights, self._state.filters
        self.title.setText("" if weights is None else describe_layer(weights))
        self._below.setVisible(weights is not None and bool(weights.arrays))
        self.arrays.setText("" if weights is None else "\n".join(describe_arrays(weights)))
        largest = None
        if weights is not None and weights.arrays:
            largest = max(weights.arrays, key=lambda one: one.statistics.count)
        self.histogram.show_statistics(
            largest.name if largest else "", largest.statistics if largest else None
        )
        self.panel.setEnabled(filters is not None)
        self.look_choice.setEnabled(filters is not None and self._has_color(filters))
        self._show_kernels()
        self._show_findings()
        self._show_choice()

    def _show_kernels(self) -> None:
        filters, state = self._state.filters, self._state
        if filters is None or not filters.kernels.size:
            self.sentence.setText(self._why_no_kernels())
            self._pictures.setCurrentWidget(self.sentence)
            return
        if filters.kernels.shape[2:] == (1, 1):
            colors, values = color_matrix(filters), filters.kernels[:, :, 0, 0]
            if self._is_on_its_side(filters):
                colors, values = colors.swapaxes(0, 1), values.T
            self.matrix.set_pixels(np.ascontiguousarray(colors))
            self.matrix.set_values(np.ascontiguousarray(values))
            self._pictures.setCurrentWidget(self.matrix)
            return
        look = self._look(filters)
        aspect = max(self._pictures.width(), 1) / max(self._pictures.height(), 1)
        if look == "color":
            model = self._network.model
            is_bgr = model is not None and model.preparation.channels == "bgr"
            mosaic = tile_in_color(filters, is_bgr=is_bgr, aspect=aspect)
        else:
            scale: Scale = "all" if look == "all" else "each"
            mosaic = tile_kernels(filters, state.input_index, scale=scale, aspect=aspect)
        weights = state.weights
        self.grid.set_mosaic(mosaic, None if weights is None else weights.layer)
        self.grid.set_chosen(state.filter_index)
        self._pictures.setCurrentWidget(self.grid)

    def _why_no_kernels(self) -> str:
        weights, filters = self._state.weights, self._state.filters
        if weights is None:
            return self._state.failure or "Working…"
        name = printable_name(weights.layer)
        if filters is not None:
            return f"Layer “{name}” has too many weights to draw them; their statistics are below."
        if weights.arrays:
            return f"Layer “{name}” has no kernels; what is known of its weights stands below."
        return f"Layer “{name}” has no weights."

    def _is_on_its_side(self, filters: FilterTable) -> bool:
        """Say whether a filter of 1×1 is a column: more filters than inputs fit better so."""
        count, inputs = filters.kernels.shape[:2]
        return bool(count > inputs)

    def _has_color(self, filters: FilterTable) -> bool:
        return filters.kernels.shape[1] == 3 and filters.kernels.shape[2:] != (1, 1)

    def _look(self, filters: FilterTable) -> str:
        look = str(self.look_choice.currentData())
        return "each" if look == "color" and not self._has_color(filters) else look

    def _show_choice(self) -> None:
        filters, state = self._state.filters, self._state
        self.send_button.setEnabled(state.kernel is not None)
        self.commands_changed.emit()
        self.figure.show_kernel(state.kernel)
        if filters is None:
            self.facts.setText("")
            return
        index = state.filter_index
        self.filter_box.setRange(1, filters.count)
        self.filter_box.show_number(index + 1)
        self.input_box.setRange(1, max(filters.kernels.shape[1], 1))
        self.input_box.show_number(state.input_index + 1)
        self.facts.setText("\n".join(describe_filter(filters, index)))
        if self._pictures.currentWidget() is self.matrix:
            place = (state.input_index, index)
            across, down = place[::-1] if self._is_on_its_side(filters) else place
            self.matrix.set_windows([QRectF(across, down, 1, 1)])
        elif self._look(filters) != "color":
            self._show_kernels()
        self.grid.set_chosen(index)

    def _show_findings(self) -> None:
        self.findings.clear()
        filters, shown = self._state.filters, self._network.shown
        if filters is None:
            return
        silent: tuple[int, ...] = ()
        weights = self._state.weights
        if shown is not None and weights is not None:
            maps = shown.feature_maps.maps
            if shown.feature_maps.layer.name == weights.layer and maps.ndim == 3:
                silent = find_silent(maps)
        for text, index in findings_of(filters, silent):
            item = QListWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, index)
            self.findings.addItem(item)

    # From the hand to the state.

    def _on_finding(self, item: QListWidgetItem) -> None:
        self._state.choose_filter(int(item.data(Qt.ItemDataRole.UserRole)))

    def _on_matrix(self, column: int, row: int) -> None:
        filters = self._state.filters
        if filters is not None and self._is_on_its_side(filters):
            column, row = row, column
        self._state.choose_filter(row)
        self._state.choose_input(column)

    # Qt overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._pictures:
            self._show_kernels()
        return super().eventFilter(watched, event)
