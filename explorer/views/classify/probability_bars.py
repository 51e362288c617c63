"""The probabilities of one prediction as bars, each in its class's colour."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.core.models.prediction import Prediction
from explorer.core.text.percent import format_percent
from explorer.views.common.theme import class_color, faint

ROW_HEIGHT_PX = 36
BAR_HEIGHT_PX = 10
TRACK_SHARE = 0.12  # of the text's colour: seen in the light and in the dark


class ProbabilityBars(QWidget):
    """Draws one row per class: its name, its probability, a bar."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._prediction = Prediction("")

    def set_prediction(self, prediction: Prediction) -> None:
        """Draw another prediction."""
        self._prediction = prediction
        pairs = zip(prediction.classes, prediction.probabilities, strict=True)
        self.setAccessibleName(
            ", ".join(f"{name} {format_percent(share)}" for name, share in pairs)
        )
        self.updateGeometry()
        self.update()

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(240, ROW_HEIGHT_PX * max(len(self._prediction.classes), 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width()
        pairs = zip(self._prediction.classes, self._prediction.probabilities, strict=True)
        for row, (name, share) in enumerate(pairs):
            top = row * ROW_HEIGHT_PX
            line = QRectF(0, top, width, ROW_HEIGHT_PX - BAR_HEIGHT_PX - 4)
            painter.setPen(self.palette().text().color())
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, name)
            painter.drawText(
                line,
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom,
                format_percent(share),
            )
            bar = QRectF(0, line.bottom() + 2, width, BAR_HEIGHT_PX)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faint(self.palette().text().color(), TRACK_SHARE))
            painter.drawRoundedRect(bar, 3, 3)
            bar.setWidth(max(width * share, 1))
            painter.setBrush(class_color(row))
            painter.drawRoundedRect(bar, 3, 3)
        painter.end()
