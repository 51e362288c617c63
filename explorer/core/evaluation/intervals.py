"""How far a share of a few pictures may be from the share of all."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_Z = 1.959963984540054  # the 97.5 % point of the normal distribution


def wilson_intervals(
    hits: npt.NDArray[np.integer[Any]], counts: npt.NDArray[np.integer[Any]]
) -> Floats:
    """Return 95 % Wilson score intervals of shares (Wilson, 1927).

    Parameters
    ----------
    hits, counts : (n,) int
        How many of how many, `0 <= hits <= counts`.

    Returns
    -------
    (n, 2) float64
        The lower and upper ends, 0 to 1; of none the share may be any, 0 to 1.
    """
    number = np.maximum(counts, 1).astype(np.float64)
    share = hits / number
    middle = (share + _Z * _Z / (2 * number)) / (1 + _Z * _Z / number)
    half = (
        _Z
        / (1 + _Z * _Z / number)
        * np.sqrt(share * (1 - share) / number + _Z * _Z / (4 * number**2))
    )
    ends = np.stack([middle - half, middle + half], axis=-1)
    # What rounding makes of 0 and 1 must not lie outside.
    ends[..., 0] = np.where(hits == 0, 0.0, ends[..., 0])
    ends[..., 1] = np.where(hits == counts, 1.0, ends[..., 1])
    return ends


def wilson_interval(hits: int, count: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of one share, as `wilson_intervals`."""
    low, high = wilson_intervals(np.array([hits]), np.array([count]))[0]
    return float(low), float(high)
