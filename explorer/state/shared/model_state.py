"""The current model: one for all pages."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.background.worker_process import WorkerProcess
from explorer.core.embedding.novelty import NoveltyStatistics
from explorer.core.files.names import printable_name, shorten_name
from explorer.core.layers.architecture import Architecture
from explorer.core.model_files.kept import recall
from explorer.core.model_files.opening import assume_with_files
from explorer.core.models.assumptions import Assumed
from explorer.core.models.model import Model
from explorer.core.models.model_use import ModelUse
from explorer.core.models.requests import ReadArchitecture
from explorer.core.models.run_folder import (
    DamagedRun,
    Run,
    best_run,
    is_saved_model,
    list_runs,
    read_run,
)
from explorer.errors import ModelError
from explorer.state.shared.notices import Notices


class ModelState(QObject):
    """Knows the available models and the current one.

    What a stranger's file holds is read in a process of its own; run folders are known by their
    cards.

    Parameters
    ----------
    folders : iterable of Path
        Folders that contain run folders: the included ones, then the user's own. The best run of
        the first folder that has one is current at the start.
    notices : Notices
    reader : WorkerProcess
        Reads layers out of files.
    pool : TaskPool

    Signals
    -------
    model_changed()
        `current` is another model, or `models` or `damaged` changed.
    opened()
        What a person opened has become current.
    settled()
        What was given has been looked at, and `is_reading` may be false again.
    """

    model_changed = Signal()
    opened = Signal()
    settled = Signal()

    def __init__(
        self,
        folders: Iterable[Path],
        notices: Notices,
        reader: WorkerProcess,
        pool: TaskPool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._notices = notices
        self._reader = reader
        self._pool = pool
        self._origins: dict[Path, dict[str, str]] = {}
        self._assumed: dict[Path, Assumed] = {}
        self._wanted: Path | None = None
        self._reading: set[Path] = set()
        self._unsettled = 0
        self._folders = tuple(folders)
        found = [list_runs([folder]) for folder in self._folders]
        self._models = [Model.of_run(run) for listed in found for run in listed.runs]
        self._damaged = [run for listed in found for run in listed.damaged]
        # The best of the included ones: a run of the user may score 100 % on ten pictures.
        best = next((best_run(each.runs) for each in found if each.runs), None)
        self.current: Model | None = None if best is None else Model.of_run(best)
        """The model that classifies and is inspected; None if there is none."""
        self._check_statistics()

    @property
    def is_reading(self) -> bool:
        """Whether something is being looked at or read that may become the current model."""
        return self._unsettled > 0 or bool(self._reading)

    @property
    def wanted(self) -> Path | None:
        """The path of the current model, or of the one that will be once its file is read."""
        return self._wanted or (None if self.current is None else self.current.path)

    @property
    def models(self) -> tuple[Model, ...]:
        """Every model known."""
        return tuple(self._models)

    @property
    def damaged(self) -> tuple[DamagedRun, ...]:
        """The runs that cannot be opened, and why."""
        return tuple(self._damaged)

    @property
    def groups(self) -> tuple[tuple[Model, ...], ...]:
        """`models` by where they come from: a group for each folder, then what a person opened."""
        homes = [os.path.realpath(folder) for folder in self._folders]
        places = [os.path.dirname(os.path.realpath(model.path)) for model in self._models]
        groups: list[list[Model]] = [[] for _ in (*homes, None)]
        for model, place in zip(self._models, places, strict=True):
            groups[homes.index(place) if place in homes else -1].append(model)
        return tuple(tuple(group) for group in groups if group)

    def expect(self) -> None:
        """Hear that a model may be among what was given, which is known at `settle`."""
        self._unsettled += 1

    def settle(self) -> None:
        """Hear that the models among what was given, if any, are being opened."""
        self._unsettled -= 1
        self.settled.emit()

    def choose(self, model: Model) -> None:
        """Make one of `models` current; one that is gone is told, and not listed any more."""
        if self.current is not None and model.path == self.current.path:
            return
        if os.path.lexists(model.path):
            self._make_current(model)
            return
        self._models.remove(model)
        self.model_changed.emit()
        self._notices.warn(
            f"The model “{shorten_name(model.name)}” no longer exists.", topic="model"
        )

    def reopen(self, path: Path) -> None:
        """Make a model current again, as it was when the program ended."""
        known = next((model for model in self._models if model.path == path), None)
        if known is None:
            self.open_path(path)
        else:
            self.choose(known)

    def open_path(self, path: Path) -> None:
        """Open a model and make it current; as `open_paths`."""
        self.open_paths([path])

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open run folders and model files, and make the last of those that open current.

        Of those that do not open, the reason is told. Files are read in a process of their own, and
        become current a little later.
        """
        opened, files, refusals = [], [], []
        for path in paths:
            place = Path(os.path.realpath(path))
            if not os.path.lexists(path):
                gone = ModelError.not_opened(printable_name(path), "it no longer exists")
                refusals.append(gone.sentence)
                continue
            if not _may_be_run(place):
                files.append(place)
                continue
            try:
                opened.append(Model.of_run(read_run(place).without_matrix))
            except ModelError as error:
                refusals.append(error.sentence)
        for model in opened:
            self._list(model)
        self._wanted = None
        if opened:
            self._make_current(opened[-1])
            self.opened.emit()
        if files:
            self._wanted = files[-1]
        if refusals:
            self._notices.warn(" ".join(refusals), topic="model")
        for file in files:
            self._read(file)

    def add_run(self, path: Path) -> None:
        """Hear that a run has come: it can be chosen from now on; one that is damaged is told."""
        try:
            run = read_run(Path(os.path.realpath(path))).without_matrix
        except ModelError as error:
            self._notices.warn(error.sentence, topic="model")
        else:
            self._list(Model.of_run(run))
            self.model_changed.emit()

    def follow(self, path: Path, new: Path | None) -> None:
        """Hear that a run folder was renamed, or is gone: None."""
        place = os.path.realpath(path)
        known = next((one for one in self._models if os.path.realpath(one.path) == place), None)
        if known is None:
            return
        self._models.remove(known)
        is_current = self.current is not None and self.current.path == known.path
        if new is not None:
            moved = replace(known, path=new)
            self._list(moved)
            if is_current:
                self._make_current(moved)
        elif is_current and self._models:
            self._make_current(self._models[0])
        self.model_changed.emit()

    def origins_of(self, model: Model) -> dict[str, str]:
        """Return where what is assumed of a model file comes from; empty for a run folder."""
        return self._origins.get(model.path, {})

    def assumed_of(self, model: Model) -> Assumed:
        """Return how a model is used where a person chose nothing."""
        if model.card is not None:
            return Assumed(Model.of_run(Run(model.path, model.card)), {})
        return self._assumed.get(model.path, Assumed(model, self.origins_of(model)))

    def change(self, model: Model, origins: dict[str, str] | None = None) -> None:
        """Use the current model in another way: prepared otherwise, or edited."""
        self._origins[model.path] = self.origins_of(model) | (origins or {})
        self._list(model)
        self._make_current(model)

    def _read(self, file: Path) -> None:
        def refuse(error: Exception) -> None:
            self._reading.discard(file)
            if file == self._wanted:
                self._wanted = None
            self._notices.report(error, topic="model")
            self.model_changed.emit()

        self._reading.add(file)
        self._reader.forgive(file)
        self._reader.ask(
            ReadArchitecture(ModelUse(file)),
            done=lambda found: self._pool.run(
                lambda: _assume_and_recall(file, found),
                done=lambda both: self._set_assumed(file, *both),
                failed=refuse,
            ),
            failed=refuse,
        )

    def _set_assumed(self, file: Path, assumed: Assumed, recalled: Assumed) -> None:
        self._reading.discard(file)
        model = recalled.model
        self._assumed[model.path] = assumed
        self._origins[model.path] = recalled.origins
        self._list(model)
        if model.path == self._wanted:
            self._make_current(model)
            self.opened.emit()
        else:
            self.model_changed.emit()

    def _list(self, model: Model) -> None:
        folders = [os.path.realpath(other.path) for other in self._models]
        place = str(model.path)
        if place in folders:
            self._models[folders.index(place)] = model  # it may have been trained anew
        else:
            self._models.append(model)
        # It may have been mended.
        self._damaged = [one for one in self._damaged if os.path.realpath(one.folder) != place]

    def _make_current(self, model: Model) -> None:
        self._wanted = model.path
        self.current = model
        self._notices.withdraw("model")
        self.model_changed.emit()
        self._check_statistics()

    def _check_statistics(self) -> None:
        """Tell where it cannot be known whether a picture looks like the classes of the model."""
        model = self.current
        if model is None or model.card is None:
            return

        def tell(error: Exception) -> None:
            if self.current is not None and self.current.path == model.path:
                self._notices.report(error, topic="model")

        self._pool.run(
            lambda: NoveltyStatistics.read(model.path, model.card),
            done=lambda found: None,
            failed=tell,
            is_bulk=True,
        )


def _assume_and_recall(file: Path, architecture: Architecture) -> tuple[Assumed, Assumed]:
    assumed = assume_with_files(file, architecture)
    return assumed, recall(assumed)


def _may_be_run(path: Path) -> bool:
    """Say whether a path is read as a run folder: any folder but a SavedModel."""
    return os.path.isdir(path) and not is_saved_model(path)
