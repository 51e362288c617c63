"""The facets in the inspector: a fold for each, and what takes all choices back."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QScrollArea, QWidget

from explorer.core.catalogue.facets import Facet, ListFacet, RangeFacet, ValueFacet
from explorer.core.files.names import printable_name
from explorer.state.dataset.dataset_state import DatasetState
from explorer.views.common.controls.fold import Fold
from explorer.views.common.layouts import in_column
from explorer.views.dataset.facets.range_facet import RangeFacetView
from explorer.views.dataset.facets.value_facet import ValueFacetView

DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
OPEN_AT_FIRST = ("label", "result")


class FacetsPanel(QScrollArea):
    """Shows every facet that there is for the open dataset."""

    def __init__(self, state: DatasetState) -> None:
        super().__init__()
        self._state = state
        self.folds: dict[str, Fold] = {}
        self.views: dict[str, ValueFacetView | RangeFacetView] = {}
        self.reset = QPushButton("Show all")
        self.reset.setToolTip("Take back every choice and the search")
        self.reset.setMinimumHeight(28)
        self.reset.clicked.connect(state.reset_choices)
        whole = QWidget()
        whole.setAutoFillBackground(False)
        self._column = in_column(self.reset, of=whole)
        self._column.addStretch(1)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setWidget(whole)
        self.viewport().setAutoFillBackground(False)
        state.facets_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        there = {facet.name: facet for facet in self._state.facets}
        for name in [name for name in self.folds if name not in there]:
            self.folds.pop(name).deleteLater()
            del self.views[name]
        is_same = list(self.folds) == list(there)
        for place, facet in enumerate(self._state.facets):
            self._show_facet(place, facet)
        if not is_same:
            self._follow_the_eye(list(there))
        self.reset.setEnabled(self._state.query.is_narrowed)

    def _show_facet(self, place: int, facet: Facet) -> None:
        if facet.name not in self.folds:
            view = self.views[facet.name] = self._make_view(facet)
            fold = Fold(facet.title, view, is_open=facet.name in OPEN_AT_FIRST)
            self.folds[facet.name] = fold
            self._column.insertWidget(place + 1, fold)
        view = self.views[facet.name]
        match view, facet:
            case RangeFacetView(), RangeFacet():
                view.show_facet(facet)
            case ValueFacetView(), ValueFacet() | ListFacet():
                view.show_facet(facet)
        self.folds[facet.name].set_summary(printable_name(view.summary))

    def _follow_the_eye(self, names: Sequence[str]) -> None:
        """Let Tab go from top to bottom, whatever came last."""
        self.folds = {name: self.folds[name] for name in names}
        last: QWidget = self.reset
        for fold in self.folds.values():
            for widget in (fold.header, *fold.body.findChildren(QWidget, options=DIRECT)):
                if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                    QWidget.setTabOrder(last, widget)
                    last = widget

    def _make_view(self, facet: Facet) -> ValueFacetView | RangeFacetView:
        if isinstance(facet, RangeFacet):
            return RangeFacetView(self._state, facet)
        assert isinstance(facet, ValueFacet | ListFacet)
        return ValueFacetView(self._state, facet)
