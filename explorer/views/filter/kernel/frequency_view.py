"""The frequency response of a kernel as a small picture with axes and a scale."""

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QHelpEvent, QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.core.kernels.analysis import frequency_response
from explorer.core.kernels.kernel import Kernel
from explorer.core.layers.feature_grid import color_map, color_scale
from explorer.views.common.images import image_of
from explorer.views.common.theme import SPACING_PX, format_number

EDGE_PX = 150
FREQUENCIES = 65
_BAR_PX = 12
_TICKS = ("−π", "0", "π")
_DOWN = (
    Qt.AlignmentFlag.AlignTop,
    Qt.AlignmentFlag.AlignVCenter,
    Qt.AlignmentFlag.AlignBottom,
)
_ACROSS = (
    Qt.AlignmentFlag.AlignLeft,
    Qt.AlignmentFlag.AlignHCenter,
    Qt.AlignmentFlag.AlignRight,
)
AXIS_TEXT = "radians per pixel, horizontally and vertically"


class FrequencyView(QWidget):
    """Draws the frequency response: low frequencies in the centre, high ones at the edges.

    Nothing is computed before it has to be painted.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Frequency response")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._kernel: Kernel | None = None
        self._response: npt.NDArray[np.float32] | None = None
        self._image = QImage()
        self._bar = image_of(color_scale()[::-1, None])

    @property
    def response(self) -> npt.NDArray[np.float32] | None:
        """What is drawn: (65, 65) float32; None without a kernel."""
        if self._response is None and self._kernel is not None:
            self._response = frequency_response(self._kernel, FREQUENCIES)
        return self._response

    @property
    def image(self) -> QImage:
        """The picture, one pixel per frequency."""
        response = self.response
        if self._image.isNull() and response is not None:
            self._image = image_of(color_map(response, 0.0, float(response.max())))
        return self._image

    def show_kernel(self, kernel: Kernel) -> None:
        """Show another kernel's response."""
        if kernel is not self._kernel:
            self._kernel, self._response, self._image = kernel, None, QImage()
            self.update()

    def picture_rect(self) -> QRect:
        """Return where the picture is drawn."""
        left = self.fontMetrics().horizontalAdvance(_TICKS[0]) + SPACING_PX // 2
        return QRect(left, 0, EDGE_PX, EDGE_PX)

    def describe(self, place: QPointF) -> str:
        """Return what is drawn at a place: the frequency, its wave and how well it passes."""
        response, rect = self.response, self.picture_rect()
        if response is None or not rect.contains(place.toPoint()):
            return ""
        last = FREQUENCIES - 1
        column = round((place.x() - rect.left()) / rect.width() * last)
        row = round((place.y() - rect.top()) / rect.height() * last)
        down, across = (2 * step / last - 1 for step in (row, column))
        passed = f"gain {format_number(float(response[row, column]))}"
        length = math.hypot(down, across)
        if length == 0:
            return f"Constant areas: {passed}"
        return (
            f"{format_number(across)} π horizontally, {format_number(down)} π vertically, "
            f"wavelength {format_number(2 / length)} pixels: {passed}"
        )

    # Qt overrides.

    def sizeHint(self) -> QSize:
        scale = self.fontMetrics().horizontalAdvance("−1.23e−04")
        width = self.picture_rect().right() + 2 * SPACING_PX + _BAR_PX + SPACING_PX // 2 + scale
        return QSize(width, EDGE_PX + SPACING_PX // 2 + 2 * self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self.describe(QPointF(event.pos())) or self.toolTip()
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        response = self.response
        if response is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        rect = self.picture_rect()
        painter.drawImage(rect, self.image)
        bar = QRect(rect.right() + 2 * SPACING_PX, rect.top(), _BAR_PX, rect.height())
        painter.drawImage(bar, self._bar)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        self._draw_axes(painter, rect)
        beside = bar.adjusted(_BAR_PX + SPACING_PX // 2, 0, 0, 0)
        beside.setRight(self.width())
        left = Qt.AlignmentFlag.AlignLeft
        high = f"× {format_number(float(response.max()))}"
        painter.drawText(beside, left | Qt.AlignmentFlag.AlignTop, high)
        painter.drawText(beside, left | Qt.AlignmentFlag.AlignBottom, "× 0")
        painter.end()

    def _draw_axes(self, painter: QPainter, rect: QRect) -> None:
        line = self.fontMetrics().height()
        beside = QRect(0, rect.top(), rect.left() - SPACING_PX // 2, rect.height())
        below = QRect(rect.left(), rect.bottom() + 2, rect.width(), line)
        right, top = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignTop
        for text, down, across in zip(_TICKS, _DOWN, _ACROSS, strict=True):
            painter.drawText(beside, right | down, text)
            painter.drawText(below, top | across, text)
        caption = QRect(0, rect.bottom() + 2 + line, self.width(), line)
        painter.drawText(caption, Qt.AlignmentFlag.AlignLeft, AXIS_TEXT)
