"""Which classes are taken for which, and what that says of each."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.evaluation.intervals import Floats, wilson_interval, wilson_intervals

Counts = npt.NDArray[np.int64]


def count_confusion(
    labels: npt.NDArray[np.integer[Any]], called: npt.NDArray[np.integer[Any]], classes: int
) -> Counts:
    """Count how many pictures of each class are classified as each class.

    Parameters
    ----------
    labels, called : (pictures,) int
        The index of each picture's class, and of that which it is taken for.
    classes : int
        How many there are.

    Returns
    -------
    (classes, classes) int64
        Rows are the labels, columns the answers.
    """
    pairs = labels.astype(np.int64) * classes + called
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


@dataclass(frozen=True, eq=False)
class ClassFigures:
    """The figures of each class; shares are 0 to 1, and NaN where nothing was counted.

    Attributes
    ----------
    counts, called, hits : (classes,) int64
        How many pictures are of the class, how many are taken for it, and how many are both.
    """

    counts: Counts
    called: Counts
    hits: Counts

    @classmethod
    def of(cls, confusion: Counts) -> "ClassFigures":
        """Return those of a confusion matrix, whose rows are the labels."""
        return cls(confusion.sum(axis=1), confusion.sum(axis=0), confusion.diagonal())

    @cached_property
    def precisions(self) -> Floats:
        """The share of what is taken for the class that is of it."""
        return _shares(self.hits, self.called)

    @cached_property
    def recalls(self) -> Floats:
        """The share of the class that is taken for it."""
        return _shares(self.hits, self.counts)

    @cached_property
    def f1s(self) -> Floats:
        """The harmonic mean of precision and recall: 2 hits / (counts + called)."""
        return _shares(2 * self.hits, self.counts + self.called)

    @cached_property
    def precision_intervals(self) -> Floats:
        """The 95 % Wilson score interval of each precision: (classes, 2)."""
        return wilson_intervals(self.hits, self.called)

    @cached_property
    def recall_intervals(self) -> Floats:
        """The 95 % Wilson score interval of each recall: (classes, 2)."""
        return wilson_intervals(self.hits, self.counts)

    @cached_property
    def f1_intervals(self) -> Floats:
        """A 95 % interval of each F1: (classes, 2).

        F1 is 2 j / (1 + j), where j is the share hits / (counts + called - hits) of the pictures
        that are of the class or taken for it (Hand, Christen & Kirielle, 2021); its Wilson score
        interval is carried over.
        """
        shares = wilson_intervals(self.hits, self.counts + self.called - self.hits)
        return 2 * shares / (1 + shares)

    @property
    def total(self) -> int:
        """The number of pictures."""
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float | None:
        """The share of pictures classified rightly, 0 to 1; None of none."""
        return int(self.hits.sum()) / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson score interval of the accuracy; None of none."""
        return wilson_interval(int(self.hits.sum()), self.total) if self.total else None


@dataclass(frozen=True)
class Confusion:
    """How many pictures of one class were taken for another, both by their numbers."""

    label: int
    answer: int
    count: int


def most_confused(confusion: npt.NDArray[np.integer[Any]], most: int) -> list[Confusion]:
    """Return which class was taken for which, at most so many, the most frequent first.

    Those that are equally frequent stand in the order of the classes.

    Parameters
    ----------
    confusion : (classes, classes) int
        Rows are the labels, columns the answers.
    """
    mistakes = confusion.copy()
    np.fill_diagonal(mistakes, 0)
    places = np.flatnonzero(mistakes)
    ranked = places[np.argsort(-mistakes.ravel()[places], kind="stable")][:most]
    pairs = zip(*np.divmod(ranked, len(confusion)), mistakes.ravel()[ranked], strict=True)
    return [Confusion(int(label), int(answer), int(count)) for label, answer, count in pairs]


def _shares(hits: Counts, counts: Counts) -> Floats:
    return np.where(counts > 0, hits / np.maximum(counts, 1), np.nan)
