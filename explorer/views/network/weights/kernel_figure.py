"""One kernel as a table of numbers."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.core.kernels.kernel import Kernel
from explorer.views.common.pictures.number_grid import NumberGrid, readable_width, signed_colors

HEIGHT_PX = 132
WIDEST_CELL_PX = 64


class KernelFigure(QWidget):
    """Draws a kernel's weights in the colours of their sign, and as numbers where they fit."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Kernel")
        self._grid: NumberGrid | None = None

    def show_kernel(self, kernel: Kernel | None) -> None:
        """Draw another kernel, or none."""
        self._grid = None
        if kernel is not None:
            self._grid = NumberGrid("kernel", kernel.weights, signed_colors(kernel.weights))
            self.setAccessibleDescription("; ".join(" ".join(row) for row in self._grid.texts))
        self.update()

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        grid = self._grid
        if grid is None:
            return
        painter = QPainter(self)
        width = min(self.width() / grid.columns, WIDEST_CELL_PX)
        height = min((self.height() - 2) / grid.rows, width)
        fits = readable_width(grid.texts, QFontMetricsF(self.font())) <= width
        has_texts = fits and height >= self.fontMetrics().height()
        if not has_texts:
            width = height = min(width, height)
        whole = QRectF(0, 0, width * grid.columns, height * grid.rows)
        whole.moveCenter(QRectF(self.rect()).center())
        grid.draw(painter, whole, texts=grid.texts if has_texts else None, palette=self.palette())
        painter.end()
