"""More than 8 bits become 8: the values, and what is said about them."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from explorer.core.images.scaling import scale_values


def test_every_16_bit_value_becomes_the_nearest_level():
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    pixels, note = scale_values(values)
    np.testing.assert_array_equal(pixels, np.rint(values / 257))
    assert note == "16-bit values, displayed with black = 0, white = 65535"


@pytest.mark.parametrize(
    ("values", "levels", "note"),
    [
        ([0.0, 0.2, 1.0], [0, 51, 255], "values 0 to 1, displayed with black = 0, white = 1"),
        ([0.2, 0.4], [51, 102], "values 0.2 to 0.4, displayed with black = 0, white = 1"),
        ([3.0, 200.0], [3, 200], "values 3 to 200, displayed with black = 0, white = 255"),
        ([-1.0, 1.0], [0, 255], "values -1 to 1, displayed with black = -1, white = 1"),
        ([300.0, 500.0], [0, 255], "values 300 to 500, displayed with black = 300, white = 500"),
        (
            [7e5, 7e5],
            [0, 0],
            "values 700000 to 700000, displayed with black = 700000, white = 700000",
        ),
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


@pytest.mark.parametrize("white", [1, 255])
@pytest.mark.parametrize("stray", [1.00003, 1.2, -0.1, 37, -9999, 1e30])
def test_stray_values_change_nothing_else(white, stray):
    values = np.linspace(0, white, 3000).reshape(50, 60)
    expected, _ = scale_values(values)
    values[7, 7:9] = stray * white
    pixels, note = scale_values(values)
    pixels[7, 7:9] = expected[7, 7:9] = 0
    np.testing.assert_array_equal(pixels, expected)
    assert note.endswith(f"displayed with black = 0, white = {white}")


def test_overshoot_of_resampling_is_clipped():
    blocks = (np.indices((40, 40)).sum(axis=0) // 5 % 2).astype(np.float32)
    large = np.asarray(Image.fromarray(blocks).resize((160, 160), Image.Resampling.LANCZOS))
    assert large.min() < -0.01
    assert large.max() > 1.01
    pixels, note = scale_values(large)
    np.testing.assert_array_equal(pixels, np.rint(np.clip(large, 0, 1) * 255))
    assert note.endswith("displayed with black = 0, white = 1")


def test_strays_of_another_range_are_clipped_as_well():
    heights = np.linspace(300, 500, 3000).reshape(50, 60)
    heights[3, 3], heights[4, 4] = -32768, 1e38
    pixels, _ = scale_values(heights)
    heights[3, 3], heights[4, 4] = 300, 500
    np.testing.assert_allclose(pixels, (heights - 300) / 200 * 255, atol=2)


@pytest.mark.parametrize(
    ("dtype", "highest", "white"),
    [
        (np.uint16, 1, 1),
        (np.uint16, 200, 255),
        (np.uint16, 10, 10),  # labels: against 255 they would look black
        (np.uint16, 3000, 4095),
        (">u2", 3000, 4095),
        (np.uint16, 4096, 65535),
        (np.uint32, 60000, 65535),
        (np.uint32, 4_000_000_000, 4_294_967_295),
        (np.uint32, 100_000, 100_000),
        (np.uint64, 18_000_000_000_000_000_000, 18_446_744_073_709_551_615),
        (np.int32, 200, 255),
        (np.int32, 3000, 3000),
        (np.float16, 1, 1),
        (np.bool_, 1, 1),
    ],
)
def test_white_is_the_first_that_holds_the_values(dtype, highest, white):
    values = np.array([[0, highest]], dtype)
    pixels, _ = scale_values(values)
    assert pixels.tolist() == [[0, round(highest * 255 / white)]]


def test_whole_numbers_without_a_sign_have_no_strays():
    values = np.zeros((100, 100), np.uint16)
    values[5, 5] = 65535
    assert scale_values(values)[1].endswith("white = 65535")


def test_bits_state_the_white():
    pixels, note = scale_values(np.array([[0, 5, 1023]], np.uint16), bits=10)
    assert pixels.tolist() == [[0, 1, 255]]
    assert note == "10-bit values, displayed with black = 0, white = 1023"


def test_missing_values_are_black_and_do_not_count():
    values = np.array([[-9999.0, 300, 500]])
    pixels, note = scale_values(values, missing=values == -9999)
    assert pixels.tolist() == [[0, 0, 255]]
    assert note == "values 300 to 500, displayed with black = 300, white = 500"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    arrays(
        st.sampled_from([np.float32, np.float64, np.int16, np.int32, np.uint16, np.uint32]),
        array_shapes(min_dims=2, max_dims=3, max_side=6),
    )
)
def test_any_numbers_keep_their_shape_and_order(values):
    pixels, note = scale_values(values)
    assert pixels.dtype == np.uint8
    assert pixels.shape == values.shape
    assert "displayed with black = " in note
    finite = np.isfinite(values)
    in_order = np.argsort(values[finite], kind="stable")
    assert (np.diff(pixels[finite][in_order].astype(int)) >= 0).all()


@pytest.mark.parametrize("shape", [(3000, 1000), (2, 1_500_000), (1_500_000, 2), (1000, 1000, 3)])
def test_large_pictures_are_scaled_as_one(shape):
    values = np.linspace(-1, 1, 3_000_000, dtype=np.float32).reshape(shape)
    pixels, _ = scale_values(values)
    np.testing.assert_allclose(pixels, (values + 1) * 127.5, atol=0.51)
