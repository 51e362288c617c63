"""Weighted sums of neighbouring pixels with OpenCV: quick, and exact to a millionth."""

from collections.abc import Callable, Sequence
from functools import lru_cache
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

# From here on OpenCV goes through a Fourier transform in float64, fast and exact enough.
FOURIER_TAPS = 130
# Roundings of float32 (each up to 2**-24) that keep an error below a millionth, with one to spare.
_ROUNDINGS = 15.7
# OpenCV's separable filter may add symmetric pairs first, which rounds once more on each axis.
_PAIR_ROUNDINGS = 1.0
# Several passes over so many values stay in the processor's cache.
_STRIP_VALUES = 500_000

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
        1e-6 * max|planes| * sum|weights| of the exact value.
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
    if weights.size >= 9 and np.ptp(weights) == 0:
        return _as_box(weights)
    factors = _separate(weights) if weights.size >= 2 * sum(shape) else None
    if factors is not None:
        column, row = factors
        if _count_roundings([column]) + _count_roundings([row]) + 2 * _PAIR_ROUNDINGS <= _ROUNDINGS:
            return _as_product(column, row)
        passes = _cut(row, _ROUNDINGS / 2), _cut(column, _ROUNDINGS / 2)
        if sum(map(_count_roundings, passes)) <= _ROUNDINGS:
            return _as_passes(passes)
    if weights.size >= FOURIER_TAPS:
        return _as_whole(weights)
    parts = _cut(weights, _ROUNDINGS)
    return _as_whole(weights) if len(parts) == 1 else _as_passes((parts,))


def _as_box(weights: Weights) -> _Call:
    rows, columns = weights.shape
    total = np.float32(weights.sum())

    def call(planes: Planes, border: int) -> Planes:
        # OpenCV's running sums are of float64 and take the same time for boxes of any size.
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


def _as_passes(passes: Sequence[Sequence[Weights]]) -> _Call:
    """Sum up by one group of tables after the other; within a group, all sums are added."""
    tables = [[np.ascontiguousarray(part, np.float32) for part in parts] for parts in passes]
    rows = max(parts[0].shape[0] for parts in passes)

    def call(planes: Planes, border: int) -> Planes:
        height = planes.shape[0]
        # A strip's own end is several times as far away as the weights reach: mirrors, too, find
        # in it what they would find in the whole.
        most = max(4 * rows, _STRIP_VALUES * height // planes.size)
        count = -(-height // most)
        edges = [height * i // count for i in range(count + 1)]
        sums = np.empty_like(planes, order="C")
        # One place for each pass's sums and one for products: fresh memory would cost more.
        scratch = [np.empty((most + rows, *planes.shape[1:]), np.float32) for _ in (0, *tables)]
        for top, bottom in pairwise(edges):
            start, stop = max(0, top - rows // 2), min(height, bottom + (rows - 1) // 2)
            strip, places = planes[start:stop], [place[: stop - start] for place in scratch]
            for group, total in zip(tables, places, strict=False):
                cv2.filter2D(strip, -1, group[0], dst=total, borderType=border)
                for table in group[1:]:
                    cv2.filter2D(strip, -1, table, dst=places[-1], borderType=border)
                    cv2.add(total, places[-1], dst=total)
                strip = total
            sums[top:bottom] = strip[top - start : bottom - start]
        return sums

    return call


def _separate(weights: Weights) -> tuple[Weights, Weights] | None:
    """Write a table as a column times a row; None where that is not exact within rounding.

    Taking both out of the table, rather than out of its singular values, keeps zeros zero.
    """
    row, column = np.unravel_index(np.argmax(np.abs(weights)), weights.shape)
    if weights[row, column] == 0:
        return None
    factors = weights[:, [column]] / weights[row, column], weights[[row]]
    rest = np.abs(weights - factors[0] * factors[1]).sum()
    return factors if rest <= 1e-12 * np.abs(weights).sum() else None


def _cut(weights: Weights, limit: float) -> list[Weights]:
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
        roundings = _count_roundings(parts)
        if roundings < fewest:
            best, fewest = parts, roundings
        if fewest <= limit or count > 2 * len(places) ** 0.5:
            break
    # Smallest first, so that the running sum stays small.
    return sorted(best, key=lambda part: float(np.abs(part).sum()))


def _count_roundings(parts: Sequence[Weights]) -> float:
    """Bound the error of a sum in float32, in roundings of the largest possible response.

    Each product and each running sum may round, by its own size; the weights' own are known.
    """
    sizes = [np.abs(part[part != 0]) for part in parts]
    totals = np.sort([size.sum() for size in sizes])
    if totals[-1] == 0:
        return 0.0
    lost = sum(float(np.abs(part - part.astype(np.float32)).sum()) for part in parts) * 2**24
    within = sum(float(np.cumsum(size)[1:].sum()) for size in sizes)
    between = float(np.cumsum(totals)[1:].sum())
    return 1 + (lost + within + between) / float(totals.sum())
