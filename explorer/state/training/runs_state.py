"""All runs, those that are chosen among them, and what can be done with one."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QFile, QObject, Signal

from explorer import paths
from explorer.background.tasks import LatestWins, TaskPool
from explorer.core.files.names import list_names
from explorer.core.training.record import forget_record
from explorer.core.training.run_files import put_away, rename_run
from explorer.core.training.runs import RunEntry, list_entries
from explorer.errors import ExplorerError
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices
from explorer.state.shared.timers import make_timer

LOOK_MS = 2000
"""How often it is looked for new runs, and for epochs of those being trained."""


class RunsState(QObject):
    """Knows every run, and does with one what a person wants.

    While somebody looks, the folders are looked at again and again, on a thread: a run that is
    trained elsewhere appears and grows.

    Parameters
    ----------
    models : ModelState
        Where a run is opened, and who hears that one has another name or is gone.
    pool : TaskPool
    notices : Notices

    Signals
    -------
    runs_changed()
        `runs` are others, or one of them is another.
    choice_changed()
        `chosen` are others.
    continue_wanted(RunEntry)
        A person wants to train on from a finished run, or to go on with one that is not.
    epochs_wanted(RunEntry)
        A person wants to look back at the epochs of a run.
    """

    runs_changed = Signal()
    choice_changed = Signal()
    continue_wanted = Signal(object)
    epochs_wanted = Signal(object)

    def __init__(
        self,
        models: ModelState,
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._models = models
        self._pool = pool
        self._notices = notices
        self._lookers = 0
        self._looking = LatestWins(pool, done=self._set, failed=self._fail, is_bulk=True)
        self._timer = make_timer(self, LOOK_MS, self.refresh, is_repeated=True)
        self._targets: tuple[Path, ...] = ()
        self.runs: tuple[RunEntry, ...] = ()
        """The newest first."""
        self.is_known = False
        """Whether it has been looked at all."""

    @property
    def is_busy(self) -> bool:
        """Whether it is being looked for the first time."""
        return self._looking.is_busy and not self.is_known

    @property
    def chosen(self) -> tuple[RunEntry, ...]:
        """The runs that are looked at, in the order in which they were chosen."""
        known = {run.target: run for run in self.runs}
        return tuple(known[target] for target in self._targets if target in known)

    def enter(self) -> None:
        """Begin to look: one more wants to know."""
        self._lookers += 1
        self.refresh()
        self._timer.start()

    def leave(self) -> None:
        """Look no more, once nobody wants to know."""
        self._lookers = max(0, self._lookers - 1)
        if not self._lookers:
            self._timer.stop()

    def close(self) -> None:
        """Want nothing any more."""
        self._timer.stop()

    def refresh(self) -> None:
        """Look at the folders now."""
        self._looking.ask(partial(list_entries, [paths.user_runs()], paths.bundled_models()))

    def choose(self, targets: Sequence[Path]) -> None:
        """Look at some of the runs, by their folders."""
        # Those that stay keep their place, and with it their colour.
        wanted = [target for target in self._targets if target in set(targets)]
        wanted += [target for target in targets if target not in wanted]
        if tuple(wanted) != self._targets:
            self._targets = tuple(wanted)
            self.choice_changed.emit()

    # What is done with a run.

    def open(self, run: RunEntry) -> None:
        """Make a finished run the current model."""
        if run.is_whole:
            self._models.open_path(run.target)

    def continue_from(self, run: RunEntry) -> None:
        """Train on from a run."""
        self.continue_wanted.emit(run)

    def look_back(self, run: RunEntry) -> None:
        """Look back at the epochs of a run."""
        self.epochs_wanted.emit(run)

    def rename(self, run: RunEntry, name: str) -> None:
        """Give a run another name; ModelError where that cannot be."""
        new = rename_run(run.target, name)
        self._models.follow(run.target, new)
        self._targets = tuple(new if one == run.target else one for one in self._targets)
        self.refresh()

    def put_away(self, runs: Sequence[RunEntry]) -> None:
        """Move runs to the system's bin; of each that cannot be, the reason is told."""
        self._pool.keep(
            partial(_put_away, [run.target for run in runs]),
            done=self._on_put_away,
            failed=self._fail,
        )

    def forget(self, run: RunEntry) -> None:
        """List a run no more whose folder is gone."""
        forget_record(run.target)
        self.refresh()

    def _on_put_away(self, ended: tuple[list[Path], list[str]]) -> None:
        gone, refusals = ended
        for target in gone:
            self._models.follow(target, None)
        if refusals:
            self._notices.warn(" ".join(refusals), topic="model")
        elif gone:
            were = "was" if len(gone) == 1 else "were"
            self._notices.hint(f"{list_names(gone, quoted=True)} {were} moved to the bin.")
        self.refresh()

    def _set(self, found: tuple[RunEntry, ...]) -> None:
        is_first, self.is_known = not self.is_known, True
        if found != self.runs or is_first:
            before = self.chosen
            self.runs = found
            self.runs_changed.emit()
            if before != self.chosen:
                self.choice_changed.emit()

    def _fail(self, error: Exception) -> None:
        self._notices.report(error, topic="model")


def _put_away(targets: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """Return which runs are in the bin now, and why others are not."""
    gone, refusals = [], []
    for target in targets:
        try:
            put_away(target, _move_to_bin)
            gone.append(target)
        except ExplorerError as error:
            refusals.append(error.sentence)
    return gone, refusals


def _move_to_bin(folder: Path) -> bool:
    moved = QFile.moveToTrash(str(folder))
    return moved[0] if isinstance(moved, tuple) else bool(moved)
