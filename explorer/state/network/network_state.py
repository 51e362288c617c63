"""The Network page: the layers of the current model, and the maps of one layer."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from explorer.background.request_queue import PendingRequest
from explorer.background.tasks import TaskPool
from explorer.background.worker_process import WorkerProcess
from explorer.core.files.names import file_name
from explorer.core.images.read import Picture, PictureFile
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.feature_grid import (
    FeatureGridImage,
    Order,
    Scale,
    choose_columns,
    tile_layer,
)
from explorer.core.layers.layers import FeatureMaps, LayerInfo, first_interesting
from explorer.core.models.model import Model
from explorer.core.models.requests import (
    Answer,
    ComputeFeatureMaps,
    DescribeLayers,
    ReadArchitecture,
    Request,
)
from explorer.core.network.python_export import Script
from explorer.errors import ExplorerError, ModelError
from explorer.state.network.seen_maps import SeenMaps
from explorer.state.shared.notices import Notices
from explorer.state.shared.saving import save_pixels


@dataclass(frozen=True, eq=False)
class ShownMaps:
    """The maps of a layer and how they are displayed.

    Attributes
    ----------
    model : Model
    file : PictureFile
        The picture they answer to.
    feature_maps : FeatureMaps
    scale : {"each", "all"}
        Whether each map has its own range of colours.
    order : {"index", "strength", "variance"}
    mosaic : FeatureGridImage
    """

    model: Model
    file: PictureFile
    feature_maps: FeatureMaps
    scale: Scale
    order: Order
    mosaic: FeatureGridImage


class NetworkState(QObject):
    """Keeps layers and maps up to date with the model, the picture and the selected layer.

    Nothing is requested before `activate`. Then one request runs at a time: the next that the
    current choice needs. So rapid choices never queue up, and an answer to an outdated choice is
    dropped; one about another model is not even waited for. The last good maps stay until the next
    arrive, or the layers of another model do.

    The layers come twice: first as the file tells them, which takes no framework, then as the
    framework does once it has opened the model.

    Parameters
    ----------
    reader : WorkerProcess
        Reads layers out of files.
    worker_for : callable
        Returns the process that runs a model layer by layer.
    pool : TaskPool
    notices : Notices

    Signals
    -------
    layers_changed()
        `layers` has another value.
    maps_changed()
        `shown` has another value.
    choice_changed()
        `layer`, `map_index`, `scale` or `order` has another value.
    activity_changed()
        `is_busy`, `is_starting` or `failure` may have another value.
    """

    layers_changed = Signal()
    maps_changed = Signal()
    choice_changed = Signal()
    activity_changed = Signal()

    def __init__(
        self,
        reader: WorkerProcess,
        worker_for: Callable[[Model], WorkerProcess],
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._reader = reader
        self._worker_for = worker_for
        self._worker: WorkerProcess | None = None
        self._pool = pool
        self._notices = notices
        self._is_active = False
        self._turn = 0
        self._pending: PendingRequest | None = None
        self.is_busy = False
        """Whether a request is pending."""
        self.failure = ""
        """Why the maps are missing, in one sentence; empty if there is no error."""
        # What is wished for …
        self.model: Model | None = None
        """The model being inspected."""
        self._file: PictureFile | None = None
        self.layer: str | None = None
        """The chosen layer."""
        self.scale: Scale = "each"
        """Whether each map has its own range of colours, or all have one."""
        self.order: Order = "index"
        """In which the maps are laid out."""
        self._aspect = 1.0
        self.map_index = 0
        """Which of the maps is chosen, from 0."""
        self._chosen_maps: dict[tuple[Path, str], int] = {}
        # … and what has come home, with the wish it answers.
        self.architecture: Architecture | None = None
        """What the model consists of; that of the last model until it is known."""
        self._architecture_model: Model | None = None
        self._described: Model | None = None
        self._input: tuple[PictureFile, Picture] | None = None
        self._seen = SeenMaps()
        self.shown: ShownMaps | None = None
        """The newest maps as drawn; None before the first."""

    @property
    def feature_maps(self) -> FeatureMaps | None:
        """The newest maps; None before the first."""
        return None if self.shown is None else self.shown.feature_maps

    @property
    def worker(self) -> WorkerProcess | None:
        """The process that runs the model; None without a model."""
        return self._worker

    @property
    def script(self) -> Script | None:
        """What scripts are written about; None for what Keras, ONNX and LiteRT cannot load."""
        if self.model is None or self.architecture is None:
            return None
        if self.model.card is None and self.model.path.is_dir():  # a SavedModel
            return None
        path = None if self._file is None else self._file.path
        shape = self.architecture.outputs[0].shape if self.architecture.outputs else ()
        count = shape[-1] if shape and shape[-1] is not None else 0
        return Script(self.model, path, self.architecture.is_channels_first, count)

    @property
    def is_starting(self) -> bool:
        """Whether the process that runs the model is not ready yet."""
        return self._worker is not None and self._worker.status == "starting"

    @property
    def has_layers(self) -> bool:
        """Whether `architecture` is the model's, and not the last one's."""
        return self.model is not None and self._architecture_model == self.model

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """The layers of `architecture`, in order."""
        return () if self.architecture is None else self.architecture.layers

    @property
    def file(self) -> PictureFile | None:
        """The picture that the maps are of."""
        return self._file

    @property
    def input(self) -> Picture | None:
        """The picture as the model sees it, (height, width, 3) uint8; None until it is known."""
        return None if self._input is None else self._input[1]

    @property
    def absence(self) -> str:
        """Why the chosen layer has no maps, in one sentence; empty where it may have some."""
        chosen = (layer for layer in self.layers if layer.name == self.layer)
        return next((layer.why_no_maps for layer in chosen), "") if self.has_layers else ""

    def activate(self) -> None:
        """Begin to ask: the page is shown."""
        if not self._is_active:
            self._is_active = True
            self._warm_up()
            self._advance()

    def retry(self) -> None:
        """Ask again for what failed."""
        self.failure = ""
        if self.model is not None:
            self._reader.forgive(self.model.path)
            self._worker_for(self.model).forgive(self.model.path)
        self._advance()

    def set_model(self, model: Model | None) -> None:
        """Look into another model."""
        if model == self.model:
            if self.failure:  # it was opened again
                self.retry()
            return
        before, self.model = self.model, model
        self._seen.clear()
        if model is not None and before is not None and _is_edited(model, before):
            if self._architecture_model == before:  # its layers are the same
                self._architecture_model = model
            if self._described == before:
                self._described = model
            self._wish_again()
            return
        self._input = None  # another model may take another size
        self._drop_request()
        if model is None:
            self._clear()
        self._use_worker(None if model is None else self._worker_for(model))
        self._wish_again()

    def set_picture(self, file: PictureFile) -> None:
        """Show the maps of another picture."""
        self._file = file
        self._seen.clear()
        self._wish_again()

    def choose_layer(self, name: str) -> None:
        """Show the maps of another layer."""
        if name != self.layer:
            self.layer = name
            self.choice_changed.emit()
            self._wish_again()

    def choose_map(self, index: int) -> None:
        """Look at one of the maps; an index beyond them means the nearest."""
        count = 0 if self.shown is None else self.shown.mosaic.count
        index = max(0, min(index, count - 1))
        if index != self.map_index:
            self.map_index = index
            self.choice_changed.emit()

    def set_scale(self, scale: Scale) -> None:
        """Draw each map with its own range of colours, or all with one."""
        if scale != self.scale:
            self.scale = scale
            self.choice_changed.emit()
            self._wish_again()

    def set_order(self, order: Order) -> None:
        """Lay the maps out by their numbers, or the strongest or most varied first."""
        if order != self.order:
            self.order = order
            self.choice_changed.emit()
            self._wish_again()

    @property
    def maps_name(self) -> str:
        """A name for a file of the maps that are shown: the picture's and the layer's."""
        if self.shown is None:
            return "maps"
        name = Path(self.shown.file.name).stem
        return file_name(f"{name} {self.shown.feature_maps.layer.name}")

    def save_pixels(self, pixels: npt.NDArray[np.uint8], path: Path) -> None:
        """Write a picture on a thread, as a PNG file."""
        save_pixels(path, pixels, self._pool, self._notices)

    def set_aspect(self, aspect: float) -> None:
        """Lay the maps out for a room of this width, divided by its height."""
        self._aspect = aspect
        self._advance()

    def _use_worker(self, worker: WorkerProcess | None) -> None:
        if worker is not self._worker:
            if self._worker is not None:
                self._worker.status_changed.disconnect(self.activity_changed)
            if worker is not None:
                worker.status_changed.connect(self.activity_changed)
            self._worker = worker
        self._warm_up()

    def _drop_request(self) -> None:
        """Wait no more for what is being asked: its process may be starting, which takes long."""
        self._turn += 1
        self.is_busy = False
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None

    def _warm_up(self) -> None:
        """Start what will run the model while its layers are read."""
        if self._is_active and self._worker is not None and self.model is not None:
            self._worker.start(self.model.path)

    def _wish_again(self) -> None:
        if self.failure:
            self.failure = ""
            self._notices.withdraw("network")
        self._advance()

    def _advance(self) -> None:
        """Ask for the next thing that the wish lacks, unless something is being asked."""
        model, file, layer, scale = self.model, self._file, self.layer, self.scale
        aspect, order = self._aspect, self.order
        if self._is_active and not self.is_busy and not self.failure and model is not None:
            # 1. The layers of the model; with them a layer is chosen, if none is.
            if self._architecture_model != model:
                self._ask(
                    self._reader,
                    ReadArchitecture(model.use),
                    done=lambda found: self._set_architecture(model, found),
                )
            elif self._described != model:
                self._ask(
                    self._worker_for(model),
                    DescribeLayers(model.use),
                    done=lambda found: self._set_described(model, found),
                )
            # 2. The picture as the model takes it: small, before it goes through the pipe.
            elif file is not None and (self._input is None or self._input[0] is not file):
                self._compute(
                    lambda: model.preparation.fit(file.picture),
                    done=lambda picture: self._set_input(model, file, picture),
                )
            elif self.absence:
                self._forget_maps()  # of another layer
            elif file is None or layer is None or self._input is None:
                pass
            # 3. The layer's output.
            elif (maps := self._seen.find(layer)) is None:
                self._ask(
                    self._worker_for(model),
                    ComputeFeatureMaps(model.use, layer, self._input[1]),
                    done=lambda maps: self._set_maps(model, file, layer, maps),
                )
            # 4. The mosaic.
            elif not self._is_shown(maps, scale, order):
                self._compute(
                    lambda: ShownMaps(
                        *(model, file, maps, scale, order),
                        tile_layer(maps, scale=scale, order=order, aspect=aspect),
                    ),
                    done=self._set_shown,
                )
        self.activity_changed.emit()

    def _is_shown(self, maps: FeatureMaps, scale: Scale, order: Order) -> bool:
        shown = self.shown
        if shown is None or shown.feature_maps is not maps:
            return False
        if (shown.scale, shown.order) != (scale, order):
            return False
        mosaic = shown.mosaic
        return mosaic.columns == choose_columns(mosaic.count, mosaic.map_size, self._aspect)

    def _ask(
        self, worker: WorkerProcess, request: Request[Answer], *, done: Callable[[Answer], None]
    ) -> None:
        take, fail = self._expect(done)
        self._pending = worker.ask(request, done=take, failed=fail)

    def _compute(self, function: Callable[[], Any], *, done: Callable[[Any], None]) -> None:
        take, fail = self._expect(done)
        self._pool.run(function, done=take, failed=fail)

    def _expect(
        self, done: Callable[[Answer], None]
    ) -> tuple[Callable[[Answer], None], Callable[[Exception], None]]:
        """Return what takes the answer to a request, and what takes its failure."""
        wish, turn = self._wish(), self._turn
        self.is_busy = True

        def take(found: Answer) -> None:
            if turn == self._turn:
                done(found)

        def fail(error: Exception) -> None:
            if turn == self._turn:
                self._fail(wish, error)

        return take, fail

    def _wish(self) -> tuple[Model | None, PictureFile | None, str | None, Scale, Order]:
        return self.model, self._file, self.layer, self.scale, self.order

    def _set_architecture(self, model: Model, found: Architecture) -> None:
        self.is_busy = False
        if model == self.model:
            self.architecture, self._architecture_model = found, model
            if self.shown is not None and self.shown.model.path != model.path:
                self._forget_maps()  # they would be taken for this one's
            self.layers_changed.emit()
            layer = self._known_layer(found)
            if layer != self.layer:
                self.layer = layer
                self.choice_changed.emit()
        self._advance()

    def _known_layer(self, found: Architecture) -> str | None:
        """Return the layer that is wished for, or the one to begin with where there is none."""
        try:
            return found.find(self.layer or "").name
        except ModelError:
            return first_interesting(found.layers)

    def _set_described(self, model: Model, found: Architecture) -> None:
        if model == self.model:
            self._described = model
        self._set_architecture(model, found)

    def _set_input(self, model: Model, file: PictureFile, picture: Picture) -> None:
        self.is_busy = False
        if model == self.model and file is self._file:
            self._input = (file, picture)
        self._advance()

    def _set_maps(self, model: Model, file: PictureFile, layer: str, maps: FeatureMaps) -> None:
        self.is_busy = False
        if model == self.model and file is self._file:
            self._seen.keep(layer, maps)
        self._advance()

    def _set_shown(self, shown: ShownMaps) -> None:
        self.is_busy = False
        is_current = shown.model == self.model and shown.file is self._file
        if is_current and shown.feature_maps is self._seen.find(self.layer):
            before, self.shown = self.shown, shown
            self._notices.withdraw("network")
            # The same filter for the next picture, but each layer has its own.
            if before is not None:
                self._chosen_maps[_layer_key(before)] = self.map_index
            chosen = self._chosen_maps.get(_layer_key(shown), 0)
            self.map_index = min(chosen, shown.mosaic.count - 1)
            self.maps_changed.emit()
        self._advance()

    def _fail(self, wish: object, error: Exception) -> None:
        self.is_busy = False
        if wish != self._wish():
            self._advance()
            return
        trouble = error if isinstance(error, ExplorerError) else ExplorerError()
        self.failure = trouble.sentence
        if self._architecture_model != self.model:
            self._clear()  # the layers of another model would be taken for those of this one
        self.activity_changed.emit()
        self._notices.report(error, topic="network")

    def _forget_maps(self) -> None:
        if self.shown is not None:
            self._chosen_maps[_layer_key(self.shown)] = self.map_index
            self.shown = None
            self.maps_changed.emit()

    def _clear(self) -> None:
        self.architecture = self._architecture_model = self._described = None
        self._input = self.shown = None
        self._seen.clear()
        self.layers_changed.emit()
        self.maps_changed.emit()


def _is_edited(model: Model, before: Model) -> bool:
    """Say whether two models differ in their edits alone."""
    return model.with_edits(()) == before.with_edits(())


def _layer_key(shown: ShownMaps) -> tuple[Path, str]:
    return shown.model.path, shown.feature_maps.layer.name
