"""The filter of the table: words in names, one kind of rows, and a least probability."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLineEdit, QWidget

from explorer.core.files.names import shorten_name
from explorer.state.classify.row_counts import RowCounts
from explorer.state.classify.row_filter import ALL, DISAGREEING, FAILED, LEFT, NEITHER, RowFilter
from explorer.state.shared.timers import make_timer
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.controls.wheel_guard import WheelGuard
from explorer.views.common.flow_row import FlowRow
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_row

TYPING_MS = 120
"""A search waits for the next letter."""

Choice = tuple[str, str]
"""A kind of rows, and a class where it is one."""


class FilterBar(QWidget):
    """Says what is shown; each choice has its count.

    Signals
    -------
    changed()
        `filter` has another value.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search names")
        self.search.setAccessibleName("Search names")
        self.search.setClearButtonEnabled(True)
        self.kind = QComboBox()
        self.kind.setAccessibleName("Which pictures are shown")
        self.kind.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.kind.setMinimumContentsLength(18)
        self.least = QDoubleSpinBox()
        self.least.setAccessibleName("Least probability")
        self.least.setRange(0, 100)
        self.least.setDecimals(1)
        self.least.setSingleStep(5)
        self.least.setSuffix("\N{NO-BREAK SPACE}%")
        self.least.setSpecialValueText("any")
        self._choices: list[Choice] = []
        for field in (self.search, self.kind, self.least):
            field.setMinimumHeight(HEIGHT_PX)
        WheelGuard(self.kind)
        WheelGuard(self.least)
        label = plain_label("Probability at least")
        least = QWidget()
        in_row(label, self.least, of=least)
        self.setLayout(FlowRow(self.search, self.kind, least))
        self._typing = make_timer(self, TYPING_MS, self.changed)
        self.search.textChanged.connect(lambda text: self._typing.start())
        self.kind.activated.connect(lambda index: self.changed.emit())
        self.least.valueChanged.connect(lambda value: self._typing.start())

    @property
    def filter(self) -> RowFilter:
        """What is to be shown."""
        kind, label = self._choices[max(self.kind.currentIndex(), 0)]
        return RowFilter(self.search.text(), kind, label, self.least.value() / 100)

    def clear(self) -> None:
        """Show all rows."""
        with QSignalBlocker(self.search), QSignalBlocker(self.least):
            self.search.clear()
            self.least.setValue(0)
        self.kind.setCurrentIndex(0)
        self.changed.emit()

    def show_counts(self, counts: RowCounts, left: int, *, is_compared: bool) -> None:
        """Offer what there is; what is chosen stays so, be there none of it."""
        if self.kind.view().isVisible():  # not under the hand
            return
        chosen = self._choices[self.kind.currentIndex()] if self._choices else (ALL, "")
        by_count = sorted(counts.labels, key=lambda name: (-counts.labels[name], name))
        offers: list[tuple[Choice, str, int]] = [((ALL, ""), "All pictures", counts.total)]
        offers += [((ALL, name), shorten_name(name), counts.labels[name]) for name in by_count]
        offers.append(((NEITHER, ""), "Like none of the classes", counts.neither))
        if is_compared:
            offers.append(((DISAGREEING, ""), "They disagree", counts.disagreeing))
        offers.append(((FAILED, ""), "Failed", counts.failed))
        offers.append(((LEFT, ""), "Without a result", left))
        first, *others = offers
        shown = [first, *(offer for offer in others if offer[2] or offer[0] == chosen)]
        if chosen not in [choice for choice, _, _ in shown]:
            shown.append((chosen, shorten_name(chosen[1]) or "They disagree", 0))
        self._choices = [choice for choice, _, _ in shown]
        texts = [f"{name} ({count:,})" for _, name, count in shown]
        if texts != [self.kind.itemText(index) for index in range(self.kind.count())]:
            with QSignalBlocker(self.kind):
                self.kind.clear()
                self.kind.addItems(texts)
        self.kind.setCurrentIndex(self._choices.index(chosen))
