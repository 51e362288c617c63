"""What the graph of a network is drawn of: boxes, and the lines between them."""

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPalette, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from explorer.core.files.names import printable_name
from explorer.core.network.graph_layout import Box, GraphLayout
from explorer.views.common.theme import faint

_RADIUS = 6.0
_MARGIN = 8.0
_ARROW = 4.0
_READABLE_ZOOM = 0.35
"""Below it texts are left out: nobody could read them, and they take most of the time."""


class BoxItem(QGraphicsItem):
    """A layer: its name and what it returns; or a folded model with how many layers it has."""

    def __init__(self, box: Box, size: tuple[float, float], detail: str, tip: str) -> None:
        super().__init__()
        self.box: Box = box
        self._size = size
        self._title = printable_name(box.name.rpartition("/")[2])
        self._detail = printable_name(detail)
        self.is_chosen = False
        self.setPos(box.x, box.y)
        self.setToolTip(tip)

    def choose(self, is_chosen: bool) -> None:
        """Draw it as the chosen one, or not."""
        self.is_chosen = is_chosen
        self.update()

    # Qt overrides.

    def boundingRect(self) -> QRectF:
        width, height = self._size
        return QRectF(-width / 2 - 2, -height / 2 - 2, width + 4, height + 4)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        palette = widget.palette() if widget is not None else QPalette()
        width, height = self._size
        room = QRectF(-width / 2, -height / 2, width, height)
        text = palette.color(QPalette.ColorRole.Text)
        fill = palette.color(QPalette.ColorRole.Base)
        if self.is_chosen:
            fill = palette.color(QPalette.ColorRole.Highlight)
            text = palette.color(QPalette.ColorRole.HighlightedText)
        painter.setPen(QPen(faint(text, 0.45), 1.2))
        painter.setBrush(fill)
        if self.box.layers:  # a stack: there is more in it
            painter.drawRoundedRect(room.translated(3, 3), _RADIUS, _RADIUS)
        painter.drawRoundedRect(room, _RADIUS, _RADIUS)
        if painter.worldTransform().m11() < _READABLE_ZOOM:
            return
        inner = room.adjusted(_MARGIN, 4, -_MARGIN, -4)
        flags = Qt.AlignmentFlag.AlignHCenter
        font = QFont(painter.font())
        self._write(painter, font, inner, flags | Qt.AlignmentFlag.AlignTop, self._title, text)
        quiet = text if self.is_chosen else faint(text, 0.62)
        self._write(painter, font, inner, flags | Qt.AlignmentFlag.AlignBottom, self._detail, quiet)

    def _write(
        self,
        painter: QPainter,
        font: QFont,
        room: QRectF,
        flags: Qt.AlignmentFlag,
        text: str,
        color: QColor,
    ) -> None:
        painter.setFont(font)
        painter.setPen(color)
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, flags, shown)


class LinesItem(QGraphicsItem):
    """Every line of a graph, with an arrow at its end."""

    def __init__(self, layout: GraphLayout) -> None:
        super().__init__()
        self._path = QPainterPath()
        for _, points in layout.lines:
            self._path.moveTo(*points[0])
            for (x, y), (to_x, to_y) in pairwise(points):
                middle = (y + to_y) / 2
                self._path.cubicTo(QPointF(x, middle), QPointF(to_x, middle), QPointF(to_x, to_y))
            x, y = points[-1]
            self._path.moveTo(x - _ARROW, y - 2 * _ARROW)
            self._path.lineTo(x, y)
            self._path.lineTo(x + _ARROW, y - 2 * _ARROW)
        self.setZValue(-1)

    # Qt overrides.

    def boundingRect(self) -> QRectF:
        return self._path.controlPointRect().adjusted(-4, -4, 4, 4)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        palette = widget.palette() if widget is not None else QPalette()
        pen = QPen(faint(palette.color(QPalette.ColorRole.Text), 0.55), 1.2)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
