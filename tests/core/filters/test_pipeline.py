"""The steps against SciPy and plain definitions, and what is computed anew when they change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.convolution.geometry import Geometry
from explorer.core.convolution.plan import plan_convolution
from explorer.core.filters.pipeline import (
    Pipeline,
    apply_operation,
    dense_weights,
    shuffle_permutation,
    softmax,
)
from explorer.core.filters.steps import (
    NEURON_PATTERNS,
    Convolution,
    Dense,
    Pooling,
    Relu,
    Shuffle,
    Step,
)
from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.presets import find_preset
from explorer.errors import KernelError

SIZES = st.tuples(st.integers(1, 24), st.integers(1, 24))
SHAPES = st.one_of(SIZES, SIZES.map(lambda size: (*size, 3)))
SEEDS = st.integers(0, 2**32 - 1)


def random_planes(seed, shape):
    return np.random.default_rng(seed).uniform(-255, 255, shape).astype(np.float32)


def pooled(plane, pooling):
    """Pool one float64 plane with SciPy's filters: every window's value, then the wanted ones."""
    from scipy import ndimage

    # An origin that puts a window's first pixel where its value is.
    origin = [-(length // 2) for length in pooling.size]
    if pooling.kind == "max":
        values = ndimage.maximum_filter(plane, pooling.size, origin=origin)
    else:
        windows = np.full(pooling.size, 1 / (pooling.size[0] * pooling.size[1]))
        values = ndimage.correlate(plane, windows, origin=origin)
    height, width = (n - k + 1 for n, k in zip(plane.shape, pooling.size, strict=True))
    return values[: height : pooling.stride[0], : width : pooling.stride[1]]


# Single steps


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_a_convolution_is_the_filter_and_an_offset(shape):
    planes = random_planes(1, shape)
    chosen, geometry = find_preset("gx"), Geometry("valid", stride=(2, 1))
    plain = plan_convolution(chosen.kernels[0], geometry)(planes)
    with_offset = apply_operation(planes, Convolution(chosen, geometry, offset=-12.5))
    np.testing.assert_array_equal(apply_operation(planes, Convolution(chosen, geometry)), plain)
    np.testing.assert_array_equal(with_offset, plain - np.float32(12.5))


def test_a_length_of_two_responses_takes_no_offset():
    planes = random_planes(2, (20, 30))
    chosen = find_preset("gradient")
    lengths = apply_operation(planes, Convolution(chosen, offset=50))
    # A root's last bit depends on where OpenCV finds the numbers in memory.
    np.testing.assert_allclose(lengths, apply_operation(planes, Convolution(chosen)), rtol=1e-6)


@given(seed=SEEDS, shape=SHAPES)
def test_relu_keeps_what_is_positive(seed, shape):
    planes = random_planes(seed, shape)
    kept = apply_operation(planes, Relu())
    assert kept.dtype == np.float32
    np.testing.assert_array_equal(kept, np.where(planes > 0, planes, 0))


@settings(deadline=None, max_examples=200)
@given(
    seed=SEEDS,
    shape=SHAPES,
    kind=st.sampled_from(["max", "average"]),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    stride=st.tuples(st.integers(1, 9), st.integers(1, 9)),
)
def test_pooling_equals_ndimages(seed, shape, kind, size, stride):
    planes, pooling = random_planes(seed, shape), Pooling(kind, size, stride)
    if size[0] > shape[0] or size[1] > shape[1]:
        with pytest.raises(
            KernelError, match=f"{size[0]}×{size[1]} pooling window does not fit into its"
        ):
            apply_operation(planes, pooling)
        return
    result = apply_operation(planes, pooling)
    channels = np.moveaxis(np.atleast_3d(planes), 2, 0)
    expected = np.stack([pooled(channel * 1.0, pooling) for channel in channels], axis=2)
    expected = expected.reshape(*expected.shape[:2], *shape[2:])
    assert result.dtype == np.float32
    assert result.shape == expected.shape
    assert result.flags.c_contiguous
    np.testing.assert_allclose(result, expected, rtol=0, atol=255e-6 if kind == "average" else 0)


def test_the_largest_window_is_averaged_exactly():
    planes = np.full((70, 80), 254.99, np.float32)
    for kind in ("max", "average"):
        result = apply_operation(planes, Pooling(kind, (64, 64), (3, 5)))
        np.testing.assert_allclose(result, np.full((3, 4), 254.99), rtol=2e-7)


@given(seed=SEEDS, shape=SHAPES, shuffle_seed=st.integers(0, 99))
def test_shuffling_moves_whole_pixels_as_the_permutation_says(seed, shape, shuffle_seed):
    planes = random_planes(seed, shape)
    moved = apply_operation(planes, Shuffle(shuffle_seed))
    count = shape[0] * shape[1]
    order = np.random.default_rng(shuffle_seed).permutation(count)
    np.testing.assert_array_equal(shuffle_permutation(count, shuffle_seed), order)
    assert moved.shape == planes.shape
    assert not np.shares_memory(moved, planes)
    for place in range(count):
        here, there = divmod(place, shape[1]), divmod(int(order[place]), shape[1])
        np.testing.assert_array_equal(moved[here], planes[there])


# Fully connected


@given(shape=SHAPES, seed=st.integers(0, 999))
def test_every_neuron_has_as_much_weight_whatever_the_size(shape, seed):
    weights = dense_weights(Dense(seed=seed), shape)
    assert weights.dtype == np.float32
    assert weights.shape == (len(NEURON_PATTERNS), *shape)
    totals = np.abs(weights.reshape(len(weights), -1).astype(float)).sum(axis=1)
    np.testing.assert_allclose(totals, 20, rtol=1e-6)


@pytest.mark.parametrize("size", [(30, 40), (1200, 1600)])
def test_white_against_black_scores_10_in_a_picture_of_any_size(size):
    planes = np.zeros(size, np.float32)
    planes[:, size[1] // 2 :] = 255
    right, down = apply_operation(planes, Dense(("left to right", "top to bottom")))
    assert right == pytest.approx(10, rel=1e-5)
    assert down == pytest.approx(0, abs=1e-5)


def test_the_patterns_look_as_they_are_called():
    weights = dense_weights(Dense(("centre", "left to right", "top to bottom")), (8, 12, 3))
    assert (weights == weights[..., :1]).all()
    centre, right, down = weights[..., 0]
    middle = np.zeros((8, 12), bool)
    middle[2:6, 3:9] = True
    assert (centre[middle] > 0).all()
    assert (centre[~middle] < 0).all()
    assert len(np.unique(centre)) == 2
    np.testing.assert_allclose(np.diff(right, axis=1) / right[0, -1], 2 / 11, rtol=1e-5)
    np.testing.assert_allclose(np.diff(down, axis=0) / down[-1, 0], 2 / 7, rtol=1e-5)
    np.testing.assert_allclose(weights.sum(axis=(1, 2, 3)), 0, atol=1e-5)
    assert (right[1:] == right[0]).all()
    assert (down[:, 1:] == down[:, :1]).all()
    assert (right[:, -1] > 0).all()
    assert (down[-1] > 0).all()


def test_random_weights_follow_the_seed_and_differ_between_neurons():
    dense = Dense(("random", "random"), seed=5)
    weights = dense_weights(dense, (40, 50))
    np.testing.assert_array_equal(weights, dense_weights(dense, (40, 50)))
    others = dense_weights(Dense(("random", "random"), seed=6), (40, 50))
    rows = np.concatenate([weights, others]).reshape(4, -1)
    np.testing.assert_allclose(np.corrcoef(rows), np.eye(4), atol=0.1)


@settings(deadline=None)
@given(seed=SEEDS, shape=SHAPES, dense_seed=st.integers(0, 99))
def test_a_score_is_the_sum_of_weights_times_values(seed, shape, dense_seed):
    planes, dense = random_planes(seed, shape), Dense(seed=dense_seed)
    scores = apply_operation(planes, dense)
    assert scores.dtype == np.float32
    expected = [(w.astype(float) * planes).sum() / 255 for w in dense_weights(dense, shape)]
    np.testing.assert_allclose(scores, expected, rtol=1e-6, atol=1e-9)


def test_large_pictures_are_scored_neuron_by_neuron_alike():
    planes = random_planes(3, (2100, 2000))
    scores = apply_operation(planes, Dense())
    expected = [
        np.vdot(w.astype(float), planes) / 255 for w in dense_weights(Dense(), (2100, 2000))
    ]
    np.testing.assert_allclose(scores, expected, rtol=1e-6)


@settings(deadline=None)
@given(seed=SEEDS, shape=SHAPES, shuffle_seed=st.integers(0, 99))
def test_neurons_shuffled_like_the_pixels_notice_nothing(seed, shape, shuffle_seed):
    planes = random_planes(seed, shape)
    shuffled = apply_operation(planes, Shuffle(shuffle_seed))
    scores = apply_operation(shuffled, Dense(shuffled_by=shuffle_seed))
    np.testing.assert_allclose(scores, apply_operation(planes, Dense()), rtol=1e-6, atol=1e-9)


def test_a_convolution_does_notice_shuffled_pixels():
    planes = random_planes(4, (20, 30))
    box = Convolution(find_preset("box-3x3"))
    outcome = apply_operation(apply_operation(planes, Shuffle(1)), box)
    assert np.abs(outcome - apply_operation(apply_operation(planes, box), Shuffle(1))).max() > 50


@given(scores=st.lists(st.floats(-(2.0**99), 2.0**99, width=32), min_size=2, max_size=6))
def test_softmax_gives_shares_of_one_in_the_order_of_the_scores(scores):
    values = np.array(scores, np.float32)
    probabilities = softmax(values)
    assert probabilities.sum() == pytest.approx(1)
    assert (
        probabilities.argmax() == values.argmax()
        or probabilities[values.argmax()] == probabilities.max()
    )
    assert (np.diff(probabilities[np.argsort(values)]) >= 0).all()


def test_softmax_equals_scipys():
    from scipy.special import softmax as scipys

    values = np.array([1.5, -2, 0.25, 3], np.float32)
    np.testing.assert_allclose(softmax(values), scipys(values.astype(float)), rtol=1e-12)


# In a row

GX = Step(Convolution(find_preset("gx")))
BOX = Step(Convolution(find_preset("box-3x3")))
RELU, POOL, SHUFFLE, DENSE = Step(Relu()), Step(Pooling()), Step(Shuffle()), Step(Dense())


def one_by_one(planes, steps):
    results = []
    for step in steps:
        planes = apply_operation(planes, step.operation) if step.is_on else planes
        results.append(planes)
    return results


def assert_all_equal(outputs, expected):
    assert len(outputs) == len(expected)
    for ours, theirs in zip(outputs, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@settings(deadline=None)
@given(
    rows=st.lists(
        st.lists(
            st.sampled_from(
                [GX, BOX, RELU, POOL, SHUFFLE, Step(Relu(), False), Step(Pooling(), False)]
            ),
            max_size=6,
        ),
        min_size=1,
        max_size=5,
    ),
    is_color=st.booleans(),
)
def test_whatever_changes_the_outputs_are_those_of_the_steps_one_by_one(rows, is_color):
    planes = random_planes(5, (70, 66, 3) if is_color else (70, 66))
    pipeline = Pipeline()
    for steps in rows:
        assert_all_equal(pipeline.run(planes, steps), one_by_one(planes, steps))


def test_only_what_follows_a_change_is_computed_anew():
    planes, pipeline = random_planes(6, (40, 50, 3)), Pipeline()
    before = pipeline.run(planes, [GX, RELU, POOL, DENSE])
    again = pipeline.run(planes, [GX, RELU, POOL, DENSE])
    assert all(ours is theirs for ours, theirs in zip(again, before, strict=True))
    # Equal kernels are as good as the same.
    equal = Kernel("Gx", find_preset("gx").kernels[0].weights.copy())
    gx = Step(Convolution(Filter("Sobel x (Gx)", (equal,), "gx")))
    kept = pipeline.run(planes, [gx, RELU, Step(Pooling("average")), DENSE])
    assert [ours is theirs for ours, theirs in zip(kept, before, strict=True)] == [
        True,
        True,
        False,
        False,
    ]
    edited = Step(Convolution(Filter("Gx", (equal.with_weight(0, 0, 9),), "")))
    anew = pipeline.run(planes, [edited, RELU, POOL, DENSE])
    assert not any(ours is theirs for ours, theirs in zip(anew, before, strict=True))
    assert_all_equal(anew, one_by_one(planes, [edited, RELU, POOL, DENSE]))


def test_another_picture_is_computed_anew_even_of_equal_values():
    planes, pipeline = random_planes(7, (20, 30)), Pipeline()
    first = pipeline.run(planes, [GX, RELU])
    second = pipeline.run(planes.copy(), [GX, RELU])
    assert first[0] is not second[0]
    assert_all_equal(second, first)


def test_a_step_that_is_off_passes_on_what_comes_in_and_may_be_edited_at_no_cost():
    planes, pipeline = random_planes(8, (20, 30)), Pipeline()
    before = pipeline.run(planes, [Step(GX.operation, False), RELU, Step(Pooling(), False)])
    assert before[0] is planes
    assert before[2] is before[1]
    after = pipeline.run(planes, [Step(BOX.operation, False), RELU, Step(Pooling(), False)])
    assert all(ours is theirs for ours, theirs in zip(after, before, strict=True))
    assert planes.flags.writeable


def test_outputs_cannot_be_written_to():
    planes, pipeline = random_planes(9, (20, 30)), Pipeline()
    for output in pipeline.run(planes, [GX, RELU, POOL, SHUFFLE, DENSE]):
        with pytest.raises(ValueError, match="read-only"):
            output[...] = 0


def test_after_a_step_that_cannot_be_the_others_are_still_there():
    planes, pipeline = random_planes(11, (9, 9)), Pipeline()
    before = pipeline.run(planes, [GX, RELU])
    with pytest.raises(
        KernelError,
        match=r"10×10 pooling window does not fit into its input of 9 rows and 9 columns",
    ):
        pipeline.run(planes, [GX, RELU, Step(Pooling(size=(10, 10)))])
    after = pipeline.run(planes, [GX, RELU, POOL])
    assert after[1] is before[1]
    assert after[2].shape == (4, 4)
