"""Errors that nobody expected: logged, told once in a while, and survived."""

import sys
import time
from types import TracebackType

from explorer.errors import ExplorerError
from explorer.log import LOG, log_file
from explorer.state.shared.notices import Notices

BANNER_PAUSE_S = 5.0


class UnexpectedErrors:
    """Takes what no code has caught, until `restore`."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._last_banner = -BANNER_PAUSE_S
        self._previous = sys.excepthook
        sys.excepthook = self.handle

    def restore(self) -> None:
        """Let them go where they went before."""
        sys.excepthook = self._previous

    def handle(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log an error, say so once in a while, and keep running."""
        if isinstance(error, ExplorerError):
            self._notices.report(error)
            return
        LOG.error("unexpected", exc_info=(kind, error, trace))
        now = time.monotonic()
        # A failing paintEvent repeats with every frame; one banner is enough.
        if now - self._last_banner > BANNER_PAUSE_S:
            self._last_banner = now
            self._notices.warn(
                f"Unexpected error ({kind.__name__}: {error}). The program continues; details are "
                f"in {log_file()}.",
                topic="program",
            )
