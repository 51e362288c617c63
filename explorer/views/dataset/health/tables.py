"""The kinds of issues with their counts, and the issues of one kind."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtWidgets import QHeaderView

from explorer.core.files.names import printable_name
from explorer.core.health.decisions import Decision
from explorer.core.health.issues import Issue, IssueList
from explorer.state.shared.indices import Index
from explorer.views.common.tables.row_table import RowTable

ROW_PX = 22
_NONE = QModelIndex()
_Role = Qt.ItemDataRole
_KIND_HEADS = ("Kind", "Found", "Pictures")
_ISSUE_HEADS = ("Picture", "Reason", "Decided")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class KindModel(QAbstractTableModel):
    """A row for each kind."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lists: tuple[IssueList, ...] = ()

    def show_lists(self, lists: tuple[IssueList, ...]) -> None:
        """Show other counts."""
        self.beginResetModel()
        self.lists = lists
        self.endResetModel()

    # Qt overrides.

    def rowCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self.lists)

    def columnCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(_KIND_HEADS)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        one = self.lists[index.row()]
        if role == _Role.DisplayRole:
            count = len(one.issues)
            if index.column() == 0:
                return one.kind.title
            if index.column() == 1:
                return f"{count:,}" if count or not one.note else "–"
            return f"{one.picture_count:,}" if one.picture_count else ""
        if role == _Role.ToolTipRole:
            return f"{one.rule[:1].upper()}{one.rule[1:]}" + (f"\n{one.note}" if one.note else "")
        if role == _Role.TextAlignmentRole and index.column():
            return _RIGHT
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return _KIND_HEADS[section]
        if role == _Role.TextAlignmentRole and section:
            return _RIGHT
        return None


class IssueModel(QAbstractTableModel):
    """A row for each issue of a kind: its first picture, the reason, what was decided."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._issues: tuple[Issue, ...] = ()
        self._paths: tuple[Path, ...] = ()
        self._decisions: Mapping[int, Decision] = {}

    def show_issues(self, issues: tuple[Issue, ...], paths: tuple[Path, ...]) -> None:
        """Show other issues; `paths` are those of all pictures."""
        self.beginResetModel()
        self._issues, self._paths = issues, paths
        self.endResetModel()

    def show_decisions(self, decisions: Mapping[int, Decision]) -> None:
        """Show what was decided about each picture, by its place."""
        self._decisions = decisions
        if self._issues:
            last = self.index(len(self._issues) - 1, len(_ISSUE_HEADS) - 1)
            self.dataChanged.emit(self.index(0, 2), last)

    def _name(self, issue: Issue) -> str:
        if not issue.places:
            return "the dataset"
        name = printable_name(self._paths[issue.places[0]])
        rest = len(issue.places) - 1
        return f"{name} and {rest:,} more" if rest else name

    def _decided(self, issue: Issue) -> str:
        decided = [self._decisions[place] for place in issue.places if place in self._decisions]
        if not decided:
            return ""
        texts = {one.text for one in decided}
        text = texts.pop() if len(texts) == 1 else "decided"
        return text if len(issue.places) == 1 else f"{text} ({len(decided):,})"

    # Qt overrides.

    def rowCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self._issues)

    def columnCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(_ISSUE_HEADS)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        issue = self._issues[index.row()]
        if role == _Role.DisplayRole:
            column = index.column()
            return (self._name, lambda one: one.reason, self._decided)[column](issue)
        if role == _Role.ToolTipRole:
            names = [printable_name(self._paths[place]) for place in issue.places[:10]]
            more = ["…"] if len(issue.places) > 10 else []
            return "\n".join([issue.reason, *names, *more])
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return _ISSUE_HEADS[section]
        return None


def _row_height(table: RowTable) -> int:
    return max(ROW_PX, table.fontMetrics().height() + 4)


class KindTable(RowTable):
    """The kinds, one of which is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds = KindModel(self)
        self.setModel(self.kinds)
        self.setAccessibleName("Kinds of issues")
        head, modes = self.horizontalHeader(), QHeaderView.ResizeMode
        head.setSectionResizeMode(modes.ResizeToContents)
        head.setSectionResizeMode(0, modes.Stretch)
        head.setDefaultAlignment(_LEFT)
        self.verticalHeader().setDefaultSectionSize(_row_height(self))

    def show_lists(self, lists: tuple[IssueList, ...], chosen: str) -> None:
        """Show counts; the chosen kind stays chosen."""
        self.kinds.show_lists(lists)
        for row, one in enumerate(lists):
            if one.kind.name == chosen:
                self.selectRow(row)
        height = self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth()
        self.setMaximumHeight(height + len(lists) * self.verticalHeader().defaultSectionSize())


class IssueTable(RowTable):
    """The issues of a kind; a click or Enter shows the pictures of one."""

    def __init__(self) -> None:
        super().__init__()
        self.issues = IssueModel(self)
        self.setModel(self.issues)
        self.setAccessibleName("Issues of the chosen kind")
        self.verticalHeader().setDefaultSectionSize(_row_height(self))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setDefaultAlignment(_LEFT)
        self.setColumnWidth(0, 112)
        self.setColumnWidth(2, 72)
