"""One life of a child process: what is asked, what it answers, and how long it may take."""

import math
import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from explorer.background.deliveries import Deliveries
from explorer.core.desktop.safe_path import safe_path
from explorer.core.models import messages
from explorer.core.models.messages import (
    ERROR,
    READY,
    STOP,
    VALUE,
    ErrorMessage,
    Message,
    MessageError,
)
from explorer.core.models.requests import Request
from explorer.errors import ExplorerError, WorkerError
from explorer.log import LOG
from explorer.ml.entry import serve
from explorer.ml.worker import Role
from explorer.paths import make_own_folder, process_folders

START_LIMIT_S = 120.0
"""TensorFlow takes some seconds, but from a cold disk on a busy machine a minute."""
WATCH_S = 0.25
JOIN_LIMIT_S = 2.0
"""How long to wait for a thread of ours: one may be reading from a disk that does not answer."""


class Child:
    """A process, and three threads of ours: one sends, one reads, one watches the clock.

    None of them waits for another: a process that is stopped takes nothing, answers nothing, and
    is ended all the same.

    Parameters
    ----------
    role : {"classifier", "network"}
    threads : int
        How many requests it works on at once.
    log : Path or None
        Takes what it prints.
    is_confined : bool
        Whether it opens strangers' models: then what requests name is handed over, as far as the
        process could not open it itself. Only on Linux.
    received : callable
        Told `(child, number, value)` on a thread: the value is of the request's type or an
        ExplorerError. Number 0 says that the process is ready.
    ended : callable
        Told `(child)` on a thread, once, when nothing comes any more.

    Attributes
    ----------
    is_ready : bool
        Whether it has started; set by its owner.
    fault : str
        Why it was ended, where it did not end by itself.

    Raises
    ------
    OSError
        The system starts no process, or has no room for the folder of a confined one.
    """

    def __init__(
        self,
        role: Role,
        threads: int,
        log: Path | None,
        *,
        is_confined: bool = False,
        received: Callable[["Child", int, Any], None],
        ended: Callable[["Child"], None],
    ) -> None:
        self.is_ready = False
        self.fault = ""
        self._received = received
        self._ended = ended
        self._expected: dict[int, Any] = {0: None}
        self._outbox: SimpleQueue[tuple[int, Request[Any] | None] | None] = SimpleQueue()
        self._is_over = threading.Event()
        self._late = f"did not start within {START_LIMIT_S:.0f} s and was terminated"
        self._deadline = time.monotonic() + START_LIMIT_S
        is_confined = is_confined and sys.platform == "linux"
        self._folder = _make_empty_folder(is_confined=is_confined)
        folder = self._folder and Path(self._folder.name)
        self._deliveries = Deliveries(folder / "models") if folder and is_confined else None
        # spawn: TensorFlow can hang after a fork, and Qt does not survive one.
        context = multiprocessing.get_context("spawn")
        self._connection: Connection
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=serve,
            args=(theirs, role, threads, log, folder, is_confined),
            name=role,
            daemon=True,
        )
        try:
            with safe_path():
                self._process.start()
        except OSError:
            self._connection.close()
            self._remove_folder()
            raise
        finally:
            theirs.close()
        # Daemons: where nobody closes it, as after Ctrl-C, they must not keep the program.
        self._threads = [
            threading.Thread(target=work, name=f"{role}-{work.__name__.strip('_')}", daemon=True)
            for work in (self._send, self._read, self._watch)
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, number: int, request: Request[Any]) -> None:
        """Send a request, soon; one that cannot be sent is answered with the reason."""
        self._expected[number] = request.answer_type()
        self._outbox.put((number, request))

    def allow(self, deadline: float, limit_s: float) -> None:
        """Set when it counts as hung.

        Parameters
        ----------
        deadline : float
            On the monotonic clock; infinite where nothing is asked.
        limit_s : float
            How long it has had by then, for what is told.
        """
        self._late = f"did not answer within {limit_s:.0f} s and was terminated"
        self._deadline = deadline

    def stop(self) -> None:
        """Let it end after what it is at."""
        self._deadline = math.inf
        self._outbox.put((0, None))

    def kill(self) -> None:
        """End it by force."""
        self._process.kill()

    def clear_away(self, limit_s: float) -> int | None:
        """Wait for its end, at the latest by force; return its exit code."""
        self._process.join(limit_s)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._is_over.set()
        self._outbox.put(None)
        for thread in self._threads:
            thread.join(JOIN_LIMIT_S)
        self._connection.close()
        code = self._process.exitcode
        self._process.close()
        self._remove_folder()
        return code

    def _remove_folder(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def _send(self) -> None:
        try:
            while (wish := self._outbox.get()) is not None:
                self._send_one(*wish)
        except OSError:
            pass  # it just died: who reads is about to say so

    def _send_one(self, number: int, request: Request[Any] | None) -> None:
        try:
            if request is not None and self._deliveries is not None:
                request = self._deliveries.deliver(request)
            kind = STOP if request is None else type(request).__name__
            packed = messages.pack(number, kind, request)
        except (ExplorerError, ValueError) as error:  # the latter: a path that no file can have
            if not isinstance(error, ExplorerError):
                event = (
                    f"The request could not be sent to the {self._process.name} process: {error}."
                )
                error = WorkerError(event)
            del self._expected[number]
            self._received(self, number, error)
        else:
            messages.send_packed(self._connection, packed)

    def _read(self) -> None:
        try:
            while True:
                message = messages.receive(self._connection)
                self._received(self, message.number, self._decode(message))
        except (EOFError, OSError):
            pass
        except Exception as error:  # whatever comes from there, the program goes on
            LOG.warning("an answer of the %s process: %s", self._process.name, error)
            self.fault = "sent an invalid answer and was terminated"
            self._process.kill()
        self._ended(self)

    def _watch(self) -> None:
        while not self._is_over.wait(WATCH_S):
            if time.monotonic() > self._deadline:
                self.fault = self.fault or self._late
                self._process.kill()
                return

    def _decode(self, message: Message) -> Any:
        """Return what an answer holds: a value of its request's type, or an error.

        Raises
        ------
        MessageError
            It is none that can come now.
        """
        if message.number not in self._expected:
            raise MessageError("it answers no request")
        if (message.kind == READY) != (message.number == 0):
            raise MessageError("it comes out of turn")
        kind = self._expected.pop(message.number)
        if message.kind == READY:
            return None
        if message.kind == ERROR:
            return message.read(ErrorMessage).to_error()
        if message.kind != VALUE:
            raise MessageError("it is of an unknown kind")
        return message.read(kind)


def _make_empty_folder(*, is_confined: bool) -> "tempfile.TemporaryDirectory[str] | None":
    """Make a folder to work in: what a model writes or reads beside itself, it does here.

    Without one, where nothing can be written, there is still an answer; not from a confined
    process, which can read nothing else. That one's lies among the person's own files, which models
    can be linked to from there.
    """
    make = partial(tempfile.TemporaryDirectory, ignore_cleanup_errors=True)
    if is_confined:
        home = process_folders()
        with suppress(OSError):  # then where the system keeps such folders
            make_own_folder(home)
            _remove_left_folders(home)
            return make(prefix=f"{os.getpid()}-", dir=home)
    try:
        return make(prefix="convnet-explorer-")
    except OSError:
        if is_confined:
            raise
        return None


def _remove_left_folders(home: Path) -> None:
    """Remove what is left of programs that were killed together with their processes."""
    for folder in home.iterdir():
        owner = folder.name.partition("-")[0]
        if owner.isdecimal() and not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)
