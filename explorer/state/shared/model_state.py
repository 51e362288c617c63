"""The current model: one for all pages."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.models.run_folder import DamagedRun, Run, best_run, list_runs, read_run
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
        `current` is another run, or `runs` or `damaged` changed.
    """

    model_changed = Signal()

    def __init__(
        self, folders: Iterable[Path], notices: Notices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._notices = notices
        self._folders = tuple(folders)
        found = [list_runs([folder]) for folder in self._folders]
        self._runs = [run for listed in found for run in listed.runs]
        self._damaged = [run for listed in found for run in listed.damaged]
        # The best of the included ones: a run of the user may score 100 % on ten pictures.
        self.current: Run | None = next((best_run(each.runs) for each in found if each.runs), None)
        """The run that classifies and is inspected; None if there is none."""

    @property
    def runs(self) -> tuple[Run, ...]:
        """Every run known."""
        return tuple(self._runs)

    @property
    def damaged(self) -> tuple[DamagedRun, ...]:
        """The runs that cannot be opened, and why."""
        return tuple(self._damaged)

    @property
    def groups(self) -> tuple[tuple[Run, ...], ...]:
        """`runs` by where they come from: one group for each folder, then those a person opened."""
        homes = [os.path.realpath(folder) for folder in self._folders]
        places = [os.path.dirname(os.path.realpath(run.folder)) for run in self._runs]
        groups: list[list[Run]] = [[] for _ in (*homes, None)]
        for run, place in zip(self._runs, places, strict=True):
            groups[homes.index(place) if place in homes else -1].append(run)
        return tuple(tuple(group) for group in groups if group)

    def choose(self, run: Run) -> None:
        """Make one of `runs` current; one whose folder is gone is told, and not listed any more."""
        if self.current is not None and run.folder == self.current.folder:
            return
        if os.path.isdir(run.folder):
            self._make_current(run)
            return
        self._runs.remove(run)
        self.model_changed.emit()
        self._notices.warn(f"The model “{shorten_name(run.name)}” no longer exists.", topic="model")

    def reopen(self, folder: Path) -> None:
        """Make the run of a folder current again, as it was when the program ended."""
        known = next((run for run in self._runs if run.folder == folder), None)
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
        for run in opened:
            self._list(run)
        if opened:
            self._make_current(opened[-1])
        if refusals:
            self._notices.warn(" ".join(refusals), topic="model")
        return bool(opened)

    def _list(self, run: Run) -> None:
        folders = [os.path.realpath(other.folder) for other in self._runs]
        place = str(run.folder)
        if place in folders:
            self._runs[folders.index(place)] = run  # it may have been trained anew
        else:
            self._runs.append(run)
        # It may have been mended.
        self._damaged = [one for one in self._damaged if os.path.realpath(one.folder) != place]

    def _make_current(self, run: Run) -> None:
        self.current = run
        self._notices.withdraw("model")
        self.model_changed.emit()


def _open_run(path: Path) -> Run:
    if os.path.isdir(path):
        return read_run(Path(os.path.realpath(path))).without_matrix
    raise ModelError(
        f"“{printable_name(path)}” was not opened: single model files are not supported yet. "
        "Open a run folder made by train.py."
    )
