"""Parametric kernels: a formula, and a few parameters set with sliders."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from explorer import paths
from explorer.core.files.json_text import read_json
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
    explanation : str
        One sentence for a tooltip.
    """

    key: str
    name: str
    parameters: tuple[Parameter, ...]
    explanation: str

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
        return Kernel(self.name, _FORMULAS[self.key](chosen, rows, columns))


def find_parametric(key: str) -> ParametricKernel:
    """Return the parametric kernel of that key; KernelError where there is none."""
    for parametric in PARAMETRIC_KERNELS:
        if parametric.key == key:
            return parametric
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


_FORMULAS: dict[str, Callable[[Mapping[str, float], int, int], Weights]] = {
    "gaussian": _gaussian,
    "laplacian-of-gaussian": _laplacian_of_gaussian,
    "difference-of-gaussians": _difference_of_gaussians,
    "gabor": _gabor,
    "motion-blur": _motion_blur,
    "sobel": _at_angle(_smooth_by((1, 2, 1)), _differ),
    "scharr": _at_angle(_smooth_by((3, 10, 3)), _differ),
    "prewitt": _at_angle(_box, _halves),
    "random": _random,
}
"""By the keys of `resources/kernels/parametric.json`."""

PARAMETRIC_KERNELS = read_json(
    (paths.resources() / "kernels" / "parametric.json").read_text(encoding="utf-8"),
    tuple[ParametricKernel, ...],
)
