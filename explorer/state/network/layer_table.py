"""The layers of a model as a Qt table model."""

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from explorer.core.files.names import printable_name
from explorer.core.models.layers import LayerInfo
from explorer.core.text.percent import format_percent
from explorer.state.shared.indices import Index


class Column(IntEnum):
    """The columns, from the left."""

    NAME = 0
    KIND = 1
    OUTPUT = 2
    PARAMETERS = 3


SORT_ROLE = Qt.ItemDataRole.UserRole
"""The value itself: text, or a number of parameters."""
SHARE_ROLE = Qt.ItemDataRole.UserRole + 1
"""In the column of parameters: their share of the whole model's, 0 to 1."""

_TITLES = {
    Column.NAME: "Layer",
    Column.KIND: "Kind",
    Column.OUTPUT: "Output",
    Column.PARAMETERS: "Parameters",
}


def format_shape(shape: tuple[int, ...]) -> str:
    """Return an output shape as text: "150×150×32"."""
    return "×".join(f"{length:,}" if len(shape) == 1 else str(length) for length in shape)


class LayerTable(QAbstractTableModel):
    """One row per layer: name, kind, output shape, parameters."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerInfo, ...] = ()
        self._parameters = 0

    def set_layers(self, layers: tuple[LayerInfo, ...]) -> None:
        """Show other layers."""
        self.beginResetModel()
        self._layers = layers
        self._parameters = sum(layer.parameters for layer in layers)
        self.endResetModel()

    def layer_at(self, row: int) -> LayerInfo:
        """Return the layer of a row."""
        return self._layers[row]

    def row_of(self, name: str | None) -> int:
        """Return the row of a layer, -1 where there is none of that name."""
        return next((i for i, layer in enumerate(self._layers) if layer.name == name), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._layers)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _TITLES[Column(section)]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(Column(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        layer, column = self._layers[index.row()], Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(layer, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tooltip(layer)
        if role == SORT_ROLE:
            return layer.parameters if column is Column.PARAMETERS else _text(layer, column)
        if role == SHARE_ROLE and column is Column.PARAMETERS:
            return self._share(layer)
        return None

    def _share(self, layer: LayerInfo) -> float:
        return layer.parameters / self._parameters if self._parameters else 0.0

    def _tooltip(self, layer: LayerInfo) -> str:
        parts = [f"{layer.name}: {layer.kind}"]
        if layer.detail:
            parts.append(layer.detail)
        if layer.parameters:
            parts.append(
                f"{layer.parameters:,} parameters, {format_percent(self._share(layer))} of all"
            )
        return "\n".join(map(printable_name, parts))


def _text(layer: LayerInfo, column: Column) -> str:
    match column:
        case Column.NAME:
            return printable_name(layer.name)
        case Column.KIND:
            return layer.kind
        case Column.OUTPUT:
            return format_shape(layer.output_shape)
        case Column.PARAMETERS:
            return f"{layer.parameters:,}" if layer.parameters else ""


def _alignment(column: Column) -> Qt.AlignmentFlag:
    is_number = column in (Column.OUTPUT, Column.PARAMETERS)
    side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
