"""Frames around parts of a picture, drawn such that they can be seen at every zoom."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

LINE_PX, EDGE_PX = 2, 5
LEAST_FRAME_PX = 10
LEAST_DOT_DISTANCE_PX = 5
DOT_PX = 3
# A frame is as wide on the screen at every zoom, and so reaches far over a picture made small.
_REACH = 64


class WindowFrames(QGraphicsItem):
    """Draws a frame around each window; around all of them, and dots, where they are too small.

    Parameters
    ----------
    line, edge : QColor
        The frame, and what sets it off on both sides: light on dark is seen on any picture.
    """

    def __init__(self, line: QColor, edge: QColor) -> None:
        super().__init__()
        self._line, self._edge = line, edge
        self._windows: list[QRectF] = []
        self._bounds = QRectF()

    def set_windows(self, windows: Sequence[QRectF]) -> None:
        """Take the windows, in the coordinates of this item."""
        self.prepareGeometryChange()
        self._windows = list(windows)
        self._bounds = QRectF()
        for window in self._windows:
            self._bounds = self._bounds.united(window)

    # Qt overrides.

    def boundingRect(self) -> QRectF:
        if not self._windows:
            return QRectF()
        return self._bounds.adjusted(-_REACH, -_REACH, _REACH, _REACH)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if not self._windows:
            return
        # On the screen, not in the picture: a dot is not to grow with the zoom.
        to_screen = painter.worldTransform()
        painter.save()
        painter.setWorldTransform(QTransform())
        first = to_screen.mapRect(self._windows[0])
        if len(self._windows) == 1 or min(first.width(), first.height()) >= LEAST_FRAME_PX:
            seen = to_screen.mapRect(option.exposedRect)
            frames = [to_screen.mapRect(window) for window in self._windows]
            self._draw_frames(painter, [frame for frame in frames if frame.intersects(seen)])
        else:
            self._draw_frames(painter, [to_screen.mapRect(self._bounds)])
            if self._distance(to_screen) >= LEAST_DOT_DISTANCE_PX:
                middles = QPolygonF([to_screen.map(one.center()) for one in self._windows])
                for color, width in ((self._edge, DOT_PX), (self._line, DOT_PX - 1)):
                    painter.setPen(QPen(color, width))
                    painter.drawPoints(middles)
        painter.restore()

    def _draw_frames(self, painter: QPainter, frames: list[QRectF]) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((self._edge, EDGE_PX), (self._line, LINE_PX)):
            pen = QPen(color, width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRects(frames)

    def _distance(self, to_screen: QTransform) -> float:
        """Return how far the first two windows lie apart on the screen."""
        first, second = (to_screen.map(one.center()) for one in self._windows[:2])
        between: QPointF = second - first
        return max(abs(between.x()), abs(between.y()))
