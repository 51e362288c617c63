"""What the Evaluation part says."""

from collections.abc import Sequence

import numpy as np

from explorer.core.catalogue.columns import Columns
from explorer.core.datasets.dataset import Dataset
from explorer.core.evaluation.calibration import Calibration
from explorer.core.evaluation.confusion import ClassFigures
from explorer.core.evaluation.evaluation import Evaluation
from explorer.core.evaluation.report import Report
from explorer.core.files.names import printable_name
from explorer.core.text.percent import format_percent

NO_DATASET = "Open a folder of labelled pictures first."
NO_LABELS = (
    "The pictures of this folder have no labels: there is nothing to compare the answers with. "
    "Open a folder with one subfolder per class, or files named like cat.1.jpg."
)
NO_PASS = "These pictures have not been classified yet."
NO_CLASSES = "This model tells no classes apart: choose another one."
RUNNING = "The pictures are being classified…"
OTHER_LABELS = (
    "None of the labels is a class of this model: choose a model of these classes, or name its "
    "classes on the Network page."
)


def absence_of(dataset: Dataset | None, columns: Columns | None) -> str:
    """Say why there are no figures, and what to do; empty where there may be."""
    if dataset is None:
        return NO_DATASET
    if not dataset.classes:
        return NO_LABELS
    if columns is None or not columns.is_done.any():
        return NO_PASS
    if len(columns.classes) < 2:
        return NO_CLASSES
    if not (columns.labels >= 0).any():
        return OTHER_LABELS
    return "" if columns.is_judged.any() else RUNNING


def describe_counted(columns: Columns, report: Report) -> str:
    """Say what was counted and what was not."""
    unseen = report.unseen.figures.total
    seen = 0 if report.seen is None else report.seen.figures.total
    parts = [f"{_pictures(unseen + seen)} counted"]
    if report.seen is not None:
        parts[0] += f": {unseen:,} unseen, {seen:,} seen"
    waiting = int(np.count_nonzero(~columns.is_done))
    failed = len(columns.errors)
    without = int(np.count_nonzero((columns.labels < 0) & columns.has_answer))
    for count, why in (
        (waiting, "still to come"),
        (failed, "could not be read"),
        (without, "without a label that the model knows"),
    ):
        if count:
            parts.append(f"{count:,} {why}")
    return "; ".join(parts) + "."


def describe_share(figures: ClassFigures, *, is_seen: bool) -> str:
    """Say how often the answers are right: on seen pictures, that is no accuracy."""
    if figures.accuracy is None or figures.interval is None:
        return "No pictures of this kind."
    low, high = map(format_percent, figures.interval)
    what = "Agreement on pictures that it was trained on" if is_seen else "Accuracy"
    return f"{what}: {format_percent(figures.accuracy)} (95 % interval {low} to {high})"


def describe_probabilities(found: Evaluation) -> str:
    """Say how good the probabilities are, whatever the threshold."""
    error = found.calibration.error
    if found.log_loss is None or error is None:
        return ""
    return (
        f"Log loss, as Kaggle scores it: {found.log_loss:.4f}\n"
        f"Expected calibration error: {format_percent(error)}"
    )


def describe_rule(classes: Sequence[str], positive: int, threshold: float | None) -> str:
    """Say which class a picture is taken for."""
    if threshold is None:
        return "A picture is taken for its most probable class."
    other = printable_name(classes[1 - positive]) if len(classes) == 2 else "the likeliest other"
    name = printable_name(classes[positive])
    return (
        f"A picture whose probability of {name} is at least {threshold:g} is taken for {name}, any "
        f"other one for {other}."
    )


def describe_curve(title: str, name: str, unit: str, area: float | None) -> str:
    """Name a curve of a class and the area below it."""
    known = "there are no such pictures" if area is None else f"{unit} {area:.4f}"
    return f"{title} of {printable_name(name)}: {known}"


def describe_calibration(found: Calibration) -> str:
    """Name the calibration diagram and its error."""
    error = "" if found.error is None else f": expected error {format_percent(found.error)}"
    return f"Calibration{error}"


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count:,} pictures"
