"""Weighted sums of neighbouring pixels: by the quickest means that are exact to a millionth."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.convolution.geometry import Border, Padding
from explorer.core.convolution.parallel import parallel_for
from explorer.core.convolution.rounding_error import (
    TOLERANCE,
    bound_probable_error,
    bound_separable_error,
    response_range,
    split_terms,
)
from explorer.core.images.planes import Planes
from explorer.core.kernels.kernel import Weights

NO_PADDING: Padding = ((0, 0), (0, 0))
FOURIER_TAPS = 130
"""From so many weights on OpenCV goes through a Fourier transform in float64.

One in float32 would take half the time, but its errors are as large as the brightest pixel's share
of the response, not as that of the pixels under the window.
"""

_BORDER_TYPES: dict[Border, int] = {
    "zero": cv2.BORDER_CONSTANT,
    "replicate": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT,
    "wrap": cv2.BORDER_WRAP,
}
# From here on running sums, which take the same time for boxes of any size, are the quickest.
_BOX_TAPS = 300
# Two passes are quicker than one where the weights are so many times fewer. OpenCV's sepFilter2D
# takes up to 1.6 times as long as these two do, except where a kernel is symmetric and small.
_SEPARABLE_GAIN = 3
# How many products take as long as one value of a running sum, or of a Fourier transform.
_BOX_COST, _FOURIER_COST = 30, 240
# From so many products on, some 5 ms, threads share strips of a picture: of so many values, which
# stay in the processor's cache, and so many times as tall as the table, so that few rows are
# computed twice.
_PARALLEL_PRODUCTS = 64_000_000
_STRIP_VALUES, _STRIP_KERNELS = 800_000, 10
# A Fourier transform takes so long that strips of small pictures are shared as well.
_FOURIER_STRIP_KERNELS = 6

_Correlate = Callable[..., npt.NDArray[Any]]
"""From (planes, borderType=) to one sum for each pixel, as OpenCV's filters do."""


