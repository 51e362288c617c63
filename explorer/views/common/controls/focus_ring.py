"""A focus frame for a widget that paints none of its own."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

RING_PX = 2

KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
"""Where the focus came by keys, and has to be looked for."""


class FocusRing(QWidget):
    """Lies over a widget, as large as it is; hidden until it is shown."""

    def __init__(self, ringed: QWidget) -> None:
        super().__init__(ringed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        ringed.installEventFilter(self)
        self.hide()

    # Qt overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.resize(watched.size())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        # Half of the pen lies outside and is cut off.
        painter.setPen(QPen(self.palette().highlight().color(), 2 * RING_PX))
        painter.drawRect(self.rect())
        painter.end()
