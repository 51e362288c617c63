"""Parametric kernels: a formula, and the few numbers that a person turns with sliders."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from explorer.core.kernels.kernel import MAX_EDGE, Kernel, Weights
from explorer.errors import KernelError


@dataclass(frozen=True)
class Parameter:
    """One number of a formula.

    Attributes
    ----------
    key : str
        "sigma".
    name : str
        What stands beside the slider: "σ".
    low, high, default, step : float
        Where the slider goes, in `unit`.
    unit : str
        "px", "°", or nothing.
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
        """Return the kernel of these values; one that is missing has its default.

        Parameters
        ----------
        values : mapping of str to float
            By the parameters' keys, between their low and high.
        rows, columns : int
            1 to 31 each.

        Raises
        ------
        KernelError
            A value or the size is out of range, or a key is none of this formula's.
        """
        if not (1 <= rows <= MAX_EDGE and 1 <= columns <= MAX_EDGE):
            raise KernelError(
                f"A kernel of {rows}×{columns} is not possible: from 1×1 to {MAX_EDGE}×{MAX_EDGE}."
            )
        unknown = values.keys() - {parameter.key for parameter in self.parameters}
        if unknown:
            raise KernelError(f"“{self.name}” has no parameter called “{min(unknown)}”.")
        chosen = {one.key: values.get(one.key, one.default) for one in self.parameters}
        for one in self.parameters:
            if not one.low <= chosen[one.key] <= one.high:
                raise KernelError(
                    f"“{self.name}” takes a {one.name} from {one.low:g} to {one.high:g}{one.unit}, "
                    f"not {chosen[one.key]:g}."
                )
        return Kernel(self.name, self.formula(chosen, rows, columns))


def find_parametric(key: str) -> ParametricKernel:
    """Return the formula of that key.

    Raises
    ------
    KernelError
        There is none.
    """
    for parametric in PARAMETRIC_KERNELS:
        if parametric.key == key:
            return parametric
    raise KernelError(f"There is no family of kernels called “{key}”.")


def _positions(length: int) -> Weights:
    """Return the cells' distances from the centre, in pixels."""
    return np.arange(length, dtype=np.float64) - (length - 1) / 2


def _plane(rows: int, columns: int) -> tuple[Weights, Weights]:
    """Return each cell's distance from the centre to the right, and upwards."""
    right, down = np.meshgrid(_positions(columns), _positions(rows))
    return right, -down


