"""One feature map of each layer on the way through a network, small."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

FRAME_EDGE = 56
"""Of a frame's longer side, in pixels."""
MAX_FRAMES = 200


@dataclass(frozen=True, eq=False)
class Filmstrip:
    """The strongest map of each of some layers, for one picture.

    Attributes
    ----------
    layers : tuple of str
        Their names; those without maps are left out.
    maps : tuple of int
        Which of each layer's maps it is.
    are_signed : tuple of bool
        Whether the layer has negative values: its frame is drawn around zero.
    frames : (count, height, width) float32
        All of one size, in the aspect ratio of the input.
    """

    layers: tuple[str, ...]
    maps: tuple[int, ...]
    are_signed: tuple[bool, ...]
    frames: npt.NDArray[np.float32]


def strongest_map(maps: npt.NDArray[np.float32]) -> int:
    """Return the map with the greatest mean of absolute values, of (height, width, count)."""
    strengths = np.abs(np.nan_to_num(maps)).mean(axis=(0, 1))
    return int(strengths.argmax())


def frame_size(input_size: tuple[int, int]) -> tuple[int, int]:
    """Return height and width of the frames of a model of this input size."""
    height, width = input_size
    factor = FRAME_EDGE / max(height, width)
    return max(1, round(height * factor)), max(1, round(width * factor))


def to_frame(values: npt.NDArray[np.float32], size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Bring a map to a frame's size: averaged where it is larger, in squares where smaller.

    Parameters
    ----------
    values : (rows, columns) float32
    size : (int, int)
        Height and width.
    """
    is_larger = values.shape[0] > size[0] and values.shape[1] > size[1]
    how = cv2.INTER_AREA if is_larger else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(values, size[::-1], interpolation=how), np.float32)
