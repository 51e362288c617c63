"""Facts about a kernel against their definitions: waves added up, exact elimination, products."""

import cmath
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explorer.core.kernels.analysis import (
    explain_sum,
    frequency_response,
    multiplications,
    rank,
    separate,
)
from explorer.core.kernels.kernel import MAX_EDGE, Kernel
from explorer.core.kernels.presets import find_preset

edges = st.integers(1, MAX_EDGE)
seeds = st.integers(0, 2**32 - 1)


def kernel(table) -> Kernel:
    return Kernel("any", np.asarray(table, np.float64))


def random_weights(seed, rows, columns):
    return np.random.default_rng(seed).normal(size=(rows, columns))


def passed(weights, down, across):
    """Add up the wave at every weight, as the transform is defined."""
    total = 0j
    for row, line in enumerate(weights):
        for column, weight in enumerate(line):
            total += float(weight) * cmath.exp(-1j * (down * row + across * column))
    return abs(total)


@given(seeds, edges, edges, st.sampled_from([3, 5, 9, 33, 65, 129]), st.data())
@settings(max_examples=60)
def test_the_frequency_response_is_the_transform_on_its_grid(seed, rows, columns, size, data):
    weights = random_weights(seed, rows, columns)
    response = frequency_response(kernel(weights), size)
    assert response.shape == (size, size)
    assert response.dtype == np.float32
    grid = np.linspace(-np.pi, np.pi, size)
    places = st.integers(0, size - 1)
    for _ in range(4):
        row, column = data.draw(places), data.draw(places)
        expected = passed(weights, grid[row], grid[column])
        assert response[row, column] == pytest.approx(expected, abs=1e-6 * np.abs(weights).sum())


@given(seeds, edges, edges)
@settings(max_examples=40)
def test_the_middle_is_the_sum_and_opposite_waves_pass_alike(seed, rows, columns):
    weights = random_weights(seed, rows, columns)
    response = frequency_response(kernel(weights))
    tolerance = 1e-6 * np.abs(weights).sum()
    assert response[32, 32] == pytest.approx(abs(weights.sum()), abs=tolerance)
    np.testing.assert_allclose(response, response[::-1, ::-1], rtol=0, atol=tolerance)
    assert response.max() <= np.abs(weights).sum() * (1 + 1e-7)
    # Turning the kernel by 180° makes a convolution of a correlation: the waves do not care.
    turned = frequency_response(kernel(weights[::-1, ::-1]))
    np.testing.assert_allclose(response, turned, rtol=0, atol=tolerance)


def test_the_rows_are_the_vertical_frequencies():
    response = frequency_response(kernel([[1], [-1]]), 5)  # 0 for what does not change downwards
    np.testing.assert_allclose(response[2], 0, atol=1e-7)
    np.testing.assert_allclose(response[0], 2, atol=1e-6)


@pytest.mark.parametrize("size", [-1, 0, 1, 2, 64])
def test_a_grid_without_a_middle_is_refused(size):
    with pytest.raises(ValueError, match="must be odd"):
        frequency_response(kernel([[1]]), size)


def exact_rank(table):
    """Return the rank by elimination with fractions: no rounding at all."""
    rows = [[Fraction(int(value)) for value in row] for row in table]
    found = 0
    for column in range(len(rows[0])):
        pivot = next((row for row in rows[found:] if row[column]), None)
        if pivot is None:
            continue
        place = next(i for i, row in enumerate(rows) if row is pivot)
        rows[found], rows[place] = rows[place], rows[found]
        for row in rows[found + 1 :]:
            factor = row[column] / pivot[column]
            row[:] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
        found += 1
    return found


@given(seeds, st.integers(1, 6), st.integers(1, 6), st.integers(0, 6))
@settings(max_examples=80)
def test_the_rank_is_that_of_exact_elimination(seed, rows, columns, inner):
    rng = np.random.default_rng(seed)
    left, right = rng.integers(-2, 3, (rows, inner)), rng.integers(-2, 3, (inner, columns))
    table = left @ right
    expected = exact_rank(table)
    assert rank(kernel(table)) == expected
    assert rank(kernel(table / 7)) == expected  # no longer exact in binary
    assert expected == np.linalg.matrix_rank(table)


