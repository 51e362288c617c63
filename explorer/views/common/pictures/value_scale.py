"""The colours of a picture of values from its lowest to its highest, as a line below it."""

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.core.filters.display import Shown
from explorer.views.common.theme import NEGATIVE, NEUTRAL, POSITIVE, SPACING_PX, format_number

BAR_HEIGHT_PX = SPACING_PX
LEAST_BAR_PX = 24
# Of the room: the numbers of two scales side by side must not run into each other.
LENGTH_SHARE = 0.7


class ValueScale(QWidget):
    """A bar of colours between the two values that are drawn in those at its ends."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._range: tuple[float, float] | None = None
        self.is_colored = False

    @property
    def ends(self) -> tuple[float, float] | None:
        """The values at the two ends; None while nothing is drawn."""
        return self._range

    def show_range(self, shown: Shown | None) -> None:
        """Show how values are drawn; None leaves the room empty."""
        new = None if shown is None else (shown.low, shown.high)
        has_colors = shown is not None and is_colored(shown)
        if (new, has_colors) == (self._range, self.is_colored):
            return
        self._range, self.is_colored = new, has_colors
        text = "" if new is None else _describe(*new, has_colors=has_colors)
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.update()

    # Qt overrides.

    def sizeHint(self) -> QSize:
        number = self.fontMetrics().horizontalAdvance("−1.23e+04")
        return QSize(2 * number + SPACING_PX + LEAST_BAR_PX, self.fontMetrics().lineSpacing())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._range is None:
            return
        painter, metrics = QPainter(self), self.fontMetrics()
        middle = Qt.AlignmentFlag.AlignVCenter
        low, high = map(format_number, self._range)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        left = metrics.horizontalAdvance(low) + SPACING_PX // 2
        high_width = metrics.horizontalAdvance(high) + SPACING_PX // 2
        right = max(round(self.width() * LENGTH_SHARE) - high_width, left)
        right = max(right, min(left + LEAST_BAR_PX, self.width() - high_width))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | middle, low)
        beyond = self.rect().adjusted(right + SPACING_PX // 2, 0, 0, 0)
        painter.drawText(beyond, Qt.AlignmentFlag.AlignLeft | middle, high)
        bar = QRect(left, (self.height() - BAR_HEIGHT_PX) // 2, right - left, BAR_HEIGHT_PX)
        painter.fillRect(bar, color_gradient(left, right, is_colored=self.is_colored))
        # So that white ends where the bar does, on a white window too.
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawRect(bar.adjusted(0, 0, -1, -1))
        painter.end()


def _describe(low: float, high: float, *, has_colors: bool) -> str:
    ends = [f"{value:.9g}".replace("-", "−") for value in (low, high)]
    if has_colors:
        return f"From {ends[0]} (blue) through 0 (white) to {ends[1]} (orange)"
    return f"From {ends[0]} (black) to {ends[1]} (white)"


def is_colored(shown: Shown) -> bool:
    """Tell whether a result is drawn from blue over a neutral zero to orange."""
    return shown.display == "diverging" and not shown.note


def color_gradient(left: float, right: float, *, is_colored: bool) -> QLinearGradient:
    """Return the colours that values get, from the lowest at the left to the highest."""
    colors = QLinearGradient(left, 0, max(right, left + 0.5), 0)
    if is_colored:
        for place, color in ((0.0, NEGATIVE), (0.5, NEUTRAL), (1.0, POSITIVE)):
            colors.setColorAt(place, color)
    else:
        colors.setColorAt(0, Qt.GlobalColor.black)
        colors.setColorAt(1, Qt.GlobalColor.white)
    return colors
