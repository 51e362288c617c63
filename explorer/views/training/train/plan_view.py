"""What a training would learn from, before it begins."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHeaderView, QPushButton, QStackedWidget, QWidget

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.text.counts import short_bytes
from explorer.core.training.plan import SplitPlan
from explorer.state.shared.indices import Index
from explorer.state.training.setup_state import SetupState
from explorer.state.training.training_state import TrainingState
from explorer.views.common.command_action import CommandButton
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.empty_page import EmptyPage
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.tables.column_spacing import leave_room_between_columns
from explorer.views.common.tables.row_table import RowTable
from explorer.views.common.theme import SPACING_PX

HEADS = ("Class", "Training", "Validation", "Test", "All")
WIDEST_PX = 640
_NONE = QModelIndex()
_Role = Qt.ItemDataRole


class SplitModel(QAbstractTableModel):
    """A row for each class, and one for all of them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[tuple[str, tuple[int, ...]]] = []

    def show_plan(self, plan: SplitPlan | None) -> None:
        """Show other counts."""
        rows: list[tuple[str, tuple[int, ...]]] = []
        if plan is not None:
            parts = (plan.train, plan.validation, plan.test)
            for name, counts in zip(plan.classes, zip(*parts, strict=True), strict=True):
                rows.append((printable_name(name), (*counts, sum(counts))))
            totals = tuple(map(sum, parts))
            rows.append(("All classes", (*totals, sum(totals))))
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    # Qt overrides.

    def rowCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        name, counts = self.rows[index.row()]
        column = index.column()
        if role == _Role.FontRole and index.row() == len(self.rows) - 1:
            bold = QFont()
            bold.setBold(True)
            return bold
        if role == _Role.TextAlignmentRole and column:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role in (_Role.DisplayRole, _Role.ToolTipRole):
            return f"{counts[column - 1]:,}" if column else name
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal:
            if role == _Role.DisplayRole:
                return HEADS[section]
            if role == _Role.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft
                return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class PlanView(QWidget):
    """The split as counts, doubts, and the room on the disk; without pictures, what to do.

    Parameters
    ----------
    state : SetupState
    trainings : TrainingState
    demonstrate : CommandButton

    Signals
    -------
    folder_wanted()
        A person wants to choose the pictures.
    """

    folder_wanted = Signal()

    def __init__(
        self, state: SetupState, trainings: TrainingState, demonstrate: CommandButton
    ) -> None:
        super().__init__()
        self._state = state
        self._trainings = trainings
        self.empty = EmptyPage(
            "Train a network",
            "Open a folder with a subfolder of pictures for each class, or drop it here: flowers, "
            "handwriting, parts with and without a crack. Without pictures of your own, see the "
            "demonstration: it draws some, and trains for about two minutes.",
            "Open folder…",
            demonstrate,
        )
        self.empty.button.clicked.connect(self.folder_wanted)
        self.under_way = ElidedLabel()
        self.watch_button = QPushButton("Watch it")
        self.watch_button.setMinimumHeight(HEIGHT_PX)
        self.watch_button.clicked.connect(self._watch)
        self._under_way = QWidget()
        in_row((self.under_way, 1), self.watch_button, of=self._under_way)
        self.heading = plain_label(scale=1.25)
        self.obstacle = plain_label(wraps=True)
        self.doubts = plain_label(wraps=True)
        self.room = plain_label(wraps=True, is_quiet=True)
        self.model = SplitModel(self)
        self.table = RowTable()
        self._prepare_table()
        page = QWidget()
        in_column(
            self.heading,
            self.obstacle,
            (self.table, 100),
            self.doubts,
            self.room,
            1,
            of=page,
            spacing=2 * SPACING_PX,
        )
        page.setMaximumWidth(WIDEST_PX)
        around = QWidget()
        in_row((page, 100), 1, of=around)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(around)
        in_column(self._under_way, (self._stack, 1), of=self, margin=SPACING_PX)
        state.changed.connect(self._show)
        trainings.live_changed.connect(self._show_live)
        self._show()
        self._show_live()

    def _prepare_table(self) -> None:
        self.table.setModel(self.model)
        self.table.setAccessibleName("Pictures of each class in each split")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        leave_room_between_columns(self.table)
        self.table.setSizeAdjustPolicy(RowTable.SizeAdjustPolicy.AdjustToContents)
        self.table.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _watch(self) -> None:
        if self._trainings.live:
            self._trainings.watch(self._trainings.live[0].folder)

    def _show_live(self) -> None:
        live = self._trainings.live
        self._under_way.setVisible(bool(live))
        if live:
            name = shorten_name(printable_name(live[0].folder))
            more = f", and {len(live) - 1} more" if len(live) > 1 else ""
            self.under_way.setText(f"“{name}” is being trained{more}.")

    def _show(self) -> None:
        state = self._state
        dataset, plan = state.dataset, state.plan
        self._stack.setCurrentIndex(int(dataset is not None))
        if dataset is None or plan is None:
            self.model.show_plan(None)
            return
        split = plan.split
        self.model.show_plan(split)
        self.table.setVisible(split is not None)
        rows = self.table.verticalHeader().length() + self.table.horizontalHeader().height()
        self.table.setMaximumHeight(rows + 2 * self.table.frameWidth())
        count = 0 if split is None else split.pictures
        self.heading.setText(f"{count:,} pictures of {_classes(dataset.classes)}")
        self.obstacle.setText(plan.obstacle)
        self.obstacle.setVisible(bool(plan.obstacle))
        self.doubts.setText("\n".join(plan.doubts))
        self.doubts.setVisible(bool(plan.doubts) and not plan.obstacle)
        self.room.setText(
            "The counts hold for pictures that can be read and have no near-duplicate; "
            "near-duplicates move to the training set. "
            f"Takes about {short_bytes(plan.needed)} on the disk; {short_bytes(plan.free)} are "
            "free."
        )
        self.room.setVisible(split is not None)


def _classes(names: Sequence[str]) -> str:
    return "1 class" if len(names) == 1 else f"{len(names):,} classes"
