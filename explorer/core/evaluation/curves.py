"""How one class is told from all others, at every threshold."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.evaluation.intervals import Floats


@dataclass(frozen=True, eq=False)
class Curves:
    """The ROC curve and the precision-recall curve of one class, from one sorting.

    Attributes
    ----------
    thresholds : (k,) float64
        The different probabilities of the class, descending; a picture is taken for the class
        where its own is at least the threshold.
    hits, misses : (k,) int64
        At each threshold, how many pictures of the class are taken for it, and how many others.
    positives, negatives : int
        How many pictures are of the class, and how many are not.
    """

    thresholds: Floats
    hits: npt.NDArray[np.int64]
    misses: npt.NDArray[np.int64]
    positives: int
    negatives: int

    @cached_property
    def true_positive_rates(self) -> Floats:
        """The share of the class that is found: (k + 1,), from 0 to 1; NaN without any."""
        return _share(np.concatenate([[0], self.hits]), self.positives)

    @cached_property
    def false_positive_rates(self) -> Floats:
        """The share of the others that is taken for it: (k + 1,), from 0 to 1; NaN without any."""
        return _share(np.concatenate([[0], self.misses]), self.negatives)

    @cached_property
    def precisions(self) -> Floats:
        """The share of what is taken for the class that is of it: (k,)."""
        found: Floats = self.hits / (self.hits + self.misses)
        return found

    @cached_property
    def recalls(self) -> Floats:
        """The share of the class that is found: (k,), ascending to 1; NaN without any."""
        return _share(self.hits, self.positives)

    @cached_property
    def area(self) -> float | None:
        """The area below the ROC curve, by trapezoids, 0 to 1.

        None where there are no pictures of the class, or no others.
        """
        if not self.positives or not self.negatives:
            return None
        return float(np.trapezoid(self.true_positive_rates, self.false_positive_rates))

    @cached_property
    def average_precision(self) -> float | None:
        """The sum of the precisions, each times the recall that it adds; None without the class."""
        if not self.positives:
            return None
        return float((np.diff(self.recalls, prepend=0) * self.precisions).sum())


def draw_curves(
    scores: npt.NDArray[np.floating[Any]], is_positive: npt.NDArray[np.bool_]
) -> Curves:
    """Count at every threshold what is taken for a class.

    Parameters
    ----------
    scores : (pictures,) float
        The probability of the class.
    is_positive : (pictures,) bool
        Whether the picture is of the class.
    """
    order = np.argsort(-scores)
    exact = scores[order].astype(np.float64)
    last = np.flatnonzero(np.diff(exact, append=-np.inf))  # of those with the same score
    hits = np.cumsum(is_positive[order], dtype=np.int64)[last]
    positives = int(np.count_nonzero(is_positive))
    return Curves(exact[last], hits, last + 1 - hits, positives, len(scores) - positives)


def _share(numbers: npt.NDArray[np.int64], count: int) -> Floats:
    return numbers / count if count else np.full(len(numbers), np.nan)
