"""Where windows are measured: on the display there is, or on none at all."""

import os

from explorer.screen import find_screen_trouble


def take_offscreen_without_display() -> None:
    """Let Qt draw into memory where no display answers: it would end the process."""
    if find_screen_trouble() is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
