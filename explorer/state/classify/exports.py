"""Files that are written of the rows of the Classify page."""

from collections import deque
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.core.files.names import printable_name
from explorer.state.shared.notices import Notices


class Exports(QObject):
    """Writes files on a thread, and says which file was written and how many rows it has.

    Signals
    -------
    changed()
        `file` has another value.
    """

    changed = Signal()

    def __init__(self, pool: TaskPool, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = pool
        self._notices = notices
        self._saving: deque[Path] = deque()

    @property
    def file(self) -> Path | None:
        """The file that is being written."""
        return self._saving[0] if self._saving else None

    def write(self, path: Path, write: Callable[[], object], rows: str) -> None:
        """Write a file.

        Parameters
        ----------
        path : Path
        write : callable
            Writes it, on a thread; may raise an ExplorerError.
        rows : str
            What it then has, for a sentence: "8 rows".
        """
        self._saving.append(path)
        sentence = f"“{printable_name(path)}” was written: {rows}."
        self._pool.keep(write, done=lambda value: self._end(sentence), failed=self._fail)
        self.changed.emit()

    def _end(self, sentence: str) -> None:
        self._saving.popleft()
        self._notices.hint(sentence, topic="rows")
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self._saving.popleft()
        self.changed.emit()
        self._notices.report(error, topic="rows")
