"""A picture as float32 planes: its luma, its three channels, or one of them."""

from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

Planes = npt.NDArray[np.float32]
"""(height, width) or (height, width, 3) float32."""

Source = Literal["grey", "color", "red", "green", "blue"]
SOURCES: tuple[Source, ...] = ("grey", "color", "red", "green", "blue")

_CHANNELS = {"red": 0, "green": 1, "blue": 2}
# Values are converted to grey in blocks of this size, which stay in the CPU cache.
_STRIP_VALUES = 131_072


def to_planes(picture: npt.NDArray[np.uint8], source: Source) -> Planes:
    """Return a picture as float32 planes.

    Parameters
    ----------
    picture : (height, width, 3) uint8, RGB
    source : {"grey", "color", "red", "green", "blue"}
        The luma by Rec. 601, not rounded; all three channels; or one of them.

    Returns
    -------
    Planes
        (height, width, 3) or (height, width) float32, 0-255.
    """
    if source == "color":
        return picture.astype(np.float32)
    if source != "grey":
        return picture[..., _CHANNELS[source]].astype(np.float32)
    height, width = picture.shape[:2]
    luma = np.empty((height, width), np.float32)
    step = max(1, _STRIP_VALUES // (3 * width))
    for top in range(0, height, step):
        rows = slice(top, top + step)
        luma[rows] = cv2.cvtColor(picture[rows].astype(np.float32), cv2.COLOR_RGB2GRAY)
    return luma
