"""Lines in a box: wrapped, cut short where they must be, and the last one always there."""

import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QApplication

from explorer.views.common.labels.text_lines import TextLine, draw_lines, fit_lines

BOX = QRectF(8, 4, 160, 100)
LONG = "one two three four five six seven eight nine ten " * 4
COLORS = (QColor(255, 0, 0), QColor(0, 255, 0), QColor(0, 0, 255))


@pytest.fixture
def font(qapp: QApplication) -> QFont:
    font = QFont(qapp.font())
    font.setPixelSize(12)
    return font


def lines(font: QFont, *texts: str) -> list[TextLine]:
    return [TextLine(text, font, color) for text, color in zip(texts, COLORS, strict=True)]


def draw(drawn: list[TextLine]) -> list[QRect]:
    """Return where each line's ink is; empty where it was left out."""
    image = QImage(200, 140, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing, False)
    draw_lines(painter, BOX, drawn)
    painter.end()
    found = [QRect() for _ in COLORS]
    for y in range(image.height()):
        for x in range(image.width()):
            pixel = image.pixelColor(x, y)
            shares = (pixel.red(), pixel.green(), pixel.blue())
            if max(shares) > 128:
                found[shares.index(max(shares))] |= QRect(x, y, 1, 1)
    return found


def test_what_fits_stands_one_below_the_other(font: QFont):
    short = lines(font, "first", "second", "third")
    assert fit_lines(short, BOX.width(), BOX.height())
    first, second, third = draw(short)
    assert BOX.top() <= first.top() < first.bottom() < second.top() < second.bottom() < third.top()


def test_the_last_line_has_its_room(font: QFont):
    long = lines(font, LONG, "second", "= 186.4")
    assert not fit_lines(long, BOX.width(), BOX.height())
    first, second, last = draw(long)
    assert second.isEmpty()
    assert first.height() <= QFontMetrics(font).height()  # one line that ends in “…”
    alone = draw(lines(font, "", "", "= 186.4"))[2]
    assert last.size() == alone.size()
    assert BOX.contains(QRectF(last))


def test_a_last_line_that_is_wrapped_has_it_too(font: QFont):
    wrapped = "√((−186.107)² + 10.523²) ≈ 186.4043"
    last = draw(lines(font, LONG, LONG, wrapped))[2]
    assert last.height() > QFontMetrics(font).height()
    assert last.size() == draw(lines(font, "", "", wrapped))[2].size()
