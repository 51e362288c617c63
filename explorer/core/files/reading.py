"""Read a whole file, but only a regular one of bounded size."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

from explorer.errors import ExplorerError, reason_of


def read_whole(path: Path, most_bytes: int, *, name: str, error: type[ExplorerError]) -> bytes:
    """Read a whole regular file at once, keeping no handle.

    Parameters
    ----------
    most_bytes : int
        A larger file is refused; a multiple of a million.
    name : str
        What the error calls it.
    error : type
        Which error is raised.

    Raises
    ------
    ExplorerError
        It is missing, unreadable, empty, too large, or not a regular file.
    """
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size == 0:
                raise ValueError("the file is empty")
            if size > most_bytes:
                raise ValueError(f"the file is larger than {most_bytes // 1_000_000} MB")
            # No more than that, should it grow meanwhile.
            return file.read(size)
    except FileNotFoundError as missing:
        reason = "it is a broken link" if os.path.islink(path) else "there is no such file"
        raise error.not_opened(name, reason) from missing
    except (OSError, ValueError) as refused:
        raise error.not_opened(name, reason_of(refused)) from refused


def read_text(path: Path, most_bytes: int, *, name: str, error: type[ExplorerError]) -> str:
    """Read a whole file of UTF-8 text; parameters and errors as of `read_whole`."""
    try:
        return read_whole(path, most_bytes, name=name, error=error).decode()
    except UnicodeDecodeError as undecodable:
        raise error.not_opened(name, "it is not UTF-8 text") from undecodable


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file for reading; anything else that a path may lead to is left alone.

    Raises
    ------
    OSError
        It is no regular file, or the system refuses.
    """
    # Before it is opened: opening a pipe or a device may block, or do something.
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return path.open("rb")
