"""One row of the Classify page, and the order that rows are shown in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.core.images.read import natural_key
from explorer.core.models.prediction import Prediction

NAME_COLUMN = 0
LABEL_COLUMN = 1
PROBABILITY_COLUMN = 2
REASON_COLUMN = 3


@dataclass(eq=False, slots=True)
class ResultRow:
    """A picture file and its predictions.

    Attributes
    ----------
    path : Path
    name_key : tuple
        Puts cat.2 before cat.10.
    prediction : Prediction or None
        Of the current model; None while pending.
    kept : dict of int to Prediction
        The prediction of each model, by its number, so that switching back is immediate.
    """

    path: Path
    name_key: tuple[str | int, ...]
    prediction: Prediction | None = None
    kept: dict[int, Prediction] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """What went wrong, without the name, which stands in the same row; empty if nothing did."""
        error = None if self.prediction is None else self.prediction.error
        return "" if error is None else error.sentence_without_name


def make_rows(paths: Iterable[Path]) -> list[ResultRow]:
    """Make a row for each file; not on the GUI thread if there are many."""
    return [ResultRow(path, natural_key(path)) for path in paths]


def arrange(rows: Sequence[ResultRow], column: int, *, is_descending: bool) -> list[ResultRow]:
    """Sort rows by a column, stably.

    In either direction, rows without a value in that column come last: pending and failed ones for
    the class and the probability.
    """
    key = _KEYS[column]
    keys = [key(row) for row in rows]
    places = [place for place, value in enumerate(keys) if value is not None]
    places.sort(key=keys.__getitem__, reverse=is_descending)
    last = [place for place, value in enumerate(keys) if value is None]
    return [rows[place] for place in (*places, *last)]


def _label_key(row: ResultRow) -> str | None:
    prediction = row.prediction
    return None if prediction is None else prediction.label.casefold() or None


def _probability_key(row: ResultRow) -> float | None:
    return None if row.prediction is None else row.prediction.probability


def _reason_key(row: ResultRow) -> str | None:
    return row.reason or None


_KEYS: dict[int, Callable[[ResultRow], Any]] = {
    NAME_COLUMN: lambda row: row.name_key,
    LABEL_COLUMN: _label_key,
    PROBABILITY_COLUMN: _probability_key,
    REASON_COLUMN: _reason_key,
}
