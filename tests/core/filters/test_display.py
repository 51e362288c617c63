"""How responses become grey values, and how many of them are lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from explorer.core.colors.colormaps import diverging_colors
from explorer.core.convolution.geometry import Geometry
from explorer.core.filters.display import (
    COLOR_NOTE,
    DISPLAYS,
    Display,
    automatic_display,
    histogram,
    show,
)
from explorer.core.filters.pipeline import apply_operation
from explorer.core.filters.steps import Convolution
from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.presets import PRESETS
from explorer.views.common.theme import NEGATIVE, NEUTRAL, POSITIVE
from tests.support.diverging import diverging_color

GREY_DISPLAYS: tuple[Display, ...] = ("clip", "abs", "offset", "stretch")
LARGEST = 2.0**38

RESPONSE = np.array([[-300.0, -255, -100, 0], [0.4, 100.6, 255, 700]], np.float32)


@pytest.mark.parametrize(
    ("display", "pixels", "share", "low", "high"),
    [
        ("clip", [[0, 0, 0, 0], [0, 101, 255, 255]], 4 / 8, 0, 255),
        ("abs", [[255, 255, 100, 0], [0, 101, 255, 255]], 2 / 8, 0, 255),
        ("offset", [[73, 81, 109, 128], [128, 146, 174, 255]], 0, -700, 700),
        ("stretch", [[0, 11, 51, 76], [77, 102, 142, 255]], 0, -300, 700),
    ],
)
def test_each_display_maps_responses_as_it_says(display, pixels, share, low, high):
    # 77.5 and 127.5 lie between two grey values and round to the even one.
    shown = show(RESPONSE, display)
    assert shown.pixels.dtype == np.uint8
    np.testing.assert_array_equal(shown.pixels, pixels)
    assert (shown.clipped_fraction, shown.low, shown.high) == (share, low, high)


def responses(largest=LARGEST, width=32):
    return arrays.arrays(
        np.float32,
        st.one_of(
            st.tuples(st.integers(1, 6), st.integers(1, 6)),
            st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(3)),
        ),
        elements=st.floats(-largest, largest, width=width),
    )


def ranges():
    ends = st.floats(-1e4, 1e4, width=32)
    return st.tuples(ends, ends).filter(lambda pair: pair[1] - pair[0] > 1)


@settings(max_examples=50)
@given(
    response=responses(),
    display=st.sampled_from(GREY_DISPLAYS),
    fixed=st.none() | ranges(),
)
def test_a_pixel_lies_where_its_response_lies_between_low_and_high(response, display, fixed):
    shown = show(response, display, fixed)
    assert shown.display == display
    if fixed is not None:
        assert (shown.low, shown.high) == fixed
    values = np.abs(response) if display == "abs" else response
    span = shown.high - shown.low
    level = (values.astype(np.float64) - shown.low) / (span or 1) * 255
    assert shown.pixels.shape == response.shape
    np.testing.assert_allclose(shown.pixels, np.clip(level, 0, 255), rtol=0, atol=0.501)
    outside = ((level < -0.02) | (level > 255.02)).sum()
    assert outside <= round(shown.clipped_fraction * response.size) <= response.size


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("value", [0.0, 17.0, -17.0, 1e11])
def test_a_constant_response_is_drawn_without_dividing_by_zero(display, value):
    shown = show(np.full((3, 4, 3), value, np.float32), display)
    assert len(np.unique(shown.pixels)) == 1
    if value == 0:
        assert np.unique(shown.pixels) == (128 if display in ("offset", "diverging") else 0)
    if display == "stretch":
        assert shown.pixels.max() == 0
        assert shown.clipped_fraction == 0
        assert shown.low == shown.high == np.float32(value)


def test_stretch_reaches_from_black_to_white_even_for_a_tiny_range():
    response = np.array([[1e-40, 2e-40, 3e-40]], np.float32)
    np.testing.assert_array_equal(show(response, "stretch").pixels, [[0, 128, 255]])


def test_the_rounding_of_float32_is_not_clipping():
    response = np.array([[255.00002, -0.00002, 255.02, -0.02]], np.float32)
    assert show(response, "clip").clipped_fraction == 0.5


def test_colour_keeps_its_channels():
    response = np.full((2, 3, 3), [10.0, 20, 30], np.float32)
    np.testing.assert_array_equal(show(response, "clip").pixels, response)


def test_showing_leaves_the_response_alone():
    response = RESPONSE.copy()
    response.flags.writeable = False
    for display in DISPLAYS:
        assert not np.shares_memory(show(response, display).pixels, response)
    np.testing.assert_array_equal(response, RESPONSE)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_each_preset_has_a_display_that_suits_it(preset):
    flat = np.full((64, 64), 200, np.float32)
    noise = np.random.default_rng(0).uniform(0, 255, (64, 64)).astype(np.float32)
    answers_flat, answers_noise = (
        apply_operation(planes, Convolution(preset, Geometry("valid"))) for planes in (flat, noise)
    )
    swings = abs(answers_flat).max() < 0.05 * abs(answers_noise).max() and answers_noise.min() < 0
    assert automatic_display(preset) == ("offset" if swings else "clip")


@pytest.mark.parametrize(
    ("weights", "display"),
    [
        ([[0.0]], "clip"),
        ([[-1.0]], "offset"),  # the negative: all of it would be black
        ([[0.1, 0.2, -0.3]], "offset"),  # a sum of 5e-17, not of zero
        ([[-1.0, 1.2]], "offset"),
        ([[-1.0, 1.8]], "clip"),  # nearly as bright as the picture: a relief
        ([[-1.0, 3.1]], "clip"),  # less than a quarter is negative
        ([[-10.0, 10.6]], "offset"),  # little of it is the picture
        ([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], "clip"),
        ([[0.25, 0.5, 0.25]], "clip"),
    ],
)
def test_a_filter_that_swings_about_zero_is_shown_around_grey(weights, display):
    assert automatic_display(Filter("any", (Kernel("any", weights),), "any")) == display


def test_the_middle_grey_of_offset_is_no_response():
    flat = np.full((5, 5), 90, np.float32)
    gx = next(preset for preset in PRESETS if preset.key == "gx")
    response = apply_operation(flat, Convolution(gx, Geometry(border="replicate")))
    shown = show(response, automatic_display(gx))
    np.testing.assert_array_equal(shown.pixels, np.full((5, 5), 128))


def test_the_diverging_colours_are_those_of_the_rest_of_the_program():
    colors = diverging_colors()
    assert colors.shape == (255, 3)
    expected = [diverging_color(step, 127).getRgb()[:3] for step in range(-127, 128)]
    np.testing.assert_array_equal(colors, expected)
    ends = [tuple(colors[place].tolist()) for place in (0, 127, 254)]
    assert ends == [color.getRgb()[:3] for color in (NEGATIVE, NEUTRAL, POSITIVE)]


@settings(max_examples=40)
@given(response=arrays.arrays(np.float32, (3, 4), elements=st.floats(-LARGEST, LARGEST, width=32)))
def test_the_sign_of_a_value_is_the_colour_of_its_pixel(response):
    shown = show(response, "diverging")
    assert shown.pixels.shape == (3, 4, 3)
    assert (shown.clipped_fraction, shown.note) == (0, "")
    largest = float(np.abs(response).max()) or 1.0
    assert (shown.low, shown.high) == (-largest, largest)
    for value, pixel in zip(response.ravel(), shown.pixels.reshape(-1, 3), strict=True):
        step = float(value) / largest * 127
        near = {diverging_color(round(step + slip), 127).getRgb()[:3] for slip in (-1e-3, 1e-3)}
        assert tuple(pixel.tolist()) in near
        if value == 0:
            assert tuple(pixel.tolist()) == NEUTRAL.getRgb()[:3]


def test_a_few_large_values_do_not_make_all_others_neutral():
    response = np.full((100, 100), 2.0, np.float32)
    response[::2] = -2
    response[0] = 1000
    shown = show(response, "diverging")
    strength = np.sqrt((np.float64(response) ** 2).mean())
    assert shown.high == pytest.approx(4 * strength)
    assert -shown.low == shown.high < 500
    assert shown.clipped_fraction == 0.01


@pytest.mark.parametrize(
    ("strength", "half"),
    [(1000, 1000), (100, 100), (33, 33), (9, 9), (3, 7.96875), (1e-3, 7.96875), (0, 7.96875)],
)
def test_mid_grey_is_zero_and_the_range_follows_the_strength_but_noise_stays_weak(strength, half):
    response = np.full((20, 20), strength, np.float32)
    response[::2] *= -1
    shown = show(response, "offset")
    assert (shown.low, shown.high) == (-half, half)
    assert shown.clipped_fraction == 0
    wanted = np.rint((response.astype(float) + half) / (2 * half) * 255)
    np.testing.assert_allclose(shown.pixels, wanted, atol=1)


def test_the_larger_end_of_a_fixed_range_gets_the_full_colour_on_both_sides():
    response = np.array([[-30.0, -10, 0, 4, 20]], np.float32)
    shown = show(response, "diverging", (-5.0, 10.0))
    assert (shown.low, shown.high, shown.clipped_fraction) == (-10, 10, 2 / 5)
    expected = [
        diverging_color(round(v / 10 * 127), 127).getRgb()[:3] for v in (-10, -10, 0, 4, 10)
    ]
    np.testing.assert_array_equal(shown.pixels, [expected])


def test_colour_pictures_are_drawn_around_mid_grey_and_it_is_said():
    response = np.array([[[-50.0, 0, 100]]], np.float32)
    shown = show(response, "diverging")
    np.testing.assert_array_equal(shown.pixels, [[[64, 128, 255]]])
    assert (shown.low, shown.high, shown.note) == (-100, 100, COLOR_NOTE)
    assert show(response[..., 0], "diverging").note == ""


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize(
    "ends", [(-1.7e308, 1.7e308), (0, 1.7e308), (1e300, 1.7e308), (-5e-324, 0)]
)
def test_a_fixed_range_may_have_any_ends(display, ends):
    response = np.array([[-255, 0, 255]], np.float32)
    shown = show(response, display, ends)
    assert np.isfinite([shown.low, shown.high, shown.clipped_fraction]).all()
    assert (shown.clipped_fraction == 1) == (ends[0] == 1e300 and display != "diverging")


@given(response=responses(1000), factor=st.floats(1, 1.2))
def test_a_slightly_stronger_response_has_a_slightly_wider_automatic_range(response, factor):
    first = show(response, "offset")
    second = show((response * np.float32(factor)).astype(np.float32), "offset")
    assert first.high * 0.9999 <= second.high <= first.high * factor * 1.0001


def test_the_ends_of_a_range_may_meet_or_change_places():
    response = np.array([[4.0, 5, 6]], np.float32)
    met = show(response, "clip", (5.0, 5.0))
    np.testing.assert_array_equal(met.pixels, [[0, 0, 255]])
    assert met.clipped_fraction == 2 / 3
    turned = show(response, "clip", (6.0, 4.0))
    assert (turned.low, turned.high) == (4, 6)
    np.testing.assert_array_equal(turned.pixels, [[0, 128, 255]])


@pytest.mark.parametrize("display", DISPLAYS)
def test_what_is_no_number_is_drawn_dark_and_counts_as_outside(display):
    response = np.array([[np.nan, 0, 100, 200]], np.float32)
    shown = show(response, display)
    assert shown.clipped_fraction == 1 / 4
    finite = show(response[:, 1:], display)
    np.testing.assert_array_equal(shown.pixels[:, 1:], finite.pixels)
    darkest = diverging_colors()[0] if display == "diverging" else 0
    np.testing.assert_array_equal(shown.pixels[0, 0], darkest)


def test_large_responses_are_drawn_as_small_ones():
    response = np.random.default_rng(0).normal(0, 200, (333, 444, 3)).astype(np.float32)
    for display in DISPLAYS:
        whole = show(response, display, (-100.0, 300.0))
        rows = [show(response[i : i + 1], display, (-100.0, 300.0)) for i in range(0, 333, 50)]
        np.testing.assert_array_equal(whole.pixels[::50], np.concatenate([r.pixels for r in rows]))
    outside = (np.abs(response) > 100.04).mean()
    assert show(response, "clip", (-100.0, 100.0)).clipped_fraction == pytest.approx(
        outside, abs=1e-3
    )


# Histograms


@settings(max_examples=40)
@given(response=responses(1000, width=16), bins=st.integers(1, 20))
def test_a_small_histogram_counts_every_value_in_its_part(response, bins):
    found = histogram(response, bins)
    assert (found.low, found.high) == (response.min(), response.max())
    assert found.counts.sum() == response.size
    if found.high > found.low:
        expected, _ = np.histogram(response.astype(np.float64), bins, (found.low, found.high))
        # A value on the border of two parts may be rounded into the other one.
        moved = np.abs(np.cumsum(found.counts) - np.cumsum(expected))
        edges = np.linspace(found.low, found.high, bins + 1)[1:]
        slack = 1e-5 * (found.high - found.low)
        on_border = [(np.abs(response - edge) <= slack).sum() for edge in edges]
        assert (moved <= on_border).all()


def test_a_large_histogram_samples_all_columns_and_channels_but_knows_the_extremes():
    columns = np.arange(1024, dtype=np.float32) % 8
    response = np.repeat(columns[None], 1000, axis=0)[..., None] + np.float32([0, 10, 20])
    response[500, 500, 1] = -7
    response[501, 500, 1] = 99
    found = histogram(response, 107)
    assert (found.low, found.high) == (-7, 99)
    assert 20_000 < found.counts.sum() < 70_000
    shares = found.counts / found.counts.sum()
    present = [int(value) for value in np.unique(response) if 0 <= value < 30]
    assert len(present) == 24
    for value in present:  # of equal share, wherever they lie
        assert shares[value + 7] == pytest.approx(1 / 24, abs=0.005)


def test_a_histogram_of_magnitudes():
    response = np.array([[-8.0, -1, 0, 2, 4]], np.float32)
    found = histogram(response, 4, of_magnitudes=True)
    assert (found.low, found.high, found.counts.tolist()) == (0, 8, [2, 1, 1, 1])
    assert histogram(response[:, :2], of_magnitudes=True).low == 1


@pytest.mark.parametrize("value", [0.0, -3.0, 1e11])
def test_equal_values_have_a_histogram(value):
    found = histogram(np.full((5, 6), value, np.float32))
    assert found.low == found.high == np.float32(value)
    assert found.counts.sum() == 30
    assert (found.counts > 0).sum() == 1


def test_a_histogram_leaves_out_what_is_no_number():
    found = histogram(np.array([[np.nan, 1, 3, np.inf]], np.float32), 2)
    assert (found.low, found.high, found.counts.tolist()) == (1, 3, [1, 1])
    nothing = histogram(np.full((2, 2), np.nan, np.float32), 2)
    assert (nothing.low, nothing.high, nothing.counts.tolist()) == (0, 0, [0, 0])


@pytest.mark.parametrize("scale", [0.01, 1, 100])
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_one_touch_of_the_brush_leaves_what_swings_around_grey(preset, scale):
    if automatic_display(preset) == "clip":
        return
    (kernel,) = preset.kernels
    for row, column in np.ndindex(kernel.weights.shape):
        for sign in (-1, 1):
            weights = kernel.weights * scale
            weights[row, column] += sign * 0.1 * abs(weights).max()
            touched = Filter("touched", (Kernel("touched", weights),), "")
            assert automatic_display(touched) == "offset"
