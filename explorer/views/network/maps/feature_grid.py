"""All feature maps of a layer in one zoomable picture, of which one is chosen."""

from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from explorer.core.layers.feature_grid import FeatureGridImage
from explorer.views.common.layouts import in_column
from explorer.views.common.pictures.picture_view import PictureView


@dataclass(frozen=True)
class _Look:
    """What was looked at of a layer: a spot of one of its maps in the middle, so much enlarged."""

    index: int
    below: float
    right: float
    pixels_per_dot: float


class FeatureGrid(QWidget):
    """Shows a mosaic; a click or the arrow keys choose a map.

    What is enlarged stays so where the same maps are laid out anew, and comes back with them.

    Signals
    -------
    map_chosen(index)
        A person wants to look at this map.
    hovered(index, row, column)
        The mouse is over this value of this map.
    left()
        The mouse is over no map.
    """

    map_chosen = Signal(int)
    hovered = Signal(int, int, int)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.view = PictureView("Feature maps")
        self.view.setAccessibleDescription(
            "Arrow keys choose a map; Home and End go to the first and the last."
        )
        self.setFocusProxy(self.view)
        self.view.hovered.connect(self._on_hovered)
        self.view.left.connect(self.left)
        self.view.clicked.connect(self._on_clicked)
        in_column(self.view, of=self)
        self.mosaic: FeatureGridImage | None = None
        self._topic: Hashable = None
        self._looks: dict[Hashable, _Look] = {}
        self._chosen = 0
        for key, move in (
            (Qt.Key.Key_Left, lambda: self._step(-1)),
            (Qt.Key.Key_Right, lambda: self._step(1)),
            (Qt.Key.Key_Up, lambda: self._step(-self._columns)),
            (Qt.Key.Key_Down, lambda: self._step(self._columns)),
            (Qt.Key.Key_Home, lambda: self._choose(0)),
            (Qt.Key.Key_End, lambda: self._choose(self._count - 1)),
        ):
            shortcut = QShortcut(QKeySequence(key), self, move)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def set_mosaic(self, mosaic: FeatureGridImage, topic: Hashable = None) -> None:
        """Show the maps of a layer.

        Parameters
        ----------
        mosaic : FeatureGridImage
        topic : hashable
            Whose maps they are: of the same, the same part is seen again.
        """
        self._note_look()
        self.mosaic, self._topic = mosaic, topic
        self.view.set_pixels(mosaic.pixels, keeps_view=True)
        look = self._looks.get(topic)
        if look is not None and look.index < mosaic.count:
            row, column = mosaic.origin_of(look.index)
            self.view.look_at(QPointF(column + look.right, row + look.below), look.pixels_per_dot)
        else:
            self.view.fit()

    def _note_look(self) -> None:
        """Note what is seen of the maps; nothing where that is all of them."""
        if self.mosaic is None:
            return
        self._looks.pop(self._topic, None)
        if not self.view.sees_whole:
            middle = self.view.middle
            index, below, right = self.mosaic.spot_of(middle.y(), middle.x())
            self._looks[self._topic] = _Look(index, below, right, self.view.pixels_per_dot)

    def set_chosen(self, index: int) -> None:
        """Frame one map."""
        self._chosen = index
        if self.mosaic is None or not 0 <= index < self.mosaic.count:
            self.view.set_windows([])
            return
        row, column = self.mosaic.origin_of(index)
        height, width = self.mosaic.map_size
        # In the middle of the gap, so that it hides no value.
        margin = self.mosaic.gap / 2
        frame = QRectF(column, row, width, height)
        self.view.set_windows([frame.adjusted(-margin, -margin, margin, margin)])

    def follow(self, other: "FeatureGrid") -> None:
        """See the same part of the same map as another grid does, as large."""
        mosaic, theirs = self.mosaic, other.mosaic
        if mosaic is None or theirs is None:
            return
        if other.view.sees_whole:
            if not self.view.sees_whole:
                self.view.fit()
            return
        middle = other.view.middle
        index, below, right = theirs.spot_of(middle.y(), middle.x())
        down, across = (
            own / size for own, size in zip(mosaic.map_size, theirs.map_size, strict=True)
        )
        row, column = mosaic.origin_of(min(index, mosaic.count - 1))
        spot = QPointF(column + right * across, row + below * down)
        self.view.look_at(spot, other.view.pixels_per_dot * across)

    @property
    def _columns(self) -> int:
        return self.mosaic.columns if self.mosaic else 0

    @property
    def _count(self) -> int:
        return self.mosaic.count if self.mosaic else 0

    def _step(self, distance: int) -> None:
        if self.mosaic is not None:
            self._choose(self.mosaic.place_of(self._chosen) + distance)

    def _choose(self, place: int) -> None:
        if self.mosaic is not None and 0 <= place < self._count:
            self.map_chosen.emit(int(self.mosaic.sequence[place]))

    def _on_hovered(self, column: int, row: int) -> None:
        found = self.mosaic.locate(row, column) if self.mosaic else None
        if found is None:
            self.left.emit()
        else:
            self.hovered.emit(*found)

    def _on_clicked(self, column: int, row: int) -> None:
        found = self.mosaic.locate(row, column) if self.mosaic else None
        if found is not None:
            self.map_chosen.emit(found[0])
