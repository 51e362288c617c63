"""More than 8 bits become 8: the values, and what is said about them."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from explorer.core.images.deep_tiff import scale_16_bit, scale_values


def test_every_16_bit_value_becomes_the_nearest_level():
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    np.testing.assert_array_equal(scale_16_bit(values), np.rint(values / 257))


@pytest.mark.parametrize("dtype", [">u2", np.int32])
def test_16_bit_values_of_other_types(dtype):
    assert scale_16_bit(np.array([[0, 257, 65535]], dtype)).tolist() == [[0, 1, 255]]


@pytest.mark.parametrize(
    ("values", "levels", "note"),
    [
        ([0.0, 0.2, 1.0], [0, 51, 255], "values 0 to 1, displayed with black = 0, white = 1"),
        ([0.2, 0.4], [51, 102], "values 0.2 to 0.4, displayed with black = 0, white = 1"),
        ([3.0, 200.0], [3, 200], "values 3 to 200, displayed with black = 0, white = 255"),
        ([-1.0, 1.0], [0, 255], "values -1 to 1, displayed with black = -1, white = 1"),
        ([300.0, 500.0], [0, 255], "values 300 to 500, displayed with black = 300, white = 500"),
        ([7e5, 7e5], [0, 0], "values 7e+05 to 7e+05, displayed with black = 7e+05, white = 7e+05"),
        ([np.nan, np.nan], [0, 0], "values 0 to 0, displayed with black = 0, white = 1"),
        (
            [np.inf, 0.0, -np.inf],
            [255, 0, 0],
            "values 0 to 0, displayed with black = 0, white = 1",
        ),
    ],
)
def test_choice_of_black_and_white(values, levels, note):
    pixels, said = scale_values(np.array([values], np.float64))
    assert pixels.tolist() == [levels]
    assert said == note


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    arrays(
        st.sampled_from([np.float32, np.float64, np.int16, np.int32, np.uint32]),
        array_shapes(min_dims=2, max_dims=3, max_side=6),
    )
)
def test_any_numbers_keep_their_shape_and_order(values):
    pixels, note = scale_values(values)
    assert pixels.dtype == np.uint8
    assert pixels.shape == values.shape
    assert note.startswith("values ")
    finite = np.isfinite(values)
    in_order = np.argsort(values[finite], kind="stable")
    assert (np.diff(pixels[finite][in_order].astype(int)) >= 0).all()


def test_tall_pictures_are_scaled_as_one():
    values = np.linspace(-1, 1, 1000).reshape(1000, 1)
    pixels, _ = scale_values(values)
    np.testing.assert_allclose(pixels, np.linspace(0, 255, 1000).reshape(1000, 1), atol=0.51)
