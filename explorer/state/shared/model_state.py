"""The current model: one for all pages."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.models.model import Model
from explorer.core.models.run_folder import DamagedRun, best_run, list_runs, read_run
from explorer.errors import ModelError
from explorer.state.shared.notices import Notices


class ModelState(QObject):
    """Knows the available runs and the current one.

    Parameters
    ----------
    folders : iterable of Path
        Folders that contain run folders: the included ones, then the user's own. The best run of
        the first folder that has one is current at the start.
    notices : Notices

    Signals
    -------
    model_changed()
        `current` is another model, or `models` or `damaged` changed.
    """

    model_changed = Signal()

    def __init__(
        self, folders: Iterable[Path], notices: Notices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._notices = notices
        self._folders = tuple(folders)
        found = [list_runs([folder]) for folder in self._folders]
        self._models = [Model.of_run(run) for listed in found for run in listed.runs]
        self._damaged = [run for listed in found for run in listed.damaged]
        # The best of the included ones: a run of the user may score 100 % on ten pictures.
        best = next((best_run(each.runs) for each in found if each.runs), None)
        self.current: Model | None = None if best is None else Model.of_run(best)
        """The model that classifies and is inspected; None if there is none."""

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

    def reopen(self, folder: Path) -> None:
        """Make the run of a folder current again, as it was when the program ended."""
        known = next((model for model in self._models if model.path == folder), None)
        if known is None:
            self.open_path(folder)
        else:
            self.choose(known)

    def open_path(self, path: Path) -> bool:
        """Open a run folder and make it current.

        Returns
        -------
        bool
            Whether it opened; the reason why not was told.
        """
        return self.open_paths([path])

    def open_paths(self, paths: Sequence[Path]) -> bool:
        """Open run folders, and make the last of those that open current.

        Returns
        -------
        bool
            Whether any opened; those that did not were named, with the reason.
        """
        opened, refusals = [], []
        for path in paths:
            try:
                opened.append(_open_run(path))
            except ModelError as error:
                refusals.append(error.sentence)
        for model in opened:
            self._list(model)
        if opened:
            self._make_current(opened[-1])
        if refusals:
            self._notices.warn(" ".join(refusals), topic="model")
        return bool(opened)

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
        self.current = model
        self._notices.withdraw("model")
        self.model_changed.emit()


def _open_run(path: Path) -> Model:
    if os.path.isdir(path):
        return Model.of_run(read_run(Path(os.path.realpath(path))).without_matrix)
    raise ModelError(
        f"“{printable_name(path)}” was not opened: single model files are not supported yet. "
        "Open a run folder made by train.py."
    )
