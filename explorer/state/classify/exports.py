"""The rows of the Classify page as files, and as text for the clipboard."""

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.core.evaluation.submission import choose_class, make_submission
from explorer.core.files.names import printable_name
from explorer.core.files.writing import write_atomically
from explorer.core.models.model import Model
from explorer.core.models.prediction import (
    Prediction,
    check_replaceable,
    predictions_to_csv,
    write_predictions,
)
from explorer.core.models.prediction_json import write_predictions_json
from explorer.errors import ExplorerError
from explorer.state.classify.result_rows import ResultRow
from explorer.state.classify.results_table import ResultsTable
from explorer.state.shared.notices import Notices

MOST_REMARKS = 2


Models = tuple[Model | None, Model | None]
"""The current model and the second one."""


class Exports(QObject):
    """Writes files on a thread, and says which file was written and how many rows it has.

    Parameters
    ----------
    table : ResultsTable
    models : callable
        Returns `Models`.
    pool : TaskPool
    notices : Notices

    Signals
    -------
    changed()
        `file` has another value.
    """

    changed = Signal()

    def __init__(
        self,
        table: ResultsTable,
        models: Callable[[], Models],
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._models = models
        self._pool = pool
        self._notices = notices
        self._saving: deque[Path] = deque()

    @property
    def file(self) -> Path | None:
        """The file that is being written."""
        return self._saving[0] if self._saving else None

    @property
    def table_text(self) -> str:
        """The rows with a result, tab-separated for a spreadsheet."""
        return self._text_of(self._known_rows, has_head=True)

    def rows_text(self, rows: Sequence[ResultRow]) -> str:
        """Return some rows, tab-separated for a spreadsheet."""
        return self._text_of(rows, has_head=False)

    def save_csv(self, path: Path) -> None:
        """Write the rows that have a result by now, as `convnet-explorer classify --csv` does."""
        known, classes = self._known, self._classes
        others, other_classes = self._others_of(self._known_rows)
        self._write(
            path,
            len(known),
            lambda: write_predictions(path, known, classes, others, other_classes),
        )

    def save_json(self, path: Path) -> None:
        """Write the same as JSON, with what the second model says."""
        model, other = self._models()
        if model is not None:
            pairs = [(row.prediction, row.other) for row in self._known_rows if row.prediction]
            self._write(path, len(pairs), lambda: write_predictions_json(path, pairs, model, other))

    def save_submission(self, path: Path) -> None:
        """Write what Kaggle's Dogs vs. Cats takes: the number in each name, and a probability."""
        model, known = self._models()[0], self._known
        if model is not None:
            self._start(path, lambda: write_submission(path, known, model))

    @property
    def _known_rows(self) -> list[ResultRow]:
        return [row for row in self._table.rows if row.prediction is not None]

    @property
    def _known(self) -> list[Prediction]:
        return [row.prediction for row in self._table.rows if row.prediction is not None]

    @property
    def _classes(self) -> Sequence[str]:
        model, _ = self._models()
        return model.classes if model else ()

    def _text_of(self, rows: Sequence[ResultRow], *, has_head: bool) -> str:
        known = [row.prediction or Prediction(str(row.path)) for row in rows]
        others, other_classes = self._others_of(rows)
        return predictions_to_csv(
            known,
            self._classes,
            separator="\t",
            has_head=has_head,
            others=others,
            other_classes=other_classes,
        )

    def _others_of(
        self, rows: Sequence[ResultRow]
    ) -> tuple[list[Prediction | None] | None, Sequence[str]]:
        """Return what the second model says of rows, and its classes; None where there is none."""
        _, other = self._models()
        return (None, ()) if other is None else ([row.other for row in rows], other.classes)

    def _write(self, path: Path, count: int, write: Callable[[], None]) -> None:
        """Write a file of so many of the rows that there are now."""
        total = len(self._table.rows)

        def write_and_count() -> str:
            write()
            return _count_written(count, total)

        self._start(path, write_and_count)

    def _start(self, path: Path, write: Callable[[], str]) -> None:
        """Write a file on a thread, which returns what it has: "8 rows."."""
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


def _count_written(rows: int, total: int) -> str:
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
    return " ".join([_count_written(len(submission.rows), len(submission.rows)), *told, *more])
