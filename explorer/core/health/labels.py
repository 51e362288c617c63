"""What may be wrong with the labels as a whole: they follow brightness, or a class is rare."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from explorer.core.files.names import printable_name
from explorer.core.health.issues import Issue
from explorer.core.health.measured import Figures
from explorer.core.health.suspects import FOLDS, deal_folds

Labels = npt.NDArray[np.integer]

_MOST_MEDIANS = 3

_PROPERTIES = {
    "brightness": "brightness",
    "entropy": "information",
    "sharpness": "sharpness",
    "aspect_ratio": "aspect ratio",
    "size": "size",
    "is_grey": "greyness",
}


def find_spurious(
    figures: Figures, labels: Labels, classes: Sequence[str], threshold: float
) -> list[Issue]:
    """Return the properties that tell the labels, the most telling first.

    A property's score is the error of a Gaussian naive Bayes classifier that knows nothing else,
    on folds it was not fitted to, divided by the error of always saying the most frequent class. A
    low score means that a network can learn the property instead of what the pictures show.

    Parameters
    ----------
    labels : (n,) int
        -1 where there is none.
    """
    sizes = np.sqrt(np.asarray(figures["width"], float) * np.asarray(figures["height"], float))
    found = []
    for name, shown in _PROPERTIES.items():
        values = sizes if name == "size" else np.asarray(figures[name], float)
        known = np.isfinite(values) & (labels >= 0)
        if len(np.unique(labels[known])) < 2:
            continue
        score = score_property(values[known], labels[known])
        if score < threshold:
            present = np.unique(labels[known])
            medians = ", ".join(
                f"{printable_name(classes[label])} {np.nanmedian(values[labels == label]):.3g}"
                for label in present[:_MOST_MEDIANS]
            )
            rest = ", …" if len(present) > _MOST_MEDIANS else ""
            reason = f"{shown} tells the labels apart (medians: {medians}{rest})"
            found.append(Issue((), score, reason))
    return sorted(found, key=lambda issue: issue.figure)


def score_property(values: npt.NDArray[np.float64], labels: Labels) -> float:
    """Return what a property leaves open about the labels: 0, nothing, to 1, everything."""
    _, labels = np.unique(labels, return_inverse=True)
    counts = np.bincount(labels)
    folds = deal_folds(labels, FOLDS)
    floor = 1e-9 * float(values.var()) or 1e-12
    right = 0
    for fold in range(FOLDS):
        fitted = folds != fold
        number = np.bincount(labels[fitted], minlength=len(counts))
        divisor = np.maximum(number, 1)
        means = np.bincount(labels[fitted], values[fitted], len(counts)) / divisor
        squares = (values[fitted] - means[labels[fitted]]) ** 2
        variances = np.bincount(labels[fitted], squares, len(counts)) / divisor + floor
        with np.errstate(divide="ignore"):
            prior = np.log(number / max(number.sum(), 1)) - np.log(variances) / 2
        asked = values[~fitted, None]
        scores = prior - (asked - means) ** 2 / (2 * variances)
        right += int((scores.argmax(axis=1) == labels[~fitted]).sum())
    error = 1 - right / len(labels)
    return float(min(1, error / (1 - counts.max() / len(labels))))


def find_rare_class(labels: Labels, classes: Sequence[str], threshold: float) -> list[Issue]:
    """Return the rarest class, if it has less than `threshold` / K of the labelled pictures."""
    counts = np.bincount(labels[labels >= 0], minlength=len(classes))
    total = int(counts.sum())
    if len(classes) < 2 or total == 0:
        return []
    rarest = int(counts.argmin())
    share = counts[rarest] / total
    if share >= threshold / len(classes):
        return []
    name = printable_name(classes[rarest])
    noun = "picture" if counts[rarest] == 1 else "pictures"
    return [
        Issue(
            tuple(np.flatnonzero(labels == rarest).tolist()),
            float(share * len(classes)),
            f"“{name}” has {counts[rarest]:,} {noun} of {total:,}, the {len(classes)} classes "
            f"{total / len(classes):,.0f} on average",
        )
    ]
