"""Lay the feature maps of a layer out as one picture, and colour them."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

Scale = Literal["each", "all"]
SCALES: tuple[Scale, ...] = ("each", "all")

GAP_COLOR = (88, 88, 88)
"""RGB between the maps, and of values that are not a number."""

_NO_LEVEL = 256
_GAP_SHARE = 1 / 32


@dataclass(frozen=True, eq=False)
class FeatureGridImage:
    """All maps of a layer in one picture, row by row.

    Attributes
    ----------
    pixels : (height, width, 3) uint8, RGB
    ranges : (count, 2) float64
        The values of the first and the last colour, for each map.
    map_size : (int, int)
        Height and width of one map, in pixels.
    columns : int
        Maps in a row.
    gap : int
        Pixels between maps and around them.
    """

    pixels: npt.NDArray[np.uint8]
    ranges: npt.NDArray[np.float64]
    map_size: tuple[int, int]
    columns: int
    gap: int

    @property
    def count(self) -> int:
        """How many maps there are."""
        return len(self.ranges)

    def origin_of(self, index: int) -> tuple[int, int]:
        """Return the row and column of a map's first pixel."""
        height, width = self.map_size
        row, column = divmod(index, self.columns)
        return self.gap + row * (height + self.gap), self.gap + column * (width + self.gap)

    def spot_of(self, row: float, column: float) -> tuple[int, float, float]:
        """Return the map nearest to a spot, and how far below and right of its corner that lies."""
        height, width = self.map_size
        map_row = int((row - self.gap) // (height + self.gap))
        map_column = int((column - self.gap) // (width + self.gap))
        map_column = min(max(map_column, 0), self.columns - 1)
        index = min(max(map_row, 0) * self.columns + map_column, self.count - 1)
        top, left = self.origin_of(index)
        return index, row - top, column - left

    def locate(self, row: int, column: int) -> tuple[int, int, int] | None:
        """Return the map that a pixel belongs to, and its row and column there; None in a gap."""
        height, width = self.map_size
        map_row, inner_row = divmod(row - self.gap, height + self.gap)
        map_column, inner_column = divmod(column - self.gap, width + self.gap)
        index = map_row * self.columns + map_column
        is_inside = 0 <= map_column < self.columns and 0 <= index < self.count
        if not is_inside or inner_row >= height or inner_column >= width:
            return None
        return index, inner_row, inner_column


def tile_feature_maps(
    maps: npt.NDArray[np.floating[Any]],
    *,
    scale: Scale = "each",
    limits: tuple[float, float] | None = None,
    aspect: float = 1.0,
) -> FeatureGridImage:
    """Arrange feature maps to fit the available area, coloured with viridis.

    Infinities get the first or the last colour, NaN the colour of the gaps; neither affects a
    range. A constant map gets the first colour.

    Parameters
    ----------
    maps : (height, width, count) or (count,) float
        Each value of a vector is a cell of one pixel; all cells share one range.
    scale : {"each", "all"}
        Whether each map has its own range, or all share one.
    limits : (float, float) or None
        The common range of all maps, where known in advance: 0 to 1 for probabilities.
    aspect : float
        The width of the room they are shown in, divided by its height.

    Returns
    -------
    FeatureGridImage
    """
    is_vector = maps.ndim == 1
    cube = maps.reshape(1, 1, -1) if is_vector else maps
    height, width, count = cube.shape
    if count == 0 or height == 0 or width == 0:
        raise ValueError(f"No maps in an array of shape {maps.shape}.")
    # The last axis counts the filters: (height, width, count) becomes (count, height, width).
    stack = np.ascontiguousarray(np.moveaxis(cube, 2, 0))
    if limits is None:
        ranges = _ranges(stack, "all" if is_vector else scale)
    else:
        ranges = np.tile(np.array(limits, np.float64), (count, 1))
    columns = choose_columns(count, (height, width), aspect)
    rows = -(-count // columns)
    gap = _choose_gap(height, width)

    cells = np.full((rows * columns, gap + height, gap + width), _NO_LEVEL, np.uint16)
    cells[:count, gap:, gap:] = _levels(stack, ranges)
    cells = cells.reshape(rows, columns, gap + height, gap + width).swapaxes(1, 2)
    board = cells.reshape(rows * (gap + height), columns * (gap + width))
    board = np.pad(board, ((0, gap), (0, gap)), constant_values=_NO_LEVEL)
    return FeatureGridImage(_colors().take(board, axis=0), ranges, (height, width), columns, gap)


def choose_columns(count: int, map_size: tuple[int, int], aspect: float) -> int:
    """Return how many maps to put in a row so that they are as large as possible.

    Parameters
    ----------
    count : int
        How many maps there are.
    map_size : (int, int)
        Height and width of one map.
    aspect : float
        The width of the room, divided by its height.
    """
    height, width = map_size
    gap = _choose_gap(height, width)
    columns = np.arange(1, count + 1)
    rows = -(-count // columns)
    edges = np.maximum((columns * (width + gap) + gap) / aspect, rows * (height + gap) + gap)
    return int(columns[edges == edges.min()][-1])  # of two that are as good, the wider


def color_map(
    values: npt.NDArray[np.floating[Any]], low: float, high: float
) -> npt.NDArray[np.uint8]:
    """Colour one map as `tile_feature_maps` does.

    Parameters
    ----------
    values : (height, width) float
    low, high : float
        The values drawn with the first and the last colour.

    Returns
    -------
    (height, width, 3) uint8, RGB
    """
    ranges = np.array([[low, high]], dtype=np.float64)
    pixels: npt.NDArray[np.uint8] = _colors().take(_levels(values[None], ranges)[0], axis=0)
    return pixels


def color_scale() -> npt.NDArray[np.uint8]:
    """Return the colours from the lowest value to the highest: (256, 3) uint8, RGB."""
    return _colors()[:_NO_LEVEL]


def _ranges(stack: npt.NDArray[np.floating[Any]], scale: Scale) -> npt.NDArray[np.float64]:
    """Return the least and the greatest finite value of each map: (count, 2); 0, 0 if none."""
    rows = stack.reshape(len(stack), -1)
    ranges = np.stack([rows.min(axis=1), rows.max(axis=1)], axis=1).astype(np.float64)
    if not np.isfinite(ranges).all():  # the slow way only where it is needed
        finite = np.isfinite(rows)
        ranges[:, 0] = np.min(rows, axis=1, where=finite, initial=np.inf)
        ranges[:, 1] = np.max(rows, axis=1, where=finite, initial=-np.inf)
    is_known = np.isfinite(ranges).all(axis=1)
    if scale == "all" and is_known.any():
        ranges[:] = ranges[is_known, 0].min(), ranges[is_known, 1].max()
    else:
        ranges[~is_known] = 0
    return ranges


def _levels(
    stack: npt.NDArray[np.floating[Any]], ranges: npt.NDArray[np.float64]
) -> npt.NDArray[np.uint16]:
    """Return for each value which colour it gets: 0-255, or `_NO_LEVEL` for not a number."""
    # In double precision neither the span of the largest floats nor that of the smallest is lost.
    low, high = ranges.T[:, :, None, None]
    span = high - low
    factor = np.divide(255.0, span, out=np.zeros_like(span), where=span > 0)
    levels = np.clip(stack, low, high)
    levels -= low
    levels *= factor
    np.rint(levels, out=levels)
    indices: npt.NDArray[np.uint16] = np.nan_to_num(levels, copy=False, nan=_NO_LEVEL).astype(
        np.uint16
    )
    return indices


def _choose_gap(height: int, width: int) -> int:
    return 0 if height == width == 1 else max(1, round(max(height, width) * _GAP_SHARE))


@cache
def _colors() -> npt.NDArray[np.uint8]:
    """Return viridis with the colour of the gaps behind it: (257, 3) uint8, RGB."""
    steps = np.arange(256, dtype=np.uint8)[:, None]
    viridis = cv2.applyColorMap(steps, cv2.COLORMAP_VIRIDIS)[:, 0, ::-1]  # OpenCV answers in BGR
    colors = np.concatenate([viridis, np.array([GAP_COLOR], np.uint8)])
    colors.flags.writeable = False
    return colors
