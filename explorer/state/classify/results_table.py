"""The rows of the Classify page as a Qt table."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QImage

from explorer.background.thumbnails import Key, ThumbnailLoader
from explorer.core.files.names import printable_name
from explorer.core.images.read import Picture
from explorer.core.models.prediction import Prediction
from explorer.core.text.percent import format_percent
from explorer.state.classify.result_rows import (
    LABEL_COLUMN,
    NAME_COLUMN,
    PROBABILITY_COLUMN,
    ResultRow,
    arrange,
)
from explorer.state.shared.indices import Index

PREDICTION_ROLE = int(Qt.ItemDataRole.UserRole)
"""The Prediction; one without classes and error is not there yet."""
REASON_ROLE = PREDICTION_ROLE + 1
"""Why there is no prediction and none will come, as a sentence; empty where there is one."""

THUMBNAIL_EDGE_PX = 36

_HEADERS = ("Picture", "Class", "Probability")


class ResultsTable(QAbstractTableModel):
    """One row per picture, in the order they came or sorted by a column.

    It sorts itself: a QSortFilterProxyModel asks Python for both values of each comparison, which
    takes seconds for 20,000 rows.
    """

    def __init__(self, thumbnails: ThumbnailLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[ResultRow] = []  # as they came
        """The rows in the order they came."""
        self._shown: list[ResultRow] = []  # from top to bottom
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

    def append(self, rows: Sequence[ResultRow]) -> int:
        """Add rows, at least one; return where the first of them is shown."""
        assert rows
        count = len(self._shown)
        self.beginInsertRows(QModelIndex(), count, count + len(rows) - 1)
        self.rows.extend(rows)
        self._shown.extend(rows)
        self.endInsertRows()
        self._arrange()
        return self.place_of(rows[0])

    def place_of(self, row: ResultRow) -> int:
        """Return where a row is shown."""
        return self._shown.index(row)

    def refresh(self) -> None:
        """Show that any of the rows may have another prediction."""
        if self._shown:
            last = self.index(len(self._shown) - 1, len(_HEADERS) - 1)
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

    def _arrange(self) -> None:
        column = self._sort_column
        if column < 0:
            self._show_in_order(list(self.rows))
        else:
            self._show_in_order(arrange(self.rows, column, is_descending=self._is_descending))

    def _show_in_order(self, shown: list[ResultRow]) -> None:
        """Show the same rows in another order; what is chosen stays chosen."""
        if shown == self._shown:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        rows = [self._shown[index.row()] for index in before]
        self._shown = shown
        places = {row: shown.index(row) for row in set(rows)}
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
        return 0 if parent is not None and parent.isValid() else len(_HEADERS)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sort_column = column
        self._is_descending = order == Qt.SortOrder.DescendingOrder
        self._arrange()

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _HEADERS[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self._shown[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            if column == NAME_COLUMN:
                return printable_name(row.path)
            return _text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.DecorationRole and column == NAME_COLUMN:
            return self._thumbnail(row)
        if role == PREDICTION_ROLE:
            return row.prediction or Prediction(str(row.path))
        if role == REASON_ROLE:
            return row.reason
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tooltip(row, column)
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    """Numbers stand below one another, their heads above them."""
    side = (
        Qt.AlignmentFlag.AlignRight if column == PROBABILITY_COLUMN else Qt.AlignmentFlag.AlignLeft
    )
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


def _text(row: ResultRow, column: int) -> str:
    prediction = row.prediction
    if column == LABEL_COLUMN and prediction is None:
        return "waiting…" if row.is_waiting else "not classified"
    if column == LABEL_COLUMN and prediction is not None:
        return row.reason or prediction.label
    if prediction is None or prediction.probability is None:
        return ""
    return format_percent(prediction.probability)


def _tooltip(row: ResultRow, column: int) -> str:
    if row.prediction is not None and row.prediction.error:
        return row.prediction.error.sentence
    # The name of a class may be longer than its column.
    return _text(row, column) if column == LABEL_COLUMN else printable_name(str(row.path))
