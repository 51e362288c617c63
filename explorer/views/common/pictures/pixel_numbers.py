"""The numbers of a picture's pixels, written into them where they are large enough to be read."""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from explorer.views.common.pictures.number_grid import LIGHT_LUMA, LUMA, ON_DARK, ON_LIGHT
from explorer.views.common.theme import format_number

SMALLEST_CELL_PX = 32
FONT_PX = 11
LARGEST_FONT_PX = 16
CELL_PADDING_PX = 3
TOO_LONG = "…"


class PixelNumbers(QGraphicsItem):
    """An item as large as the picture; paints only what is seen, and only into large pixels.

    A number too long for its pixel becomes “…”, not a shorter number.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._values: npt.NDArray[Any] | None = None
        self._pixels: npt.NDArray[np.uint8] | None = None

    def set_pixels(self, pixels: npt.NDArray[np.uint8]) -> None:
        """Tell the colours that the numbers stand on, (height, width) or (height, width, 3)."""
        if self._pixels is None or self._pixels.shape[:2] != pixels.shape[:2]:
            self.prepareGeometryChange()
        self._pixels = pixels
        self.update()

    def set_values(self, values: npt.NDArray[Any] | None) -> None:
        """Take the numbers; none are drawn while their height and width are not the picture's."""
        if values is not self._values:
            self._values = values
            self.update()

    # Qt overrides.

    def boundingRect(self) -> QRectF:
        if self._pixels is None:
            return QRectF()
        height, width = self._pixels.shape[:2]
        return QRectF(0, 0, width, height)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        values, pixels = self._values, self._pixels
        if values is None or pixels is None or values.shape[:2] != pixels.shape[:2]:
            return
        to_screen = painter.worldTransform()
        width, height = abs(to_screen.m11()), abs(to_screen.m22())
        lines = values.shape[2] if values.ndim == 3 else 1
        if min(width, height) < SMALLEST_CELL_PX:
            return
        font = QFont(painter.font())
        fitting = int(min(width, height / lines) / 3.5)
        font.setPixelSize(min(max(fitting, FONT_PX), LARGEST_FONT_PX))
        metrics = QFontMetricsF(font)
        if lines * metrics.height() > height:
            return
        exposed = option.exposedRect.intersected(self.boundingRect())
        rows = slice(math.floor(exposed.top()), math.ceil(exposed.bottom()))
        columns = slice(math.floor(exposed.left()), math.ceil(exposed.right()))
        first = to_screen.map(QPointF(columns.start + 0.5, rows.start + 0.5))
        first.setY(first.y() - lines * metrics.height() / 2 + metrics.ascent())
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.setFont(font)
        layout = _Layout(first, width, height, metrics)
        _draw_numbers(painter, values[rows, columns], pixels[rows, columns], layout)
        painter.restore()


class _Layout(NamedTuple):
    """The first number's middle and baseline, the pixels' size on the screen, and the font's."""

    first: QPointF
    width: float
    height: float
    metrics: QFontMetricsF


def _draw_numbers(
    painter: QPainter, values: npt.NDArray[Any], pixels: npt.NDArray[np.uint8], layout: _Layout
) -> None:
    """Write the numbers of some pixels, those on light ones in black, then the others in white."""
    luma = pixels @ np.array(LUMA) if pixels.ndim == 3 else pixels
    are_light = (luma > LIGHT_LUMA).tolist()
    numbers = (values if values.ndim == 3 else values[..., None]).tolist()
    write = str if values.dtype.kind in "iu" else format_number
    halves: dict[str, float] = {}  # measuring a text takes longer than drawing it
    room = layout.width - 2 * CELL_PADDING_PX
    line_height = layout.metrics.height()
    left, top = layout.first.x(), layout.first.y()
    for is_light, ink in ((True, ON_LIGHT), (False, ON_DARK)):
        painter.setPen(ink)
        for row, (row_numbers, row_lights) in enumerate(zip(numbers, are_light, strict=True)):
            for column, cell_numbers in enumerate(row_numbers):
                if row_lights[column] is not is_light:
                    continue
                x, y = left + column * layout.width, top + row * layout.height
                for line, number in enumerate(cell_numbers):
                    text = write(number)
                    if text not in halves:
                        halves[text] = layout.metrics.horizontalAdvance(text) / 2
                    if 2 * halves[text] > room:
                        text = TOO_LONG
                        halves.setdefault(text, layout.metrics.horizontalAdvance(text) / 2)
                    painter.drawText(QPointF(x - halves[text], y + line * line_height), text)
