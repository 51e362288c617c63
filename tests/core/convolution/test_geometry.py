"""Where windows lie and how many there are, against scipy.signal.convolve2d with slicing."""

import math
import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explorer.core.convolution.geometry import BORDERS, MAX_DILATION, MAX_STRIDE, MODES, Geometry
from explorer.core.kernels.kernel import MAX_EDGE
from explorer.errors import KernelError

strides = st.tuples(st.integers(1, MAX_STRIDE), st.integers(1, MAX_STRIDE))
dilations = st.tuples(st.integers(1, 3), st.integers(1, 3))
geometries = st.builds(
    Geometry,
    mode=st.sampled_from(MODES),
    border=st.sampled_from(BORDERS),
    stride=strides,
    dilation=dilations,
    is_correlation=st.booleans(),
)
pictures = st.tuples(st.integers(1, 20), st.integers(1, 20))
kernels = st.tuples(st.integers(1, 5), st.integers(1, 5))


def dilate(weights, dilation):
    """Put zeros between the weights."""
    rows, columns = weights.shape
    down, across = dilation
    spread = np.zeros((down * (rows - 1) + 1, across * (columns - 1) + 1))
    spread[::down, ::across] = weights
    return spread


def oracle(picture, weights, geometry):
    """Convolve as SciPy does, zeros outside and between the weights, and keep every n-th value."""
    from scipy.signal import convolve2d

    spread = dilate(weights, geometry.dilation)
    full = convolve2d(picture, spread, geometry.mode)
    return full[:: geometry.stride[0], :: geometry.stride[1]]


def fits(picture, kernel, geometry):
    spread = dilate(np.ones(kernel), geometry.dilation).shape
    return geometry.mode != "valid" or (spread[0] <= picture[0] and spread[1] <= picture[1])


@given(pictures, kernels, geometries)
@settings(max_examples=80)
def test_the_size_is_that_of_the_oracle(picture, kernel, geometry):
    assume(fits(picture, kernel, geometry))
    expected = oracle(np.ones(picture), np.ones(kernel), geometry)
    assert geometry.output_size(picture, kernel) == expected.shape
    assert geometry.extent(kernel) == dilate(np.ones(kernel), geometry.dilation).shape


@given(pictures, kernels, geometries, st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_each_value_is_the_sum_over_its_window(picture, kernel, geometry, seed):
    assume(fits(picture, kernel, geometry))
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, picture).astype(float)
    weights = rng.integers(-9, 10, kernel).astype(float)
    expected = oracle(pixels, weights, geometry)
    height, width = geometry.output_size(picture, kernel)
    row, column = int(rng.integers(height)), int(rng.integers(width))
    top, left = geometry.window_start(kernel, row, column)
    turned = weights[::-1, ::-1]
    total = 0.0
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            y, x = top + i * geometry.dilation[0], left + j * geometry.dilation[1]
            if 0 <= y < picture[0] and 0 <= x < picture[1]:
                total += turned[i, j] * pixels[y, x]
    assert total == expected[row, column]


@given(pictures, kernels, geometries)
@settings(max_examples=60)
def test_no_window_leaves_the_continued_picture(picture, kernel, geometry):
    assume(fits(picture, kernel, geometry))
    padding, extent = geometry.padding(kernel), geometry.extent(kernel)
    last = tuple(size - 1 for size in geometry.output_size(picture, kernel))
    starts = zip(
        geometry.window_start(kernel, 0, 0), geometry.window_start(kernel, *last), strict=True
    )
    for axis, (first, final) in enumerate(starts):
        before, after = padding[axis]
        assert first == -before
        end = final + extent[axis]
        assert end <= picture[axis] + after < end + geometry.stride[axis]


@given(pictures, kernels, geometries)
@settings(max_examples=60)
def test_the_formula_as_written_gives_the_size(picture, kernel, geometry):
    assume(fits(picture, kernel, geometry))
    expected = oracle(np.ones(picture), np.ones(kernel), geometry).shape
    lines = geometry.describe_size(picture, kernel).splitlines()
    pattern = r"(height|width) ⌊\((\d+) \+ (\d+) − (\d+)\) / (\d+)⌋ \+ 1 = (\d+)"
    spans = [re.findall(r"\d+", line) for line in lines if line.startswith("dilated kernel")]
    found = [match.groups() for line in lines if (match := re.fullmatch(pattern, line))]
    assert len(found) + len(spans) == len(lines)
    assert [axis for axis, *_ in found] == ["height", "width"]
    for axis, (_, *texts) in enumerate(found):
        length, pads, extent, step, result = map(int, texts)
        assert (length, step) == (picture[axis], geometry.stride[axis])
        assert math.floor((length + pads - extent) / step) + 1 == result == expected[axis]
        weights, dilation = kernel[axis], geometry.dilation[axis]
        if dilation != 1:
            assert list(map(int, spans.pop(0))) == [weights, 1, dilation, 1, extent]
            assert (weights - 1) * dilation + 1 == extent
        else:
            assert extent == weights
    assert not spans


@given(pictures, st.tuples(st.integers(1, MAX_EDGE), st.integers(1, MAX_EDGE)), geometries)
@settings(max_examples=60)
def test_what_does_not_fit_is_refused_with_a_sentence(picture, kernel, geometry):
    if fits(picture, kernel, geometry):
        assert min(geometry.output_size(picture, kernel)) >= 1
        return
    for ask in (geometry.output_size, geometry.describe_size):
        with pytest.raises(KernelError) as refused:
            ask(picture, kernel)
        assert f"{kernel[0]}×{kernel[1]}" in refused.value.sentence
        assert f"picture of {picture[0]} row" in refused.value.sentence
        is_dilated = geometry.dilation != (1, 1)
        assert ("with dilation" in refused.value.sentence) == is_dilated


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stride": (0, 1)}, "A stride of 0×1"),
        ({"stride": (1, MAX_STRIDE + 1)}, "A stride of 1×17"),
        ({"dilation": (-1, 1)}, "A dilation of -1×1"),
        ({"dilation": (1, MAX_DILATION + 1)}, "A dilation of 1×17"),
    ],
)
def test_steps_out_of_range_are_refused(changes, words):
    with pytest.raises(KernelError) as refused:
        Geometry(**changes)
    assert refused.value.sentence.startswith(words)


def test_the_largest_steps_are_possible():
    largest = Geometry("full", stride=(16, 16), dilation=(16, 16))
    assert largest.extent((31, 31)) == (481, 481)
    assert largest.output_size((1, 1), (31, 31)) == (31, 31)
