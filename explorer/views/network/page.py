"""The Network page: a model's layers, and what each makes of the current picture."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QSplitter, QStackedWidget, QWidget

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.models.feature_grid import SCALES
from explorer.core.models.model import Model
from explorer.state.network.network_state import NetworkState, ShownMaps
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices
from explorer.state.shared.timers import make_timer
from explorer.views.common.empty_page import EmptyPage
from explorer.views.common.folder_dialogs import ask_for_run
from explorer.views.common.images import image_of, pixels_of
from explorer.views.common.inspector import Inspector
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row, label_of
from explorer.views.common.model_panel import ModelPanel
from explorer.views.common.page import Page
from explorer.views.common.save_dialog import SaveKind, ask_where_to_save
from explorer.views.common.theme import SPACING_PX, format_number
from explorer.views.network.commands import COMMANDS
from explorer.views.network.feature_grid import FeatureGrid
from explorer.views.network.layer_view import LayerView
from explorer.views.network.map_panel import MapPanel
from explorer.views.network.map_texts import describe_maps, format_unit, name_map
from explorer.views.network.waiting import Waiting

BUSY_AFTER_MS = 200
TABLE_SHARE = 0.45
"""The table gets no more of the width by itself: the maps are what the page is for."""

STARTING = "Starting TensorFlow; this takes a few seconds."

_SCALE_TEXTS = {"each": "Scale each map separately", "all": "Same scale for all maps"}


class NetworkPage(Page):
    """The layers at the left, all maps of the chosen layer in the middle, one of them large."""

    def __init__(self, state: NetworkState, models: ModelState, notices: Notices) -> None:
        super().__init__()
        self.state: NetworkState = state
        self._models = models
        self._notices = notices
        self.table: LayerView = LayerView()
        self.grid = FeatureGrid()
        self.title = ElidedLabel()
        # Which value the line under the maps is about, of which layer of which model.
        self._pointed: tuple[int, int, int] | None = None
        self._pointed_into: tuple[Model, str] | None = None
        self.value = plain_label(" ")
        self.value.setFixedHeight(self.value.fontMetrics().height() + SPACING_PX // 2)
        self._activity = ElidedLabel()
        self._activity.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._activity.setForegroundRole(self._activity.palette().ColorRole.PlaceholderText)
        self.waiting = Waiting()
        self._empty = EmptyPage(
            "Look inside a network",
            "There is no model yet. Train one with train.py, or open a run folder that it made.",
            "Open a run folder…",
        )
        self.declare(COMMANDS)
        self.inspector: QWidget = self._build_inspector()
        self._figure = QWidget()
        self._middle = QStackedWidget()
        self._stack = QStackedWidget()
        self._is_table_fitted = True
        self._lay_out()

        # Quick answers pass unremarked; only past a fifth of a second the page says what it does.
        self._patience = make_timer(self, BUSY_AFTER_MS, self._show_activity)

        self.table.layer_chosen.connect(state.choose_layer)
        self.grid.map_chosen.connect(state.choose_map)
        self.grid.hovered.connect(self._on_hovered)
        self.grid.left.connect(self._on_left)
        self.panel.view.hovered.connect(
            lambda across, down: self._on_hovered(state.map_index, down, across)
        )
        self.panel.view.left.connect(self._on_left)
        self.waiting.button.clicked.connect(state.retry)
        self._empty.button.clicked.connect(self._on_open)
        models.model_changed.connect(self._show_models)
        state.layers_changed.connect(self._show_layers)
        state.maps_changed.connect(self._show_maps)
        state.choice_changed.connect(self._show_choice)
        state.activity_changed.connect(self._on_activity)
        state.activity_changed.connect(self.commands_changed)
        state.choice_changed.connect(self.memory_changed)
        state.maps_changed.connect(self.place_changed)
        self._show_models()
        self._show_layers()
        self._show_maps()
        self._show_activity()

    @property
    def has_maps(self) -> bool:
        """Whether there are maps to look at."""
        return self.state.shown is not None

    @property
    def has_failed(self) -> bool:
        """Whether the maps could not be computed."""
        return bool(self.state.failure)

    @property
    def is_busy(self) -> bool:
        return self.state.is_busy and self.isVisible()  # nobody waits for what is not seen

    @property
    def memory(self) -> str:
        return self.state.layer or ""

    @property
    def place(self) -> str:
        shown = self.state.shown
        is_current = shown is not None and shown.model == self._models.current
        return shown.feature_maps.layer.name if shown is not None and is_current else ""

    def go_to(self, place: str) -> None:
        if place:
            self.state.choose_layer(place)

    def enter(self) -> None:
        self.state.activate()

    def _build_inspector(self) -> QWidget:
        self.model = ModelPanel(self._models)
        self.panel = MapPanel()
        self.scale_choice = QComboBox()
        self.scale_choice.setAccessibleName("Colours")
        self.scale_choice.addItems([_SCALE_TEXTS[scale] for scale in SCALES])
        self.scale_choice.activated.connect(lambda index: self.state.set_scale(SCALES[index]))
        scale = in_row(label_of(self.scale_choice, "&Colours"), self.scale_choice, 1)
        self._chosen = QWidget()
        in_column(self.panel, scale, of=self._chosen).setContentsMargins(0, SPACING_PX, 0, 0)
        inspector = Inspector()
        inspector.column.addWidget(self.model)
        inspector.column.addWidget(self._chosen)
        inspector.column.addStretch(1)
        return inspector

    def _lay_out(self) -> None:
        # Where room is short, the activity gives way first.
        head = in_row(self.title, (self._activity, 1), spacing=2 * SPACING_PX)
        in_column(head, (self.grid, 1), self.value, of=self._figure, spacing=SPACING_PX // 2)
        self._middle.addWidget(self._figure)
        self._middle.addWidget(self.waiting)
        self._middle.setMinimumWidth(240)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(2 * SPACING_PX)
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(self._middle)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.splitterMoved.connect(self._leave_table_width)
        self._splitter.installEventFilter(self)
        self._middle.installEventFilter(self)
        self._stack.addWidget(self._splitter)
        self._stack.addWidget(self._empty)
        in_row((self._stack, 1), self.inspector, of=self, spacing=2 * SPACING_PX, margin=SPACING_PX)

    # From the state to the screen.

    def _show_models(self) -> None:
        current = self._models.current
        self._stack.setCurrentIndex(1 if current is None else 0)
        self.inspector.setEnabled(current is not None)
        self._show_about()

    def _show_about(self) -> None:
        is_known = self.state.has_layers and self.state.model == self._models.current
        self.model.set_layers(self.state.layers if is_known else ())

    def _show_layers(self) -> None:
        self.table.show_layers(self.state.layers)
        self._fit_table()
        self._show_about()
        self._show_choice()

    def _fit_table(self) -> None:
        """Make the table as wide as its columns, within its share, until the hand decides."""
        room = self._splitter.width() - self._splitter.handleWidth()
        if self._is_table_fitted and self.table.wanted_width and room > 0:
            width = min(self.table.wanted_width, round(room * TABLE_SHARE))
            self._splitter.setSizes([width, room - width])

    def _leave_table_width(self) -> None:
        self._is_table_fitted = False

    def _tell_room(self) -> None:
        """Tell the state in which shape of room it lays out the maps."""
        # Not the grid's own size: it has none before the first maps are there.
        lines = self.title.sizeHint().height() + self.value.height() + SPACING_PX
        height = max(self._middle.height() - lines, 1)
        self.state.set_aspect(max(self._middle.width(), 1) / height)

    def _show_choice(self) -> None:
        self.table.show_chosen(self.state.layer)
        self.scale_choice.setCurrentIndex(SCALES.index(self.state.scale))
        self.grid.set_chosen(self.state.map_index)
        self._show_map()

    def _show_maps(self) -> None:
        shown = self.state.shown
        self._chosen.setVisible(shown is not None)
        self.commands_changed.emit()
        if shown is not None:
            detail = shown.feature_maps.layer.detail
            self.title.setText(describe_maps(shown))
            self.title.setToolTip("\n".join(filter(None, (self.title.text(), detail))))
            layer = shown.feature_maps.layer
            self.grid.set_mosaic(shown.mosaic, (shown.model.path, layer.name, layer.output_shape))
            self.grid.set_chosen(self.state.map_index)
            self._show_map()
        self._show_value()
        self._show_activity()

    def _show_map(self) -> None:
        shown, index = self.state.shown, self.state.map_index
        if shown is None:
            return
        maps = shown.feature_maps.maps
        low, high = (float(value) for value in shown.mosaic.ranges[index])
        name = self._name(shown, index)
        layer = printable_name(shown.feature_maps.layer.name)
        self.scale_choice.setEnabled(maps.ndim > 1)
        if maps.ndim == 1:
            value = float(maps[index])
            text = format_unit(shown, value)
            self.panel.set_value(f"{name}, {layer}", value, text, low=low, high=high)
        else:
            title = f"{name} of {maps.shape[2]}, {layer}"
            self.panel.set_map(title, maps[:, :, index], low=low, high=high)

    def _layer_shown(self) -> tuple[Model, str] | None:
        shown = self.state.shown
        return None if shown is None else (shown.model, shown.feature_maps.layer.name)

    def _show_value(self) -> None:
        """Tell the value under the mouse; in another layer's maps something else lies there."""
        shown = self.state.shown
        if self._pointed_into != self._layer_shown():
            self._pointed = None
        if shown is None or self._pointed is None:
            self.value.setText(" ")
            return
        index, down, across = self._pointed
        maps = shown.feature_maps.maps
        if maps.ndim == 1:
            text = format_unit(shown, float(maps[index]))
            self.value.setText(f"{self._name(shown, index)}: {text}")
        else:
            value = format_number(float(maps[down, across, index]))
            name = self._name(shown, index)
            self.value.setText(f"{name}, column {across}, row {down}: {value}")

    def _on_activity(self) -> None:
        if self.state.is_busy and self.state.shown is not None:
            if not self._patience.isActive():
                self._patience.start()
        else:
            self._patience.stop()
            self._show_activity()

    def _show_activity(self) -> None:
        state = self.state
        text = state.failure
        if state.is_busy:
            text = STARTING if state.is_starting else "Working…"
        self._activity.setText(text)
        has_maps = state.shown is not None
        self._middle.setCurrentIndex(0 if has_maps else 1)
        if not has_maps:
            nothing = state.absence or "Open a picture to see its feature maps here."
            self.waiting.show_text(
                text or nothing, is_busy=state.is_busy, has_failed=bool(state.failure)
            )

    def _name(self, shown: ShownMaps, index: int) -> str:
        layers = self.state.layers
        is_last = bool(layers) and shown.feature_maps.layer.name == layers[-1].name
        return shorten_name(name_map(shown, index, is_last_layer=is_last))

    # From the hand to the state.

    def _on_open(self) -> None:
        folder = ask_for_run(self)
        if folder is not None:
            self._models.open_path(folder)

    def save_maps(self) -> None:
        """Ask for a file, and write the maps into it."""
        shown = self.state.shown
        if shown is not None:
            self._save("Save maps", shown.mosaic.pixels)

    def save_figure(self) -> None:
        """Ask for a file, and draw what is seen into it."""
        self._save("Save figure", pixels_of(self._figure.grab().toImage()))

    def _save(self, title: str, pixels: npt.NDArray[np.uint8]) -> None:
        name = f"{self.state.maps_name}.png"
        place = ask_where_to_save(self, title, name, [SaveKind("PNG", (".png",))])
        if place is not None:
            self.state.save_pixels(pixels, place[0])

    def copy_maps(self) -> None:
        """Put the maps into the clipboard."""
        shown = self.state.shown
        if shown is not None:
            QGuiApplication.clipboard().setImage(image_of(shown.mosaic.pixels))

    def copy_figure(self) -> None:
        """Put what is seen into the clipboard."""
        QGuiApplication.clipboard().setPixmap(self._figure.grab())

    def _on_hovered(self, index: int, row: int, column: int) -> None:
        self._pointed, self._pointed_into = (index, row, column), self._layer_shown()
        self._show_value()

    def _on_left(self) -> None:
        self._pointed = None
        self._show_value()

    # Qt overrides.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.table.wanted_width:
            self.table.measure()
            self._fit_table()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            if watched is self._splitter:
                self._fit_table()
            elif watched is self._middle:
                self._tell_room()
        return super().eventFilter(watched, event)
