"""The table of all runs, sorted by a click on a head."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView

from explorer.core.files.names import printable_name
from explorer.core.text.counts import short_bytes
from explorer.core.text.durations import short_duration
from explorer.core.training.runs import RunEntry
from explorer.state.shared.indices import Index
from explorer.views.common.tables.column_spacing import leave_room_between_columns
from explorer.views.common.tables.row_table import RowTable
from explorer.views.common.theme import format_number
from explorer.views.training.runs import texts

ROW_PX = 28
LEAST_COLUMN_PX, MOST_COLUMN_PX = 40, 176
SORT_ROLE = Qt.ItemDataRole.UserRole
_NONE = QModelIndex()
_Role = Qt.ItemDataRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

_Value = float | str


class _Column(NamedTuple):
    """A column: its head, its texts, what sorts it, and what its tooltips say."""

    title: str
    text: Callable[[RunEntry], str]
    value: Callable[[RunEntry], _Value]
    tip: Callable[[RunEntry], str] = lambda run: ""
    is_number: bool = True


def _size(run: RunEntry) -> str:
    return short_bytes(run.size) if run.size else ""


COLUMNS = (
    _Column(
        "Name",
        lambda run: run.name,
        lambda run: run.name.casefold(),
        texts.explain_state,
        is_number=False,
    ),
    _Column(
        "State",
        texts.describe_state,
        texts.describe_state,
        texts.explain_state,
        is_number=False,
    ),
    _Column(
        "Accuracy",
        texts.describe_accuracy,
        lambda run: -1 if run.metrics is None else run.metrics.accuracy,
        texts.explain_accuracy,
    ),
    _Column(
        "Log loss",
        lambda run: "" if run.metrics is None else format_number(run.metrics.log_loss),
        lambda run: float("inf") if run.metrics is None else run.metrics.log_loss,
        lambda run: "In nats; less is better",
    ),
    _Column(
        "Epochs",
        texts.describe_epochs,
        lambda run: len(run.rows),
        texts.explain_epochs,
    ),
    _Column(
        "Trained",
        lambda run: short_duration(run.seconds) if run.seconds else "",
        lambda run: run.seconds,
        lambda run: "Its epochs together, without preparing and evaluating",
    ),
    _Column("Recipe", lambda run: run.recipe, lambda run: run.recipe, is_number=False),
    _Column(
        "Data",
        texts.name_data,
        lambda run: texts.name_data(run).casefold(),
        lambda run: printable_name(run.data),
        is_number=False,
    ),
    _Column(
        "Pictures",
        lambda run: "" if run.pictures is None else f"{run.pictures:,}",
        lambda run: -1 if run.pictures is None else run.pictures,
        lambda run: "In its training, validation and test set",
    ),
    _Column("Size", _size, lambda run: run.size, lambda run: f"{run.size:,} bytes"),
    _Column(
        "When",
        lambda run: texts.describe_date(run.changed),
        lambda run: run.changed,
        is_number=False,
    ),
)
NAME_COLUMN, WHEN_COLUMN = 0, len(COLUMNS) - 1


class RunModel(QAbstractTableModel):
    """A row for each run."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: tuple[RunEntry, ...] = ()

    def show_runs(self, runs: tuple[RunEntry, ...]) -> None:
        """Show other runs; where they are the same ones, their rows stay."""
        before = [run.target for run in self.runs]
        if before == [run.target for run in runs]:
            self.runs = runs
            if runs:
                self.dataChanged.emit(self.index(0, 0), self.index(len(runs) - 1, WHEN_COLUMN))
            return
        self.beginResetModel()
        self.runs = runs
        self.endResetModel()

    # Qt overrides.

    def rowCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        run, column = self.runs[index.row()], COLUMNS[index.column()]
        if role == _Role.DisplayRole:
            return column.text(run)
        if role == SORT_ROLE:
            return column.value(run)
        if role == _Role.ToolTipRole:
            return column.tip(run) or column.text(run)
        if role == _Role.TextAlignmentRole:
            return _RIGHT if column.is_number else _LEFT
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == _Role.DisplayRole:
            return COLUMNS[section].title
        if role == _Role.TextAlignmentRole:
            return _RIGHT if COLUMNS[section].is_number else _LEFT
        return None


class RunTable(RowTable):
    """The runs, some of which are chosen; the newest first, until a person sorts them.

    Signals
    -------
    chosen_changed()
        `chosen` are others.
    """

    chosen_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.runs = RunModel(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self.runs)
        self._sorted.setSortRole(SORT_ROLE)
        self.setModel(self._sorted)
        self.setAccessibleName("Runs")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSortingEnabled(True)
        self.sortByColumn(WHEN_COLUMN, Qt.SortOrder.DescendingOrder)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        leave_room_between_columns(self)
        self.horizontalHeader().setMinimumSectionSize(LEAST_COLUMN_PX)
        self.verticalHeader().setDefaultSectionSize(max(ROW_PX, self.fontMetrics().height() + 8))
        self._is_showing = False
        self.selectionModel().selectionChanged.connect(self._on_selection)

    @property
    def chosen(self) -> list[Path]:
        """The folders of the chosen runs, the row that is spoken of last."""
        rows = sorted(self.selectionModel().selectedRows(), key=QModelIndex.row)
        return [self.run_at(row).target for row in rows]

    def run_at(self, index: Index) -> RunEntry:
        """Return the run of a row."""
        return self.runs.runs[self._sorted.mapToSource(index).row()]

    def show_runs(self, runs: tuple[RunEntry, ...], chosen: Sequence[Path]) -> None:
        """Show other runs; those that are chosen stay so."""
        self._is_showing = True
        is_other = len(runs) != len(self.runs.runs)
        self.runs.show_runs(runs)
        if is_other:
            self._fit_columns()
        self.choose(chosen)
        self._is_showing = False

    def _fit_columns(self) -> None:
        """Give each column what its texts need, but long names not all the room."""
        head = self.horizontalHeader()
        for column in range(len(COLUMNS)):
            wanted = max(self.sizeHintForColumn(column), head.sectionSizeHint(column))
            head.resizeSection(column, min(wanted, MOST_COLUMN_PX))

    def choose(self, targets: Sequence[Path]) -> None:
        """Have these runs chosen, by their folders."""
        wanted = set(targets)
        if wanted == set(self.chosen):
            return
        selection = QItemSelection()
        for row, run in enumerate(self.runs.runs):
            if run.target in wanted:
                place = self._sorted.mapFromSource(self.runs.index(row, 0))
                selection.select(place, place)
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(selection, flags.ClearAndSelect | flags.Rows)

    def _on_selection(self) -> None:
        if not self._is_showing:
            self.chosen_changed.emit()
