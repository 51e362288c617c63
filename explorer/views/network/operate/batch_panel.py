"""The edits tried on pictures of the dataset: how far it is, and what changed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QProgressBar, QPushButton, QWidget

from explorer.core.files.names import printable_name
from explorer.core.text.percent import format_percent
from explorer.state.network.batch_state import MOST_SAMPLES, BatchState, likeliest
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.theme import SPACING_PX

MOST_LISTED = 100
LEAST_LIST_PX = 44


class BatchPanel(QWidget):
    """A button, a bar while pictures are tried, and what came of it."""

    def __init__(self, state: BatchState) -> None:
        super().__init__()
        self._state = state
        self.button = QPushButton("Try on the dataset")
        self.button.setToolTip(
            f"Classifies up to {MOST_SAMPLES} pictures of the open dataset, before and after."
        )
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Pictures tried")
        self.summary = plain_label(wraps=True, is_selectable=True)
        self.summary.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.changed = QListWidget()
        self.changed.setAccessibleName("Pictures that are classified otherwise")
        self.changed.setMinimumHeight(LEAST_LIST_PX)
        head = in_row(self.button, (self.bar, 1))
        in_column(head, self.summary, (self.changed, 1), of=self, spacing=SPACING_PX // 2)
        self.button.clicked.connect(self.toggle)
        state.batch_changed.connect(self._show)
        self._show()

    def toggle(self) -> None:
        """Try the edits, or stop trying them."""
        if self._state.is_running:
            self._state.cancel()
        else:
            self._state.start()

    def _show(self) -> None:
        state = self._state
        done = len(state.compared) + state.unread
        self.button.setText("Cancel" if state.is_running else "Try on the dataset")
        self.button.setEnabled(state.is_running or state.can_run)
        self.bar.setVisible(state.is_running)
        self.bar.setRange(0, max(state.total, 1))
        self.bar.setValue(done)
        self.summary.setText(self._describe())
        self.changed.clear()
        for one in state.changed[:MOST_LISTED]:
            before, after = likeliest(one.before), likeliest(one.after)
            self.changed.addItem(
                f"{printable_name(one.sample.path.name)}: "
                f"{state.classes[before]} {format_percent(one.before[before])} → "
                f"{state.classes[after]} {format_percent(one.after[after])}"
            )
        self.changed.setVisible(self.changed.count() > 0)

    def _describe(self) -> str:
        state = self._state
        if not state.compared:
            if not state.can_run:
                return "Open a dataset on the Dataset page to try the edits on many pictures."
            return ""
        count = len(state.compared)
        parts = [f"{len(state.changed):,} of {count:,} pictures are classified otherwise."]
        accuracies = state.accuracies
        if accuracies is not None:
            before, after = map(format_percent, accuracies)
            parts.append(f"Accuracy: {before} → {after}.")
        if state.unread:
            parts.append(f"{state.unread:,} could not be classified.")
        if state.is_outdated:
            parts.append("The edits are others now.")
        return " ".join(parts)
