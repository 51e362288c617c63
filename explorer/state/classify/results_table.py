"""The rows of the Classify page as a Qt table."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QImage

from explorer.background.thumbnails import Key, ThumbnailLoader
from explorer.core.files.names import printable_name
from explorer.core.images.read import Picture
from explorer.core.models.prediction import Prediction
from explorer.core.text.class_words import unlike_all
from explorer.core.text.percent import format_percent
from explorer.state.classify.result_rows import (
    LABEL_COLUMN,
    NAME_COLUMN,
    OTHER_LABEL_COLUMN,
    OTHER_PROBABILITY_COLUMN,
    PROBABILITY_COLUMN,
    ResultRow,
    arrange,
    reason_in,
)
from explorer.state.classify.row_filter import RowFilter
from explorer.state.shared.indices import Index

PREDICTION_ROLE = int(Qt.ItemDataRole.UserRole)
"""The Prediction; one without classes and error is not there yet."""
REASON_ROLE = PREDICTION_ROLE + 1
"""Why there is no prediction and none will come, as a sentence; empty where there is one.

Both are the second model's in its columns."""

THUMBNAIL_EDGE_PX = 36

_HEADERS = ("Picture", "Class", "Probability")
_LABELS = (LABEL_COLUMN, OTHER_LABEL_COLUMN)
_PROBABILITIES = (PROBABILITY_COLUMN, OTHER_PROBABILITY_COLUMN)


