"""The probabilities of one prediction as bars, each in its class's colour."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.core.models.prediction import Prediction
from explorer.core.text.percent import format_percent
from explorer.views.common.theme import SPACING_PX, class_color, faint

MOST_ROWS = 8
ROW_HEIGHT_PX = 36
BAR_HEIGHT_PX = 10
TRACK_SHARE = 0.12  # of the text's colour: seen in the light and in the dark


class ProbabilityBars(QWidget):
    """Draws one row per class: its name, its probability, a bar; of many classes the likeliest.

    Parameters
    ----------
    most_rows : int
        How many classes have room.
    """

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        super().__init__()
        self._most_rows = most_rows
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rows: tuple[tuple[int, str, float], ...] = ()
        """Each class shown: its place among all, its name and its probability."""
        self._rest = ""

    def set_prediction(self, prediction: Prediction) -> None:
        """Draw another prediction."""
        pairs = zip(prediction.classes, prediction.probabilities, strict=True)
        rows = [(place, name, share) for place, (name, share) in enumerate(pairs)]
        left_out = len(rows) - self._most_rows
        if left_out > 0:
            rows.sort(key=lambda row: row[2], reverse=True)
        self.rows = tuple(rows[: self._most_rows])
        self._rest = f"and {left_out:,} less likely classes" if left_out > 0 else ""
        told = [f"{name} {format_percent(share)}" for _, name, share in self.rows]
        self.setAccessibleName(", ".join(filter(None, (*told, self._rest))))
        self.updateGeometry()
        self.update()

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(240, ROW_HEIGHT_PX * (max(len(self.rows), 1) + bool(self._rest)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, metrics = self.width(), self.fontMetrics()
        low = Qt.AlignmentFlag.AlignBottom
        for row, (place, name, share) in enumerate(self.rows):
            top = row * ROW_HEIGHT_PX
            line = QRectF(0, top, width, ROW_HEIGHT_PX - BAR_HEIGHT_PX - 4)
            painter.setPen(self.palette().text().color())
            percent = format_percent(share)
            room = width - metrics.horizontalAdvance(percent) - SPACING_PX
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | low, shown)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | low, percent)
            bar = QRectF(0, line.bottom() + 2, width, BAR_HEIGHT_PX)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faint(self.palette().text().color(), TRACK_SHARE))
            painter.drawRoundedRect(bar, 3, 3)
            bar.setWidth(max(width * share, 1))
            painter.setBrush(class_color(place))
            painter.drawRoundedRect(bar, 3, 3)
        if self._rest:
            painter.setPen(self.palette().placeholderText().color())
            line = QRectF(0, len(self.rows) * ROW_HEIGHT_PX, width, ROW_HEIGHT_PX - BAR_HEIGHT_PX)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | low, self._rest)
        painter.end()
