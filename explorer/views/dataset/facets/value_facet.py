"""One facet with values: its list, and a search where there are many."""

from PySide6.QtWidgets import QLineEdit, QWidget

from explorer.core.catalogue.facets import ListFacet, ValueFacet
from explorer.state.dataset.dataset_state import DatasetState
from explorer.views.common.layouts import in_column
from explorer.views.dataset.facets.value_list import ValueList

MANY = 12
"""So many values can be searched."""


class ValueFacetView(QWidget):
    """The values of one facet.

    Parameters
    ----------
    state : DatasetState
    facet : ValueFacet or ListFacet
    """

    def __init__(self, state: DatasetState, facet: ValueFacet | ListFacet) -> None:
        super().__init__()
        self._state = state
        self._name = facet.name
        self._color_places: tuple[int, ...] | None = None
        self.list = ValueList(facet.title)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search values")
        self.search.setAccessibleName(f"Search values of {facet.title}")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumHeight(28)
        in_column(self.search, self.list, of=self)
        self.search.textChanged.connect(self.list.values.find)
        self.list.values.toggled.connect(self._toggle)
        self.show_facet(facet)

    def show_facet(self, facet: ValueFacet | ListFacet) -> None:
        """Show the facet as it is now."""
        places = facet.color_places if isinstance(facet, ValueFacet) else ()
        if facet.values != self.list.values.values or places != self._color_places:
            self._color_places = places
            self.list.show_values(facet.values, places)
            self.search.setVisible(len(facet.values) > MANY)
        self.list.values.show_counts(self._state.counts_of(self._name), self._chosen)

    @property
    def summary(self) -> str:
        """What is chosen, in a few words."""
        return ", ".join(sorted(value or "no label" for value in self._chosen))

    @property
    def _chosen(self) -> frozenset[str]:
        choice = self._state.query.choices.get(self._name, frozenset())
        return choice if isinstance(choice, frozenset) else frozenset()

    def _toggle(self, value: str) -> None:
        self._state.choose(self._name, self._chosen ^ {value})
