"""The rows of the Classify page as a Qt table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.predictions import Prediction
from explorer.core.share_text import format_share

NAME_COLUMN = 0
LABEL_COLUMN = 1
PROBABILITY_COLUMN = 2
REASON_COLUMN = 3

PREDICTION_ROLE = int(Qt.ItemDataRole.UserRole)
SORT_ROLE = PREDICTION_ROLE + 1

THUMBNAIL_EDGE_PX = 36

_HEADERS = ("Picture", "Class", "Probability", "What went wrong")

Index = QModelIndex | QPersistentModelIndex


class ResultsTable(QAbstractTableModel):
    """One row per picture; a Prediction without classes and error is still waiting.

    Parameters
    ----------
    thumbnails : ThumbnailLoader
    parent : QObject, optional
    """

    def __init__(self, thumbnails: ThumbnailLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Prediction] = []
        self._thumbnails = thumbnails
        self._rows_asked: dict[Path, int] = {}
        thumbnails.loaded.connect(self._on_loaded)

    def predictions(self) -> tuple[Prediction, ...]:
        """Return the rows from top to bottom."""
        return tuple(self._rows)

    def append(self, predictions: Sequence[Prediction]) -> int:
        """Add rows at the end; return the number of the first."""
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(predictions) - 1)
        self._rows.extend(predictions)
        self.endInsertRows()
        return first

    def set_row(self, row: int, prediction: Prediction) -> None:
        """Replace one row."""
        self._rows[row] = prediction
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(_HEADERS) - 1))

    def replace(self, predictions: Sequence[Prediction]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._rows = list(predictions)
        self._rows_asked.clear()
        self.endResetModel()

    def _thumbnail(self, row: int) -> object:
        """Return a picture's thumbnail; where it must be read first, the row is painted again."""
        path = Path(self._rows[row].path)
        thumbnail = self._thumbnails.get(path, THUMBNAIL_EDGE_PX)
        if thumbnail is None:
            self._rows_asked[path] = row
            return None
        return None if thumbnail.image is None else _square(thumbnail.image)

    def _on_loaded(self, keys: tuple[tuple[Path, int], ...]) -> None:
        for path, edge in keys:
            row = self._rows_asked.pop(path, None) if edge == THUMBNAIL_EDGE_PX else None
            if row is not None:
                index = self.index(row, NAME_COLUMN)
                self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    # Qt overrides.

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(_HEADERS)

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
        prediction, column = self._rows[index.row()], index.column()
        if role == PREDICTION_ROLE:
            return prediction
        if role == Qt.ItemDataRole.ToolTipRole:
            return prediction.error or prediction.path
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(prediction, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.DecorationRole and column == NAME_COLUMN:
            return self._thumbnail(index.row())
        if role == SORT_ROLE:
            probability = -1.0 if prediction.probability is None else prediction.probability
            return probability if column == PROBABILITY_COLUMN else _text(prediction, column)
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    """Numbers stand below one another, their heads above them."""
    side = (
        Qt.AlignmentFlag.AlignRight if column == PROBABILITY_COLUMN else Qt.AlignmentFlag.AlignLeft
    )
    return side | Qt.AlignmentFlag.AlignVCenter


def _square(image: QImage) -> QImage:
    """Set a picture in the middle of a square, so that the names beside them stand in line."""
    left = (image.width() - THUMBNAIL_EDGE_PX) // 2
    top = (image.height() - THUMBNAIL_EDGE_PX) // 2
    layers = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    return layers.copy(left, top, THUMBNAIL_EDGE_PX, THUMBNAIL_EDGE_PX)  # beyond it transparent


def _text(prediction: Prediction, column: int) -> str:
    if column == NAME_COLUMN:
        return Path(prediction.path).name
    if column == LABEL_COLUMN:
        is_waiting = not prediction.classes and not prediction.error
        return "waiting…" if is_waiting else prediction.label
    if column == PROBABILITY_COLUMN:
        return "" if prediction.probability is None else format_share(prediction.probability)
    return prediction.error
