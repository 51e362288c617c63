"""The child processes of one role, as the window uses them."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from explorer import paths
from explorer.background.request_queue import Answer, PendingRequest, RequestQueue
from explorer.core.models.requests import Request
from explorer.errors import ExplorerError
from explorer.ml.worker import Role

_WAITED_FOR_FIRST = ("starting", "working", "ready", "asleep")


class WorkerProcess(QObject):
    """Two `RequestQueue`s that are at home on the GUI thread.

    One has a process for the included models, the other a confined one for all others: what a
    stranger's model does to its process reaches no answer about an included one. Each starts when
    needed.

    Parameters
    ----------
    role : {"classifier", "network"}
    log : Path or None
        Takes what the process prints.
    threads : int
        How many requests it works on at once.

    Attributes
    ----------
    threads : int

    Signals
    -------
    status_changed()
        `status` has a new value.
    ended(str)
        A process ended unexpectedly: a sentence that says so and names its log.
    """

    status_changed = Signal()
    ended = Signal(str)
    _posted = Signal(object)

    def __init__(
        self, role: Role, log: Path | None, *, threads: int = 1, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.threads = threads
        self._log = log
        self._included, self._strangers = (
            RequestQueue(
                role,
                log,
                threads=threads,
                is_confined=is_confined,
                post=self._posted.emit,
                tell=self.status_changed.emit,
                tell_end=self._on_end,
            )
            for is_confined in (False, True)
        )
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    @property
    def status(self) -> str:
        """One of "starting", "working", "ready", "asleep": the first that is true of either."""
        found = {self._included.status, self._strangers.status}
        return next(status for status in _WAITED_FOR_FIRST if status in found)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._included.is_busy or self._strangers.is_busy

    def start(self, model: Path) -> None:
        """Start the process for a model now, so that the first request finds it warm."""
        self._queue(model).start()

    def expect_stranger(self) -> None:
        """Start the process for models that are not included: one is about to come."""
        self._strangers.start()

    def forgive(self, model: Path) -> None:
        """Use a model again over which processes ended: a person opens it anew."""
        self._queue(model).forgive(model)

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
        queue = self._queue(request.model.path)
        return queue.ask(request, done=done, failed=failed, is_urgent=is_urgent)

    def close(self) -> None:
        """End the processes, at the latest by force."""
        self._included.close()
        self._strangers.close()

    def _on_end(self, sentence: str) -> None:
        where = "" if self._log is None else f" What it printed is in “{self._log}”."
        self.ended.emit(f"{sentence}{where}")

    def _queue(self, model: Path) -> RequestQueue:
        return self._included if paths.is_bundled(model) else self._strangers

    @Slot(object)
    def _run(self, function: Callable[[], None]) -> None:
        function()
