"""Small pictures of files, read on threads: the newest wish first, a cache limited in bytes."""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from explorer.background.tasks import PATIENCE_S
from explorer.core.images.read import read_thumbnail
from explorer.errors import PictureError

FRAME_MS = 16
MAX_WAITING = 256  # some screens of them: older wishes have scrolled away
REASON_BYTES = 1_000  # what an unreadable picture is reckoned as in the cache
FRESH_S = 1.0  # how long a thumbnail is painted before its file is looked at again

Key = tuple[Path, int]
"""A file, and the side in pixels of the square that its thumbnail fits."""

Stamp = tuple[int, ...]
"""When a file was last written, in ns, and its size in bytes; empty where there is no file."""


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """A small picture, or why there is none.

    Attributes
    ----------
    image : QImage or None
        32-bit RGB, the longer side as long as was asked, or shorter for a smaller picture.
    reason : str
        One sentence where the file cannot be shown; otherwise empty.
    stamp : Stamp
        Of the file as it was read.
    """

    image: QImage | None
    reason: str = ""
    stamp: Stamp = ()

    @property
    def size_bytes(self) -> int:
        """What it takes of the cache."""
        return REASON_BYTES if self.image is None else self.image.sizeInBytes()


class ThumbnailLoader(QObject):
    """Reads thumbnails for whatever is being painted.

    What one frame asks for is read in the order it was asked, the newest frame first; wishes
    beyond `MAX_WAITING` are forgotten, the oldest first. Threads and the GUI meet once per frame,
    so that reading disturbs painting as little as can be. A file that was rewritten is read again
    when its thumbnail is next painted.

    Parameters
    ----------
    cache_bytes : int
        The cache never holds more.
    threads : int
        How many files are read at once; the threads start with the first wish. One fills a
        screen of photos in a fifth of a second; a second one makes the wheel stutter where there
        are two processors. They keep the window's priority: one that is held back while it has
        Python's lock holds the window back too.

    Signals
    -------
    loaded(keys)
        A tuple of `Key` whose thumbnails `get` now returns.
    """

    loaded = Signal(object)

    def __init__(
        self, *, cache_bytes: int = 64_000_000, threads: int = 1, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.cache = _Cache(cache_bytes)
        self._asked: dict[Key, Stamp | None] = {}
        self._fresh: set[Key] = set()
        self._fresh_until = 0.0
        self._reader = _Reader(threads)
        self._is_closed = False
        self._frame = QTimer(self)
        self._frame.setInterval(FRAME_MS)
        self._frame.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame.timeout.connect(self._on_frame)

    @property
    def is_busy(self) -> bool:
        """Whether something that was asked for has not come."""
        return self._frame.isActive()

    def get(self, path: Path, edge: int) -> Thumbnail | None:
        """Return a thumbnail if it is there, as it was last read; otherwise ask for it.

        Parameters
        ----------
        path : Path
        edge : int
            The side of the square it fits, in pixels.
        """
        key = (path, edge)
        found = self.cache.get(key)
        if not self._is_closed and (found is None or not self._is_fresh(key)):
            self._asked[key] = None if found is None else found.stamp
            if not self._frame.isActive():
                self._frame.start()
        return found

    def _is_fresh(self, key: Key) -> bool:
        """Return whether its file was looked at a moment ago; from now on it was."""
        now = time.monotonic()
        if now > self._fresh_until:
            self._fresh.clear()
            self._fresh_until = now + FRESH_S
        is_fresh = key in self._fresh
        self._fresh.add(key)
        return is_fresh

    def peek(self, path: Path, edge: int) -> Thumbnail | None:
        """Return a thumbnail if it is there, and ask for nothing."""
        return self.cache.get((path, edge))

    def clear(self) -> None:
        """Forget every thumbnail and every wish, so that changed files are read anew."""
        self._asked.clear()
        self._reader.forget()
        self.cache.clear()

    def close(self) -> None:
        """Forget every wish, let the files that are being read end; nothing comes any more."""
        self._is_closed = True
        self._frame.stop()
        self._asked.clear()
        self._reader.close()

    @Slot()
    def _on_frame(self) -> None:
        if self._asked:
            asked, self._asked = self._asked, {}
            self._reader.ask(asked)
        is_idle = self._reader.is_idle  # before collecting: what comes later keeps the timer on
        done = self._reader.collect()
        keys = [key for key, thumbnail in done.items() if self.cache.add(key, thumbnail)]
        if is_idle:
            self._frame.stop()
        if keys:
            self.loaded.emit(tuple(keys))


class _Cache:
    """Keeps what was used last, within a limit in bytes. For one thread."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._kept: OrderedDict[Key, Thumbnail] = OrderedDict()
        self.size_bytes = 0

    def get(self, key: Key) -> Thumbnail | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def add(self, key: Key, thumbnail: Thumbnail) -> bool:
        """Keep a thumbnail and return True, unless it alone is beyond the limit."""
        old = self._kept.pop(key, None)
        if old is not None:
            self.size_bytes -= old.size_bytes
        if thumbnail.size_bytes > self._limit_bytes:
            return False
        while self.size_bytes + thumbnail.size_bytes > self._limit_bytes:
            self.size_bytes -= self._kept.popitem(last=False)[1].size_bytes
        self._kept[key] = thumbnail
        self.size_bytes += thumbnail.size_bytes
        return True

    def clear(self) -> None:
        self._kept.clear()
        self.size_bytes = 0


class _Reader:
    """The threads, what they have to read, and what they have read."""

    def __init__(self, threads: int) -> None:
        self._count = threads
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._waiting: dict[Key, Stamp | None] = {}  # in order; the last is read next
        self._running: set[Key] = set()
        self._done: dict[Key, Thumbnail] = {}
        self._is_closed = False

    @property
    def is_idle(self) -> bool:
        with self._changed:
            return not self._waiting and not self._running

    def ask(self, wishes: Mapping[Key, Stamp | None]) -> None:
        """Read these first, in their order; forget the oldest of those that wait too long.

        Those with a stamp are read only where the file has another one by now.
        """
        if not self._threads:
            self._start()
        with self._changed:
            for key in reversed(list(wishes)):
                if key not in self._running and key not in self._done:
                    self._waiting.pop(key, None)
                    self._waiting[key] = wishes[key]
            while len(self._waiting) > MAX_WAITING:
                del self._waiting[next(iter(self._waiting))]
            self._changed.notify_all()

    def collect(self) -> dict[Key, Thumbnail]:
        """Take what has been read since the last time."""
        with self._changed:
            done, self._done = self._done, {}
        return done

    def forget(self) -> None:
        """Drop what waits, and what is being read."""
        with self._changed:
            self._waiting.clear()
            self._running.clear()
            self._done.clear()

    def close(self) -> None:
        """Drop everything and end the threads; one that hangs in a read is left behind."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        deadline = time.monotonic() + PATIENCE_S
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self.forget()

    def _start(self) -> None:
        for number in range(self._count):
            thread = threading.Thread(target=self._work, name=f"thumbnails-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._is_closed:
                    self._changed.wait()
                if self._is_closed:
                    return
                key, known = self._waiting.popitem()
                self._running.add(key)
            stamp = _stamp(key[0])
            thumbnail = None if stamp == known else _read(*key, stamp)
            with self._changed:
                if key in self._running:
                    self._running.remove(key)
                    if thumbnail is not None:
                        self._done[key] = thumbnail


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError):  # which reading it explains
        return ()
    return found.st_mtime_ns, found.st_size


def _read(path: Path, edge: int, stamp: Stamp) -> Thumbnail:
    try:
        picture = read_thumbnail(path, edge)
    except PictureError as error:
        return Thumbnail(None, error.sentence, stamp)
    except Exception as error:  # one strange file must not end the thread that reads all others
        return Thumbnail(None, f"“{path.name}” was not opened: {error}.", stamp)
    height, width = picture.shape[:2]
    image = QImage(picture.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    # The format that is drawn fastest, in memory of its own.
    return Thumbnail(image.convertToFormat(QImage.Format.Format_RGB32), stamp=stamp)
