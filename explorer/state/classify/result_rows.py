"""One row of the Classify page, and the order that rows are shown in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.core.files.names import printable_name
from explorer.core.images.read import Picture, PictureFile, natural_key, resize_picture
from explorer.core.models.prediction import Prediction
from explorer.core.text.search import fold
from explorer.errors import ModelError

NAME_COLUMN = 0
LABEL_COLUMN = 1
PROBABILITY_COLUMN = 2
OTHER_LABEL_COLUMN = 3
OTHER_PROBABILITY_COLUMN = 4


@dataclass(eq=False, slots=True)
class ResultRow:
    """A picture and its predictions.

    Attributes
    ----------
    path : Path
        Its file; of a picture without one, what it is called.
    name_key : tuple
        Puts cat.2 before cat.10.
    folded : str
        The name for a search.
    read : callable or None
        Returns a picture that has no file; not on the GUI thread. None where there is a file.
    thumbnail : (height, width, 3) uint8 or None
        Of a picture that has no file, once it is there.
    prediction : Prediction or None
        Of the current model; None where there is none yet.
    is_waiting : bool
        Whether a prediction is on its way.
    other : Prediction or None
        Of the second model, where there is one.
    is_other_waiting : bool
        Whether that is on its way.
    kept : dict of int to Prediction
        The prediction of each model, by its number, so that switching back is immediate.
    """

    path: Path
    name_key: tuple[str | int, ...]
    folded: str = ""
    read: Callable[[], PictureFile] | None = None
    thumbnail: Picture | None = None
    prediction: Prediction | None = None
    is_waiting: bool = False
    other: Prediction | None = None
    is_other_waiting: bool = False
    kept: dict[int, Prediction] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """What went wrong, without the name, which stands in the same row; empty if nothing did."""
        return reason_in(self.prediction)

    @property
    def disagrees(self) -> bool:
        """Whether both models gave it a class, and not the same."""
        first, second = self.prediction, self.other
        if first is None or second is None or first.error or second.error:
            return False
        return first.label != second.label


def reason_in(prediction: Prediction | None) -> str:
    """Return why there is no class, without the name of the picture; empty where there is one.

    What is wrong with the model is not repeated in each row: the page says it once.
    """
    error = None if prediction is None else prediction.error
    if isinstance(error, ModelError):
        return "Not classified."
    return "" if error is None else error.sentence_without_name


NEITHER = "neither"
"""The folder of the pictures that have no class: no model's, or none that could be found."""


def files_by_class(rows: Iterable[ResultRow]) -> list[tuple[Path, str | None]]:
    """Return the files of rows with the classes that they are copied by.

    None stands for a picture that looks like none of the classes, and for one that could not be
    classified. Rows without a file or without a result are left out.
    """
    found: list[tuple[Path, str | None]] = []
    for row in rows:
        prediction = row.prediction
        if row.read is None and prediction is not None:
            is_known = not (prediction.error or prediction.is_neither)
            found.append((row.path, prediction.label if is_known else None))
    return found


def make_rows(paths: Iterable[Path]) -> list[ResultRow]:
    """Make a row for each file; not on the GUI thread if there are many."""
    return [ResultRow(path, natural_key(path), fold(printable_name(path))) for path in paths]


def path_of(file: PictureFile) -> Path:
    """Return what a row for a picture has as its path."""
    return file.path or Path(file.name)


def shrink(picture: Picture, edge_px: int) -> Picture:
    """Scale a picture down to fit a square: (height, width, 3) uint8."""
    height, width = picture.shape[:2]
    factor = min(1.0, edge_px / max(height, width))
    return resize_picture(picture, (max(1, round(height * factor)), max(1, round(width * factor))))


def arrange(rows: Sequence[ResultRow], column: int, *, is_descending: bool) -> list[ResultRow]:
    """Sort rows by a column, stably.

    Failed rows stand in the column of classes, where their reasons are shown, after all classes or
    before them. In either direction, rows without a value in a column come last.
    """
    key = _KEYS[column]
    keys = [key(row) for row in rows]
    places = [place for place, value in enumerate(keys) if value is not None]
    places.sort(key=keys.__getitem__, reverse=is_descending)
    last = [place for place, value in enumerate(keys) if value is None]
    return [rows[place] for place in (*places, *last)]


def _label_key(prediction: Prediction | None) -> tuple[bool, str, bool] | None:
    if prediction is None:
        return None
    text = (reason_in(prediction) or prediction.label).casefold()
    return bool(prediction.error), text, prediction.is_neither


def _probability_key(prediction: Prediction | None) -> float | None:
    return None if prediction is None else prediction.probability


_KEYS: dict[int, Callable[[ResultRow], Any]] = {
    NAME_COLUMN: lambda row: row.name_key,
    LABEL_COLUMN: lambda row: _label_key(row.prediction),
    PROBABILITY_COLUMN: lambda row: _probability_key(row.prediction),
    OTHER_LABEL_COLUMN: lambda row: _label_key(row.other),
    OTHER_PROBABILITY_COLUMN: lambda row: _probability_key(row.other),
}
