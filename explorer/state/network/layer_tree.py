"""The layers of a model as a Qt tree model: nested models hold theirs."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt

from explorer.core.files.names import printable_name
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import LayerInfo, ReceptiveField
from explorer.core.text.counts import short_count
from explorer.core.text.percent import format_percent
from explorer.core.text.search import rank
from explorer.state.shared.indices import Index


class Column(IntEnum):
    """The columns, from the left."""

    NAME = 0
    OUTPUT = 1
    PARAMETERS = 2
    MULTIPLY_ADDS = 3
    FIELD = 4
    KIND = 5


SHARE_ROLE = Qt.ItemDataRole.UserRole
"""Of parameters and multiply-adds: their share of the whole model's, 0 to 1."""

_TITLES = {
    Column.NAME: "Layer",
    Column.OUTPUT: "Output",
    Column.PARAMETERS: "Params",
    Column.MULTIPLY_ADDS: "Mult-adds",
    Column.FIELD: "Field",
    Column.KIND: "Kind",
}
_TIPS = {
    Column.OUTPUT: "The shape of what it returns: height × width × maps, or units",
    Column.PARAMETERS: "How many weights it has; the bar is their share of all",
    Column.MULTIPLY_ADDS: "Multiplications with addition for one picture; the bar is their share",
    Column.FIELD: "Receptive field: how many pixels one value sees, and how many pixels lie "
    "between neighbouring values",
}


@dataclass(eq=False)
class _Row:
    """A layer, or a nested model, whose figures are those of its layers together."""

    path: str
    layer: LayerInfo | None
    kind: str
    parent: "_Row | None" = None
    children: "list[_Row]" = field(default_factory=list)
    place: int = 0
    parameters: int = 0
    multiply_adds: int = 0
    number: int = 0


