"""The orders in which the pictures of a dataset are shown."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from explorer.core.catalogue.columns import Columns, Floats, Places
from explorer.core.catalogue.known_facets import sizes_of


@dataclass(frozen=True)
class Order:
    """One order.

    Attributes
    ----------
    name : str
    title : str
        As a person reads it.
    begins_with : (str, str)
        What is first, ascending and descending.
    is_usually_descending : bool
        Whether a person who chooses it mostly wants the largest first.
    """

    name: str
    title: str
    begins_with: tuple[str, str]
    is_usually_descending: bool = False


BY_NAME = Order("name", "Name", ("first name first", "last name first"))
ORDERS: tuple[Order, ...] = (
    BY_NAME,
    Order("confidence", "Confidence", ("least sure first", "surest first")),
    Order("loss", "Loss", ("best answers first", "worst answers first"), True),
    Order("novelty", "Novelty", ("most familiar first", "strangest first"), True),
    Order("size", "Size", ("smallest first", "largest first"), True),
    Order("date", "Date of the file", ("oldest first", "newest first"), True),
)


PICKED = "picked"
"""The order in which pictures were picked out, such as by distance."""


def figures_for(order: str, columns: Columns | None, dates: Floats | None) -> Floats | None:
    """Return what is sorted by: (n,) float, NaN where unknown; None for the names.

    Parameters
    ----------
    order : str
        The name of one of `ORDERS`, or `PICKED`.
    columns : Columns or None
    dates : (n,) float64 or None
        When each file was written, in seconds.
    """
    if order == "date":
        return dates
    if columns is None or order in (BY_NAME.name, PICKED):
        return None
    figures: dict[str, Callable[[], Floats]] = {
        "confidence": lambda: columns.confidence,
        "loss": lambda: columns.losses,
        "novelty": lambda: columns.novelty,
        "size": lambda: sizes_of(columns),
    }
    return figures[order]()


def arrange(places: Places, figures: Floats | None, *, is_descending: bool) -> Places:
    """Sort places by their figures; those without one last, equal ones as they were.

    Parameters
    ----------
    places : (m,) int
        In the order of the names.
    figures : (n,) float or None
        None: by the names.
    """
    if figures is None:
        return places[::-1] if is_descending else places
    found = figures[places]
    is_known = ~np.isnan(found)
    known = found[is_known]
    order = np.argsort(-known if is_descending else known, kind="stable")
    return np.concatenate([places[is_known][order], places[~is_known]])
