"""The classification of the current picture and of the rows on the Classify page."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.background.worker_process import WorkerProcess
from explorer.core.images.read import PictureFile
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction
from explorer.state.classify.arrivals import Arrivals
from explorer.state.classify.classified_rows import ClassifiedRows
from explorer.state.classify.current_prediction import CurrentPrediction, CurrentRows
from explorer.state.classify.exports import Exports
from explorer.state.classify.result_rows import ResultRow, make_rows, path_of, shrink
from explorer.state.classify.row_counts import RowCounts
from explorer.state.shared.notices import Notices


class ClassifyState(QObject):
    """Classifies pictures with the current model.

    Parameters
    ----------
    worker_for : callable
        Returns the process that can run a model.
    pool : TaskPool
    thumbnails : ThumbnailLoader
    notices : Notices

    Signals
    -------
    picture_changed()
        `picture` is another one.
    current_changed()
        `current` or `other_current` has another value.
    other_changed()
        `other_model` has another value.
    progress_changed()
        `counts` or what is said of `search` has another value.
    rows_added(int)
        The position of the first new row in the table; -1 where it is not shown.
    """

    picture_changed = Signal()
    current_changed = Signal()
    other_changed = Signal()
    progress_changed = Signal()
    rows_added = Signal(int)

    def __init__(
        self,
        worker_for: Callable[[Model], WorkerProcess],
        pool: TaskPool,
        thumbnails: ThumbnailLoader,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pool = pool
        self._notices = notices
        self.picture: PictureFile | None = None
        """The current picture."""
        self._rows = rows = ClassifiedRows(
            worker_for,
            pool,
            thumbnails,
            notices,
            second_changed=self.current_changed.emit,
            parent=self,
        )
        rows.added.connect(self.rows_added)
        rows.progress.changed.connect(self.progress_changed)
        self.table = rows.table
        self.progress = rows.progress
        self.undo_stack = rows.undo_stack
        self.exports = Exports(
            self.table, lambda: (self.model, self.other_model), pool, notices, self
        )
        self._arrivals = Arrivals(pool, notices, take=rows.add, parent=self)
        self._arrivals.progress_changed.connect(self.progress_changed)
        self.search = self._arrivals.search
        self._current = CurrentPrediction(
            worker_for, pool, changed=self._set_current, failed=notices.report
        )
        self._is_active = False
        self._rows_of_current = CurrentRows()
        self._named: Counter[str] = Counter()

    @property
    def model(self) -> Model | None:
        """The model that classifies."""
        return self._rows.model

    @property
    def current(self) -> Prediction | None:
        """The prediction for the current picture; None while unknown."""
        return self._current.value

    @property
    def other_model(self) -> Model | None:
        """The model that the current one is compared with."""
        return self._rows.second.model

    @property
    def other_current(self) -> Prediction | None:
        """What the second model says of the current picture; None while unknown."""
        return self._rows.second.current

    @property
    def counts(self) -> RowCounts:
        """How many rows there are, and of what kind."""
        return self.progress.counts

    @property
    def total_count(self) -> int:
        """The number of rows."""
        return len(self.table.rows)

    @property
    def done_count(self) -> int:
        """The number of rows with a result."""
        return self.counts.done

    @property
    def failed_count(self) -> int:
        """The number of rows with an error."""
        return self.counts.failed

    @property
    def waiting_count(self) -> int:
        """The number of rows whose result is on its way, of either model."""
        return self.progress.waiting

    @property
    def left_count(self) -> int:
        """The number of rows without a result of either model that were cancelled."""
        return self.progress.left

    @property
    def rate(self) -> float:
        """How many pictures are classified in a second; 0 while that is not known."""
        return self.progress.rate

    @property
    def is_busy(self) -> bool:
        """Whether a result is pending, or not shown yet."""
        return (
            self._current.is_busy
            or self._rows.second.is_busy
            or self._arrivals.is_busy
            or self.waiting_count > 0
            or self.progress.has_news
        )

    def activate(self) -> None:
        """Begin: child processes may start now that the window is shown."""
        self._is_active = True
        self._classify_current()

    def set_model(self, model: Model | None) -> None:
        """Classify everything with another model; its earlier results are shown at once."""
        if self.other_model == model:
            self.compare_with(None)
        self._notices.withdraw("prediction")  # no longer true of another one
        self._rows_of_current.release()
        self._rows.set_model(model)
        self._classify_current()

    def compare_with(self, model: Model | None) -> None:
        """Put what another model says beside the current model's; None: no other."""
        if model == self.other_model or (model is not None and model == self.model):
            return
        file = self.picture if self._is_active else None
        self._rows.compare_with(model, file)
        self.other_changed.emit()
        self.current_changed.emit()

    def set_picture(self, file: PictureFile) -> None:
        """Classify another current picture."""
        self.picture = file
        self._classify_current()
        self._rows.classify_first(self._rows_of_current.release(but_of=path_of(file)))
        self.picture_changed.emit()

    def add_files(self, paths: Sequence[Path]) -> None:
        """Add a row for each picture file and classify it."""
        if paths and self._has_model():
            self._rows.withdraw_notice()
            self._arrivals.add_files(paths)

    def restore(self, make: Callable[[], list[ResultRow]]) -> None:
        """Put rows of last time, made on a thread, before those that there are; choose none."""
        self._arrivals.add(make, self._rows.restore)

    def add_watched(self, paths: Sequence[Path]) -> None:
        """Add a row for each file that appeared, and classify anew what was changed.

        Nothing is chosen for that: a person may be looking at another one.
        """
        if self._has_model():
            known = self._rows.by_path()
            changed = [known[str(path)] for path in paths if str(path) in known]
            for row in changed:
                row.kept.clear()
                row.other = None
            new = make_rows(path for path in paths if str(path) not in known)
            if new:
                self.table.append(new)
            self._rows.classify([*changed, *new])

    def add_current(self, path: Path) -> None:
        """Add a row for a file that is being opened as the current picture.

        It is read once and classified once: the row takes over what is said of the picture.
        """
        if self._has_model():
            (row,) = make_rows([path])
            self._add_row_of_current(row)

    def follow(self, row: ResultRow) -> None:
        """Let a row take over what is said of its picture, which is being opened as the current."""
        self._rows_of_current.add(row)

    def is_becoming_current(self, row: ResultRow) -> bool:
        """Return whether a row's picture is being opened as the current one."""
        return row in self._rows_of_current

    def add_loose(self, name: str, read: Callable[[str], PictureFile]) -> str:
        """Add a row for a picture without a file that is being opened as the current picture.

        Parameters
        ----------
        name : str
            What pictures of its kind are called: "Dropped picture".
        read : callable
            Returns the picture under a name; called on a thread.

        Returns
        -------
        str
            What it is called: "Dropped picture 2".
        """
        self._named[name] += 1
        name = f"{name} {self._named[name]}"
        if self._has_model():
            (row,) = make_rows([Path(name)])
            row.read = partial(read, name)
            self._add_row_of_current(row)
            edge = self.table.thumbnail_edge
            self._pool.run(
                lambda: shrink(read(name).picture, edge),
                done=lambda picture: self.table.set_thumbnail(row, picture),
                failed=lambda error: None,  # the row is about to say why
                is_bulk=True,
            )
        return name

    def _add_row_of_current(self, row: ResultRow) -> None:
        self._rows.withdraw_notice()
        known = self._rows.by_path().get(str(row.path))
        if known is None:
            self.table.append([row])
        else:
            row = known
        self._rows_of_current.add(row)
        self._rows.classify_current(row)

    def give_up_current(self) -> None:
        """Classify the rows of `add_current` from their files: the picture could not be opened."""
        self._rows.classify_first(self._rows_of_current.release())

    def add_folder(self, folder: Path) -> None:
        """Add every picture below a folder."""
        if self._has_model():
            self._rows.withdraw_notice()
            self.search.add(folder)

    def cancel(self) -> None:
        """Stop searching and classifying; every row stays, and files still get theirs."""
        self._rows_of_current.release()
        self._rows.cancel()
        self._arrivals.cancel()
        self.progress.show()

    def classify_rest(self) -> None:
        """Classify the rows that were cancelled; where there are none, those that failed."""
        self._rows.classify_rest()

    def clear(self) -> None:
        """Remove all rows, and cancel pending ones; Undo brings them back."""
        self._stop_adding()
        self.search.left_out.clear()
        if self.total_count:
            self._rows.clear(self._stop_adding)
        self.progress_changed.emit()

    def _stop_adding(self) -> None:
        self._arrivals.drop()
        self._rows_of_current.release()

    def _classify_current(self) -> None:
        file = self.picture if self._is_active else None
        self._current.ask(self.model, file)
        self._rows.second.look_at(file)
        self.current_changed.emit()

    def _set_current(self, prediction: Prediction) -> None:
        if prediction.error is None:
            self._notices.withdraw("prediction")
        else:
            self._notices.report(prediction.error, topic="prediction")
        row_prediction = replace(prediction, embedding=None)
        path = None if self.picture is None else path_of(self.picture)
        rows = self._rows_of_current.take(path)
        if rows:
            self._rows.set_current(rows, row_prediction)
        self.current_changed.emit()

    def _has_model(self) -> bool:
        if self.model is None:
            self._notices.warn("There is no model yet: train one with train.py.")
        return self.model is not None
