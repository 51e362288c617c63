"""Transforms of a whole kernel: rotate, flip, normalise, resize."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from explorer.core.kernels.kernel import MAX_EDGE, Filter, Kernel
from explorer.errors import KernelError

# Sums below this fraction of the absolute sum count as 0.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Transform:
    """One transform.

    Attributes
    ----------
    name : str
        For a menu: "Flip horizontally".
    explanation : str
        One sentence for a tooltip.
    apply : Kernel -> Kernel
        Raises KernelError with a sentence where the kernel cannot be changed so.
    """

    name: str
    explanation: str
    apply: Callable[[Kernel], Kernel]


def resize(kernel: Kernel, rows: int, columns: int) -> Kernel:
    """Embed a kernel in zeros, or crop it, about its centre.

    The centre of an even length is the cell before the middle, as in `scipy.signal.convolve2d` with
    "same", so that embedding does not shift the response.

    Parameters
    ----------
    rows, columns : int
        The new size, 1 to 31 each.

    Raises
    ------
    KernelError
        The size is out of range.
    """
    if not (1 <= rows <= MAX_EDGE and 1 <= columns <= MAX_EDGE):
        raise KernelError(f"A kernel must be 1×1 to {MAX_EDGE}×{MAX_EDGE}, not {rows}×{columns}.")
    weights = np.zeros((rows, columns))
    old_rows, new_rows = _overlap(kernel.rows, rows)
    old_columns, new_columns = _overlap(kernel.columns, columns)
    weights[new_rows, new_columns] = kernel.weights[old_rows, old_columns]
    return replace(kernel, weights=weights)


def replace_kernel(filter: Filter, index: int, kernel: Kernel, name: str) -> Filter:
    """Return a filter of that name with another kernel in the place of one.

    The second kernel of a gradient magnitude is resized along with the first, and vice versa.
    """
    kernels = tuple(
        kernel if place == index else resize(other, kernel.rows, kernel.columns)
        for place, other in enumerate(filter.kernels)
    )
    return Filter(name, kernels, key="")


def _overlap(old: int, new: int) -> tuple[slice, slice]:
    """Return the overlapping slices of the old and the new length."""
    shift = (new - 1) // 2 - (old - 1) // 2
    start, stop = max(0, -shift), min(old, new - shift)
    return slice(start, stop), slice(start + shift, stop + shift)


def _turned(turn: Callable[[npt.NDArray[np.float64]], npt.ArrayLike]) -> Callable[[Kernel], Kernel]:
    return lambda kernel: replace(kernel, weights=np.asarray(turn(kernel.weights)))


def _normalise_sum(kernel: Kernel) -> Kernel:
    if abs(kernel.total) <= _ROUNDING * kernel.absolute_total:
        raise KernelError(f"“{kernel.name}” cannot be normalised to sum 1: its weights sum to 0.")
    return replace(kernel, weights=kernel.weights / kernel.total)


def _balance(kernel: Kernel) -> Kernel:
    weights = kernel.weights - kernel.weights.mean()
    weights[np.abs(weights) <= _ROUNDING * np.abs(kernel.weights).max()] = 0
    return replace(kernel, weights=weights)


def _normalise_magnitudes(kernel: Kernel) -> Kernel:
    if kernel.absolute_total == 0:
        raise KernelError(f"“{kernel.name}” cannot be normalised: all its weights are 0.")
    # First scaled to a largest weight of 1: sums of subnormal numbers lose digits.
    weights = kernel.weights / np.abs(kernel.weights).max()
    return replace(kernel, weights=weights / np.abs(weights).sum())


TRANSFORMS: tuple[Transform, ...] = (
    Transform("Flip horizontally", "Swaps left and right.", _turned(np.fliplr)),
    Transform("Flip vertically", "Swaps top and bottom.", _turned(np.flipud)),
    Transform(
        "Rotate 90° clockwise",
        "Rotates the kernel clockwise; rows become columns.",
        _turned(lambda weights: np.rot90(weights, -1)),
    ),
    Transform(
        "Rotate 90° anticlockwise",
        "Rotates the kernel anticlockwise; columns become rows.",
        _turned(np.rot90),
    ),
    Transform(
        "Transpose",
        "Mirrors the kernel about its main diagonal: rows and columns are swapped.",
        _turned(np.transpose),
    ),
    Transform(
        "Negate",
        "Changes the sign of every weight: bright and dark are swapped in the response.",
        _turned(np.negative),
    ),
    Transform(
        "Normalise to sum 1",
        "Divides by the sum of the weights, so that the mean brightness is preserved.",
        _normalise_sum,
    ),
    Transform(
        "Normalise to sum 0",
        "Subtracts the mean of the weights, so that uniform areas give no response.",
        _balance,
    ),
    Transform(
        "Normalise to L1 norm 1",
        "Divides by the sum of the absolute weights: no response exceeds the picture's range.",
        _normalise_magnitudes,
    ),
)
