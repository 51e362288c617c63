"""All feature maps of the chosen layer in the middle, one of them large in the inspector."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QStackedWidget, QWidget

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.layers.feature_grid import ORDERS, SCALES
from explorer.core.models.model import Model
from explorer.core.network.python_export import export_maps
from explorer.errors import ModelError
from explorer.state.network.filmstrip_state import FilmstripState
from explorer.state.network.network_state import NetworkState, ShownMaps
from explorer.state.shared.timers import make_timer
from explorer.views.common.dialogs.save_dialog import SaveKind, ask_where_to_save
from explorer.views.common.images import image_of, pixels_of
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row, label_of
from explorer.views.common.theme import SPACING_PX, format_number
from explorer.views.network.maps.feature_grid import FeatureGrid
from explorer.views.network.maps.filmstrip import FilmstripView
from explorer.views.network.maps.map_panel import MapPanel
from explorer.views.network.maps.map_texts import describe_maps, format_unit, name_map
from explorer.views.network.maps.waiting import Waiting
from explorer.views.network.part import Part

BUSY_AFTER_MS = 200
LEAST_WITH_FILM_PX = 420
"""In less height the filmstrip goes by itself: the maps are what the page is for."""

STARTING = "Starting TensorFlow; this takes a few seconds."

_ORDER_TEXTS = {
    "index": "By number",
    "strength": "Strongest first",
    "variance": "Most varied first",
}
_SCALE_TEXTS = {"each": "Scale each map separately", "all": "Same scale for all maps"}


class MapsPart(Part):
    """The mosaic of maps, the value under the mouse, and the chosen map."""

    name = "maps"

    def __init__(self, state: NetworkState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._film = FilmstripState(state, self)
        self.filmstrip = FilmstripView()
        self._wants_film = True
        self._is_entered = False
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
        self.map = MapPanel()
        self.scale_choice = QComboBox()
        self.order_choice = QComboBox()
        self.panel = self._build_panel()
        self._figure = QWidget()
        self.view = self._stack = QStackedWidget()
        # Where room is short, the activity gives way first.
        head = in_row(self.title, (self._activity, 1), spacing=2 * SPACING_PX)
        in_column(
            head,
            (self.grid, 1),
            self.value,
            self.filmstrip,
            of=self._figure,
            spacing=SPACING_PX // 2,
        )
        self._stack.addWidget(self._figure)
        self._stack.addWidget(self.waiting)
        self._stack.installEventFilter(self)
        # Quick answers pass unremarked; only past a fifth of a second the page says what it does.
        self._patience = make_timer(self, BUSY_AFTER_MS, self._show_activity)

        self.grid.map_chosen.connect(state.choose_map)
        self.grid.hovered.connect(self._on_hovered)
        self.grid.left.connect(self._on_left)
        self.map.view.hovered.connect(
            lambda across, down: self._on_hovered(state.map_index, down, across)
        )
        self.map.view.left.connect(self._on_left)
        self.waiting.button.clicked.connect(state.retry)
        self.filmstrip.layer_chosen.connect(state.choose_layer)
        self._film.film_changed.connect(self._show_film)
        state.maps_changed.connect(self._show_maps)
        state.choice_changed.connect(self._show_choice)
        state.activity_changed.connect(self._on_activity)
        self._show_maps()
        self._show_choice()
        self._show_activity()

    def _build_panel(self) -> QWidget:
        self.scale_choice.setAccessibleName("Colours")
        self.scale_choice.addItems([_SCALE_TEXTS[scale] for scale in SCALES])
        self.scale_choice.activated.connect(lambda index: self._state.set_scale(SCALES[index]))
        scale = in_row(label_of(self.scale_choice, "&Colours"), self.scale_choice, 1)
        self.order_choice.setAccessibleName("Order")
        self.order_choice.addItems([_ORDER_TEXTS[order] for order in ORDERS])
        self.order_choice.activated.connect(lambda index: self._state.set_order(ORDERS[index]))
        order = in_row(label_of(self.order_choice, "O&rder"), self.order_choice, 1)
        panel = QWidget()
        in_column(self.map, scale, order, of=panel).setContentsMargins(0, SPACING_PX, 0, 0)
        return panel

    # From the state to the screen.

    def _tell_room(self) -> None:
        """Tell the state in which shape of room it lays out the maps."""
        # Not the grid's own size: it has none before the first maps are there.
        lines = self.title.sizeHint().height() + self.value.height() + SPACING_PX
        if self.has_film:
            lines += self.filmstrip.height() + SPACING_PX // 2
        height = max(self._stack.height() - lines, 1)
        self._state.set_aspect(max(self._stack.width(), 1) / height)

    def _show_choice(self) -> None:
        self.scale_choice.setCurrentIndex(SCALES.index(self._state.scale))
        self.order_choice.setCurrentIndex(ORDERS.index(self._state.order))
        self.grid.set_chosen(self._state.map_index)
        self.filmstrip.set_chosen(self._state.layer)
        self._show_map()

    def _show_film(self) -> None:
        self.filmstrip.set_film(self._film.film)
        self.filmstrip.setToolTip(self._film.failure)
        self.filmstrip.set_chosen(self._state.layer)

    @property
    def has_film(self) -> bool:
        """Whether the filmstrip is shown."""
        return not self.filmstrip.isHidden()

    def toggle_film(self) -> None:
        """Show or hide the filmstrip."""
        self._wants_film = not self.has_film
        self._show_strip(self._wants_film)

    def _show_strip(self, is_shown: bool) -> None:
        if is_shown != self.has_film:
            self.filmstrip.setVisible(is_shown)
            self._film.set_wanted(is_shown and self._is_entered)
            self._tell_room()

    @property
    def python(self) -> str:
        script = self._state.script
        shown = self._state.shown
        if script is None or shown is None:
            return ""
        return export_maps(script, shown.feature_maps.layer.name)

    def enter(self) -> None:
        self._tell_room()  # another part may have had another one
        self._is_entered = True
        self._film.set_wanted(self.has_film)

    def leave(self) -> None:
        self._is_entered = False
        self._film.set_wanted(False)

    @property
    def is_busy(self) -> bool:
        return self._film.is_busy and self.has_film

    def _show_maps(self) -> None:
        shown = self._state.shown
        self.panel.setEnabled(shown is not None)
        if shown is not None:
            detail = shown.feature_maps.layer.detail
            self.title.setText(describe_maps(shown))
            self.title.setToolTip("\n".join(filter(None, (self.title.text(), detail))))
            layer = shown.feature_maps.layer
            topic = (shown.model.path, layer.name, layer.map_shape, shown.order)
            self.grid.set_mosaic(shown.mosaic, topic)
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
        name = self._name(shown, index)
        layer = printable_name(shown.feature_maps.layer.name)
        self.scale_choice.setEnabled(maps.ndim > 1)
        self.order_choice.setEnabled(maps.ndim > 1)
        if maps.ndim == 1:
            value = float(maps[index])
            text = format_unit(shown, value)
            self.map.set_value(
                f"{name}, {layer}",
                value,
                text,
                low=low,
                high=high,
                is_signed=shown.mosaic.is_signed,
            )
        else:
            values = maps[:, :, index]
            is_constant = values.size > 1 and values.min() == values.max()
            dead = f", {format_number(float(values.flat[0]))} everywhere" if is_constant else ""
            dead = dead if values.any() else ", dead: 0 everywhere"
            self.map.set_map(
                f"{name} of {maps.shape[2]}, {layer}{dead}",
                shown.mosaic.pixels_of(index),
                low=low,
                high=high,
                is_signed=shown.mosaic.is_signed,
                picture=self._state.input,
            )

    def _layer_shown(self) -> tuple[Model, str] | None:
        shown = self._state.shown
        return None if shown is None else (shown.model, shown.feature_maps.layer.name)

    def _show_value(self) -> None:
        """Tell the value under the mouse; in another layer's maps something else lies there."""
        shown = self._state.shown
        if self._pointed_into != self._layer_shown():
            self._pointed = None
        self.map.frame(self._field())
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

    def _field(self) -> tuple[range, range] | None:
        """Return the rows and columns of the picture that the value under the mouse sees."""
        shown, seen, architecture = self._state.shown, self._state.input, self._state.architecture
        if shown is None or seen is None or architecture is None or self._pointed is None:
            return None
        try:
            field = architecture.find(shown.feature_maps.layer.name).receptive_field
        except ModelError:
            return None
        if field is None or len(field.size) != 2:
            return None
        _, down, across = self._pointed
        return field.box(down, across, (seen.shape[0], seen.shape[1]))

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
        self._stack.setCurrentIndex(0 if has_maps else 1)
        if not has_maps:
            nothing = state.absence or "Open a picture to see its feature maps here."
            self.waiting.show_text(
                text or nothing, is_busy=state.is_busy, has_failed=bool(state.failure)
            )

    def _name(self, shown: ShownMaps, index: int) -> str:
        layers = self._state.layers
        is_last = bool(layers) and shown.feature_maps.layer.name == layers[-1].name
        return shorten_name(name_map(shown, index, is_last_layer=is_last))

    # From the hand to the state.

    def save(self) -> None:
        """Ask for a file, and write the maps into it."""
        shown = self._state.shown
        if shown is not None:
            self._save("Save maps", shown.mosaic.pixels)

    def save_figure(self) -> None:
        """Ask for a file, and draw what is seen into it."""
        self._save("Save figure", pixels_of(self._figure.grab().toImage()))

    def _save(self, title: str, pixels: npt.NDArray[np.uint8]) -> None:
        name = f"{self._state.maps_name}.png"
        place = ask_where_to_save(self.view, title, name, [SaveKind("PNG", (".png",))])
        if place is not None:
            self._state.save_pixels(pixels, place[0])

    def copy(self) -> None:
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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._stack:
            self._show_strip(self._wants_film and self._stack.height() >= LEAST_WITH_FILM_PX)
            self._tell_room()
        return super().eventFilter(watched, event)
