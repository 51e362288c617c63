"""A child process that fails as a test wants it to; light to import, since each start does."""

import os
import signal
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

from explorer.core.models import messages
from explorer.core.models.messages import READY, STOP, VALUE, Message
from explorer.core.models.requests import Classified, ClassifyContent, ClassifyFile


def serve_faults(
    connection: Connection,
    role: str,
    threads: int,
    log: Path | None,
    folder: Path | None,
    is_confined: bool,
) -> None:
    """Stand in for the real process where a fault must be injected; role and path say which."""
    if role == "stillborn":
        os._exit(3)
    if role == "unborn":
        signal.pause()
    if role.startswith("/") and not Path(role).exists():  # killed at its first start
        Path(role).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    messages.send(connection, 0, READY, None)
    if role == "stopped":
        os.kill(os.getpid(), signal.SIGSTOP)
    lock = threading.Lock()

    def work(number: int, path: Path) -> None:
        fault = path.name
        if fault == "die":
            time.sleep(0.3)  # others are under way by then
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "die once" and not (path.parent / "marker").exists():
            (path.parent / "marker").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "hang":
            signal.pause()
        with lock:
            if fault == "wait":
                time.sleep(0.25)
            if fault == "twice":
                messages.send(connection, number, VALUE, Classified((1.0,)))
            if fault == "another":
                number += 1000
            if fault == "ready":
                messages.send(connection, number, READY, None)
            if fault == "unknown":
                messages.send(connection, number, "pickle", (1.0,))
            if fault == "too much":
                messages.send(connection, number, VALUE, Classified((1.5,)))
            if fault == "no number":
                messages.send(connection, number, VALUE, Classified((float("nan"),)))
            if fault == "closed":
                connection.close()
                signal.pause()
            if fault == "noise":
                connection.send_bytes(b"\x93noise")
            elif fault == "pickle":
                connection.send({"number": number})
            elif fault == "wrong type":
                messages.send(connection, number, VALUE, ["cat"])
            else:
                messages.send(connection, number, VALUE, Classified((0.5,)))

    while (message := messages.receive(connection)).kind != STOP:
        path = _path_in(message)
        if threads == 1:
            work(message.number, path)
        else:
            threading.Thread(target=work, args=(message.number, path), daemon=True).start()


def _path_in(message: Message) -> Path:
    if message.kind == ClassifyContent.__name__:  # to a confined process
        return Path(message.read(ClassifyContent).name)
    return message.read(ClassifyFile).path


def serve_a_crash(
    connection: Connection,
    role: str,
    threads: int,
    log: Path | None,
    folder: Path | None,
    is_confined: bool,
) -> None:
    """Stand in for a process whose library crashes over the first request."""
    messages.send(connection, 0, READY, None)
    messages.receive(connection)
    os.kill(os.getpid(), signal.SIGSEGV)
