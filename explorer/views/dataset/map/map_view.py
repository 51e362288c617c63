"""The map under the hand: zoom, pan, hover, click and lasso."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from explorer.core.catalogue.columns import Floats, Places
from explorer.core.catalogue.searchable import Mask
from explorer.views.common.theme import faint
from explorer.views.dataset.map.colors import Coloring
from explorer.views.dataset.map.point_painter import argb, mixed, paint_points

NEAR_PX = 10
"""So near to a point the mouse is on it."""
MARGIN = 0.04
CLICK_PX = 4
"""A shorter way is a click, no lasso."""
MOST_ZOOM = 200.0
_FAINT = 0.18
_MANY = 4000
"""From so many points on they are smaller."""

_Modifier = Qt.KeyboardModifier


class MapView(QWidget):
    """Paints the points and tells which are meant.

    Signals
    -------
    hovered(int or None)
        The place of the picture under the mouse.
    clicked(int)
        A person clicked a picture.
    lassoed(places, str)
        A person drew around pictures: "replace", "add" or "subtract".
    """

    hovered = Signal(object)
    clicked = Signal(int)
    lassoed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Map of the pictures")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._positions: Floats = np.empty((0, 2), np.float32)
        self._known: Places = np.empty(0, np.int64)
        self._coloring: Coloring | None = None
        self._shown: Mask = np.empty(0, bool)
        self._current: int | None = None
        self._image: QImage | None = None
        self._center = np.zeros(2)
        self._half = 1.0
        self._zoom = 1.0
        self.hovered_place: int | None = None
        """The place of the picture under the mouse."""
        self._lasso = QPolygonF()
        self._pressed: QPointF | None = None
        self._panned: QPointF | None = None

    # What is shown.

    def show_points(self, positions: Floats) -> None:
        """Show other points: (n, 2) float, NaN for a picture without a place."""
        is_first = len(self._known) == 0
        self._positions = positions
        self._known = np.flatnonzero(np.isfinite(positions[:, 0]))
        self.hovered_place = None
        if len(self._known):
            least = positions[self._known].min(axis=0).astype(float)
            largest = positions[self._known].max(axis=0).astype(float)
            self._half = max(float((largest - least).max()) / 2, 1e-6)
            if is_first or self._zoom == 1.0:
                self._center = (least + largest) / 2
        if is_first:
            self._zoom = 1.0
        self._redraw()

    def show_colors(self, coloring: Coloring) -> None:
        """Colour the points otherwise."""
        self._coloring = coloring
        self._redraw()

    def show_shown(self, shown: Mask) -> None:
        """Show which pictures the grid shows, (n,) bool: the others are faint."""
        if not np.array_equal(shown, self._shown):
            self._shown = shown
            self._redraw()

    def show_current(self, place: int | None) -> None:
        """Mark the picture that the keys are about."""
        if place != self._current:
            self._current = place
            self.update()

    def fit(self) -> None:
        """Show the whole map."""
        self._zoom = 1.0
        if len(self._known):
            known = self._positions[self._known].astype(float)
            self._center = (known.min(axis=0) + known.max(axis=0)) / 2
        self._redraw()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom, keeping what is at a place of the widget, or in its middle, where it is."""
        spot = QPointF(self.width() / 2, self.height() / 2) if at is None else at
        before = self._to_map(spot)
        self._zoom = min(max(self._zoom * factor, 1.0), MOST_ZOOM)
        self._center += before - self._to_map(spot)
        if self._zoom == 1.0:
            self.fit()
        self._redraw()

    def point_of(self, place: int) -> QPointF:
        """Return where in the widget a picture lies."""
        x, y = self._to_widget(self._positions[place : place + 1])
        return QPointF(float(x[0]), float(y[0]))

    # From the map to the widget, and back.

    @property
    def _scale(self) -> float:
        """Pixels of the widget for a unit of the map."""
        room = min(self.width(), self.height()) * (1 - 2 * MARGIN)
        return max(room, 1) / (2 * self._half) * self._zoom

    def _to_widget(self, positions: Floats) -> tuple[Floats, Floats]:
        scale = self._scale
        x = (positions[:, 0] - self._center[0]) * scale + self.width() / 2
        y = (positions[:, 1] - self._center[1]) * scale + self.height() / 2
        return np.asarray(x), np.asarray(y)

    def _to_map(self, spot: QPointF) -> npt.NDArray[np.float64]:
        offset = np.array([spot.x() - self.width() / 2, spot.y() - self.height() / 2])
        return np.asarray(self._center + offset / self._scale)

    def _nearest(self, spot: QPointF) -> int | None:
        if len(self._known) == 0:
            return None
        x, y = self._to_widget(self._positions[self._known])
        distances = (x - spot.x()) ** 2 + (y - spot.y()) ** 2
        if len(self._shown) == len(self._positions):  # those that are shown first
            distances[~self._shown[self._known]] += (NEAR_PX / 2) ** 2
        best = int(distances.argmin())
        return int(self._known[best]) if distances[best] <= NEAR_PX**2 else None

    def _inside(self, lasso: QPolygonF) -> Places:
        """Return the pictures within a polygon of the widget."""
        mask = QImage(self.size(), QImage.Format.Format_Grayscale8)
        mask.fill(0)
        painter = QPainter(mask)
        path = QPainterPath()
        path.addPolygon(lasso)
        painter.fillPath(path, QColor(255, 255, 255))
        painter.end()
        pixels = np.frombuffer(mask.constBits(), np.uint8)
        pixels = pixels.reshape(mask.height(), mask.bytesPerLine())
        x, y = (one.astype(np.int32) for one in self._to_widget(self._positions[self._known]))
        there = (x >= 0) & (x < self.width()) & (y >= 0) & (y < self.height())
        known = self._known[there]
        return np.asarray(known[pixels[y[there], x[there]] > 127])

    # Painting.

    def _redraw(self) -> None:
        self._image = None
        self.update()

    def _drawn(self) -> QImage:
        if self._image is None:
            self._image = self._draw()
        return self._image

    def _draw(self) -> QImage:
        ratio = self.devicePixelRatioF()
        size = QSize(round(self.width() * ratio), round(self.height() * ratio))
        image = QImage(size, QImage.Format.Format_RGB32)
        ground = self.palette().color(QPalette.ColorRole.Window)
        image.fill(ground)
        coloring = self._coloring
        if coloring is not None and len(coloring.codes) == len(self._positions):
            x, y = self._to_widget(self._positions[self._known])
            full = np.array([argb(color) for color in coloring.colors], np.uint32)
            pale = [argb(mixed(color, ground, _FAINT)) for color in coloring.colors]
            codes = coloring.codes[self._known]
            is_shown = (
                self._shown[self._known]
                if len(self._shown) == len(self._positions)
                else np.ones(len(self._known), bool)
            )
            colors = np.where(is_shown, full[codes], np.array(pale, np.uint32)[codes])
            # In an order of its own, so that no class covers the others; faint ones below.
            order = np.random.default_rng(0).permutation(len(codes))
            order = order[np.argsort(is_shown[order], kind="stable")]
            pixels_x = (x[order] * ratio).astype(np.int32)
            pixels_y = (y[order] * ratio).astype(np.int32)
            radius = (2.0 if len(codes) > _MANY else 3.5) * ratio * min(self._zoom**0.25, 2.0)
            paint_points(image, pixels_x, pixels_y, colors[order], round(radius * 2) / 2)
        image.setDevicePixelRatio(ratio)
        return image

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(QPoint(), self._drawn())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = self.palette().color(QPalette.ColorRole.WindowText)
        highlight = self.palette().color(QPalette.ColorRole.Highlight)
        for place, width in ((self._current, 3), (self.hovered_place, 2)):
            if place is not None and place < len(self._positions):
                spot = self.point_of(place)
                if np.isfinite(self._positions[place, 0]):
                    painter.setPen(QPen(text, width))
                    painter.drawEllipse(spot, 7, 7)
        if self._lasso.size() > 1:
            painter.setPen(QPen(highlight, 1.5))
            painter.setBrush(faint(highlight, 0.15))
            painter.drawPolygon(self._lasso)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(highlight)
            painter.drawRect(QRectF(self.rect()).adjusted(0, 0, -1, -1))
        painter.end()

    # The hand.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self._lasso = QPolygonF([event.position()])
        elif event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
            self._panned = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._panned is not None:
            moved = event.position() - self._panned
            self._panned = event.position()
            self._center -= np.array([moved.x(), moved.y()]) / self._scale
            self._redraw()
        elif self._pressed is not None:
            self._lasso.append(event.position())
            self.update()
        else:
            self._hover(self._nearest(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._panned is not None and event.button() != Qt.MouseButton.LeftButton:
            self._panned = None
            self.unsetCursor()
        elif self._pressed is not None and event.button() == Qt.MouseButton.LeftButton:
            lasso, self._lasso, self._pressed = self._lasso, QPolygonF(), None
            self.update()
            way = lasso.boundingRect()
            if max(way.width(), way.height()) <= CLICK_PX:
                place = self._nearest(event.position())
                if place is not None:
                    self.clicked.emit(place)
            else:
                self.lassoed.emit(self._inside(lasso), _kind(event.modifiers()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(1.2 ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, step = event.key(), 0.2 * self.height() / self._scale
        ways = {
            Qt.Key.Key_Left: (-step, 0.0),
            Qt.Key.Key_Right: (step, 0.0),
            Qt.Key.Key_Up: (0.0, -step),
            Qt.Key.Key_Down: (0.0, step),
        }
        if key in ways:
            self._center += np.array(ways[Qt.Key(key)])
            self._redraw()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1.2)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / 1.2)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_Escape and self._pressed is not None:
            self._lasso, self._pressed = QPolygonF(), None
            self.update()
        else:
            super().keyPressEvent(event)

    def _hover(self, place: int | None) -> None:
        if place != self.hovered_place:
            self.hovered_place = place
            self.update()
            self.hovered.emit(place)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw()

    def sizeHint(self) -> QSize:
        return QSize(480, 480)


def _kind(modifiers: Qt.KeyboardModifier) -> str:
    if modifiers & _Modifier.ShiftModifier:
        return "add"
    # Some desktops move the window with Alt.
    if modifiers & (_Modifier.AltModifier | _Modifier.ControlModifier):
        return "subtract"
    return "replace"
