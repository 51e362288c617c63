"""The families of kernels against OpenCV, SciPy and what their sums and symmetries must be."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from scipy.signal import windows

from explorer.core.kernels.parametric import PARAMETRIC_KERNELS, find_parametric
from tests.support.refusals import refusal

BY_KEY = {family.key: family for family in PARAMETRIC_KERNELS}
edges = st.integers(1, 15)
odd_edges = st.integers(1, 7).map(lambda half: 2 * half + 1)
sigmas = st.floats(0.5, 5)
angles = st.floats(0, 360)
few = settings(deadline=None, max_examples=40)


def make(key, rows, columns, **values):
    return BY_KEY[key].make(values, rows, columns).weights


@given(st.sampled_from(PARAMETRIC_KERNELS), edges, edges, st.data())
@settings(deadline=None, max_examples=150)
def test_sums_are_what_a_person_expects(family, rows, columns, data):
    values = {
        one.key: data.draw(st.floats(one.low, one.high), label=one.key) for one in family.parameters
    }
    kernel = family.make(values, rows, columns)
    assert kernel.weights.shape == (rows, columns)
    if family.key in ("gaussian", "motion-blur"):
        assert kernel.total == pytest.approx(1)
        assert kernel.weights.min() >= 0
    elif family.key != "random":
        assert kernel.total == pytest.approx(0, abs=1e-9 * max(1, kernel.absolute_total))


@pytest.mark.parametrize("family", PARAMETRIC_KERNELS, ids=lambda family: family.key)
def test_a_family_can_be_shown_and_has_defaults(family):
    assert find_parametric(family.key) is family
    assert family.explanation.endswith(".")
    for one in family.parameters:
        assert one.low <= one.default <= one.high
        assert 0 < one.step <= one.high - one.low
        assert one.explanation.endswith(".")
    defaults = {one.key: one.default for one in family.parameters}
    assert family.make({}, 7, 7) == family.make(defaults, 7, 7)
    assert family.make({}, 7, 7).absolute_total > 0.1


@given(sigmas, odd_edges, odd_edges)
@few
def test_gaussian_is_opencvs_in_both_directions(sigma, rows, columns):
    expected = cv2.getGaussianKernel(rows, sigma) @ cv2.getGaussianKernel(columns, sigma).T
    np.testing.assert_allclose(make("gaussian", rows, columns, sigma=sigma), expected, atol=1e-12)


@given(sigmas, edges, edges)
@few
def test_gaussian_of_even_size_is_scipys_window(sigma, rows, columns):
    # OpenCV gives the two middle weights of an even length the value of the centre itself.
    expected = np.outer(windows.gaussian(rows, sigma), windows.gaussian(columns, sigma))
    weights = make("gaussian", rows, columns, sigma=sigma)
    np.testing.assert_allclose(weights, expected / expected.sum(), atol=1e-12)


@given(sigmas, st.floats(1.1, 5), odd_edges, odd_edges)
@few
def test_difference_of_gaussians_is_a_difference_of_opencvs(sigma, ratio, rows, columns):
    narrow, wide = (
        cv2.getGaussianKernel(rows, width) @ cv2.getGaussianKernel(columns, width).T
        for width in (sigma, sigma * ratio)
    )
    weights = make("difference-of-gaussians", rows, columns, sigma=sigma, ratio=ratio)
    np.testing.assert_allclose(weights, narrow - wide, atol=1e-12)


@pytest.mark.parametrize("sigma", [1.0, 1.4, 2.0])
def test_laplacian_of_gaussian_is_scipys_answer_to_a_point(sigma):
    point = np.zeros((31, 31))
    point[15, 15] = 1
    expected = sigma**2 * ndimage.gaussian_laplace(point, sigma, mode="constant", truncate=9)
    weights = make("laplacian-of-gaussian", 31, 31, sigma=sigma)
    np.testing.assert_allclose(weights, expected, atol=1e-4 * np.abs(expected).max())


def test_a_cut_laplacian_of_gaussian_is_the_formula_but_for_one_constant():
    weights = make("laplacian-of-gaussian", 5, 4, sigma=1.7)
    formula = np.empty((5, 4))
    for row in range(5):
        for column in range(4):
            square = ((row - 2) ** 2 + (column - 1.5) ** 2) / 1.7**2
            formula[row, column] = (square - 2) * math.exp(-square / 2) / (2 * math.pi * 1.7**2)
    assert np.ptp(weights - formula) < 1e-15


@given(angles, st.floats(2, 30), sigmas, st.floats(0, 360), odd_edges, odd_edges)
@few
def test_gabor_is_opencvs_without_its_mean(angle, wavelength, sigma, phase, rows, columns):
    # OpenCV counts to the left and stores upside down: its angle and phase run the other way.
    size, turn = (columns, rows), -math.radians(angle)
    theirs = cv2.getGaborKernel(size, sigma, turn, wavelength, 1.0, -math.radians(phase))
    bell = cv2.getGaborKernel(size, sigma, 0, 1e12, 1.0, 0)
    expected = theirs - bell * (theirs.sum() / bell.sum())
    positive = expected[expected > 0].sum()
    weights = make(
        "gabor", rows, columns, angle=angle, wavelength=wavelength, sigma=sigma, phase=phase
    )
    if positive > 1e-6:
        np.testing.assert_allclose(weights, expected / positive, atol=1e-7 / positive)


def test_gabor_of_0_degrees_has_upright_stripes_and_its_phase_makes_edges_of_lines():
    lines = make("gabor", 15, 15, angle=0, phase=0)
    edges_ = make("gabor", 15, 15, angle=0, phase=90)
    assert np.ptp(np.sign(lines[:, 7])) == 0
    np.testing.assert_allclose(lines, np.fliplr(lines), atol=1e-12)
    np.testing.assert_allclose(edges_, -np.fliplr(edges_), atol=1e-12)


@pytest.mark.parametrize("length", [1, 3, 5, 9])
def test_motion_blur_is_the_mean_along_a_line(length):
    line = np.zeros((9, 9))
    line[4, 4 - length // 2 : 5 + length // 2] = 1 / length
    for angle, expected in ((0, line), (180, line), (90, line.T), (270, line.T)):
        weights = make("motion-blur", 9, 9, length=length, angle=angle)
        np.testing.assert_allclose(weights, expected, atol=1e-12)


def test_motion_blur_of_45_degrees_rises():
    # Along the diagonal 1, beside it 1 - 1/√2: distance to the line, as MATLAB's fspecial.
    weights = make("motion-blur", 5, 5, length=31, angle=45)
    beside = 1 - math.sqrt(0.5)
    expected = np.fliplr(np.eye(5) + beside * (np.eye(5, k=1) + np.eye(5, k=-1)))
    np.testing.assert_allclose(weights, expected / expected.sum(), atol=1e-12)


def test_motion_blur_grows_steadily_with_its_length():
    ends = [make("motion-blur", 1, 9, length=length)[0, 6] for length in (3, 3.5, 4, 4.5, 5)]
    assert ends == sorted(ends)
    assert len(set(ends)) == 5


@pytest.mark.parametrize("length", range(3, 32))
def test_sobel_of_any_size_is_opencvs_table(length):
    # OpenCV makes odd lengths alone; each longer one is the one before, smoothed by (1, 1).
    differ, smooth = (
        one.ravel() for one in cv2.getDerivKernels(1, 0, length - 1 + length % 2, ktype=cv2.CV_64F)
    )
    if length % 2 == 0:
        differ, smooth = np.convolve(differ, [1, 1]), np.convolve(smooth, [1, 1])
    expected = np.outer(smooth / smooth.sum() * 4, differ / np.abs(differ).sum() * 2)
    np.testing.assert_allclose(make("sobel", length, length, angle=0), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("key", "smooth"), [("sobel", [1, 2, 1]), ("scharr", [3, 10, 3]), ("prewitt", [1, 1, 1])]
)
def test_the_tables_of_3x3_are_exact(key, smooth):
    across = np.outer(smooth, [-1, 0, 1])
    upwards = np.outer([1, 0, -1], smooth)
    for angle, expected in ((0, across), (90, upwards), (180, -across), (270, -upwards)):
        np.testing.assert_array_equal(make(key, 3, 3, angle=angle), expected)
    if key != "prewitt":
        pair = cv2.getDerivKernels(1, 0, cv2.FILTER_SCHARR if key == "scharr" else 3)
        np.testing.assert_array_equal(np.outer(pair[1], pair[0]), across)


@given(st.sampled_from(["sobel", "scharr", "prewitt"]), angles, edges)
@few
def test_edge_kernels_turn_with_the_angle(key, angle, length):
    weights = make(key, length, length, angle=angle)
    quarter_on = make(key, length, length, angle=(angle + 90) % 360)
    scale = np.abs(weights).max() + 1
    np.testing.assert_allclose(np.rot90(weights), quarter_on, atol=1e-9 * scale)


@given(st.sampled_from(["sobel", "scharr", "prewitt"]), angles, st.integers(2, 15))
@few
def test_on_a_ramp_an_edge_kernel_answers_with_the_cosine(key, angle, length):
    right, down = np.meshgrid(np.arange(length), np.arange(length))
    turn = math.radians(angle)
    along = right * math.cos(turn) - down * math.sin(turn)
    across = right * math.sin(turn) + down * math.cos(turn)
    weights = make(key, length, length, angle=angle)
    steepest = (weights * along).sum()
    assert steepest > 0
    assert (weights * across).sum() == pytest.approx(0, abs=1e-9 * steepest)


def test_prewitt_compares_two_halves():
    np.testing.assert_allclose(
        make("prewitt", 2, 5, angle=0), 1.5 * np.outer([1, 1], [-0.5, -0.5, 0, 0.5, 0.5])
    )
    np.testing.assert_allclose(
        make("prewitt", 1, 4, angle=0), 3 * np.outer([1], [-0.5, -0.5, 0.5, 0.5])
    )


def test_chance_is_decided_by_the_seed():
    first, again = (make("random", 31, 31, seed=7, spread=2) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, make("random", 31, 31, seed=8, spread=2))
    assert first.std() == pytest.approx(2, rel=0.1)
    assert first.mean() == pytest.approx(0, abs=0.3)
    np.testing.assert_allclose(make("random", 31, 31, seed=7, spread=1), first / 2)


def test_what_is_out_of_range_is_refused():
    gaussian = BY_KEY["gaussian"]
    assert "1×1 to 31×31, not 0×3" in refusal(gaussian.make, {}, 0, 3)
    assert "1×1 to 31×31, not 3×32" in refusal(gaussian.make, {}, 3, 32)
    for sigma in (0, -1, 11, float("nan"), float("inf")):
        assert "The σ of “Gaussian” must be 0.3 to 10px" in refusal(
            gaussian.make, {"sigma": sigma}, 3, 3
        )
    assert "no parameter called “size”" in refusal(gaussian.make, {"size": 3}, 3, 3)
    assert "“cubist”" in refusal(find_parametric, "cubist")
