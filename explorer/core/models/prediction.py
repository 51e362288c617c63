"""Predictions of a classifier, and the CSV file of many."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from explorer.core.files.names import printable_name
from explorer.core.files.reading import open_regular
from explorer.core.files.writing import write_atomically
from explorer.core.images.signatures import formats_of
from explorer.core.text.table_text import TableText
from explorer.errors import ExplorerError

TABLE_SUFFIXES = (".csv", ".tsv", ".txt")
"""How the name of a file that is replaced by a table must end."""

NEARLY = 0.85
"""Of the threshold: beyond it are 5 % of the pictures that a model stands for, and most animals
that it takes for one of its classes."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
# Some spreadsheets take the wide forms of East Asian scripts as well.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True)
class Prediction:
    """A model's output for one picture.

    Attributes
    ----------
    path : str
        The file, or what the picture is called.
    classes : tuple of str
        The model's classes, in the order of its outputs; empty where `error` is set.
    probabilities : tuple of float
        One for each class, each 0 to 1, together 1.
    error : ExplorerError or None
        Why there is no prediction.
    novelty : float or None
        How far the picture is from everything that the model was trained on, in units of the
        threshold; None where that is not known.
    embedding : (features,) float32 or None
        What the model's last layer decided from; only of the current picture.
    """

    path: str
    classes: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    error: ExplorerError | None = None
    novelty: float | None = None
    embedding: npt.NDArray[np.float32] | None = field(default=None, compare=False, repr=False)

    @property
    def is_neither(self) -> bool:
        """Whether the picture looks like none of the classes, as far as that is known."""
        return self.novelty is not None and self.novelty > 1

    @property
    def is_doubtful(self) -> bool:
        """Whether it is nearly as far as that: its class may be none of the model's."""
        return self.novelty is not None and NEARLY < self.novelty <= 1

    @cached_property
    def label(self) -> str:
        """The most probable class, or an empty text."""
        if not self.classes:
            return ""
        return self.classes[self.probabilities.index(max(self.probabilities))]

    @cached_property
    def probability(self) -> float | None:
        """The probability of `label`."""
        return max(self.probabilities) if self.classes else None


def predictions_to_csv(
    predictions: Iterable[Prediction],
    classes: Sequence[str],
    *,
    separator: str = ",",
    has_head: bool = True,
    others: Sequence[Prediction | None] | None = None,
    other_classes: Sequence[str] = (),
) -> str:
    """Write predictions as CSV: path, label, probability, error, neither, one p_<class> per class.

    Those of a second model follow in columns of the same names with “other_” before them, and
    `disagree`: 1 where both gave a class and not the same, 0 where the same, else nothing.

    In the column neither stands 1 for a picture that looks like none of the classes, else 0, and
    nothing where that is not known.

    Each probability is the shortest text that reads back as the same float32, so that only 1 is
    written as 1. Bytes of a file's name that are no text are written as escapes: the table is text
    everywhere, and no clipboard makes the name of another file of it. A text that a spreadsheet
    would compute, since it begins with “=”, “+”, “-” or “@” and is no number, gets an apostrophe.

    Parameters
    ----------
    classes : sequence of str
        The model's classes, which name the last columns.
    separator : str
        Between the values of a row; spreadsheets paste what is separated by tabs.
    has_head : bool
        Whether the first row names the columns.
    others : sequence of Prediction or None
        What a second model says of each picture, None where there is nothing yet; None: there is
        no second model.
    other_classes : sequence of str
        Its classes.
    """
    table = TableText(separator)

    def add_row(*cells: str) -> None:
        table.add([make_harmless(cell) for cell in cells])

    def name_columns(of: Sequence[str]) -> list[str]:
        return [*("label", "probability", "error", "neither"), *(f"p_{name}" for name in of)]

    if has_head:
        second = [f"other_{name}" for name in name_columns(other_classes)]
        add_row("path", *name_columns(classes), *([] if others is None else [*second, "disagree"]))
    for place, item in enumerate(predictions):
        cells = _cells(item, classes)
        if others is not None:
            other = others[place] or Prediction(item.path)
            has_both = bool(item.label and other.label)
            disagree = str(int(item.label != other.label)) if has_both else ""
            cells += [*_cells(other, other_classes), disagree]
        add_row(item.path, *cells)
    return str(table).encode(errors="backslashreplace").decode()


def _cells(prediction: Prediction, classes: Sequence[str]) -> list[str]:
    values = [str(np.float32(p)) for p in prediction.probabilities] or [""] * len(classes)
    best = prediction.probability
    return [
        prediction.label,
        "" if best is None else str(np.float32(best)),
        "" if prediction.error is None else prediction.error.sentence,
        "" if prediction.novelty is None else str(int(prediction.is_neither)),
        *values,
    ]


def make_harmless(cell: str) -> str:
    """Return a cell of a table, with an apostrophe before what would be taken for a formula."""
    is_formula = cell.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if is_formula else cell


def check_replaceable(path: Path, suffixes: Sequence[str] = TABLE_SUFFIXES) -> None:
    """See that a table written to a path would replace a table at most: no picture, nor notes.

    A file that is there must be empty, or be called a table and not begin as a picture does.

    Parameters
    ----------
    path : Path
    suffixes : sequence of str
        How the names of what may be replaced end.

    Raises
    ------
    ExplorerError
        One sentence naming the file and the reason.
    """
    name = printable_name(path)
    if not os.path.isfile(path):
        return
    with ExplorerError.when_refused("was not written", name), open_regular(path) as file:
        start = file.read(32)
    if formats_of(start):
        raise ExplorerError.not_written(name, "it is a picture, which a table would replace")
    if start and path.suffix.lower() not in suffixes:
        endings = " or ".join(f"“{ending}”" for ending in suffixes)
        reason = f"a table replaces only files whose names end in {endings}"
        raise ExplorerError.not_written(name, reason)


def write_predictions(
    path: Path,
    predictions: Iterable[Prediction],
    classes: Sequence[str],
    others: Sequence[Prediction | None] | None = None,
    other_classes: Sequence[str] = (),
) -> None:
    """Write predictions into a CSV file, whole or not at all; parameters of `predictions_to_csv`.

    Raises
    ------
    ExplorerError
        One sentence naming the file and the reason, which may be that of `check_replaceable`.
    """
    check_replaceable(path)
    text = predictions_to_csv(predictions, classes, others=others, other_classes=other_classes)
    with ExplorerError.when_refused("was not written", printable_name(path)):
        write_atomically(path, text.encode())
