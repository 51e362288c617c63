"""What is to be trained next: the pictures, the recipe, and what that will come to."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from explorer import paths
from explorer.background.tasks import LatestWins, TaskPool
from explorer.core.datasets.dataset import Dataset
from explorer.core.files.json_text import JSONError, convert
from explorer.core.files.names import file_name, printable_name
from explorer.core.health.decisions import Decision, Decisions, apply_decisions, place_of
from explorer.core.models.training_config import TrainingConfig
from explorer.core.sources.example import FOLDER_NAME, draw_example
from explorer.core.text.counts import short_bytes
from explorer.core.training.plan import SplitPlan, plan_split
from explorer.core.training.recipes import recipe_facts
from explorer.core.training.record import decisions_file
from explorer.core.training.run_files import why_not_named
from explorer.core.training.runs import RunEntry, partial_of
from explorer.errors import ExplorerError
from explorer.state.shared.notices import Notices
from explorer.state.training.training_state import TrainingState

DEMONSTRATION_EPOCHS = 12


@dataclass(frozen=True)
class Wanted:
    """What a person chose; the rest is as train.py has it.

    Attributes
    ----------
    name : str
        Of the run; empty: one that is free.
    takes_decisions : bool
        Whether what was decided about pictures is heeded.
    start_from : Path or None
        A finished run to train on from.
    """

    recipe: str = "article"
    epochs: int = 30
    batch_size: int = 32
    augmentation: bool = True
    ratio: float = 0.2
    seed: int = 1
    limit: int | None = None
    name: str = ""
    takes_decisions: bool = True
    backbone_weights: Path | None = None
    start_from: Path | None = None


@dataclass(frozen=True)
class Plan:
    """What would come of it.

    Attributes
    ----------
    target : Path
        The run folder.
    split : SplitPlan or None
        None without pictures.
    decisions
        Those that would be heeded, by the places of the pictures.
    needed, free : int
        On the disk, in bytes: about what the run and its decoded pictures take, and what there is.
    obstacle : str
        Why nothing can be begun, in one sentence; else empty.
    """

    target: Path
    split: SplitPlan | None
    decisions: Decisions
    needed: int = 0
    free: int = 0
    obstacle: str = ""

    @property
    def doubts(self) -> tuple[str, ...]:
        """What should be known before it begins, in a sentence each."""
        found = () if self.split is None else self.split.doubts
        if self.needed > self.free:
            room = f"about {short_bytes(self.needed)} are needed, {short_bytes(self.free)} are free"
            return (f"The disk may be too small: {room}.", *found)
        return found


class SetupState(QObject):
    """Knows what a person wants to train, and what it will come to.

    What it will come to is counted on a thread.

    Parameters
    ----------
    trainings : TrainingState
    pool : TaskPool
    notices : Notices

    Signals
    -------
    changed()
        `wanted`, `plan`, `dataset` or `is_drawing` has another value.
    ready()
        What was asked for elsewhere is to be seen here.
    folder_wanted(Path)
        A person wants to train on the pictures of a folder.
    """

    changed = Signal()
    folder_wanted = Signal(object)
    ready = Signal()

    def __init__(
        self,
        trainings: TrainingState,
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._trainings = trainings
        self._pool = pool
        self._notices = notices
        self._planning = LatestWins(pool, done=self._set_plan, failed=notices.report, is_bulk=True)
        self._decided: Mapping[int, Decision] = {}
        self._continued = paths.NOWHERE
        """What the run was trained on that is to be trained further."""
        self.wanted = Wanted()
        self.dataset: Dataset | None = None
        """The open dataset."""
        self.plan: Plan | None = None
        """None until it is counted."""
        self.is_drawing = False
        """Whether the example dataset is being drawn."""

    @property
    def is_busy(self) -> bool:
        """Whether the plan is still to come."""
        return self._planning.is_busy

    @property
    def decided(self) -> tuple[int, int]:
        """How many pictures are decided to be left out, and how many to have another label."""
        verdicts = [one.verdict for one in self._decided.values()]
        return verdicts.count("exclude"), verdicts.count("relabel")

    @property
    def can_start(self) -> bool:
        """Whether the training can begin."""
        return self.plan is not None and not self.plan.obstacle and not self._planning.is_busy

    def choose_folder(self, folder: Path) -> None:
        """Train on the pictures of a folder, once it is scanned."""
        self.folder_wanted.emit(folder)

    def set_dataset(self, dataset: Dataset | None) -> None:
        """Train on other pictures."""
        if dataset is not self.dataset:
            self.dataset, self._decided, self.plan = dataset, {}, None
            is_continued = dataset is not None and dataset.folder == self._continued
            start_from = self.wanted.start_from if is_continued else None
            self.wanted = replace(self.wanted, name="", start_from=start_from)
            self._plan_again()

    def set_decisions(self, decided: Mapping[int, Decision]) -> None:
        """Hear what was decided about the pictures, by their places."""
        self._decided = {
            place: one for place, one in decided.items() if one.verdict in ("exclude", "relabel")
        }
        self._plan_again()

    def want(self, **changes: Any) -> None:
        """Want something else; see `Wanted`."""
        wanted = replace(self.wanted, **changes)
        if wanted != self.wanted:
            self.wanted = wanted
            self._plan_again()

    def refresh(self) -> None:
        """Count again: a name may be taken by now, or the disk fuller."""
        self._plan_again()

    def start(self) -> None:
        """Begin the training."""
        if self.can_start and self.plan is not None and self.dataset is not None:
            config = _config_of(self.wanted, self.dataset, self.plan.target)
            if self.plan.decisions:
                file = decisions_file(self.plan.target)
                config = replace(config, exclude=file, relabel=file)
            self._trainings.start(config, self.plan.decisions)
            self.wanted = replace(self.wanted, name="")

    def continue_from(self, run: RunEntry) -> None:
        """Go on with a run that was broken off; or prepare to train on from a finished one."""
        if run.state == "unfinished":
            self._trainings.resume(run.target)
            self.ready.emit()
        elif run.is_whole:
            self._trainings.put_aside()
            known = {
                name: (run.settings or {}).get(name)
                for name in ("recipe", "ratio", "seed", "limit", "batch_size", "augmentation")
            }
            chosen = {name: value for name, value in known.items() if value is not None}
            try:
                self.wanted = convert({**chosen, "recipe": run.recipe}, Wanted)
            except JSONError:
                self.wanted = Wanted()
            self.wanted = replace(self.wanted, start_from=run.target)
            self._continued = Path(run.data)
            self._plan_again()
            self.ready.emit()
            if self.dataset is None or self.dataset.folder != self._continued:
                self.folder_wanted.emit(self._continued)

    def demonstrate(self) -> None:
        """Train a little on the example dataset, which is drawn where it is not there yet."""
        if not self.is_drawing:
            self.is_drawing = True
            self.changed.emit()
            folder = paths.user_datasets() / FOLDER_NAME
            self._pool.run(
                partial(_prepare_demonstration, folder, lambda: self._pool.is_closed),
                done=self._on_drawn,
                failed=self._on_not_drawn,
                is_bulk=True,
            )

    def _on_drawn(self, config: TrainingConfig) -> None:
        self.is_drawing = False
        self.changed.emit()
        self._trainings.start(config, {})

    def _on_not_drawn(self, error: Exception) -> None:
        self.is_drawing = False
        self.changed.emit()
        self._notices.report(error, topic="training")

    def _plan_again(self) -> None:
        self._planning.ask(partial(_plan, self.wanted, self.dataset, self._decided))
        self.changed.emit()

    def _set_plan(self, plan: Plan) -> None:
        self.plan = plan
        self.changed.emit()


def _config_of(wanted: Wanted, dataset: Dataset, target: Path) -> TrainingConfig:
    is_pretrained = recipe_facts(wanted.recipe).is_pretrained
    return TrainingConfig(
        data=dataset.folder.absolute(),
        output=target,
        recipe=wanted.recipe,
        ratio=wanted.ratio,
        seed=wanted.seed,
        epochs=wanted.epochs,
        batch_size=wanted.batch_size,
        limit=wanted.limit,
        start_from=() if wanted.start_from is None else (wanted.start_from,),
        backbone_weights=wanted.backbone_weights if is_pretrained else None,
        layout=None if dataset.reading is None else dataset.reading.layout,
        augmentation=wanted.augmentation,
    )


def _plan(wanted: Wanted, dataset: Dataset | None, decided: Mapping[int, Decision]) -> Plan:
    """Count on a thread what would come of it."""
    base = "run" if dataset is None else file_name(printable_name(dataset.folder), otherwise="run")
    target = paths.user_runs() / (wanted.name or _free_name(f"{base}-{wanted.recipe}"))
    if dataset is None:
        return Plan(target, None, {}, obstacle="Open a folder of pictures first.")
    decisions: dict[str, Decision] = {}
    if wanted.takes_decisions:
        samples, folder = dataset.samples, dataset.folder
        decisions = {place_of(samples[at].path, folder): one for at, one in decided.items()}
    try:
        heeded = apply_decisions(dataset, decisions) if decisions else dataset
    except ExplorerError as error:
        return Plan(target, None, {}, obstacle=error.sentence)
    split = plan_split(heeded, _config_of(wanted, dataset, target))
    facts = recipe_facts(wanted.recipe)
    needed = facts.room_needed(TrainingConfig.keep_epochs) + split.pictures * 3 * facts.edge**2
    obstacle = _why_not(target) or split.obstacle
    return Plan(target, split, decisions, needed, _free_room(target), obstacle)


def _why_not(target: Path) -> str:
    reason = why_not_named(target.name)
    if reason:
        return f"The run cannot be called that: {reason}."
    if os.path.lexists(target) or os.path.lexists(partial_of(target)):
        return f"There is a run called “{printable_name(target)}” already: choose another name."
    return ""


def _free_name(base: str) -> str:
    folder = paths.user_runs()
    names = (base if number == 1 else f"{base}-{number}" for number in count(1))
    return next(name for name in names if not _why_not(folder / name))


def _free_room(target: Path) -> int:
    """Return how many bytes are free where a folder will be; 0 where that is not known."""
    for folder in target.parents:
        try:
            return shutil.disk_usage(folder).free
        except OSError:
            continue
    return 0


def _prepare_demonstration(folder: Path, is_cancelled: Any) -> TrainingConfig:
    draw_example(folder, is_cancelled=is_cancelled)
    target = paths.user_runs() / _free_name("demonstration")
    return TrainingConfig(
        folder, target, epochs=DEMONSTRATION_EPOCHS, patience=DEMONSTRATION_EPOCHS
    )
