"""Thumbnails of the steps' inputs and outputs, and of a neuron's weights."""

from typing import Any, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.filters.display import show

THUMBNAIL_EDGE_PX = 64

# Of a large picture's rows and columns so many are read for each pixel of a thumbnail.
_SAMPLES = 8

_Values = TypeVar("_Values", np.uint8, np.float32)


def thumbnail(values: npt.NDArray[_Values], edge: int = THUMBNAIL_EDGE_PX) -> npt.NDArray[_Values]:
    """Reduce a picture or a response to fit a square; one that fits is unchanged.

    Parameters
    ----------
    values : (height, width) or (height, width, 3), uint8 or float32
    edge : int
        The side of the square, in pixels.

    Returns
    -------
    (h, w) or (h, w, 3), of the same kind
        Each value is the mean of a block; in very large pictures, of evenly spaced samples of it.
    """
    height, width = values.shape[:2]
    factor = max(height, width) / edge
    if factor <= 1:
        return values
    size = max(round(width / factor), 1), max(round(height / factor), 1)
    # As OpenCV writes sizes: width first. A side of few pixels is not thinned out.
    across = max(width // (size[0] * _SAMPLES), 1)
    down = max(height // (size[1] * _SAMPLES), 1)
    few: npt.NDArray[Any] = np.ascontiguousarray(values[::down, ::across])
    reduced = cv2.resize(few, size, interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, values.dtype)


def weight_picture(
    weights: npt.NDArray[np.float32], edge: int = THUMBNAIL_EDGE_PX
) -> npt.NDArray[np.uint8]:
    """Draw the weights of one neuron, each at the position of its input value.

    Parameters
    ----------
    weights : (height, width) or (height, width, 3) float32
        The mean of three channels is drawn.
    edge : int
        The longest side of the result, in pixels.

    Returns
    -------
    (h, w, 3) uint8, RGB
        Blue below zero, neutral at zero, orange above; the largest magnitude has the full colour.
    """
    small = thumbnail(weights, edge)
    if small.ndim == 3:
        small = small.mean(axis=2)
    largest = float(np.abs(small).max()) or 1.0
    return show(small, "diverging", (-largest, largest)).pixels
