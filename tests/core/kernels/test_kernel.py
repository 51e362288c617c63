"""Kernels and filters: the small tables of weights, and what is none."""

import numpy as np
import pytest

from explorer.core.kernels.kernel import MAX_EDGE, Filter, Kernel
from tests.support.refusals import refusal


def test_a_kernel_keeps_its_own_read_only_copy():
    weights = np.eye(3)
    kernel = Kernel("mine", weights)
    weights[0, 0] = 7
    assert kernel.weights[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        kernel.weights[0, 0] = 7


def test_a_kernel_knows_its_size_and_sums():
    kernel = Kernel("mine", [[1, -2, 3], [0, 0, 0.5]])
    assert (kernel.rows, kernel.columns) == (2, 3)
    assert (kernel.total, kernel.absolute_total) == (2.5, 6.5)


def test_equal_kernels_are_one_key():
    kernel = Kernel("mine", [[0.0, 1]])
    assert {kernel, Kernel("mine", [[-0.0, 1]])} == {kernel}
    others = [Kernel("yours", [[0.0, 1]]), Kernel("mine", [[0.0], [1]]), Kernel("mine", [[0.0, 2]])]
    assert all(kernel != other for other in others)
    assert kernel != "mine"
    assert Filter("a", (kernel,), "a") == Filter("a", (Kernel("mine", [[0.0, 1]]),), "a")


def test_one_weight_changes_and_the_old_kernel_stays():
    kernel = Kernel("mine", np.zeros((2, 3)))
    changed = kernel.with_weight(1, 2, -4.5)
    assert changed.weights.tolist() == [[0, 0, 0], [0, 0, -4.5]]
    assert changed.name == "mine"
    assert kernel.absolute_total == 0


@pytest.mark.parametrize(
    ("value", "reason"),
    [(float("nan"), "finite"), (float("inf"), "finite"), (-1e308, "1,000,000"), (1e7, "1,000,000")],
)
def test_a_weight_that_is_no_sensible_number_is_refused(value, reason):
    sentence = refusal(Kernel("mine", np.zeros((2, 3))).with_weight, 1, 2, value)
    assert "“mine”" in sentence
    assert "row 1, column 2" in sentence
    assert reason in sentence


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ([], "1 dimensions"),
        ([[]], "empty"),
        (np.zeros((0, 3)), "empty"),
        (np.zeros((32, 1)), "32×1"),
        (np.zeros((1, 32)), "1×32"),
        (np.zeros((100, 100)), "100×100"),
        (np.zeros((2, 2, 2)), "3 dimensions"),
        ([[1, 2], [3]], "not a matrix of numbers"),
        ([["a"]], "not a matrix of numbers"),
    ],
)
def test_what_is_no_table_of_weights_is_refused(weights, reason):
    assert reason in refusal(Kernel, "mine", weights)


def test_the_smallest_and_the_largest_kernel_are_accepted():
    assert Kernel("small", [[0.0]]).weights.shape == (1, 1)
    assert Kernel("large", np.ones((MAX_EDGE, MAX_EDGE))).weights.shape == (31, 31)


def test_a_filter_has_one_kernel_or_two_of_equal_size():
    small, large = Kernel("small", np.ones((2, 2))), Kernel("large", np.ones((3, 3)))
    assert "differ in size" in refusal(Filter, "mine", (small, large), "mine")
    assert "not 0" in refusal(Filter, "mine", (), "mine")
    assert "not 3" in refusal(Filter, "mine", (small, small, small), "mine")
