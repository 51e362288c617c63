"""All figures of a model on labelled pictures."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.evaluation.calibration import Calibration, calibrate
from explorer.core.evaluation.confusion import ClassFigures, Counts, count_confusion
from explorer.core.evaluation.curves import draw_curves
from explorer.core.evaluation.intervals import Floats
from explorer.core.evaluation.log_loss import log_losses
from explorer.core.models.metrics import Metrics


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How a model does on some pictures; each is taken for its most probable class.

    Attributes
    ----------
    confusion : (classes, classes) int64
        Rows are the labels, columns the answers.
    figures : ClassFigures
        Of each class, and of all.
    log_loss : float or None
        The mean of `log_losses`, in nats; None without pictures.
    calibration : Calibration
        By the probability of the most probable class.
    areas, average_precisions : (classes,) float64
        Below the ROC curve of each class against all others, and of its precision-recall curve;
        NaN where there is none.
    """

    confusion: Counts
    figures: ClassFigures
    log_loss: float | None
    calibration: Calibration
    areas: Floats
    average_precisions: Floats


def evaluate(
    probabilities: npt.NDArray[np.floating[Any]], labels: npt.NDArray[np.integer[Any]]
) -> Evaluation:
    """Compare predictions with the labels.

    Parameters
    ----------
    probabilities : (pictures, classes) float, 0 to 1
        Without NaN; of any number of pictures, of two classes at least.
    labels : (pictures,) int
        The index of each picture's class.
    """
    classes = probabilities.shape[1]
    called = probabilities.argmax(axis=1)
    confusion = count_confusion(labels, called, classes)
    figures = ClassFigures.of(confusion)
    areas, average_precisions = np.full(classes, np.nan), np.full(classes, np.nan)
    for number in np.flatnonzero(figures.counts):
        curves = draw_curves(probabilities[:, number], labels == number)
        areas[number] = np.nan if curves.area is None else curves.area
        average_precisions[number] = curves.average_precision
    return Evaluation(
        confusion,
        figures,
        float(log_losses(probabilities, labels).mean()) if len(labels) else None,
        calibrate(probabilities.max(axis=1), called == labels),
        areas,
        average_precisions,
    )


def measure(
    probabilities: npt.NDArray[np.floating[Any]], labels: npt.NDArray[np.integer[Any]]
) -> Metrics:
    """Return what a run's card says of its model: of one picture at least, as for `evaluate`."""
    confusion = count_confusion(labels, probabilities.argmax(axis=1), probabilities.shape[1])
    figures = ClassFigures.of(confusion)
    if figures.accuracy is None or figures.interval is None:
        raise ValueError("there are no pictures to measure a model on")
    return Metrics(
        count=figures.total,
        accuracy=figures.accuracy,
        interval=figures.interval,
        log_loss=float(log_losses(probabilities, labels).mean()),
        confusion=tuple(tuple(int(cell) for cell in row) for row in confusion),
    )
