"""Let the window's event loop run until something holds."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication


def wait(condition: Callable[[], bool], *, limit_s: float = 60) -> None:
    """Let the event loop run until something holds.

    Raises
    ------
    RuntimeError
        It does not hold after `limit_s` seconds.
    """
    deadline = time.monotonic() + limit_s
    alarm = QTimer()  # where nothing happens any more, this does
    alarm.setSingleShot(True)
    alarm.start(round(1000 * limit_s))
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing happened for {limit_s:g} s")
        # Sleeps until something happens; with a time limit it would spin, and take the processor
        # from what it measures.
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
