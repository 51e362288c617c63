"""The facets that there are for a dataset, of what is known of its pictures."""

from collections.abc import Mapping

import numpy as np

from explorer.core.catalogue.columns import TRAIN, UNKNOWN, Columns, Floats, Places
from explorer.core.catalogue.facets import Facet, ListFacet, RangeFacet, ValueFacet
from explorer.core.datasets.dataset import Dataset
from explorer.core.datasets.folder_names import SPLITS

UNLABELLED = ""
"""The value of the label where there is none."""

RIGHT, WRONG = "right", "wrong"
SEEN, UNSEEN = "seen in training", "not seen in training"
NEITHER, FAILED, WAITING = "looks like no class", "could not be read", "not looked at yet"


def list_facets(
    dataset: Dataset,
    columns: Columns | None,
    issues: Mapping[str, Places],
    decisions: Mapping[str, Places] | None = None,
) -> tuple[Facet, ...]:
    """Return the facets that tell some pictures from others.

    Parameters
    ----------
    columns : Columns or None
        What a pass found; None where there was none.
    issues : mapping of str to int array
        The places of the pictures of each kind of finding, by its title.
    decisions : mapping of str to int array, optional
        The places of the pictures about which each was decided.
    """
    made: list[Facet] = [_label_facet(dataset, columns), _split_facet(dataset)]
    if columns is not None:
        own = tuple(range(len(columns.classes)))
        made += [
            ValueFacet("predicted", "Prediction", columns.classes, columns.predicted, own),
            ValueFacet("result", "Result", (RIGHT, WRONG), _results(columns)),
            ValueFacet("seen", "Training", (SEEN, UNSEEN), _seen(columns)),
            _answer_facet(columns),
            RangeFacet("confidence", "Confidence", columns.confidence, 0.0, 1.0),
            _size_facet(columns),
        ]
    total = len(dataset.samples)
    made.append(ListFacet("issue", "Health", tuple(issues), tuple(issues.values()), total))
    decided = decisions or {}
    made.append(ListFacet("decision", "Decided", tuple(decided), tuple(decided.values()), total))
    return tuple(facet for facet in made if _is_telling(facet, total))


def sizes_of(columns: Columns) -> Floats:
    """Return the longer side of each picture in pixels: (n,) float32, NaN where unknown."""
    unknown = np.full(columns.count, np.nan, np.float32)
    sides = [columns.figures.get(name, unknown) for name in ("width", "height")]
    return np.asarray(np.maximum(*sides))


def color_places(dataset: Dataset, columns: Columns | None) -> tuple[int, ...]:
    """Return the place of each label's colour: that of the model's class that it is, if any."""
    own = range(len(dataset.classes))
    if columns is None:
        return tuple(own)
    codes, first = np.unique(dataset.label_codes, return_index=True)
    known = dict(zip(codes.tolist(), columns.labels[first].tolist(), strict=True))
    others = len(columns.classes)
    return tuple(known[one] if known.get(one, -1) >= 0 else others + one for one in own)


def _label_facet(dataset: Dataset, columns: Columns | None) -> ValueFacet:
    codes, last = dataset.label_codes, len(dataset.classes)
    values = (*dataset.classes, UNLABELLED) if (codes == last).any() else dataset.classes
    return ValueFacet("label", "Label", values, codes, color_places(dataset, columns))


def _split_facet(dataset: Dataset) -> ValueFacet:
    return ValueFacet("split", "Split of the folders", tuple(SPLITS), dataset.split_codes)


def _results(columns: Columns) -> Places:
    codes = np.where(columns.is_right, 0, 1)
    codes[~columns.is_judged] = -1
    return codes


def _seen(columns: Columns) -> Places:
    codes = np.where(columns.parts == TRAIN, 0, 1)
    codes[columns.parts == UNKNOWN] = -1
    return codes


def _answer_facet(columns: Columns) -> ListFacet:
    lists = {
        NEITHER: np.flatnonzero(columns.is_neither),
        FAILED: np.array(sorted(columns.errors), np.int64),
        WAITING: np.flatnonzero(~columns.is_done),
    }
    there = {name: places for name, places in lists.items() if len(places)}
    return ListFacet("answer", "Special", tuple(there), tuple(there.values()), columns.count)


def _size_facet(columns: Columns) -> RangeFacet:
    sizes = sizes_of(columns)
    known = sizes[~np.isnan(sizes)]
    least, largest = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    return RangeFacet("size", "Longer side", sizes, least, largest)


def _is_telling(facet: Facet, total: int) -> bool:
    """Say whether there is something to choose; the label is always there, as the overview."""
    if isinstance(facet, RangeFacet):
        return facet.largest > facet.least and not np.isnan(facet.figures).all()
    if isinstance(facet, ListFacet):
        return bool(facet.values)
    if facet.name == "label":
        return True
    return int(np.count_nonzero(facet.count(np.ones(total, bool)))) > 1
