"""A worker that answers when a test says so, in any order, or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from explorer.core.models.requests import Request
from explorer.errors import ExplorerError


@dataclass(frozen=True, eq=False)
class Asked:
    """A request that waits for the test's answer."""

    request: Request[Any]
    done: Callable[[Any], None]
    failed: Callable[[ExplorerError], None]
    open: "list[Asked]"

    def cancel(self) -> None:
        """Make the answer unwanted."""
        if self in self.open:
            self.open.remove(self)


class HeldWorker(QObject):
    """Stands in for a WorkerProcess where a test decides what comes home, and when."""

    status_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.status = "asleep"
        self.open: list[Asked] = []

    def start(self, model: Path) -> None:
        """Begin to start."""

    def forgive(self, model: Path) -> None:
        """Use a model again: this one gives none up."""

    def ask(
        self,
        request: Request[Any],
        *,
        done: Callable[[Any], None],
        failed: Callable[[ExplorerError], None],
    ) -> Asked:
        asked = Asked(request, done, failed, self.open)
        self.open.append(asked)
        return asked

    def answer(self, value: Any) -> None:
        """Answer the one open request."""
        (asked,) = self.open
        self.open.clear()
        asked.done(value)

    def fail(self, error: ExplorerError) -> None:
        """Fail the one open request."""
        (asked,) = self.open
        self.open.clear()
        asked.failed(error)

    def set_status(self, status: str) -> None:
        self.status = status
        self.status_changed.emit()
