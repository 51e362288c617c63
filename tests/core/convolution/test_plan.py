"""Convolution against SciPy's, over random kernels, sizes, modes and borders."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from explorer.core.convolution import correlation
from explorer.core.convolution.geometry import BORDERS, MAX_STRIDE, MODES, Geometry
from explorer.core.convolution.parallel import parallel_for
from explorer.core.filters.pipeline import apply_operation
from explorer.core.filters.steps import Convolution
from explorer.core.images.planes import to_planes
from explorer.core.kernels.kernel import MAX_EDGE, Filter, Kernel
from explorer.core.kernels.presets import PRESETS, find_preset
from explorer.errors import KernelError

PLAIN_GEOMETRY = Geometry()
SCIPY_BORDERS = {"zero": "fill", "reflect": "symm", "wrap": "wrap"}
NDIMAGE_BORDERS = {
    "zero": "constant",
    "replicate": "nearest",
    "reflect": "reflect",
    "wrap": "wrap",
}


def convolve(planes, kernel, geometry=PLAIN_GEOMETRY):
    return apply_filter(planes, Filter("any", (kernel,), ""), geometry)


def apply_filter(planes, filter, geometry=PLAIN_GEOMETRY):
    return apply_operation(planes, Convolution(filter, geometry))


def exact(plane, weights, geometry):
    """Convolve one float64 plane as SciPy does; "replicate", which it lacks, with np.pad.

    Dilation is a kernel with zeros between its weights, a stride leaves windows out, correlation
    is convolution with the kernel turned around.
    """
    from scipy.signal import convolve2d

    (down, across), mode, border = geometry.dilation, geometry.mode, geometry.border
    rows, columns = down * (weights.shape[0] - 1) + 1, across * (weights.shape[1] - 1) + 1
    spread = np.zeros((rows, columns))
    spread[::down, ::across] = weights[::-1, ::-1] if geometry.is_correlation else weights
    windows = slice(None, None, geometry.stride[0]), slice(None, None, geometry.stride[1])
    if mode == "valid" or border in SCIPY_BORDERS:
        return convolve2d(plane, spread, mode, SCIPY_BORDERS.get(border, "fill"))[windows]
    padded = np.pad(plane, ((rows - 1,) * 2, (columns - 1,) * 2), "edge")
    full = convolve2d(padded, spread, "valid")
    if mode == "full":
        return full[windows]
    top, left = (rows - 1) // 2, (columns - 1) // 2
    return full[top : top + plane.shape[0], left : left + plane.shape[1]][windows]


def assert_exact(planes, weights, geometry):
    """Compare every channel with the oracle: within 1e-6 of the largest possible response."""
    response = convolve(planes, Kernel("any", weights), geometry)
    channels = planes[..., None] if planes.ndim == 2 else planes
    expected = np.stack(
        [exact(channel, weights, geometry) for channel in np.moveaxis(channels, 2, 0) * 1.0],
        axis=2,
    )
    expected = expected[..., 0] if planes.ndim == 2 else expected
    assert response.dtype == np.float32
    assert response.shape == expected.shape
    assert response.flags.c_contiguous
    np.testing.assert_allclose(response, expected, rtol=0, atol=255e-6 * np.abs(weights).sum())


def random_planes(seed, shape):
    return np.random.default_rng(seed).uniform(0, 255, shape).astype(np.float32)


@st.composite
def weights_tables(draw, edge=15):
    shape = draw(st.tuples(st.integers(1, edge), st.integers(1, edge)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(
        st.sampled_from(
            ["normal", "positive", "equal", "integers", "sparse", "uneven", "product", "bell"]
        )
    )
    if kind == "positive":
        return rng.random(shape) + 0.01
    if kind == "equal":
        return np.full(shape, draw(st.floats(0.001, 1000)))
    if kind == "integers":
        return rng.integers(-9, 10, shape).astype(float)
    if kind == "sparse":
        return rng.normal(size=shape) * (rng.random(shape) < 0.2)
    if kind == "uneven":
        return rng.normal(size=shape) * 10.0 ** rng.integers(-5, 6, shape)
    if kind == "product":
        return np.outer(rng.normal(size=shape[0]), rng.integers(-3, 4, shape[1]))
    if kind == "bell":
        column, row = (np.exp(-(np.linspace(-2, 2, length) ** 2)) for length in shape)
        return np.outer(column, row)
    return rng.normal(size=shape)


def fits(geometry, size, shape):
    """Tell whether a kernel of a shape has a whole window in a picture of a size."""
    extent = [d * (k - 1) + 1 for d, k in zip(geometry.dilation, shape, strict=True)]
    return geometry.mode != "valid" or (extent[0] <= size[0] and extent[1] <= size[1])


UP_TO_48 = st.tuples(st.integers(1, 48), st.integers(1, 48))
SEEDS = st.integers(0, 2**32 - 1)
PLAIN = st.builds(Geometry, mode=st.sampled_from(MODES), border=st.sampled_from(BORDERS))
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


def steps(most):
    return st.one_of(
        st.just((1, 1)),
        st.integers(1, most).map(lambda step: (step, step)),
        st.tuples(st.integers(1, most), st.integers(1, most)),
    )


@settings(max_examples=150, **SLOW)
@given(
    weights=weights_tables(),
    size=UP_TO_48,
    channels=st.sampled_from([(), (3,)]),
    seed=SEEDS,
    geometry=PLAIN,
)
@example(np.arange(6.0).reshape(2, 3), (5, 4), (), 0, Geometry())
@example(np.ones((4, 6)), (2, 2), (3,), 0, Geometry("same", "wrap"))
@example(np.ones((15, 1)), (1, 9), (3,), 0, Geometry("full", "reflect"))
def test_convolution_equals_scipys(weights, size, channels, seed, geometry):
    assume(fits(geometry, size, weights.shape))
    assert_exact(random_planes(seed, (*size, *channels)), weights, geometry)


@settings(max_examples=150, **SLOW)
@given(
    weights=weights_tables(9),
    size=UP_TO_48,
    channels=st.sampled_from([(), (3,)]),
    seed=SEEDS,
    geometry=st.builds(
        Geometry,
        mode=st.sampled_from(MODES),
        border=st.sampled_from(BORDERS),
        stride=steps(MAX_STRIDE),
        dilation=steps(5),
        is_correlation=st.booleans(),
    ),
)
@example(np.arange(64.0).reshape(8, 8), (40, 41), (3,), 0, Geometry(stride=(2, 3)))
@example(np.arange(6.0).reshape(2, 3), (9, 8), (), 0, Geometry(stride=(2, 4), dilation=(4, 2)))
@example(np.arange(9.0).reshape(3, 3), (3, 3), (), 0, Geometry("full", "wrap", (1, 1), (16, 16)))
def test_strides_dilation_and_correlation_equal_scipys(weights, size, channels, seed, geometry):
    assume(fits(geometry, size, weights.shape))
    assert_exact(random_planes(seed, (*size, *channels)), weights, geometry)


@settings(max_examples=25, **SLOW)
@given(weights=weights_tables(MAX_EDGE), seed=SEEDS, geometry=PLAIN, stride=steps(MAX_STRIDE))
def test_kernels_of_every_size_equal_scipys(weights, seed, geometry, stride):
    assert_exact(random_planes(seed, (40, 35)), weights, replace(geometry, stride=stride))


@settings(max_examples=60, **SLOW)
@given(weights=weights_tables(), size=UP_TO_48, seed=SEEDS, border=st.sampled_from(BORDERS))
def test_same_is_aligned_as_ndimage_says(weights, size, seed, border):
    from scipy import ndimage

    plane = random_planes(seed, size)
    kernel = Kernel("any", weights)
    tolerance = 255e-6 * kernel.absolute_total
    mode = NDIMAGE_BORDERS[border]
    response = convolve(plane, kernel, Geometry(border=border, is_correlation=True))
    expected = ndimage.correlate(plane * 1.0, weights, mode=mode)
    np.testing.assert_allclose(response, expected, rtol=0, atol=tolerance)
    # Where a kernel's edge is even, convolve there has its centre one pixel further on.
    origin = [-1 if edge % 2 == 0 else 0 for edge in weights.shape]
    expected = ndimage.convolve(plane * 1.0, weights, mode=mode, origin=origin)
    response = convolve(plane, kernel, Geometry(border=border))
    np.testing.assert_allclose(response, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("size", [(2500, 1010), (700, 1200, 3)])
def test_a_picture_filtered_in_strips_has_no_seams(size, border, monkeypatch):
    from scipy.signal import fftconvolve

    strips = []

    def note_strips(fill, bounds):
        strips.append(list(bounds))
        parallel_for(fill, strips[-1])

    monkeypatch.setattr(correlation, "parallel_for", note_strips)
    planes = random_planes(16, size)
    rng = np.random.default_rng(17)
    bell = np.exp(-(np.linspace(-2, 2, 31) ** 2))
    for weights in (
        rng.normal(size=(8, 8)),
        rng.normal(size=(9, 15)),
        np.outer(bell, bell),
        np.outer(rng.normal(size=14), rng.normal(size=15)),
        np.full((30, 31), 1 / 930),
    ):
        kernel = Kernel("any", weights)
        rows, columns = weights.shape
        kind = {"zero": "constant", "replicate": "edge", "reflect": "symmetric", "wrap": "wrap"}
        pads = (rows // 2, (rows - 1) // 2), (columns // 2, (columns - 1) // 2)
        padded = np.pad(planes * 1.0, [*pads, (0, 0)][: planes.ndim], kind[border])
        shaped = weights.reshape(*weights.shape, *(1 for _ in size[2:]))
        expected = fftconvolve(padded, shaped, "valid", axes=(0, 1))
        response = convolve(planes, kernel, Geometry(border=border))
        tolerance = 255e-6 * kernel.absolute_total
        np.testing.assert_allclose(response, expected, rtol=0, atol=tolerance)
        assert len(strips.pop()) > 1


@pytest.mark.parametrize("brightness", [254.99, 140.03])
@pytest.mark.parametrize("edge", range(1, 16))
def test_long_sums_of_equal_weights_stay_exact(edge, brightness):
    # The same term added again and again rounds to the same side each time: errors add up.
    plane = np.full((40, 40), brightness, np.float32)
    for weights in (np.full((edge, edge), 0.37), np.full((edge, 8), 1 / (8 * edge))):
        assert_exact(plane, weights, Geometry())


@pytest.mark.parametrize("place", [0, 60, 119])
def test_one_heavy_weight_among_many_light_ones_stays_exact(place):
    weights = np.full(120, 0.0013)
    weights[place] = 1.0
    plane = np.full((40, 40), 254.99, np.float32)
    assert_exact(plane, weights.reshape(15, 8), Geometry(border="replicate"))
    assert_exact(plane, weights.reshape(8, 15), Geometry(border="replicate"))


def test_light_weights_are_not_lost_behind_a_heavy_one():
    # Each of them adds a little less than half of what float32 tells apart above 256.
    weights = np.full((11, 11), 0.497 * 2.0**-15 / 255)
    weights[10, 10] = 1.004
    assert_exact(np.full((30, 30), 255, np.float32), weights, Geometry("valid"))


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize(
    ("shape", "mode"),
    [
        ((1, 1), "full"),
        ((1, 1), "same"),
        ((9, 40, 3), "full"),
        ((9, 40, 3), "same"),
        ((5000, 1), "same"),
        ((1, 5000), "same"),
    ],
)
def test_kernels_larger_than_the_picture_are_applied(shape, mode, border):
    weights = np.random.default_rng(5).normal(size=(MAX_EDGE, MAX_EDGE))
    assert_exact(random_planes(6, shape), weights, Geometry(mode, border))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (5000, 1), (1, 5000), (30, 31)])
def test_valid_refuses_a_kernel_larger_than_the_picture(height, width):
    kernel = Kernel("large", np.ones((MAX_EDGE, MAX_EDGE)))
    with pytest.raises(KernelError) as caught:
        convolve(np.zeros((height, width), np.float32), kernel, Geometry("valid"))
    assert "31×31" in caught.value.sentence
    assert f"of {height:,} row" in caught.value.sentence
    assert f" and {width:,} column" in caught.value.sentence


@pytest.mark.parametrize("spread", [0.0, 0.01, 0.3])
@pytest.mark.parametrize("edge", [5, 8, 12, 21, 31])
def test_long_sums_of_products_stay_exact(edge, spread):
    # Columns times rows are summed one after the other, with roundings of their own.
    plane = np.full((70, 70), 254.99, np.float32)
    rng = np.random.default_rng(edge)
    column, row = (
        1 + spread * rng.normal(size=edge) + 0.37 * (np.arange(edge) == i) for i in (2, 3)
    )
    assert_exact(plane, np.outer(column, row), Geometry(border="replicate"))


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("channels", [(), (3,)])
@pytest.mark.parametrize("size", [(8, 8), (7, 9), (10, 6)])
def test_kernels_of_some_sixty_weights_are_as_exact_in_whatever_order(size, channels, border):
    # About here one pass of sums in float32 is exact enough, upside down only, or not at all.
    for seed in (*range(8), 63, 78, 125, 146):
        weights = np.random.default_rng(seed).normal(size=size)
        assert_exact(random_planes(seed, (23, 31, *channels)), weights, Geometry(border=border))


@pytest.mark.parametrize("size", [(8, 8), (12, 9)])
def test_what_is_nearly_a_product_keeps_its_least_difference(size):
    rng = np.random.default_rng(18)
    column, row = (rng.uniform(0.5, 1, edge) for edge in size)
    column[2] = row[3] = 1e-4
    weights = np.outer(column, row)
    weights[2, 3] *= 1.0005
    plane = np.zeros((70, 70), np.float32)
    plane[30, 30] = 255
    response = convolve(plane, Kernel("any", weights), Geometry("full"))
    found = response[30 : 30 + size[0], 30 : 30 + size[1]]
    np.testing.assert_allclose(found, 255 * weights, rtol=1e-6)


@settings(max_examples=100, **SLOW)
@given(weights=weights_tables(MAX_EDGE), seed=SEEDS, border=st.sampled_from(BORDERS))
def test_a_dark_corner_is_as_exact_as_its_own_products(weights, seed, border):
    # What a person adds up by hand, value by value, must be what is shown.
    rng = np.random.default_rng(seed)
    plane = (255 * 10.0 ** -rng.integers(0, 9, (40, 35))).astype(np.float32)
    plane[:20] *= np.float32(1e-4)
    geometry = Geometry(border=border)
    response = convolve(plane, Kernel("any", weights), geometry)
    error = np.abs(response - exact(plane * 1.0, weights, geometry))
    products = exact(plane * 1.0, np.abs(weights), geometry)
    # A Fourier transform and running sums round in float64, by the whole picture's brightness.
    slack = 255e-12 * np.abs(weights).sum()
    assert (error <= 1e-6 * products + slack).all()


def test_a_single_bright_pixel_becomes_the_kernel_itself():
    # What tells convolution from correlation, which would draw the kernel turned around.
    plane = np.zeros((5, 6), np.float32)
    plane[2, 3] = 1
    weights = np.arange(1.0, 10).reshape(3, 3)
    expected = np.zeros((5, 6))
    expected[1:4, 2:5] = weights
    np.testing.assert_array_equal(convolve(plane, Kernel("any", weights)), expected)


@pytest.mark.parametrize("border", BORDERS)
def test_same_is_the_centre_of_full(border):
    plane = random_planes(7, (20, 30))
    for shape in [(1, 1), (3, 3), (4, 6), (7, 2), (11, 10), (12, 12)]:
        kernel = Kernel("any", np.random.default_rng(8).normal(size=shape))
        full = convolve(plane, kernel, Geometry("full", border))
        top, left = (shape[0] - 1) // 2, (shape[1] - 1) // 2
        centre = full[top : top + 20, left : left + 30]
        tolerance = 255e-6 * kernel.absolute_total
        np.testing.assert_allclose(
            convolve(plane, kernel, Geometry(border=border)), centre, atol=tolerance
        )


def test_filtering_leaves_its_input_alone():
    plane = random_planes(9, (40, 50, 3))
    plane.flags.writeable = False
    before = plane.copy()
    for preset in PRESETS:
        for border in BORDERS:
            assert not np.shares_memory(apply_filter(plane, preset, Geometry(border=border)), plane)
    np.testing.assert_array_equal(plane, before)


def test_a_part_of_a_larger_picture_ends_at_its_own_edge():
    plane = random_planes(10, (40, 50, 3))
    part = plane[10:30, 5:25]
    kernel = find_preset("box-3x3").kernels[0]
    for border in BORDERS:
        expected = convolve(part.copy(), kernel, Geometry(border=border))
        np.testing.assert_array_equal(convolve(part, kernel, Geometry(border=border)), expected)


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_may_lie_in_memory_in_any_order(mode):
    plane = random_planes(10, (40, 50))
    for view in (plane.T, plane[::-1], plane[:, ::2]):
        assert_exact(view, np.random.default_rng(2).normal(size=(3, 4)), Geometry(mode, "reflect"))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_the_gradient_magnitude_is_the_length_of_both_responses(shape, mode):
    planes = random_planes(11, shape)
    gx = convolve(planes, find_preset("gx").kernels[0], Geometry(mode, "reflect"))
    gy = convolve(planes, find_preset("gy").kernels[0], Geometry(mode, "reflect"))
    gradient = apply_filter(planes, find_preset("gradient"), Geometry(mode, "reflect"))
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient, np.hypot(gx.astype(float), gy), rtol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (4, 4), (15, 8), (31, 31)])
def test_a_kernel_of_zeros_gives_zeros(shape):
    response = convolve(random_planes(13, (40, 40, 3)), Kernel("nothing", np.zeros(shape)))
    np.testing.assert_array_equal(response, np.zeros((40, 40, 3)))


def test_the_largest_weights_overflow_nothing():
    huge = Kernel("huge", np.full((31, 31), 1e6))
    white = np.full((40, 40), 255, np.float32)
    response = apply_filter(white, Filter("huge", (huge, huge), "huge"))
    np.testing.assert_allclose(response[20, 20], 2**0.5 * 255e6 * 31 * 31, rtol=1e-6)


def test_grey_is_the_luma_of_rec_601():
    picture = np.random.default_rng(14).integers(0, 256, (700, 300, 3), dtype=np.uint8)
    red, green, blue = np.moveaxis(picture.astype(np.float64), 2, 0)
    luma = (299 * red + 587 * green + 114 * blue) / 1000
    planes = to_planes(picture, "grey")
    assert planes.dtype == np.float32
    np.testing.assert_allclose(planes, luma, rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    ("rgb", "luma"), [((255, 0, 0), 76.245), ((0, 255, 0), 149.685), ((0, 0, 255), 29.07)]
)
def test_red_green_and_blue_have_each_their_own_grey(rgb, luma):
    picture = np.full((1, 1, 3), rgb, np.uint8)
    np.testing.assert_allclose(to_planes(picture, "grey"), [[luma]], atol=1e-4)


def test_colour_keeps_every_channel_in_its_place():
    picture = np.zeros((6, 7, 3), np.uint8)
    picture[..., 0], picture[..., 1], picture[..., 2] = 200, 100, 50
    planes = to_planes(picture, "color")
    assert planes.dtype == np.float32
    response = apply_filter(planes, find_preset("box-3x3"), Geometry(border="replicate"))
    np.testing.assert_allclose(response, np.broadcast_to([200.0, 100, 50], (6, 7, 3)), rtol=1e-6)


@pytest.mark.parametrize(("source", "level"), [("red", 200), ("green", 100), ("blue", 50)])
def test_one_channel_alone_is_a_plane(source, level):
    picture = np.zeros((6, 7, 3), np.uint8)
    picture[..., 0], picture[..., 1], picture[..., 2] = 200, 100, 50
    planes = to_planes(picture, source)
    assert planes.dtype == np.float32
    np.testing.assert_array_equal(planes, np.full((6, 7), level))


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 5000, 3), (5000, 1, 3)])
def test_thin_pictures_become_planes(shape):
    picture = np.random.default_rng(15).integers(0, 256, shape, dtype=np.uint8)
    np.testing.assert_array_equal(to_planes(picture, "color"), picture)
    expected = picture @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(to_planes(picture, "grey"), expected, atol=1e-4)
