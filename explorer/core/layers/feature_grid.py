"""Lay the feature maps of a layer out as one picture, and colour them."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.colors.colormaps import DIVERGING_STEPS, diverging_colors, sequential_colors
from explorer.core.images.read import Picture
from explorer.core.layers.layers import FeatureMaps

Scale = Literal["each", "all"]
SCALES: tuple[Scale, ...] = ("each", "all")

Order = Literal["index", "strength", "variance"]
"""In which the maps are laid out: as the layer numbers them, or those with the greatest mean of
absolute values first, or those with the greatest variance."""
ORDERS: tuple[Order, ...] = ("index", "strength", "variance")

GAP_COLOR = (88, 88, 88)
"""RGB between the maps, and of values that are not a number."""

DEAD_COLOR = (128, 128, 128)
"""RGB of the lines of a map that is 0 everywhere."""

_NO_LEVEL, _DEAD_LINE = 256, 257
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
    is_signed : bool
        Whether it is drawn in the diverging colours, zero in the middle of each range.
    sequence : (count,) int
        The map in each cell, row by row.
    """

    pixels: npt.NDArray[np.uint8]
    ranges: npt.NDArray[np.float64]
    map_size: tuple[int, int]
    columns: int
    gap: int
    is_signed: bool
    sequence: npt.NDArray[np.intp]

    @property
    def count(self) -> int:
        """How many maps there are."""
        return len(self.ranges)

    def place_of(self, index: int) -> int:
        """Return in which cell a map lies, counted row by row."""
        return int(np.flatnonzero(self.sequence == index)[0])

    def origin_of(self, index: int) -> tuple[int, int]:
        """Return the row and column of a map's first pixel."""
        height, width = self.map_size
        row, column = divmod(self.place_of(index), self.columns)
        return self.gap + row * (height + self.gap), self.gap + column * (width + self.gap)

    def pixels_of(self, index: int) -> npt.NDArray[np.uint8]:
        """Return one map as it is drawn: (height, width, 3)."""
        (top, left), (height, width) = self.origin_of(index), self.map_size
        return np.ascontiguousarray(self.pixels[top : top + height, left : left + width])

    def spot_of(self, row: float, column: float) -> tuple[int, float, float]:
        """Return the map nearest to a spot, and how far below and right of its corner that lies."""
        height, width = self.map_size
        map_row = int((row - self.gap) // (height + self.gap))
        map_column = int((column - self.gap) // (width + self.gap))
        map_column = min(max(map_column, 0), self.columns - 1)
        cell = min(max(map_row, 0) * self.columns + map_column, self.count - 1)
        index = int(self.sequence[cell])
        top, left = self.origin_of(index)
        return index, row - top, column - left

    def locate(self, row: int, column: int) -> tuple[int, int, int] | None:
        """Return the map that a pixel belongs to, and its row and column there; None in a gap."""
        height, width = self.map_size
        map_row, inner_row = divmod(row - self.gap, height + self.gap)
        map_column, inner_column = divmod(column - self.gap, width + self.gap)
        cell = map_row * self.columns + map_column
        is_inside = 0 <= map_column < self.columns and 0 <= cell < self.count
        if not is_inside or inner_row >= height or inner_column >= width:
            return None
        return int(self.sequence[cell]), inner_row, inner_column


def tile_feature_maps(
    maps: npt.NDArray[np.floating[Any]],
    *,
    scale: Scale = "each",
    order: Order = "index",
    limits: tuple[float, float] | None = None,
    is_signed: bool = False,
    aspect: float = 1.0,
) -> FeatureGridImage:
    """Arrange feature maps to fit the available area, coloured with viridis.

    Infinities get the first or the last colour, NaN the colour of the gaps; neither affects a
    range. A map that says nothing is hatched: a dead one, which is 0 everywhere, and a constant
    one, unless it has a single value.

    Parameters
    ----------
    maps : (height, width, count) or (count,) float
        Each value of a vector is a cell of one pixel; all cells share one range.
    scale : {"each", "all"}
        Whether each map has its own range, or all share one.
    order : {"index", "strength", "variance"}
        Of the maps, from the first cell on.
    limits : (float, float) or None
        The common range of all maps, where known in advance: 0 to 1 for probabilities.
    is_signed : bool
        Whether to use the diverging colours, and ranges with zero in their middle.
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
    if is_signed:
        reach = np.abs(ranges).max(axis=1)
        ranges = np.stack([-reach, reach], axis=1)
    sequence = _sequence(stack, order)
    levels = _levels(stack, ranges, is_signed=is_signed)
    if not is_vector:
        levels[_say_nothing(stack)] = _hatch(height, width)

    cells = np.full((rows * columns, gap + height, gap + width), _NO_LEVEL, np.uint16)
    cells[:count, gap:, gap:] = levels[sequence]
    cells = cells.reshape(rows, columns, gap + height, gap + width).swapaxes(1, 2)
    board = cells.reshape(rows * (gap + height), columns * (gap + width))
    board = np.pad(board, ((0, gap), (0, gap)), constant_values=_NO_LEVEL)
    pixels: npt.NDArray[np.uint8] = _colors(is_signed=is_signed).take(board, axis=0)
    return FeatureGridImage(pixels, ranges, (height, width), columns, gap, is_signed, sequence)


def tile_layer(
    found: FeatureMaps, *, scale: Scale = "each", order: Order = "index", aspect: float = 1.0
) -> FeatureGridImage:
    """Arrange a layer's maps as the program shows them; parameters of `tile_feature_maps`."""
    # Of two shares, .495 and .505, the colours would else be those of 0 and 1.
    limits = (0.0, 1.0) if found.layer.is_softmax else None
    is_signed = limits is None and bool((found.maps < 0).any())
    return tile_feature_maps(
        found.maps, scale=scale, order=order, limits=limits, is_signed=is_signed, aspect=aspect
    )


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
    values: npt.NDArray[np.floating[Any]], low: float, high: float, *, is_signed: bool = False
) -> npt.NDArray[np.uint8]:
    """Colour one map as `tile_feature_maps` does.

    Parameters
    ----------
    values : (height, width) float
    low, high : float
        The values drawn with the first and the last colour.
    is_signed : bool
        Whether to use the diverging colours.

    Returns
    -------
    (height, width, 3) uint8, RGB
    """
    ranges = np.array([[low, high]], dtype=np.float64)
    levels = _levels(values[None], ranges, is_signed=is_signed)[0]
    pixels: npt.NDArray[np.uint8] = _colors(is_signed=is_signed).take(levels, axis=0)
    return pixels


def lay_over(picture: Picture, map_pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Lay a coloured map over the picture that it is of, half and half, its values as squares.

    Parameters
    ----------
    picture : (height, width, 3) uint8, RGB
    map_pixels : (rows, columns, 3) uint8, RGB

    Returns
    -------
    (height, width, 3) uint8, RGB
    """
    height, width = picture.shape[:2]
    large = cv2.resize(map_pixels, (width, height), interpolation=cv2.INTER_NEAREST)
    mixed: npt.NDArray[np.uint8] = cv2.addWeighted(picture, 0.5, large, 0.5, 0).astype(np.uint8)
    return mixed


def color_scale(*, is_signed: bool = False) -> npt.NDArray[np.uint8]:
    """Return the colours from the lowest value to the highest: (256 or 255, 3) uint8, RGB."""
    return diverging_colors() if is_signed else sequential_colors()


def _sequence(stack: npt.NDArray[np.floating[Any]], order: Order) -> npt.NDArray[np.intp]:
    """Return the maps in an order; of those that are alike, the lower number first."""
    if order == "index":
        return np.arange(len(stack))
    rows = np.nan_to_num(stack.reshape(len(stack), -1).astype(np.float64), posinf=0, neginf=0)
    rank = np.abs(rows).mean(axis=1) if order == "strength" else rows.var(axis=1)
    return np.argsort(-rank, kind="stable")


def _say_nothing(stack: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.bool_]:
    """Return which of (count, height, width) maps are 0, or several values all the same."""
    is_dead = np.logical_not(stack.any(axis=(1, 2)))
    if stack[0].size > 1:
        is_dead = is_dead | (stack.min(axis=(1, 2)) == stack.max(axis=(1, 2)))
    return np.asarray(is_dead)


def _hatch(height: int, width: int) -> npt.NDArray[np.uint16]:
    """Return what a dead map is drawn as: diagonal lines in the colour of the gaps."""
    down, across = np.indices((height, width))
    step = max(3, min(height, width) // 6)
    is_line = (down + across) % step == 0
    return np.where(is_line, _DEAD_LINE, _NO_LEVEL).astype(np.uint16)


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
    stack: npt.NDArray[np.floating[Any]], ranges: npt.NDArray[np.float64], *, is_signed: bool
) -> npt.NDArray[np.uint16]:
    """Return for each value which colour it gets: 0-255, or `_NO_LEVEL` for not a number."""
    highest = 2.0 * DIVERGING_STEPS if is_signed else 255.0
    # In double precision neither the span of the largest floats nor that of the smallest is lost.
    low, high = ranges.T[:, :, None, None]
    span = high - low
    factor = np.divide(highest, span, out=np.zeros_like(span), where=span > 0)
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
def _colors(*, is_signed: bool) -> npt.NDArray[np.uint8]:
    """Return a scale, and behind it the colours of the gaps and of a dead map: (258, 3) uint8."""
    colors = np.empty((_DEAD_LINE + 1, 3), np.uint8)
    scale = color_scale(is_signed=is_signed)
    colors[: len(scale)] = scale
    colors[_NO_LEVEL], colors[_DEAD_LINE] = GAP_COLOR, DEAD_COLOR
    colors.flags.writeable = False
    return colors
