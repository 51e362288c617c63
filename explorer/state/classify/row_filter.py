"""Which rows of the Classify page are shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from explorer.core.text.search import fold
from explorer.state.classify.result_rows import ResultRow

ALL, FAILED, NEITHER, DISAGREEING, LEFT = "all", "failed", "neither", "disagreeing", "left"
"""Kinds of rows besides those of one class."""


@dataclass(frozen=True)
class RowFilter:
    """What a person wants to see.

    Attributes
    ----------
    text : str
        Words, or parts of words, in any order, which all stand in the name.
    kind : str
        All rows, those of one class, or of another kind, such as `FAILED`.
    label : str
        The class; empty where `kind` says what is shown.
    least : float
        The least probability of the class, 0 to 1; above 0 only rows with a class are shown.
    """

    text: str = ""
    kind: str = ALL
    label: str = ""
    least: float = 0.0

    def choose(self, rows: list[ResultRow]) -> list[ResultRow]:
        """Return the rows that are shown, in the same order."""
        if self.label:
            rows = [row for row in rows if _label(row) == self.label]
        elif self.kind != ALL:
            rows = list(filter(_KINDS[self.kind], rows))
        if self.least:
            rows = [row for row in rows if (_probability(row) or 0.0) >= self.least]
        for word in fold(self.text).split():
            rows = [row for row in rows if word in row.folded]
        return rows


def _label(row: ResultRow) -> str:
    return "" if row.prediction is None else row.prediction.label


def _probability(row: ResultRow) -> float | None:
    return None if row.prediction is None else row.prediction.probability


_KINDS: Mapping[str, Callable[[ResultRow], bool]] = {
    FAILED: lambda row: bool(row.prediction and row.prediction.error),
    NEITHER: lambda row: bool(row.prediction and row.prediction.is_neither),
    DISAGREEING: lambda row: row.disagrees,
    LEFT: lambda row: row.prediction is None,
}
