"""Weighted sums of neighbouring pixels with OpenCV: quick, and exact to a millionth."""

import math
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.geometry import Border, Size

Planes = npt.NDArray[np.float32]
"""(height, width) or (height, width, 3) float32."""
Weights = npt.NDArray[np.float64]
"""(rows, columns) float64."""

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
_BOX_TAPS = 100
# Roundings of float32 (each up to 2**-24) that keep an error below a millionth.
_ROUNDINGS = 16.7
# A sum of independent roundings stays within so many standard deviations; those of two terms are
# independent where they differ by so many of the smallest steps of the running sum.
_DEVIATIONS = 7.0
_TOLD_APART = 8.0
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

_Range = tuple[float, float]
_PIXELS: _Range = (0.0, 255.0)

_Table = npt.NDArray[np.float32]
_Call = Callable[[Planes, int], Planes]
"""Planes and OpenCV's border type to sums, one for each pixel."""


def slide(
    planes: Planes,
    weights: Weights,
    *,
    padding: tuple[Size, Size] = ((0, 0), (0, 0)),
    border: Border = "zero",
) -> Planes:
    """Add up weighted neighbours wherever the table of weights, as it is, lies inside.

    Parameters
    ----------
    planes : (height, width) or (height, width, 3) float32
    weights : (rows, columns) float64
    padding : ((above, below), (left, right))
        How far the planes are continued first, in pixels.
    border : {"zero", "replicate", "reflect", "wrap"}
        With what.

    Returns
    -------
    Planes
        A new array, (height + above + below - rows + 1, ...) float32; within
        1e-6 * 255 * sum|weights| of the exact value where the planes are of 0-255, as certainly
        as `_count_likely_roundings` says.
    """
    rows, columns = weights.shape
    add_up = _plan(weights.tobytes(), (rows, columns))
    centre = (rows // 2, (rows - 1) // 2), (columns // 2, (columns - 1) // 2)
    if padding == centre and border != "wrap":
        return add_up(planes, _BORDER_TYPES[border])
    padded = pad(planes, padding, border)
    height, width = padded.shape[0] - rows + 1, padded.shape[1] - columns + 1
    sums = add_up(padded, cv2.BORDER_CONSTANT)
    return np.ascontiguousarray(sums[rows // 2 :, columns // 2 :][:height, :width])


def pad(planes: Planes, padding: tuple[Size, Size], border: Border) -> Planes:
    """Continue planes by ((above, below), (left, right)) pixels."""
    if padding == ((0, 0), (0, 0)):
        return planes
    kind = _BORDER_TYPES[border]
    return np.asarray(cv2.copyMakeBorder(planes, *padding[0], *padding[1], kind), np.float32)


@lru_cache(maxsize=256)
def _plan(weights_bytes: bytes, shape: Size) -> _Call:
    """Choose the quickest way that is exact enough."""
    weights = np.frombuffer(weights_bytes, np.float64).reshape(shape)
    if weights.size >= _BOX_TAPS and np.ptp(weights) == 0:
        return _as_box(weights)
    # Two passes take less time than one only where the weights are several times fewer: of 3x3,
    # going through a picture twice takes longer than nine products a pixel.
    factors = _separate(weights) if weights.size > 2 * sum(shape) else None
    if factors is not None:
        column, row, lost = factors
        low, high = _reach(row, _PIXELS)
        budget, between = _ROUNDINGS - lost, (float(low[-1]), float(high[-1]))
        roundings = _count_roundings([row]) + _count_roundings([column], between)
        if roundings + 2 * _PAIR_ROUNDINGS <= budget:
            return _as_product(column, row)
        rows, columns = _cut(row, budget / 2), _cut(column, budget / 2, between)
        if _count_roundings(rows) + _count_roundings(columns, between) <= budget:
            return _as_passes((rows, columns))
    if weights.size >= FOURIER_TAPS:
        return _as_strips(weights)
    if _count_likely_roundings(weights) <= _ROUNDINGS:
        return _as_whole(weights)
    parts = _cut(weights, _ROUNDINGS)
    return _as_whole(weights) if len(parts) == 1 else _as_passes((parts,))


def _as_box(weights: Weights) -> _Call:
    rows, columns = weights.shape
    total = np.float32(weights.sum())

    def call(planes: Planes, border: int) -> Planes:
        # OpenCV's running sums are of float64.
        means = np.asarray(cv2.blur(planes, (columns, rows), borderType=border), np.float32)
        if total != 1:
            means *= total
        return means

    return call


def _as_product(column: Weights, row: Weights) -> _Call:
    def call(planes: Planes, border: int) -> Planes:
        return np.asarray(cv2.sepFilter2D(planes, -1, row, column, borderType=border), np.float32)

    return call


def _as_whole(weights: Weights) -> _Call:
    table = np.ascontiguousarray(weights, np.float32)

    def call(planes: Planes, border: int) -> Planes:
        return np.asarray(cv2.filter2D(planes, -1, table, borderType=border), np.float32)

    return call


def _as_strips(weights: Weights) -> _Call:
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

        list(_threads().map(fill, _make_strips(planes.shape[0], rows, count)))
        return sums

    return call


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="sums")


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


def _as_passes(passes: Sequence[Sequence[Weights]]) -> _Call:
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


def _cut(weights: Weights, limit: float, values: _Range = _PIXELS) -> list[Weights]:
    """Cut a table into tables that add up to it where summing it in float32 would round too often.

    A long sum rounds at every step, several short ones added together far less. OpenCV passes
    over zeros, so that the parts take hardly longer than the whole.
    """
    places = np.flatnonzero(weights)
    best, fewest = [weights], float("inf")
    for count in range(1, len(places) + 1):
        parts = []
        for chosen in np.array_split(places, count):
            part = np.zeros_like(weights)
            part.flat[chosen] = weights.flat[chosen]
            parts.append(part)
        # Smallest first, so that the running sum stays small.
        parts.sort(key=lambda part: float(np.abs(part).sum()))
        roundings = _count_roundings(parts, values)
        if roundings < fewest:
            best, fewest = parts, roundings
        if fewest <= limit or count > 2 * len(places) ** 0.5:
            break
    return best


def _count_roundings(parts: Sequence[Weights], values: _Range = _PIXELS) -> float:
    """Bound the error of a sum in float32, in 2**-24 of the largest possible response.

    Each product and each running sum may be off by half of what float32 tells apart at its size;
    what the weights lose is known.
    """
    largest = max(map(abs, values))
    sizes = [largest * np.abs(part[part != 0]) for part in parts]
    totals = np.array([size.sum() for size in sizes])
    if totals.sum() == 0:
        return 0.0
    lost = sum(largest * float(np.abs(part - part.astype(np.float32)).sum()) for part in parts)
    reaches = [_reach(part[part != 0], values) for part in parts]
    lows, highs = np.cumsum([(low[-1], high[-1]) for low, high in reaches], axis=0).T
    running = [np.maximum(-low, high)[1:] for low, high in (*reaches, (lows, highs))]
    halves = np.spacing(np.concatenate([*sizes, *running]).astype(np.float32)) / 2
    return (lost + float(halves.sum(dtype=np.float64))) * 2**24 / float(totals.sum())


def _count_likely_roundings(weights: Weights) -> float:
    """Bound the error as `_count_roundings` does, but for what is as good as impossible.

    Roundings of terms of many sizes go both ways: their sum stays within so many standard
    deviations but once in 10**11 (Higham and Mary 2019, "A new approach to probabilistic rounding
    error analysis"). Terms of one size, as weights are equal and the picture is flat, may all be
    rounded to one side, and so may those that a running sum can hardly tell from 0.
    """
    terms = weights[weights != 0]
    if terms.size == 0:
        return 0.0
    sizes = max(_PIXELS) * np.abs(terms)
    low, high = _reach(terms, _PIXELS)
    running = np.maximum(-low, high)
    halves = np.spacing(sizes.astype(np.float32)) / 2.0
    halves[1:] += np.spacing(running[1:].astype(np.float32)) / 2.0
    told_apart = _TOLD_APART * float(np.spacing(np.float32(running.max())))
    _, alike = np.unique(np.floor(sizes / told_apart), return_inverse=True)
    together = np.bincount(alike, halves)
    # A rounding is spread evenly over both of its halves.
    likely = _DEVIATIONS * math.sqrt(float((together**2).sum()) / 3)
    lost = max(_PIXELS) * float(np.abs(terms - terms.astype(np.float32)).sum())
    return (lost + min(likely, float(halves.sum()))) * 2**24 / float(sizes.sum())


def _reach(weights: Weights, values: _Range) -> tuple[Weights, Weights]:
    """Return how low and how high the running sums of weighted values may come.

    Of values that are not negative, those with weights of one sign alone add up.
    """
    products = np.multiply.outer(values, weights.ravel())
    return np.cumsum(products.min(axis=0)), np.cumsum(products.max(axis=0))
