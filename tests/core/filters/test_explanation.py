"""The arithmetic of one value against what the steps put out, and against other definitions."""

import gc
import weakref
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.convolution.geometry import Geometry
from explorer.core.filters.explanation import (
    Arithmetic,
    ConvolutionSum,
    MovedValue,
    NeuronScores,
    PooledWindow,
    RectifiedValue,
    add_up_neurons,
    explain_value,
)
from explorer.core.filters.pipeline import Pipeline, apply_operation, dense_weights
from explorer.core.filters.result import SourcePicture, filter_picture
from explorer.core.filters.settings import FilterSettings
from explorer.core.filters.steps import Convolution, Dense, Pooling, Relu, Shuffle, Step
from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.presets import find_preset
from explorer.errors import KernelError
from tests.core.filters.explanation_cases import (
    SEEDS,
    convolutions,
    dense_steps,
    local_operations,
    pictures,
    places,
)

NUMPY_BORDERS = {"zero": "constant", "replicate": "edge", "reflect": "symmetric", "wrap": "wrap"}


def size_of(arithmetic: Arithmetic) -> float:
    """Return the sum of the magnitudes of all that is added up."""
    match arithmetic:
        case ConvolutionSum():
            return arithmetic.size
        case PooledWindow(kind="average"):
            return float(np.abs(arithmetic.values).sum())
        case _:
            return 0.0


def check(data: st.DataObject, planes: np.ndarray, operation, response: np.ndarray) -> None:
    row, column, channel = data.draw(places(response.shape))
    arithmetic = explain_value(planes, operation, row, column, channel)
    shown = float(response[row, column, channel] if response.ndim == 3 else response[row, column])
    assert arithmetic.result == pytest.approx(shown, rel=0, abs=1e-6 * size_of(arithmetic))


@given(st.data(), pictures(), local_operations)
def test_agrees_with_what_the_step_puts_out(data, planes, operation):
    try:
        response = apply_operation(planes, operation)
    except KernelError:
        with pytest.raises((KernelError, IndexError)):
            explain_value(planes, operation, 0, 0)
        return
    check(data, planes, operation, response)


@given(st.data(), pictures(), st.lists(local_operations, min_size=2, max_size=4))
def test_agrees_at_the_end_of_a_row_of_steps(data, planes, operations):
    try:
        outputs = Pipeline().run(planes, [Step(operation) for operation in operations])
    except KernelError:
        return
    check(data, outputs[-2], operations[-1], outputs[-1])


@given(pictures(), dense_steps(), st.data())
def test_neurons_agree_with_the_scores(planes, dense, data):
    row, column, _ = data.draw(places(planes.shape))
    arithmetic = explain_value(planes, dense, row, column)
    assert isinstance(arithmetic, NeuronScores)
    scores = apply_operation(planes, dense)
    weights = dense_weights(dense, planes.shape)
    probabilities = scipy.special.softmax([neuron.score for neuron in arithmetic.neurons])
    for neuron, score, own, probability in zip(
        arithmetic.neurons, scores, weights, probabilities, strict=True
    ):
        products = own.astype(float) * planes / 255
        assert neuron.score == pytest.approx(score, rel=0, abs=1e-6 * neuron.size)
        assert neuron.size == pytest.approx(np.abs(products).sum())
        assert neuron.probability == pytest.approx(probability)
        assert neuron.here == pytest.approx(products[row, column].sum(), rel=1e-6, abs=1e-12)
        named = list(neuron.largest)
        assert np.abs(named) == pytest.approx(
            np.sort(np.abs(products).ravel())[::-1][: len(named)], abs=1e-12
        )
        assert sum(named) + neuron.rest == pytest.approx(neuron.score, abs=1e-9)
        assert neuron.rest_count == planes.size - len(named)
    assert arithmetic.result == arithmetic.neurons[int(np.argmax(scores))].here


@pytest.mark.parametrize("shape", [(300, 700), (300, 700, 3)])
def test_a_picture_of_several_strips_is_added_up_like_any_other(shape):
    planes = np.random.default_rng(5).uniform(0, 255, shape).astype(np.float32)
    dense = Dense(("random", "centre"), seed=4)
    totals = add_up_neurons(planes, dense)
    for neuron, added, own in zip(
        totals.neurons, totals.added, dense_weights(dense, shape), strict=True
    ):
        products = own.astype(float) * planes / 255
        sizes = np.sort(np.abs(products).ravel())[::-1]
        assert neuron.score == pytest.approx(products.sum(), abs=1e-9)
        assert neuron.size == pytest.approx(sizes.sum())
        named = list(neuron.largest)
        assert np.abs(named) == pytest.approx(sizes[:3])
        assert neuron.rest == pytest.approx(products.sum() - sum(named), abs=1e-9)
        assert neuron.rest_count == planes.size - 3
        per_place = products if len(shape) == 2 else products.sum(axis=2)
        np.testing.assert_allclose(added, per_place, rtol=1e-6, atol=1e-12)


