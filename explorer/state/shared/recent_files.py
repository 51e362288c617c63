"""The recently opened pictures, stored in the preferences."""

from os.path import abspath, isfile  # unlike Path.is_file, it takes every failure for a no
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSettings, Signal

from explorer.background.tasks import LatestWins, TaskPool
from explorer.core.files.json_text import JSONError, read_json, write_json
from explorer.state.shared.notices import Notices

MAX_FILES = 10
_KEY = "recent_files"


class RecentFiles(QObject):
    """The last ten files, newest first, and which of them still exist.

    Parameters
    ----------
    settings : QSettings
        Where the list is stored.
    pool : TaskPool
        Checks the disk, which may be a slow network drive.
    notices : Notices

    Signals
    -------
    changed()
        `paths` has another value.
    """

    changed = Signal()

    def __init__(
        self,
        settings: QSettings,
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._check = LatestWins(pool, done=self._set_missing, failed=notices.report, is_bulk=True)
        self._kept = _decode(settings.value(_KEY))
        self._missing: frozenset[Path] = frozenset()

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, newest first, without those that were missing at the last check."""
        return tuple(path for path in self._kept if path not in self._missing)

    def add(self, path: Path) -> None:
        """Put a file that was opened at the top."""
        # Not resolve(): it asks the disk, and a link's own name is the one a person knows.
        path = Path(abspath(path))
        before = self.paths
        others = [kept for kept in self._kept if kept != path]
        self._kept = (path, *others)[:MAX_FILES]
        self._missing -= {path}
        self._settings.setValue(_KEY, write_json([str(kept) for kept in self._kept]))
        if self.paths != before:
            self.changed.emit()

    def clear(self) -> None:
        """Clear the list."""
        before, self._kept = self.paths, ()
        self._settings.remove(_KEY)
        if before:
            self.changed.emit()

    def refresh(self) -> None:
        """Check on a thread which files still exist.

        Missing files stay in the list: a drive may be reconnected.
        """
        kept = self._kept
        if kept:
            self._check.ask(lambda: frozenset(path for path in kept if not isfile(path)))

    def _set_missing(self, missing: frozenset[Path]) -> None:
        before, self._missing = self.paths, missing
        if self.paths != before:
            self.changed.emit()


def _decode(value: object) -> tuple[Path, ...]:
    """Read the list; JSON, because INI lists of one are no lists and know no odd file names."""
    try:
        names = read_json(value, list[Any]) if isinstance(value, str) else []
    except JSONError:
        return ()
    usable = [name for name in names if isinstance(name, str) and name and "\0" not in name]
    return tuple(map(Path, usable[:MAX_FILES]))
