"""The ways of preparing pictures that were tried, as a Qt table model."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from explorer.core.model_files.find_out import Tried
from explorer.core.models.preparation import Preparation
from explorer.core.text.percent import format_percent
from explorer.state.shared.indices import Index

HEADS = ("Range", "Channels", "Resizing", "Right", "95 % interval")
SCALING_TEXTS = {
    "none": "0 to 255",
    "unit": "0 to 1",
    "signed": "−1 to 1",
    "imagenet": "ImageNet",
}
CHANNEL_TEXTS = {"rgb": "RGB", "bgr": "BGR", "grey": "Grey"}
RESIZE_TEXTS = {"stretch": "Stretch", "crop": "Crop", "pad": "Pad"}


class FindOutTable(QAbstractTableModel):
    """One row for each way, the best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tried: Sequence[Tried] = ()

    def set_tried(self, tried: Sequence[Tried]) -> None:
        """Show others."""
        self.beginResetModel()
        self._tried = tuple(tried)
        self.endResetModel()

    def preparation_at(self, row: int) -> Preparation:
        """Return the way of a row."""
        return self._tried[row].preparation

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._tried)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return HEADS[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        tried = self._tried[index.row()]
        way, (low, high) = tried.preparation, tried.metrics.interval
        return (
            SCALING_TEXTS[way.scaling],
            CHANNEL_TEXTS[way.channels],
            RESIZE_TEXTS[way.resize],
            format_percent(tried.metrics.accuracy),
            f"{format_percent(low)} to {format_percent(high)}",
        )[index.column()]


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column > 2 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
