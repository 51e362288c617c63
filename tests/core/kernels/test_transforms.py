"""What is done to whole kernels: turned, scaled, embedded, cropped."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import signal

from explorer.core.kernels.kernel import Kernel
from explorer.core.kernels.transforms import TRANSFORMS, resize
from tests.support.refusals import refusal

BY_NAME = {transform.name: transform.apply for transform in TRANSFORMS}
KERNEL = Kernel("mine", [[1, 2, 3], [4, 5, 6]])

edges = st.integers(1, 9)
kernels = arrays.arrays(
    np.float64, st.tuples(edges, edges), elements=st.floats(-100, 100, width=16)
).map(lambda weights: Kernel("mine", weights))


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("Flip horizontally", [[3, 2, 1], [6, 5, 4]]),
        ("Flip vertically", [[4, 5, 6], [1, 2, 3]]),
        ("Rotate 90° clockwise", [[4, 1], [5, 2], [6, 3]]),
        ("Rotate 90° anticlockwise", [[3, 6], [2, 5], [1, 4]]),
        ("Transpose", [[1, 4], [2, 5], [3, 6]]),
        ("Negate", [[-1, -2, -3], [-4, -5, -6]]),
        ("Normalise to sum 0", [[-2.5, -1.5, -0.5], [0.5, 1.5, 2.5]]),
        ("Normalise to sum 1", [[1 / 21, 2 / 21, 3 / 21], [4 / 21, 5 / 21, 6 / 21]]),
        ("Normalise to L1 norm 1", [[1 / 21, 2 / 21, 3 / 21], [4 / 21, 5 / 21, 6 / 21]]),
    ],
)
def test_a_kernel_is_changed_as_the_name_says(name, rows):
    changed = BY_NAME[name](KERNEL)
    assert changed.name == "mine"
    np.testing.assert_allclose(changed.weights, rows, rtol=1e-15)


def test_each_transform_can_be_named_and_explained():
    assert len(BY_NAME) == len(TRANSFORMS)
    assert all(transform.explanation.endswith(".") for transform in TRANSFORMS)


@given(kernels)
@settings(deadline=None, max_examples=30)
def test_flips_and_turns_come_back(kernel):
    for name in ("Flip horizontally", "Flip vertically", "Transpose", "Negate"):
        assert BY_NAME[name](BY_NAME[name](kernel)) == kernel
    turned = BY_NAME["Rotate 90° clockwise"](kernel)
    assert BY_NAME["Rotate 90° anticlockwise"](turned) == kernel
    assert BY_NAME["Transpose"](BY_NAME["Flip vertically"](kernel)) == turned


@given(kernels)
@settings(deadline=None, max_examples=50)
def test_sums_are_what_they_are_normalised_to(kernel):
    balanced = BY_NAME["Normalise to sum 0"](kernel)
    assert abs(balanced.total) <= 1e-12 * kernel.absolute_total
    differences = kernel.weights - balanced.weights
    np.testing.assert_allclose(differences, kernel.weights.mean(), atol=1e-9)
    if kernel.absolute_total == 0:
        assert "all its weights are 0" in refusal(BY_NAME["Normalise to L1 norm 1"], kernel)
    else:
        assert BY_NAME["Normalise to L1 norm 1"](kernel).absolute_total == pytest.approx(1)
    if abs(kernel.total) > 1e-3:
        assert BY_NAME["Normalise to sum 1"](kernel).total == pytest.approx(1)


@pytest.mark.parametrize("rows", [[[1, 0, -1]], [[0.1, 0.2, -0.3]], [[0]]])
def test_a_sum_of_zero_cannot_become_one(rows):
    assert "“mine” cannot be normalised to sum 1" in refusal(
        BY_NAME["Normalise to sum 1"], Kernel("mine", rows)
    )


def test_what_would_become_too_large_is_refused():
    kernel = Kernel("mine", [[1e6, -1e6 + 0.1]])
    assert "beyond ±1,000,000" in refusal(BY_NAME["Normalise to sum 1"], kernel)
    tiny = Kernel("mine", [[5e-324, -5e-324]])
    assert BY_NAME["Normalise to L1 norm 1"](tiny).weights.tolist() == [[0.5, -0.5]]


def test_an_even_area_has_no_dust_left():
    assert BY_NAME["Normalise to sum 0"](Kernel("box", np.full((3, 3), 0.1))).absolute_total == 0


@given(kernels, edges, edges)
@settings(deadline=None, max_examples=50)
def test_embedding_leaves_the_response_in_place(kernel, rows, columns):
    larger = resize(kernel, max(kernel.rows, rows), max(kernel.columns, columns))
    picture = np.random.default_rng(3).normal(size=(12, 11))
    np.testing.assert_allclose(
        signal.convolve2d(picture, larger.weights, "same"),
        signal.convolve2d(picture, kernel.weights, "same"),
        atol=1e-9 * max(1, kernel.absolute_total),
    )
    assert resize(larger, kernel.rows, kernel.columns) == kernel


@given(kernels, edges, edges)
@settings(deadline=None, max_examples=30)
def test_cropping_keeps_what_is_around_the_centre(kernel, rows, columns):
    changed = resize(kernel, rows, columns)
    assert changed.weights.shape == (rows, columns)
    for row in range(rows):
        for column in range(columns):
            old_row = row - (rows - 1) // 2 + (kernel.rows - 1) // 2
            old_column = column - (columns - 1) // 2 + (kernel.columns - 1) // 2
            is_old = 0 <= old_row < kernel.rows and 0 <= old_column < kernel.columns
            expected = kernel.weights[old_row, old_column] if is_old else 0
            assert changed.weights[row, column] == expected


@pytest.mark.parametrize("size", [(0, 3), (3, -1), (32, 1), (1, 10**9)])
def test_a_size_that_is_none_is_refused(size):
    assert "A kernel must be 1×1 to 31×31" in refusal(resize, KERNEL, *size)
