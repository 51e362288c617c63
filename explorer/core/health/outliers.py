"""Pictures that are far from all others."""

import numpy as np
import numpy.typing as npt

from explorer.core.health.issues import Issue

NEIGHBOURS = 10


def find_outliers(
    distances: npt.NDArray[np.floating], places: npt.NDArray[np.int64], ranges: float
) -> list[Issue]:
    """Return the outliers, the farthest first.

    Parameters
    ----------
    distances : (n, k) float
        Of each picture to its nearest neighbours.
    places : (n,) int64
        Which picture of the dataset each row is.
    ranges : float
        By how many interquartile ranges the mean distance must be above the third quartile.
    """
    if distances.size == 0:
        return []
    means = distances.astype(np.float64).mean(axis=1)
    low, high = np.percentile(means, [25, 75])
    spread = high - low
    limit = high + ranges * spread
    found = np.flatnonzero(means > limit)
    found = found[np.argsort(-means[found], kind="stable")]
    median = float(np.median(means)) or 1.0
    return [
        Issue(
            (int(places[row]),),
            float((means[row] - high) / spread) if spread > 0 else float("inf"),
            f"{means[row] / median:.1f} times as far from its neighbours as usual",
        )
        for row in found
    ]
