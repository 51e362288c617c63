"""One child process per role: started when first needed, watched, restarted."""

import contextlib
import math
import multiprocessing
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, Slot

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
from explorer.ml.worker import Role, serve

START_LIMIT_S = 180.0
CLOSE_LIMIT_S = 2.0
ENDING_LIMIT_S = 0.2
"""How long the window waits for a process whose pipe is closed already."""
WATCH_MS = 250

Answer = TypeVar("Answer")


@dataclass(eq=False)
class PendingRequest:
    """A request and where its answer goes."""

    request: Request[Any]
    done: Callable[[Any], None]
    failed: Callable[[ExplorerError], None]
    tries: int = 0
    deadline: float = math.inf
    is_cancelled: bool = False

    def cancel(self) -> None:
        """Make the answer unwanted; a request that waits is not sent at all."""
        self.is_cancelled = True


@dataclass(eq=False)
class _Child:
    """One life of the process; answers of an earlier life are told apart by it."""

    process: Any
    connection: Connection
    deadline: float
    reader: threading.Thread = field(init=False)
    is_ready: bool = False
    in_flight: dict[int, PendingRequest] = field(default_factory=dict)
    fault: str = ""
    """Why it was ended, where it did not end by itself."""


class WorkerProcess(QObject):
    """A child process that answers requests, as many at once as it has threads for.

    When it dies, what it was at is tried once more in a new process, one request at a time, so
    that only the one that kills is reported as failed; requests that wait are not touched. One
    that takes longer than its limit is reported, and the process started anew.

    Parameters
    ----------
    role : {"classifier", "network"}
    log : Path or None
        Takes what the process prints.
    threads : int
        How many requests it works on at once.

    Signals
    -------
    status_changed()
        `status` has a new value.
    """

    status_changed = Signal()
    _received = Signal(object, int, object)
    _ended = Signal(object)

    def __init__(
        self, role: Role, log: Path | None, *, threads: int = 1, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._role: Role = role
        self._log = log
        self._threads = threads
        # Several for each thread wait there, so that none idles while the window paints.
        self._most_in_flight = 1 if threads == 1 else 6 * threads
        self._child: _Child | None = None
        self._waiting: deque[PendingRequest] = deque()
        self._number = 0
        self.status = "asleep"
        """One of "asleep", "starting", "ready", "working"."""
        self._is_closed = False
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._end_what_hangs)
        self._received.connect(self._on_received)
        self._ended.connect(self._on_ended)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._waiting) or (self._child is not None and bool(self._child.in_flight))

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
        request: Request[Answer],
        *,
        done: Callable[[Answer], None],
        failed: Callable[[ExplorerError], None],
        is_urgent: bool = False,
    ) -> PendingRequest:
        """Queue a request; `done(answer)` or `failed(error)` is called on the GUI thread.

        An urgent one goes before all that wait.
        """
        pending = PendingRequest(request, done, failed)
        if not self._is_closed:
            if is_urgent:
                self._waiting.appendleft(pending)
            else:
                self._waiting.append(pending)
            self.start()
            self._send_next()
        return pending

    def close(self) -> None:
        """End the process, at the latest by force."""
        self._is_closed = True
        self._watch.stop()
        self._waiting.clear()
        child, self._child = self._child, None
        if child is None:
            return
        if child.is_ready and not child.in_flight:
            with contextlib.suppress(OSError):  # it is gone already, which is what is wanted
                messages.send(child.connection, 0, STOP, None)
        else:
            child.process.kill()
        _clear_away(child, CLOSE_LIMIT_S)

    def _spawn(self) -> None:
        # spawn: TensorFlow can hang after a fork, and Qt does not survive one.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=serve,
            args=(theirs, self._role, self._threads, self._log),
            name=self._role,
            daemon=True,
        )
        process.start()
        theirs.close()
        child = _Child(process, ours, time.monotonic() + START_LIMIT_S)
        child.reader = threading.Thread(
            target=self._read, args=(child,), name=f"{self._role}-reader"
        )
        self._child = child
        child.reader.start()
        self._watch.start()
        self._set_status("starting")

    def _read(self, child: _Child) -> None:
        """Carry answers home, checked against their types; runs on a thread of its own."""
        answered: set[int] = set()
        try:
            while True:
                message = messages.receive(child.connection)
                value = self._decode(child, message, answered)
                answered.add(message.number)
                if not self._is_closed:
                    self._received.emit(child, message.number, value)
        except (EOFError, OSError):
            pass
        except Exception as error:  # whatever comes from there, the window goes on
            child.fault = f"sent an answer that cannot be read ({error}) and was ended"
            child.process.kill()
        if not self._is_closed:
            self._ended.emit(child)

    def _decode(self, child: _Child, message: Message, answered: set[int]) -> Any:
        """Return what an answer holds: a value of its request's type, or an error.

        Raises
        ------
        MessageError
            It is none that can come now.
        """
        if (message.kind == READY) != (message.number == 0) or message.number in answered:
            raise MessageError("it comes out of turn")
        if message.kind == READY:
            return None
        asked = child.in_flight.get(message.number)
        if asked is None:
            raise MessageError("it answers no request")
        if message.kind == ERROR:
            return message.read(ErrorMessage).to_error()
        if message.kind != VALUE:
            raise MessageError("it is of an unknown kind")
        return message.read(asked.request.answer_type())

    def _send_next(self) -> None:
        child = self._child
        if child is None or not child.is_ready:
            return
        while self._waiting and len(child.in_flight) < self._most_in_flight:
            if self._waiting[0].is_cancelled:
                self._waiting.popleft()
            elif child.in_flight and (
                self._waiting[0].tries > 0 or any(one.tries > 1 for one in child.in_flight.values())
            ):
                break  # what may have killed a process is tried again alone
            else:
                self._send(child, self._waiting.popleft())
        # The time of a request begins as a thread takes it up: the oldest are at work.
        for pending in islice(child.in_flight.values(), self._threads):
            if pending.deadline == math.inf:
                pending.deadline = time.monotonic() + pending.request.limit_s
        self._set_status("working" if child.in_flight else "ready")

    def _send(self, child: _Child, pending: PendingRequest) -> None:
        pending.tries += 1
        pending.deadline = math.inf
        self._number += 1
        child.in_flight[self._number] = pending
        try:
            kind = type(pending.request).__name__
            messages.send(child.connection, self._number, kind, pending.request)
        except OSError:
            pass  # it just died: the reader is about to say so
        except ValueError as error:  # such as a path that no file can have
            del child.in_flight[self._number]
            pending.failed(WorkerError(f"The {self._role} process cannot be asked this: {error}."))

    @Slot(object, int, object)
    def _on_received(self, child: _Child, number: int, value: Any) -> None:
        if child is not self._child:
            return
        if number == 0:
            child.is_ready = True
            self._send_next()
            return
        pending = child.in_flight.pop(number)
        if not pending.is_cancelled:
            if isinstance(value, ExplorerError):
                pending.failed(value)
            else:
                pending.done(value)
        self._send_next()

    @Slot(object)
    def _on_ended(self, child: _Child) -> None:
        if child is not self._child:
            return
        self._watch.stop()
        code = _clear_away(child, ENDING_LIMIT_S)
        self._child = None
        what = child.fault or f"ended unexpectedly (exit code {code})"
        error = WorkerError(f"The {self._role} process {what}.")
        if not child.is_ready:
            # It cannot even start: another try would not end better.
            lost = list(self._waiting)
            self._waiting.clear()
        else:
            now = time.monotonic()
            flying = list(child.in_flight.values())
            lost = [one for one in flying if one.tries > 1 or one.deadline < now]
            again = [one for one in flying if one not in lost]
            self._waiting.extendleft(reversed(again))
        if self._waiting:
            self._spawn()
        else:
            self._set_status("asleep")
        for pending in lost:
            if not pending.is_cancelled:
                pending.failed(error)

    @Slot()
    def _end_what_hangs(self) -> None:
        child, now = self._child, time.monotonic()
        if child is None or child.fault:
            return
        if not child.is_ready and child.deadline < now:
            child.fault = f"did not start within {START_LIMIT_S:.0f} s and was ended"
        for pending in child.in_flight.values():
            if pending.deadline < now:
                limit = pending.request.limit_s
                child.fault = f"did not answer within {limit:.0f} s and was ended"
        if child.fault:
            child.process.kill()

    def _set_status(self, status: str) -> None:
        if status != self.status:
            self.status = status
            self.status_changed.emit()


def _clear_away(child: _Child, limit_s: float) -> int:
    """Wait for a process that is about to end, at the latest by force; return its exit code."""
    child.process.join(limit_s)
    if child.process.is_alive():
        child.process.kill()
        child.process.join()
    child.reader.join()
    child.connection.close()
    code: int = child.process.exitcode
    child.process.close()
    return code
