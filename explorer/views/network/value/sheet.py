"""The parts of a value, row by row: window × kernel = products, and what they add up to."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.core.layers.arithmetic import Reals, ValueArithmetic
from explorer.views.common.pictures.number_grid import (
    NumberGrid,
    Texts,
    readable_width,
    signed_colors,
    value_colors,
)
from explorer.views.common.theme import (
    NEGATIVE,
    POSITIVE,
    SPACING_PX,
    format_number,
    text_scale,
)

NAME_PX, BARS_PX, SIGN_PX = 82, 76, 16
WIDEST_CELL_PX, ROW_CELL_PX, SMALL_CELL_PX = 56, 22, 14
LINE_PX = 24
BAR_PX = 6
CELL_FONT_PX = 11


@dataclass(frozen=True, eq=False)
class _Row:
    """A part and where it is drawn."""

    part: int
    top: float
    height: float


class ValueSheet(QWidget):
    """Draws the parts of a `ValueArithmetic`; a tooltip tells the exact number of a cell."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName("Parts of the value")
        self._found: ValueArithmetic | None = None
        self._is_sorted = False
        self._rows: list[_Row] = []

    def show_value(self, found: ValueArithmetic | None, *, is_sorted: bool) -> None:
        """Draw the parts of another value, in their order or the largest first."""
        if found is self._found and is_sorted == self._is_sorted:
            return
        self._found, self._is_sorted = found, is_sorted
        self._lay_out()
        self.setAccessibleDescription("\n".join(self.lines[:20]))
        self.update()

    @property
    def lines(self) -> list[str]:
        """What each row says, in the order in which they stand."""
        found = self._found
        if found is None:
            return []
        parts = [row.part for row in self._rows]
        return [f"{found.names[part]}: {format_number(float(found.sums[part]))}" for part in parts]

    def _lay_out(self) -> None:
        found, self._rows = self._found, []
        top = 0.0
        if found is not None and found.how not in ("none", "copy"):
            order = range(len(found.names))
            if self._is_sorted and found.how == "sum":
                order = np.argsort(-np.abs(found.sums), kind="stable").tolist()
            height = self._row_height(found)
            for part in order:
                self._rows.append(_Row(part, top, height))
                top += height
            if found.rest_count:
                top += self._line
        self.setMinimumHeight(round(top))
        self.updateGeometry()

    @property
    def _scale(self) -> float:
        return text_scale(self.font())

    @property
    def _line(self) -> float:
        return LINE_PX * self._scale

    def _row_height(self, found: ValueArithmetic) -> float:
        if found.values[0].size == 1:
            return self._line
        cells: float = found.values.shape[1] * self._cell(found)[1]
        left, is_split = self._arrangement(found)
        if left:
            return max(cells, 2 * self._line) + SPACING_PX
        stacked: float = 2 * cells + SPACING_PX if is_split else cells
        return self._line + stacked + SPACING_PX

    def _arrangement(self, found: ValueArithmetic) -> tuple[float, bool]:
        """Return where the cells begin, and whether the products lie below the others.

        In a narrow window the cells lie below the names, the products below the cells, if that
        makes room for numbers.
        """
        beside = (NAME_PX * self._scale, False)
        ways = (beside, (0.0, False), (0.0, True))
        return next((way for way in ways if self._room(found, way) >= self._readable), beside)

    def _room(self, found: ValueArithmetic, arrangement: tuple[float, bool]) -> float:
        """Return how wide a cell can be."""
        left, is_split = arrangement
        grids = 1 if not found.weights.size else 2 if is_split else 3
        columns: int = grids * found.values.shape[2]
        taken = left + (grids - 1) * SIGN_PX * self._scale
        return max(self.width() - taken - 2, 60) / columns

    @property
    def _readable(self) -> float:
        return QFontMetricsF(self._cell_font).horizontalAdvance("−.12") + 4

    def _cell(self, found: ValueArithmetic) -> tuple[float, float, bool]:
        """Return width and height of a cell, and whether it has room for a number."""
        room = self._room(found, self._arrangement(found))
        if room >= self._readable:
            return min(room, WIDEST_CELL_PX * self._scale), ROW_CELL_PX * self._scale, True
        small = max(min(room, SMALL_CELL_PX), 2.0)
        return small, small, False

    @property
    def _cell_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(round(CELL_FONT_PX * self._scale))
        return font

    def _grids(self, part: int) -> list[tuple[str, NumberGrid]]:
        found = self._found
        assert found is not None
        values = found.values[part]
        inside = found.inside
        foreign = ~inside if inside.size else None
        marked = None
        if found.chosen >= 0 and found.how in ("maximum", "minimum") and values.size > 1:
            marked = divmod(found.chosen, values.shape[1])
        grids = [("", NumberGrid("window", values, self._colors(values), foreign, marked))]
        if found.weights.size:
            weights = found.weights[part]
            grids.append(("×", NumberGrid("kernel", weights, signed_colors(weights))))
            products = found.products[part]
            grids.append(("=", NumberGrid("products", products, signed_colors(products))))
        return grids

    def _colors(self, values: Reals) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        found = self._found
        assert found is not None
        if (found.values >= 0).all():  # one range for all windows
            largest = max(float(found.values.max()), 1e-9)
            return value_colors(values / largest * 255)
        return signed_colors(values)

    def _placed(self, row: _Row) -> list[tuple[str, NumberGrid, QRectF, bool]]:
        found = self._found
        assert found is not None
        width, height, has_texts = self._cell(found)
        start, is_split = self._arrangement(found)
        left, top = start, row.top if start else row.top + self._line
        placed = []
        for sign, grid in self._grids(row.part):
            if is_split and sign == "=":
                left, top = start, top + grid.rows * height + SPACING_PX
            left += SIGN_PX * self._scale if sign else 0
            area = QRectF(left, top, grid.columns * width, grid.rows * height)
            placed.append((sign, grid, area, has_texts))
            left += area.width()
        return placed

    def text_at(self, point: QPointF) -> str:
        """Return the exact number at a point; empty beside the cells."""
        found = self._found
        row = next((r for r in self._rows if r.top <= point.y() < r.top + r.height), None)
        if found is None or row is None:
            return ""
        if found.values[row.part].size == 1:
            return self._formula(row.part, digits=9)
        for _, grid, area, _ in self._placed(row):
            cell = grid.cell_at(area, point)
            if cell is not None:
                return f"{grid.title}: {grid.values[cell] + 0.0:.9g}".replace("-", "−")
        return ""

    def _formula(self, part: int, *, digits: int = 0) -> str:
        found = self._found
        assert found is not None

        def write(number: float) -> str:
            return f"{number:.{digits}g}".replace("-", "−") if digits else format_number(number)

        value = write(float(found.values[part].ravel()[0]))
        if not found.weights.size and not found.factors.size:
            return value
        terms = [value]
        if found.weights.size:
            terms.append(write(float(found.weights[part].ravel()[0])))
        if found.factors.size:
            terms.append(write(float(found.factors[part])))
        return f"{' × '.join(terms)} = {write(float(found.sums[part]))}"

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._lay_out()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        found = self._found
        if found is None or not self._rows:
            return
        painter = QPainter(self)
        seen = QRectF(event.rect())
        largest = float(np.abs(found.sums).max(initial=0.0))
        for row in self._rows:
            if row.top + row.height >= seen.top() and row.top <= seen.bottom():
                self._draw_row(painter, found, row, largest)
        if found.rest_count:
            bottom = self._rows[-1].top + self._rows[-1].height
            painter.setPen(self.palette().placeholderText().color())
            text = f"{found.rest_count:,} others: {format_number(found.rest)}"
            box = QRectF(0, bottom, self.width(), self._line)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()

    def _draw_row(
        self, painter: QPainter, found: ValueArithmetic, row: _Row, largest: float
    ) -> None:
        middle, left = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignLeft
        painter.setFont(self.font())
        metrics = QFontMetricsF(self.font())
        width = (NAME_PX - 4) * self._scale
        if found.values[row.part].size == 1:  # beside a short formula a name may be long
            width = max(
                width, min(metrics.horizontalAdvance(found.names[row.part]), self.width() / 2)
            )
        name_box = QRectF(0, row.top, width, self._line)
        mode = Qt.TextElideMode.ElideMiddle
        name = metrics.elidedText(found.names[row.part], mode, name_box.width())
        painter.setPen(self.palette().placeholderText().color())
        painter.drawText(name_box, middle | left, name)
        painter.setPen(self.palette().text().color())
        if found.values[row.part].size == 1:
            beside = name_box.right() + SPACING_PX
            box = QRectF(beside, row.top, self.width() - beside, row.height)
            mark = "  ←" if row.part == found.chosen else ""
            painter.drawText(box, middle | left, self._formula(row.part) + mark)
            if found.how == "sum":
                self._draw_bar(painter, found, row, largest)
            return
        if found.how == "sum":
            total = format_number(float(found.products[row.part].sum()))
            if found.factors.size:
                total += f" × {format_number(float(found.factors[row.part]))}"
            sum_box = name_box.translated(0, self._line)
            if not self._arrangement(found)[0]:
                sum_box = QRectF(name_box.right(), row.top, self.width(), self._line)
            painter.drawText(sum_box, middle | left, f"Σ {total}")
        for sign, grid, area, has_texts in self._placed(row):
            painter.setFont(self.font())
            painter.setPen(self.palette().text().color())
            if sign:
                before = QRectF(area)
                before.setLeft(area.left() - SIGN_PX * self._scale)
                before.setRight(area.left())
                painter.drawText(before, Qt.AlignmentFlag.AlignCenter, sign)
            painter.setFont(self._cell_font)
            texts = self._texts(grid, area.width() / grid.columns) if has_texts else None
            grid.draw(painter, area, texts=texts, palette=self.palette())

    def _texts(self, grid: NumberGrid, width: float) -> Texts | None:
        """Return the numbers with as many digits as fit: three, two, or none at all."""
        metrics = QFontMetricsF(self._cell_font)
        shorter = [[_shorter(one) for one in line] for line in grid.values.tolist()]
        choices = (
            texts for texts in (grid.texts, shorter) if readable_width(texts, metrics) <= width
        )
        return next(choices, None)

    def _draw_bar(
        self, painter: QPainter, found: ValueArithmetic, row: _Row, largest: float
    ) -> None:
        """Draw how much a part contributes, at the right edge."""
        part = float(found.sums[row.part])
        if not largest:
            return
        room = BARS_PX * self._scale
        length = abs(part) / largest * room / 2
        zero = self.width() - room / 2
        top = row.top + (row.height - BAR_PX) / 2
        left = zero if part > 0 else zero - length
        painter.fillRect(QRectF(left, top, length, BAR_PX), POSITIVE if part > 0 else NEGATIVE)


def _shorter(value: float) -> str:
    """Return a number with two digits, without the zero before the point."""
    if abs(value) >= 0.995:
        text = f"{value:.2g}" if abs(value) < 99.5 else f"{value:.0f}"
    elif abs(value) >= 0.005:
        text = f"{value:.2f}".replace("0.", ".")
    else:
        text = "≈0" if value else "0"
    return text.replace("-", "−")