class ResultsTable(QAbstractTableModel):
    """One row per picture, in the order they came or sorted by a column; some may be left out.

    It sorts itself: a QSortFilterProxyModel asks Python for both values of each comparison, which
    takes seconds for 20,000 rows.

    Signals
    -------
    rows_changed()
        Rows were added to `rows` or removed.
    """

    rows_changed = Signal()

    def __init__(self, thumbnails: ThumbnailLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[ResultRow] = []  # as they came
        """The rows in the order they came."""
        self._shown: list[ResultRow] = []  # from top to bottom
        self.filter = RowFilter()
        self._headers: tuple[str, ...] = _HEADERS
        self._sort_column = -1
        self._is_descending = False
        self._thumbnails = thumbnails
        self._edge_px = THUMBNAIL_EDGE_PX
        self._asked: set[Key] = set()
        thumbnails.loaded.connect(self._on_loaded)

    @property
    def thumbnail_edge(self) -> int:
        """How large thumbnails are drawn, in pixels of the screen."""
        return self._edge_px

    def set_thumbnail_edge(self, edge_px: int) -> None:
        """Say how large thumbnails are drawn, in pixels of the screen."""
        self._edge_px = edge_px

    @property
    def shown(self) -> Sequence[ResultRow]:
        """The rows that are shown, from top to bottom."""
        return self._shown

    def set_models(self, first: str, second: str) -> None:
        """Show the columns of a second model and name both, or those of one: `second` is empty."""
        count = len(self._headers)
        name, label, probability = _HEADERS
        headers: tuple[str, ...] = (name, label, probability)
        if second:
            headers = (name, first, probability, second, probability)
        if len(headers) > count:
            self.beginInsertColumns(QModelIndex(), count, len(headers) - 1)
            self._headers = headers
            self.endInsertColumns()
        elif len(headers) < count:
            self.beginRemoveColumns(QModelIndex(), len(headers), count - 1)
            self._headers = headers
            self.endRemoveColumns()
        self._headers = headers
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(headers) - 1)

    def set_filter(self, wanted: RowFilter) -> None:
        """Show other rows."""
        self.filter = wanted
        self._arrange()

    def append(self, rows: Sequence[ResultRow]) -> int:
        """Add rows, at least one; return where the first of them is shown, -1 if it is not."""
        assert rows
        self.rows.extend(rows)
        self._arrange()
        self.rows_changed.emit()
        return self.place_of(rows[0])

    def insert_first(self, rows: Sequence[ResultRow]) -> None:
        """Add rows before all others."""
        self.rows[:0] = rows
        self._arrange()
        self.rows_changed.emit()

    def place_of(self, row: ResultRow) -> int:
        """Return where a row is shown; -1 where it is left out."""
        return self._shown.index(row) if row in self._shown else -1

    def refresh(self) -> None:
        """Show that any of the rows may have another prediction."""
        if self._shown:
            last = self.index(len(self._shown) - 1, len(self._headers) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
        self._arrange()

    def set_thumbnail(self, row: ResultRow, picture: Picture) -> None:
        """Show a picture without a file in its row."""
        row.thumbnail = picture
        self.refresh()

    def row_at(self, index: Index) -> ResultRow:
        """Return the row that is shown at an index."""
        return self._shown[index.row()]

    def clear(self) -> None:
        """Remove every row."""
        self.beginResetModel()
        self.rows, self._shown = [], []
        self._asked.clear()
        self.endResetModel()
        self.rows_changed.emit()

    def _arrange(self) -> None:
        rows, column = self.filter.choose(list(self.rows)), self._sort_column
        if 0 <= column < len(self._headers):
            rows = arrange(rows, column, is_descending=self._is_descending)
        if rows != self._shown:
            self._show(rows)

    def _show(self, rows: list[ResultRow]) -> None:
        """Show other rows, or the same in another order; what stays chosen stays so.

        What goes is put last and removed, what comes is added last and put where it belongs: so
        each change is one for Qt, however many rows it is about.
        """
        wanted, before = set(rows), set(self._shown)
        staying = [row for row in self._shown if row in wanted]
        leaving = [row for row in self._shown if row not in wanted]
        coming = [row for row in rows if row not in before]
        if leaving:
            self._reorder([*staying, *leaving])
            self.beginRemoveRows(QModelIndex(), len(staying), len(self._shown) - 1)
            self._shown = staying
            self.endRemoveRows()
        if coming:
            self.beginInsertRows(QModelIndex(), len(staying), len(rows) - 1)
            self._shown = [*staying, *coming]
            self.endInsertRows()
        self._reorder(rows)

    def _reorder(self, shown: list[ResultRow]) -> None:
        if shown == self._shown:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        rows = [self._shown[index.row()] for index in before]
        self._shown = shown
        moved = set(rows)
        places = {row: place for place, row in enumerate(shown) if row in moved}
        after = [
            self.index(places[row], index.column()) for row, index in zip(rows, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _thumbnail(self, row: ResultRow) -> QImage:
        """Return a picture's thumbnail, or nothing as large while there is none."""
        if row.read is not None:
            image = None if row.thumbnail is None else _to_image(row.thumbnail)
        else:
            thumbnail = self._thumbnails.get(row.path, self._edge_px)
            if thumbnail is None:
                self._asked.add((row.path, self._edge_px))
            image = None if thumbnail is None else thumbnail.image
        made = _blank(self._edge_px) if image is None else _square(image, self._edge_px)
        made.setDevicePixelRatio(self._edge_px / THUMBNAIL_EDGE_PX)
        return made

    def _on_loaded(self, keys: tuple[Key, ...]) -> None:
        come = self._asked.intersection(keys)
        if come and self._shown:
            self._asked -= come
            first = self.index(0, NAME_COLUMN)
            last = self.index(len(self._shown) - 1, NAME_COLUMN)
            self.dataChanged.emit(first, last, [Qt.ItemDataRole.DecorationRole])

    # Qt overrides.

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._headers)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sort_column = column
        self._is_descending = order == Qt.SortOrder.DescendingOrder
        self._arrange()

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self._headers[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self._shown[index.row()], index.column()
        prediction = row.prediction if column < OTHER_LABEL_COLUMN else row.other
        if role == Qt.ItemDataRole.DisplayRole:
            if column == NAME_COLUMN:
                return printable_name(row.path)
            return _text(row, prediction, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.DecorationRole and column == NAME_COLUMN:
            return self._thumbnail(row)
        if role == PREDICTION_ROLE:
            return prediction or Prediction(str(row.path))
        if role == REASON_ROLE:
            return reason_in(prediction)
        if role == Qt.ItemDataRole.ToolTipRole:
            if prediction is not None and prediction.error:
                return prediction.error.sentence
            # The name of a class may be longer than its column.
            is_label = column in _LABELS
            return _text(row, prediction, column) if is_label else printable_name(str(row.path))
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    """Numbers stand below one another, their heads above them."""
    is_number = column in _PROBABILITIES
    side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _square(image: QImage, edge_px: int) -> QImage:
    """Set a picture in the middle of a square, so that the names beside them stand in line."""
    left, top = (image.width() - edge_px) // 2, (image.height() - edge_px) // 2
    layers = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    return layers.copy(left, top, edge_px, edge_px)  # beyond it transparent


@lru_cache(maxsize=2)
def _blank(edge_px: int) -> QImage:
    made = QImage(edge_px, edge_px, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.transparent)
    return made


def _to_image(picture: Picture) -> QImage:
    height, width = picture.shape[:2]
    pixels = np.ascontiguousarray(picture)
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _text(row: ResultRow, prediction: Prediction | None, column: int) -> str:
    if column in _LABELS:
        if prediction is not None and prediction.is_neither:
            return f"{prediction.label} · {unlike_all(prediction.classes)}"
        if prediction is not None:
            return reason_in(prediction) or prediction.label
        is_waiting = row.is_waiting if column == LABEL_COLUMN else row.is_other_waiting
        return "waiting…" if is_waiting else "not classified"
    if prediction is None or prediction.probability is None:
        return ""
    return format_percent(prediction.probability)
