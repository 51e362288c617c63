"""A small matrix as coloured cells, with the numbers where they fit."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPalette, QPen

from explorer.views.common.images import image_of
from explorer.views.common.theme import NEGATIVE, NEUTRAL, POSITIVE, format_number

WIDEST_CELL_PX, HIGHEST_CELL_PX = 48, 30
LEAST_CELL_PX = 12  # high enough for a number: no digit hangs below the line
TEXT_PADDING_PX = 2
WIDTH_STEP_PX = 4
BRIGHTEST = 255.0
LUMA = (0.299, 0.587, 0.114)
# From here on black stands out better than white: 0.179 of white's luminance, as 8-bit luma.
LIGHT_LUMA = 117.0
FLOAT32_ROUNDING = 1e-7  # a picture's numbers are no more exact themselves
ON_LIGHT, ON_DARK = QColor(20, 20, 20), QColor(255, 255, 255)

Texts = list[list[str]]
"""What stands in the cells, row by row."""


@dataclass(frozen=True, eq=False)
class NumberGrid:
    """What to draw.

    Attributes
    ----------
    title : str
        What stands above.
    values : (rows, columns) float64
    colors : (rows, columns, 3) uint8
    foreign : (rows, columns) bool or None
        The cells to hatch: those outside the picture.
    marked : (int, int) or None
        The row and column of the cell to frame.
    """

    title: str
    values: npt.NDArray[np.float64]
    colors: npt.NDArray[np.uint8]
    foreign: npt.NDArray[np.bool_] | None = None
    marked: tuple[int, int] | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.values)

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return len(self.values[0])

    @cached_property
    def texts(self) -> Texts:
        """The numbers, three significant digits each."""
        return [[format_number(value) for value in row] for row in self.values.tolist()]

    @cached_property
    def finer_texts(self) -> Texts:
        """The numbers, those of three and more digits with a decimal: greys are seldom whole."""
        return [[_with_decimal(value) for value in row] for row in self.values.tolist()]

    def are_exact(self, texts: Texts) -> bool:
        """Tell whether texts say every number in full."""
        read = [[float(text.replace("−", "-").replace(",", "")) for text in row] for row in texts]
        return np.allclose(read, self.values, rtol=FLOAT32_ROUNDING, atol=0)

    def cell(self, area: QRectF, row: int, column: int) -> QRectF:
        """Return where a cell lies if the grid fills an area."""
        width, height = area.width() / self.columns, area.height() / self.rows
        return QRectF(area.left() + column * width, area.top() + row * height, width, height)

    def cell_at(self, area: QRectF, point: QPointF) -> tuple[int, int] | None:
        """Return the row and column of the cell at a point."""
        if not area.contains(point):
            return None
        row = int((point.y() - area.top()) / area.height() * self.rows)
        column = int((point.x() - area.left()) / area.width() * self.columns)
        return min(row, self.rows - 1), min(column, self.columns - 1)

    def draw(
        self, painter: QPainter, area: QRectF, *, texts: Texts | None, palette: QPalette
    ) -> None:
        """Draw the cells into an area, and texts, if any, into them in the painter's font."""
        # One picture for all cells: a rectangle for each of 961 would take too long.
        painter.drawImage(area, image_of(self.colors))
        if self.foreign is not None and self.foreign.any():
            hatch = QBrush(QColor(128, 128, 128), Qt.BrushStyle.BDiagPattern)
            for row, column in np.argwhere(self.foreign).tolist():
                painter.fillRect(self.cell(area, row, column), hatch)
        if texts is not None:
            self._draw_gaps(painter, area, palette.window().color())
            self._draw_texts(painter, area, texts)
        else:
            painter.setPen(palette.mid().color())  # light cells have an edge on a light window
            painter.drawRect(area)
        if self.marked is not None:
            cell = self.cell(area, *self.marked)
            margin = -1 if cell.height() >= LEAST_CELL_PX else 2
            painter.setPen(QPen(palette.highlight().color(), 2))
            painter.drawRect(cell.adjusted(-margin, -margin, margin, margin))

    def _draw_gaps(self, painter: QPainter, area: QRectF, color: QColor) -> None:
        painter.setPen(color)
        for column in range(1, self.columns):
            left = self.cell(area, 0, column).left()
            painter.drawLine(QPointF(left, area.top()), QPointF(left, area.bottom()))
        for row in range(1, self.rows):
            top = self.cell(area, row, 0).top()
            painter.drawLine(QPointF(area.left(), top), QPointF(area.right(), top))

    def _draw_texts(self, painter: QPainter, area: QRectF, texts: Texts) -> None:
        middle = Qt.AlignmentFlag.AlignCenter
        are_light = self.colors @ np.array(LUMA) > LIGHT_LUMA
        for is_light, ink in ((True, ON_LIGHT), (False, ON_DARK)):
            painter.setPen(ink)
            for row, column in np.argwhere(are_light == is_light).tolist():
                painter.drawText(self.cell(area, row, column), middle, texts[row][column])


def readable_width(texts: Texts, metrics: QFontMetricsF) -> int:
    """Return how wide a cell must be to show any of these texts, in pixels."""
    widest = max(
        metrics.horizontalAdvance(text) for text in {text for row in texts for text in row}
    )
    # In steps, so that one digit more seldom moves what stands beside.
    return math.ceil((widest + 2 * TEXT_PADDING_PX) / WIDTH_STEP_PX) * WIDTH_STEP_PX


def signed_colors(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Colour by sign: blue below zero, neutral at zero, orange above, full at the largest.

    Parameters
    ----------
    values : (rows, columns) float64

    Returns
    -------
    (rows, columns, 3) uint8
    """
    finite = np.nan_to_num(values, posinf=1e300, neginf=-1e300)
    largest = np.abs(finite).max(initial=0.0)
    shares = (np.abs(finite) / largest if largest > 0 else np.zeros_like(finite))[..., None]
    ends = np.where((finite > 0)[..., None], _channels(POSITIVE), _channels(NEGATIVE))
    colors = _channels(NEUTRAL) + (ends - _channels(NEUTRAL)) * shares
    return np.asarray(np.rint(colors), np.uint8)


def value_colors(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Colour a window: greys where it holds no negative value, else by sign.

    Parameters
    ----------
    values : (rows, columns) float64
        0 is black, 255 and the largest beyond are white.

    Returns
    -------
    (rows, columns, 3) uint8
    """
    if not (values >= 0).all():
        return signed_colors(values)
    brightest = max(BRIGHTEST, float(np.nan_to_num(values, posinf=1e300).max(initial=0.0)))
    greys = np.rint(np.clip(values / brightest, 0, 1) * 255).astype(np.uint8)
    return np.repeat(greys[..., None], 3, axis=2)


def _with_decimal(value: float) -> str:
    if 99.95 <= abs(value) < 99_999.95:
        return f"{value:,.1f}".removesuffix(".0").replace("-", "−")
    return format_number(value)


def _channels(color: QColor) -> npt.NDArray[Any]:
    return np.array([color.red(), color.green(), color.blue()], np.float64)
