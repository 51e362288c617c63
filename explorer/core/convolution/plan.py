"""Weighted sums of neighbouring pixels: quick, and exact to a millionth."""

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np

from explorer.core.convolution import separable
from explorer.core.convolution.geometry import Border, Size
from explorer.core.convolution.parallel import parallel_for
from explorer.core.convolution.rounding_error import (
    MAX_ROUNDINGS,
    Weights,
    bound_likely_error,
    bound_separable_error,
    cut,
    weigh_range,
)
from explorer.core.convolution.separable import Padding
from explorer.core.images.planes import Planes

ConvolutionPlan = Callable[[Planes, Padding, Border], Planes]
"""Planes, continued by so many pixels of a border, to sums wherever the table lies inside."""
_Centred = Callable[[Planes, int], Planes]
"""Planes and OpenCV's border type to sums, one for each pixel."""

_BORDER_TYPES: dict[Border, int] = {
    "zero": cv2.BORDER_CONSTANT,
    "replicate": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT,
    "wrap": cv2.BORDER_WRAP,
}

# From here on OpenCV goes through a Fourier transform in float64. One in float32 would take half
# the time, but its errors have the size of the brightest pixel's share, not of the pixels' summed.
FOURIER_TAPS = 130
# From here on running sums, which take the same time for boxes of any size, are the quickest.
_BOX_TAPS = 300
# OpenCV's separable filter may add symmetric pairs first, which rounds once more on each axis.
_PAIR_ROUNDINGS = 1.0
# Several passes over so many values stay in the processor's cache.
_STRIP_VALUES = 800_000
_STRIP_KERNELS = 8
# Threads share so many strips, each so many times as tall as the table: less gains little.
_FOURIER_STRIPS = (1, 2, 4, 8)
_FOURIER_STRIP_KERNELS = 6

# A few million values for each thread.
_scratch = threading.local()


def slide(planes: Planes, weights: Weights) -> Planes:
    """Add up weighted neighbours wherever the table of weights, as it is, lies inside the planes.

    Parameters
    ----------
    planes : (height, width) or (height, width, 3) float32
    weights : (rows, columns) float64

    Returns
    -------
    Planes
        A new array, (height - rows + 1, width - columns + 1, ...) float32, as exact as `plan` says.
    """
    return plan(weights)(planes, ((0, 0), (0, 0)), "zero")


def pad(planes: Planes, padding: Padding, border: Border) -> Planes:
    """Continue planes by ((above, below), (left, right)) pixels."""
    if padding == ((0, 0), (0, 0)):
        return planes
    kind = _BORDER_TYPES[border]
    return np.asarray(cv2.copyMakeBorder(planes, *padding[0], *padding[1], kind), np.float32)


def plan(weights: Weights) -> ConvolutionPlan:
    """Choose the quickest way to add up neighbours that is exact enough.

    Parameters
    ----------
    weights : (rows, columns) float64

    Returns
    -------
    ConvolutionPlan
        Called with planes of 0-255, ((above, below), (left, right)), how far they are continued, in
        pixels, and with what border, it gives a new array, (height + above + below - rows + 1, ...)
        float32, within 1e-6 * 255 * sum|weights| of the exact value, as certainly as
        `roundings.bound_likely_error` says.
    """
    return _plan(weights.tobytes(), weights.shape)


@lru_cache(maxsize=256)
def _plan(weights_bytes: bytes, shape: Size) -> ConvolutionPlan:
    weights = np.frombuffer(weights_bytes, np.float64).reshape(shape)
    if weights.size >= _BOX_TAPS and np.ptp(weights) == 0:
        return _continued(_as_box(weights), shape)
    factors = _separate(weights)
    way = None if factors is None else _plan_separable(*factors)
    if way is not None:
        return way
    if weights.size >= FOURIER_TAPS:
        return _continued(_as_strips(weights), shape)
    if bound_likely_error(weights) <= MAX_ROUNDINGS:
        return _continued(_as_whole(weights), shape)
    parts = cut(weights, MAX_ROUNDINGS)
    return _continued(_as_whole(weights) if len(parts) == 1 else _as_passes((parts,)), shape)


def _plan_separable(column: Weights, row: Weights, lost: float) -> ConvolutionPlan | None:
    """Choose a way for a column (rows, 1) times a row (1, columns), None where none is good."""
    budget, shape = MAX_ROUNDINGS - lost, (column.size, row.size)
    if separable.is_compiled():
        groups = separable.group(column.ravel()), separable.group(row.ravel())
        if bound_separable_error(*groups) <= budget:
            return separable.Product(column.ravel(), row.ravel()).slide
    # OpenCV's two passes take less time than one only where the weights are several times fewer.
    if column.size * row.size <= 2 * sum(shape):
        return None
    if bound_separable_error([row], [column]) + 2 * _PAIR_ROUNDINGS <= budget:
        return _continued(_as_product(column, row), shape)
    passes = cut(row, budget / 2), cut(column, budget / 2, weigh_range(row))
    if bound_separable_error(*passes) <= budget:
        return _continued(_as_passes(passes), shape)
    return None


def _separate(weights: Weights) -> tuple[Weights, Weights, float] | None:
    """Write a table as a column times a row, with what that loses, in roundings.

    None where any weight would differ by more than the roundings of float32. Taking both out of
    the table, rather than out of its singular values, keeps zeros zero.
    """
    row, column = np.unravel_index(np.argmax(np.abs(weights)), weights.shape)
    if weights[row, column] == 0:
        return None
    factors = weights[:, [column]] / weights[row, column], weights[[row]]
    lost = np.abs(weights - factors[0] * factors[1])
    if (lost > 2**-22 * np.abs(weights)).any():
        return None
    return *factors, float(lost.sum() / np.abs(weights).sum()) * 2**24


