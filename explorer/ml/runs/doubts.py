"""Warnings about a run's figures, where they mean less than they seem to."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from explorer.core.models.metrics import Metrics
from explorer.ml.data.splits import name_missing

# A network that gives every class the same probability has a loss of log(classes).
_DIVERGED_FACTOR = 10


def find_doubts(
    metrics: Metrics,
    classes: Sequence[str],
    validation_labels: npt.NDArray[np.int64],
    rows: Sequence[Mapping[str, float]],
) -> tuple[str, ...]:
    """Say what is to be doubted of a trained network, a sentence each; mostly nothing.

    Parameters
    ----------
    metrics : Metrics
        On the test set.
    validation_labels : (n,) int64
        Of the validation set, by which the best epoch was chosen.
    rows : sequence of mappings
        The history.
    """
    doubts = []
    counts = np.array(metrics.confusion).sum(axis=1)
    if missing := name_missing(counts, classes):
        doubts.append(
            f"The test set has no pictures of {missing}: the accuracy was measured without them."
        )
    chosen_by = np.bincount(validation_labels, minlength=len(classes))
    if missing := name_missing(chosen_by, classes):
        doubts.append(
            f"The validation set has no pictures of {missing}: the best epoch was chosen without "
            "them."
        )
    answers = np.array(metrics.confusion).sum(axis=0)
    answer = classes[int(answers.argmax())]
    most = int(counts.argmax())
    if answers.max() == metrics.count > counts.max():
        doubts.append(
            f"The network gives every test picture the same answer, “{answer}”: it cannot tell "
            "the classes apart."
        )
    elif metrics.count > counts.max() >= (right := np.trace(metrics.confusion)):
        often = "as often" if right == counts.max() else "more often"
        doubts.append(
            f"Answering “{classes[most]}” every time would be right {often} "
            f"({100 * counts.max() / metrics.count:.1f} %): the network has learned little or "
            "nothing."
        )
    guessing = math.log(len(classes))
    worst = max((max(row["loss"], row["val_loss"]) for row in rows), default=0.0)
    if worst > _DIVERGED_FACTOR * guessing:
        doubts.append(
            f"Training diverged: the loss rose to {worst:.3g}, while guessing gives "
            f"{guessing:.2f}. Try a smaller --learning-rate."
        )
    return tuple(doubts)
