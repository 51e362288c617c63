"""Parametric kernels: a formula, and a few parameters set with sliders."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from explorer.core.kernels.kernel import MAX_EDGE, Kernel, Weights
from explorer.errors import KernelError


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Attributes
    ----------
    key : str
        "sigma".
    name : str
        The label of the slider: "σ".
    low, high, default, step : float
        The range, the initial value and the step of the slider, in `unit`.
    unit : str
        "px", "°" or empty.
    explanation : str
        One sentence for a tooltip.
    """

    key: str
    name: str
    low: float
    high: float
    default: float
    step: float
    unit: str
    explanation: str


@dataclass(frozen=True)
class ParametricKernel:
    """A formula for kernels of any size.

    Attributes
    ----------
    key, name : str
        "gaussian", "Gaussian".
    parameters : tuple of Parameter
    explanation : str
        One sentence for a tooltip.
    formula : (values by key, rows, columns) -> (rows, columns) float64
    """

    key: str
    name: str
    parameters: tuple[Parameter, ...]
    explanation: str
    formula: Callable[[Mapping[str, float], int, int], Weights]

    def make(self, values: Mapping[str, float], rows: int, columns: int) -> Kernel:
        """Return the kernel for these values; missing ones have their default.

        Parameters
        ----------
        values : mapping of str to float
            By the parameters' keys, between their low and high.
        rows, columns : int
            1 to 31 each.

        Raises
        ------
        KernelError
            A value or the size is out of range, or a key is unknown.
        """
        if not (1 <= rows <= MAX_EDGE and 1 <= columns <= MAX_EDGE):
            raise KernelError(
                f"A kernel must be 1×1 to {MAX_EDGE}×{MAX_EDGE}, not {rows}×{columns}."
            )
        unknown = values.keys() - {parameter.key for parameter in self.parameters}
        if unknown:
            raise KernelError(f"“{self.name}” has no parameter called “{min(unknown)}”.")
        chosen = {one.key: values.get(one.key, one.default) for one in self.parameters}
        for one in self.parameters:
            if not one.low <= chosen[one.key] <= one.high:
                raise KernelError(
                    f"The {one.name} of “{self.name}” must be {one.low:g} to {one.high:g}"
                    f"{one.unit}, not {chosen[one.key]:g}."
                )
        return Kernel(self.name, self.formula(chosen, rows, columns))


def find_parametric(key: str) -> ParametricKernel:
    """Return the parametric kernel of that key.

    Raises
    ------
    KernelError
        There is none.
    """
    for family in PARAMETRIC_KERNELS:
        if family.key == key:
            return family
    raise KernelError(f"There is no parametric kernel called “{key}”.")


def _positions(length: int) -> Weights:
    """Return the cells' distances from the centre, in pixels."""
    return np.arange(length, dtype=np.float64) - (length - 1) / 2


def _plane(rows: int, columns: int) -> tuple[Weights, Weights]:
    """Return each cell's distance from the centre to the right, and upwards."""
    right, down = np.meshgrid(_positions(columns), _positions(rows))
    return right, -down


def _direction(degrees: float) -> tuple[float, float]:
    """Return cosine and sine, anticlockwise from the right, exact at multiples of 90°."""
    angle = math.radians(degrees)
    return round(math.cos(angle), 15), round(math.sin(angle), 15)


def _bell(sigma: float, length: int) -> Weights:
    weights = np.exp(-0.5 * (_positions(length) / sigma) ** 2)
    return np.asarray(weights / weights.sum(), np.float64)


def _gaussian_of(sigma: float, rows: int, columns: int) -> Weights:
    return np.outer(_bell(sigma, rows), _bell(sigma, columns))


def _balanced(weights: Weights) -> Weights:
    return np.asarray(weights - weights.mean())


def _gaussian(values: Mapping[str, float], rows: int, columns: int) -> Weights:
    """exp(-(x² + y²) / 2σ²), scaled to sum 1, as OpenCV's getGaussianKernel in both directions."""
    return _gaussian_of(values["sigma"], rows, columns)