class Correlation:
    """Slides a table of weights, as it is, over each channel of a picture.

    Parameters
    ----------
    weights : (rows, columns) float64
    padding : ((above, below), (left, right))
        By how many pixels the planes are continued first.
    border : {"zero", "replicate", "reflect", "wrap"}
        With what.
    """

    def __init__(
        self, weights: Weights, padding: Padding = NO_PADDING, border: Border = "zero"
    ) -> None:
        rows, columns = self._size = weights.shape
        self._padding, self._border = padding, border
        centred = (rows // 2, (rows - 1) // 2), (columns // 2, (columns - 1) // 2)
        self._is_padded_by_opencv = padding == centred and border != "wrap"
        self._correlate, self._products = _choose(weights)

    def __call__(self, planes: Planes) -> Planes:
        """Return the weighted sum wherever the table lies inside the continued planes.

        Parameters
        ----------
        planes : (height, width) or (height, width, channels) float32

        Returns
        -------
        Planes
            A new array, (height + above + below - rows + 1, ...) float32; for planes of 0-255
            within 1e-6 * 255 * sum|weights| of the exact value, as certainly as
            `rounding_error.bound_probable_error` says.
        """
        rows, columns = self._size
        if self._is_padded_by_opencv:
            border, top, left = _BORDER_TYPES[self._border], 0, 0
            height, width = planes.shape[:2]
        else:
            planes = pad(planes, self._padding, self._border)
            border, top, left = cv2.BORDER_CONSTANT, rows // 2, columns // 2
            height, width = planes.shape[0] - rows + 1, planes.shape[1] - columns + 1
        # The same strips on every machine, so that a picture has the same sums on all of them.
        count = 1
        if self._products == _FOURIER_COST:
            count = min(height // (_FOURIER_STRIP_KERNELS * rows), 8)
        elif planes.size * self._products >= _PARALLEL_PRODUCTS:
            strip = max(_STRIP_KERNELS * rows, _STRIP_VALUES * len(planes) // planes.size)
            count = height // strip
        if count < 2:
            sums = self._correlate(planes, borderType=border)
            return np.ascontiguousarray(sums[top : top + height, left : left + width], np.float32)
        sums = np.empty((height, width, *planes.shape[2:]), np.float32)

        def fill_strip(rows_of_sums: tuple[int, int]) -> None:
            first, last = rows_of_sums
            start = max(0, first + top - rows // 2)
            reached = planes[start : last + top + (rows - 1) // 2]
            found = self._correlate(reached, borderType=border)[first + top - start :]
            sums[first:last] = found[: last - first, left : left + width]

        parallel_for(fill_strip, pairwise(height * number // count for number in range(count + 1)))
        return sums


def pad(planes: Planes, padding: Padding, border: Border) -> Planes:
    """Continue planes by ((above, below), (left, right)) pixels."""
    if padding == NO_PADDING:
        return planes
    kind = _BORDER_TYPES[border]
    return np.asarray(cv2.copyMakeBorder(planes, *padding[0], *padding[1], kind), np.float32)


def _choose(weights: Weights) -> tuple[_Correlate, int]:
    """Choose the quickest filter that is exact enough, and the products that each sum takes."""
    if weights.size >= _BOX_TAPS and np.ptp(weights) == 0:
        return _box_filter(weights), _BOX_COST
    separable = _separable_filter(weights)
    if separable is not None:
        return separable, sum(weights.shape)
    if weights.size >= FOURIER_TAPS:
        return _direct_filter(weights), _FOURIER_COST
    taps = int(np.count_nonzero(weights))
    if bound_probable_error(weights) <= TOLERANCE:
        return _direct_filter(weights), taps
    return _split_filter(split_terms(weights, TOLERANCE)), taps


def _direct_filter(weights: Weights) -> _Correlate:
    return partial(cv2.filter2D, ddepth=-1, kernel=np.ascontiguousarray(weights, np.float32))


def _box_filter(weights: Weights) -> _Correlate:
    rows, columns = weights.shape
    total = np.float32(weights.sum())

    def sum_boxes(planes: Planes, borderType: int) -> Planes:
        # OpenCV's running sums are of float64.
        means = np.asarray(cv2.blur(planes, (columns, rows), borderType=borderType), np.float32)
        return means if total == 1 else np.multiply(means, total, out=means)

    return sum_boxes


def _separable_filter(weights: Weights) -> _Correlate | None:
    """Return what filters down and then across; None where that is no quicker, or less exact."""
    is_smaller = weights.size > _SEPARABLE_GAIN * sum(weights.shape)
    factors = _separate(weights) if is_smaller else None
    if factors is None:
        return None
    column, row, lost = factors
    budget = TOLERANCE - lost
    passes = [column], [row]
    if bound_separable_error(*passes) > budget:
        between = response_range(column)
        passes = split_terms(column, budget / 2), split_terms(row, budget / 2, between)
    return _split_filter(*passes) if bound_separable_error(*passes) <= budget else None


def _separate(weights: Weights) -> tuple[Weights, Weights, float] | None:
    """Factor a table into a column and a row, with the error of that, in unit roundoffs.

    None where any weight would differ by more than float32 rounds. Taking both out of the table,
    rather than out of its singular value decomposition, keeps zeros zero.
    """
    row, column = np.unravel_index(np.argmax(np.abs(weights)), weights.shape)
    if weights[row, column] == 0:
        return None
    factors = weights[:, [column]] / weights[row, column], weights[[row]]
    lost = np.abs(weights - factors[0] * factors[1])
    if (lost > 2**-22 * np.abs(weights)).any():
        return None
    return *factors, float(lost.sum() / np.abs(weights).sum()) * 2**24


def _split_filter(*passes: list[Weights]) -> _Correlate:
    """Return what filters by each pass in turn; in a pass, the parts' responses are added."""
    tables = [[np.ascontiguousarray(part, np.float32) for part in parts] for parts in passes]

    def add_parts(planes: Planes, borderType: int) -> Planes:
        for first, *others in tables:
            total = np.asarray(cv2.filter2D(planes, -1, first, borderType=borderType), np.float32)
            for part in others:
                cv2.add(total, cv2.filter2D(planes, -1, part, borderType=borderType), dst=total)
            planes = total
        return planes

    return add_parts
