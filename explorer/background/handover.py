"""A second start hands what it was asked for to the window that is open."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from explorer.core.desktop.handover import (
    GREETING,
    LONGEST_ANSWER,
    MAX_REQUEST_BYTES,
    Claim,
    answer_to,
    find_address,
    from_line,
    request_for,
    to_line,
)

CONNECT_MS = 200
PATIENCE_MS = 1_500
"""How long a window may be at something else before a second start opens one of its own."""
OPENING_S = 15.0
"""How long another start may take until its window listens."""
RETRY_S = 0.05
IDLE_MS = 10_000
"""How long a window listens to one who has not said all."""


def hand_over_to_first(given: Sequence[Path], claim: Claim) -> bool:
    """Hand paths to the window that another start has opened or is about to open.

    Parameters
    ----------
    given : sequence of Path
    claim : Claim
        Taken by this process if the other start gives up meanwhile.

    Returns
    -------
    bool
        Whether they were taken; if not, it is for this start to open a window.
    """
    deadline = time.monotonic() + OPENING_S
    address = find_address()
    while not claim.take() and claim.is_elsewhere and address is not None:
        is_taken = hand_over(given, address)
        if is_taken is not None or time.monotonic() > deadline:
            return bool(is_taken)
        time.sleep(RETRY_S)
    return False


def hand_over(given: Sequence[Path], address: str) -> bool | None:
    """Hand paths to the window that listens.

    The window speaks first: one that hangs says nothing, hence is told nothing, and does not open
    the same picture once it comes round.

    Parameters
    ----------
    given : sequence of Path
        None of them: the window only comes to the front.
    address : str
        As `find_address` returns it.

    Returns
    -------
    bool or None
        Whether the window took them; None where nobody listens.
    """
    socket = QLocalSocket()
    socket.setReadBufferSize(LONGEST_ANSWER)
    socket.connectToServer(address)
    try:
        if not socket.waitForConnected(CONNECT_MS):
            return None
        deadline = time.monotonic() + PATIENCE_MS / 1000
        if _read_line(socket, deadline) != GREETING:
            return False
        line = to_line(request_for(given))
        socket.write(line)
        return _read_line(socket, deadline + PATIENCE_MS / 1000) == answer_to(line)
    finally:
        socket.abort()


class HandoverServer(QObject):
    """Listens for other starts of the program by the same person, on the same screen.

    Parameters
    ----------
    claim : Claim
        Only who has it listens.

    Signals
    -------
    arrived(Handover)
        A second start hands this over.
    """

    arrived = Signal(object)

    def __init__(self, claim: Claim, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._claim = claim
        self._server = QLocalServer(self)
        if os.name != "posix":  # elsewhere it is the folder that keeps others out
            self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)

    def listen(self) -> bool:
        """Listen, unless it is for another window to do so; return whether this one does."""
        address = find_address()
        if address is None or not self._claim.take():
            return False
        QLocalServer.removeServer(address)  # left behind by a process that was killed
        return self._server.listen(address)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _greet(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setParent(self)
            socket.setReadBufferSize(MAX_REQUEST_BYTES)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            limit = QTimer(socket)
            limit.setSingleShot(True)
            limit.timeout.connect(lambda socket=socket: socket.abort())
            limit.start(IDLE_MS)
            socket.write(GREETING)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() >= MAX_REQUEST_BYTES:
                socket.abort()
            return
        line = bytes(socket.readLine().data())
        try:
            request = from_line(line)
        except ValueError:
            socket.abort()
            return
        self.arrived.emit(request)
        socket.write(answer_to(line))
        socket.disconnectFromServer()  # once that is written


def _read_line(socket: QLocalSocket, deadline: float) -> bytes:
    """Wait for a line until a moment of the clock; return what there is of it by then."""
    while not socket.canReadLine() and socket.bytesAvailable() < LONGEST_ANSWER:
        left_ms = round((deadline - time.monotonic()) * 1000)
        if left_ms <= 0 or not socket.waitForReadyRead(left_ms):
            break
    return bytes(socket.readLine(LONGEST_ANSWER).data())
