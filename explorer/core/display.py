"""Turn the numbers of a response into grey values or colours that a screen can show."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.kernels import Filter

Display = Literal["clip", "abs", "offset", "stretch"]
DISPLAYS: tuple[Display, ...] = ("clip", "abs", "offset", "stretch")

# In grey values. Less than any visible step, more than float32 rounds: 255.00001 is not clipped.
_TOLERANCE = 0.01


@dataclass(frozen=True, eq=False)
class Shown:
    """A response made visible.

    Attributes
    ----------
    pixels : (height, width) or (height, width, 3) uint8
    clipped_share : float
        0-1: the share of values too dark or too bright to show.
    low, high : float
        The responses drawn black and white (for "abs": the magnitudes).
    """

    pixels: npt.NDArray[np.uint8]
    clipped_share: float
    low: float
    high: float


def show(response: npt.NDArray[np.float32], display: Display) -> Shown:
    """Map responses to 0-255, rounded to the nearest grey value.

    Parameters
    ----------
    response : (height, width) or (height, width, 3) float32, any range
    display : {"clip", "abs", "offset", "stretch"}
        The value v itself; |v|; v / 2 + 127.5; or from black at the smallest to white at the
        largest (all black where both are equal).

    Returns
    -------
    Shown
    """
    low, high = 0.0, 255.0
    if display == "abs":
        levels = np.abs(response)
    elif display == "offset":
        low, high = -255.0, 255.0
        levels = response * np.float32(0.5)
        levels += np.float32(127.5)
    elif display == "stretch":
        low, high = float(response.min()), float(response.max())
        levels = response - np.float32(low)
        if high > low:
            levels /= np.float32(high - low)
            levels *= np.float32(255)
    else:
        levels = response.copy()
    too_dark = np.count_nonzero(levels < -_TOLERANCE)
    too_bright = np.count_nonzero(levels > 255 + _TOLERANCE)
    np.clip(levels, 0, 255, out=levels)
    # Nothing is negative any more; of OpenCV's conversion only the quick rounding matters.
    pixels = np.asarray(cv2.convertScaleAbs(levels), np.uint8)
    return Shown(pixels, (too_dark + too_bright) / levels.size, low, high)


def automatic_display(filter: Filter) -> Display:
    """Choose how to show a filter: "offset" where responses swing about zero, else "clip"."""
    if len(filter.kernels) > 1:
        return "clip"  # a length is never negative
    (kernel,) = filter.kernels
    swings = bool((kernel.weights < 0).any())
    balanced = abs(kernel.total) <= 0.01 * kernel.absolute_total
    return "offset" if swings and balanced else "clip"
