"""Lines of text in a box: what has no room is cut short, but never the last line, the result."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

GAP_PX = 2
_WRAP = int(Qt.TextFlag.TextWordWrap)


class TextLine(NamedTuple):
    """A text that may be wrapped, and how it is drawn."""

    text: str
    font: QFont
    color: QColor


def fit_lines(lines: Sequence[TextLine], width: float, height: float) -> bool:
    """Tell whether lines, wrapped to a width, can be read in full."""
    heights = [_height(line, width) for line in lines]
    return sum(heights) + GAP_PX * (len(lines) - 1) <= height


def draw_lines(painter: QPainter, box: QRectF, lines: Sequence[TextLine]) -> None:
    """Draw lines one below the other, wrapped to the box.

    Room is kept for the last one; of the others, the first that does not fit ends in “…” and
    those behind it are left out.
    """
    *others, last = lines
    top, bottom = box.top(), box.bottom() - _height(last, box.width()) - GAP_PX
    for line in others:
        needed = _height(line, box.width())
        if needed <= bottom - top:
            _draw(painter, QRectF(box.left(), top, box.width(), needed), line)
            top += needed + GAP_PX
            continue
        metrics = QFontMetricsF(line.font)
        if metrics.height() <= bottom - top:
            short = metrics.elidedText(line.text, Qt.TextElideMode.ElideRight, box.width())
            row = QRectF(box.left(), top, box.width(), metrics.height())
            _draw(painter, row, line._replace(text=short))
            top += metrics.height() + GAP_PX
        break
    _draw(painter, QRectF(box.left(), top, box.width(), box.bottom() - top), last)


def _height(line: TextLine, width: float) -> float:
    endless = QRectF(0, 0, width, 1e6)
    return QFontMetricsF(line.font).boundingRect(endless, _WRAP, line.text).height()


def _draw(painter: QPainter, box: QRectF, line: TextLine) -> None:
    painter.setFont(line.font)
    painter.setPen(line.color)
    painter.drawText(box, _WRAP, line.text)
