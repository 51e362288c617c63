"""Properties of a kernel: frequency response, rank, computational cost, sum."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from explorer.core.kernels.kernel import Kernel

# Singular values below this fraction of the largest are rounding errors.
_ROUNDING = 1e-10


def frequency_response(kernel: Kernel, size: int = 65) -> npt.NDArray[np.float32]:
    """Return the magnitude of the frequency response.

    |Σ w[r, c] exp(-i (r u + c v))|, the magnitude of the discrete-time Fourier transform. It is the
    same for convolution and correlation, and independent of where the kernel is centred.

    Parameters
    ----------
    size : int
        The number of frequencies per axis, odd: from -π to π radians per pixel, inclusive, with 0
        in the centre.

    Returns
    -------
    (size, size) float32
        Down the rows the vertical frequency u, across the columns the horizontal one v; between 0
        and the kernel's `absolute_total`.
    """
    if size < 3 or size % 2 == 0:
        raise ValueError(
            f"The size must be odd and at least 3 to have 0 in its centre, not {size}."
        )
    # The fast transform knows the frequencies from 0 to below 2π, as many as it is long: long
    # enough for the kernel, and a multiple of what is asked for.
    steps = size - 1
    finer = -(-max(kernel.weights.shape) // steps)
    passed = np.abs(np.fft.fft2(kernel.weights, (finer * steps,) * 2))[::finer, ::finer]
    # From -π to π instead, the last like the first.
    order = np.arange(-steps // 2, steps // 2 + 1) % steps
    # The sum of the absolute weights is the upper bound: rounding must not exceed it.
    return np.minimum(passed[np.ix_(order, order)], kernel.absolute_total, dtype=np.float32)


@lru_cache(maxsize=16)
def rank(kernel: Kernel) -> int:
    """Return the rank of a kernel: how many column × row products it takes at least.

    Singular values below 1e-10 of the largest count as zero.
    """
    values = np.linalg.svd(kernel.weights, compute_uv=False)
    return int(np.count_nonzero(values > _ROUNDING * values[0]))


def separate(
    kernel: Kernel,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] | None:
    """Return the column and the row whose outer product is the kernel; None if not separable.

    Integer weights are separated into integers, with no common divisor in the column: Gx into (1,
    2, 1) and (-1, 0, 1). Others into the kernel's column through its largest weight and, scaled,
    the row through it.

    Returns
    -------
    ((rows,) float64, (columns,) float64) or None
    """
    if rank(kernel) > 1:
        return None
    weights = kernel.weights
    # The last of equal ones: it is often the positive one of a difference.
    last = weights.size - 1 - int(np.abs(weights).ravel()[::-1].argmax())
    row, column = divmod(last, kernel.columns)
    down, across = weights[:, column].copy(), weights[row].copy()
    if kernel.absolute_total > 0:
        if np.array_equal(weights, np.rint(weights)):
            down /= np.gcd.reduce(down.astype(np.int64))
        across /= down[row]
    return down, across


def multiplications(kernel: Kernel) -> tuple[int, int | None]:
    """Return the multiplications per output value: in one 2-D pass, and in two 1-D passes.

    The second is None if the kernel is not separable.
    """
    apart = kernel.rows + kernel.columns if rank(kernel) <= 1 else None
    return kernel.rows * kernel.columns, apart


def explain_sum(kernel: Kernel) -> str:
    """Return one sentence on the effect of the sum of the weights on uniform areas."""
    total = kernel.total
    if kernel.absolute_total == 0:
        return "All weights are 0, and so is the result."
    if abs(total) <= 1e-9 * kernel.absolute_total:
        return "Uniform areas become 0; only changes remain."
    if abs(total - 1) <= 1e-9 * max(kernel.absolute_total, 1):
        return "Uniform areas keep their brightness."
    if total > 1:
        return f"Uniform areas become {_write(total)} times as bright."
    if total > 0:
        return f"Uniform areas keep {_write(total * 100)} % of their brightness."
    return f"Uniform areas become negative: −{_write(-total)} times their value."


def _write(value: float) -> str:
    """Write a positive number with three significant digits; more where three would say 1 or 100.

    Those two would mean that nothing changes.
    """
    if value >= 1000:
        return f"{value:,.0f}"
    digits = 3
    while value not in (1, 100) and float(f"{value:.{digits}g}") in (1, 100):
        digits += 1
    return f"{value:.{digits}g}".replace("-", "−")
