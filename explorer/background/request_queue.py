"""Requests to one child process after another: started when needed, tried again, given up."""

import math
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar

from explorer.background.child import Child
from explorer.core.files.names import printable_name
from explorer.core.models.requests import Request
from explorer.errors import ExplorerError, ModelError, WorkerError, reason_of
from explorer.ml.worker import Role

CLOSE_LIMIT_S = 2.0
ENDING_LIMIT_S = 0.2
"""How long to wait for a process whose pipe is already closed."""
MOST_STARTS = 2
"""Starts in a row that may fail: what the first one met with may have passed."""
MOST_ENDS = 3
"""Processes in a row that may end while using one model, without an answer in between."""

Answer = TypeVar("Answer")
Status = Literal["asleep", "starting", "ready", "working"]


@dataclass(eq=False)
class PendingRequest:
    """A request and where its answer goes."""

    request: Request[Any]
    done: Callable[[Any], None]
    failed: Callable[[ExplorerError], None]
    tries: int = 0
    deadline: float = math.inf
    is_cancelled: bool = False
    parts: "list[PendingRequest]" = field(default_factory=list)

    def cancel(self) -> None:
        """Make the answer unwanted; a request that waits is not sent at all."""
        self.is_cancelled = True
        for part in self.parts:
            part.cancel()

    def split(self) -> "list[PendingRequest]":
        """Return its parts, each of which is tried alone and only once, and answer with theirs."""
        requests = self.request.parts()
        answers: dict[int, Any] = {}

        def take(place: int, answer: Any) -> None:
            answers[place] = answer
            if len(answers) == len(requests) and not self.is_cancelled:
                self.done(self.request.join([answers[at] for at in range(len(requests))]))

        self.parts = [
            PendingRequest(part, partial(take, place), partial(take, place), tries=1)
            for place, part in enumerate(requests)
        ]
        return self.parts


