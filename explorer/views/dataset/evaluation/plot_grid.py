"""Plots side by side, as many as there is room for."""

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from explorer.views.common.layouts import in_column
from explorer.views.common.theme import SPACING_PX

LEAST_WIDTH_PX = 230


class PlotGrid(QWidget):
    """One to three columns of plots, each below its title."""

    def __init__(self, plots: Sequence[tuple[QLabel, QWidget]]) -> None:
        super().__init__()
        self._cells: list[QWidget] = []
        for title, plot in plots:
            cell = QWidget()
            in_column(title, 1, plot, of=cell, spacing=SPACING_PX // 2)
            self._cells.append(cell)
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACING_PX)
        self._arrange(len(self._cells))

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, cell in enumerate(self._cells):
            self._grid.addWidget(cell, place // columns, place % columns)
            self._grid.setColumnStretch(place, int(place < columns))

    # Qt overrides.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = event.size().width() // (LEAST_WIDTH_PX + SPACING_PX)
        self._arrange(min(max(columns, 1), len(self._cells)))
