"""The confusion matrix as a table: each cell shows its pictures."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.text.percent import format_percent
from explorer.state.shared.indices import Index
from explorer.views.common.theme import NEGATIVE, POSITIVE, SPACING_PX, faint, text_scale

CELL_WIDTH_PX, CELL_HEIGHT_PX = 64, 28
MOST_ROWS = 12
"""Of a matrix that stands whole on the page; a larger one is scrolled."""
MOST_OPACITY = 0.5
LONGEST_NAME = 18
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_NONE = QModelIndex()


class ConfusionModel(QAbstractTableModel):
    """Rows are the labels, columns the answers."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._counts: npt.NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._totals: npt.NDArray[np.int64] = np.zeros(0, np.int64)

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """What stands in the cells."""
        return self._counts

    def show_counts(self, names: tuple[str, ...], counts: npt.NDArray[np.int64]) -> None:
        """Show a matrix; the chosen cell stays where the classes are the same."""
        is_new = names != self._names
        if is_new:
            self.beginResetModel()
        self._names, self._counts, self._totals = names, counts, counts.sum(axis=1)
        if is_new:
            self.endResetModel()
        elif names:
            last = len(names) - 1
            self.dataChanged.emit(self.index(0, 0), self.index(last, last))

    def text_of(self, label: int, answer: int) -> str:
        """Say what a cell counts."""
        count, total = int(self._counts[label, answer]), int(self._totals[label])
        name, taken = printable_name(self._names[label]), printable_name(self._names[answer])
        share = f", {format_percent(count / total)} of them" if total else ""
        pictures = "1 picture" if count == 1 else f"{count:,} pictures"
        return f"{pictures} of {name} classified as {taken}{share}"

    def _color(self, label: int, answer: int) -> QColor | None:
        count, total = int(self._counts[label, answer]), int(self._totals[label])
        if not count:
            return None
        return faint(NEGATIVE if label == answer else POSITIVE, MOST_OPACITY * count / total)

    # Qt overrides.

    def rowCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self._names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        label, answer = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{self._counts[label, answer]:,}"
        if role == Qt.ItemDataRole.BackgroundRole:
            return self._color(label, answer)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.text_of(label, answer)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if not 0 <= section < len(self._names):
            return None
        name = printable_name(self._names[section])
        if role == Qt.ItemDataRole.DisplayRole:
            return shorten_name(name, LONGEST_NAME)
        if role == Qt.ItemDataRole.ToolTipRole:
            is_answer = orientation == Qt.Orientation.Horizontal
            return f"classified as {name}" if is_answer else f"pictures of {name}"
        return None


class ConfusionMatrix(QTableView):
    """Arrow keys go from cell to cell; a click, Enter or the space bar shows the pictures of one.

    Signals
    -------
    cell_chosen(int, int)
        A person wants the pictures of a label that get an answer.
    """

    cell_chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.counts = ConfusionModel(self)
        self._whole_width = 0
        self.setModel(self.counts)
        self.setAccessibleName("Confusion matrix: rows are labels, columns are answers")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.clicked.connect(lambda index: self.cell_chosen.emit(index.row(), index.column()))

    def show_counts(self, names: tuple[str, ...], counts: npt.NDArray[np.int64]) -> None:
        """Show a matrix: rows are the labels, columns the answers."""
        is_new = len(names) != self.counts.rowCount()
        self.counts.show_counts(names, counts)
        if is_new:
            self._fit()

    def mark_cell(self, cell: tuple[int, int] | None) -> None:
        """Mark the cell whose pictures are shown."""
        if cell is None:
            self.clearSelection()
        elif cell != (self.currentIndex().row(), self.currentIndex().column()):
            self.setCurrentIndex(self.counts.index(*cell))
        else:
            self.selectionModel().select(
                self.currentIndex(), self.selectionModel().SelectionFlag.ClearAndSelect
            )

    def _fit(self) -> None:
        """Make the table as high as its rows, so far as they stand on the page."""
        scale = text_scale(self.font())
        height, rows = round(CELL_HEIGHT_PX * scale), self.counts.rowCount()
        self.verticalHeader().setDefaultSectionSize(height)
        names = [self.counts.headerData(one, Qt.Orientation.Horizontal) for one in range(rows)]
        widths = [self.fontMetrics().horizontalAdvance(str(name)) for name in names[:MOST_ROWS]]
        width = max([round(CELL_WIDTH_PX * scale), *(one + 2 * SPACING_PX for one in widths)])
        self.horizontalHeader().setDefaultSectionSize(width)
        side = self.verticalHeader().sizeHint().width() + 2 * self.frameWidth()
        self._whole_width = side + width * rows
        bar = self.verticalScrollBar().sizeHint().width() if rows > MOST_ROWS else 0
        self.setMaximumWidth(self._whole_width + bar)
        self._fit_height()

    def _fit_height(self) -> None:
        rows = min(self.counts.rowCount(), MOST_ROWS)
        is_cut_off = self._whole_width > self.width()
        bar = self.horizontalScrollBar().sizeHint().height() if is_cut_off else 0
        head = self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth()
        self.setFixedHeight(head + self.verticalHeader().defaultSectionSize() * rows + bar)

    # Qt overrides.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in _ENTER and index.isValid():
            self.cell_chosen.emit(index.row(), index.column())
        else:
            super().keyPressEvent(event)
