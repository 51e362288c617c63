"""One value's arithmetic as painted tables: window times weights gives products, and their sum."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.core.arithmetic import (
    Arithmetic,
    ConvolutionSum,
    MovedValue,
    PooledWindow,
    RectifiedValue,
)
from explorer.core.arithmetic_text import describe, summarize
from explorer.views.look import SPACING_PX
from explorer.views.widgets.number_grid import (
    HIGHEST_CELL_PX,
    LEAST_CELL_PX,
    WIDEST_CELL_PX,
    NumberGrid,
    signed_colors,
    value_colors,
)
from explorer.views.widgets.text_lines import TextLine, draw_lines, fit_lines

HINT = "Move over the result to follow one value; click pins it."
HEIGHT_PX = 132
TITLE_PX = 16
SIGN_PX = 14
FONT_PX = 11
SIGN_FONT_PX = 16
LEAST_GRID_PX = 64
TEXT_SHARE = 0.22
LEAST_TEXT_PX = 192
LEAST_STRIP_PX = 6
FEW_TERMS = 3


@dataclass(frozen=True, eq=False)
class _Placed:
    """A grid, the sign before it, and where both are drawn."""

    grid: NumberGrid
    sign: str
    left: float
    width: float
    area: QRectF
    shows_numbers: bool


class _CellSize(NamedTuple):
    width: float
    height: float
    shows_numbers: bool


class ArithmeticCanvas(QWidget):
    """Draws an `Arithmetic`; a tooltip over a cell tells its exact number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Arithmetic of one value")
        self._arithmetic: Arithmetic | None = None
        self._headline = ""
        self._grids: list[tuple[NumberGrid, str]] = []
        self._placed: list[_Placed] | None = None  # until it is asked for

    def show_value(self, arithmetic: Arithmetic | None, headline: str) -> None:
        """Draw another value, under a line that says which it is."""
        if arithmetic is self._arithmetic and headline == self._headline:
            return
        if arithmetic is not self._arithmetic:
            self._arithmetic = arithmetic
            self._grids = _grids_of(arithmetic)
            self._placed = None
        self._headline = headline
        if QAccessible.isActive():  # writing it costs too much to do it for nobody
            self.setAccessibleDescription("\n".join((headline, *self.lines)))
        self.update()

    @property
    def lines(self) -> tuple[str, ...]:
        """What is said beside the tables."""
        if self._arithmetic is None:
            return ()
        if not self.shows_numbers:
            described = describe(self._arithmetic, most_terms=FEW_TERMS)
            box = self._text_box()
            if fit_lines(self._to_draw(described), box.width(), box.height()):
                return described
        return summarize(self._arithmetic)

    @property
    def shows_numbers(self) -> bool:
        """Whether every cell has room for its number."""
        return all(one.shows_numbers for one in self._lay_out())

    def text_at(self, position: QPoint) -> str:
        """Return the exact number at a place and where it comes from; empty beside the cells."""
        arithmetic = self._arithmetic
        for index, one in enumerate(self._lay_out()):
            cell = one.grid.cell_at(one.area, QPointF(position))
            if cell is not None and arithmetic is not None:
                return _cell_text(arithmetic, index, one.grid, cell)
        return ""

    def _lay_out(self) -> list[_Placed]:
        """Give every grid its place, from the left, as large as the room allows."""
        if self._placed is not None:
            return self._placed
        placed, left = [], 0.0
        for (grid, sign), size in zip(self._grids, self._cell_sizes(), strict=True):
            left += SIGN_PX if sign else 0
            width, height = size.width * grid.columns, size.height * grid.rows
            taken = max(width, min(LEAST_GRID_PX, self._room() / len(self._grids)))
            area = QRectF(left + (taken - width) / 2, TITLE_PX, width, height)
            placed.append(_Placed(grid, sign, left, taken, area, size.shows_numbers))
            left += taken
        self._placed = placed
        return placed

    def _cell_sizes(self) -> list[_CellSize]:
        """Share the room out: cells wide enough for their numbers, or else small ones."""
        if not self._grids:
            return []
        metrics = QFontMetricsF(self._small_font())
        columns = sum(grid.columns for grid, _ in self._grids)
        room = self._room()
        height = min((self.height() - TITLE_PX - 1) / self._grids[0][0].rows, HIGHEST_CELL_PX)
        square = max(min(height, room / columns), 0)
        small = _CellSize(square, max(square, min(LEAST_STRIP_PX, height)), False)
        if height < LEAST_CELL_PX:
            return [small] * len(self._grids)
        wanted = [grid.readable_width(metrics) for grid, _ in self._grids]
        spare = room - sum(
            width * grid.columns for (grid, _), width in zip(self._grids, wanted, strict=True)
        )
        sizes = []
        for width in wanted:
            given = width + spare / columns if spare >= 0 else room / columns
            large = _CellSize(min(given, WIDEST_CELL_PX), height, True)
            sizes.append(large if given >= width else small)
        return sizes

    def _room(self) -> float:
        """Return how wide all tables together may be."""
        text = max(self.width() * TEXT_SHARE, LEAST_TEXT_PX) + 2 * SPACING_PX
        return max(self.width() - text - SIGN_PX * (len(self._grids) - 1), 0)

    def _text_box(self) -> QRectF:
        """Return where the lines stand: right of the last table."""
        placed = self._lay_out()
        left = placed[-1].left + placed[-1].width + 2 * SPACING_PX if placed else 0
        return QRectF(left, 0, self.width() - left, self.height())

    def _to_draw(self, lines: Sequence[str]) -> list[TextLine]:
        """Return the headline and the lines as they are drawn."""
        quiet, loud = self.palette().placeholderText().color(), self.palette().text().color()
        result_font = QFont(self.font())
        result_font.setBold(isinstance(self._arithmetic, ConvolutionSum))
        return [
            TextLine(self._headline, self.font(), quiet),
            *(TextLine(line, self.font(), loud) for line in lines[:-1]),
            *(TextLine(line, result_font, loud) for line in lines[-1:]),
        ]

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(FONT_PX)
        return font

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(640, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_TEXT_PX, HEIGHT_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._placed = None

    def changeEvent(self, event: QEvent) -> None:
        self._placed = None
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.text_at(event.pos())
            if not text and self._arithmetic is not None:
                text = "\n".join(describe(self._arithmetic))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._arithmetic is None:
            painter.setPen(self.palette().placeholderText().color())
            text = f"{self._headline}\n{HINT}" if self._headline else HINT
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
            painter.end()
            return
        placed = self._lay_out()
        sign_font, small_font = QFont(self.font()), self._small_font()
        sign_font.setPixelSize(SIGN_FONT_PX)
        metrics = QFontMetricsF(small_font)
        hang = SIGN_PX / 2 - 1  # above a narrow table, its title may reach over to the signs
        for one in placed:
            painter.setPen(self.palette().text().color())
            painter.setFont(sign_font)
            before = QRectF(one.left - SIGN_PX, one.area.top(), SIGN_PX, one.area.height())
            painter.drawText(before, Qt.AlignmentFlag.AlignCenter, one.sign)
            painter.setFont(small_font)
            above = QRectF(one.left, 0, one.width, TITLE_PX)
            above.adjust(-min(hang, one.left), 0, hang, 0)
            title = metrics.elidedText(one.grid.title, Qt.TextElideMode.ElideRight, above.width())
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, title)
            one.grid.draw(
                painter, one.area, shows_numbers=one.shows_numbers, palette=self.palette()
            )
        draw_lines(painter, self._text_box(), self._to_draw(self.lines))
        painter.end()