def _laplacian_of_gaussian(values: Mapping[str, float], rows: int, columns: int) -> Weights:
    """σ² times the Laplacian of the normal density: ((x² + y²) / σ² - 2) exp(-r²/2σ²) / 2πσ².

    Marr and Hildreth, "Theory of edge detection" (1980); the factor σ², after Lindeberg, keeps the
    response alike from fine to coarse. The remainder of the truncated kernel is distributed over
    all cells, so that the sum is 0.
    """
    sigma = values["sigma"]
    right, up = _plane(rows, columns)
    squares = (right**2 + up**2) / sigma**2
    return _balanced((squares - 2) * np.exp(-squares / 2) / (2 * math.pi * sigma**2))


def _difference_of_gaussians(values: Mapping[str, float], rows: int, columns: int) -> Weights:
    """Subtract a wide Gaussian from a narrow one, both of sum 1 (Marr and Hildreth 1980)."""
    narrow = _gaussian_of(values["sigma"], rows, columns)
    return narrow - _gaussian_of(values["sigma"] * values["ratio"], rows, columns)


def _gabor(values: Mapping[str, float], rows: int, columns: int) -> Weights:
    """exp(-(x² + y²) / 2σ²) (cos(2πx' / λ + φ) - c), x' along the angle.

    Daugman, "Uncertainty relation for resolution in space …" (1985), with an isotropic Gaussian; c
    makes the sum 0, as in the Morlet wavelet, so that uniform areas give 0. The positive weights
    sum to 1.
    """
    right, up = _plane(rows, columns)
    cosine, sine = _direction(values["angle"])
    along = right * cosine + up * sine
    wave = np.cos(2 * math.pi * along / values["wavelength"] + math.radians(values["phase"]))
    envelope = _gaussian_of(values["sigma"], rows, columns)
    weights = envelope * (wave - (envelope * wave).sum())
    positive = weights[weights > 0].sum()
    # Where the wave does not move within the table, only rounding is left.
    return weights / positive if positive > 1e-12 else np.zeros((rows, columns))


def _motion_blur(values: Mapping[str, float], rows: int, columns: int) -> Weights:
    """max(0, 1 - distance to the line), scaled to sum 1, as MATLAB's fspecial("motion")."""
    right, up = _plane(rows, columns)
    cosine, sine = _direction(values["angle"])
    half = (values["length"] - 1) / 2
    along = np.clip(right * cosine + up * sine, -half, half)
    weights = np.maximum(0, 1 - np.hypot(right - along * cosine, up - along * sine))
    return np.asarray(weights / weights.sum())


def _binomial(order: int) -> Weights:
    weights = np.ones(1)
    for _ in range(order):
        weights = np.convolve(weights, [0.5, 0.5])
    return weights


def _at_angle(
    smooth: Callable[[int], Weights], differ: Callable[[int], Weights]
) -> Callable[[Mapping[str, float], int, int], Weights]:
    """Return the formula cos(angle) Gx + sin(angle) Gy.

    Both are products of a smoothing filter and a difference, hence steerable: Freeman and
    Adelson, "The design and use of steerable filters" (1991).
    """

    def formula(values: Mapping[str, float], rows: int, columns: int) -> Weights:
        cosine, sine = _direction(values["angle"])
        across = np.outer(smooth(rows), differ(columns))
        upwards = np.outer(-differ(rows), smooth(columns))
        return cosine * across + sine * upwards

    return formula


def _smooth_by(first: tuple[float, float, float]) -> Callable[[int], Weights]:
    """Return a smoothing filter that equals this one at length 3, widened by binomials beyond."""

    def smooth(length: int) -> Weights:
        if length < 3:
            return np.full(length, sum(first) / length)
        return np.convolve(first, _binomial(length - 3))

    return smooth


def _differ(length: int) -> Weights:
    """(-1, 0, 1), widened by binomials like OpenCV's getDerivKernels; the absolute sum is 2."""
    if length < 3:
        return np.array([[0.0], [-1.0, 1.0]][length - 1])
    weights = np.convolve([-1, 0, 1], _binomial(length - 3))
    return np.asarray(2 * weights / np.abs(weights).sum())


def _box(length: int) -> Weights:
    return np.full(length, 3 / length)


