"""Wheel gestures on a widget inside a scrolling page."""

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QWidget

from explorer.state.shared.timers import make_timer

NOTCH = 120  # in eighths of a degree
PAUSE_MS = 400


class WheelGesture(QObject):
    """Counts the notches that are meant for a widget, and tells where a gesture ends.

    They are meant for it where the mouse was moved over it since it came to lie where it is: not
    where the page was scrolled until it lay under the mouse.

    Signals
    -------
    ended()
        The wheel has rested for a while, or something else is done.
    """

    ended = Signal()

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._aimed_at: QPoint | None = None
        self._angle = 0
        self._rest = make_timer(self, PAUSE_MS, self.ended)

    def aim(self) -> None:
        """Say that the mouse was moved over the widget."""
        self._aimed_at = self._widget.mapToGlobal(QPoint())

    def leave(self) -> None:
        """Say that the mouse has left the widget."""
        self._aimed_at = None
        self.end()

    def end(self) -> None:
        """End the gesture, if there is one."""
        self._angle = 0
        if self._rest.isActive():
            self._rest.stop()
            self.ended.emit()

    def notches(self, event: QWheelEvent) -> int | None:
        """Return how many whole notches came with an event; None where it is the page's."""
        if self._aimed_at != self._widget.mapToGlobal(QPoint()):
            return None
        self._angle += event.angleDelta().y()
        whole = int(self._angle / NOTCH)
        self._angle -= whole * NOTCH
        if whole:
            self._rest.start()
        return whole
