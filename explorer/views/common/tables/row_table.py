"""A table of rows: one is chosen as a whole, and the keys move from one to the next."""

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from explorer.state.shared.indices import Index
from explorer.views.common.controls.focus_ring import KEYBOARD_REASONS, FocusRing

_Action = QAbstractItemView.CursorAction


class RowTable(QTableView):
    """Home and End go to the first and the last row, Left and Right scroll sideways.

    Qt's own keys go from cell to cell, and choosing a row scrolls to its first cell. Tab goes on to
    the next control.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self._ring = FocusRing(self)

    # Qt overrides.

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ring.setVisible(event.reason() in KEYBOARD_REASONS)
        self._ring.raise_()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ring.hide()

    def moveCursor(self, action: _Action, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        rows, bar = self.model().rowCount(), self.horizontalScrollBar()
        column = max(self.currentIndex().column(), 0)
        if action in (_Action.MoveLeft, _Action.MoveRight):
            step = bar.singleStep() if action == _Action.MoveRight else -bar.singleStep()
            bar.setValue(bar.value() + step)
            return self.currentIndex()
        if action == _Action.MoveHome and rows:
            return self.model().index(0, column)
        if action == _Action.MoveEnd and rows:
            return self.model().index(rows - 1, column)
        return super().moveCursor(action, modifiers)

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        across = self.horizontalScrollBar().value()
        super().scrollTo(index, hint)
        self.horizontalScrollBar().setValue(across)