def _halves(length: int) -> Weights:
    """One half negative, 0 in the centre, the other half positive; the absolute sum is 2."""
    weights = np.sign(_positions(length))
    return np.asarray(2 * weights / max(1, np.abs(weights).sum()))


def _random(values: Mapping[str, float], rows: int, columns: int) -> Weights:
    """Independent normal samples with mean 0, determined by the seed."""
    generator = np.random.default_rng(round(values["seed"]))
    return values["spread"] * generator.standard_normal((rows, columns))


def _angle(explanation: str, default: float = 0) -> Parameter:
    return Parameter("angle", "angle", 0, 360, default, 1, "°", explanation)


_SIGMA = Parameter(
    "sigma",
    "σ",
    0.3,
    10,
    1.4,
    0.1,
    "px",
    "The standard deviation; beyond 3σ the weights are close to 0.",
)
_RISE = _angle("The direction in which the weights increase: 0° to the right, 90° upwards.")

PARAMETRIC_KERNELS: tuple[ParametricKernel, ...] = (
    ParametricKernel(
        "gaussian",
        "Gaussian",
        (_SIGMA,),
        "A smooth blur: nearby pixels weigh more than distant ones.",
        _gaussian,
    ),
    ParametricKernel(
        "laplacian-of-gaussian",
        "Laplacian of Gaussian",
        (_SIGMA,),
        "Responds to blobs and edges of one scale, whatever their orientation.",
        _laplacian_of_gaussian,
    ),
    ParametricKernel(
        "difference-of-gaussians",
        "Difference of Gaussians",
        (
            _SIGMA,
            Parameter(
                "ratio",
                "ratio",
                1.1,
                5,
                1.6,
                0.1,
                "",
                "How many times wider the second Gaussian is.",
            ),
        ),
        "A narrow Gaussian minus a wide one: a band-pass that keeps details of one scale.",
        _difference_of_gaussians,
    ),
    ParametricKernel(
        "gabor",
        "Gabor",
        (
            _angle("The direction across the stripes: 0° for vertical stripes."),
            Parameter(
                "wavelength",
                "wavelength",
                2,
                30,
                6,
                0.1,
                "px",
                "The distance from one stripe to the next.",
            ),
            Parameter(
                "sigma",
                "σ",
                0.3,
                10,
                2.5,
                0.1,
                "px",
                "The standard deviation of the Gaussian envelope.",
            ),
            Parameter(
                "phase",
                "phase",
                0,
                360,
                0,
                1,
                "°",
                "The phase of the wave: 0° responds to lines, 90° to edges.",
            ),
        ),
        "A sine wave in a Gaussian envelope: responds to stripes of one orientation and width.",
        _gabor,
    ),
    ParametricKernel(
        "motion-blur",
        "Motion blur",
        (
            Parameter("length", "length", 1, 31, 9, 0.5, "px", "How far the camera moved."),
            _angle("The direction of the movement: 0° to the right, 90° upwards."),
        ),
        "The mean along a line, as if the camera had moved during the exposure.",
        _motion_blur,
    ),
    ParametricKernel(
        "sobel",
        "Sobel",
        (_RISE,),
        "Central differences, smoothed by 1 2 1 along the edge.",
        _at_angle(_smooth_by((1, 2, 1)), _differ),
    ),
    ParametricKernel(
        "scharr",
        "Scharr",
        (_RISE,),
        "Like Sobel, smoothed by 3 10 3: closer to rotational symmetry.",
        _at_angle(_smooth_by((3, 10, 3)), _differ),
    ),
    ParametricKernel(
        "prewitt",
        "Prewitt",
        (_RISE,),
        "Central differences, smoothed by 1 1 1 along the edge.",
        _at_angle(_box, _halves),
    ),
    ParametricKernel(
        "random",
        "Random",
        (
            Parameter("seed", "seed", 0, 9999, 1, 1, "", "Each seed gives a different kernel."),
            Parameter(
                "spread", "spread", 0, 5, 0.5, 0.05, "", "The standard deviation of the weights."
            ),
        ),
        "Random weights, as in an untrained network.",
        _random,
    ),
)
