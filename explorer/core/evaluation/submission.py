"""A submission to Kaggle's Dogs vs. Cats: a class's probability for each numbered picture."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.core.datasets.folder_names import class_key
from explorer.core.files.names import list_names, printable_name
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction
from explorer.errors import ModelError

UNKNOWN_LABEL = 0.5
"""What is written for a picture that could not be read: it costs the least, whatever it shows."""

_WANTED = "dog"
_ID = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True)
class Submission:
    """What is handed in, and what is to be said of it.

    Attributes
    ----------
    rows : tuple of (int, float)
        The number in each picture's name, ascending, and the probability of the class.
    remarks : tuple of str
        Sentences on the pictures whose names are no numbers or the same number, and on those that
        could not be read.
    """

    rows: tuple[tuple[int, float], ...]
    remarks: tuple[str, ...]

    @property
    def text(self) -> str:
        """The content of the file: `id,label`, a row for each picture.

        Without exponents, which not every reader takes.
        """
        lines = (f"{number},{_decimal(share)}" for number, share in self.rows)
        return "\n".join(["id,label", *lines, ""])


def choose_class(model: Model, name: str | None) -> int:
    """Return which output a submission takes.

    Parameters
    ----------
    name : str or None
        What the class is called, whatever the case; None takes the one called dog, otherwise the
        second of two.

    Raises
    ------
    ModelError
        There is none; the sentence says what to do.
    """
    keys = [class_key(one) for one in model.classes]
    wanted = (class_key(name),) if name is not None else (_WANTED, f"{_WANTED}s")
    for key in wanted:
        if key in keys:
            return keys.index(key)
    if name is None and len(keys) == 2:
        return 1
    if not keys:
        raise ModelError(f"“{model.name}” tells no classes apart, so there is nothing to submit.")
    has = f"“{model.name}” has no class “{printable_name(name or _WANTED)}”"
    raise ModelError(f"{has}; name one of its own: {list_names(model.classes)}.")


def make_submission(predictions: Iterable[Prediction], model: Model, output: int) -> Submission:
    """Write down the probability of a class for each picture whose name is a number.

    Of several with the same number, the first that could be read counts. Probabilities that sum
    to 1 are divided by their sum in float64, so that 1 - p is as exact as the other class's:
    float32 would round 0.99999999 to 1, which costs 34.5 where it is wrong.

    Parameters
    ----------
    predictions : iterable of Prediction
    model : Model
        What they come from.
    output : int
        Which of its classes is submitted.
    """
    of_number: defaultdict[int, dict[str, Prediction]] = defaultdict(dict)
    others: list[str] = []
    for prediction in predictions:
        path = Path(prediction.path)
        if _ID.fullmatch(path.stem):
            of_number[int(path.stem)].setdefault(prediction.path, prediction)
        else:
            others.append(path.name)
    rows: list[tuple[int, float]] = []
    remarks: list[str] = []
    if others:
        remarks.append(_describe_others(others))
    for number, of_path in sorted(of_number.items()):
        found = list(of_path.values())
        chosen = min(found, key=lambda one: one.error is not None)  # the first of equal ones
        if len(found) > 1:
            remarks.append(_describe_same(number, chosen.path, [*of_path]))
        if chosen.error is None:
            rows.append((number, _share(chosen.probabilities, model, output)))
        else:
            rows.append((number, UNKNOWN_LABEL))
            remarks.append(f"{chosen.error.sentence} {UNKNOWN_LABEL} is written for {number}.")
    return Submission(tuple(rows), tuple(remarks))


def _share(probabilities: Sequence[float], model: Model, output: int) -> float:
    total = sum(probabilities)
    is_divided = model.outputs in ("probabilities", "logits") and total > 0
    return probabilities[output] / total if is_divided else probabilities[output]


def _describe_others(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{list_names(names, quoted=True)} is left out: its name is no number."
    return f"{list_names(names, quoted=True)} are left out: their names are no numbers."


def _describe_same(number: int, chosen: str, paths: Sequence[str]) -> str:
    """Say which of several files is submitted, each with the folders that tell it from others."""
    folders = {os.path.dirname(path) for path in paths}
    try:
        common = os.path.commonpath(folders)
    except ValueError:  # absolute and relative paths
        common = ""
    if len(folders) == 1:
        common = os.path.dirname(common)
    named = {path: os.path.relpath(path, common) if common else path for path in paths}
    rest = [named[path] for path in paths if path != chosen]
    is_are = "is" if len(rest) == 1 else "are"
    return (
        f"{list_names(rest, quoted=True)} {is_are} left out: "
        f"“{printable_name(named[chosen])}” is submitted for the id {number}."
    )


def _decimal(share: float) -> str:
    return str(np.format_float_positional(share, trim="0"))
