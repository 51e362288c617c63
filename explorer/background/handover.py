"""A second start hands what it was asked for to the window that is open."""

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from explorer.core.desktop.handover import (
    GREETING,
    MAX_REQUEST_BYTES,
    TAKEN,
    find_address,
    from_line,
    request_for,
    to_line,
)

CONNECT_MS = 200
PATIENCE_MS = 1_500
"""How long a window may be at something else before a second start opens one of its own."""


def hand_over(given: Sequence[Path], address: str) -> bool:
    """Hand paths to the window that listens; return whether it took them.

    The window speaks first: one that hangs says nothing, hence is told nothing, and does not open
    the same picture once it comes round.

    Parameters
    ----------
    given : sequence of Path
        None of them: the window only comes to the front.
    address : str
        As `find_address` returns it.
    """
    socket = QLocalSocket()
    socket.connectToServer(address)
    try:
        if not socket.waitForConnected(CONNECT_MS) or _read_line(socket) != GREETING:
            return False
        socket.write(to_line(request_for(given)))
        return _read_line(socket) == TAKEN
    finally:
        socket.abort()


class HandoverServer(QObject):
    """Listens for other starts of the program by the same person, on the same screen.

    Signals
    -------
    arrived(Handover)
        A second start hands this over.
    """

    arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        if os.name != "posix":  # elsewhere it is the folder that keeps others out
            self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)

    def listen(self) -> bool:
        """Listen, unless another window does; return whether this one does."""
        address = find_address()
        if address is None:
            return False
        if not self._server.listen(address) and not _is_alive(address):
            # Left behind by a process that was killed.
            QLocalServer.removeServer(address)
            self._server.listen(address)
        return self._server.isListening()

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _greet(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setParent(self)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            socket.write(GREETING)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > MAX_REQUEST_BYTES:
                socket.abort()
            return
        try:
            request = from_line(bytes(socket.readLine().data()))
        except ValueError:
            socket.abort()
            return
        socket.write(TAKEN)
        socket.disconnectFromServer()  # once that is written
        self.arrived.emit(request)


def _read_line(socket: QLocalSocket) -> bytes:
    """Wait for a line; return what there is of it when the patience ends."""
    while not socket.canReadLine() and socket.waitForReadyRead(PATIENCE_MS):
        pass
    return bytes(socket.readLine().data())


def _is_alive(address: str) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(address)
    is_alive = socket.waitForConnected(CONNECT_MS)
    socket.abort()
    return is_alive
