"""The tree of a model's layers, as wide as its content, with a search field and the totals."""

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from explorer.core.layers.architecture import Architecture
from explorer.core.text.counts import short_count
from explorer.state.network.layer_tree import SHARE_ROLE, Column, LayerTree
from explorer.state.shared.indices import Index
from explorer.views.common.controls.focus_ring import KEYBOARD_REASONS, FocusRing
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column
from explorer.views.common.tables.bar_delegate import BarDelegate
from explorer.views.common.theme import SPACING_PX

ROW_HEIGHT_PX = 26
LEAST_NAME_PX, USUAL_NAME_PX = 110, 170
"""A name is cut no narrower for the first figures, and for others; columns that then have no room
are scrolled to."""
FIRST_FIGURES = (Column.OUTPUT, Column.PARAMETERS)
CELL_MARGIN_PX = 10


class _RowDelegate(QStyledItemDelegate):
    """Rows that a hand can hit."""

    # Qt overrides.

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), max(size.height(), ROW_HEIGHT_PX))


class LayerTreeView(QTreeView):
    """One row per layer, one of which is chosen; Left and Right fold, or scroll sideways."""

    def __init__(self, model: LayerTree) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName("Layers")
        self.setUniformRowHeights(True)  # else Qt asks for each row
        self.setIndentation(14)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # the ends of names tell them apart
        self.header().setStretchLastSection(False)
        self.setItemDelegateForColumn(Column.NAME, _RowDelegate(self))
        for column in (Column.PARAMETERS, Column.MULTIPLY_ADDS):
            self.setItemDelegateForColumn(column, BarDelegate(SHARE_ROLE, self))
        self._ring = FocusRing(self)

    # Qt overrides.

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ring.setVisible(event.reason() in KEYBOARD_REASONS)
        self._ring.raise_()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ring.hide()

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        across = self.horizontalScrollBar().value()
        super().scrollTo(index, hint)
        self.horizontalScrollBar().setValue(across)


