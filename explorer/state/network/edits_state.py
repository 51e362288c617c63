"""What a person changes in the model: a list of edits with undo, and what comes of it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from explorer.background.latest_request import LatestRequest
from explorer.background.tasks import TaskPool
from explorer.background.worker_process import WorkerProcess
from explorer.core.files.names import printable_name
from explorer.core.files.writing import write_atomically
from explorer.core.images.read import Picture
from explorer.core.kernels.kernel import Weights
from explorer.core.layers.layers import FeatureMaps
from explorer.core.model_files.kept import FIELDS, YOU_CHOSE, keep_choices
from explorer.core.models.model import Model
from explorer.core.models.model_use import Edit
from explorer.core.models.requests import (
    Classified,
    ClassifyPicture,
    ComputeFeatureMaps,
    Probabilities,
    SaveModel,
)
from explorer.errors import ExplorerError, ModelError
from explorer.state.network.network_state import NetworkState
from explorer.state.shared.notices import Notices
from explorer.state.shared.saving import save

Edits = tuple[Edit, ...]


class EditsState(QObject):
    """The edits of the current model; `NetworkState` looks into the edited one.

    Other pages keep to the model as it is in its file. Another model begins without edits.

    Parameters
    ----------
    network : NetworkState
    worker_for : callable
        Returns the process that runs a model layer by layer.
    pool : TaskPool
    notices : Notices

    Signals
    -------
    edits_changed()
        `edits` or `base` has another value.
    effect_changed()
        `before`, `after` or `maps_before` has another value.
    """

    edits_changed = Signal()
    effect_changed = Signal()

    def __init__(
        self,
        network: NetworkState,
        worker_for: Callable[[Model], WorkerProcess],
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._network = network
        self._worker_for = worker_for
        self._pool = pool
        self._notices = notices
        self._is_active = False
        self._gesture = 0
        self.base: Model | None = None
        """The model as its file has it."""
        self.edits: Edits = ()
        """What is changed in it, in this order."""
        self.undo_stack = QUndoStack(self)
        self.before: Probabilities | None = None
        """The probabilities of the classes for the current picture, without the edits."""
        self.after: Probabilities | None = None
        """The same with them."""
        self.maps_before: FeatureMaps | None = None
        """The maps of the chosen layer without the edits."""
        self._before_of: _Subject | None = None
        self._maps_of: _Subject | None = None
        self._befores = LatestRequest[Classified](done=self._set_before, failed=self._fail)
        self._afters = LatestRequest[Classified](done=self._set_after, failed=self._refuse)
        self._maps = LatestRequest[FeatureMaps](done=self._set_maps, failed=self._fail)
        network.maps_changed.connect(self._refresh)

    @property
    def model(self) -> Model | None:
        """The model with the edits."""
        return None if self.base is None else self.base.with_edits(self.edits)

    @property
    def absence(self) -> str:
        """Why nothing can be changed, in one sentence; empty where it can."""
        architecture = self._network.architecture
        if self.base is None or architecture is None or not self._network.has_layers:
            return "There is no model yet."
        if not architecture.format.startswith("Keras"):
            return f"Only Keras models can be changed; this is a model for {architecture.format}."
        return ""

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._befores.is_busy or self._afters.is_busy or self._maps.is_busy

    def set_model(self, model: Model | None) -> None:
        """Look into another model; the same one keeps its edits, however it is used."""
        if model != self.base:
            if not _is_same_file(model, self.base):
                self.edits = ()
                self.undo_stack.clear()
            self.base = model
            self._forget()
            self.edits_changed.emit()
        self._network.set_model(self.model)

    def enter(self) -> None:
        """Begin to compare: somebody looks."""
        self._is_active = True
        self._refresh()

    def leave(self) -> None:
        """Compare no more."""
        self._is_active = False

    # What a person changes.

    def mute(self, layer: str, channel: int) -> None:
        """Make a channel's kernels and bias 0, or give it them back."""
        edit = Edit(layer, channel, "mute")
        if edit in self.edits:
            kept = tuple(one for one in self.edits if one != edit)
            self._push(f"unmute map {channel + 1}", kept)
        else:
            self._push(edit.text, (*self.edits, edit))

    def is_muted(self, layer: str, channel: int) -> bool:
        """Return whether a channel is muted."""
        return Edit(layer, channel, "mute") in self.edits

    def scale(self, layer: str, channel: int, factor: float) -> None:
        """Multiply a channel's kernels and bias."""
        self._add(Edit(layer, channel, "scale", factor=factor))

    def factor_of(self, layer: str, channel: int) -> float:
        """Return by how much a channel was scaled last; 1 where it was not."""
        factors = [one.factor for one in self.edits if one.slot == (layer, channel, "scale", 0)]
        return factors[-1] if factors else 1.0

    def swap(self, layer: str, channel: int, other: int) -> None:
        """Let two channels change places."""
        if channel != other:
            edit = Edit(layer, channel, "swap", other=other)
            self._push(edit.text, (*self.edits, edit))

    def set_kernel(self, layer: str, channel: int, source: int, weights: Weights) -> None:
        """Replace the kernel of a channel over one input channel."""
        rows = tuple(tuple(map(float, row)) for row in weights)
        self._add(Edit(layer, channel, "kernel", other=source, kernel=rows))

    def kernel_of(self, layer: str, channel: int, source: int) -> Weights | None:
        """Return the kernel that was given to a channel last, if nothing changed it afterwards."""
        for edit in reversed(self.edits):
            if edit.slot == (layer, channel, "kernel", source):
                return np.array(edit.kernel)
            if edit.layer == layer and edit.kind != "kernel":
                return None
        return None

    def reset(self) -> None:
        """Take all edits back, which can be undone."""
        if self.edits:
            self._push("reset the model", ())

    def end_edit(self) -> None:
        """End a continuous edit: the next is a step of undo of its own."""
        self._gesture += 1

    def save(self, path: Path) -> None:
        """Write the model with its edits into a `.keras` file."""
        model = self.model
        if model is None:
            return
        self._worker_for(model).ask(
            SaveModel(model.use),
            done=lambda content: self._write(path, content.tobytes(), model),
            failed=self._notices.report,
        )

    def _write(self, path: Path, content: bytes, model: Model) -> None:
        """Write a model, and keep how it is used: its file does not say so."""
        saved = replace(model, path=path, card=None, edits=())

        def write() -> None:
            with ModelError.when_refused("was not written", printable_name(path.name)):
                write_atomically(path, content)
            with suppress(OSError):  # then it is assumed anew, and can be chosen
                keep_choices(saved, dict.fromkeys(FIELDS, YOU_CHOSE))

        save(path, write, self._pool, self._notices)

    def _add(self, edit: Edit) -> None:
        edits = self.edits
        if edits and edits[-1].slot == edit.slot:
            edits = edits[:-1]
        self._push(edit.text, (*edits, edit), (self._gesture, edit.slot))

    def _push(self, text: str, edits: Edits, gesture: object = None) -> None:
        if edits != self.edits:
            self.undo_stack.push(_Change(text, self._restore, self.edits, edits, gesture))

    def _restore(self, edits: Edits) -> None:
        self.edits = edits
        self._network.set_model(self.model)
        self.edits_changed.emit()
        self._ask_after()

    # What comes of it.

    def _forget(self) -> None:
        self.before = self.after = self.maps_before = None
        self._before_of = self._maps_of = None
        for request in (self._befores, self._afters, self._maps):
            request.forget()
        self.effect_changed.emit()

    def _refresh(self) -> None:
        """Ask for what is compared, as far as it is of another picture or layer."""
        base, picture, layer = self.base, self._network.input, self._network.layer
        if not self._is_active or base is None or picture is None:
            return
        subject = _Subject(base, picture)
        if base.classes and not subject.is_same(self._before_of):
            self._before_of = subject
            self.before = self.after = None
            self._befores.ask(self._worker_for(base), ClassifyPicture(base.use, picture))
            self._ask_after()
        shown = self._network.shown
        subject = _Subject(base, picture, layer or "")
        if layer is not None and shown is not None and not subject.is_same(self._maps_of):
            self._maps_of = subject
            self.maps_before = None
            request = ComputeFeatureMaps(base.use, layer, picture)
            self._maps.ask(self._worker_for(base), request)
        self.effect_changed.emit()

    def _ask_after(self) -> None:
        model, picture = self.model, self._network.input
        if model is None or picture is None or not model.classes or not self._is_active:
            return
        self._afters.ask(self._worker_for(model), ClassifyPicture(model.use, picture))

    def _set_before(self, request: ClassifyPicture, found: Classified) -> None:
        self.before = found.probabilities
        self.effect_changed.emit()

    def _set_after(self, request: ClassifyPicture, found: Classified) -> None:
        self.after = found.probabilities
        self.effect_changed.emit()

    def _set_maps(self, request: ComputeFeatureMaps, found: FeatureMaps) -> None:
        self.maps_before = found
        self.effect_changed.emit()

    def _fail(self, error: ExplorerError) -> None:
        self._notices.report(error, topic="network")

    def _refuse(self, error: ExplorerError) -> None:
        """Take back an edit that does not fit its layer, and say why."""
        self._notices.report(error, topic="network")
        place = self.undo_stack.index() - 1
        last = self.undo_stack.command(place) if place >= 0 else None
        if self.edits and isinstance(last, _Change):
            before = last.before
            last.setObsolete(True)
            self.undo_stack.undo()  # of an obsolete step: it is dropped, no more
            self._restore(before)


def _is_same_file(one: Model | None, other: Model | None) -> bool:
    if one is None or other is None:
        return False
    return (one.path, one.changed_at) == (other.path, other.changed_at)


@dataclass(frozen=True, eq=False)
class _Subject:
    """What an answer is about."""

    model: Model
    picture: Picture
    layer: str = ""

    def is_same(self, other: "_Subject | None") -> bool:
        return (
            other is not None
            and other.picture is self.picture
            and (other.model, other.layer) == (self.model, self.layer)
        )


class _Change(QUndoCommand):
    """One step of undo: the edits before and after it; one continuous edit is one step."""

    def __init__(
        self,
        text: str,
        restore: Callable[[Edits], None],
        before: Edits,
        after: Edits,
        gesture: object,
    ) -> None:
        super().__init__(text)
        self._restore = restore
        self.before = before
        self._after = after
        self._gesture = gesture

    def redo(self) -> None:
        self._restore(self._after)

    def undo(self) -> None:
        self._restore(self.before)

    def id(self) -> int:
        return -1 if self._gesture is None else 1  # Qt offers to merge neighbours of one id

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or other._gesture != self._gesture:
            return False
        self._after = other._after
        self.setText(other.text())
        self.setObsolete(self._after == self.before)
        return True
