"""What must be said beside a run's figures: where they tell less than they seem to."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from explorer.core.files.names import list_names
from explorer.core.models.prediction import Metrics

# A network that knows nothing and says so has a loss of log(classes).
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
        doubts.append(f"The test set has no picture of {missing}: the accuracy ignores that class.")
    chosen_by = np.bincount(validation_labels, minlength=len(classes))
    if missing := name_missing(chosen_by, classes):
        doubts.append(
            f"The validation set has no picture of {missing}: the best epoch was chosen without it."
        )
    answers = np.array(metrics.confusion).sum(axis=0)
    answer = classes[int(answers.argmax())]
    most = int(counts.argmax())
    if answers.max() == metrics.count > counts.max():
        doubts.append(
            f"The network gives every test picture the same answer, “{answer}”: it cannot tell "
            "the classes apart."
        )
    elif metrics.count > counts.max() and metrics.accuracy <= counts.max() / metrics.count:
        doubts.append(
            f"Answering “{classes[most]}” every time would be right as often "
            f"({counts.max() / metrics.count:.2%}): the network has learned little or nothing."
        )
    guessing = math.log(len(classes))
    worst = max((max(row["loss"], row["val_loss"]) for row in rows), default=0.0)
    if worst > _DIVERGED_FACTOR * guessing:
        doubts.append(
            f"Training diverged: the loss rose to {worst:.3g}, and guessing has {guessing:.2f}. "
            "Try a smaller --learning-rate."
        )
    return tuple(doubts)


def name_missing(counts: Sequence[int] | npt.NDArray[np.int64], classes: Sequence[str]) -> str:
    """Return the names of the classes without pictures, some of them where they are many."""
    return list_names([name for name, n in zip(classes, counts, strict=True) if n == 0])
