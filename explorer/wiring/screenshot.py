"""`--screenshot`: draw the window once everything asked for has arrived."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from explorer.core.images.read import write_picture
from explorer.errors import ExplorerError
from explorer.state.shared.timers import make_timer
from explorer.views.common.images import pixels_of
from explorer.views.window.main_window import MainWindow

LIMIT_S = 120
POLL_MS = 50
QUIET_LOOKS = 4


class ScreenshotTaker(QObject):
    """Draws the window into a file once nothing is busy any more, then closes it.

    Parameters
    ----------
    window : MainWindow
    is_busy : callable
        Whether something asked for has not arrived.
    file : Path
        Of the kind that its suffix says.

    Attributes
    ----------
    exit_code : int
        0 once the file is written.
    """

    def __init__(self, window: MainWindow, is_busy: Callable[[], bool], file: Path) -> None:
        super().__init__(window)
        self._window = window
        self._is_busy = is_busy
        self._file = file
        self._deadline = time.monotonic() + LIMIT_S
        self._quiet = 0
        self.exit_code = 1
        self._timer = make_timer(self, POLL_MS, self._look, is_repeated=True)
        window.first_painted.connect(self._timer.start)

    def _look(self) -> None:
        # Quiet for several looks: one answer may lead to the next question.
        self._quiet = 0 if self._is_busy() else self._quiet + 1
        is_late = time.monotonic() > self._deadline
        if self._quiet < QUIET_LOOKS and not is_late:
            return
        self._timer.stop()
        try:
            if is_late:
                self._say("The window did not finish loading: no screenshot was taken.")
            else:
                self._draw()
        finally:
            self._window.close()

    def _draw(self) -> None:
        pixels = pixels_of(self._window.grab().toImage())
        try:
            write_picture(self._file, pixels)
            self.exit_code = 0
        except ExplorerError as error:
            self._say(error.sentence)

    def _say(self, sentence: str) -> None:
        print(sentence, file=sys.stderr)  # noqa: T201
