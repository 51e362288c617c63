"""One child process per role, as the window uses it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from explorer.background.request_queue import Answer, PendingRequest, RequestQueue
from explorer.core.models.requests import Request
from explorer.errors import ExplorerError
from explorer.ml.worker import Role

__all__ = ["PendingRequest", "WorkerProcess"]


class WorkerProcess(QObject):
    """A `RequestQueue` that is at home on the GUI thread.

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
    _posted = Signal(object)

    def __init__(
        self, role: Role, log: Path | None, *, threads: int = 1, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._requests = RequestQueue(
            role, log, threads=threads, post=self._posted.emit, tell=self.status_changed.emit
        )
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    @property
    def status(self) -> str:
        """One of "asleep", "starting", "ready", "working"."""
        return self._requests.status

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._requests.is_busy

    @property
    def process_id(self) -> int | None:
        """The child's process id, while there is one."""
        return self._requests.process_id

    def start(self) -> None:
        """Start the process now, so that the first request finds it warm."""
        self._requests.start()

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
        return self._requests.ask(request, done=done, failed=failed, is_urgent=is_urgent)

    def close(self) -> None:
        """End the process, at the latest by force."""
        self._requests.close()

    @Slot(object)
    def _run(self, function: Callable[[], None]) -> None:
        function()
