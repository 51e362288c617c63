"""The log of what nobody expected: a window has no terminal."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from explorer import paths

LOG = logging.getLogger("explorer")


def log_file() -> Path:
    """Return where unexpected errors are written; it is there once there was one."""
    return paths.user_state() / "explorer.log"


def start_log() -> None:
    """Send our log and Qt's messages to a file."""
    if LOG.handlers:
        return
    try:
        file = log_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            file, maxBytes=1_000_000, backupCount=1, delay=True
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
