"""The scrolling row of step cards."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import (
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from explorer.views.common.theme import SPACING_PX, faint

GAP_PX = 2 * SPACING_PX
SCROLL_STEP_PX = 44
_CHEVRON_PX = 4


class StepRow(QWidget):
    """Holds cards of one width; draws arrowheads between them, and where a dragged one would go."""

    def __init__(self) -> None:
        super().__init__()
        self._mark: int | None = None
        self.pitch = 0

    def place(self, cards: Sequence[QWidget]) -> None:
        """Put cards, all as large as the first, side by side, and take the room that they need."""
        self.pitch = cards[0].width() + GAP_PX
        for index, card in enumerate(cards):
            card.move(index * self.pitch, 0)
        self.setFixedSize(len(cards) * self.pitch - GAP_PX, cards[0].height())
        self.update()

    def set_mark(self, x: int | None) -> None:
        """Mark a place between two cards, or none."""
        if x != self._mark:
            self._mark = x
            self.update()

    # Qt overrides.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = self.palette().color(QPalette.ColorRole.WindowText)
        painter.setPen(QPen(faint(text, 0.6), 1.75))
        middle = self.height() // 2
        for x in range(self.pitch - GAP_PX // 2, self.width(), max(self.pitch, 1)):
            tip, half = QPoint(x + _CHEVRON_PX // 2, middle), _CHEVRON_PX
            painter.drawPolyline([tip + QPoint(-half, -half), tip, tip + QPoint(-half, half)])
        if self._mark is not None:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 3))
            painter.drawLine(self._mark, 2, self._mark, self.height() - 2)
        painter.end()


class StepScroll(QScrollArea):
    """Scrolls sideways, and leaves the arrow keys to the strip."""

    def __init__(self, row: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setWidget(row)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self.horizontalScrollBar().setSingleStep(SCROLL_STEP_PX)
        self._kept: QWidget | None = None

    def keep_in_sight(self, card: QWidget) -> None:
        """Scroll to a card, now and whenever there is more or less room."""
        self._kept = card
        self.ensureWidgetVisible(card, GAP_PX, 0)

    # Qt overrides.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._kept is not None:
            self.ensureWidgetVisible(self._kept, GAP_PX, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (delta.x() or delta.y()))
