"""Which classes a network takes for which: the file of all, and the worst of them."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.core.files.names import printable_name
from explorer.core.files.writing import write_atomically
from explorer.core.models.metrics import Metrics
from explorer.core.models.prediction import make_harmless

CONFUSION_FILE = "confusion.csv"

Matrix = Sequence[Sequence[int]]


@dataclass(frozen=True)
class ClassResult:
    """How many pictures of one class, by its number, were recognised."""

    label: int
    hits: int
    count: int


def find_worst_classes(confusion: Matrix) -> list[ClassResult]:
    """Return the classes that have pictures, the least often recognised first.

    Parameters
    ----------
    confusion : (classes, classes) int
        Rows are the labels, columns the answers.
    """
    results = [ClassResult(i, row[i], sum(row)) for i, row in enumerate(confusion) if sum(row)]
    return sorted(results, key=lambda one: (one.hits / one.count, -one.count))


def write_confusion(folder: Path, classes: Sequence[str], metrics: Metrics) -> None:
    """Write the confusion matrix as `confusion.csv`: a row for each label, a column per answer.

    Raises
    ------
    OSError
        It could not be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [make_harmless(printable_name(name)) for name in classes]
    writer.writerow(["label", *names])
    for name, row in zip(names, metrics.confusion, strict=True):
        writer.writerow([name, *row])
    write_atomically(folder / CONFUSION_FILE, text.getvalue().encode())