class Counted(np.ndarray):
    """Counts the numbers that are read of it."""

    read = 0

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        Counted.read += np.size(found)
        return found

    def __array_ufunc__(self, *arguments: Any, **others: Any) -> Any:
        raise AssertionError("all of it is read")


def test_what_a_place_adds_takes_one_number_for_each_neuron():
    planes = np.random.default_rng(6).uniform(0, 255, (200, 300, 3)).astype(np.float32)
    totals = add_up_neurons(planes, Dense())
    counted = replace(
        totals,
        planes=planes.view(Counted),
        added=tuple(added.view(Counted) for added in totals.added),
    )
    Counted.read = 0
    placed = counted.at(150, 250)
    assert Counted.read == len(placed.neurons) == 4
    assert [one.here for one in placed.neurons] == [added[150, 250] for added in totals.added]
    with pytest.raises(IndexError):
        counted.at(200, 0)


@given(st.data(), convolutions(), SEEDS)
def test_a_window_is_cut_out_of_the_continued_picture(data, convolution, seed):
    plane = np.random.default_rng(seed).integers(1, 256, (5, 7)).astype(np.float32)
    kernel, geometry = convolution.filter.kernels[0], convolution.geometry
    size = kernel.rows, kernel.columns
    try:
        height, width = geometry.output_size((5, 7), size)
    except KernelError:
        return
    row, column, _ = data.draw(places((height, width)))
    arithmetic = explain_value(plane, convolution, row, column)
    assert isinstance(arithmetic, ConvolutionSum)
    (above, below), (left, right) = geometry.padding(size)
    padded = np.pad(plane, ((above, below), (left, right)), NUMPY_BORDERS[geometry.border])
    (rows, columns), (down, across) = geometry.extent(size), geometry.dilation
    top, start = row * geometry.stride[0], column * geometry.stride[1]
    window = padded[top : top + rows : down, start : start + columns : across]
    assert arithmetic.values.tolist() == window.tolist()
    own = np.pad(np.ones_like(plane), ((above, below), (left, right)))
    assert (
        arithmetic.inside.tolist()
        == (own[top : top + rows : down, start : start + columns : across] > 0).tolist()
    )
    inside_rows = [at for at in arithmetic.input_rows if 0 <= at < 5]
    inside_columns = [at for at in arithmetic.input_columns if 0 <= at < 7]
    assert plane[np.ix_(inside_rows, inside_columns)].ravel().tolist() == (
        arithmetic.values[arithmetic.inside].tolist()
    )


