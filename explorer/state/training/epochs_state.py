"""Looking back at the epochs of a run: what the network of each is like, and what it answers."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.background.worker_process import WorkerProcess
from explorer.core.files.writing import write_atomically
from explorer.core.images.read import Picture, PictureFile
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.feature_grid import FeatureGridImage, tile_layer
from explorer.core.layers.kernel_mosaic import tile_in_color, tile_kernels
from explorer.core.layers.layers import LayerInfo, first_interesting
from explorer.core.layers.weights import LayerWeights
from explorer.core.model_files.kept import YOU_CHOSE, keep_choices
from explorer.core.model_files.opening import assume_with_files
from explorer.core.models.model import Model
from explorer.core.models.model_use import ModelUse
from explorer.core.models.prediction import Prediction
from explorer.core.models.requests import (
    ClassifyPicture,
    ComputeFeatureMaps,
    ReadArchitecture,
    ReadWeights,
    Request,
)
from explorer.core.training.epochs import EPOCHS_FOLDER, epoch_file
from explorer.core.training.runs import RunEntry
from explorer.errors import ExplorerError, ModelError, reason_of
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices
from explorer.state.shared.saving import save
from explorer.state.training.runs_state import RunsState

MOST_BYTES = 256_000_000
"""Of the pictures that are kept of epochs, so that going back to one asks nobody."""
KERNELS_ASPECT, MAPS_ASPECT = 0.6, 0.8
"""In which the pictures of an epoch are laid out: equal for all, so that nothing jumps."""


@dataclass(frozen=True, eq=False)
class EpochView:
    """What is known of the network of one epoch.

    Attributes
    ----------
    epoch : int
    prediction : Prediction or None
        Of the current picture; None without one, or where the network tells no classes apart.
    kernels : FeatureGridImage or None
        Those of the first convolution; None where it has none.
    maps : FeatureGridImage or None
        What the chosen layer makes of the picture.
    """

    epoch: int
    prediction: Prediction | None = None
    kernels: FeatureGridImage | None = None
    maps: FeatureGridImage | None = None

    @property
    def byte_count(self) -> int:
        """How much room its pictures take."""
        return sum(one.pixels.nbytes for one in (self.kernels, self.maps) if one is not None)


class EpochsState(QObject):
    """Knows the kept epochs of the chosen run, and asks what the network of one is like.

    One request runs at a time: the next that the chosen epoch lacks, then those of the epochs that
    a film is made of. What was answered is kept, so that going back is immediate. The last whole
    view stays until the next is there. New epochs of a run that is being trained appear; where the
    newest was looked at, the new one is.

    Parameters
    ----------
    runs : RunsState
    models : ModelState
    worker_for : callable
        Returns the process that runs a model layer by layer.
    reader : WorkerProcess
        Reads layers out of files.
    pool : TaskPool
    notices : Notices

    Signals
    -------
    run_changed()
        `run`, `candidates`, `epochs` or `layers` has another value.
    choice_changed()
        `epoch` or `layer` has another value.
    shown_changed()
        `shown` has another value.
    seen_changed()
        More is known of some epoch, or less.
    activity_changed()
        `is_busy` or `failure` has another value.
    """

    run_changed = Signal()
    choice_changed = Signal()
    shown_changed = Signal()
    seen_changed = Signal()
    activity_changed = Signal()

    def __init__(
        self,
        runs: RunsState,
        models: ModelState,
        worker_for: Callable[[Model], WorkerProcess],
        reader: WorkerProcess,
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runs = runs
        self._models = models
        self._worker_for = worker_for
        self._reader = reader
        self._pool = pool
        self._notices = notices
        self._is_active = False
        self._target: Path | None = None
        self._is_chosen = False
        self._worker: WorkerProcess | None = None
        self._heard: list[WorkerProcess] = []
        self._model: Model | None = None
        self._kernel_layer: str | None = None
        self._input: Picture | None = None
        self._views: dict[int, EpochView] = {}
        self._wanted: tuple[int, ...] = ()
        self._gone: set[int] = set()
        self._turn = 0
        self.run: RunEntry | None = None
        """The run that is looked back at."""
        self.epoch = 0
        """The chosen epoch; 0 where none is kept."""
        self.layers: tuple[LayerInfo, ...] = ()
        """Those whose maps can be shown."""
        self.layer: str | None = None
        """The layer whose maps are shown."""
        self.picture: PictureFile | None = None
        """The current picture."""
        self.shown: EpochView | None = None
        """The last view that was whole."""
        self.is_busy = False
        """Whether an answer is still to come."""
        self.failure = ""
        """Why nothing more is shown, in one sentence."""
        runs.runs_changed.connect(self._follow_runs)
        runs.epochs_wanted.connect(lambda run: self.choose_run(run.target))

    @property
    def candidates(self) -> tuple[RunEntry, ...]:
        """The runs of which epochs are kept."""
        return tuple(run for run in self._runs.runs if run.epochs)

    @property
    def epochs(self) -> tuple[int, ...]:
        """The kept epochs of the run, ascending."""
        if self.run is None:
            return ()
        return tuple(epoch for epoch in self.run.epochs if epoch not in self._gone)

    @property
    def is_starting(self) -> bool:
        """Whether what runs the networks is being started."""
        return self._worker is not None and self._worker.status == "starting"

    @property
    def classes(self) -> tuple[str, ...]:
        """What the networks tell apart."""
        return () if self._model is None else self._model.classes

    def enter(self) -> None:
        """Begin to ask: somebody looks."""
        self._is_active = True
        if not self._is_chosen:
            self._target = None  # the one that is trained now, or was last
        self._runs.enter()
        self._follow_runs()
        self._advance()

    def leave(self) -> None:
        """Ask no more."""
        self._is_active = False
        self._runs.leave()

    # What is chosen.

    def choose_run(self, target: Path) -> None:
        """Look back at another run, from its newest epoch on."""
        self._is_chosen = True
        if target != self._target:
            self._target = target
            self._follow_runs()

    def choose_epoch(self, epoch: int) -> None:
        """Look at another epoch."""
        if epoch != self.epoch and epoch in self.epochs:
            self.epoch = epoch
            self.choice_changed.emit()
            self._wish_again()

    def choose_layer(self, layer: str) -> None:
        """Look at the maps of another layer."""
        if layer != self.layer:
            self.layer = layer
            self._forget(keeps_maps=False)
            self.choice_changed.emit()
            self._wish_again()

    def set_picture(self, file: PictureFile) -> None:
        """Look at what the networks make of another picture."""
        self.picture, self._input = file, None
        self._forget(keeps_maps=False, keeps_predictions=False)
        self._wish_again()

    def retry(self) -> None:
        """Ask again for what failed."""
        self._wish_again()

    # What a film needs.

    def want(self, epochs: Iterable[int]) -> None:
        """Ask for these epochs as well, until other ones are wanted."""
        self._wanted = tuple(epochs)
        self._advance()

    def is_known(self, epoch: int) -> bool:
        """Say whether nothing more is to be asked about an epoch."""
        return self._model is not None and self._lacking(epoch) is None and not self._lacks_input

    @property
    def most_frames(self) -> int:
        """Of how many epochs there is room for the pictures."""
        size = 1 if self.shown is None else self.shown.byte_count
        return max(2, MOST_BYTES // max(size, 1_000_000))

    # What is done with an epoch.

    @property
    def file(self) -> Path | None:
        """The model file of the chosen epoch."""
        return None if self.run is None or not self.epoch else self._file_of(self.epoch)

    def open(self) -> None:
        """Make the network of the chosen epoch the current model."""
        if self.file is not None:
            self._models.open_path(self.file)

    def save_as(self, path: Path) -> None:
        """Save the network of the chosen epoch; under any name it keeps its classes."""
        if self.file is not None:
            save(path, partial(_copy, self.file, path, self._model), self._pool, self._notices)

    # Following the runs.

    def _follow_runs(self) -> None:
        known = {run.target: run for run in self._runs.runs}
        run = known.get(self._target) if self._target is not None else None
        if run is None:  # renamed or gone; to begin with, the one that was trained last
            run = next(iter(self.candidates), None)
            self._target = None if run is None else run.target
        before, self.run = self.run, run
        is_same = before is not None and run is not None and before.is_same(run)
        was_newest = (
            bool(before) and self.epoch == max(before.epochs, default=0) if before else False
        )
        if not is_same:
            self._begin()
        elif run is not None and before is not None and run.folder != before.folder:
            self._turn += 1  # it is finished and lies elsewhere: what is on its way may fail
            self.is_busy = False
        self._choose_kept(follows_newest=was_newest or not is_same)
        self.run_changed.emit()
        self._show()
        self._advance()

    def _begin(self) -> None:
        """Know nothing of another run."""
        self._turn += 1
        self.is_busy = False
        self._model = self._kernel_layer = self._input = self._worker = None
        self.layers, self.layer = (), None
        self._gone.clear()
        self._wanted = ()
        self._views.clear()
        self.epoch = 0
        self.failure = ""
        self.shown = None
        self.shown_changed.emit()
        self.seen_changed.emit()

    def _choose_kept(self, *, follows_newest: bool) -> None:
        """Keep to epochs that there are: others go while a run is trained."""
        epochs = self.epochs
        if not epochs:
            epoch = 0
        elif follows_newest:
            epoch = epochs[-1]
        else:
            epoch = min(epochs, key=lambda one: abs(one - self.epoch))
        if epoch != self.epoch:
            self.epoch = epoch
            self.choice_changed.emit()

    # Asking.

    def _file_of(self, epoch: int) -> Path:
        assert self.run is not None
        return epoch_file(self.run.folder / EPOCHS_FOLDER, epoch)

    def _use_of(self, epoch: int) -> ModelUse:
        assert self._model is not None
        return replace(self._model.use, path=self._file_of(epoch))

    @property
    def _lacks_input(self) -> bool:
        return self.picture is not None and self._input is None

    def _wish_again(self) -> None:
        self.failure = ""
        self._show()
        self._advance()

    def _advance(self) -> None:
        """Ask for the next thing that is lacking, unless something is being asked."""
        if self._is_active and not self.is_busy and not self.failure and self.epoch:
            model, file = self._model, self.picture
            if model is None:
                path = self._file_of(self.epoch)
                self._ask(
                    self._reader,
                    ReadArchitecture(ModelUse(path)),
                    lambda found: self._compute(
                        lambda: (assume_with_files(path, found).model, found), self._set_model
                    ),
                )
            elif file is not None and self._input is None:
                self._compute(
                    lambda: model.preparation.fit(file.picture),
                    lambda picture: self._set_input(file, picture),
                )
            else:
                for epoch in (self.epoch, *self._wanted):
                    request = self._lacking(epoch) if epoch in self.epochs else None
                    if request is not None:
                        self._ask_about(epoch, request)
                        break
        self.activity_changed.emit()

    def _lacking(self, epoch: int) -> Request[Any] | None:
        """Return what is to be asked next about an epoch; None where all is known."""
        seen, picture = self._views.get(epoch, EpochView(epoch)), self._input
        if picture is not None and self.classes and seen.prediction is None:
            return ClassifyPicture(self._use_of(epoch), picture)
        if self._kernel_layer is not None and seen.kernels is None:
            return ReadWeights(self._use_of(epoch), self._kernel_layer)
        if picture is not None and self.layer is not None and seen.maps is None:
            return ComputeFeatureMaps(self._use_of(epoch), self.layer, picture)
        return None

    def _ask_about(self, epoch: int, request: Request[Any]) -> None:
        """Ask one thing about an epoch; of another picture meanwhile, nobody hears the answer."""
        assert self._model is not None
        if self._worker is None:
            self._worker = self._worker_for(replace(self._model, path=request.model.path))
            if self._worker not in self._heard:
                self._heard.append(self._worker)
                self._worker.status_changed.connect(self.activity_changed)
        picture, layer = self.picture, self.layer
        is_bgr = self._model.preparation.channels == "bgr"

        def note(**facts: Any) -> None:
            is_wanted = "kernels" in facts or picture is self.picture
            if is_wanted and ("maps" not in facts or layer == self.layer):
                seen = self._views.pop(epoch, EpochView(epoch))
                self._views[epoch] = replace(seen, **facts)  # the last asked about stands last
                self._make_room()
                self.seen_changed.emit()
                self._show()

        match request:
            case ClassifyPicture():
                name = picture.name if picture is not None else ""
                self._ask(
                    self._worker,
                    request,
                    lambda found: note(
                        prediction=Prediction(name, self.classes, found.probabilities)
                    ),
                )
            case ReadWeights():
                self._ask(
                    self._worker,
                    request,
                    lambda found: self._compute(
                        lambda: _draw_kernels(found, is_bgr=is_bgr),
                        lambda drawn: self._set_kernels(drawn, note),
                    ),
                )
            case _:
                self._ask(
                    self._worker,
                    request,
                    lambda found: self._compute(
                        lambda: tile_layer(found, aspect=MAPS_ASPECT),
                        lambda drawn: note(maps=drawn),
                    ),
                )

    def _ask(
        self, worker: WorkerProcess, request: Request[Any], done: Callable[[Any], None]
    ) -> None:
        take, fail = self._expect(request.model.path, done)
        worker.ask(request, done=take, failed=fail)

    def _compute(self, function: Callable[[], Any], done: Callable[[Any], None]) -> None:
        take, fail = self._expect(None, done)
        self._pool.run(function, done=take, failed=fail)

    def _expect(
        self, asked: Path | None, done: Callable[[Any], None]
    ) -> tuple[Callable[[Any], None], Callable[[Exception], None]]:
        turn = self._turn
        self.is_busy = True

        def take(found: Any) -> None:
            if turn == self._turn:
                self.is_busy = False
                done(found)
                self._advance()

        def fail(error: Exception) -> None:
            if turn == self._turn:
                self.is_busy = False
                self._fail(asked, error)

        return take, fail

    def _set_model(self, found: tuple[Model, Architecture]) -> None:
        self._model, architecture = found
        self.layers = tuple(layer for layer in architecture.layers if layer.has_maps)
        self.layer = self._kernel_layer = first_interesting(self.layers)
        if self.layer is not None and not architecture.find(self.layer).kernel_size:
            self._kernel_layer = None
        self.run_changed.emit()
        self.choice_changed.emit()

    def _set_input(self, file: PictureFile, picture: Picture) -> None:
        if file is self.picture:
            self._input = picture

    def _set_kernels(self, drawn: FeatureGridImage | None, note: Callable[..., None]) -> None:
        if drawn is None:  # too many to be sent, in every epoch
            self._kernel_layer = None
            self._show()
        else:
            note(kernels=drawn)

    def _fail(self, asked: Path | None, error: Exception) -> None:
        if asked is not None and not os.path.lexists(asked):
            # While a run is trained, epochs make room for others; finished, it lies elsewhere.
            self._gone.update(epoch for epoch in self.epochs if self._file_of(epoch) == asked)
            self._choose_kept(follows_newest=False)
            self.run_changed.emit()
            self._runs.refresh()
            self._show()
            self._advance()
            return
        trouble = error if isinstance(error, ExplorerError) else ExplorerError()
        self.failure = trouble.sentence
        self._wanted = ()
        self.seen_changed.emit()
        self.activity_changed.emit()
        if not isinstance(error, ExplorerError):
            raise error

    # What is known.

    def _show(self) -> None:
        """Show the chosen epoch where all of it is known; else what was shown stays."""
        if not self.epoch or not self.is_known(self.epoch):
            return
        view = self._views.get(self.epoch, EpochView(self.epoch))
        if view is not self.shown:
            self.shown = view
            self.shown_changed.emit()

    def _forget(self, *, keeps_maps: bool, keeps_predictions: bool = True) -> None:
        for epoch, view in self._views.items():
            changed = view if keeps_maps else replace(view, maps=None)
            self._views[epoch] = changed if keeps_predictions else replace(changed, prediction=None)
        self.seen_changed.emit()

    def _make_room(self) -> None:
        """Drop what was asked about longest ago, but for what is wanted."""
        total = sum(view.byte_count for view in self._views.values())
        for epoch in list(self._views):
            if total <= MOST_BYTES:
                return
            if epoch != self.epoch and epoch not in self._wanted:
                total -= self._views.pop(epoch).byte_count


def _draw_kernels(found: LayerWeights, *, is_bgr: bool) -> FeatureGridImage | None:
    filters = found.filters
    if filters is None or not filters.kernels.size:
        return None
    if filters.kernels.shape[1] == 3:
        return tile_in_color(filters, is_bgr=is_bgr, aspect=KERNELS_ASPECT)
    return tile_kernels(filters, 0, scale="each", aspect=KERNELS_ASPECT)


def _copy(file: Path, path: Path, model: Model | None) -> None:
    """Copy a model file, and keep what its run says of it: beside the copy, nothing does."""
    with ModelError.when_refused("was not written", path.name):
        write_atomically(path, file.read_bytes())
    if model is not None and model.classes:
        try:
            keep_choices(replace(model, path=path), {"classes": YOU_CHOSE})
        except OSError as error:
            raise ModelError(
                f"“{path.name}” was written, but the names of its classes could not be kept: "
                f"{reason_of(error)}."
            ) from error
