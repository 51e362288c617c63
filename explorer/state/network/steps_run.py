"""Runs the steps of an explanation on a child process, one after the other, until stopped."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from explorer.background.request_queue import PendingRequest
from explorer.background.worker_process import WorkerProcess
from explorer.core.explanation.steps import Step, Steps
from explorer.errors import ExplorerError, ModelError

Result = TypeVar("Result")


class StepsRun(Generic[Result]):
    """Asks for the next step when the last one is answered; begins at once.

    Parameters
    ----------
    steps : Steps
    worker : WorkerProcess
    done : callable
        Told the result, on the GUI thread.
    failed : callable
        Told the error.
    progressed : callable
        Called when `share` has another value.

    Attributes
    ----------
    share : float
        How much is done, 0 to 1.
    """

    def __init__(
        self,
        steps: Steps[Result],
        worker: WorkerProcess,
        *,
        done: Callable[[Result], None],
        failed: Callable[[ExplorerError], None],
        progressed: Callable[[], None],
    ) -> None:
        self._steps = steps
        self._worker = worker
        self._done = done
        self._failed = failed
        self._progressed = progressed
        self._pending: PendingRequest | None = None
        self._is_stopped = False
        self.share = 0.0
        self._go_on(lambda: next(steps))

    def stop(self) -> None:
        """Ask for nothing more; nobody is told anything."""
        self._is_stopped = True
        if self._pending is not None:
            self._pending.cancel()

    def _go_on(self, advance: Callable[[], Step]) -> None:
        if self._is_stopped:
            return
        try:
            step = advance()
        except StopIteration as ended:
            self._done(ended.value)
        except ExplorerError as error:
            self._failed(error)
        else:
            self.share = step.done
            self._pending = self._worker.ask(
                step.request, done=self._on_answer, failed=self._on_error
            )
            self._progressed()

    def _on_answer(self, answer: Any) -> None:
        self._go_on(lambda: self._steps.send(answer))

    def _on_error(self, error: ExplorerError) -> None:
        if isinstance(error, ModelError):  # which the steps may know what to do with
            self._go_on(lambda: self._steps.throw(error))
        elif not self._is_stopped:
            self._failed(error)
