"""The weights of a layer: statistics, and filters that do nothing or the same as others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

_DENSE = ("dense", "fullyconnected", "gemm", "matmul", "matmulinteger", "qlinearmatmul")
"""Kinds of layers, in simple letters, whose units have a weight for each input."""

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

MAX_VALUES = 1 << 22
"""Of one array of weights that is sent and drawn: 1,024 filters of 3×3 over 455 channels."""
HISTOGRAM_BINS = 64
NEAR_ZERO = 0.01
"""A weight is near zero below this share of the largest magnitude in its array."""
WEAK = 0.01
"""A filter is weak whose L2 norm lies below this share of the layer's median."""
ALIKE = 0.98
"""Two filters are near-duplicates from this cosine on, up to sign."""
MOST_PAIRS = 200
_MOST_PRODUCTS = 20_000_000_000
_MOST_EXACT = 1 << 24

Condition = Literal["", "zero", "constant", "weak"]


@dataclass(frozen=True, eq=False)
class Statistics:
    """Statistics of an array of weights.

    Attributes
    ----------
    count : int
        How many are finite numbers, which alone are counted.
    mean, deviation, smallest, largest : float
    l1, l2 : float
        The sum of the magnitudes, and the root of the sum of the squares.
    near_zero : float
        The share of weights below `NEAR_ZERO` times the largest magnitude, 0 to 1.
    counts : tuple of int
        A histogram: how many weights lie in each of equal bins from `smallest` to `largest`.
    """

    count: int
    mean: float
    deviation: float
    smallest: float
    largest: float
    l1: float
    l2: float
    near_zero: float
    counts: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class WeightArray:
    """One array of weights of a layer.

    Attributes
    ----------
    name : str
        "kernel", "bias", "gamma" …
    shape : tuple of int
        As the framework keeps it.
    statistics : Statistics
    """

    name: str
    shape: tuple[int, ...]
    statistics: Statistics


@dataclass(frozen=True)
class AlikePair:
    """Two filters that are alike: the cosine of the angle between them, -1 to 1."""

    first: int
    second: int
    cosine: float


@dataclass(frozen=True, eq=False)
class FilterTable:
    """The filters of a layer, one by one.

    Attributes
    ----------
    kernels : (filters, inputs, height, width) float32
        Not flipped: as they are applied to the input. (0, 0, 0, 0) where there are more than
        `MAX_VALUES` weights.
    means, deviations, l1, l2, near_zero : (filters,) float64
        As in `Statistics`; near zero as a share of the layer's largest magnitude.
    biases : (filters,) float64
        Of shape (0,) where there are none.
    conditions : tuple of {"", "zero", "constant", "weak"}
        Filters that hardly do anything: all weights are 0; all are equal, where there are several;
        their norm is below `WEAK` times the median.
    alike : tuple of AlikePair
        Near-duplicates, the most alike first, at most `MOST_PAIRS`.
    alike_count : int
        How many there are; -1 where the layer has too many filters to compare each with each.
    """

    kernels: Array
    means: Floats
    deviations: Floats
    l1: Floats
    l2: Floats
    near_zero: Floats
    biases: Floats
    conditions: tuple[Condition, ...]
    alike: tuple[AlikePair, ...]
    alike_count: int

    @property
    def count(self) -> int:
        """How many filters there are."""
        return len(self.means)


@dataclass(frozen=True, eq=False)
class LayerWeights:
    """The weights of a layer.

    Attributes
    ----------
    layer : str
        Its name.
    arrays : tuple of WeightArray
    filters : FilterTable or None
        None for a layer without kernels.
    """

    layer: str
    arrays: tuple[WeightArray, ...]
    filters: FilterTable | None


def measure(weights: npt.NDArray[np.floating[Any]]) -> Statistics:
    """Return the statistics of an array of weights."""
    values = _exact(weights[np.isfinite(weights)])
    if not values.size:
        return Statistics(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, ())
    magnitudes = np.abs(values)
    smallest, largest = float(values.min()), float(values.max())
    counts, _ = np.histogram(values, HISTOGRAM_BINS, (smallest, largest))
    return Statistics(
        count=values.size,
        mean=float(values.mean(dtype=np.float64)),
        deviation=float(values.std(dtype=np.float64)),
        smallest=smallest,
        largest=largest,
        l1=float(magnitudes.sum(dtype=np.float64)),
        l2=float(np.sqrt(np.square(values).sum(dtype=np.float64))),
        near_zero=float((magnitudes < NEAR_ZERO * magnitudes.max()).mean())
        if magnitudes.max()
        else 1.0,
        counts=tuple(counts.tolist()),
    )


def describe_weights(
    layer: str, kind: str, arrays: Mapping[str, Array], channels: int | None = None
) -> LayerWeights:
    """Return the weights of a layer with all that is measured of them.

    Parameters
    ----------
    layer : str
        Its name.
    kind : str
        Its Keras class, or that of the same operation.
    arrays : mapping
        As `ModelAdapter.weights` returns them.
    channels : int, optional
        How many the layer returns, which tells what ONNX calls Conv and is depthwise.
    """
    described = tuple(
        WeightArray(name, array.shape, measure(array))
        for name, array in arrays.items()
        if array.size
    )
    kernels = kernels_of(kind, arrays, channels)
    filters = None if kernels is None else _table(kernels, arrays.get("bias"))
    return LayerWeights(layer, described, filters)


