"""Which pictures are in the table of the Classify page, kept for the next start."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from explorer.background.tasks import TaskPool
from explorer.core.desktop.session import BEFORE_RESET, put_aside
from explorer.core.files.json_text import JSONError, convert, parse_json, write_json
from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_text
from explorer.core.files.writing import write_own
from explorer.errors import ExplorerError, reason_of
from explorer.state.classify.classify_state import ClassifyState
from explorer.state.classify.result_rows import ResultRow, make_rows
from explorer.state.shared.notices import Notices
from explorer.state.shared.timers import make_timer

MOST_ROWS = 10_000
"""Kept of a longer table are the newest ones."""
MOST_CHARACTERS = 50_000_000
PAUSE_MS = 2_000


@dataclass(frozen=True)
class _Note:
    """The files of the newest rows, in their order, and how many rows there were in all."""

    total: int
    paths: tuple[Path, ...]


class KeptRows(QObject):
    """Keeps the files of the rows, and brings them back: they are then classified anew.

    What a model says of a file is not kept: both may have changed.

    Parameters
    ----------
    file : Path
        Its folder need not exist.
    classify : ClassifyState
    pool : TaskPool
        Reads and writes, since a slow disk would stop the window.
    notices : Notices
    """

    def __init__(
        self,
        file: Path,
        classify: ClassifyState,
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._file = file
        self._classify = classify
        self._pool = pool
        self._notices = notices
        self._lock = threading.Lock()
        self._wanted: Sequence[Path] | None = None
        self._written: Sequence[Path] | None = None
        self._is_read = False
        self._total = 0
        self._has_failed = False
        self.is_waiting = False
        """Whether the rows of last time could still come back."""
        self._pause = make_timer(self, PAUSE_MS, self._write_soon)

    def follow(self) -> None:
        """From now on, keep which rows there are; until `restore`, the note of last time stands."""
        self.is_waiting = True
        self._classify.table.rows_changed.connect(self._touch)

    def restore(self) -> None:
        """Bring back the rows of last time, before those that there are; the first time only."""
        if self.is_waiting:
            self.is_waiting = False
            self._classify.restore(self._read)

    def close(self) -> None:
        """Keep what is wanted, now."""
        if self._pause.isActive():
            self._pause.stop()
            self._note_rows()
        try:
            self._write()
        except ExplorerError as error:
            self._fail(error)

    def forget(self) -> None:
        """After `close`: let the next start have no rows; the note stays beside."""
        put_aside(self._file, BEFORE_RESET)

    def _read(self) -> list[ResultRow]:
        """Return the rows of last time; on a thread."""
        try:
            if not self._file.exists():
                return []
            name = printable_name(self._file)
            text = read_text(self._file, MOST_CHARACTERS, name=name, error=ExplorerError)
            note = convert(parse_json(text, MOST_CHARACTERS), _Note)
        except (ExplorerError, JSONError, OSError) as error:
            aside = put_aside(self._file)
            raise ExplorerError(
                f"The table of pictures could not be restored: “{aside}” is damaged."
            ) from error
        finally:
            self._is_read = True
        paths = note.paths[-MOST_ROWS:]
        self._total = note.total
        return make_rows(paths)

    def _touch(self) -> None:
        if self._total > MOST_ROWS:
            self._notices.hint(
                f"The newest {MOST_ROWS:,} of the {self._total:,} pictures of last time are in "
                "the table.",
                topic="rows",
                page="classify",
            )
        self._total = 0
        if not self._pause.isActive():
            self._pause.start()

    def _write_soon(self) -> None:
        self._note_rows()
        self._pool.run(self._write, done=lambda nothing: None, failed=self._fail, is_bulk=True)

    def _note_rows(self) -> None:
        if self._is_read:  # else what is there is still to come back
            self._wanted = [row.path for row in self._classify.table.rows if row.read is None]

    def _write(self) -> None:
        with self._lock:
            wanted = self._wanted  # whatever it was when this was asked for
            if wanted is None or wanted is self._written:
                return
            note = _Note(len(wanted), tuple(wanted[-MOST_ROWS:]))
            try:
                write_own(self._file, write_json(note).encode("ascii"))
            except OSError as error:
                raise ExplorerError(
                    f"The table of pictures could not be kept in “{self._file}”: "
                    f"{reason_of(error)}."
                ) from error
            self._written = wanted

    def _fail(self, error: Exception) -> None:
        # A full disk stays full: once is enough.
        if not self._has_failed or not isinstance(error, ExplorerError):
            self._has_failed = True
            self._notices.report(error, topic="program")
