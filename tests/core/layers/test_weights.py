"""What is measured of a layer's weights."""

import numpy as np
import pytest

from explorer.core.layers.effective_field import EffectiveField
from explorer.core.layers.weights import (
    color_kernels,
    describe_weights,
    find_silent,
    kernels_of,
    measure,
)


def random_kernel(*shape):
    return np.random.default_rng(3).normal(size=shape).astype(np.float32)


def test_statistics_are_numpys():
    weights = random_kernel(3, 3, 4, 5)
    found = measure(weights)
    values = weights.astype(np.float64).ravel()
    assert found.count == 180
    assert found.mean == pytest.approx(values.mean())
    assert found.deviation == pytest.approx(values.std())
    assert (found.smallest, found.largest) == (values.min(), values.max())
    assert found.l1 == pytest.approx(np.linalg.norm(values, 1))
    assert found.l2 == pytest.approx(np.linalg.norm(values))
    limit = 0.01 * np.abs(values).max()
    assert found.near_zero == pytest.approx(np.mean(np.abs(values) < limit))
    assert sum(found.counts) == 180


def test_weights_that_are_no_numbers_are_not_counted():
    assert measure(np.array([1.0, np.nan, 3.0, np.inf])).mean == 2
    assert measure(np.array([np.nan])).count == 0
    assert measure(np.zeros(4)).near_zero == 1


@pytest.mark.parametrize(
    ("kind", "shape", "expected"),
    [
        ("Conv2D", (3, 2, 4, 5), (5, 4, 3, 2)),
        ("Conv1D", (3, 4, 5), (5, 4, 1, 3)),
        ("Dense", (4, 5), (5, 4, 1, 1)),
        ("DepthwiseConv2D", (3, 2, 4, 2), (8, 1, 3, 2)),
        ("Conv2DTranspose", (3, 2, 5, 4), (5, 4, 3, 2)),
    ],
)
def test_kernels_are_in_one_order(kind, shape, expected):
    kernel = random_kernel(*shape)
    kernels = kernels_of(kind, {"kernel": kernel})
    assert kernels.shape == expected
    if kind == "Conv2D":
        np.testing.assert_array_equal(kernels[3, 1], kernel[:, :, 1, 3])
    if kind == "DepthwiseConv2D":
        np.testing.assert_array_equal(kernels[5, 0], kernel[:, :, 2, 1])


@pytest.mark.parametrize(
    ("kind", "shape", "channels", "expected"),
    [
        ("CONV_2D", (3, 5, 2, 4), 4, (4, 2, 3, 5)),
        ("DEPTHWISE_CONV_2D", (3, 3, 3, 2), 6, (6, 1, 3, 3)),
        ("TRANSPOSE_CONV", (3, 3, 2, 4), 4, (4, 2, 3, 3)),
        ("FULLY_CONNECTED", (5, 4), 4, (4, 5, 1, 1)),
        ("Conv", (3, 3, 6, 1), 6, (6, 1, 3, 3)),
        ("Conv", (3, 3, 6, 1), 1, (1, 6, 3, 3)),
        ("ConvTranspose", (3, 3, 2, 4), 4, (4, 2, 3, 3)),
        ("Gemm", (5, 4), 4, (4, 5, 1, 1)),
    ],
)
def test_kernels_of_other_formats_are_in_the_same_order(kind, shape, channels, expected):
    kernel = random_kernel(*shape)
    kernels = kernels_of(kind, {"kernel": kernel}, channels)
    assert kernels.shape == expected
    assert kernels_of("Conv", {"kernel": random_kernel(3, 3, 3, 2, 4)}, 4) is None
    if expected[1] > 1:
        last = kernel.reshape((1,) * (4 - kernel.ndim) + kernel.shape)
        np.testing.assert_array_equal(kernels[0, 1], last[:, :, 1, 0])


def test_other_layers_have_no_kernels():
    arrays = {"kernel": random_kernel(4, 12), "recurrent_kernel": random_kernel(3, 12)}
    assert describe_weights("lstm", "LSTM", arrays).filters is None
    assert describe_weights("bn", "BatchNormalization", {"gamma": np.ones(3)}).filters is None


def test_dead_filters_are_found():
    kernel = random_kernel(3, 3, 2, 6)
    kernel[..., 1] = 0
    kernel[..., 3] = 0.5
    kernel[..., 4] *= 1e-4
    found = describe_weights("conv", "Conv2D", {"kernel": kernel, "bias": np.arange(6.0)}).filters
    assert found.conditions == ("", "zero", "", "constant", "weak", "")
    assert found.biases.tolist() == [0, 1, 2, 3, 4, 5]
    np.testing.assert_allclose(found.l2[0], np.linalg.norm(kernel[..., 0]), rtol=1e-6)


def test_near_duplicates_are_found_up_to_sign():
    kernel = random_kernel(3, 3, 4, 6)
    kernel[..., 2] = kernel[..., 5] * -3
    kernel[..., 4] = kernel[..., 0] + 0.02 * random_kernel(3, 3, 4)
    kernel[..., 1] = 0  # like no other
    found = describe_weights("conv", "Conv2D", {"kernel": kernel}).filters
    assert found.alike_count == 2
    assert (found.alike[0].first, found.alike[0].second) == (2, 5)
    assert found.alike[0].cosine == pytest.approx(-1)
    first, second = kernel[..., 0].ravel(), kernel[..., 4].ravel()
    expected = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    assert (found.alike[1].first, found.alike[1].second) == (0, 4)
    assert found.alike[1].cosine == pytest.approx(expected, rel=1e-5)


def test_filters_of_one_weight_are_not_compared():
    kernel = random_kernel(1, 1, 1, 6)
    found = describe_weights("conv", "DepthwiseConv2D", {"kernel": kernel}).filters
    assert found.alike_count == 0
    assert set(found.conditions) <= {"", "weak"}


def test_maps_that_are_zero_for_every_picture_are_silent():
    maps = np.ones((2, 3, 3, 4), np.float32)
    maps[..., 2] = 0
    maps[0, ..., 1] = 0
    assert find_silent(maps) == (2,)
    assert find_silent(maps[0]) == (1, 2)


def test_kernels_over_colours_are_pictures_with_grey_as_zero():
    kernels = np.zeros((2, 3, 1, 2), np.float32)
    kernels[0, :, 0, 0] = (2, -2, 0)
    pictures = color_kernels(kernels)
    assert pictures[0, 0, 0].tolist() == [255, 0, 128]
    assert (pictures[1] == 128).all()


def test_an_effective_field_knows_its_share_of_a_box():
    magnitudes = np.zeros((5, 6), np.float32)
    magnitudes[2, 3] = 3
    magnitudes[2, 1] = 1
    field = EffectiveField(magnitudes)
    assert field.share_in(range(1, 4), range(2, 6)) == 0.75
    assert field.radius == pytest.approx(np.sqrt((3 * 0.25 + 1 * 2.25) / 4))
    assert EffectiveField(np.zeros((2, 2), np.float32)).share_in(range(1), range(1)) == 1