def test_every_number_of_one_response():
    plane = np.arange(1, 13, dtype=np.float32).reshape(3, 4)
    arithmetic = explain_value(plane, Convolution(find_preset("gx"), offset=5), 0, 1)
    assert isinstance(arithmetic, ConvolutionSum)
    assert arithmetic.input_rows == (-1, 0, 1)
    assert arithmetic.input_columns == (0, 1, 2)
    assert arithmetic.inside.tolist() == [[False] * 3, [True] * 3, [True] * 3]
    assert arithmetic.values.tolist() == [[0, 0, 0], [1, 2, 3], [5, 6, 7]]
    (one,) = arithmetic.sums
    assert one.weights.tolist() == [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
    assert one.products.tolist() == [[0, 0, 0], [2, 0, -6], [5, 0, -7]]
    assert (one.total, arithmetic.result, one.size) == (-6, -1, 20)
    assert arithmetic.is_turned


@pytest.mark.parametrize("offset", [999_999.5, -1e6, 0.25, 0])
def test_an_offset_counts_in_how_far_a_result_may_be_off(offset):
    plane = np.random.default_rng(0).uniform(0, 255, (6, 7)).astype(np.float32)
    faint = Filter("faint", (Kernel("faint", np.array([[0.001]])),), "")
    convolution = Convolution(faint, offset=offset)
    shown = apply_operation(plane, convolution)
    for row, column in np.ndindex(plane.shape):
        arithmetic = explain_value(plane, convolution, row, column)
        assert isinstance(arithmetic, ConvolutionSum)
        product = 0.001 * float(plane[row, column])
        assert arithmetic.size == pytest.approx(product + abs(offset))
        assert abs(arithmetic.result - float(shown[row, column])) <= 1e-6 * arithmetic.size


def test_correlation_leaves_the_kernel_as_it_is():
    plane = np.arange(12, dtype=np.float32).reshape(3, 4)
    kernel = find_preset("gx")
    arithmetic = explain_value(plane, Convolution(kernel, Geometry(is_correlation=True)), 1, 1)
    assert isinstance(arithmetic, ConvolutionSum)
    assert arithmetic.sums[0].weights.tolist() == kernel.kernels[0].weights.tolist()
    assert not arithmetic.is_turned


def test_two_kernels_make_the_length_of_both_and_take_no_offset():
    kernels = Kernel("a", np.array([[3.0]])), Kernel("b", np.array([[-4.0]]))
    convolution = Convolution(Filter("both", kernels, "both"), offset=100)
    arithmetic = explain_value(np.ones((1, 1), np.float32), convolution, 0, 0)
    assert isinstance(arithmetic, ConvolutionSum)
    assert [one.total for one in arithmetic.sums] == [3, -4]
    assert (arithmetic.result, arithmetic.offset) == (5, 0)


def test_pooling_names_the_first_of_equal_winners():
    plane = np.array([[1, 7, 0], [7, 2, 0], [0, 0, 9]], np.float32)
    largest = explain_value(plane, Pooling("max", (2, 2), (1, 1)), 0, 0)
    assert isinstance(largest, PooledWindow)
    assert (largest.winner, largest.result) == ((0, 1), 7)
    assert (largest.input_rows, largest.input_columns) == ((0, 1), (0, 1))
    mean = explain_value(plane, Pooling("average", (2, 2), (1, 1)), 1, 1)
    assert isinstance(mean, PooledWindow)
    assert (mean.winner, mean.result) == (None, 2.75)


def test_relu_and_shuffle_name_their_source():
    plane = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)
    rectified = explain_value(plane, Relu(), 1, 2)
    assert rectified == RectifiedValue((1,), (2,), plane[1, 2], max(plane[1, 2], 0))
    moved = explain_value(plane, Shuffle(3), 1, 2)
    assert isinstance(moved, MovedValue)
    assert plane[moved.input_rows[0], moved.input_columns[0]] == moved.result


def test_explaining_a_shuffled_result_makes_no_permutation_of_its_own(monkeypatch):
    picture = SourcePicture(np.random.default_rng(0).integers(0, 256, (9, 8, 3), np.uint8))
    steps = (Step(Shuffle(3)), Step(Dense(shuffled_by=4)))  # another seed, after the first
    result = filter_picture(picture, FilterSettings(steps=steps, selected=0), Pipeline())
    monkeypatch.setattr("numpy.random.default_rng", lambda seed: pytest.fail("it takes too long"))
    moved = explain_value(result.inputs, Shuffle(3), 2, 5, order=result.order)
    assert moved.result == pytest.approx(result.response[2, 5])


@pytest.mark.parametrize(
    "operation",
    [Convolution(find_preset("gx"), Geometry("valid")), Pooling(), Relu(), Shuffle(), Dense()],
)
@pytest.mark.parametrize("place", [(-1, 0), (0, -1), (6, 0), (0, 7)])
def test_outside_there_is_nothing_to_explain(operation, place):
    with pytest.raises(IndexError):
        explain_value(np.zeros((6, 7), np.float32), operation, *place)


def test_values_that_ran_over_are_explained_too():
    plane = np.array([[np.inf, -np.inf, 1]], np.float32)
    kernel = Kernel("flat", np.ones((1, 3)))
    arithmetic = explain_value(plane, Convolution(Filter("flat", (kernel,), "flat")), 0, 1)
    assert np.isnan(arithmetic.result)
    assert explain_value(plane, Pooling("max", (1, 2), (1, 1)), 0, 0).result == np.inf


def test_another_picture_has_other_scores_and_none_is_kept():
    first, second = (np.full((3, 3), value, np.float32) for value in (10, 20))
    scores = [
        explain_value(planes, Dense(), 0, 0).neurons[3].score for planes in (first, second, first)
    ]
    assert scores[0] == scores[2] == pytest.approx(scores[1] / 2)
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None
