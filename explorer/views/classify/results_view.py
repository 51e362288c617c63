"""The table of the Classify page: a row per picture, sorted by a click on a head."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView

from explorer.state.classify.result_rows import (
    LABEL_COLUMN,
    NAME_COLUMN,
    OTHER_LABEL_COLUMN,
    OTHER_PROBABILITY_COLUMN,
    PROBABILITY_COLUMN,
)
from explorer.state.classify.results_table import REASON_ROLE, THUMBNAIL_EDGE_PX, ResultsTable
from explorer.views.common.tables.column_spacing import leave_room_between_columns
from explorer.views.common.tables.message_delegate import MessageDelegate
from explorer.views.common.tables.row_table import RowTable

LEAST_COLUMN_PX = 84
"""In a small window with two models: enough to tell names apart; the rest is scrolled to."""

_OTHERS = (OTHER_LABEL_COLUMN, OTHER_PROBABILITY_COLUMN)


class ResultsView(RowTable):
    """Shows the rows, some of which are chosen; one is spoken of."""

    def __init__(self, results: ResultsTable) -> None:
        super().__init__()
        self._results = results
        self.setAccessibleName("Predictions")
        self.setModel(results)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setAlternatingRowColors(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # the ends of names tell them apart
        self.verticalHeader().setDefaultSectionSize(THUMBNAIL_EDGE_PX + 4)
        self.horizontalHeader().setMinimumSectionSize(LEAST_COLUMN_PX)
        leave_room_between_columns(self)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        for columns in ((LABEL_COLUMN, PROBABILITY_COLUMN), _OTHERS):
            message = MessageDelegate(REASON_ROLE, columns, self)
            for column in columns:
                self.setItemDelegateForColumn(column, message)
        results.columnsInserted.connect(self._fit_columns)
        results.columnsRemoved.connect(self._fit_columns)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Names of files and of classes may both be long: they share all the room there is."""
        header, modes = self.horizontalHeader(), QHeaderView.ResizeMode
        for column in range(self._results.columnCount()):
            is_number = column in (PROBABILITY_COLUMN, OTHER_PROBABILITY_COLUMN)
            header.setSectionResizeMode(column, modes.Interactive if is_number else modes.Stretch)
            if is_number:
                header.resizeSection(column, header.sectionSizeHint(PROBABILITY_COLUMN))
        # New columns belong to the chosen rows too.
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().select(self.selectionModel().selection(), flags)

    @property
    def chosen(self) -> QModelIndex:
        """The name of the row that is spoken of; invalid where none is chosen.

        It is selected: of several the current one. Where the current one is not selected, another
        is: Qt makes the first one current as soon as the table gets the focus.
        """
        selection, current = self.selectionModel(), self.currentIndex()
        if current.isValid() and selection.isSelected(current):
            return current.siblingAtColumn(NAME_COLUMN)
        ranges = selection.selection()
        if ranges.isEmpty():
            return QModelIndex()
        return self._results.index(ranges.first().top(), NAME_COLUMN)

    @property
    def chosen_ones(self) -> list[QModelIndex]:
        """The names of all chosen rows, from top to bottom."""
        return sorted(self.selectionModel().selectedRows(NAME_COLUMN), key=QModelIndex.row)

    @property
    def chosen_verdict(self) -> str:
        """What the chosen row says of its class; empty where none is chosen."""
        return self.chosen.siblingAtColumn(LABEL_COLUMN).data() or ""

    def choose_row(self, row: int) -> None:
        """Make a row the only chosen one, and show it; -1: none."""
        if row < 0:
            self.choose_none()
            return
        self.selectRow(row)
        self.scrollTo(self._results.index(row, NAME_COLUMN))

    def choose_none(self) -> None:
        """Have no chosen row."""
        self.setCurrentIndex(QModelIndex())
        self.clearSelection()

    # Qt overrides.

    def showEvent(self, event: QShowEvent) -> None:
        # Thumbnails as sharp as the screen.
        self._results.set_thumbnail_edge(round(THUMBNAIL_EDGE_PX * self.devicePixelRatioF()))
        super().showEvent(event)
