"""Weigh classes that have unequally many pictures."""

import numpy as np
import numpy.typing as npt

BALANCED_RATIO = 1.5


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