@given(seeds, edges, edges)
@settings(max_examples=60)
def test_a_separable_kernel_comes_apart_and_together_again(seed, rows, columns):
    rng = np.random.default_rng(seed)
    weights = np.outer(rng.normal(size=rows), rng.normal(size=columns)) * rng.choice([1e-6, 1, 1e4])
    parts = separate(kernel(weights))
    assert parts is not None
    column, row = parts
    assert (column.shape, row.shape) == ((rows,), (columns,))
    largest = np.abs(weights).max()
    np.testing.assert_allclose(np.outer(column, row), weights, rtol=0, atol=1e-12 * largest)
    assert multiplications(kernel(weights)) == (rows * columns, rows + columns)


@given(seeds, st.integers(2, MAX_EDGE), st.integers(2, MAX_EDGE))
@settings(max_examples=40)
def test_any_other_kernel_does_not(seed, rows, columns):
    weights = random_weights(seed, rows, columns)
    assume(np.linalg.matrix_rank(weights, rtol=1e-6) > 1)
    assert separate(kernel(weights)) is None
    assert multiplications(kernel(weights)) == (rows * columns, None)


@pytest.mark.parametrize(
    ("key", "factors"),
    [
        ("gx", ([1, 2, 1], [-1, 0, 1])),
        ("gy", ([1, 0, -1], [1, 2, 1])),
        ("scharr-y", ([1, 0, -1], [3, 10, 3])),
    ],
)
def test_gx_and_its_kin_come_apart_into_plain_numbers(key, factors):
    column, row = separate(find_preset(key).kernels[0])
    assert (column.tolist(), row.tolist()) == factors


@given(seeds, edges, edges)
@settings(max_examples=60)
def test_whole_weights_come_apart_into_whole_numbers(seed, rows, columns):
    rng = np.random.default_rng(seed)
    weights = np.outer(rng.integers(-9, 10, rows), rng.integers(-9, 10, columns))
    column, row = separate(kernel(weights))
    np.testing.assert_array_equal(np.outer(column, row), weights)
    np.testing.assert_array_equal(np.rint([*column, *row]), [*column, *row])


def test_a_kernel_of_zeros_has_no_rank_and_comes_apart():
    zeros = kernel(np.zeros((2, 3)))
    assert rank(zeros) == 0
    column, row = separate(zeros)
    np.testing.assert_array_equal(np.outer(column, row), np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (np.full((3, 3), 1 / 9), "Uniform areas keep their brightness."),
        (np.full((31, 31), 1 / 961), "Uniform areas keep their brightness."),
        ([[1, -1]], "Uniform areas become 0; only changes remain."),
        ([[0.1, 0.2, -0.3]], "Uniform areas become 0; only changes remain."),
        ([[0, 0]], "All weights are 0, and so is the result."),
        ([[9]], "Uniform areas become 9 times as bright."),
        ([[1.0001]], "Uniform areas become 1.0001 times as bright."),
        ([[123456]], "Uniform areas become 123,456 times as bright."),
        ([[0.5]], "Uniform areas keep 50 % of their brightness."),
        ([[0.99999]], "Uniform areas keep 99.999 % of their brightness."),
        ([[1e-9]], "Uniform areas keep 1e−07 % of their brightness."),
        ([[-2]], "Uniform areas become negative: −2 times their value."),
        ([[-1]], "Uniform areas become negative: −1 times their value."),
    ],
)
def test_the_sum_is_explained(table, sentence):
    assert explain_sum(kernel(table)) == sentence


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=9))
def test_what_is_said_of_the_sum_is_true(weights):
    made = kernel([weights])
    total, sentence = sum(weights), explain_sum(made)
    tolerance = 1e-8 * (made.absolute_total + 1)
    if "negative" in sentence:
        assert total < tolerance
    elif "times as bright" in sentence:
        assert total > 1 - tolerance
    elif "%" in sentence:
        assert -tolerance < total < 1 + tolerance
    else:
        expected = 1 if "keep their" in sentence else 0
        assert total == pytest.approx(expected, abs=tolerance)
