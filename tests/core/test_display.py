"""How responses become grey values, and how many of them are lost."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from explorer.core.display import DISPLAYS, automatic_display, show
from explorer.core.filtering import apply_filter
from explorer.core.kernels import PRESETS, Filter, Kernel

RESPONSE = np.array([[-300.0, -255, -100, 0], [0.4, 100.6, 255, 700]], np.float32)


@pytest.mark.parametrize(
    ("display", "pixels", "share", "low", "high"),
    [
        ("clip", [[0, 0, 0, 0], [0, 101, 255, 255]], 4 / 8, 0, 255),
        ("abs", [[255, 255, 100, 0], [0, 101, 255, 255]], 2 / 8, 0, 255),
        ("offset", [[0, 0, 78, 128], [128, 178, 255, 255]], 2 / 8, -255, 255),
        ("stretch", [[0, 11, 51, 76], [77, 102, 142, 255]], 0, -300, 700),
    ],
)
def test_each_display_maps_responses_as_it_says(display, pixels, share, low, high):
    # 77.5 and 127.5 lie between two grey values and round to the even one.
    shown = show(RESPONSE, display)
    assert shown.pixels.dtype == np.uint8
    np.testing.assert_array_equal(shown.pixels, pixels)
    assert (shown.clipped_share, shown.low, shown.high) == (share, low, high)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    response=arrays.arrays(
        np.float32,
        st.one_of(
            st.tuples(st.integers(1, 6), st.integers(1, 6)),
            st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(3)),
        ),
        elements=st.floats(-(2.0**38), 2.0**38, width=32),
    ),
    display=st.sampled_from(DISPLAYS),
)
def test_a_pixel_lies_where_its_response_lies_between_low_and_high(response, display):
    shown = show(response, display)
    values = np.abs(response) if display == "abs" else response
    span = shown.high - shown.low
    level = (values.astype(np.float64) - shown.low) / (span or 1) * 255
    assert shown.pixels.shape == response.shape
    np.testing.assert_allclose(shown.pixels, np.clip(level, 0, 255), rtol=0, atol=0.501)
    outside = ((level < -0.02) | (level > 255.02)).sum()
    assert outside <= round(shown.clipped_share * response.size) <= response.size


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("value", [0.0, 17.0, -17.0, 1e11])
def test_a_constant_response_is_drawn_without_dividing_by_zero(display, value):
    shown = show(np.full((3, 4, 3), value, np.float32), display)
    assert len(np.unique(shown.pixels)) == 1
    if display == "stretch":
        assert shown.pixels.max() == 0
        assert shown.clipped_share == 0
        assert shown.low == shown.high == np.float32(value)


def test_stretch_reaches_from_black_to_white_even_for_a_tiny_range():
    response = np.array([[1e-40, 2e-40, 3e-40]], np.float32)
    np.testing.assert_array_equal(show(response, "stretch").pixels, [[0, 128, 255]])


def test_the_rounding_of_float32_is_not_clipping():
    response = np.array([[255.00002, -0.00002, 255.02, -0.02]], np.float32)
    assert show(response, "clip").clipped_share == 0.5


def test_colour_keeps_its_channels():
    response = np.full((2, 3, 3), [10.0, 20, 30], np.float32)
    np.testing.assert_array_equal(show(response, "clip").pixels, response)


def test_showing_leaves_the_response_alone():
    response = RESPONSE.copy()
    response.flags.writeable = False
    for display in DISPLAYS:
        assert not np.shares_memory(show(response, display).pixels, response)
    np.testing.assert_array_equal(response, RESPONSE)


def test_each_preset_has_a_display_that_suits_it():
    chosen = {preset.key: automatic_display(preset) for preset in PRESETS}
    swinging = {key for key, display in chosen.items() if display == "offset"}
    assert swinging == {"gx", "gy", "outline"}
    assert set(chosen.values()) == {"offset", "clip"}


@pytest.mark.parametrize(
    ("weights", "display"),
    [
        ([[0.0]], "clip"),
        ([[-1.0]], "clip"),
        ([[0.1, 0.2, -0.3]], "offset"),  # a sum of 5e-17, not of zero
        ([[-1.0, 1.2]], "clip"),
    ],
)
def test_a_filter_that_swings_about_zero_is_shown_around_grey(weights, display):
    assert automatic_display(Filter("any", (Kernel("any", weights),), "any")) == display


def test_the_middle_grey_of_offset_is_no_response():
    flat = np.full((5, 5), 90, np.float32)
    gx = next(preset for preset in PRESETS if preset.key == "gx")
    shown = show(apply_filter(flat, gx, border="replicate"), automatic_display(gx))
    np.testing.assert_array_equal(shown.pixels, np.full((5, 5), 128))
