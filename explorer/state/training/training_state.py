"""The trainings there are: how far each is, whoever started it, and what is wanted of it."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import LatestWins, TaskPool
from explorer.background.training.process import TrainingProcess
from explorer.core.files.writing import write_own
from explorer.core.health.decisions import Decisions, write_decisions
from explorer.core.models.training_config import TrainingConfig
from explorer.core.training.command_line import config_of, words_of
from explorer.core.training.record import (
    OVER,
    TrainingRecord,
    Wish,
    ask,
    decisions_file,
    is_alive,
    list_records,
    log_file,
    read_record,
    record_file,
)
from explorer.core.training.runs import partial_of
from explorer.core.training.settings import read_settings
from explorer.core.training.standing import Watched, watch
from explorer.errors import ModelError
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices
from explorer.state.shared.timers import make_timer

LOOK_MS = 1000
"""How often it is looked how far trainings are."""

_Seen = tuple[tuple[TrainingRecord, ...], Watched | None]


class TrainingState(QObject):
    """Knows what trainings tell of themselves, starts them, and asks them to pause and to stop.

    While somebody looks, or one is under way, their records are read once a second, on a thread.

    Parameters
    ----------
    models : ModelState
        Hears of finished runs.
    pool : TaskPool
    notices : Notices

    Signals
    -------
    live_changed()
        `live` are others.
    watched_changed()
        `watched` is another, or tells something else.
    """

    live_changed = Signal()
    watched_changed = Signal()

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
        self._looking = LatestWins(pool, done=self._set, failed=notices.report, is_bulk=True)
        self._timer = make_timer(self, LOOK_MS, self.refresh, is_repeated=True)
        self._is_looked_at = False
        self._processes: dict[Path, TrainingProcess] = {}
        self._target: Path | None = None
        self._put_aside: set[Path] = set()
        self.live: tuple[TrainingRecord, ...] = ()
        """Those that are under way and have told so, the newest first."""
        self.watched: Watched | None = None
        """The training that is looked at; None where a new one is prepared."""
        self.is_known = False
        """Whether it has been looked at all."""

    @property
    def is_busy(self) -> bool:
        """Whether it is being looked for the first time."""
        return self._looking.is_busy and not self.is_known

    @property
    def is_training(self) -> bool:
        """Whether something is trained, here or elsewhere, as far as it was looked."""
        return bool(self.live) or (self.watched is not None and self.watched.is_live)

    def enter(self) -> None:
        """Begin to look."""
        self._is_looked_at = True
        self.refresh()
        self._timer.start()

    def leave(self) -> None:
        """Look only while something is trained."""
        self._is_looked_at = False
        self._rest()

    def close(self) -> None:
        """Want nothing any more; what is trained goes on."""
        self._timer.stop()
        for process in self._processes.values():
            process.let_go()
        self._processes.clear()

    def refresh(self) -> None:
        """Look now."""
        self._looking.ask(partial(_look, self._target, dict(self._processes)))

    # What is looked at.

    def watch(self, target: Path) -> None:
        """Look at a training."""
        self._put_aside.discard(target)
        self._target = target
        self.refresh()

    def put_aside(self) -> None:
        """Look at no training, to prepare another one; what is trained goes on."""
        if self._target is not None:
            self._put_aside.add(self._target)
            self._target, self.watched = None, None
            self.watched_changed.emit()

    # What is done.

    def start(self, config: TrainingConfig, decisions: Decisions) -> None:
        """Begin a training, and look at it.

        Parameters
        ----------
        config : TrainingConfig
            Its paths are absolute.
        decisions
            What to leave out and to relabel; nothing where it is empty.
        """
        self._launch(config.output, partial(_start, config, decisions))

    def resume(self, target: Path) -> None:
        """Go on with a training, as it was asked for, and look at it."""
        self._launch(target, partial(_resume, target))

    def pause(self) -> None:
        """Let the training that is looked at wait after its batch."""
        self._ask("pause")

    def go_on(self) -> None:
        """Let it train again after a pause."""
        self._ask(None)

    def stop(self) -> None:
        """End it after its batch; the best epoch is kept."""
        self._ask("stop")

    def open(self) -> None:
        """Make the finished run that is looked at the current model."""
        if self.watched is not None and self.watched.is_run:
            self._models.open_path(self.watched.target)

    def _ask(self, wish: Wish | None) -> None:
        if self.watched is not None and self.watched.is_live:
            self._pool.keep(
                partial(_ask, self.watched.target, wish),
                done=lambda nothing: self.refresh(),
                failed=self._fail,
            )

    def _launch(self, target: Path, begin: partial[TrainingProcess]) -> None:
        if target in self._processes:
            return

        def begun(process: TrainingProcess) -> None:
            self._processes[target] = process
            self._looking.forget()  # what is told of it is of before
            self.watch(target)
            self._timer.start()

        self._notices.withdraw("training")
        self._pool.keep(begin, done=begun, failed=self._fail)

    def _set(self, seen: _Seen) -> None:
        is_first, self.is_known = not self.is_known, True
        records, watched = seen
        live = tuple(record for record in records if is_alive(record))
        if live != self.live:
            self.live = live
            self.live_changed.emit()
        if self._target is None:
            new = next((one for one in live if one.folder not in self._put_aside), None)
            if new is None and is_first and records and records[0].phase not in OVER:
                new = records[0]  # its process is gone: nobody has been told yet
            if new is not None:
                self.watch(new.folder)
            elif is_first:
                self.watched_changed.emit()
        elif watched is not None and watched.target == self._target and watched != self.watched:
            was_live = self.watched is None or self.watched.is_live
            self.watched = watched
            if was_live and watched.standing == "finished" and watched.is_run:
                self._models.add_run(watched.target)
            self.watched_changed.emit()
        for target, process in tuple(self._processes.items()):
            is_told = target != self._target or not (watched and watched.is_live)
            if process.is_over and is_told:
                del self._processes[target]
        self._rest()

    def _rest(self) -> None:
        is_needed = self._is_looked_at or self.is_training or bool(self._processes)
        if not is_needed or self._pool.is_closed:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _fail(self, error: Exception) -> None:
        self._notices.report(error, topic="training")


def _look(target: Path | None, processes: dict[Path, TrainingProcess]) -> _Seen:
    watched = None
    if target is not None:
        process = processes.get(target)
        if process is None:
            watched = watch(target)
        else:
            is_over = process.is_over  # before its files are read: they may be its last
            watched = watch(
                target,
                process=process.number,
                last_line=process.last_line() if is_over else None,
            )
    return tuple(list_records()), watched


def _ask(target: Path, wish: Wish | None) -> None:
    with ModelError.when_refused("was not told", target.name):
        ask(target, wish)


def _start(config: TrainingConfig, decisions: Decisions) -> TrainingProcess:
    log = log_file(config.output)
    with ModelError.when_refused("was not begun", config.output.name):
        if decisions:
            write_own(decisions_file(config.output), write_decisions(decisions))
    return TrainingProcess(words_of(config), log)


def _resume(target: Path) -> TrainingProcess:
    settings = read_settings(partial_of(target))
    record = read_record(record_file(target))
    places = {} if record is None else record.places
    words = words_of(config_of(settings.values, places, target), resumes=True)
    return TrainingProcess(words, log_file(target))
