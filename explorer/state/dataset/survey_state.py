"""The pass over the open dataset with the current model, and what it found out."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from explorer.background.survey import Progress, Survey
from explorer.background.tasks import TaskPool
from explorer.core.catalogue.columns import Columns
from explorer.core.models.model import Model
from explorer.core.text.durations import short_duration
from explorer.errors import ExplorerError
from explorer.paths import user_cache
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices


class SurveyState(QObject):
    """Knows what a model says of each picture of the open dataset.

    What a catalogue of earlier knows is there at once; a pass begins when a person asks for one,
    and goes on where an earlier one was interrupted.

    Parameters
    ----------
    dataset : DatasetState
    models : ModelState
    pool : TaskPool
    notices : Notices

    Signals
    -------
    columns_changed()
        `columns` is another one; at most every 300 ms while a pass runs.
    embeddings_changed()
        `embeddings()` returns other ones.
    progress_changed()
        `progress` or `is_running` has another value.
    """

    columns_changed = Signal()
    embeddings_changed = Signal()
    progress_changed = Signal()
    _told = Signal(object, object)
    _progressed = Signal(object, object)

    def __init__(
        self,
        dataset: DatasetState,
        models: ModelState,
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dataset = dataset
        self._models = models
        self._pool = pool
        self._notices = notices
        self._survey: Survey | None = None
        self._is_loaded = False
        self._has_failed = False
        self._is_wanted = False
        self._is_ending = False
        self._told_notices = 0
        self.columns: Columns | None = None
        """What is known; None where nothing is."""
        self.model: Model | None = None
        """The model that `columns` are of, or that a pass would be made with."""
        self.progress = Progress(0, 0)
        self.unread_count = 0
        self.is_running = False
        """Whether a pass runs."""
        self._told.connect(self._set_columns)
        self._progressed.connect(self._set_progress)
        dataset.dataset_changed.connect(self._follow)
        models.model_changed.connect(self._follow)

    @property
    def is_interrupted(self) -> bool:
        """Whether a pass was begun once and is not complete."""
        return not self.is_running and 0 < self.progress.done < self.progress.total

    @property
    def is_complete(self) -> bool:
        """Whether every picture is known."""
        return 0 < self.progress.total == self.progress.done

    @property
    def can_start(self) -> bool:
        """Whether there are pictures that a pass would look at."""
        is_over = self.is_complete and not self.unread_count
        return self._survey is not None and not self.is_running and not is_over

    # As a job tells it.

    @property
    def is_busy(self) -> bool:
        """Whether a pass runs."""
        return self.is_running

    @property
    def share(self) -> float | None:
        """How many of the pictures are known, 0 to 1."""
        return self.progress.done / max(self.progress.total, 1)

    @property
    def sentence(self) -> str:
        """How far the pass is, and for how long it goes on."""
        done, total, rate = self.progress
        text = f"Classifying: {done:,} of {total:,} pictures"
        left = self.progress.left_s
        return text if left is None else f"{text}, {rate:,.0f}/s, {short_duration(left)} left"

    def embeddings(self) -> npt.NDArray[np.float16] | None:
        """Return one row for each picture, NaN where unknown; None while none is there."""
        return None if self._survey is None else self._survey.embeddings

    @property
    def map_file(self) -> Path | None:
        """Where the map of the dataset is kept that this model's embeddings make."""
        survey = self._survey
        if survey is None or not survey.key:
            return None
        return user_cache() / "maps" / f"{survey.key}.npz"

    def start(self) -> None:
        """Look at every picture that is not known yet."""
        survey = self._survey
        if survey is None or self.is_running:
            return
        self.is_running = self._is_wanted = True
        self.progress_changed.emit()
        if self._is_loaded and not self._is_ending:
            self._run(survey)
        elif self._has_failed:
            self._load(survey)

    def cancel(self) -> None:
        """Stop the pass at once; what it found out stays."""
        if self._survey is not None and self.is_running:
            self._survey.cancel()
            self._is_ending = self._is_ending or not self._is_wanted
            self.is_running = self._is_wanted = False
            self.progress_changed.emit()

    def close(self) -> None:
        """Want nothing any more."""
        self._end()

    def _follow(self) -> None:
        """Look at another dataset, or with another model."""
        dataset, model = self._dataset.dataset, self._models.current
        now = None if self._survey is None else (self._survey.dataset, self._survey.model)
        if now is not None and now[0] is dataset and now[1] == model:
            return
        self._end()
        self.model, self.columns = model, None
        self.progress = Progress(0, 0 if dataset is None else len(dataset.samples))
        self.unread_count = 0
        self._open()
        self.columns_changed.emit()
        self.embeddings_changed.emit()
        self.progress_changed.emit()

    def _open(self) -> None:
        """Read what the catalogue knows of the dataset and the model."""
        dataset, model = self._dataset.dataset, self._models.current
        if dataset is None or model is None or not dataset.samples:
            return
        self._survey = Survey(dataset, model)
        self._load(self._survey)

    def _load(self, survey: Survey) -> None:
        self._has_failed = False
        self._pool.run(
            partial(_load, survey),
            done=lambda columns: self._on_loaded(survey, columns),
            failed=lambda error: self._fail(survey, error),
            is_bulk=True,
        )

    def _on_loaded(self, survey: Survey, columns: Columns) -> None:
        if survey is not self._survey:
            return
        self.progress = survey.progress
        if self.progress.done:
            self._set_columns(survey, columns)
            self._pool.run(
                survey.load_embeddings,
                done=lambda nothing: self._on_embeddings(survey),
                failed=lambda error: self._fail(survey, error),
                is_bulk=True,
            )
        else:
            self._on_embeddings(survey)
        self.progress_changed.emit()

    def _on_embeddings(self, survey: Survey) -> None:
        if survey is self._survey:
            self._is_loaded = True
            self._tell_notices(survey)
            self.embeddings_changed.emit()
            if self._is_wanted:
                self._run(survey)

    def _run(self, survey: Survey) -> None:
        self._is_wanted = False
        survey.renew()
        self._pool.run(
            partial(
                _run_through,
                survey,
                partial(self._told.emit, survey),
                partial(self._progressed.emit, survey),
            ),
            done=lambda known: self._on_ended(survey, *known),
            failed=lambda error: self._fail(survey, error),
            is_bulk=True,
        )

    def _on_ended(self, survey: Survey, columns: Columns, error: ExplorerError | None) -> None:
        if survey is self._survey:
            self._is_ending = False
            if error is not None:
                self._is_wanted = False
                self._notices.report(error, topic="dataset")
            self.is_running = self._is_wanted
            self.progress = survey.progress
            self.unread_count = survey.unread_count
            self._tell_notices(survey)
            self._set_columns(survey, columns)
            self.embeddings_changed.emit()
            self.progress_changed.emit()
            if self._is_wanted:
                self._run(survey)

    def _fail(self, survey: Survey, error: Exception) -> None:
        if survey is self._survey:
            self.is_running = self._is_wanted = self._is_ending = False
            self._has_failed = not self._is_loaded
            self.progress = self.progress._replace(rate=0.0)
            self._notices.report(error, topic="dataset")
            self.progress_changed.emit()

    def _end(self) -> None:
        """Stop what runs, and want no answer of it."""
        survey, self._survey = self._survey, None
        self._is_loaded = self._has_failed = self._is_wanted = False
        self._is_ending = self.is_running = False
        self._told_notices = 0
        if survey is not None:
            survey.cancel()

    def _set_columns(self, survey: Survey, columns: Columns) -> None:
        if survey is self._survey:
            self.columns = columns
            self.columns_changed.emit()

    def _set_progress(self, survey: Survey, progress: Progress) -> None:
        if survey is self._survey and self.is_running:
            self.progress = progress
            self.progress_changed.emit()

    def _tell_notices(self, survey: Survey) -> None:
        for sentence in survey.notices[self._told_notices :]:
            self._notices.warn(sentence)
        self._told_notices = len(survey.notices)


def _load(survey: Survey) -> Columns:
    survey.load()
    return survey.columns()


def _run_through(
    survey: Survey, told: Callable[[Columns], None], progressed: Callable[[Progress], None]
) -> tuple[Columns, ExplorerError | None]:
    """Return what is known then, and why it did not come to the end."""
    error = None
    try:
        survey.run(told, progressed)
    except ExplorerError as raised:  # what was found out before is of use all the same
        error = raised
    return survey.columns(), error
