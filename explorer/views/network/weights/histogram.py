"""A small histogram of weights."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.core.layers.weights import Statistics
from explorer.views.common.theme import NEGATIVE, POSITIVE, SPACING_PX, format_number, text_scale

HEIGHT_PX = 96


class WeightHistogram(QWidget):
    """How many weights lie where: negative and positive ones in their colours, 0 marked."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._found: Statistics | None = None

    def show_statistics(self, name: str, found: Statistics | None) -> None:
        """Draw the histogram of an array of weights."""
        self._found = found
        self.setAccessibleName(f"Histogram of {name}")
        self.update()

    def text_at(self, point: QPointF) -> str:
        """Return what a bar counts."""
        found = self._found
        if found is None or not found.counts:
            return ""
        number = int(point.x() / max(self.width(), 1) * len(found.counts))
        if not 0 <= number < len(found.counts):
            return ""
        step = (found.largest - found.smallest) / len(found.counts)
        low = found.smallest + number * step
        return f"{found.counts[number]:,} from {format_number(low)} to {format_number(low + step)}"

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(200, round(HEIGHT_PX * text_scale(self.font())))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        found = self._found
        if found is None or not found.counts:
            return
        painter = QPainter(self)
        line = self.fontMetrics().height()
        room = QRectF(self.rect()).adjusted(0, SPACING_PX / 2, 0, -line)
        width, most = room.width() / len(found.counts), max(found.counts)
        span = found.largest - found.smallest
        for number, count in enumerate(found.counts):
            height = count / most * room.height()
            middle = found.smallest + (number + 0.5) * span / len(found.counts)
            left, top = room.left() + number * width, room.bottom() - height
            color = NEGATIVE if middle < 0 else POSITIVE
            painter.fillRect(QRectF(left, top, max(width - 0.5, 0.5), height), color)
        painter.setPen(self.palette().text().color())
        below = QRectF(0, room.bottom(), self.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, format_number(found.smallest))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, format_number(found.largest))
        if found.smallest < 0 < found.largest:
            zero = -found.smallest / span * room.width()
            painter.drawLine(QPointF(zero, room.top()), QPointF(zero, room.bottom()))
            painter.drawText(
                QRectF(zero - 20, room.bottom(), 40, line), Qt.AlignmentFlag.AlignHCenter, "0"
            )
        painter.end()
