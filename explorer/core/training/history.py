"""The history of a run: a row of figures for each epoch."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from explorer.core.files.reading import read_text
from explorer.core.files.writing import write_atomically
from explorer.errors import ModelError

HISTORY_FILE = "history.csv"
MAX_HISTORY_BYTES = 10_000_000
HISTORY_COLUMNS = (
    "epoch",
    "loss",
    "accuracy",
    "val_loss",
    "val_accuracy",
    "learning_rate",
    "seconds",
    "images_per_second",
)


def find_best(rows: Sequence[Mapping[str, float]]) -> int:
    """Return which row of a history, from 0, is of the epoch whose weights are kept.

    It is the one with the highest validation accuracy, which is what a classifier is asked for; of
    equals, the one with the least loss. The loss alone grows again while a network still learns,
    from the confidence of the few answers that stay wrong.
    """
    return min(range(len(rows)), key=lambda i: (-rows[i]["val_accuracy"], rows[i]["val_loss"]))


def read_history(file: Path) -> list[dict[str, float]]:
    """Return the rows of a history, empty when it cannot be read: the weights are what counts."""
    try:
        text = read_text(file, MAX_HISTORY_BYTES, name=file.name, error=ModelError)
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        return [{name: float(row[name]) for name in HISTORY_COLUMNS} for row in rows]
    except (ModelError, ValueError, KeyError, TypeError, csv.Error):
        return []


def write_history(file: Path, rows: Iterable[Mapping[str, float]]) -> None:
    """Write a history, beside the old one and moved into its place.

    Raises
    ------
    OSError
        It could not be written; the old one is as it was.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HISTORY_COLUMNS)
    # Counted as numbers of things where they are such: 3, not 3.0.
    writer.writerows([f"{row[name]:.10g}" for name in HISTORY_COLUMNS] for row in rows)
    write_atomically(file, text.getvalue().encode())
