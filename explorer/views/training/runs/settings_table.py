"""The settings of one run, or those in which several differ."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtWidgets import QHeaderView

from explorer.state.shared.indices import Index
from explorer.views.common.tables.column_spacing import leave_room_between_columns
from explorer.views.common.tables.row_table import RowTable
from explorer.views.common.theme import class_color

ROW_PX = 22
_NONE = QModelIndex()
_Role = Qt.ItemDataRole


class SettingsModel(QAbstractTableModel):
    """A row for each setting, a column for each run."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self.settings: list[tuple[str, tuple[str, ...]]] = []

    def show_settings(
        self, names: Sequence[str], settings: list[tuple[str, tuple[str, ...]]]
    ) -> None:
        """Show other settings, with the names of the runs."""
        if (tuple(names), settings) != (self._names, self.settings):
            self.beginResetModel()
            self._names, self.settings = tuple(names), settings
            self.endResetModel()

    # Qt overrides.

    def rowCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self.settings)

    def columnCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else 1 + len(self._names)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        name, values = self.settings[index.row()]
        if role in (_Role.DisplayRole, _Role.ToolTipRole):
            return values[index.column() - 1] if index.column() else name
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role in (_Role.DisplayRole, _Role.ToolTipRole):
            return self._names[section - 1] if section else "Setting"
        if role == _Role.DecorationRole and section and len(self._names) > 1:
            return class_color(section - 1)
        return None


class SettingsTable(RowTable):
    """Looked at, not chosen from."""

    def __init__(self) -> None:
        super().__init__()
        self.settings = SettingsModel(self)
        self.setModel(self.settings)
        self.setAccessibleName("Settings of the chosen runs")
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        leave_room_between_columns(self)
        head = self.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.settings.modelReset.connect(
            lambda: head.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        )
        self.verticalHeader().setDefaultSectionSize(max(ROW_PX, self.fontMetrics().height() + 4))
