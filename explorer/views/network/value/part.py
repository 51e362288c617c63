"""The value under the mouse: its map and its arithmetic in the middle, its pixels beside them."""

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QStackedWidget, QWidget

from explorer.core.files.names import printable_name
from explorer.core.layers.effective_field import spotlight
from explorer.core.layers.feature_grid import color_map
from explorer.core.network.python_export import export_maps
from explorer.state.network.network_state import NetworkState
from explorer.state.network.value_state import ValueState
from explorer.views.common.controls.controlled_check_box import ControlledCheckBox
from explorer.views.common.controls.number_box import NumberBox
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row, label_of
from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.common.theme import SPACING_PX
from explorer.views.network.maps.map_texts import name_map
from explorer.views.network.maps.waiting import Waiting
from explorer.views.network.part import Part
from explorer.views.network.value.sheet import ValueSheet
from explorer.views.network.value.texts import (
    describe_continuation,
    describe_field,
    describe_place,
    describe_step,
    describe_total,
    describe_verdict,
)

PHOTO_HEIGHT_PX = 240
RESULT_SCALE = 1.3


class ValuePart(Part):
    """A map in which a value is chosen, how it is computed, and what it depends on."""

    name = "value"

    def __init__(
        self, network: NetworkState, state: ValueState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._network = network
        self._state = state
        self.title = ElidedLabel()
        self.map = PictureView("Map of the value")
        self.sheet = ValueSheet()
        self.steps = plain_label(wraps=True, is_selectable=True, scale=RESULT_SCALE)
        self.verdict = plain_label(wraps=True, is_selectable=True)
        self.after = plain_label(wraps=True, is_quiet=True, is_selectable=True)
        self.waiting = Waiting()
        self.view = self._stack = QStackedWidget()
        self.photo = PictureView("What the value depends on")
        self.photo.setFixedHeight(PHOTO_HEIGHT_PX)
        self.facts = plain_label(wraps=True)
        self.channel_box = NumberBox("Map", 1, 1)
        self.effective_box = ControlledCheckBox("Light up the effective field")
        self.effective_box.setChecked(True)
        self.sort_box = ControlledCheckBox("Largest contributions first")
        self.pin_box = ControlledCheckBox("Pinned: stays while the mouse moves")
        self.panel = self._build_panel()
        self._lay_out()

        self.map.hovered.connect(self._on_hovered)
        self.map.clicked.connect(self._on_clicked)
        self.channel_box.edited.connect(lambda number: network.choose_map(int(number) - 1))
        self.pin_box.clicked.connect(lambda: state.pin(*state.place))
        for box in (self.effective_box, self.sort_box):
            box.clicked.connect(lambda checked=False, one=box: self._toggle(one))
        state.value_changed.connect(self._show)
        network.maps_changed.connect(self._show)
        network.choice_changed.connect(self._show)
        network.activity_changed.connect(self._show_waiting)
        self.waiting.button.clicked.connect(network.retry)
        self._show()

    def enter(self) -> None:
        self._state.enter()

    def leave(self) -> None:
        self._state.leave()

    @property
    def is_busy(self) -> bool:
        return self._state.is_busy

    @property
    def python(self) -> str:
        script, shown = self._network.script, self._network.shown
        if script is None or shown is None:
            return ""
        layer = shown.feature_maps.layer
        text = export_maps(script, layer.name)
        architecture = self._network.architecture
        is_keras = architecture is not None and architecture.is_keras
        if not is_keras or layer.is_channels_first or layer.token_grid is not None:
            return text  # other axes
        place = [*self._state.place, self._network.map_index]
        indices = place if shown.feature_maps.maps.ndim == 3 else place[-1:]
        return f"{text}print(maps[{', '.join(map(str, indices))}])\n"

    def go_to_strongest(self) -> None:
        """Follow the value of the map that is farthest from 0."""
        self._state.go_to_strongest()

    def toggle_pin(self) -> None:
        """Pin the value that is followed, or let it go."""
        self._state.pin(*self._state.place)

    def toggle_effective(self) -> None:
        """Light up what the value depends on, or show the photo as it is."""
        self._toggle(self.effective_box)

    def toggle_order(self) -> None:
        """List the largest contributions first, or all in their order."""
        self._toggle(self.sort_box)

    def _build_panel(self) -> QWidget:
        panel = QWidget()
        chooser = in_row(label_of(self.channel_box, "&Map"), (self.channel_box, 1))
        in_column(
            self.photo,
            self.facts,
            self.effective_box,
            self.sort_box,
            self.pin_box,
            chooser,
            of=panel,
        )
        return panel

    def _lay_out(self) -> None:
        scroll = QScrollArea()
        scroll.setWidget(self.sheet)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName("Computation, part by part")
        below = QWidget()
        in_column(
            self.steps, self.verdict, self.after, (scroll, 1), of=below, spacing=SPACING_PX // 2
        )
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(2 * SPACING_PX)
        splitter.addWidget(self.map)
        splitter.addWidget(below)
        splitter.setSizes([200, 320])
        splitter.setStretchFactor(1, 1)
        whole = QWidget()
        in_column(self.title, (splitter, 1), of=whole, spacing=SPACING_PX // 2)
        self._stack.addWidget(whole)
        self._stack.addWidget(self.waiting)

    # From the state to the screen.

    def _show(self) -> None:
        shown, state = self._network.shown, self._state
        self.panel.setEnabled(shown is not None)
        self._show_waiting()
        if shown is None:
            return
        maps, channel = shown.feature_maps.maps, self._network.map_index
        count = maps.shape[-1]
        channel = min(channel, count - 1)
        self.channel_box.setRange(1, count)
        self.channel_box.show_number(channel + 1)
        if state.is_pinned != self.pin_box.isChecked():
            self.pin_box.setChecked(state.is_pinned)
            self.commands_changed.emit()
        low, high = (float(one) for one in shown.mosaic.ranges[channel])
        if maps.ndim == 3:
            self.map.set_pixels(
                color_map(maps[:, :, channel], low, high, is_signed=shown.mosaic.is_signed)
            )
            self.map.set_values(maps[:, :, channel])
            row, column = state.place
            self.map.set_windows([QRectF(column, row, 1, 1)])
        else:
            self.map.set_pixels(shown.mosaic.pixels)
            self.map.set_values(None)
            row, column = shown.mosaic.origin_of(channel)
            self.map.set_windows([QRectF(column, row, 1, 1)])
        self._show_arithmetic()
        self._show_photo()

    def _show_arithmetic(self) -> None:
        shown, state, found = self._network.shown, self._state, self._state.arithmetic
        self.sheet.show_value(found, is_sorted=self.sort_box.isChecked())
        if shown is None:
            return
        if found is None or state.explained is None:
            self.title.setText(printable_name(shown.feature_maps.layer.name))
            self.steps.setText("")
            self.after.hide()
            self.verdict.setText(state.failure)
            return
        layer, *place, channel = state.explained
        layers = self._network.layers
        is_last = bool(layers) and layer == layers[-1].name
        is_same = layer == shown.feature_maps.layer.name
        name = name_map(shown, channel, is_last_layer=is_last) if is_same else f"Map {channel + 1}"
        has_space = shown.feature_maps.maps.ndim == 3
        self.title.setText(describe_place(printable_name(layer), name, place, has_space=has_space))
        lines = [] if found.how == "none" else [describe_total(found)]
        lines += [describe_step(step) for step in found.steps]
        self.steps.setText("\n".join(lines))
        self.after.setText("\n".join(map(describe_continuation, found.continued)))
        self.after.setVisible(bool(found.continued))
        framework = (
            "the model"
            if self._network.architecture is None
            else (self._network.architecture.format.partition(" ")[0])
        )
        verdict = describe_verdict(found, framework)
        self.verdict.setText(" ".join(filter(None, (found.note, verdict))))

    def _show_photo(self) -> None:
        picture, state = self._network.input, self._state
        if picture is None:
            self.photo.show_nothing("Open a picture.")
            return
        pixels, field = picture, state.field
        is_fitting = field is not None and field.magnitudes.shape == picture.shape[:2]
        if field is not None and is_fitting and self.effective_box.isChecked():
            pixels = spotlight(picture, field.magnitudes)
        self.photo.set_pixels(pixels)
        if field is not None or state.field_failure:  # not while it is being measured
            self.effective_box.setEnabled(field is not None)
        box = state.box
        windows = []
        if box is not None:
            rows, columns = box
            windows.append(QRectF(columns.start, rows.start, len(columns), len(rows)))
        self.photo.set_windows(windows)
        layer = state.layer
        lines = describe_field(None if layer is None else layer.receptive_field, box, field)
        self.facts.setText("\n".join(filter(None, (*lines, state.field_failure))))

    def _show_waiting(self) -> None:
        network = self._network
        has_maps = network.shown is not None
        self._stack.setCurrentIndex(0 if has_maps else 1)
        if not has_maps:
            text = network.failure or network.absence
            text = "Working…" if network.is_busy else text
            self.waiting.show_text(
                text or "Open a picture to follow a value here.",
                is_busy=network.is_busy,
                has_failed=bool(network.failure),
            )

    # From the hand to the state.

    def _on_hovered(self, column: int, row: int) -> None:
        shown = self._network.shown
        if shown is not None and shown.feature_maps.maps.ndim == 3:
            self._state.point(row, column)

    def _on_clicked(self, column: int, row: int) -> None:
        shown = self._network.shown
        if shown is None:
            return
        if shown.feature_maps.maps.ndim == 3:
            self._state.pin(row, column)
        elif (found := shown.mosaic.locate(row, column)) is not None:
            self._network.choose_map(found[0])

    def _toggle(self, box: ControlledCheckBox) -> None:
        box.setChecked(not box.isChecked())
        self.commands_changed.emit()
        self._show_arithmetic()
        self._show_photo()
