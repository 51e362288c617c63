"""The Network page: a model's layers, and what each makes of the current picture."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from explorer.core.models.feature_grid import SCALES
from explorer.core.models.run_folder import Run
from explorer.core.text.percent import format_percent
from explorer.state.network.layer_table import SHARE_ROLE, Column, LayerTable, format_shape
from explorer.state.network.network_state import NetworkState, ShownMaps
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices
from explorer.views.common.empty_page import EmptyPage
from explorer.views.common.images import image_of, pixels_of
from explorer.views.common.inspector import Inspector
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.model_panel import ModelPanel
from explorer.views.common.page import Page
from explorer.views.common.save_dialog import SaveKind, ask_where_to_save
from explorer.views.common.tables.bar_delegate import BarDelegate
from explorer.views.common.tables.row_table import RowTable
from explorer.views.common.theme import SPACING_PX, format_number
from explorer.views.network.commands import list_commands
from explorer.views.network.feature_grid import FeatureGrid
from explorer.views.network.map_panel import MapPanel

BUSY_AFTER_MS = 200
ROW_HEIGHT_PX = 30
TABLE_SHARE = 0.45
"""The table gets no more of the width by itself: the maps are what the page is for."""

STARTING = "Starting TensorFlow; this takes a few seconds."

_SCALE_TEXTS = {"each": "Scale each map separately", "all": "Same scale for all maps"}


class NetworkPage(Page):
    """The layers at the left, all maps of the chosen layer in the middle, one of them large."""

    def __init__(
        self,
        state: NetworkState,
        models: ModelState,
        notices: Notices,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._models = models
        self._notices = notices
        self.table = self._build_table()
        self.grid = FeatureGrid()
        self._title = ElidedLabel()
        # Which value the line under the maps is about, of which layer of which run.
        self._pointed: tuple[int, int, int] | None = None
        self._pointed_into: tuple[Run, str] | None = None
        self._value = QLabel(" ")
        self._value.setTextFormat(Qt.TextFormat.PlainText)
        self._value.setFixedHeight(self._value.fontMetrics().height() + SPACING_PX // 2)
        self._activity = ElidedLabel()
        self._activity.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._activity.setForegroundRole(self._activity.palette().ColorRole.PlaceholderText)
        self._waiting = _Waiting()
        self._empty = EmptyPage(
            "Look inside a network",
            "There is no model yet. Train one with train.py, or open a run folder that it made.",
            "Open a run folder…",
        )
        self.declare(list_commands())
        self.inspector: QWidget = self._build_inspector()
        self._figure = QWidget()
        self._middle = QStackedWidget()
        self._stack = QStackedWidget()
        self._table_width = 0
        self._parameters_width = 0
        self._is_table_fitted = True
        self._lay_out()

        # Quick answers pass unremarked; only past a fifth of a second the page says what it does.
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(BUSY_AFTER_MS)
        self._patience.timeout.connect(self._show_activity)

        self.grid.map_chosen.connect(state.choose_map)
        self.grid.hovered.connect(self._on_hovered)
        self.grid.left.connect(self._on_left)
        self.panel.hovered.connect(
            lambda column, row: self._on_hovered(state.map_index, row, column)
        )
        self.panel.left.connect(self._on_left)
        self._waiting.button.clicked.connect(self.retry)
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
        return self._state.shown is not None

    @property
    def has_failed(self) -> bool:
        """Whether the maps could not be computed."""
        return bool(self._state.failure)

    @property
    def is_busy(self) -> bool:
        return self._state.is_busy and self.isVisible()  # nobody waits for what is not seen

    @property
    def memory(self) -> str:
        return self._state.layer or ""

    @property
    def place(self) -> str:
        shown = self._state.shown
        is_current = shown is not None and shown.run == self._models.current
        return shown.feature_maps.layer.name if shown is not None and is_current else ""

    def go_to(self, place: str) -> None:
        if place:
            self._state.choose_layer(place)

    def enter(self) -> None:
        self._state.activate()

    def retry(self) -> None:
        """Ask again for what failed."""
        self._state.retry()

    @property
    def title_text(self) -> str:
        """The line above the maps."""
        return self._title.text()

    @property
    def value_text(self) -> str:
        """The line about the value under the mouse."""
        return self._value.text()

    @property
    def about_text(self) -> str:
        """What is said of the model."""
        return self.model.about_text

    @property
    def waiting_text(self) -> str:
        """What stands in place of the maps; empty where the maps are shown."""
        is_waiting = self._middle.currentWidget() is self._waiting
        return self._waiting.text if is_waiting else ""

    def _build_table(self) -> RowTable:
        table = RowTable()
        table.setAccessibleName("Layers")
        table.setModel(LayerTable(table))
        table.setItemDelegateForColumn(Column.PARAMETERS, BarDelegate(SHARE_ROLE, table))
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT_PX)
        table.selectionModel().currentRowChanged.connect(self._on_row)
        return table

    def _build_inspector(self) -> QWidget:
        self.model = ModelPanel(self._models)
        self.panel = MapPanel()
        self.scale_choice = QComboBox()
        self.scale_choice.setAccessibleName("Colours")
        self.scale_choice.addItems([_SCALE_TEXTS[scale] for scale in SCALES])
        self.scale_choice.activated.connect(lambda index: self._state.set_scale(SCALES[index]))
        form = QFormLayout()
        form.addRow("&Colours", self.scale_choice)
        self._chosen = QWidget()
        chosen = QVBoxLayout(self._chosen)
        chosen.setContentsMargins(0, SPACING_PX, 0, 0)
        chosen.setSpacing(SPACING_PX)
        chosen.addWidget(self.panel)
        chosen.addLayout(form)
        inspector = Inspector()
        inspector.column.addWidget(self.model)
        inspector.column.addWidget(self._chosen)
        inspector.column.addStretch(1)
        return inspector

    def _lay_out(self) -> None:
        maps = self._figure
        column = QVBoxLayout(maps)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING_PX // 2)
        head = QHBoxLayout()
        head.setSpacing(2 * SPACING_PX)
        head.addWidget(self._title)
        head.addWidget(self._activity, stretch=1)  # where room is short, it gives way first
        column.addLayout(head)
        column.addWidget(self.grid, stretch=1)
        column.addWidget(self._value)
        self._middle.addWidget(maps)
        self._middle.addWidget(self._waiting)
        self._middle.setMinimumWidth(240)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(2 * SPACING_PX)
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(self._middle)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.splitterMoved.connect(self._on_splitter_moved)
        self._splitter.installEventFilter(self)
        self._middle.installEventFilter(self)
        self.table.viewport().installEventFilter(self)
        self._stack.addWidget(self._splitter)
        self._stack.addWidget(self._empty)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING_PX, SPACING_PX, SPACING_PX, SPACING_PX)
        layout.setSpacing(2 * SPACING_PX)
        layout.addWidget(self._stack, stretch=1)
        layout.addWidget(self.inspector)

    # From the state to the screen.

    def _show_models(self) -> None:
        current = self._models.current
        self._stack.setCurrentIndex(1 if current is None else 0)
        self.inspector.setEnabled(current is not None)
        self._show_about()

    def _show_about(self) -> None:
        is_known = self._state.run == self._models.current
        self.model.set_layers(self._state.layers if is_known else ())

    def _show_layers(self) -> None:
        model = self.table.model()
        assert isinstance(model, LayerTable)
        model.set_layers(self._state.layers)
        if self._state.layers:
            self._measure_table()
            self._fit_table()
        self._show_about()
        self._show_choice()

    def _measure_table(self) -> None:
        """Make each column as wide as its content.

        Once for each model: left to Qt, which asks Python for every cell at each change of the
        table's width, a network of 150 layers stopped the window for a tenth of a second.
        """
        header = self.table.horizontalHeader()
        columns = [
            max(self.table.sizeHintForColumn(column), header.sectionSizeHint(column))
            for column in Column
        ]
        for column, width in zip(Column, columns, strict=True):
            header.resizeSection(column, width)
        self._parameters_width = columns[Column.PARAMETERS]
        scroll_bar = self.table.verticalScrollBar().sizeHint().width()
        self._table_width = sum(columns) + 2 * self.table.frameWidth() + scroll_bar
        self._spread_table()

    def _spread_table(self) -> None:
        """Give the last column what is left of the table's width, but never less than it needs."""
        header = self.table.horizontalHeader()
        rest = sum(header.sectionSize(column) for column in Column if column != Column.PARAMETERS)
        left = self.table.viewport().width() - rest
        header.resizeSection(Column.PARAMETERS, max(left, self._parameters_width))

    def _fit_table(self) -> None:
        """Make the table as wide as its columns, within its share, until the hand decides."""
        room = self._splitter.width() - self._splitter.handleWidth()
        if self._is_table_fitted and self._table_width and room > 0:
            width = min(self._table_width, round(room * TABLE_SHARE))
            self._splitter.setSizes([width, room - width])

    def _tell_room(self) -> None:
        """Tell the state in which shape of room it lays out the maps."""
        # Not the grid's own size: it has none before the first maps are there.
        lines = self._title.sizeHint().height() + self._value.height() + SPACING_PX
        height = max(self._middle.height() - lines, 1)
        self._state.set_aspect(max(self._middle.width(), 1) / height)

    def _show_choice(self) -> None:
        model = self.table.model()
        assert isinstance(model, LayerTable)
        row = model.row_of(self._state.layer)
        if row >= 0 and row != self.table.currentIndex().row():
            self.table.selectRow(row)
        self.scale_choice.setCurrentIndex(SCALES.index(self._state.scale))
        self.grid.set_chosen(self._state.map_index)
        self._show_map()

    def _show_maps(self) -> None:
        shown = self._state.shown
        self._chosen.setVisible(shown is not None)
        self.commands_changed.emit()
        if shown is not None:
            detail = shown.feature_maps.layer.detail
            self._title.setText(describe_maps(shown))
            self._title.setToolTip("\n".join(filter(None, (self._title.text(), detail))))
            layer = shown.feature_maps.layer
            self.grid.set_mosaic(shown.mosaic, (shown.run.folder, layer.name, layer.output_shape))
            self.grid.set_chosen(self._state.map_index)
            self._show_map()
        self._show_value()
        self._show_activity()

    def _show_map(self) -> None:
        shown, index = self._state.shown, self._state.map_index
        if shown is None:
            return
        maps = shown.feature_maps.maps
        low, high = (float(value) for value in shown.mosaic.ranges[index])
        name, layer = self._name(index), shown.feature_maps.layer.name
        self.scale_choice.setEnabled(maps.ndim > 1)
        if maps.ndim == 1:
            value = float(maps[index])
            text = format_unit(shown, value)
            self.panel.set_value(f"{name}, {layer}", value, text, low=low, high=high)
        else:
            title = f"{name} of {maps.shape[2]}, {layer}"
            self.panel.set_map(title, maps[:, :, index], low=low, high=high)

    def _layer_shown(self) -> tuple[Run, str] | None:
        shown = self._state.shown
        return None if shown is None else (shown.run, shown.feature_maps.layer.name)

    def _show_value(self) -> None:
        """Tell the value under the mouse; in another layer's maps something else lies there."""
        shown = self._state.shown
        if self._pointed_into != self._layer_shown():
            self._pointed = None
        if shown is None or self._pointed is None:
            self._value.setText(" ")
            return
        index, row, column = self._pointed
        maps = shown.feature_maps.maps
        if maps.ndim == 1:
            text = format_unit(shown, float(maps[index]))
            self._value.setText(f"{self._name(index)}: {text}")
        else:
            value = format_number(float(maps[row, column, index]))
            self._value.setText(f"{self._name(index)}, column {column}, row {row}: {value}")

    def _on_activity(self) -> None:
        if self._state.is_busy and self._state.shown is not None:
            if not self._patience.isActive():
                self._patience.start()
        else:
            self._patience.stop()
            self._show_activity()

    def _show_activity(self) -> None:
        state = self._state
        text = state.failure
        if state.is_busy:
            text = STARTING if state.is_starting else "Working…"
        self._activity.setText(text)
        has_maps = state.shown is not None
        self._middle.setCurrentIndex(0 if has_maps else 1)
        if not has_maps:
            nothing = "Open a picture to see its feature maps here."
            self._waiting.show_text(
                text or nothing, is_busy=state.is_busy, has_failed=bool(state.failure)
            )

    def _name(self, index: int) -> str:
        """Return what to call one of the maps: "Map 5", "Unit 12", or the class it stands for."""
        shown, layers = self._state.shown, self._state.layers
        if shown is None or len(shown.feature_maps.layer.output_shape) != 1:
            return f"Map {index + 1}"
        classes = shown.run.card.classes
        if layers and shown.feature_maps.layer.name == layers[-1].name and index < len(classes):
            return classes[index]
        return f"Unit {index + 1}"

    # From the hand to the state.

    def _on_splitter_moved(self) -> None:
        self._is_table_fitted = False

    def _on_row(self, index: QModelIndex) -> None:
        model = self.table.model()
        if index.isValid() and isinstance(model, LayerTable):
            self._state.choose_layer(model.layer_at(index.row()).name)

    def _on_open(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open a run folder made by train.py")
        if name:
            self._models.open_path(Path(name))

    def save_maps(self) -> None:
        """Ask for a file, and write the maps into it."""
        shown = self._state.shown
        if shown is not None:
            self._save("Save maps", shown.mosaic.pixels)

    def save_figure(self) -> None:
        """Ask for a file, and draw what is seen into it."""
        self._save("Save figure", pixels_of(self._figure.grab().toImage()))

    def _save(self, title: str, pixels: npt.NDArray[np.uint8]) -> None:
        name = f"{self._state.maps_name}.png"
        place = ask_where_to_save(self, title, name, [SaveKind("PNG", (".png",))])
        if place is not None:
            self._state.save_pixels(pixels, place[0])

    def copy_maps(self) -> None:
        """Put the maps into the clipboard."""
        shown = self._state.shown
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
        if event.type() == QEvent.Type.FontChange and self._table_width:
            self._measure_table()
            self._fit_table()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            if watched is self._splitter:
                self._fit_table()
            elif watched is self._middle:
                self._tell_room()
            elif watched is self.table.viewport() and self._parameters_width:
                self._spread_table()
        return super().eventFilter(watched, event)


class _Waiting(QWidget):
    """What stands in place of the maps until there are any."""

    def __init__(self) -> None:
        super().__init__()
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(240)  # less where the room is narrow
        self._bar.setMinimumWidth(SPACING_PX)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName("Working")
        self.button = QPushButton("Try again")
        self.button.setMinimumHeight(32)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * SPACING_PX)
        layout.addStretch(2)
        layout.addWidget(self._label)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._bar, stretch=100)
        middle.addStretch(1)
        layout.addLayout(middle)
        layout.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    @property
    def text(self) -> str:
        return self._label.text()

    def show_text(self, text: str, *, is_busy: bool, has_failed: bool) -> None:
        self._label.setText(text)
        self._bar.setVisible(is_busy)
        self.button.setVisible(has_failed and not is_busy)


def format_unit(shown: ShownMaps, value: float) -> str:
    """Return the value of a unit: of shares a percentage, so that almost all is not all."""
    is_share = shown.feature_maps.layer.is_softmax
    return format_percent(value) if is_share else format_number(value)


def describe_maps(shown: ShownMaps) -> str:
    """Return what a layer's maps are: "32 maps of 150×150, conv_1"."""
    layer = shown.feature_maps.layer
    if len(layer.output_shape) == 1:
        return f"{layer.output_shape[0]:,} units, {layer.name}"
    height, width, count = layer.output_shape
    return f"{count:,} maps of {format_shape((height, width))}, {layer.name}"