class LayerView(QWidget):
    """The layers of a model.

    Attributes
    ----------
    wanted_width : int
        How wide it is with all columns in full, in pixels; 0 before there are layers.
    least_width : int
        How wide it must be to show what each layer returns and how many parameters it has.

    Signals
    -------
    layer_chosen(str)
        A person wants the layer of this path.
    """

    layer_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.layers = LayerTree(self)
        self.tree = LayerTreeView(self.layers)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search layers")
        self.search.setAccessibleName("Search layers")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumHeight(HEIGHT_PX)
        self.totals = plain_label(is_quiet=True, wraps=True)
        self.totals.setMinimumWidth(1)
        self.wanted_width = self.least_width = 0
        self._widths: dict[Column, int] = {}
        self._architecture: Architecture | None = None
        self._chosen: str | None = None
        in_column(self.search, (self.tree, 1), self.totals, of=self, spacing=SPACING_PX // 2)
        self.setFocusProxy(self.tree)
        self.setMinimumWidth(LEAST_NAME_PX)
        self.search.textChanged.connect(self._on_search)
        self.search.returnPressed.connect(self._on_return)
        self.tree.selectionModel().currentRowChanged.connect(self._on_row)

    def show_layers(self, architecture: Architecture | None) -> None:
        """List other layers; nested models stay folded where they are."""
        folded = self._folded()
        self._architecture = architecture
        self.layers.set_architecture(architecture)
        self._unfold(folded)
        self._show_totals()
        self.measure()

    def show_chosen(self, path: str | None) -> None:
        """Make the row of a layer the chosen one."""
        self._chosen = path
        index = self.layers.index_of(path)
        if index.isValid() and self.layers.path_at(self.tree.currentIndex()) != path:
            self.tree.setCurrentIndex(index)

    def measure(self) -> None:
        """Make each column as wide as its content.

        Once for each model: left to Qt, which asks Python for every cell at each change of the
        width, a network of 150 layers stopped the window for a tenth of a second.
        """
        metrics = QFontMetrics(self.tree.font())
        header, indent = self.tree.header(), self.tree.indentation()
        deeper = 1 if self.layers.has_groups else 0
        for column in Column:
            texts = self.layers.texts(column)
            steps = (indent if column is Column.NAME else 0, deeper)
            needed = max(
                (
                    metrics.horizontalAdvance(text) + steps[0] * (depth + steps[1])
                    for depth, text in texts
                ),
                default=0,
            )
            self._widths[column] = max(needed + CELL_MARGIN_PX, header.sectionSizeHint(int(column)))
        bar = self.tree.verticalScrollBar().sizeHint().width()
        around = 2 * self.tree.frameWidth() + bar
        has_rows = self.layers.rowCount() > 0
        self.wanted_width = sum(self._widths.values()) + around if has_rows else 0
        figures = sum(self._widths[column] for column in FIRST_FIGURES)
        self.least_width = LEAST_NAME_PX + figures + around
        self._spread()

    def _spread(self) -> None:
        """Give names what the figures leave; where that is too little, the last columns scroll.

        Figures are never cut: part of a number is another number.
        """
        widths = dict(self._widths)
        if not widths:
            return
        left = self.tree.viewport().width() - sum(widths.values())
        name = widths.pop(Column.NAME)
        for column in sorted(widths, reverse=True):
            least = LEAST_NAME_PX if column in FIRST_FIGURES else USUAL_NAME_PX
            if name + left >= min(name, least):
                break
            left += widths[column]
        least = min(name, LEAST_NAME_PX, self.tree.viewport().width())
        widths[Column.NAME] = max(name + left, least)
        for column, width in widths.items():
            self.tree.header().resizeSection(int(column), width)

    def _show_totals(self) -> None:
        architecture = self._architecture
        if architecture is None or not architecture.layers:
            self.totals.setText("")
            return
        count = len(architecture.layers)
        found = f"{self.layers.found:,} of " if self.search.text() else ""
        unknown = architecture.unknown_costs
        least = "at least " if unknown else ""
        self.totals.setText(
            f"{found}{count:,} layers · {short_count(architecture.parameters)} parameters · "
            f"{least}{short_count(architecture.multiply_adds)} multiply-adds per picture"
        )
        self.totals.setToolTip(
            f"{architecture.parameters:,} parameters, "
            f"{least}{architecture.multiply_adds:,} multiply-adds"
            + (f": those of {unknown:,} layers are not known" if unknown else "")
        )

    def _folded(self) -> set[str]:
        found = set()

        def look(parent: QModelIndex) -> None:
            for row in range(self.layers.rowCount(parent)):
                index = self.layers.index(row, 0, parent)
                if self.layers.rowCount(index):
                    if not self.tree.isExpanded(index):
                        found.add(self.layers.path_at(index))
                    look(index)

        look(QModelIndex())
        return found

    def _unfold(self, folded: set[str]) -> None:
        """Open every nested model but these."""
        self.tree.setRootIsDecorated(self.layers.has_groups)
        self.tree.expandAll()
        for path in folded:
            if (index := self.layers.index_of(path)).isValid():
                self.tree.setExpanded(index, False)

    def _on_search(self, text: str) -> None:
        self.layers.set_search(text)
        self._unfold(set())
        self._show_totals()
        index = self.layers.index_of(self._chosen)
        if index.isValid():
            self.tree.setCurrentIndex(index)

    def _on_return(self) -> None:
        """Choose the first layer that was found."""
        index = self.layers.index(0, 0)
        while index.isValid() and self.layers.layer_at(index) is None:
            index = self.layers.index(0, 0, index)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.setFocus()

    def _on_row(self, index: QModelIndex) -> None:
        layer = self.layers.layer_at(index) if index.isValid() else None
        if layer is not None:
            self._chosen = layer.name
            self.layer_chosen.emit(layer.name)

    # Qt overrides.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()
