"""The colours of a feature map from its lowest value to its highest, with the numbers."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.core.layers.feature_grid import color_scale
from explorer.views.common.images import image_of
from explorer.views.common.theme import SPACING_PX, format_number

BAR_WIDTH_PX = 16


class ColorScale(QWidget):
    """A vertical colour bar: the highest value at the top, the lowest at the bottom."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.low, self.high = 0.0, 0.0
        self._images = {
            is_signed: image_of(color_scale(is_signed=is_signed)[::-1, None])
            for is_signed in (False, True)
        }
        self._is_signed = False

    def set_range(self, low: float, high: float, *, is_signed: bool = False) -> None:
        """Name the values at the two ends; signed values have zero in the middle."""
        self.low, self.high, self._is_signed = low, high, is_signed
        self.setToolTip(f"from {low:.9g} to {high:.9g}")
        self.setAccessibleName(f"Colour scale from {format_number(low)} to {format_number(high)}")
        self.update()

    # Qt overrides.

    def sizeHint(self) -> QSize:
        text = self.fontMetrics().horizontalAdvance("−1.23e−04")
        return QSize(BAR_WIDTH_PX + SPACING_PX // 2 + text, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(QRect(0, 0, BAR_WIDTH_PX, self.height()), self._images[self._is_signed])
        painter.setPen(self.palette().windowText().color())
        beside = self.rect().adjusted(BAR_WIDTH_PX + SPACING_PX // 2, 0, 0, 0)
        left = Qt.AlignmentFlag.AlignLeft
        painter.drawText(beside, left | Qt.AlignmentFlag.AlignTop, format_number(self.high))
        painter.drawText(beside, left | Qt.AlignmentFlag.AlignBottom, format_number(self.low))
        if self._is_signed:
            painter.drawText(beside, left | Qt.AlignmentFlag.AlignVCenter, "0")
        painter.end()
