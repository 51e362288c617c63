"""The figures of each class, with their intervals."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from explorer.core.evaluation.confusion import ClassFigures
from explorer.core.evaluation.evaluation import Evaluation
from explorer.core.files.names import printable_name
from explorer.core.text.percent import format_percent
from explorer.state.shared.indices import Index
from explorer.views.common.tables.column_spacing import leave_room_between_columns
from explorer.views.common.tables.row_table import RowTable

MOST_ROWS = 12
_NONE = QModelIndex()

Floats = npt.NDArray[np.float64]


class _Rows(NamedTuple):
    """What the table is filled from."""

    names: tuple[str, ...]
    figures: ClassFigures
    areas: Floats
    average_precisions: Floats


class _Column(NamedTuple):
    """One column: its head, its numbers and their intervals."""

    title: str
    tip: str
    values: Callable[[_Rows], npt.NDArray[np.generic]]
    intervals: Callable[[_Rows], Floats] | None = None
    is_area: bool = False


_COLUMNS = (
    _Column("Class", "", lambda rows: np.arange(len(rows.names))),
    _Column("Pictures", "with this label", lambda rows: rows.figures.counts),
    _Column(
        "Precision",
        "of the pictures classified as this class, the share that is of it",
        lambda rows: rows.figures.precisions,
        lambda rows: rows.figures.precision_intervals,
    ),
    _Column(
        "Recall",
        "of the pictures of this class, the share that is classified as it",
        lambda rows: rows.figures.recalls,
        lambda rows: rows.figures.recall_intervals,
    ),
    _Column(
        "F1",
        "the harmonic mean of precision and recall",
        lambda rows: rows.figures.f1s,
        lambda rows: rows.figures.f1_intervals,
    ),
    _Column("ROC area", "1 is perfect, 0.5 is chance", lambda rows: rows.areas, is_area=True),
    _Column(
        "Average precision",
        "the area below the precision-recall curve",
        lambda rows: rows.average_precisions,
        is_area=True,
    ),
)


class ClassModel(QAbstractTableModel):
    """A row for each class, sortable by every column; undefined numbers stand last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: _Rows | None = None
        self._order = np.zeros(0, np.int64)
        self._sorting = (0, Qt.SortOrder.AscendingOrder)

    def show_figures(
        self, names: tuple[str, ...], figures: ClassFigures, evaluation: Evaluation
    ) -> None:
        """Show the figures of each class."""
        is_new = self._rows is None or names != self._rows.names
        if is_new:
            self.beginResetModel()
        self._rows = _Rows(names, figures, evaluation.areas, evaluation.average_precisions)
        self._arrange()
        if is_new:
            self.endResetModel()
        else:
            last = self.index(len(names) - 1, len(_COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def class_at(self, row: int) -> int:
        """Return the class of a row."""
        return int(self._order[row])

    def _arrange(self) -> None:
        rows = self._rows
        if rows is None:
            return
        column, order = self._sorting
        values = _COLUMNS[column].values(rows).astype(np.float64)
        is_descending = order == Qt.SortOrder.DescendingOrder
        self._order = np.argsort(-values if is_descending else values, kind="stable")

    # Qt overrides.

    def rowCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() or self._rows is None else len(self._rows.names)

    def columnCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.layoutAboutToBeChanged.emit()
        self._sorting = (column, order)
        self._arrange()
        self.layoutChanged.emit()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        rows = self._rows
        if rows is None:
            return None
        number, column = self.class_at(index.row()), _COLUMNS[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if index.column() else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and column.intervals is not None:
            return f"{printable_name(rows.names[number])}: {column.tip}"
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if not index.column():
            return printable_name(rows.names[number])
        return _text(column, rows, number)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _COLUMNS[section].title
            if role == Qt.ItemDataRole.ToolTipRole:
                return _COLUMNS[section].tip.capitalize()
        return None


def _text(column: _Column, rows: _Rows, number: int) -> str:
    value = float(column.values(rows)[number])
    if np.isnan(value):
        return "–"
    if column.is_area:
        return f"{value:.4f}"
    if column.intervals is None:
        return f"{value:,.0f}"
    low, high = map(format_percent, column.intervals(rows)[number])
    return f"{format_percent(value)} ({low} – {high})"


class ClassTable(RowTable):
    """The figures of each class; a click on a head sorts by it."""

    def __init__(self) -> None:
        super().__init__()
        self.figures = ClassModel(self)
        self.setModel(self.figures)
        self.setAccessibleName("Figures of each class, with 95 % intervals")
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        leave_room_between_columns(self)

    def show_figures(
        self, names: tuple[str, ...], figures: ClassFigures, evaluation: Evaluation
    ) -> None:
        """Show the figures of each class."""
        is_new = len(names) != self.figures.rowCount()
        self.figures.show_figures(names, figures, evaluation)
        if is_new:
            self.resizeColumnsToContents()
            rows = min(len(names), MOST_ROWS)
            head = self.horizontalHeader().sizeHint().height()
            bar = self.horizontalScrollBar().sizeHint().height()
            height = head + rows * self.verticalHeader().defaultSectionSize() + bar
            self.setFixedHeight(height + 2 * self.frameWidth())
