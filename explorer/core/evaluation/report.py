"""What is told of an evaluation: its figures as JSON and as a table, seen and unseen apart."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.evaluation.evaluation import Evaluation, evaluate
from explorer.core.files.names import printable_name
from explorer.core.models.prediction import make_harmless

NO_SPLIT = (
    "This model does not say which pictures it was trained on: where these were among them, the "
    "accuracy is too good."
)
ALL_SEEN = "The model was trained on all of these pictures: they tell no accuracy."

_OF_CLASS = (
    "pictures",
    "classified_as",
    "right",
    "precision",
    "recall",
    "f1",
    "auc",
    "average_precision",
)


@dataclass(frozen=True, eq=False)
class Report:
    """The figures of a model, those on pictures that it was trained on apart.

    Attributes
    ----------
    classes : tuple of str
    unseen : Evaluation
        On pictures that it was not trained on: only here is the share of right answers called
        accuracy. On all pictures where the model does not say what it was trained on.
    seen : Evaluation or None
        On pictures that it was trained on; None where the model does not say.
    outside : int
        How many pictures were in no part of the model's split, as far as their files tell.
    """

    classes: tuple[str, ...]
    unseen: Evaluation
    seen: Evaluation | None
    outside: int = 0

    @property
    def remark(self) -> str:
        """What must be known of the accuracy, in a sentence; mostly empty."""
        if self.seen is None:
            return NO_SPLIT
        if self.seen.figures.total and not self.unseen.figures.total:
            return ALL_SEEN
        return _describe_outside(self.outside) if self.outside else ""


def make_report(
    classes: Sequence[str],
    probabilities: npt.NDArray[np.floating[Any]],
    labels: npt.NDArray[np.integer[Any]],
    is_seen: npt.NDArray[np.bool_] | None,
    outside: int = 0,
) -> Report:
    """Evaluate a model.

    Parameters
    ----------
    classes : sequence of str
        Its classes, two at least, in the order of its outputs.
    probabilities : (pictures, classes) float, 0 to 1
        Without NaN.
    labels : (pictures,) int
        The index of each picture's class.
    is_seen : (pictures,) bool or None
        Whether the model was trained on the picture; None where it does not say.
    outside : int
        How many of the others it has neither in its validation nor in its test set.
    """
    if is_seen is None:
        return Report(tuple(classes), evaluate(probabilities, labels), None)
    unseen = evaluate(probabilities[~is_seen], labels[~is_seen])
    seen = evaluate(probabilities[is_seen], labels[is_seen])
    return Report(tuple(classes), unseen, seen, outside)


def _describe_outside(count: int) -> str:
    """Say that a picture counts as another one once it is written anew."""
    pictures, copies = (
        ("1 picture is", "a copy") if count == 1 else (f"{count:,} pictures are", "copies")
    )
    return (
        f"{pictures} in no part of the model's split, hence unseen, unless {copies} of what it was "
        "trained on in another size or format: only identical files are recognised."
    )


def to_json(report: Report) -> dict[str, Any]:
    """Return the figures as JSON takes them: those of the unseen pictures, and both apart."""
    names = report.classes
    unseen = _figures(report.unseen, names, "accuracy")
    return {
        "classes": names,
        **unseen,
        "unseen": unseen,
        "seen": None if report.seen is None else _figures(report.seen, names, "agreement"),
        "outside": None if report.seen is None else report.outside,
        "remark": report.remark,
    }


def to_csv(report: Report) -> str:
    """Return the figures as a table: part, class, figure, value, and the ends of its interval.

    A row for each figure that there is, and for each cell of the confusion matrix that is not 0.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["part", "class", "figure", "value", "low", "high"])
    for part, found in (("unseen", report.unseen), ("seen", report.seen)):
        if found is not None:
            rows = _rows(found, report.classes, "accuracy" if part == "unseen" else "agreement")
            for row in rows:
                writer.writerow([part, *(make_harmless(printable_name(str(one))) for one in row)])
    return text.getvalue()


def _figures(found: Evaluation, names: Sequence[str], share: str) -> dict[str, Any]:
    figures, calibration = found.figures, found.calibration
    return {
        "pictures": figures.total,
        share: figures.accuracy,
        "interval": figures.interval,
        "log_loss": found.log_loss,
        "ece": calibration.error,
        "calibration": [
            {
                "from": float(calibration.edges[i]),
                "to": float(calibration.edges[i + 1]),
                "pictures": int(calibration.counts[i]),
                "confidence": _known(calibration.confidences[i]),
                share: _known(calibration.accuracies[i]),
            }
            for i in range(len(calibration.counts))
        ],
        "confusion": found.confusion.tolist(),
        "per_class": [_of_class(found, number, name) for number, name in enumerate(names)],
    }


def _of_class(found: Evaluation, number: int, name: str) -> dict[str, Any]:
    figures = found.figures
    shares = {
        "precision": (figures.precisions, figures.precision_intervals),
        "recall": (figures.recalls, figures.recall_intervals),
        "f1": (figures.f1s, figures.f1_intervals),
    }
    told: dict[str, Any] = {
        "class": name,
        "pictures": int(figures.counts[number]),
        "classified_as": int(figures.called[number]),
        "right": int(figures.hits[number]),
    }
    for key, (values, intervals) in shares.items():
        value = _known(values[number])
        told[key] = value
        told[f"{key}_interval"] = None if value is None else intervals[number].tolist()
    told["auc"] = _known(found.areas[number])
    told["average_precision"] = _known(found.average_precisions[number])
    return told


def _rows(found: Evaluation, names: Sequence[str], share: str) -> Iterator[tuple[Any, ...]]:
    figures = found.figures
    yield "", "pictures", figures.total, "", ""
    if figures.accuracy is not None:
        yield "", share, figures.accuracy, *(figures.interval or ("", ""))
        yield "", "log_loss", found.log_loss, "", ""
        yield "", "ece", found.calibration.error, "", ""
    for number, name in enumerate(names):
        told = _of_class(found, number, name)
        for key in _OF_CLASS:
            if told[key] is not None:
                yield name, key, told[key], *(told.get(f"{key}_interval") or ("", ""))
        row = found.confusion[number]
        for other in map(int, np.flatnonzero(row)):
            yield name, f"classified as {names[other]}", int(row[other]), "", ""


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
