"""Notches of the wheel that belong together."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QWidget

from explorer.state.shared.timers import make_timer

NOTCH = 120  # in eighths of a degree
PAUSE_MS = 400


class WheelGesture(QObject):
    """Counts the notches over a widget, and tells where a gesture ends.

    Signals
    -------
    ended()
        The wheel has rested for a while, or something else is done.
    """

    ended = Signal()

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._angle = 0
        self._rest = make_timer(self, PAUSE_MS, self.ended)

    def end(self) -> None:
        """End the gesture, if there is one."""
        self._angle = 0
        if self._rest.isActive():
            self._rest.stop()
            self.ended.emit()

    def notches(self, event: QWheelEvent) -> int:
        """Return how many whole notches came with an event."""
        self._angle += event.angleDelta().y()
        whole = int(self._angle / NOTCH)
        self._angle -= whole * NOTCH
        if whole:
            self._rest.start()
        return whole
