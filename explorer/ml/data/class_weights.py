"""Weigh classes that have unequally many pictures."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

BALANCED_RATIO = 1.5

MOST_LISTED = 8
"""Of more classes than these, sentences tell only the extremes."""


def class_weights(labels: npt.NDArray[np.int64]) -> dict[int, float] | None:
    """Return how much a picture of each class should count, so that all classes count alike.

    The weight of a class is n / (classes * its pictures), as King and Zeng have it ("Logistic
    Regression in Rare Events Data", Political Analysis 9:2, 2001) and scikit-learn's
    `class_weight="balanced"` after them; over all pictures the mean weight is 1.

    Parameters
    ----------
    labels : (n,) int64
        The index of each picture's class.

    Returns
    -------
    dict of int to float, or None
        By class, of those that have pictures. None where the largest has at most 1.5 times the
        pictures of the smallest: nothing needs to be weighed then.
    """
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) == 0 or counts.max() <= BALANCED_RATIO * counts.min():
        return None
    weights = len(labels) / (len(classes) * counts)
    return dict(zip(classes.tolist(), weights.tolist(), strict=True))


def describe_weights(weights: Mapping[int, float] | None, classes: Sequence[str]) -> list[str]:
    """Say what each class weighs; of many classes, what the lightest and the heaviest do."""
    if weights is None:
        return []
    if len(weights) <= MOST_LISTED:
        return [f"class weight of {classes[i]}: {weight:.2f}" for i, weight in weights.items()]
    least, most = min(weights, key=weights.__getitem__), max(weights, key=weights.__getitem__)
    return [
        f"class weights: {weights[least]:.2f} ({classes[least]}) to {weights[most]:.2f} "
        f"({classes[most]})"
    ]
