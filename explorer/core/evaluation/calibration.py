"""Whether a model is right as often as it says."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.evaluation.intervals import Floats, wilson_intervals

BINS = 15
"""Of equal width, as in Guo et al. (2017), who named the error."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """How often a model is right, by how sure it is.

    Attributes
    ----------
    edges : (bins + 1,) float64
        Of the bins, 0 to 1; a bin holds its upper edge, the first one its lower edge as well.
    counts, hits : (bins,) int64
        How many pictures have such a confidence, and how many of them are classified rightly.
    confidences : (bins,) float64
        The mean confidence of a bin; NaN where it is empty.
    """

    edges: Floats
    counts: npt.NDArray[np.int64]
    hits: npt.NDArray[np.int64]
    confidences: Floats

    @property
    def accuracies(self) -> Floats:
        """The share classified rightly in each bin, 0 to 1; NaN where it is empty."""
        return np.where(self.counts > 0, self.hits / np.maximum(self.counts, 1), np.nan)

    @property
    def intervals(self) -> Floats:
        """The 95 % Wilson score interval of each accuracy: (bins, 2)."""
        return wilson_intervals(self.hits, self.counts)

    @property
    def error(self) -> float | None:
        """The expected calibration error: the mean over the pictures of |accuracy - confidence|.

        Of the bin that each is in, 0 to 1. None without pictures.
        """
        total = int(self.counts.sum())
        if not total:
            return None
        gaps = np.abs(self.accuracies - self.confidences)
        return float((np.nan_to_num(gaps) * self.counts).sum() / total)


def calibrate(
    confidences: npt.NDArray[np.floating[Any]],
    is_right: npt.NDArray[np.bool_],
    bins: int = BINS,
) -> Calibration:
    """Sort pictures into bins by the model's confidence, and count how many are classified rightly.

    Parameters
    ----------
    confidences : (pictures,) float, 0 to 1
        The probability of the most probable class.
    is_right : (pictures,) bool
        Whether that class is the label.
    bins : int
        Of equal width.
    """
    edges = np.linspace(0, 1, bins + 1)
    exact = confidences.astype(np.float64)
    places = np.searchsorted(edges[1:-1], exact)
    counts = np.bincount(places, minlength=bins)
    sums = np.bincount(places, weights=exact, minlength=bins)
    hits = np.bincount(places[is_right], minlength=bins)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return Calibration(edges, counts, hits, means)
