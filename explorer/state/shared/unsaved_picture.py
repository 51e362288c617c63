"""A picture that has no file, such as a pasted one, is kept for the next start."""

import os
import threading
from pathlib import Path

from PySide6.QtCore import QObject

from explorer.background.tasks import TaskPool
from explorer.core.desktop.session import BEFORE_RESET, put_aside
from explorer.core.images.read import Picture, PictureFile
from explorer.core.images.unsaved import read_unsaved_picture, write_unsaved_picture
from explorer.errors import ExplorerError
from explorer.state.shared.notices import Notices


class UnsavedPicture(QObject):
    """Keeps one picture, the latest.

    Parameters
    ----------
    file : Path
        Where; its folder need not exist.
    pool : TaskPool
        Writes, because a large picture takes a while.
    notices : Notices
    """

    def __init__(
        self, file: Path, pool: TaskPool, notices: Notices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._file = file
        self._pool = pool
        self._notices = notices
        self._lock = threading.Lock()
        self._has_wish = False
        self._wanted: Picture | None = None
        self._kept: tuple[Picture | None, ...] = ()  # one; none while it is not known

    @property
    def is_there(self) -> bool:
        """Whether a picture was kept."""
        return os.path.isfile(self._file)

    def read(self, name: str) -> PictureFile:
        """Return the picture that was kept; on any thread.

        Raises
        ------
        PictureError
            It is damaged.
        """
        with self._lock:
            read = read_unsaved_picture(self._file, name)
            self._kept = (read.picture,)
        return read

    def keep(self, picture: Picture | None) -> None:
        """Keep a picture in place of the one before, soon; None keeps none."""
        self._wanted = picture
        self._has_wish = True
        self._pool.run(self._write, done=lambda nothing: None, failed=self._fail, is_bulk=True)

    def close(self) -> None:
        """Keep what is wanted, now."""
        if not self._has_wish:
            return
        try:
            self._write()
        except ExplorerError as error:
            self._fail(error)

    def forget(self) -> None:
        """After `close`: have no picture for the next start; what was kept stays beside."""
        put_aside(self._file, BEFORE_RESET)

    def _fail(self, error: Exception) -> None:
        self._notices.report(error, topic="program")

    def _write(self) -> None:
        with self._lock:
            wanted = self._wanted  # whatever it was when this was asked for
            if not self._kept or self._kept[0] is not wanted:
                write_unsaved_picture(self._file, wanted)
                self._kept = (wanted,)
