"""The table of the Classify page: a row per picture, sorted by a click on a head."""

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHeaderView

from explorer.state.classify.result_rows import (
    LABEL_COLUMN,
    NAME_COLUMN,
    PROBABILITY_COLUMN,
)
from explorer.state.classify.results_table import REASON_ROLE, THUMBNAIL_EDGE_PX, ResultsTable
from explorer.views.common.tables.column_spacing import leave_room_between_columns
from explorer.views.common.tables.message_delegate import MessageDelegate
from explorer.views.common.tables.row_table import RowTable


class ResultsView(RowTable):
    """Shows the rows, one of which is chosen."""

    def __init__(self, results: ResultsTable) -> None:
        super().__init__()
        self._results = results
        self.setAccessibleName("Predictions")
        self.setModel(results)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setAlternatingRowColors(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # the ends of names tell them apart
        self.verticalHeader().setDefaultSectionSize(THUMBNAIL_EDGE_PX + 4)
        leave_room_between_columns(self)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.resizeSection(PROBABILITY_COLUMN, header.sectionSizeHint(PROBABILITY_COLUMN))
        # Names of files and of classes may both be long: they share all the room there is.
        for column in (NAME_COLUMN, LABEL_COLUMN):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        message = MessageDelegate(REASON_ROLE, (LABEL_COLUMN, PROBABILITY_COLUMN), self)
        for column in (LABEL_COLUMN, PROBABILITY_COLUMN):
            self.setItemDelegateForColumn(column, message)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)

    @property
    def chosen(self) -> QModelIndex:
        """The name of the chosen row; invalid where none is chosen.

        That row is selected. The current one may be another: Qt makes the first one current as
        soon as the table gets the focus.
        """
        return next(iter(self.selectionModel().selectedRows(NAME_COLUMN)), QModelIndex())

    @property
    def chosen_verdict(self) -> str:
        """What the chosen row says of its class; empty where none is chosen."""
        return self.chosen.siblingAtColumn(LABEL_COLUMN).data() or ""

    def choose_row(self, row: int) -> None:
        """Make a row the chosen one, and show it."""
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
