"""The map of the open dataset: drawn once, kept, and added to."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from explorer.background.map_process import MapJob, compute_map
from explorer.background.tasks import TaskPool
from explorer.core.catalogue.columns import Columns, Floats, Places
from explorer.core.embedding.map import Reduction
from explorer.core.embedding.map_file import KeptMap, read_map, write_map
from explorer.log import LOG
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.survey_state import SurveyState
from explorer.state.shared.notices import Notices
from explorer.state.shared.timers import make_timer

PROGRESS_MS = 200
MOST_NEW = 0.3
"""Where more of the pictures than this are new, the map is drawn anew."""


class MapState(QObject):
    """Knows where each picture lies on the map, and has it drawn.

    Parameters
    ----------
    dataset : DatasetState
    survey : SurveyState
        While its pass runs, no map is drawn of the pictures so far.
    pool : TaskPool
    notices : Notices

    Signals
    -------
    map_changed()
        `positions` are others.
    progress_changed()
        `is_running` or `fraction` is another.
    """

    map_changed = Signal()
    progress_changed = Signal()

    def __init__(
        self,
        dataset: DatasetState,
        survey: SurveyState,
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dataset = dataset
        self._survey = survey
        self._pool = pool
        self._notices = notices
        self._is_entered = False
        self._columns: Columns | None = None
        self._job: _Job | None = None
        self.positions: Floats | None = None
        """(n, 2) float32, in the order of `dataset.samples`; NaN for a picture without a place."""
        self._progress = make_timer(self, PROGRESS_MS, self._tell, is_repeated=True)
        dataset.dataset_changed.connect(self._forget)
        dataset.facets_changed.connect(self._look)
        dataset.embedding_changed.connect(self._look)

    @property
    def is_running(self) -> bool:
        """Whether the map is being drawn."""
        return self._job is not None

    @property
    def fraction(self) -> float:
        """How much of the map is drawn, 0 to 1."""
        return 0.0 if self._job is None else self._job.fraction

    @property
    def has_vectors(self) -> bool:
        """Whether there is anything to draw the map of."""
        return self._dataset.embedding is not None

    def enter(self) -> None:
        """Draw the map where it is not there, now that somebody looks."""
        self._is_entered = True
        self._look()

    def leave(self) -> None:
        """Begin nothing more; what is being drawn is drawn to its end."""
        self._is_entered = False

    def draw_anew(self) -> None:
        """Draw the whole map again."""
        self.cancel()
        self._begin(is_new=True)

    def cancel(self) -> None:
        """Stop drawing; what was on the map stays."""
        if self._job is not None:
            self._job.is_cancelled.set()
            self._end()

    def _forget(self) -> None:
        self.cancel()
        self._columns, self.positions = None, None
        self.map_changed.emit()

    def _look(self) -> None:
        """Begin if somebody looks and what is known of the pictures is not what it was."""
        columns = self._dataset.columns
        if not self._is_entered or columns is None or columns is self._columns:
            return
        if self._job is None and not self._survey.is_running:
            self._begin(is_new=False)

    def _begin(self, *, is_new: bool) -> None:
        columns, vectors = self._dataset.columns, self._dataset.embedding
        if columns is None or vectors is None or len(vectors) != columns.count:
            return
        self._columns = columns
        job = self._job = _Job(vectors, columns.digests, self._survey.map_file, is_new=is_new)
        self._progress.start()
        self._pool.run(
            job.run,
            done=lambda positions: self._on_drawn(job, positions),
            failed=lambda error: self._on_failed(job, error),
            is_bulk=True,
        )
        self.progress_changed.emit()

    def _tell(self) -> None:
        job = self._job
        if job is not None and job.partial is not None:
            self.positions, job.partial = job.partial, None
            self.map_changed.emit()
        self.progress_changed.emit()

    def _on_drawn(self, job: "_Job", positions: Floats | None) -> None:
        if job is self._job:
            self._end()
            if positions is not None:
                self.positions = positions
                self.map_changed.emit()
            self._look()

    def _on_failed(self, job: "_Job", error: Exception) -> None:
        if job is self._job:
            self._end()
            self._notices.report(error, topic="dataset")

    def _end(self) -> None:
        self._job = None
        self._progress.stop()
        self.progress_changed.emit()


@dataclass(eq=False)
class _Job:
    """One drawing of the map; runs on a thread, and is watched from the GUI thread."""

    vectors: Floats
    digests: npt.NDArray[np.uint8]
    file: Path | None
    is_new: bool
    fraction: float = 0.0
    partial: Floats | None = None
    is_cancelled: threading.Event = field(default_factory=threading.Event)

    def run(self) -> Floats | None:
        known = np.flatnonzero(np.isfinite(self.vectors[:, 0]))
        kept = None if self.file is None or self.is_new else read_map(self.file)
        if kept is not None and len(kept.reduction.mean) == self.vectors.shape[1]:
            found = kept.find(self.digests[known])
            is_missing = found < 0
            if np.count_nonzero(is_missing) <= MOST_NEW * len(known):
                old = known[~is_missing]
                self.partial = self._spread(old, kept.positions[found[~is_missing]])
                return self._add(kept, known[is_missing], self.partial.copy())
        return self._draw(known)

    def _spread(self, places: Places, positions: Floats) -> Floats:
        """Return positions of some pictures as an array of all."""
        spread = np.full((len(self.vectors), 2), np.nan, np.float32)
        spread[places] = positions
        return spread

    def _add(self, kept: KeptMap, places: Places, positions: Floats) -> Floats | None:
        """Place pictures on the map that there is."""
        if len(places) == 0:
            return positions
        reduced = kept.reduction.apply(np.asarray(self.vectors[places], np.float32))
        job = MapJob(reduced, kept.reduced, kept.positions)
        placed = compute_map(job, self._told, self.is_cancelled.is_set)
        if placed is None:
            return None
        positions[places] = placed
        self._keep(kept.with_new(self.digests[places], reduced, placed))
        return positions

    def _draw(self, places: Places) -> Floats | None:
        vectors = np.asarray(self.vectors[places], np.float32)
        if len(vectors) == 0:
            return self._spread(places, np.empty((0, 2), np.float32))
        reduction = Reduction.of(vectors)
        reduced = reduction.apply(vectors)

        def told(fraction: float, positions: Floats | None) -> None:
            self.fraction = fraction
            if positions is not None:
                self.partial = self._spread(places, positions)

        placed = compute_map(MapJob(reduced), told, self.is_cancelled.is_set)
        if placed is None:
            return None
        self._keep(KeptMap(self.digests[places], reduced, placed, reduction))
        return self._spread(places, placed)

    def _told(self, fraction: float, positions: Floats | None) -> None:
        self.fraction = fraction

    def _keep(self, kept: KeptMap) -> None:
        if self.file is not None:
            try:
                write_map(self.file, kept)
            except OSError as error:  # it is drawn again next time
                LOG.warning("the map was not kept: %s", error)
