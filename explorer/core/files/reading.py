"""Read a file whole, whatever a path leads to."""

import os
import stat
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
        # stat first: opening a FIFO or a device would block or never end.
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise ValueError("it is a folder")
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is not a regular file")
        if status.st_size == 0:
            raise ValueError("the file is empty")
        if status.st_size > most_bytes:
            raise ValueError(f"the file is larger than {most_bytes // 1_000_000} MB")
        with path.open("rb") as file:
            # No more than that, should it grow meanwhile.
            return file.read(status.st_size)
    except FileNotFoundError as missing:
        reason = "it is a broken link" if os.path.islink(path) else "there is no such file"
        raise error.not_opened(name, reason) from missing
    except PermissionError as denied:
        raise error.not_opened(name, "permission denied") from denied
    except (OSError, ValueError) as refused:
        raise error.not_opened(name, reason_of(refused)) from refused
