"""Draws very many points into a picture, in a few milliseconds."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

Ints = npt.NDArray[np.int32]


def paint_points(
    image: QImage, x: Ints, y: Ints, colors: npt.NDArray[np.uint32], radius: float
) -> None:
    """Draw a disc at each place, later ones over earlier ones.

    Parameters
    ----------
    image : QImage
        Of 32 bits a pixel; it is drawn into.
    x, y : (n,) int32
        In pixels; discs beyond the edges are cut off.
    colors : (n,) uint32
        0xAARRGGBB.
    radius : float
        In pixels.
    """
    width, height = image.width(), image.height()
    pixels = np.frombuffer(image.bits(), np.uint32).reshape(height, image.bytesPerLine() // 4)
    reach = int(np.ceil(radius))
    inside = (x >= -reach) & (x < width + reach) & (y >= -reach) & (y < height + reach)
    x, y, colors = x[inside], y[inside], colors[inside]
    for down, right in _disc(radius):
        rows, columns = y + down, x + right
        there = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        pixels[rows[there], columns[there]] = colors[there]


@lru_cache(maxsize=16)
def _disc(radius: float) -> tuple[tuple[int, int], ...]:
    reach = int(np.ceil(radius))
    span = range(-reach, reach + 1)
    return tuple((j, i) for j in span for i in span if i * i + j * j <= radius * radius + 0.5)


def argb(color: QColor) -> int:
    """Return a colour as a number, 0xAARRGGBB."""
    return color.rgba()


def mixed(color: QColor, ground: QColor, share: float) -> QColor:
    """Return a colour over a ground, with the given opacity, 0 to 1."""
    parts = zip(color.getRgb()[:3], ground.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(share * one + (1 - share) * other) for one, other in parts))
