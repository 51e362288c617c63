"""One value's arithmetic as painted tables: window times weights gives products, and their sum."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import mul
from typing import NamedTuple

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

from explorer.core.filters.explanation import Arithmetic, ConvolutionSum
from explorer.core.filters.explanation_text import describe, summarize
from explorer.views.common.labels.text_lines import TextLine, draw_lines, fit_lines
from explorer.views.common.pictures.number_grid import (
    HIGHEST_CELL_PX,
    LEAST_CELL_PX,
    WIDEST_CELL_PX,
    NumberGrid,
    Texts,
    readable_width,
)
from explorer.views.common.theme import COUNTING, SPACING_PX, text_scale
from explorer.views.filter.arithmetic.tables import cell_text, tables_of

HINT = (
    f"Move the mouse over the result to see how a value is computed; click to pin it.\n{COUNTING}"
)
ROUNDED = ("Rounded; hover over a cell for its full value.", "rounded")
# All of them beside text of the usual size.
HEIGHT_PX = 132
TITLE_PX = 16
NOTE_PX = 14
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
    texts: Texts | None
    text_px: int


class _Cells(NamedTuple):
    """How large a grid's cells are, and what is written in them, if there is room for it."""

    width: float
    height: float
    texts: Texts | None
    text_px: int


class ArithmeticCanvas(QWidget):
    """Draws an `Arithmetic`; a tooltip over a cell tells its exact number.

    Its height is that of the text alone, so that nothing jumps from one value to the next.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Computation of one value")
        self._scale = text_scale(self.font())
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
            self._grids = tables_of(arithmetic)
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
        return all(one.texts is not None for one in self._lay_out())

    @property
    def is_rounded(self) -> bool:
        """Whether a number is longer than its cell says."""
        return any(
            one.texts is not None and not one.grid.are_exact(one.texts) for one in self._lay_out()
        )

    def text_at(self, position: QPoint) -> str:
        """Return the exact number at a place and where it comes from; empty beside the cells."""
        arithmetic = self._arithmetic
        for index, one in enumerate(self._lay_out()):
            cell = one.grid.cell_at(one.area, QPointF(position))
            if cell is not None and arithmetic is not None:
                return cell_text(arithmetic, index, one.grid, cell)
        return ""

    def _grown(self, length: float) -> float:
        """Return a length that is meant for text of the usual size, for that of this widget."""
        return length * self._scale

    def _lay_out(self) -> list[_Placed]:
        """Give every grid its place, from the left, as large as the room allows."""
        if self._placed is not None:
            return self._placed
        placed, left = [], 0.0
        for (grid, sign), cells in zip(self._grids, self._cells(), strict=True):
            left += _grown_with(cells.text_px, SIGN_PX) if sign else 0
            width, height = cells.width * grid.columns, cells.height * grid.rows
            room = self._room(cells.text_px) / len(self._grids)
            taken = max(width, min(self._grown(LEAST_GRID_PX), room))
            top = self._grown(TITLE_PX)
            area = QRectF(left + (taken - width) / 2, top, width, height)
            placed.append(_Placed(grid, sign, left, taken, area, cells.texts, cells.text_px))
            left += taken
        self._placed = placed
        return placed

    def _cells(self) -> list[_Cells]:
        """Choose the cells of each grid: wide enough for their numbers, or else small ones."""
        if not self._grids:
            return []
        columns = sum(grid.columns for grid, _ in self._grids)
        rows = self._grids[0][0].rows
        least = self._grown(LEAST_CELL_PX)
        below = self.height() - self._grown(TITLE_PX) - 1
        if below - self._grown(NOTE_PX) >= rows * least:
            below -= self._grown(NOTE_PX)  # with a note or without: the cells must not jump
        height = min(below / rows, self._grown(HIGHEST_CELL_PX))
        square = max(min(height, self._room(FONT_PX) / columns), 0)
        small = _Cells(square, max(square, min(LEAST_STRIP_PX, height)), None, FONT_PX)
        if height < least:
            return [small] * len(self._grids)
        widest = self._grown(WIDEST_CELL_PX)
        for text_px, texts in self._choices(widest):
            metrics = QFontMetricsF(self._font_of(text_px))
            wanted = [readable_width(one, metrics) for one in texts]
            widths = self._share_out(wanted, self._room(text_px))
            if None not in widths:
                break
        return [
            small if width is None else _Cells(min(width, widest), height, one, text_px)
            for width, one in zip(widths, texts, strict=True)
        ]

    def _choices(self, widest: float) -> Iterator[tuple[int, list[Texts]]]:
        """Yield what may be written in the grids and how large, the best first."""
        # Grown numbers do not always fit; small ones still say more than none.
        for text_px in sorted({self._small_px, FONT_PX}, reverse=True):
            metrics = QFontMetricsF(self._font_of(text_px))
            yield text_px, [_finest(grid, metrics, widest) for grid, _ in self._grids]
            yield text_px, [grid.texts for grid, _ in self._grids]

    def _share_out(self, wanted: list[int], room: float) -> list[float | None]:
        """Return how wide each grid's cells become; None where that is less than is wanted."""
        counts = [grid.columns for grid, _ in self._grids]
        spare = room - sum(map(mul, wanted, counts))
        if spare >= 0:
            return [width + spare / sum(counts) for width in wanted]
        given = room / sum(counts)
        return [given if given >= width else None for width in wanted]

    def _room(self, text_px: int) -> float:
        """Return how wide all tables together may be with numbers of a size."""
        least = _grown_with(text_px, LEAST_TEXT_PX)
        text = max(self.width() * TEXT_SHARE, least) + 2 * SPACING_PX
        signs = _grown_with(text_px, SIGN_PX) * (len(self._grids) - 1)
        return max(self.width() - text - signs, 0)

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

    @property
    def _small_px(self) -> int:
        """The size of titles and, where there is room, of numbers."""
        return round(self._grown(FONT_PX))

    def _font_of(self, size_px: int) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(size_px)
        return font

    def _draw_note(self, painter: QPainter, placed: Sequence[_Placed]) -> None:
        """Say below the tables that their numbers are rounded."""
        first, last = placed[0].area, placed[-1].area
        width, height = last.right() - first.left(), self._grown(NOTE_PX)
        below = QRectF(first.left(), first.bottom() + 1, width, height)
        metrics = QFontMetricsF(painter.font())
        fitting = [text for text in ROUNDED if metrics.horizontalAdvance(text) <= below.width()]
        painter.setPen(self.palette().placeholderText().color())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, fitting[0] if fitting else ROUNDED[-1])

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(640, round(self._grown(HEIGHT_PX)))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._grown(LEAST_TEXT_PX)), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._placed = None

    def changeEvent(self, event: QEvent) -> None:
        self._placed = None
        if event.type() == QEvent.Type.FontChange:
            self._scale = text_scale(self.font())
            self.updateGeometry()
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
        placed, is_rounded = self._lay_out(), self.is_rounded
        small_font = self._font_of(self._small_px)
        numbers_px = placed[0].text_px if placed else FONT_PX
        sign_font = self._font_of(round(_grown_with(numbers_px, SIGN_FONT_PX)))
        metrics = QFontMetricsF(small_font)
        sign_width = _grown_with(numbers_px, SIGN_PX)
        title_height = self._grown(TITLE_PX)
        hang = sign_width / 2 - 1  # above a narrow table, its title may reach over to the signs
        for one in placed:
            painter.setPen(self.palette().text().color())
            painter.setFont(sign_font)
            before = QRectF(one.left - sign_width, one.area.top(), sign_width, one.area.height())
            sign = "≈" if is_rounded and one.sign == "=" else one.sign
            painter.drawText(before, Qt.AlignmentFlag.AlignCenter, sign)
            painter.setFont(small_font)
            above = QRectF(one.left, 0, one.width, title_height)
            above.adjust(-min(hang, one.left), 0, hang, 0)
            title = metrics.elidedText(one.grid.title, Qt.TextElideMode.ElideRight, above.width())
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, title)
            painter.setFont(self._font_of(one.text_px))
            one.grid.draw(painter, one.area, texts=one.texts, palette=self.palette())
        if is_rounded:
            painter.setFont(small_font)
            self._draw_note(painter, placed)
        draw_lines(painter, self._text_box(), self._to_draw(self.lines))
        painter.end()


def _grown_with(text_px: int, length: float) -> float:
    """Return a length that is meant for numbers of the usual size, for those of another."""
    return length * text_px / FONT_PX


def _finest(grid: NumberGrid, metrics: QFontMetricsF, widest: float) -> Texts:
    """Return the longer texts of a grid, unless no cell may be as wide as they are."""
    is_too_wide = readable_width(grid.finer_texts, metrics) > widest
    return grid.texts if is_too_wide else grid.finer_texts
