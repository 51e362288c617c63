"""The table of the Classify page: a row per picture, sorted by a click on a head."""

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from explorer.state.result_rows import LABEL_COLUMN, NAME_COLUMN, PROBABILITY_COLUMN, REASON_COLUMN
from explorer.state.results_table import THUMBNAIL_EDGE_PX, ResultsTable
from explorer.views.widgets.column_room import leave_room_between_columns

NAME_WIDTH_PX = 180
LABEL_WIDTH_PX = 80
REASON_LEAST_PX = 40


class ResultsView(QTableView):
    """Shows the rows; the keys move by whole rows, and Tab goes on to the next control."""

    def __init__(self, results: ResultsTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results = results
        self.setAccessibleName("Predictions")
        self.setModel(results)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(THUMBNAIL_EDGE_PX + 4)
        leave_room_between_columns(self)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.resizeSection(NAME_COLUMN, NAME_WIDTH_PX)
        header.resizeSection(LABEL_COLUMN, LABEL_WIDTH_PX)
        header.resizeSection(PROBABILITY_COLUMN, header.sectionSizeHint(PROBABILITY_COLUMN))
        header.resizeSection(REASON_COLUMN, REASON_LEAST_PX)  # and all the width there is
        header.setStretchLastSection(True)

    @property
    def chosen(self) -> QModelIndex:
        """The name of the chosen row; invalid where none is chosen.

        That row is selected. The current one may be another: Qt makes the first one current as
        soon as the table gets the focus.
        """
        return next(iter(self.selectionModel().selectedRows(NAME_COLUMN)), QModelIndex())

    def choose_row(self, row: int) -> None:
        """Make a row the chosen one, and show it."""
        self.selectRow(row)
        self.scrollTo(self._results.index(row, NAME_COLUMN))

    def choose_none(self) -> None:
        """Have no chosen row."""
        self.setCurrentIndex(QModelIndex())
        self.clearSelection()

    # Qt overrides.

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        # Qt's own go to the first and the last column of the row.
        ends = {QAbstractItemView.CursorAction.MoveHome, QAbstractItemView.CursorAction.MoveEnd}
        rows = self._results.rowCount()
        if action not in ends or not rows:
            return super().moveCursor(action, modifiers)
        row = 0 if action == QAbstractItemView.CursorAction.MoveHome else rows - 1
        return self._results.index(row, max(self.currentIndex().column(), NAME_COLUMN))

    def showEvent(self, event: QShowEvent) -> None:
        # Thumbnails as sharp as the screen.
        self._results.set_thumbnail_edge(round(THUMBNAIL_EDGE_PX * self.devicePixelRatioF()))
        super().showEvent(event)
