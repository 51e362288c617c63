"""A child process for a command, which has nothing to do but to wait for its answers."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self

from explorer import paths
from explorer.background.request_queue import Answer, RequestQueue
from explorer.core.models.requests import Request
from explorer.errors import ExplorerError
from explorer.ml.worker import Role


class Stopped(Exception):
    """Nobody wants the answers any more."""


def _raise_stopped() -> None:
    raise Stopped


class BlockingWorker:
    """A `RequestQueue` whose answers are waited for; a context that ends its process.

    Parameters
    ----------
    role : {"classifier", "network"}
    model : Path
        What it is asked about: a process for a stranger's model is confined.
    threads : int
        How many requests it works on at once.
    """

    def __init__(self, role: Role, model: Path, *, threads: int = 1) -> None:
        self._news: SimpleQueue[Callable[[], None]] = SimpleQueue()
        log = paths.user_state() / f"{role}.log"
        self._requests = RequestQueue(
            role,
            log,
            threads=threads,
            is_confined=not paths.is_bundled(model),
            post=self._news.put,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._requests.close()

    def ask(self, request: Request[Answer]) -> Answer:
        """Return the answer to one request.

        Raises
        ------
        ExplorerError
            It cannot be answered.
        """
        (answer,) = self.ask_each([request])
        if isinstance(answer, ExplorerError):
            raise answer
        return answer

    def ask_each(self, requests: Iterable[Request[Answer]]) -> Iterator[Answer | ExplorerError]:
        """Answer requests in their order, each by its answer or by the reason why there is none.

        Parameters
        ----------
        requests : iterable of Request
            Taken as they are needed: ahead of the answers only as far as keeps the process busy.
        """
        most = 2 * self._requests.most_in_flight  # a slow one keeps no thread from working
        open_ones: deque[list[Any]] = deque()
        for request in requests:
            answer: list[Any] = []
            self._requests.ask(request, done=answer.append, failed=answer.append)
            open_ones.append(answer)
            if len(open_ones) > most:
                yield self._wait_for(open_ones.popleft())
        while open_ones:
            yield self._wait_for(open_ones.popleft())

    def ask_as_answered(
        self, requests: Iterable[Request[Answer]], most: int
    ) -> Iterator[tuple[Request[Answer], Answer | ExplorerError]]:
        """Answer requests as the answers come, whatever their order.

        Parameters
        ----------
        requests : iterable of Request
            Taken as they are needed.
        most : int
            How many are asked at once.

        Raises
        ------
        Stopped
            `stop` was called.
        """
        answered: deque[tuple[Request[Answer], Any]] = deque()
        open_count = 0

        def take(request: Request[Answer], answer: Any) -> None:
            answered.append((request, answer))

        for request in requests:
            tell = partial(take, request)
            self._requests.ask(request, done=tell, failed=tell)
            open_count += 1
            while open_count >= most or answered:
                self._wait_until(answered)
                open_count -= 1
                yield answered.popleft()
        while open_count:
            self._wait_until(answered)
            open_count -= 1
            yield answered.popleft()

    def stop(self) -> None:
        """Let who waits for an answer get `Stopped` instead; from any thread."""
        self._news.put(_raise_stopped)

    def _wait_until(self, answered: "deque[Any]") -> None:
        while not answered:
            self._news.get()()

    def _wait_for(self, answer: list[Any]) -> Any:
        while not answer:
            self._news.get()()
        return answer[0]
