"""How weights are drawn: as one small picture of all cells, and as numbers that fit into them."""

import math
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QIcon,
    QImage,
    QPainter,
    QPixmap,
    QStaticText,
)

from explorer.core.colors.colormaps import NEGATIVE_RGB, NEUTRAL_RGB, POSITIVE_RGB
from explorer.views.common.theme import format_number

GAP_PX = 1

_STEPS = 255  # colours on either side of zero
_SMALLEST_TEXT_PX = 11
_LARGEST_TEXT_PX = 28
_TEXT_SHARE = 0.28
_MARGIN_PX = 1
_KEPT_TEXTS = 2000
_DARK, _LIGHT = QColor(20, 20, 20), QColor(255, 255, 255)

_Indices = npt.NDArray[np.int64]


def cell_image(weights: npt.NDArray[np.float64], largest: float) -> QImage:
    """Return a picture with one pixel for each weight, in the diverging colours.

    Parameters
    ----------
    weights : (rows, columns) float64
    largest : float
        The absolute value that gets the full colour.
    """
    colors = _colors()[0][_indices(weights, largest)]
    rows, columns = weights.shape
    # A copy: QImage does not keep the array.
    return QImage(colors.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()


def text_colors(weights: npt.NDArray[np.float64], largest: float) -> list[list[QColor]]:
    """Return for each cell the darker or lighter text colour, whichever contrasts more."""
    is_light = _colors()[1][_indices(weights, largest)]
    return [[_DARK if light else _LIGHT for light in row] for row in is_light.tolist()]


def kernel_icon(weights: npt.NDArray[np.float64], edge_px: int) -> QIcon:
    """Return a kernel as an icon: its cells, centred in a square, sharp up to 300 %."""
    edge = 3 * edge_px
    rows, columns = weights.shape
    cell = max(edge // max(rows, columns), 1)
    image = cell_image(weights, float(abs(weights).max()))
    picture = image.scaled(QSize(columns * cell, rows * cell))
    pixmap = QPixmap(edge, edge)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.drawImage((edge - columns * cell) // 2, (edge - rows * cell) // 2, picture)
    painter.end()
    made = QIcon(pixmap)
    made.addPixmap(pixmap, QIcon.Mode.Selected)  # as it is, not tinted
    return made


class CellTexts:
    """Writes weights into cells, all alike: as precisely as all of them fit, or not at all."""

    def __init__(self) -> None:
        self.size_px = 0
        self._font = QFont()
        self._format: Callable[[float], str] = format_number
        self._drawn: dict[str, QStaticText] = {}

    def fit(self, weights: npt.NDArray[np.float64], edge_px: int, font: QFont) -> bool:
        """Choose precision and size for cells of an edge; True where that changes other cells too.

        `size_px` is 0 where nothing fits.
        """
        before = self.size_px, self._format
        room = edge_px - 2 * _MARGIN_PX
        self.size_px = 0
        if room >= _SMALLEST_TEXT_PX:
            advances = _advances(font.family())
            values = sorted(set(weights.ravel().tolist()))
            for form in (format_number, _two_digits, _decimals(max(map(abs, values)))):
                widest = _widest((form(value) for value in values), advances, room)
                if widest is not None:
                    wanted = max(round(edge_px * _TEXT_SHARE), _SMALLEST_TEXT_PX)
                    fitting = max(int(0.92 * room / widest * _SMALLEST_TEXT_PX), _SMALLEST_TEXT_PX)
                    self.size_px = min(fitting, wanted, _LARGEST_TEXT_PX)
                    self._format = form
                    break
        changed = (self.size_px, self._format) != before
        if changed and self.size_px:
            self._font = QFont(font)
            self._font.setPixelSize(self.size_px)
            self._drawn = {}
        return changed

    def prepare(self, painter: QPainter) -> None:
        """Set the painter's font for `draw`."""
        painter.setFont(self._font)

    def draw(self, painter: QPainter, rect: QRect, weight: float) -> None:
        """Write a weight into the middle of a cell."""
        text = self._format(weight)
        drawn = self._drawn.get(text)
        if drawn is None:
            if len(self._drawn) > _KEPT_TEXTS:
                self._drawn = {}
            drawn = self._drawn[text] = QStaticText(text)
            drawn.setTextFormat(Qt.TextFormat.PlainText)
            drawn.prepare(font=self._font)
        size = drawn.size()
        left = rect.left() + (rect.width() - size.width()) / 2
        painter.drawStaticText(
            QPointF(left, rect.top() + (rect.height() - size.height()) / 2), drawn
        )


def _two_digits(weight: float) -> str:
    if abs(weight) >= 100 or 0 < abs(weight) < 1e-3:
        return format_number(weight)
    return f"{weight:.2g}".replace("-", "−")


@lru_cache(maxsize=64)
def _decimals_of(count: int) -> Callable[[float], str]:
    def form(weight: float) -> str:
        # "0" is zero, "0.0" a little more.
        return "0" if weight == 0 else f"{weight:.{count}f}".replace("-", "−")

    return form


def _decimals(largest: float) -> Callable[[float], str]:
    """Return a form with as many decimals as give the largest weight two digits."""
    return _decimals_of(max(1 - math.floor(math.log10(largest)), 0) if largest else 0)


@lru_cache(maxsize=8)
def _advances(family: str) -> dict[str, float]:
    """Return how wide each mark of a number is at the smallest size."""
    font = QFont(family)
    font.setPixelSize(_SMALLEST_TEXT_PX)
    metrics = QFontMetricsF(font)
    return {mark: metrics.horizontalAdvance(mark) for mark in "0123456789−.,e+"}


def _widest(texts: Iterable[str], advances: dict[str, float], room: float) -> float | None:
    """Return the widest text's width at the smallest size, None where it is wider than the room."""
    widest = 1.0
    for text in texts:
        widest = max(widest, sum(advances[mark] for mark in text))
        if widest > room:
            return None
    return widest


def _indices(weights: npt.NDArray[np.float64], largest: float) -> _Indices:
    shares = weights / largest if largest > 0 else np.zeros_like(weights)
    return (np.clip(shares, -1, 1) * _STEPS).round().astype(np.int64) + _STEPS


@lru_cache(maxsize=1)
def _colors() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.bool_]]:
    """Return the diverging colours as 0xffRRGGBB, and on which of them dark text reads better."""
    steps = np.arange(-_STEPS, _STEPS + 1)[:, None]
    ends = np.where(steps > 0, POSITIVE_RGB, NEGATIVE_RGB)
    neutral = np.array(NEUTRAL_RGB)
    colors = (neutral + (ends - neutral) * np.abs(steps) / _STEPS).round().astype(np.uint32)
    is_light = _contrast(colors, _DARK) > _contrast(colors, _LIGHT)
    red, green, blue = colors.T
    return (0xFF << 24) + (red << 16) + (green << 8) + blue, is_light


def _contrast(colors: npt.NDArray[np.uint32], text: QColor) -> npt.NDArray[np.float64]:
    """Return the contrast of a text's colour to others, 1 to 21 (WCAG 2)."""
    behind = _luminance(colors)
    before = _luminance(np.array([[text.red(), text.green(), text.blue()]]))
    return (np.maximum(behind, before) + 0.05) / (np.minimum(behind, before) + 0.05)


def _luminance(colors: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the relative luminance of (n, 3) colours, 0-255 (WCAG 2)."""
    parts = colors / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]), np.float64)
