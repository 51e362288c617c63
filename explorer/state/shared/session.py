"""The session: what is open, and unsaved work, restored at the next start."""

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from explorer.background.tasks import TaskPool
from explorer.core.desktop.session import (
    BEFORE_RESET,
    SavedSession,
    put_aside,
    read_session,
    to_json,
    write_session,
)
from explorer.errors import ExplorerError
from explorer.state.shared.notices import Notices
from explorer.state.shared.timers import make_timer

PAUSE_MS = 2_000


class Session(QObject):
    """Keeps the session file up to date, writing at most every two seconds.

    Parameters
    ----------
    file : Path
        Its folder need not exist.
    pool : TaskPool
        Writes, because a slow disk would stop the window.
    notices : Notices
    """

    def __init__(
        self, file: Path, pool: TaskPool, notices: Notices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._file = file
        self._pool = pool
        self._notices = notices
        self._collect: Callable[[], SavedSession] | None = None
        self._writer = _Writer(file)
        self._has_failed = False
        self._pause = make_timer(self, PAUSE_MS, self._write_soon)

    def restore(self) -> SavedSession:
        """Return the last session; a damaged file is reported and moved aside."""
        try:
            remembered, damaged = read_session(self._file)
        except ExplorerError as error:
            put_aside(self._file)
            self._notices.report(error, topic="program")
            return SavedSession()
        if damaged:
            aside = put_aside(self._file)
            names = ", ".join(name.removeprefix("is_").replace("_", " ") for name in damaged)
            self._notices.warn(
                f"Part of the last session could not be restored ({names}): “{aside}” is damaged.",
                topic="program",
            )
        return remembered

    def follow(self, collect: Callable[[], SavedSession]) -> None:
        """From now on, save what `collect` returns, whenever `touch` is called.

        Parameters
        ----------
        collect : callable
            Asked on the GUI thread, at most every two seconds and at the end.
        """
        self._collect = collect

    def touch(self) -> None:
        """Report a change."""
        if self._collect is not None and not self._pause.isActive():
            self._pause.start()

    def close(self) -> None:
        """Save the session now, for the last time."""
        self._pause.stop()
        collect, self._collect = self._collect, None
        if collect is not None:
            try:
                self._writer.write(self._writer.next_number(), collect())
            except ExplorerError as error:
                self._fail(error)

    def forget(self) -> None:
        """After `close`: let the next start be the first; what was noted stays beside."""
        put_aside(self._file, BEFORE_RESET)

    def _write_soon(self) -> None:
        if self._collect is None:
            return
        remembered, number = self._collect(), self._writer.next_number()
        self._pool.run(
            lambda: self._writer.write(number, remembered),
            done=lambda value: None,
            failed=self._fail,
            is_bulk=True,
        )

    def _fail(self, error: Exception) -> None:
        # A full disk stays full: once is enough.
        if not self._has_failed or not isinstance(error, ExplorerError):
            self._has_failed = True
            self._notices.report(error, topic="program")


class _Writer:
    """Writes from any thread; what is older than what was written is dropped."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._asked = 0
        self._written = 0
        self._text = ""

    def next_number(self) -> int:
        """Return the number of a new request, on the GUI thread."""
        self._asked += 1
        return self._asked

    def write(self, number: int, remembered: SavedSession) -> None:
        """Write, unless that stands there already or something newer does."""
        text = to_json(remembered)
        with self._lock:
            if number < self._written:
                return
            if text != self._text:
                write_session(self._file, text)
            self._written, self._text = number, text
