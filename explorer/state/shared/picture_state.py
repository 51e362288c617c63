"""The current picture: one for all pages."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import LatestWins, TaskPool
from explorer.core.images.read import (
    Picture,
    PictureFile,
    decode_picture,
    picture_from_pixels,
    read_picture,
)
from explorer.state.shared.notices import Notices


class PictureState(QObject):
    """Holds the current picture and opens others.

    Signals
    -------
    picture_changed()
        `current` is another picture.
    opening_failed()
        The requested picture could not be opened; the reason was reported.
    """

    picture_changed = Signal()
    opening_failed = Signal()

    def __init__(self, pool: TaskPool, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._opening = LatestWins(pool, done=self._set_current, failed=self._fail)
        self.current: PictureFile | None = None
        """The current picture; the last good one while another is opened or fails to open."""

    @property
    def is_busy(self) -> bool:
        """Whether a picture is being opened."""
        return self._opening.is_busy

    def open_file(self, path: Path) -> None:
        """Make a picture file the current picture, once it is decoded."""
        # The next start, or a script that is told of it, may run in another folder.
        path = path.absolute()
        self._opening.ask(lambda: read_picture(path))

    def open_data(self, data: bytes, name: str) -> None:
        """Make the bytes of a picture without a file the current picture."""
        self._opening.ask(lambda: decode_picture(data, name=name))

    def open_kept(self, read: Callable[[], PictureFile]) -> None:
        """Make the picture that a function reads on a thread the current one."""
        self._opening.ask(read)

    def open_pixels(self, pixels: Picture, name: str) -> None:
        """Make pixels without a file the current picture."""
        self._opening.forget()
        self._set_current(picture_from_pixels(pixels, name))

    def show(self, file: PictureFile) -> None:
        """Make an earlier picture the current one again."""
        self._opening.forget()
        self._set_current(file)

    def _fail(self, error: Exception) -> None:
        self._notices.report(error, topic="picture")
        self.opening_failed.emit()

    def _set_current(self, file: PictureFile) -> None:
        if self.current is not None:  # the first may stand in for one that could not be opened
            self._notices.withdraw("picture")
        self.current = file
        self.picture_changed.emit()
