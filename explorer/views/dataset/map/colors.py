"""How the points of the map are coloured."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

from explorer.core.catalogue.columns import Columns
from explorer.core.catalogue.known_facets import color_places
from explorer.core.datasets.dataset import Dataset
from explorer.views.common.theme import class_color

UNKNOWN_COLOR = QColor(136, 136, 136)
# Of the classes' colours those that are told apart best, with any colour vision.
_RIGHT, _WRONG = QColor("#0072B2"), QColor("#D55E00")


@dataclass(frozen=True, eq=False)
class Coloring:
    """A colour for each point.

    Attributes
    ----------
    codes : (n,) int
        Which of the `colors` each point has.
    colors : tuple of QColor
    names : tuple of str
        What each colour means.
    """

    codes: npt.NDArray[np.integer]
    colors: tuple[QColor, ...]
    names: tuple[str, ...]

    @property
    def used_count(self) -> int:
        """How many of the colours there are up to the last one that a point has."""
        return int(self.codes.max()) + 1 if len(self.codes) else 0


def _by_label(dataset: Dataset, columns: Columns | None) -> Coloring:
    colors = tuple(class_color(place) for place in color_places(dataset, columns))
    names = (*dataset.classes, "no label")
    return Coloring(dataset.label_codes, (*colors, UNKNOWN_COLOR), names)


def _by_prediction(dataset: Dataset, columns: Columns | None) -> Coloring:
    assert columns is not None
    codes = np.where(columns.predicted < 0, len(columns.classes), columns.predicted)
    colors = tuple(class_color(place) for place in range(len(columns.classes)))
    return Coloring(codes, (*colors, UNKNOWN_COLOR), (*columns.classes, "no answer"))


def _by_result(dataset: Dataset, columns: Columns | None) -> Coloring:
    assert columns is not None
    codes = np.where(columns.is_judged, np.where(columns.is_right, 0, 1), 2)
    names = ("right", "wrong", "no label or no answer")
    return Coloring(codes, (_RIGHT, _WRONG, UNKNOWN_COLOR), names)


def _by_novelty(dataset: Dataset, columns: Columns | None) -> Coloring:
    assert columns is not None
    codes = np.where(np.isnan(columns.novelty), 2, np.where(columns.is_neither, 1, 0))
    names = ("looks like a class", "looks like no class", "not known")
    return Coloring(codes, (_RIGHT, _WRONG, UNKNOWN_COLOR), names)


COLORINGS: tuple[tuple[str, str, Callable[[Dataset, Columns | None], Coloring]], ...] = (
    ("label", "Label", _by_label),
    ("prediction", "Prediction", _by_prediction),
    ("result", "Right or wrong", _by_result),
    ("novelty", "Looks like no class", _by_novelty),
)
"""Name, title and function of each way of colouring; all but the first need what a pass found."""
