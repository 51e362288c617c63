"""What may be wrong with the pictures of the open dataset, kind by kind, at any threshold."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import LatestWins, TaskPool
from explorer.core.catalogue.check_health import CancelledError, HealthCheck, Told
from explorer.core.catalogue.columns import Columns
from explorer.core.desktop.memory import give_back_memory
from explorer.core.health.issues import DEFAULTS, Issue, IssueList, Thresholds
from explorer.paths import user_health
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.shared.notices import Notices
from explorer.state.shared.timers import make_timer

PROGRESS_MS = 200


class HealthState(QObject):
    """Checks the dataset on a thread once a pass is complete; what takes long, if somebody looks.

    Parameters
    ----------
    dataset : DatasetState
    pool : TaskPool
    notices : Notices

    Signals
    -------
    lists_changed()
        `lists`, `chosen` or `thresholds` are others.
    progress_changed()
        A check began, progressed, or ended.
    """

    lists_changed = Signal()
    progress_changed = Signal()

    def __init__(
        self,
        dataset: DatasetState,
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dataset = dataset
        self._notices = notices
        self._request = LatestWins(pool, done=self._set, failed=self._on_failed, is_bulk=True)
        self._is_seen = False
        self._asked: _Asked | None = None
        self._check: HealthCheck | None = None
        self._running: _Running | None = None
        self._progress = make_timer(self, PROGRESS_MS, self.progress_changed, is_repeated=True)
        self._has_picked = False
        self._is_stopped = False
        self.thresholds = DEFAULTS
        self.lists: tuple[IssueList, ...] = ()
        """A list of each kind; empty before the first check."""
        self.chosen = ""
        """The name of the kind whose pictures are shown; empty for none."""
        dataset.dataset_changed.connect(self._forget)
        dataset.facets_changed.connect(self._look)
        dataset.embedding_changed.connect(self._look)
        dataset.query_changed.connect(self._on_query)

    # What is known.

    @property
    def is_busy(self) -> bool:
        """Whether a check is running."""
        return self._running is not None

    @property
    def step(self) -> tuple[str, float]:
        """What the running check does, and the fraction of it that is done."""
        return ("", 0.0) if self._running is None else self._running.step

    @property
    def chosen_list(self) -> IssueList | None:
        """The list whose pictures are shown."""
        return next((one for one in self.lists if one.kind.name == self.chosen), None)

    def reasons_for(self, place: int) -> list[tuple[IssueList, Issue]]:
        """Return the issues that a picture has."""
        return [(one, issue) for one in self.lists for issue in one.issues if place in issue.places]

    def enter(self) -> None:
        """Look for what takes long as well, now and whenever a pass is complete."""
        self._is_seen, self._is_stopped = True, False
        self._look()

    def leave(self) -> None:
        """Begin no other check."""
        self._is_seen = False

    # What a person does.

    def set_threshold(self, name: str, value: float) -> None:
        """Let a kind begin elsewhere."""
        self._use(replace(self.thresholds, **{name: value}))

    def reset_thresholds(self) -> None:
        """Let all kinds begin where cleanvision and cleanlab let them begin."""
        self._use(DEFAULTS)

    def choose(self, name: str) -> None:
        """Show the pictures of a kind in the grid, the worst first."""
        if self._has_picked:
            self._has_picked = False
            self._dataset.clear_pick()
        self.chosen = name
        found = self.chosen_list
        if found is not None and found.picture_count:
            places = list(dict.fromkeys(place for one in found.issues for place in one.places))
            self._pick(places, found.kind.title)
        self.lists_changed.emit()

    def show_issue(self, number: int) -> None:
        """Show the pictures of one issue of the chosen kind side by side in the grid."""
        found = self.chosen_list
        if found is not None and found.issues[number].places:
            issue = found.issues[number]
            self._pick(list(issue.places), f"{found.kind.title}: {issue.reason}")

    def cancel(self) -> None:
        """Stop the running check; the lists stay as they are."""
        self._is_stopped = True
        if self._running is not None:
            self._running.is_cancelled = True

    def _pick(self, places: list[int], sentence: str) -> None:
        self._has_picked = False
        self._dataset.pick(np.array(places), sentence, is_ordered=True)
        self._has_picked = True

    def _on_query(self) -> None:
        """Mark no kind any more once something else is shown."""
        if self._has_picked and self._dataset.picked is None:
            self._has_picked, self.chosen = False, ""
            self.lists_changed.emit()

    def _use(self, thresholds: Thresholds) -> None:
        if thresholds != self.thresholds:
            self.thresholds = thresholds
            self._ask()

    def _look(self) -> None:
        """Find what is found at once when a pass is complete; the rest while somebody looks."""
        columns = self._dataset.columns
        if columns is None:
            return
        if self._is_new(columns):
            is_wanted = bool(columns.is_done.all()) or (self._is_seen and not self.lists)
        else:
            is_there = self.is_whole or self.is_busy or self._is_stopped
            is_wanted = self._is_seen and not is_there
        if is_wanted:
            self._ask()

    def _ask(self) -> None:
        dataset, columns = self._dataset.dataset, self._dataset.columns
        if dataset is None or columns is None:
            self.lists_changed.emit()
            return
        if self._check is None or self._is_new(columns):
            self.cancel()
            embedding = self._dataset.embedding
            self._check = HealthCheck(dataset, columns, embedding, user_health())
            self._asked = _Asked(columns, embedding)
        self._is_stopped = False
        running = self._running = _Running()
        run = partial(
            _run_check,
            self._check,
            self.thresholds,
            is_quick=not self._is_seen,
            told=running.tell,
            is_cancelled=lambda: running.is_cancelled,
        )
        self._progress.start()
        self.progress_changed.emit()
        self._request.ask(run)

    def _is_new(self, columns: Columns) -> bool:
        """Say whether something else is known than what was checked."""
        asked, embedding = self._asked, self._dataset.embedding
        return asked is None or asked.columns is not columns or asked.embedding is not embedding

    @property
    def is_whole(self) -> bool:
        """Whether the lists contain what takes long to find."""
        return self._check is not None and self._check.is_whole

    def _set(self, lists: tuple[IssueList, ...]) -> None:
        self.lists = lists
        self._end()
        self._dataset.set_issues(
            {
                one.kind.title: np.array(
                    sorted({place for issue in one.issues for place in issue.places}), np.int64
                )
                for one in lists
                if one.picture_count
            }
        )
        self.lists_changed.emit()
        self._look()

    def _on_failed(self, error: Exception) -> None:
        self._end()
        if not isinstance(error, CancelledError):
            self._notices.report(error, topic="dataset")
        self.lists_changed.emit()

    def _end(self) -> None:
        if not self._request.is_busy:
            self._running = None
            self._progress.stop()
            self.progress_changed.emit()

    def _forget(self) -> None:
        self.cancel()
        self._request.forget()
        self._running = self._asked = self._check = None
        self._progress.stop()
        self.lists, self.chosen, self._has_picked = (), "", False
        self.lists_changed.emit()
        self.progress_changed.emit()


def _run_check(
    check: HealthCheck,
    thresholds: Thresholds,
    *,
    is_quick: bool,
    told: Told,
    is_cancelled: Callable[[], bool],
) -> tuple[IssueList, ...]:
    try:
        return check.run(thresholds, is_quick=is_quick, told=told, is_cancelled=is_cancelled)
    finally:
        if not is_quick:
            give_back_memory()


class _Asked(NamedTuple):
    """What was checked."""

    columns: Columns
    embedding: npt.NDArray[np.floating] | None


class _Running:
    """One check; runs on a thread, and is watched from the GUI thread."""

    def __init__(self) -> None:
        self.step = ("looking at what was measured", 0.0)
        self.is_cancelled = False

    def tell(self, step: str, done: float) -> None:
        self.step = step, done
