"""Filters of two kernels, whose gradient magnitude is taken."""

import numpy as np

from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.presets import PRESETS, find_preset


def pair(first: Kernel, second: Kernel) -> Filter:
    """Return the magnitude of two kernels of one size."""
    return Filter(f"Magnitude of {first.name} and {second.name}", (first, second), "")


def with_second_kernel(first: Kernel) -> Filter:
    """Pair a kernel with the same in the other direction, as Gx with Gy.

    The other is rotated by 90°; one that is not square is flipped.
    """
    is_square = first.rows == first.columns
    weights = np.rot90(first.weights) if is_square else first.weights[::-1]
    known = next(
        (one.kernels[0].name for one in PRESETS if np.array_equal(one.kernels[0].weights, weights)),
        f"{first.name} {'at 90°' if is_square else 'flipped'}",
    )
    joined = pair(first, Kernel(known, weights))
    gradient = find_preset("gradient")
    return gradient if joined.kernels == gradient.kernels else joined
