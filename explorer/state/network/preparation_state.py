"""How pictures are prepared for the current model: assumed, told by a file, or chosen."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from explorer.background.tasks import LatestWins, TaskPool
from explorer.core.images.read import Picture
from explorer.core.model_files.class_names import read_names_of
from explorer.core.model_files.kept import (
    FIELDS,
    YOU_CHOSE,
    keep_choices,
    value_of,
    with_value,
)
from explorer.core.model_files.opening import FROM_CARD
from explorer.core.model_files.seen import SeenPicture, see
from explorer.core.models.model import Model
from explorer.core.models.preparation import Preparation
from explorer.errors import ExplorerError, reason_of
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices

_TITLES = {
    "size": "size",
    "resize": "resizing",
    "channels": "channels",
    "scaling": "range",
    "outputs": "outputs",
    "classes": "class names",
}


class PreparationState(QObject):
    """What is assumed of the current model, where each comes from, and what a person changes in it.

    Changes can be undone. They are kept beside the program's own data, under the content of the
    model's file, and hold again when it is opened anew.

    Parameters
    ----------
    models : ModelState
    pool : TaskPool
    notices : Notices
    undo_stack : QUndoStack
        Takes the steps.

    Signals
    -------
    preparation_changed()
        The model, its preparation or an origin is another one.
    seen_changed()
        `seen` has another value.
    """

    preparation_changed = Signal()
    seen_changed = Signal()

    def __init__(
        self,
        models: ModelState,
        pool: TaskPool,
        notices: Notices,
        undo_stack: QUndoStack,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._models = models
        self._pool = pool
        self._notices = notices
        self.undo_stack = undo_stack
        """What Undo goes back in."""
        self._picture: Picture | None = None
        self._is_active = False
        self.seen: SeenPicture | None = None
        """The current picture as the model sees it; None until it is known."""
        self._seeing = LatestWins(pool, done=self._set_seen, failed=self._fail)
        models.model_changed.connect(self._on_model)

    @property
    def model(self) -> Model | None:
        """The current model."""
        return self._models.current

    @property
    def origins(self) -> dict[str, str]:
        """Where each of `FIELDS` comes from, in a few words."""
        model = self._models.current
        if model is None:
            return {}
        found = self._models.origins_of(model)
        default = FROM_CARD if model.card is not None else "assumed"
        return {field: found.get(field, default) for field in FIELDS}

    @property
    def has_choices(self) -> bool:
        """Whether anything of the current model is what a person chose."""
        return YOU_CHOSE in self.origins.values()

    def enter(self) -> None:
        """Begin to prepare the picture: somebody looks."""
        self._is_active = True
        self._look()

    def leave(self) -> None:
        """Prepare no more."""
        self._is_active = False

    def set_picture(self, picture: Picture) -> None:
        """Show another picture as the model sees it."""
        self._picture = picture
        self._look()

    def choose(self, field: str, value: Any) -> None:
        """Use another value for one of `FIELDS`, which can be undone."""
        self._push(f"change of the {_TITLES[field]}", {field: (value, YOU_CHOSE)})

    def choose_preparation(self, preparation: Preparation) -> None:
        """Use another preparation as a whole, in one step of undo."""
        model = self._models.current
        if model is None:
            return
        wanted = replace(model, preparation=preparation)
        changed = {
            field: (value_of(wanted, field), YOU_CHOSE)
            for field in ("size", "resize", "channels", "scaling")
            if value_of(wanted, field) != value_of(model, field)
        }
        self._push("preparation that was found out", changed)

    def read_names(self, file: Path) -> None:
        """Take the names of the classes from a file."""
        model = self._models.current
        if model is None:
            return

        count = len(model.classes)
        self._pool.run(
            lambda: read_names_of(count, file),
            done=lambda names: self._push("class names", {"classes": (names, YOU_CHOSE)}),
            failed=self._fail,
        )

    def forget_choices(self) -> None:
        """Go back to what is assumed, which can be undone."""
        model, origins = self._models.current, self.origins
        if model is None or not self.has_choices:
            return
        before = self._models.assumed_of(model)
        changed = {
            field: (value_of(before.model, field), before.origins.get(field, FROM_CARD))
            for field in FIELDS
            if origins[field] == YOU_CHOSE
        }
        self._push("choices", changed)

    def _push(self, text: str, changed: dict[str, tuple[Any, str]]) -> None:
        model, origins = self._models.current, self.origins
        if model is None:
            return
        before = {field: (value_of(model, field), origins[field]) for field in changed}
        if {field: value for field, (value, _) in before.items()} != {
            field: value for field, (value, _) in changed.items()
        }:
            self.undo_stack.push(_Change(text, model.path, self._apply, before, changed))

    def _apply(self, path: Path, values: dict[str, tuple[Any, str]]) -> None:
        """Give a model, whatever else was changed in it since, these values again."""
        model = next((one for one in self._models.models if one.path == path), None)
        if model is None:
            return
        for field, (value, _) in values.items():
            model = with_value(model, field, value)
        self._models.change(model, {field: origin for field, (_, origin) in values.items()})
        if model.card is None:
            origins = self._models.origins_of(model)
            self._pool.keep(
                lambda: keep_choices(model, origins),
                done=lambda _: None,
                failed=self._on_not_kept,
            )

    def _on_model(self) -> None:
        self._look()
        self.preparation_changed.emit()

    def _look(self) -> None:
        model, picture = self._models.current, self._picture
        if self._is_active and model is not None and picture is not None:
            preparation = model.preparation
            self._seeing.ask(lambda: see(picture, preparation))

    def _set_seen(self, seen: SeenPicture) -> None:
        self.seen = seen
        self.seen_changed.emit()

    def _fail(self, error: Exception) -> None:
        self._notices.report(error, topic="model")

    def _on_not_kept(self, error: Exception) -> None:
        reason = error.reason if isinstance(error, ExplorerError) else reason_of(error)
        self._notices.warn(
            f"What you chose for the model holds until the program ends: {reason}.", topic="model"
        )


class _Change(QUndoCommand):
    """One step of undo: what some fields of a model were before and after it."""

    def __init__(
        self,
        text: str,
        path: Path,
        apply: Callable[[Path, dict[str, tuple[Any, str]]], None],
        before: dict[str, tuple[Any, str]],
        after: dict[str, tuple[Any, str]],
    ) -> None:
        super().__init__(text)
        self._path, self._apply = path, apply
        self._before, self._after = before, after

    def redo(self) -> None:
        self._apply(self._path, self._after)

    def undo(self) -> None:
        self._apply(self._path, self._before)
