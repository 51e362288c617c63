"""Rows of CSV that every reader reads as the same rows."""

import csv
import io
from collections.abc import Sequence


class TableText:
    """CSV, row after row, each ended by a line feed.

    Parameters
    ----------
    separator : str
    """

    def __init__(self, separator: str = ",") -> None:
        self._text = io.StringIO()
        self._plain, self._quoted = (
            csv.writer(self._text, delimiter=separator, lineterminator="\n", quoting=quoting)
            for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
        )

    def add(self, cells: Sequence[object]) -> None:
        """Add a row."""
        # Readers differ in what ends a line; in quotes, nothing does.
        has_breaks = any(
            isinstance(cell, str) and cell.splitlines() not in ([], [cell]) for cell in cells
        )
        (self._quoted if has_breaks else self._plain).writerow(cells)

    def __str__(self) -> str:
        """Return all rows."""
        return self._text.getvalue()
