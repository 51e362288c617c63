"""Timers, made in one line."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, SignalInstance


def make_timer(
    parent: QObject,
    interval_ms: int,
    act: Callable[[], object] | SignalInstance,
    *,
    is_repeated: bool = False,
) -> QTimer:
    """Return a timer that does something, once or again and again, after each `start`."""
    timer = QTimer(parent)
    timer.setSingleShot(not is_repeated)
    timer.setInterval(interval_ms)
    timer.timeout.connect(act)
    return timer
