"""Which pictures of a dataset are shown: what the query and the pick let through, in an order."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from explorer.core.catalogue.columns import Columns, Floats, Places
from explorer.core.catalogue.facets import Facet, Narrowed, narrow
from explorer.core.catalogue.known_facets import list_facets
from explorer.core.catalogue.orders import PICKED, arrange, figures_for
from explorer.core.catalogue.query import Query
from explorer.core.catalogue.searchable import Mask, SearchableDataset


@dataclass(frozen=True, eq=False)
class Pick:
    """Some pictures that were picked out, such as those of a cell of the confusion matrix.

    Attributes
    ----------
    places : (m,) int
        In `Dataset.samples`.
    sentence : str
        What they are: "dog classified as cat".
    is_ordered : bool
        Whether their order means something, such as the distance from another picture.
    """

    places: Places
    sentence: str
    is_ordered: bool = False
    number: int = field(default_factory=count().__next__)
    """Tells it from all others."""


class Shown:
    """What is known of the pictures of one dataset, and which of them are shown.

    Attributes
    ----------
    searchable : SearchableDataset or None
        None as long as no dataset is open: then nothing is shown.
    query : Query
    picked : Pick or None
    query_before : Query
        What is shown again after the pick.
    columns : Columns or None
    dates : (n,) float or None
        When each file was written, in seconds.
    issues, decisions : mapping of str to int array
        Places by title.
    facets : tuple of Facet
        From `renew_facets`.
    narrowed : Narrowed
        From `find`.
    """

    def __init__(self, searchable: SearchableDataset | None = None) -> None:
        self.searchable = searchable
        self.query = Query()
        self.picked: Pick | None = None
        self.query_before = Query()
        self.columns: Columns | None = None
        self.dates: Floats | None = None
        self.issues: Mapping[str, Places] = {}
        self.decisions: Mapping[str, Places] = {}
        self.facets: tuple[Facet, ...] = ()
        self.narrowed = Narrowed(np.empty(0, bool), {})
        self._found: tuple[str, Mask] = ("", np.empty(0, bool))
        self.renew_facets()

    def renew_facets(self) -> None:
        """List the facets of what is known by now."""
        if self.searchable is not None:
            dataset = self.searchable.dataset
            self.facets = list_facets(dataset, self.columns, self.issues, self.decisions)

    def pick(self, places: Places, sentence: str, *, is_ordered: bool) -> None:
        """Let these alone through, until `clear_pick`; facets and search begin anew."""
        if self.picked is None:
            self.query_before = self.query
        self.picked = Pick(np.asarray(places, np.int64), sentence, is_ordered)
        before = self.query_before
        self.query = Query(
            order=PICKED if is_ordered else before.order,
            is_descending=not is_ordered and before.is_descending,
        )

    def change_pick(self, places: Places) -> None:
        """Let what was picked out be other pictures."""
        if self.picked is not None:
            self.picked = replace(self.picked, places=np.asarray(places, np.int64))

    def clear_pick(self) -> None:
        """Go back to the query before the pick."""
        self.picked, self.query = None, self.query_before

    def find(self) -> Places:
        """Return the places of the pictures that are let through, in their order; count them."""
        searchable, query = self.searchable, self.query
        if searchable is None:
            return np.empty(0, np.int64)
        if self._found[0] != query.text or len(self._found[1]) != searchable.count:
            self._found = query.text, searchable.search(query.text)
        within = self._found[1]
        if self.picked is not None:
            chosen = np.zeros(searchable.count, bool)
            chosen[self.picked.places] = True
            within = within & chosen
        self.narrowed = narrow(self.facets, query.choices, within)
        if query.order == PICKED and self.picked is not None:
            picked = self.picked.places
            return picked[self.narrowed.mask[picked]]
        figures = figures_for(query.order, self.columns, self.dates)
        found = np.flatnonzero(self.narrowed.mask)
        return arrange(found, figures, is_descending=query.is_descending)