def _direction(degrees: float) -> tuple[float, float]:
    """Return cosine and sine, anticlockwise from the right, without dust at the quarters."""
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
    response alike from fine to coarse. What the finite table lacks is spread over all cells, so
    that the sum is 0.
    """
    sigma = values["sigma"]
    right, up = _plane(rows, columns)
    squares = (right**2 + up**2) / sigma**2
    return _balanced((squares - 2) * np.exp(-squares / 2) / (2 * math.pi * sigma**2))


def _difference_of_gaussians(values: Mapping[str, float], rows: int, columns: int) -> Weights:
    """Subtract a wide bell from a narrow one, both of sum 1 (Marr and Hildreth 1980)."""
    narrow = _gaussian_of(values["sigma"], rows, columns)
    return narrow - _gaussian_of(values["sigma"] * values["ratio"], rows, columns)


def _gabor(values: Mapping[str, float], rows: int, columns: int) -> Weights:
    """exp(-(x² + y²) / 2σ²) (cos(2πx' / λ + φ) - c), x' along the angle.

    Daugman, "Uncertainty relation for resolution in space …" (1985), with a round bell; c makes the
    sum 0, as in Morlet's wavelet, so that brightness does not count. The positive weights sum to 1.
    """
    right, up = _plane(rows, columns)
    cosine, sine = _direction(values["angle"])
    along = right * cosine + up * sine
    wave = np.cos(2 * math.pi * along / values["wavelength"] + math.radians(values["phase"]))
    bell = _gaussian_of(values["sigma"], rows, columns)
    weights = bell * (wave - (bell * wave).sum())
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

    Both are products of a smoothing and a difference, which makes them steerable: Freeman and
    Adelson, "The design and use of steerable filters" (1991).
    """

    def formula(values: Mapping[str, float], rows: int, columns: int) -> Weights:
        cosine, sine = _direction(values["angle"])
        across = np.outer(smooth(rows), differ(columns))
        upwards = np.outer(-differ(rows), smooth(columns))
        return cosine * across + sine * upwards

    return formula


def _smooth_by(first: tuple[float, float, float]) -> Callable[[int], Weights]:
    """Return a smoothing that has this table at length 3, widened by binomials beyond."""

    def smooth(length: int) -> Weights:
        if length < 3:
            return np.full(length, sum(first) / length)
        return np.convolve(first, _binomial(length - 3))

    return smooth


def _differ(length: int) -> Weights:
    """(-1, 0, 1), widened by binomials as OpenCV's getDerivKernels; its magnitudes sum to 2."""
    if length < 3:
        return np.array([[0.0], [-1.0, 1.0]][length - 1])
    weights = np.convolve([-1, 0, 1], _binomial(length - 3))
    return np.asarray(2 * weights / np.abs(weights).sum())


def _box(length: int) -> Weights:
    return np.full(length, 3 / length)


def _halves(length: int) -> Weights:
    """Minus one half, nothing in the middle, plus the other; the magnitudes sum to 2."""
    weights = np.sign(_positions(length))
    return np.asarray(2 * weights / max(1, np.abs(weights).sum()))


def _random(values: Mapping[str, float], rows: int, columns: int) -> Weights:
    """Independent normal numbers about 0; the seed decides which."""
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
    "The width of the bell: beyond 3σ next to nothing is left.",
)
_RISE = _angle("The direction in which the weights rise: 0° to the right, 90° upwards.")

PARAMETRIC_KERNELS: tuple[ParametricKernel, ...] = (
    ParametricKernel(
        "gaussian",
        "Gaussian",
        (_SIGMA,),
        "A soft blur: near pixels count more than far ones.",
        _gaussian,
    ),
    ParametricKernel(
        "laplacian-of-gaussian",
        "Laplacian of Gaussian",
        (_SIGMA,),
        "Answers to spots and edges of one size, whatever their direction.",
        _laplacian_of_gaussian,
    ),
    ParametricKernel(
        "difference-of-gaussians",
        "Difference of Gaussians",
        (
            _SIGMA,
            Parameter(
                "ratio", "ratio", 1.1, 5, 1.6, 0.1, "", "How many times wider the second bell is."
            ),
        ),
        "A narrow blur minus a wide one: what is left are details of one size.",
        _difference_of_gaussians,
    ),
    ParametricKernel(
        "gabor",
        "Gabor",
        (
            _angle("The direction across the stripes: 0° for upright ones."),
            Parameter(
                "wavelength", "wavelength", 2, 30, 6, 0.1, "px", "From one stripe to the next."
            ),
            Parameter(
                "sigma",
                "σ",
                0.3,
                10,
                2.5,
                0.1,
                "px",
                "How far the stripes reach: within about ±2σ.",
            ),
            Parameter(
                "phase",
                "phase",
                0,
                360,
                0,
                1,
                "°",
                "Where the wave begins: 0° answers to lines, 90° to edges.",
            ),
        ),
        "A wave under a bell: answers to stripes of one direction and width.",
        _gabor,
    ),
    ParametricKernel(
        "motion-blur",
        "Motion blur",
        (
            Parameter("length", "length", 1, 31, 9, 0.5, "px", "How far the camera moved."),
            _angle("The direction of the movement: 0° to the right, 90° upwards."),
        ),
        "The mean along a line, as if the camera had moved.",
        _motion_blur,
    ),
    ParametricKernel(
        "sobel",
        "Sobel",
        (_RISE,),
        "Differences across, weights 1 2 1 along the edge.",
        _at_angle(_smooth_by((1, 2, 1)), _differ),
    ),
    ParametricKernel(
        "scharr",
        "Scharr",
        (_RISE,),
        "As Sobel, with 3 10 3 along the edge: its directions are more exact.",
        _at_angle(_smooth_by((3, 10, 3)), _differ),
    ),
    ParametricKernel(
        "prewitt",
        "Prewitt",
        (_RISE,),
        "Differences across, equal weights along the edge.",
        _at_angle(_box, _halves),
    ),
    ParametricKernel(
        "random",
        "Random",
        (
            Parameter("seed", "seed", 0, 9999, 1, 1, "", "Each number gives another kernel."),
            Parameter("spread", "spread", 0, 5, 0.5, 0.05, "", "The typical size of a weight."),
        ),
        "Weights drawn by chance, as those of a network before its training.",
        _random,
    ),
)
