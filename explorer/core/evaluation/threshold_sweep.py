"""What changes with the threshold of one class: sorted once, recounted in a few milliseconds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.evaluation.confusion import ClassFigures, Counts, count_confusion
from explorer.core.evaluation.curves import draw_curves


@dataclass(frozen=True, eq=False)
class AtThreshold:
    """What is counted at one threshold.

    Attributes
    ----------
    called : (pictures,) int64
        The class that each picture is taken for.
    confusion : (classes, classes) int64
        Rows are the labels, columns the answers.
    figures : ClassFigures
        Of each class, and of all.
    """

    called: Counts
    confusion: Counts
    figures: ClassFigures


class ThresholdSweep:
    """Counts, at any threshold of one class, what the pictures are taken for.

    A picture is taken for the class where its probability is at least the threshold, otherwise for
    the most probable of the other classes: with two classes, the other one. Without a threshold,
    it is taken for the most probable class; of equally probable ones, the first.

    Parameters
    ----------
    probabilities : (pictures, classes) float
        Without NaN; two classes at least.
    labels : (pictures,) int
        The index of each picture's class.
    positive : int
        The class that has a threshold.

    Attributes
    ----------
    curves : Curves
        Of that class against all others.
    """

    def __init__(
        self,
        probabilities: npt.NDArray[np.floating[Any]],
        labels: npt.NDArray[np.integer[Any]],
        positive: int,
    ) -> None:
        self.positive = positive
        self._labels = labels
        self._classes = probabilities.shape[1]
        # In float64: a threshold that is rounded to float32 would pass over its own score.
        self._scores = probabilities[:, positive].astype(np.float64)
        self._likeliest = probabilities.argmax(axis=1)
        others = probabilities.copy()
        others[:, positive] = -np.inf
        self._others = others.argmax(axis=1)
        self.curves = draw_curves(self._scores, labels == positive)

    def at(self, threshold: float | None) -> AtThreshold:
        """Return what is counted at a threshold, or without one."""
        if threshold is None:
            called = self._likeliest
        else:
            called = np.where(self._scores >= threshold, self.positive, self._others)
        confusion = count_confusion(self._labels, called, self._classes)
        return AtThreshold(called, confusion, ClassFigures.of(confusion))
