"""Change channels of the model and watch what comes of it: maps, prediction, many pictures."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPushButton, QStackedWidget, QWidget

from explorer.core.files.names import file_name, printable_name
from explorer.core.kernels.kernel import Kernel, Weights
from explorer.core.layers.feature_grid import color_map
from explorer.core.network.python_export import export_prediction
from explorer.state.network.batch_state import BatchState
from explorer.state.network.edits_state import EditsState
from explorer.state.network.network_state import NetworkState
from explorer.state.network.weights_state import WeightsState
from explorer.views.common.controls.number_box import NumberBox
from explorer.views.common.dialogs.save_dialog import SaveKind, ask_where_to_save
from explorer.views.common.kernel.editor import KernelEditor
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import add_field, field_grid, in_column, in_row
from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.common.theme import SPACING_PX
from explorer.views.network.operate.batch_panel import BatchPanel
from explorer.views.network.operate.before_after_bars import BeforeAfterBars
from explorer.views.network.part import Part

LABEL_PX = 64
EDITOR_PX = 150
LEAST_LIST_PX, LIST_PX = 44, 76
MOST_FACTOR = 100.0


class OperatePart(Part):
    """The chosen map before and after the edits, the prediction before and after."""

    name = "operate"

    def __init__(
        self,
        network: NetworkState,
        weights: WeightsState,
        edits: EditsState,
        batch: BatchState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._network = network
        self._weights = weights
        self._edits = edits
        self._batch = batch
        self._is_seen = False
        self.title = ElidedLabel()
        self.before = PictureView("Map before")
        self.after = PictureView("Map after")
        self.before.link_to(self.after)
        self.bars = BeforeAfterBars()
        self.list = QListWidget()
        self.list.setAccessibleName("Edits")
        self.list.setMinimumHeight(LEAST_LIST_PX)
        self.list.setMaximumHeight(LIST_PX)
        self.batch = BatchPanel(batch)
        self.sentence = plain_label(wraps=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.view = self._stack = QStackedWidget()
        self.channel_box = NumberBox("Map", 1, 1)
        self.input_box = NumberBox("Input channel", 1, 1)
        self.factor_box = NumberBox("Factor", -MOST_FACTOR, MOST_FACTOR, decimals=3)
        self.factor_box.setSingleStep(0.1)
        self.other_box = NumberBox("Other map", 1, 1)
        self.mute_button = QPushButton("Mute")
        self.mute_button.setCheckable(True)
        self.swap_button = QPushButton("Swap")
        self.editor = KernelEditor()
        self.editor.setFixedHeight(EDITOR_PX)
        self.take_button = QPushButton("Take the Filter page's kernel")
        self.reset_button = QPushButton("Reset")
        self.save_button = QPushButton("Save as new model…")
        self.panel = self._build_panel()
        self._lay_out()
        self._connect()
        self._show()

    def enter(self) -> None:
        if not self._is_seen:
            self._is_seen = True
            self._weights.enter()
            self._edits.enter()

    def leave(self) -> None:
        if self._is_seen:
            self._is_seen = False
            self._weights.leave()
            self._edits.leave()

    @property
    def mark(self) -> str:
        count = len(self._edits.edits)
        return str(count) if count else ""

    @property
    def is_busy(self) -> bool:
        return self._edits.is_busy or self._weights.is_busy

    @property
    def python(self) -> str:
        script = self._network.script
        is_classifier = script is not None and bool(script.model.classes)
        if script is None or self._edits.absence or not is_classifier:
            return ""
        return export_prediction(script)

    @property
    def can_edit(self) -> bool:
        """Whether the chosen map is a channel that can be changed."""
        return self._layer is not None

    @property
    def has_edits(self) -> bool:
        """Whether anything is changed."""
        return bool(self._edits.edits)

    def mute(self) -> None:
        """Mute the chosen channel, or let it sound again."""
        if self._layer is not None:
            self._edits.mute(self._layer, self._channel)

    def swap(self) -> None:
        """Let the chosen channel change places with the other one."""
        if self._layer is not None:
            self._edits.swap(self._layer, self._channel, int(self.other_box.value()) - 1)

    def take_kernel(self) -> None:
        """Put the Filter page's kernel in place of the chosen one."""
        offered = self._weights.offered
        if self._layer is None or offered is None:
            return
        # A kernel that comes back as it went changes nothing.
        shown = self._shown_kernel()
        is_other = shown.shape != offered.weights.shape
        if is_other or not np.allclose(offered.weights, shown, rtol=1e-6, atol=0):
            self._edits.end_edit()
            self._set_weights(offered.weights)
            self._edits.end_edit()

    def _shown_kernel(self) -> Weights:
        """Return the chosen kernel as the edits make it; empty where there is none."""
        kernel = self._weights.kernel
        if kernel is None or self._layer is None:
            return np.zeros((0, 0))
        place = (self._layer, self._weights.filter_index, self._weights.input_index)
        given = self._edits.kernel_of(*place)
        is_same = given is not None and given.shape == kernel.weights.shape
        return given if is_same and given is not None else kernel.weights

    @property
    def can_take_kernel(self) -> bool:
        """Whether the Filter page's kernel fits."""
        kernel, offered = self._weights.kernel, self._weights.offered
        if self._layer is None or kernel is None or offered is None:
            return False
        return kernel.weights.shape == offered.weights.shape

    def reset(self) -> None:
        """Take all edits back."""
        self._edits.reset()

    def try_on_dataset(self) -> None:
        """Try the edits on pictures of the dataset, or stop that."""
        self.batch.toggle()

    def save(self) -> None:
        """Ask for a file, and write the edited model into it."""
        base = self._edits.base
        if base is None:
            return
        name = file_name(f"{Path(base.name).stem} edited")
        kinds = [SaveKind("Keras model", (".keras",))]
        place = ask_where_to_save(self.view, "Save as new model", f"{name}.keras", kinds)
        if place is not None:
            self._edits.save(place[0])

    @property
    def _layer(self) -> str | None:
        """The layer whose channel can be changed; None where none can."""
        weights = self._weights.weights
        if self._edits.absence or weights is None or weights.layer != self._network.layer:
            return None
        is_scaled = any(one.name == "gamma" for one in weights.arrays)
        return weights.layer if weights.filters is not None or is_scaled else None

    @property
    def _channel(self) -> int:
        return self._network.map_index

    def _build_panel(self) -> QWidget:
        panel = QWidget()
        fields = field_grid(LABEL_PX)
        add_field(fields, "&Map", self.channel_box)
        add_field(fields, "&Scale by", self.factor_box)
        swap = QWidget()
        row: QHBoxLayout = in_row((self.other_box, 1), self.swap_button, of=swap)
        row.setContentsMargins(0, 0, 0, 0)
        add_field(fields, "S&wap with", swap)
        add_field(fields, "&Channel", self.input_box, "Which of the maps that go into the layer")
        in_column(
            fields,
            self.mute_button,
            self.editor,
            self.take_button,
            in_row((self.reset_button, 1), (self.save_button, 1)),
            of=panel,
        )
        return panel

    def _lay_out(self) -> None:
        whole = QWidget()
        pictures = in_row(
            (in_column(plain_label("Before", is_quiet=True), (self.before, 1)), 1),
            (in_column(plain_label("After", is_quiet=True), (self.after, 1)), 1),
        )
        in_column(
            self.title, (pictures, 3), self.bars, self.list, (self.batch, 2), of=whole
        ).setSpacing(SPACING_PX)
        self._stack.addWidget(whole)
        self._stack.addWidget(self.sentence)

    def _connect(self) -> None:
        network, weights, edits = self._network, self._weights, self._edits
        self.channel_box.edited.connect(lambda number: network.choose_map(int(number) - 1))
        self.input_box.edited.connect(lambda number: weights.choose_input(int(number) - 1))
        self.factor_box.edited.connect(self._on_factor)
        self.factor_box.edit_ended.connect(edits.end_edit)
        self.mute_button.clicked.connect(self.mute)
        self.swap_button.clicked.connect(self.swap)
        self.editor.weights_edited.connect(lambda index, found: self._set_weights(found))
        self.editor.stroke_ended.connect(edits.end_edit)
        self.take_button.clicked.connect(self.take_kernel)
        self.reset_button.clicked.connect(self.reset)
        self.save_button.clicked.connect(self.save)
        for signal in (
            *(network.maps_changed, network.choice_changed, network.activity_changed),
            *(weights.weights_changed, weights.choice_changed, weights.offer_changed),
            *(edits.edits_changed, edits.effect_changed),
        ):
            signal.connect(self._show)
        edits.edits_changed.connect(self.mark_changed)

    # From the state to the screen.

    def _show(self) -> None:
        network, edits, shown = self._network, self._edits, self._network.shown
        absence = edits.absence or ("" if shown is not None else network.absence or "Working…")
        self.sentence.setText(absence)
        self._stack.setCurrentIndex(1 if absence else 0)
        self._show_panel()
        self.commands_changed.emit()
        self.bars.show_probabilities(
            () if edits.base is None else edits.base.classes, edits.before, edits.after
        )
        lines = [f"{number}. {one.text}" for number, one in enumerate(edits.edits, start=1)]
        lines = lines or ["Nothing is changed."]
        if lines != [self.list.item(row).text() for row in range(self.list.count())]:
            self.list.clear()
            self.list.addItems(lines)
            self.list.scrollToBottom()
        if shown is None:
            return
        name = printable_name(shown.feature_maps.layer.name)
        self.title.setText(f"{name}, map {network.map_index + 1} of {shown.mosaic.count:,}")
        self._show_maps()

    def _show_panel(self) -> None:
        layer, shown, edits = self._layer, self._network.shown, self._edits
        can_edit = layer is not None and shown is not None
        count = 1 if shown is None else shown.mosaic.count
        self.channel_box.setRange(1, count)
        self.channel_box.show_number(self._channel + 1)
        self.channel_box.setEnabled(shown is not None and not edits.absence)
        self.other_box.setRange(1, count)
        for widget in (self.factor_box, self.other_box, self.swap_button, self.mute_button):
            widget.setEnabled(can_edit)
        is_muted = can_edit and edits.is_muted(layer or "", self._channel)
        self.mute_button.setChecked(is_muted)
        self.mute_button.setText("Muted" if is_muted else "Mute")
        self.factor_box.show_number(edits.factor_of(layer or "", self._channel))
        filters, kernel = self._weights.filters, self._weights.kernel
        self.input_box.setRange(1, 1 if filters is None else max(filters.kernels.shape[1], 1))
        self.input_box.show_number(self._weights.input_index + 1)
        has_kernel = can_edit and kernel is not None
        self.editor.setEnabled(has_kernel)
        self.input_box.setEnabled(has_kernel)
        self.editor.setVisible(has_kernel)
        if kernel is not None and layer is not None:
            self.editor.set_kernel(Kernel(kernel.name, self._shown_kernel()))
        self.take_button.setEnabled(self.can_take_kernel)
        self.reset_button.setEnabled(self.has_edits)
        self.save_button.setEnabled(not edits.absence)

    def _show_maps(self) -> None:
        shown, found = self._network.shown, self._edits.maps_before
        assert shown is not None
        maps, channel = shown.feature_maps.maps, self._network.map_index
        if maps.ndim != 3:
            for view in (self.before, self.after):
                view.show_nothing("This layer has no maps; its units show in the prediction.")
            return
        after = maps[:, :, channel]
        is_same = found is not None and found.layer.name == shown.feature_maps.layer.name
        is_same = is_same and found is not None and found.maps.shape == maps.shape
        both = [after]
        if found is not None and is_same:
            both.append(found.maps[:, :, channel])
        low = min(float(np.nan_to_num(one).min()) for one in both)
        high = max(float(np.nan_to_num(one).max()) for one in both)
        is_signed = low < 0
        if is_signed:
            high = max(high, -low)
            low = -high
        self.after.set_pixels(color_map(after, low, high, is_signed=is_signed))
        self.after.set_values(after)
        if found is not None and is_same:
            before = found.maps[:, :, channel]
            self.before.set_pixels(color_map(before, low, high, is_signed=is_signed))
            self.before.set_values(before)
        else:
            self.before.show_nothing("Working…")

    # From the hand to the state.

    def _on_factor(self, factor: float) -> None:
        if self._layer is not None:
            self._edits.scale(self._layer, self._channel, factor)

    def _set_weights(self, weights: Weights) -> None:
        if self._layer is not None:
            self._edits.set_kernel(
                self._layer, self._weights.filter_index, self._weights.input_index, weights
            )