class RequestQueue:
    """What a child process is to do; as many requests at once as it has threads for.

    When the process dies, what it was at is tried once more in a new one, one request at a time,
    so that only the one that kills is reported as failed; requests that wait are not touched. One
    that takes longer than its limit is reported, and the process started anew. A request for
    several pictures is asked again for each of them, so that only the one that kills is lost. A
    model over which `MOST_ENDS` processes end in a row is no longer used until a person opens it
    again. A process that dies while nothing is asked is started again as well.

    All of it happens on one thread, except for what `post` is called from.

    Parameters
    ----------
    role : {"classifier", "network"}
    log : Path or None
        Takes what the process prints.
    threads : int
        How many requests it works on at once.
    is_confined : bool
        Whether the process is for strangers' models, and can do nothing but answer.
    post : callable
        Called from any thread with a function that is to run on the one thread.
    tell : callable
        Called when `status` has changed.
    tell_end : callable
        Told a sentence when the process has ended unexpectedly and no request is reported as
        failed, which would say so as well.

    Attributes
    ----------
    status : {"asleep", "starting", "ready", "working"}
    """

    def __init__(
        self,
        role: Role,
        log: Path | None,
        *,
        threads: int,
        is_confined: bool,
        post: Callable[[Callable[[], None]], None],
        tell: Callable[[], None] = lambda: None,
        tell_end: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self._role: Role = role
        self._log = log
        self._threads = threads
        self._is_confined = is_confined
        # Several for each thread wait there, so that none idles while the window paints.
        self.most_in_flight = 1 if threads == 1 else 6 * threads
        self._post = post
        self._tell = tell
        self._tell_end = tell_end
        self._child: Child | None = None
        self._waiting: deque[PendingRequest] = deque()
        self._in_flight: dict[int, PendingRequest] = {}
        self._number = 0
        self._failed_starts = 0
        self._has_answered = False
        self._ends: Counter[Path] = Counter()
        self._is_closed = False
        self.status: Status = "asleep"

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._waiting or self._in_flight)

    def start(self) -> None:
        """Start the process now, so that the first request finds it warm."""
        if self._child is None and not self._is_closed:
            self._spawn()

    def forgive(self, model: Path) -> None:
        """Use a model again over which processes ended: a person opens it anew."""
        self._ends.pop(model, None)

    def ask(
        self,
        request: Request[Answer],
        *,
        done: Callable[[Answer], None],
        failed: Callable[[ExplorerError], None],
        is_urgent: bool = False,
    ) -> PendingRequest:
        """Queue a request; `done(answer)` or `failed(error)` is called later, on the one thread.

        An urgent one goes before all that wait.
        """
        pending = PendingRequest(request, done, failed)
        if self._is_closed:
            return pending
        if self._is_given_up(pending):
            self._post(lambda: self._fail(pending, self._giving_up(pending)))
            return pending
        if is_urgent:
            self._waiting.appendleft(pending)
        else:
            self._waiting.append(pending)
        self.start()
        self._send_next()
        return pending

    def close(self) -> None:
        """End the process, at the latest by force; nothing is answered any more."""
        self._is_closed = True
        child, self._child = self._child, None
        if child is None:
            return
        if child.is_ready and not self._in_flight:
            child.stop()
        else:
            child.kill()
        self._waiting.clear()
        self._in_flight.clear()
        child.clear_away(CLOSE_LIMIT_S)

    def _spawn(self) -> None:
        try:
            self._child = Child(
                self._role,
                self._threads,
                self._log,
                is_confined=self._is_confined,
                received=lambda *news: self._post(partial(self._on_received, *news)),
                ended=lambda child: self._post(lambda: self._on_ended(child)),
            )
        except OSError as error:
            self._set_status("asleep")
            trouble = WorkerError(
                f"The {self._role} process could not be started: {reason_of(error)}."
            )
            for pending in self._waiting:
                self._post(partial(self._fail, pending, trouble))
            self._waiting.clear()
        else:
            self._set_status("starting")

    def _send_next(self) -> None:
        child = self._child
        if child is None or not child.is_ready:
            return
        while self._waiting and len(self._in_flight) < self.most_in_flight:
            if self._waiting[0].is_cancelled:
                self._waiting.popleft()
            elif self._in_flight and (
                self._waiting[0].tries > 0 or any(one.tries > 1 for one in self._in_flight.values())
            ):
                break  # what may have killed a process is tried again alone
            else:
                self._send(child, self._waiting.popleft())
        # The time of a request begins as a thread takes it up: the oldest are at work.
        for pending in islice(self._in_flight.values(), self._threads):
            if pending.deadline == math.inf:
                pending.deadline = time.monotonic() + pending.request.time_limit_s
        first = min(self._in_flight.values(), key=lambda one: one.deadline, default=None)
        if first is None:
            child.allow(math.inf, math.inf)
        else:
            child.allow(first.deadline, first.request.time_limit_s)
        self._set_status("working" if self._in_flight else "ready")

    def _send(self, child: Child, pending: PendingRequest) -> None:
        pending.tries += 1
        pending.deadline = math.inf
        self._number += 1
        self._in_flight[self._number] = pending
        child.ask(self._number, pending.request)

    def _on_received(self, child: Child, number: int, value: Any) -> None:
        if child is not self._child:
            return
        if number == 0:
            child.is_ready = True
            self._failed_starts = 0
            self._send_next()
            return
        pending = self._in_flight.pop(number)
        self._has_answered = True
        self._ends.pop(pending.request.model.path, None)
        try:
            if isinstance(value, ExplorerError):
                self._fail(pending, value)
            elif not pending.is_cancelled:
                pending.done(value)
        finally:
            self._send_next()

    def _on_ended(self, child: Child) -> None:
        if child is not self._child:
            return
        self._child = None
        now = time.monotonic()
        code = child.clear_away(ENDING_LIMIT_S)
        what = f"{self._role} process {child.fault or f'ended unexpectedly (exit code {code})'}"
        flying = list(self._in_flight.values())
        self._in_flight.clear()
        lost: list[tuple[PendingRequest, ExplorerError]] = []
        if child.is_ready:
            again: list[PendingRequest] = []
            for one in flying:
                if one.tries == 1 and one.request.parts():
                    again += one.split()
                elif one.tries > 1 or one.deadline < now:
                    lost.append((one, _no_answer(one, what)))
                else:
                    again.append(one)
            self._waiting.extendleft(reversed(again))
            self._ends.update({one.request.model.path for one in flying})
            given_up = [one for one in self._waiting if self._is_given_up(one)]
            lost += [(one, self._giving_up(one)) for one in given_up]
            self._waiting = deque(one for one in self._waiting if not self._is_given_up(one))
        else:
            self._failed_starts += 1
            if self._failed_starts == MOST_STARTS:
                self._failed_starts = 0
                lost = [(one, WorkerError(f"The {what}.")) for one in self._waiting]
                self._waiting.clear()
        # One that dies again before it is of use is not started for nothing.
        if self._waiting or (child.is_ready and self._has_answered):
            self._has_answered = False
            self._spawn()
            then = "is started again"
        else:
            self._set_status("asleep")
            then = "starts again when it is needed"
        if not lost:
            self._tell_end(f"The {what}; it {then}.")
        for pending, error in lost:
            self._fail(pending, error)

    def _is_given_up(self, pending: PendingRequest) -> bool:
        return self._ends[pending.request.model.path] >= MOST_ENDS

    def _giving_up(self, pending: PendingRequest) -> ModelError:
        name = printable_name(pending.request.model.path)
        return ModelError(
            f"The model “{name}” is no longer used: the {self._role} process ended "
            f"{MOST_ENDS} times in a row while using it."
        )

    def _fail(self, pending: PendingRequest, error: ExplorerError) -> None:
        if not pending.is_cancelled and not self._is_closed:
            pending.failed(error)

    def _set_status(self, status: Status) -> None:
        if status != self.status:
            self.status = status
            self._tell()


def _no_answer(pending: PendingRequest, what: str) -> WorkerError:
    name = printable_name(pending.request.model.path)
    return WorkerError(f"The model “{name}” gave no answer: the {what}.")
