"""Conversion between arrays and QImages."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage


def image_of(pixels: npt.NDArray[np.uint8]) -> QImage:
    """Return a QImage that owns a copy of the pixels.

    Parameters
    ----------
    pixels : (height, width) or (height, width, 3) uint8
        Grey, or RGB.
    """
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_RGB888 if pixels.ndim == 3 else QImage.Format.Format_Grayscale8
    # A copy: QImage does not keep the array it is made of.
    return QImage(pixels.tobytes(), width, height, pixels.strides[0], kind).copy()


def pixels_of(image: QImage) -> npt.NDArray[np.uint8]:
    """Return an image's pixels, (height, width, 3) uint8, RGB."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
