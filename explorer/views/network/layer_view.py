"""The table of a model's layers, as wide as its content."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent

from explorer.core.models.layers import LayerInfo
from explorer.state.network.layer_table import SHARE_ROLE, Column, LayerTable
from explorer.views.common.tables.bar_delegate import BarDelegate
from explorer.views.common.tables.row_table import RowTable

ROW_HEIGHT_PX = 30
LEAST_TEXT_PX = 90
"""A name or a kind is cut no narrower."""


class LayerView(RowTable):
    """One row per layer, one of which is chosen.

    Attributes
    ----------
    wanted_width : int
        How wide it is with all columns in full, in pixels; 0 before there are layers.

    Signals
    -------
    layer_chosen(str)
        A person wants the layer of this name.
    """

    layer_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._layers = LayerTable(self)
        self._widths: dict[Column, int] = {}
        self.wanted_width = 0
        self.setAccessibleName("Layers")
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # the ends of names tell them apart
        self.setModel(self._layers)
        self.setItemDelegateForColumn(Column.PARAMETERS, BarDelegate(SHARE_ROLE, self))
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT_PX)
        self.selectionModel().currentRowChanged.connect(self._on_row)

    def show_layers(self, layers: tuple[LayerInfo, ...]) -> None:
        """List other layers."""
        self._layers.set_layers(layers)
        if layers:
            self.measure()

    def show_chosen(self, name: str | None) -> None:
        """Make the row of a layer the chosen one."""
        row = self._layers.row_of(name)
        if row >= 0 and row != self.currentIndex().row():
            self.selectRow(row)

    def measure(self) -> None:
        """Make each column as wide as its content.

        Once for each model: left to Qt, which asks Python for every cell at each change of the
        table's width, a network of 150 layers stopped the window for a tenth of a second.
        """
        header = self.horizontalHeader()
        self._widths = {
            one: max(self.sizeHintForColumn(one), header.sectionSizeHint(one)) for one in Column
        }
        scroll_bar = self.verticalScrollBar().sizeHint().width()
        self.wanted_width = sum(self._widths.values()) + 2 * self.frameWidth() + scroll_bar
        self._spread()

    def _spread(self) -> None:
        """Give the last column what is left of the width; where there is too little, cut names.

        Figures are never cut: part of a number is another number.
        """
        widths = dict(self._widths)
        left = self.viewport().width() - sum(widths.values())
        widths[Column.PARAMETERS] += max(left, 0)
        for one in (Column.NAME, Column.KIND):
            cut = min(max(-left, 0), max(widths[one] - LEAST_TEXT_PX, 0))
            widths[one] -= cut
            left += cut
        header = self.horizontalHeader()
        for one, width in widths.items():
            header.resizeSection(one, width)

    def _on_row(self, index: QModelIndex) -> None:
        if index.isValid():
            self.layer_chosen.emit(self._layers.layer_at(index.row()).name)

    # Qt overrides.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._widths:
            self._spread()