def kernels_of(kind: str, arrays: Mapping[str, Array], channels: int | None = None) -> Array | None:
    """Return a layer's kernels as (filters, inputs, height, width), or None where it has none.

    A dense layer's units have kernels of 1×1, and those of one dimension one row. Of a separable
    convolution these are the depthwise kernels, which its pointwise ones add up. The parameters
    are those of `describe_weights`; the kind may be ONNX's or LiteRT's.
    """
    depthwise = arrays.get("depthwise_kernel")
    kernel = arrays.get("kernel") if depthwise is None else depthwise
    simple = kind.replace("_", "").lower()
    is_convolution = "conv" in simple and "3d" not in simple and "lstm" not in simple
    if kernel is None or not kernel.size or kernel.ndim > 4:
        return None
    if not is_convolution and (simple not in _DENSE or kernel.ndim != 2):
        return None
    kernel = kernel.reshape((1,) * (4 - kernel.ndim) + kernel.shape)
    if simple.endswith("dtranspose"):  # Keras's: (height, width, filters, inputs)
        kernel = kernel.swapaxes(2, 3)
    is_depthwise = depthwise is not None or "depthwise" in simple
    if is_convolution and channels is not None and kernel.shape[3] != channels:
        is_depthwise = is_depthwise or kernel.shape[2] * kernel.shape[3] == channels
    if is_depthwise:  # (height, width, channels, multiplier)
        kernel = kernel.reshape(*kernel.shape[:2], 1, -1)
    return np.ascontiguousarray(kernel.transpose(3, 2, 0, 1))


def _exact(weights: npt.NDArray[np.floating[Any]]) -> npt.NDArray[Any]:
    """Return weights as float64; very many stay as they are, or they would fill the memory."""
    return weights if weights.size > _MOST_EXACT else weights.astype(np.float64)


def _table(kernels: Array, bias: Array | None) -> FilterTable:
    flat = _exact(np.nan_to_num(kernels.reshape(len(kernels), -1)))
    magnitudes = np.abs(flat)
    l2 = np.sqrt(np.square(flat).sum(axis=1, dtype=np.float64))
    alike, count = find_alike(flat)
    biases = np.zeros(0) if bias is None or bias.size != len(kernels) else bias.astype(np.float64)
    return FilterTable(
        kernels=kernels if kernels.size <= MAX_VALUES else np.zeros((0, 0, 0, 0), np.float32),
        means=flat.mean(axis=1, dtype=np.float64),
        deviations=flat.std(axis=1, dtype=np.float64),
        l1=magnitudes.sum(axis=1, dtype=np.float64),
        l2=l2,
        near_zero=(magnitudes <= NEAR_ZERO * magnitudes.max()).mean(axis=1),
        biases=biases.ravel(),
        conditions=_conditions(flat, l2),
        alike=alike,
        alike_count=count,
    )


def _conditions(flat: npt.NDArray[Any], l2: npt.NDArray[Any]) -> tuple[Condition, ...]:
    limit = WEAK * float(np.median(l2))
    is_zero = np.all(flat == 0, axis=1)
    is_constant = np.ptp(flat, axis=1) == 0 if flat.shape[1] > 1 else np.zeros(len(flat), bool)
    conditions: list[Condition] = []
    for zero, constant, norm in zip(is_zero, is_constant, l2, strict=True):
        conditions.append(
            "zero" if zero else "constant" if constant else "weak" if norm < limit else ""
        )
    return tuple(conditions)


def find_alike(flat: npt.NDArray[Any]) -> tuple[tuple[AlikePair, ...], int]:
    """Return near-duplicates among filters, (filters, weights) float64, and how many there are.

    Filters of a single weight are all alike and are not compared; nor are those that are zero.
    """
    count, size = flat.shape
    if size < 2:
        return (), 0
    if count * count * size > _MOST_PRODUCTS:
        return (), -1
    norms = np.sqrt(np.square(flat).sum(axis=1, keepdims=True))
    units = np.divide(flat, norms, out=np.zeros_like(flat), where=norms > 0)
    cosines = np.clip(units @ units.T, -1, 1)
    first, second = np.nonzero(np.triu(np.abs(cosines) >= ALIKE, 1))
    found = cosines[first, second]
    order = np.argsort(-np.abs(found), kind="stable")[:MOST_PAIRS]
    pairs = tuple(
        AlikePair(int(first[at]), int(second[at]), float(found[at])) for at in order.tolist()
    )
    return pairs, len(found)


def find_silent(maps: npt.NDArray[np.floating[Any]]) -> tuple[int, ...]:
    """Return which channels are 0 everywhere, of maps (…, channels) of one or more pictures."""
    silent = ~np.any(maps, axis=tuple(range(maps.ndim - 1)))
    return tuple(np.flatnonzero(silent).tolist())


def color_kernels(kernels: Array) -> npt.NDArray[np.uint8]:
    """Return kernels over red, green and blue as pictures; mid-grey is 0.

    Each is scaled by its own largest magnitude.

    Parameters
    ----------
    kernels : (filters, 3, height, width) float32

    Returns
    -------
    (filters, height, width, 3) uint8
    """
    pictures = np.moveaxis(kernels, 1, 3).astype(np.float64)
    largest = np.abs(pictures).max(axis=(1, 2, 3), keepdims=True)
    scaled = np.divide(pictures, largest, out=np.zeros_like(pictures), where=largest > 0)
    levels: npt.NDArray[np.uint8] = np.rint(127.5 + 127.5 * scaled).astype(np.uint8)
    return levels
