"""One child process per role: started when first needed, watched, restarted."""

import contextlib
import multiprocessing
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from explorer.errors import ExplorerError, WorkerError
from explorer.ml.worker import serve

ANSWER_LIMIT_MS = 60_000
CLOSE_LIMIT_S = 2.0


@dataclass(eq=False)
class Request:
    """A request and where its answer goes."""

    verb: str
    arguments: tuple[Any, ...]
    done: Callable[[Any], None]
    failed: Callable[[ExplorerError], None]
    tries: int = 0
    is_cancelled: bool = False

    def cancel(self) -> None:
        """Make the answer unwanted; a request that waits is not sent at all."""
        self.is_cancelled = True


@dataclass(eq=False)
class _Child:
    """One life of the process; answers of an earlier life are told apart by it."""

    process: Any
    connection: Connection
    reader: threading.Thread = field(init=False)
    is_ready: bool = False


class WorkerProcess(QObject):
    """A child process that answers one request at a time.

    When it dies, the request it was at is tried once more in a new process, then reported as
    failed; requests that wait are not touched.

    Parameters
    ----------
    role : {"classifier", "network"}
    log : Path or None
        Takes what the process prints.
    parent : QObject, optional

    Signals
    -------
    status_changed()
        `status` has a new value.
    """

    status_changed = Signal()
    _received = Signal(object, object)
    _ended = Signal(object)

    def __init__(self, role: str, log: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self._log = log
        self._child: _Child | None = None
        self._waiting: deque[Request] = deque()
        self._in_flight: Request | None = None
        self._number = 0
        self._status = "asleep"
        self._is_closed = False
        self._watchdog = QTimer(self)
        self._watchdog.setSingleShot(True)
        self._watchdog.setInterval(ANSWER_LIMIT_MS)
        self._watchdog.timeout.connect(self._kill)
        self._received.connect(self._on_received)
        self._ended.connect(self._on_ended)

    @property
    def role(self) -> str:
        """What the process is for."""
        return self._role

    @property
    def status(self) -> str:
        """One of "asleep", "starting", "ready", "working"."""
        return self._status

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._in_flight is not None or bool(self._waiting)

    @property
    def process_id(self) -> int | None:
        """The child's process id, while there is one."""
        return None if self._child is None else self._child.process.pid

    def start(self) -> None:
        """Start the process now, so that the first request finds it warm."""
        if self._child is None and not self._is_closed:
            self._spawn()

    def ask(
        self,
        verb: str,
        *arguments: Any,
        done: Callable[[Any], None],
        failed: Callable[[ExplorerError], None],
        is_urgent: bool = False,
    ) -> Request:
        """Queue a request; `done(value)` or `failed(error)` is called on the GUI thread.

        An urgent one goes before all that wait.
        """
        request = Request(verb, arguments, done, failed)
        if not self._is_closed:
            if is_urgent:
                self._waiting.appendleft(request)
            else:
                self._waiting.append(request)
            self.start()
            self._send_next()
        return request

    def close(self) -> None:
        """End the process, at the latest by force."""
        self._is_closed = True
        self._watchdog.stop()
        self._waiting.clear()
        self._in_flight = None
        child, self._child = self._child, None
        if child is None:
            return
        if child.is_ready:
            with contextlib.suppress(OSError):  # it is gone already, which is what is wanted
                child.connection.send(None)
            child.process.join(CLOSE_LIMIT_S)
        if child.process.is_alive():
            child.process.kill()
        child.process.join()
        child.reader.join()
        child.connection.close()
        child.process.close()

    def _spawn(self) -> None:
        # spawn: TensorFlow can hang after a fork, and Qt does not survive one.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=serve, args=(theirs, self._role, self._log), name=self._role, daemon=True
        )
        process.start()
        theirs.close()
        child = _Child(process, ours)
        child.reader = threading.Thread(
            target=self._read, args=(child,), name=f"{self._role}-reader"
        )
        self._child = child
        child.reader.start()
        self._set_status("starting")

    def _read(self, child: _Child) -> None:
        """Carry answers home; runs on a thread of its own."""
        while True:
            try:
                answer = child.connection.recv()
            except (EOFError, OSError):
                break
            if not self._is_closed:
                self._received.emit(child, answer)
        if not self._is_closed:
            self._ended.emit(child)

    def _send_next(self) -> None:
        child = self._child
        if child is None or not child.is_ready or self._in_flight is not None:
            return
        while self._waiting and self._waiting[0].is_cancelled:
            self._waiting.popleft()
        if not self._waiting:
            self._set_status("ready")
            return
        request = self._waiting.popleft()
        request.tries += 1
        self._number += 1
        self._in_flight = request
        self._watchdog.start()
        self._set_status("working")
        with contextlib.suppress(OSError):  # it just died: the reader is about to say so
            child.connection.send((self._number, request.verb, request.arguments))

    @Slot(object, object)
    def _on_received(self, child: _Child, answer: tuple[int, Any, Any]) -> None:
        if child is not self._child:
            return
        number, value, error = answer
        if number == 0:
            child.is_ready = True
            self._send_next()
            return
        request, self._in_flight = self._in_flight, None
        self._watchdog.stop()
        self._send_next()
        if request is None or request.is_cancelled:
            return
        if error is None:
            request.done(value)
        else:
            request.failed(error)

    @Slot(object)
    def _on_ended(self, child: _Child) -> None:
        if child is not self._child:
            return
        self._watchdog.stop()
        child.process.join()
        child.reader.join()
        child.connection.close()
        code = child.process.exitcode
        child.process.close()
        self._child = None
        request, self._in_flight = self._in_flight, None
        if not child.is_ready:
            # It cannot even start: another try would not end better.
            self._fail_all(request, code)
            return
        if request is not None and request.tries < 2:
            self._waiting.appendleft(request)
            request = None
        if self._waiting:
            self._spawn()
        else:
            self._set_status("asleep")
        if request is not None and not request.is_cancelled:
            request.failed(self._death(code))

    def _fail_all(self, request: Request | None, code: int) -> None:
        lost = [*([request] if request else []), *self._waiting]
        self._waiting.clear()
        self._set_status("asleep")
        for item in lost:
            if not item.is_cancelled:
                item.failed(self._death(code))

    def _death(self, code: int) -> WorkerError:
        return WorkerError(f"The {self._role} process ended unexpectedly (exit code {code}).")

    @Slot()
    def _kill(self) -> None:
        if self._child is not None:
            self._child.process.kill()

    def _set_status(self, status: str) -> None:
        if status != self._status:
            self._status = status
            self.status_changed.emit()
