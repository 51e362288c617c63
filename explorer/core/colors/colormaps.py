"""Two scales of colours, readable with any colour vision: one for amounts, one for signed values.

Amounts are drawn in viridis (Smith and van der Walt, 2015), which is perceptually uniform; signed
values from blue over a neutral middle, which is exactly zero, to orange.
"""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

NEGATIVE_RGB = (33, 102, 172)
NEUTRAL_RGB = (247, 247, 247)
POSITIVE_RGB = (217, 95, 14)
DIVERGING_STEPS = 127
"""The number of colours on either side of the neutral one."""


@cache
def sequential_colors() -> npt.NDArray[np.uint8]:
    """Return viridis from the lowest value to the highest: (256, 3) uint8, RGB."""
    steps = np.arange(256, dtype=np.uint8)[:, None]
    colors: npt.NDArray[np.uint8] = np.ascontiguousarray(
        cv2.applyColorMap(steps, cv2.COLORMAP_VIRIDIS)[:, 0, ::-1]  # OpenCV answers in BGR
    )
    colors.flags.writeable = False
    return colors


@cache
def diverging_colors() -> npt.NDArray[np.uint8]:
    """Return the colours of the diverging map, from the lowest value to the highest.

    Returns
    -------
    (255, 3) uint8, RGB
        Number 127, the middle one, is zero's.
    """
    fractions = np.abs(np.arange(-DIVERGING_STEPS, DIVERGING_STEPS + 1))[:, None] / DIVERGING_STEPS
    ends = np.empty((len(fractions), 3))
    ends[:DIVERGING_STEPS], ends[DIVERGING_STEPS:] = NEGATIVE_RGB, POSITIVE_RGB
    colors = np.rint(NEUTRAL_RGB + (ends - NEUTRAL_RGB) * fractions).astype(np.uint8)
    colors.flags.writeable = False
    return colors
