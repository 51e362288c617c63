"""What the colours of the map mean."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from explorer.core.files.names import printable_name
from explorer.views.common.theme import SPACING_PX
from explorer.views.dataset.map.colors import Coloring

MOST_NAMES = 8
_SWATCH_PX = 12


class Legend(QWidget):
    """A line for each colour with a name; of many, the first ones, and how many more there are."""

    def __init__(self) -> None:
        super().__init__()
        self._coloring: Coloring | None = None
        self.setAccessibleName("Legend of the map")

    def show_coloring(self, coloring: Coloring | None) -> None:
        """Explain other colours, up to the last one that a point has."""
        self._coloring = coloring
        names = () if coloring is None else self._names(coloring)
        self.setAccessibleDescription(", ".join(names))
        self.updateGeometry()
        self.update()

    def _names(self, coloring: Coloring) -> tuple[str, ...]:
        shown = self._count(coloring)
        names = tuple(printable_name(name) for name in coloring.names[:shown])
        rest = coloring.used_count - shown
        return (*names, f"and {rest:,} more; the colours repeat") if rest else names

    def _count(self, coloring: Coloring) -> int:
        """Return how many colours have a line of their own."""
        used = coloring.used_count
        return used if used <= MOST_NAMES else MOST_NAMES - 1

    @property
    def _line_px(self) -> int:
        return max(self.fontMetrics().height() + 4, _SWATCH_PX + 4)

    def sizeHint(self) -> QSize:
        lines = 0 if self._coloring is None else len(self._names(self._coloring))
        return QSize(160, lines * self._line_px)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        coloring = self._coloring
        if coloring is None:
            return
        painter = QPainter(self)
        names = self._names(coloring)
        swatches = self._count(coloring)
        for line, name in enumerate(names):
            top = line * self._line_px
            if line < swatches:
                swatch = QRect(0, top + (self._line_px - _SWATCH_PX) // 2, _SWATCH_PX, _SWATCH_PX)
                painter.fillRect(swatch, coloring.colors[line])
            indent = _SWATCH_PX + SPACING_PX
            room = QRect(indent, top, self.width() - indent, self._line_px)
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            text = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
