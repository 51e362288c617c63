"""Watch a folder: what is new in it, or changed, is told once it is completely there."""

import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal, SignalInstance

from explorer.core.datasets.folder_names import is_system_folder
from explorer.core.datasets.listing import why_left_out
from explorer.core.files.names import printable_name
from explorer.errors import DatasetError, ExplorerError, reason_of

SETTLED_S = 0.8
"""A file that did not change for so long is complete."""
LOOK_MS = 400
"""How often what is not complete is looked at."""
RESCAN_S = 10.0
"""How often all is looked through: shares tell of nothing, and systems forget in a rush."""
MOST_FILES = 200_000
MOST_AT_ONCE = 500
"""So many are told together: the window goes on between two of them."""
PATIENCE_S = 2.0

_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".filepart")
"""What browsers and copying programs call a file until it is complete."""


class _State(NamedTuple):
    """What tells whether a file was changed."""

    size: int
    modified_ns: int
    inode: int


class NewFiles:
    """The files below a folder, and which of them are new.

    Parameters
    ----------
    folder : Path
    clock : callable
        Returns seconds; does not jump.

    Raises
    ------
    DatasetError
        The folder cannot be read, or holds too many files.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._known: dict[str, _State] = {}
        self._waiting: dict[str, tuple[_State, float]] = {}
        with DatasetError.when_refused("cannot be watched", printable_name(folder)):
            self._identity = _identify(folder)
            os.scandir(folder).close()  # which tells why it cannot be read
        self._known.update(self._walk(str(folder)))

    @property
    def is_there(self) -> bool:
        """Whether the folder is, and is the same."""
        try:
            return _identify(self._folder) == self._identity
        except OSError:
            return False

    def look(self, places: Iterable[str] | None = None) -> None:
        """See what is new or changed in some places, files or folders; None: everywhere."""
        for place in {str(self._folder)} if places is None else set(places):
            found = self._walk(place) if os.path.isdir(place) else _states([place])
            for path, state in found:
                if self._known.get(path) == state:
                    self._waiting.pop(path, None)
                elif self._waiting.get(path, (None,))[0] != state:
                    self._waiting[path] = state, self._clock()

    def take_complete(self) -> list[Path]:
        """Return the pictures that are complete by now; each is told once.

        What has a picture's name and is none is among them: classifying it says why.
        """
        now, complete = self._clock(), []
        for path, (state, since) in list(self._waiting.items()):
            current = dict(_states([path])).get(path)
            if current is None:
                del self._waiting[path]
            elif current != state:
                self._waiting[path] = current, now
            elif now - since >= SETTLED_S:
                del self._waiting[path]
                self._known[path] = state
                if why_left_out(Path(path)) is None:
                    complete.append(Path(path))
        return complete

    def _walk(self, top: str) -> Iterator[tuple[str, _State]]:
        """Yield the files below a folder; links to folders are not followed."""
        count = 0
        for folder, below, names in os.walk(top):
            below[:] = [
                name for name in below if not (name.startswith(".") or is_system_folder(name))
            ]
            count += len(names)
            if count > MOST_FILES:
                reason = f"it has more than {MOST_FILES:,} files"
                raise DatasetError("cannot be watched", printable_name(self._folder), reason)
            yield from _states(os.path.join(folder, name) for name in names)


def _states(paths: Iterable[str]) -> Iterator[tuple[str, _State]]:
    for path in paths:
        if os.path.basename(path).startswith(".") or path.lower().endswith(_UNFINISHED):
            continue
        try:
            found = os.stat(path)
        except OSError:  # it is gone again
            continue
        yield path, _State(found.st_size, found.st_mtime_ns, found.st_ino)


def _identify(folder: Path) -> tuple[int, int]:
    found = os.stat(folder)
    return found.st_dev, found.st_ino


class FolderWatch(QObject):
    """Watches one folder on a thread of its own, until it is stopped or the folder is gone.

    Signals
    -------
    began()
        What is new from now on is told.
    found(list of Path)
        Pictures that are new or changed, and complete.
    ended(ExplorerError)
        It cannot be watched any more.
    """

    began = Signal()
    found = Signal(object)
    ended = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End; nothing is told any more."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        try:
            self._watch()
        except ExplorerError as error:
            self._tell(self.ended, error)
        except (OSError, RuntimeError) as error:  # too many watched folders, for one
            reason = reason_of(error)
            name = printable_name(self.folder)
            self._tell(self.ended, DatasetError("cannot be watched", name, reason))

    def _watch(self) -> None:
        from watchfiles import watch  # it takes some ms, and few people need it

        files = NewFiles(self.folder)
        if not self._stopped.is_set():
            self.began.emit()
        scanned_s = -math.inf  # what came before the system watches is seen at once
        changes = watch(
            self.folder,
            watch_filter=None,
            debounce=LOOK_MS,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            stop_event=self._stopped,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        for batch in changes:
            if not files.is_there:
                name = printable_name(self.folder)
                raise DatasetError("is not watched any more", name, "the folder is gone")
            # Of a folder that was made in a rush, the system may not tell what is in it.
            files.look(path for _, path in batch)
            if time.monotonic() - scanned_s > RESCAN_S:
                files.look()
                scanned_s = time.monotonic()
            complete = files.take_complete()
            for first in range(0, len(complete), MOST_AT_ONCE):
                self._tell(self.found, complete[first : first + MOST_AT_ONCE])

    def _tell(self, signal: SignalInstance, value: object) -> None:
        if not self._stopped.is_set():
            signal.emit(value)