class LayerTree(QAbstractItemModel):
    """One row per layer, in the row of the nested model that it is in."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._architecture: Architecture | None = None
        self._search = ""
        self._root = _Row("", None, "")
        self._rows: list[_Row] = [self._root]
        self._by_path: dict[str, _Row] = {}
        self._totals = (0, 0)
        self.found = 0
        """How many layers match the search."""

    def set_architecture(self, architecture: Architecture | None) -> None:
        """Show other layers."""
        self._architecture = architecture
        self._build()

    def set_search(self, text: str) -> None:
        """Show only layers whose path or kind has these words, and the models they are in."""
        self._search = text
        self._build()

    def path_at(self, index: Index) -> str:
        """Return the path of a row."""
        return self._row(index).path

    def layer_at(self, index: Index) -> LayerInfo | None:
        """Return the layer of a row; None for a nested model."""
        return self._row(index).layer

    def index_of(self, path: str | None) -> QModelIndex:
        """Return the row of a layer; an invalid one where there is none."""
        row = self._by_path.get(path or "")
        return QModelIndex() if row is None else self.createIndex(row.place, 0, row.number)

    def texts(self, column: Column) -> list[tuple[int, str]]:
        """Return every text of a column, with how deep it is nested."""
        found = []
        for row in self._rows[1:]:
            depth, above = 0, row.parent
            while above is not None and above is not self._root:
                depth, above = depth + 1, above.parent
            found.append((depth, _text(row, column)))
        return found

    @property
    def has_groups(self) -> bool:
        """Whether there are nested models."""
        return any(row.children for row in self._root.children)

    def _build(self) -> None:
        self.beginResetModel()
        architecture = self._architecture
        layers = () if architecture is None else architecture.layers
        kinds = {} if architecture is None else {one.name: one.kind for one in architecture.groups}
        self._totals = (
            sum(layer.parameters for layer in layers),
            sum(layer.multiply_adds or 0 for layer in layers),
        )
        self._root = _Row("", None, "")
        self._rows, self._by_path = [self._root], {}
        shown = [one for one in layers if rank(self._search, one.name, one.kind) is not None]
        self.found = len(shown)
        for layer in shown:
            above = self._root
            parts = layer.name.split("/")
            for end in range(1, len(parts)):
                path = "/".join(parts[:end])
                group = self._by_path.get(path)
                above = group or self._add(_Row(path, None, kinds.get(path, "Module")), above)
            row = _Row(layer.name, layer, layer.kind)
            row.parameters, row.multiply_adds = layer.parameters, layer.multiply_adds or 0
            self._add(row, above)
            while above is not None:
                above.parameters += row.parameters
                above.multiply_adds += row.multiply_adds
                above = above.parent  # type: ignore[assignment]
        self.endResetModel()

    def _add(self, row: _Row, parent: _Row) -> _Row:
        row.parent, row.place, row.number = parent, len(parent.children), len(self._rows)
        parent.children.append(row)
        self._rows.append(row)
        self._by_path[row.path] = row
        return row

    def _row(self, index: Index) -> _Row:
        return self._rows[index.internalId()] if index.isValid() else self._root

    def _share(self, row: _Row, column: Column) -> float:
        value, total = (
            (row.parameters, self._totals[0])
            if column is Column.PARAMETERS
            else (row.multiply_adds, self._totals[1])
        )
        return value / total if total else 0.0

    def _tooltip(self, row: _Row) -> str:
        layer = row.layer
        lines = [f"{row.path}: {row.kind}"]
        if layer is not None and layer.detail:
            lines.append(layer.detail)
        if row.parameters:
            share = format_percent(self._share(row, Column.PARAMETERS))
            lines.append(f"{row.parameters:,} parameters, {share} of all")
        if row.multiply_adds:
            share = format_percent(self._share(row, Column.MULTIPLY_ADDS))
            lines.append(f"{row.multiply_adds:,} multiply-adds, {share} of all")
        if layer is not None and layer.receptive_field is not None:
            lines.append(describe_field(layer.receptive_field))
        if layer is not None and layer.problem:
            lines.append(layer.problem)
        return "\n".join(map(printable_name, lines))

    # Qt overrides.

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        children = self._row(parent).children
        if not 0 <= row < len(children) or not 0 <= column < len(Column):
            return QModelIndex()
        return self.createIndex(row, column, children[row].number)

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: B008
        above = self._row(index).parent if index.isValid() else None
        if above is None or above is self._root:
            return QModelIndex()
        return self.createIndex(above.place, 0, above.number)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self._row(parent).children) if parent.column() <= 0 else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _TITLES[Column(section)]
            if role == Qt.ItemDataRole.ToolTipRole:
                return _TIPS.get(Column(section))
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(Column(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self._row(index), Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(row, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tooltip(row)
        if role == SHARE_ROLE and column in (Column.PARAMETERS, Column.MULTIPLY_ADDS):
            return self._share(row, column)
        return None


def describe_field(found: ReceptiveField) -> str:
    """Say in a sentence what a value sees."""
    if not any(found.stride):
        return "Each value sees the whole picture."
    size = "×".join(map(str, found.size))
    apart = "×".join(f"{one:.3g}" for one in dict.fromkeys(found.stride))
    return f"Each value sees {size} pixels; its neighbour sees those {apart} further."


def format_shape(shape: tuple[int, ...]) -> str:
    """Return an output shape as text: "150×150×32"."""
    return "×".join(f"{length:,}" if len(shape) == 1 else str(length) for length in shape)


def format_field(found: ReceptiveField | None) -> str:
    """Return size and stride of a receptive field, short: "18 / 4", "all"."""
    if found is None:
        return ""
    if not any(found.stride):
        return "all"
    size, stride = dict.fromkeys(found.size), dict.fromkeys(found.stride)
    return f"{'×'.join(map(str, size))} / {'×'.join(f'{one:.3g}' for one in stride)}"


def _text(row: _Row, column: Column) -> str:
    layer = row.layer
    match column:
        case Column.NAME:
            mark = " ⚠" if layer is not None and layer.problem else ""
            return printable_name(row.path.rpartition("/")[2]) + mark
        case Column.OUTPUT:
            return "" if layer is None else format_shape(layer.output_shape)
        case Column.PARAMETERS:
            return short_count(row.parameters) if row.parameters else ""
        case Column.MULTIPLY_ADDS:
            return short_count(row.multiply_adds) if row.multiply_adds else ""
        case Column.FIELD:
            return "" if layer is None else format_field(layer.receptive_field)
        case Column.KIND:
            return printable_name(row.kind)


def _alignment(column: Column) -> Qt.AlignmentFlag:
    is_text = column in (Column.NAME, Column.KIND)
    side = Qt.AlignmentFlag.AlignLeft if is_text else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
