"""The log loss, as Kaggle scores it."""

from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.evaluation.intervals import Floats

LEAST_PROBABILITY = 1e-15
"""What a smaller probability counts as; a greater one than 1 minus it counts as that."""


def log_losses(
    probabilities: npt.NDArray[np.floating[Any]], labels: npt.NDArray[np.integer[Any]]
) -> Floats:
    """Return -ln(max(min(p, 1 - 1e-15), 1e-15)) of each picture, p being its label's probability.

    So Kaggle scores it, by the evaluation pages of its competitions: each row is divided by its
    sum, and probabilities are bounded by 1e-15, so that being certain and wrong costs 34.5. With
    two classes it is -(y ln p + (1 - y) ln(1 - p)), as in Dogs vs. Cats.

    Parameters
    ----------
    probabilities : (pictures, classes) float, 0 to 1
    labels : (pictures,) int
        The index of each picture's class.

    Returns
    -------
    (pictures,) float64, 0 to 34.54 nats
    """
    chosen = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    sums = probabilities.sum(axis=1, dtype=np.float64)
    shares = np.divide(chosen, sums, out=np.zeros_like(chosen), where=sums > 0)
    losses: Floats = -np.log(np.clip(shares, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY))
    return losses
