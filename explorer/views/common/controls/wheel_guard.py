"""Keeps the wheel from changing a value while scrolling past it."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget


class WheelGuard(QObject):
    """Passes wheel events on to the page unless the widget has the focus."""

    def __init__(self, guarded: QWidget) -> None:
        super().__init__(guarded)
        self._guarded = guarded
        guarded.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        guarded.installEventFilter(self)

    # Qt overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and not self._guarded.hasFocus():
            event.ignore()
            return True
        return False