def _continued(add_up: _Centred, shape: Size) -> ConvolutionPlan:
    """Let a way that makes a sum for each pixel make as many as the padding asks for."""
    rows, columns = shape
    centre = (rows // 2, (rows - 1) // 2), (columns // 2, (columns - 1) // 2)

    def call(planes: Planes, padding: Padding, border: Border) -> Planes:
        if padding == centre and border != "wrap":
            return add_up(planes, _BORDER_TYPES[border])
        padded = pad(planes, padding, border)
        height, width = padded.shape[0] - rows + 1, padded.shape[1] - columns + 1
        sums = add_up(padded, cv2.BORDER_CONSTANT)
        return np.ascontiguousarray(sums[rows // 2 :, columns // 2 :][:height, :width])

    return call


def _as_box(weights: Weights) -> _Centred:
    rows, columns = weights.shape
    total = np.float32(weights.sum())

    def call(planes: Planes, border: int) -> Planes:
        # OpenCV's running sums are of float64.
        means = np.asarray(cv2.blur(planes, (columns, rows), borderType=border), np.float32)
        if total != 1:
            means *= total
        return means

    return call


def _as_product(column: Weights, row: Weights) -> _Centred:
    def call(planes: Planes, border: int) -> Planes:
        return np.asarray(cv2.sepFilter2D(planes, -1, row, column, borderType=border), np.float32)

    return call


def _as_whole(weights: Weights) -> _Centred:
    table = np.ascontiguousarray(weights, np.float32)

    def call(planes: Planes, border: int) -> Planes:
        return np.asarray(cv2.filter2D(planes, -1, table, borderType=border), np.float32)

    return call


def _as_strips(weights: Weights) -> _Centred:
    """Share the rows of the sums among the processor's cores: a Fourier transform takes long."""
    whole, rows = _as_whole(weights), weights.shape[0]

    def call(planes: Planes, border: int) -> Planes:
        # As many on every machine, so that a picture has the same sums on all.
        most = planes.shape[0] // (_FOURIER_STRIP_KERNELS * rows)
        count = max(count for count in _FOURIER_STRIPS if count <= max(1, most))
        sums = np.empty(planes.shape, np.float32)

        def fill(strip: _Strip) -> None:
            values = whole(planes[strip.seen], border)
            sums[strip.rows] = values[strip.inside]

        parallel_for(fill, _make_strips(planes.shape[0], rows, count))
        return sums

    return call


@dataclass(frozen=True)
class _Strip:
    """Some rows of sums, the rows of planes that they are sums of, and where they lie in these."""

    rows: slice
    seen: slice
    inside: slice


def _make_strips(height: int, rows: int, count: int) -> list[_Strip]:
    """Cut so many rows of sums of a table with `rows` rows into about equal strips."""
    strips = []
    for top, bottom in pairwise(height * number // count for number in range(count + 1)):
        start, stop = max(0, top - rows // 2), min(height, bottom + (rows - 1) // 2)
        inside = slice(top - start, bottom - start)
        strips.append(_Strip(slice(top, bottom), slice(start, stop), inside))
    return strips


def _strip_height(planes: Planes, rows: int) -> int:
    """Return how many rows of sums to make at a time, so that several passes stay in the cache."""
    # Tall enough that what neighbouring strips share is little, and that a mirror finds in a strip
    # what it would find in the whole.
    return max(_STRIP_KERNELS * rows, _STRIP_VALUES * len(planes) // planes.size)


def _as_passes(passes: Sequence[Sequence[Weights]]) -> _Centred:
    """Sum up by one group of tables after the other; within a group, all sums are added."""
    tables = [[np.ascontiguousarray(part, np.float32) for part in parts] for parts in passes]
    rows = max(parts[0].shape[0] for parts in passes)

    def call(planes: Planes, border: int) -> Planes:
        height = planes.shape[0]
        most = _strip_height(planes, rows)
        sums = np.empty(planes.shape, np.float32)
        # A place for each pass's sums and one for products.
        shape = (len(tables) + 1, min(height, most + rows), *planes.shape[1:])
        scratch = _borrow(math.prod(shape)).reshape(shape)
        for strip in _make_strips(height, rows, -(-height // most)):
            values = planes[strip.seen]
            *totals, products = (place[: len(values)] for place in scratch)
            for group, total in zip(tables, totals, strict=True):
                cv2.filter2D(values, -1, group[0], dst=total, borderType=border)
                for table in group[1:]:
                    cv2.filter2D(values, -1, table, dst=products, borderType=border)
                    # The very last sum goes where it is wanted, at no copy's cost.
                    if table is tables[-1][-1]:
                        inside = strip.inside
                        np.add(total[inside], products[inside], out=sums[strip.rows])
                    else:
                        cv2.add(total, products, dst=total)
                values = total
            if len(tables[-1]) == 1:
                sums[strip.rows] = values[strip.inside]
        return sums

    return call


def _borrow(size: int) -> Planes:
    """Return memory to scribble in, the same for every call: fresh memory is slow at first."""
    if getattr(_scratch, "values", np.empty(0)).size < size:
        _scratch.values = np.empty(size, np.float32)
    values: Planes = _scratch.values[:size]
    return values
