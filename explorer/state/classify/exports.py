"""Files that are written of the rows of the Classify page."""

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.core.evaluation.submission import choose_class, make_submission
from explorer.core.files.names import printable_name
from explorer.core.files.writing import write_atomically
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction, check_replaceable
from explorer.errors import ExplorerError
from explorer.state.shared.notices import Notices

MOST_REMARKS = 2


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

    def write(self, path: Path, write: Callable[[], str]) -> None:
        """Write a file.

        Parameters
        ----------
        path : Path
        write : callable
            Writes it, on a thread, and returns what it has: "8 rows."; may raise an ExplorerError.
        """
        self._saving.append(path)
        name = printable_name(path)
        self._pool.keep(
            write, done=lambda has: self._end(f"“{name}” was written: {has}"), failed=self._fail
        )
        self.changed.emit()

    def _end(self, sentence: str) -> None:
        self._saving.popleft()
        self._notices.hint(sentence, topic="rows")
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self._saving.popleft()
        self.changed.emit()
        self._notices.report(error, topic="rows")


def count_written(rows: int, total: int) -> str:
    """Return how many of all rows a file has, as the end of a sentence."""
    missing = total - rows
    if missing:
        return f"{rows:,} of {total:,} rows; {missing:,} had no result yet."
    return "1 row." if rows == 1 else f"{rows:,} rows."


def write_submission(path: Path, predictions: Sequence[Prediction], model: Model) -> str:
    """Write what Kaggle's Dogs vs. Cats takes, `id,label`, and return what to say of it.

    Raises
    ------
    ExplorerError
        One sentence: the model has no class to submit, no picture's name is a number, or the file
        cannot be written.
    """
    submission = make_submission(predictions, model, choose_class(model, None))
    name = printable_name(path)
    if not submission.rows:
        reason = "an id is a number, and no picture is called by one, such as “1.jpg”"
        raise ExplorerError.not_written(name, reason)
    check_replaceable(path)
    with ExplorerError.when_refused("was not written", name):
        write_atomically(path, submission.text.encode())
    told = submission.remarks[:MOST_REMARKS]
    rest = len(submission.remarks) - len(told)
    more = [f"{rest:,} more remarks."] if rest else []
    return " ".join([count_written(len(submission.rows), len(submission.rows)), *told, *more])
