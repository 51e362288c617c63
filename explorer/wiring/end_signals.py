"""TERM, HUP and Ctrl-C end the program as closing its window does: what is open is saved."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # the last is not on Windows


class EndSignals(QObject):
    """Ends the event loop at the first signal; another one ends the process at once.

    Python meets signals only while it runs code of ours, which may be never in a window that
    nobody touches: a socket that Qt watches wakes it.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ours, self._theirs = socket.socketpair()
        for end in (self._ours, self._theirs):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._end)
        self._woken = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        known = {number.name: number for number in signal.Signals}
        # One that is ignored from the start stays so: `nohup` asks for it.
        self._before = {
            known[name]: handler
            for name in _NAMES
            if name in known and (handler := signal.getsignal(known[name])) != signal.SIG_IGN
        }
        for number in self._before:
            signal.signal(number, self._note)

    def restore(self) -> None:
        """Leave signals to whom they were left before."""
        self._notifier.setEnabled(False)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._woken)
        self._ours.close()
        self._theirs.close()

    def _note(self, number: int, frame: FrameType | None) -> None:
        for one in self._before:
            signal.signal(one, signal.SIG_DFL)

    def _end(self) -> None:
        # The socket also wakes for signals that are none of ours.
        numbers = self._ours.recv(4096)
        if any(number in numbers for number in self._before):
            QCoreApplication.exit(0)
