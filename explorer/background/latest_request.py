"""Requests of which only the newest matters, such as those of a mouse that moves."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from explorer.background.worker_process import WorkerProcess
from explorer.core.models.requests import Request
from explorer.errors import ExplorerError

Answer = TypeVar("Answer")


class LatestRequest(Generic[Answer]):
    """At most one request on its way and one waiting; a newer one takes the waiting one's place.

    As `LatestWins`, one that is on its way is answered: a hand that never rests sees something.

    Parameters
    ----------
    done : callable
        Told on the GUI thread, with the request and its answer.
    failed : callable
        Told the error.
    """

    def __init__(
        self,
        *,
        done: Callable[[Any, Answer], None],
        failed: Callable[[ExplorerError], None],
    ) -> None:
        self._done = done
        self._failed = failed
        self._number = 0
        self._waiting: tuple[WorkerProcess, Request[Answer]] | None = None
        self.is_busy = False
        """Whether an answer is still to come."""

    def ask(self, worker: WorkerProcess, request: Request[Answer]) -> None:
        """Ask now, or as soon as the answer that is on its way has come."""
        if self.is_busy:
            self._waiting = (worker, request)
            return
        self.is_busy = True
        number = self._number
        worker.ask(
            request,
            done=lambda answer: self._finish(number, lambda: self._done(request, answer)),
            failed=lambda error: self._finish(number, lambda: self._failed(error)),
        )

    def forget(self) -> None:
        """Drop what waits, and the answer that is on its way."""
        self._number += 1
        self._waiting = None

    def _finish(self, number: int, tell: Callable[[], None]) -> None:
        self.is_busy = False
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self.ask(*waiting)
        if number == self._number:
            tell()
