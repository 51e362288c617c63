"""The log of what nobody expected: a window has no terminal."""

import errno
import io
import logging
import os
import stat
import sys
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
    handler = _OwnFile(log_file(), maxBytes=1_000_000, backupCount=1, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)


class _OwnFile(RotatingFileHandler):
    """A file that nobody else may read; where it cannot be written, the terminal gets it."""

    def _open(self) -> io.TextIOWrapper:
        file = Path(self.baseFilename)
        paths.make_own_folder(file.parent)
        return open(file, "a", encoding="utf-8", errors="replace", opener=open_own)

    def handleError(self, record: logging.LogRecord) -> None:
        if sys.stderr is not None:
            print(self.format(record), file=sys.stderr)  # noqa: T201


def open_own(name: str | Path, flags: int) -> int:
    """Open a log that nobody else may read; return its handle.

    Raises
    ------
    OSError
        It cannot be opened, or it is not a regular file: writing to a pipe might wait for ever.
    """
    handle = os.open(name, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
    if mode & 0o077:  # as older ones are
        os.chmod(name, 0o600)
    return handle
