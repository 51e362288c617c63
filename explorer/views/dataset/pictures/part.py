"""The pictures: a search, an order and the grid, which stays beside the other parts."""

import numpy as np
from PySide6.QtWidgets import QLineEdit, QWidget

from explorer.core.files.names import printable_name
from explorer.state.dataset.dataset_state import DatasetState
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.part import Part
from explorer.views.common.theme import SPACING_PX
from explorer.views.dataset.facets.panel import FacetsPanel
from explorer.views.dataset.pictures.order_box import OrderBox
from explorer.views.dataset.pictures.pick_chip import PickChip
from explorer.views.dataset.pictures.thumbnail_grid import ThumbnailGrid


class PicturesPart(Part):
    """The grid and what decides what it shows.

    Attributes
    ----------
    browser : QWidget
        Everything; it stays where it is when another part is shown, hence is no `view`.
    """

    name = "pictures"

    def __init__(self, state: DatasetState) -> None:
        super().__init__()
        self._state = state
        self.grid = ThumbnailGrid(state.samples)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search names")
        self.search.setAccessibleName("Search names")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumHeight(28)
        self.search.setTextMargins(SPACING_PX // 2, 0, SPACING_PX // 2, 0)
        self.search.setMinimumWidth(80)
        self.search.setMaximumWidth(320)
        self.count = plain_label()
        self.order = OrderBox(state)
        self.chip = PickChip(state)
        self.browser = QWidget()
        top = in_row((self.search, 2), self.count, 1, self.order)
        in_column(top, self.chip, (self.grid, 1), of=self.browser)
        self.view = QWidget()
        self.facets = FacetsPanel(state)
        self.panel = self.facets

        self.search.textChanged.connect(state.search)
        self.search.returnPressed.connect(self.grid.setFocus)
        self.grid.chosen.connect(state.choose_sample)
        self.grid.selection_changed.connect(self._on_selection)
        state.query_changed.connect(self._show)
        state.selection_changed.connect(self._show_selection)

    def find_names(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def _on_selection(self) -> None:
        current = self.grid.current_place
        # A search takes the current row away; the sample is remembered.
        self._state.select(
            self.grid.selected_places, self._state.current if current is None else current
        )

    def _show(self) -> None:
        state, dataset = self._state, self._state.dataset
        assert dataset is not None
        if self.search.text() != state.query.text:
            self.search.blockSignals(True)
            self.search.setText(state.query.text)
            self.search.blockSignals(False)
        shown, total = len(state.places), len(dataset.samples)
        self.count.setText(f"{shown:,} of {total:,}")
        self.grid.set_empty_text(self._why_empty())
        self._show_selection()

    def _why_empty(self) -> str:
        query = self._state.query
        if not query.choices:
            return f"No file name contains “{query.text}”."
        chosen = ", ".join(
            " or ".join(printable_name(value) or "no label" for value in sorted(choice))
            if isinstance(choice, frozenset)
            else self._title_of(name)
            for name, choice in query.choices.items()
        )
        named = f" and a name with “{query.text}”" if query.text else ""
        return f"No picture has all that is chosen: {chosen}{named}."

    def _title_of(self, name: str) -> str:
        return next(one.title for one in self._state.facets if one.name == name).lower()

    def _show_selection(self) -> None:
        grid, state = self.grid, self._state
        is_same = np.array_equal(grid.selected_places, state.selected)
        if grid.current_place != state.current or not is_same:
            grid.show_selection(state.selected, state.current)
