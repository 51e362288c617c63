"""Small pictures as Qt draws them."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage


def image_of(pixels: npt.NDArray[np.uint8]) -> QImage:
    """Return an image of its own made of pixels.

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
