"""Run functions on threads; the value or the error comes home to the GUI thread."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from explorer.log import LOG

Done = Callable[[Any], None]
Failed = Callable[[Exception], None]

# A read from a network share that is gone may never end.
PATIENCE_S = 2.0


class TaskPool(QObject):
    """A few threads for C code that frees the GIL, in lanes that do not wait for each other.

    *Interactive* is what a person waits for while drawing: the current picture, filtering. *Bulk*
    is what may take long, or reads where a disk or a share may hang: scans, searches, what is kept
    for the next start. *Keep* writes the user's files. Functions get plain values and return plain
    values; they must not touch Qt.

    Parameters
    ----------
    threads : int
        How many interactive functions may run at once. One more than there are pictures to
        compute at a time: opening the current picture may hang as well.
    bulk_threads : int
        How many of the others; most of them wait for a disk.
    """

    _came_home = Signal(object)

    def __init__(
        self, threads: int = 3, *, bulk_threads: int = 4, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._interactive = ThreadPoolExecutor(threads, thread_name_prefix="task")
        self._bulk = ThreadPoolExecutor(bulk_threads, thread_name_prefix="bulk")
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="keep")
        self._running: set[Future[None]] = set()
        self._unfinished = 0
        self.is_closed = False
        """Whether nothing is wanted any more; long functions may ask, from any thread."""
        self._came_home.connect(self._deliver)

    @property
    def is_busy(self) -> bool:
        """Whether something was asked for and has not come home."""
        return self._unfinished > 0

    def run(
        self, function: Callable[[], Any], *, done: Done, failed: Failed, is_bulk: bool = False
    ) -> None:
        """Run a function on a thread, then `done(value)` or `failed(error)` on the GUI thread."""
        if self.is_closed:
            return
        self._unfinished += 1
        lane = self._bulk if is_bulk else self._interactive
        future = lane.submit(self._work, function, done, failed)
        self._running.add(future)
        future.add_done_callback(self._running.discard)

    def keep(self, function: Callable[[], Any], *, done: Done, failed: Failed) -> None:
        """Run a function that writes what a person wants kept; as `run` does, except for this.

        It waits for nothing but others of its kind, which run one by one in the order asked: of two
        that write one file, the later wins. `close` lets all of them end; what fails after it is
        logged.
        """
        if self.is_closed:
            return
        self._unfinished += 1
        self._keeper.submit(self._work, function, done, failed, is_logged=True)

    def close(self) -> bool:
        """Drop what waits, let what runs or keeps end; nothing comes home any more.

        Returns
        -------
        bool
            Whether all has ended. What still runs after `PATIENCE_S` is not waited for.
        """
        self.is_closed = True
        lanes = (self._interactive, self._bulk)
        for lane in lanes:
            lane.shutdown(wait=False, cancel_futures=True)
        self._keeper.shutdown(wait=True)
        has_ended = not wait(tuple(self._running), PATIENCE_S).not_done
        if has_ended:
            for lane in lanes:
                lane.shutdown(wait=True)
        return has_ended

    def _work(
        self, function: Callable[[], Any], done: Done, failed: Failed, *, is_logged: bool = False
    ) -> None:
        try:
            value = function()
        except Exception as error:  # it is handed over, not swallowed
            answer = partial(failed, error)
            if is_logged and self.is_closed:
                LOG.warning("not kept, and nobody is there to be told: %s", error)
        else:
            answer = partial(done, value)
        if not self.is_closed:
            self._came_home.emit(answer)

    @Slot(object)
    def _deliver(self, answer: Callable[[], None]) -> None:
        self._unfinished -= 1
        if not self.is_closed:
            answer()


class LatestWins:
    """At most one request running and one waiting; a newer wish replaces the waiting one.

    A running request is always let end and shown, so that a hand that never rests still sees the
    picture move. `forget` makes its answer unwanted, as when the picture under it changed.

    Parameters
    ----------
    pool : TaskPool
    done, failed : callable
        Told on the GUI thread.
    is_bulk : bool
        As for `TaskPool.run`.
    """

    def __init__(
        self, pool: TaskPool, *, done: Done, failed: Failed, is_bulk: bool = False
    ) -> None:
        self._pool = pool
        self._is_bulk = is_bulk
        self._done = done
        self._failed = failed
        self._running = False
        self._waiting: Callable[[], Any] | None = None
        self._number = 0

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._running

    def ask(self, function: Callable[[], Any]) -> None:
        """Run `function` now, or as soon as the running one ends, unless a newer one is asked."""
        if self._running:
            self._waiting = function
            return
        self._running = True
        self._pool.run(
            function,
            done=partial(self._finish, self._number, self._done),
            failed=partial(self._finish, self._number, self._failed),
            is_bulk=self._is_bulk,
        )

    def forget(self) -> None:
        """Drop the waiting request and the answer of the running one."""
        self._number += 1
        self._waiting = None

    def _finish(self, number: int, tell: Callable[[Any], None], value: Any) -> None:
        self._running = False
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self.ask(waiting)
        if number == self._number:
            tell(value)