def _grids_of(arithmetic: Arithmetic | None) -> list[tuple[NumberGrid, str]]:
    """Return the tables to draw, each with the sign before it."""
    match arithmetic:
        case ConvolutionSum(values=values, inside=inside, sums=sums):
            colors = value_colors(values)
            grids = [(NumberGrid("window", values, colors, foreign=~inside), "")]
            for one in sums:
                title = f"{one.name}, turned" if arithmetic.is_turned else one.name
                grids.append((NumberGrid(title, one.weights, signed_colors(one.weights)), "×"))
                products = NumberGrid("products", one.products, signed_colors(one.products))
                grids.append((products, "="))
            return grids
        case PooledWindow(values=values, winner=winner):
            return [(NumberGrid("window", values, value_colors(values), marked=winner), "")]
        case RectifiedValue(value=value, result=result):
            both = np.array([[value, result]])
            colors = signed_colors(both)
            return [
                (NumberGrid("value", both[:, :1], colors[:, :1]), ""),
                (NumberGrid("ReLU", both[:, 1:], colors[:, 1:]), "→"),
            ]
        case MovedValue(result=result):
            moved = np.array([[result]])
            return [(NumberGrid("value", moved, value_colors(moved)), "")]
        case _:
            return []


def _cell_text(arithmetic: Arithmetic, index: int, grid: NumberGrid, cell: tuple[int, int]) -> str:
    """Say a cell's number in full, with its place in the picture or its factors."""
    number = f"{grid.values[cell] + 0.0:.9g}"  # no −0
    if isinstance(arithmetic, ConvolutionSum) and index:
        one = arithmetic.sums[(index - 1) // 2]
        if index % 2:
            text = f"weight {number}"
        else:
            text = f"{arithmetic.values[cell]:.9g} × {one.weights[cell]:.9g} = {number}"
        return text.replace("-", "−")
    if isinstance(arithmetic, RectifiedValue) and index:
        return number.replace("-", "−")
    row, column = arithmetic.input_rows, arithmetic.input_columns
    text = f"column {column[cell[1]]}, row {row[cell[0]]}: {number}"
    if grid.foreign is not None and grid.foreign[cell]:
        text += ", beyond the edge"
    return text.replace("-", "−")
