"""Write files so that a reader, or a full disk, never meets half of one."""

import errno
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Write bytes to a temporary file beside `path`, then move it into place.

    Where `path` is a symbolic link, the link is replaced: what it points to is never touched.

    Parameters
    ----------
    path : Path
        The file to make or replace; its folder must exist. A replaced file's permissions stay.
    data : bytes
        The whole content.

    Raises
    ------
    OSError
        The file could not be written; an older file of that name is untouched.
    """
    temporary = _name_beside(path)
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.is_file() and not path.is_symlink():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException:
        # A second failure here would hide the first.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def check_writable(path: Path) -> None:
    """Find out, before long work, whether `write_atomically` can make or replace a file.

    Raises
    ------
    OSError
        It cannot; nothing is left behind, and a file of that name is untouched.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    with suppress(FileNotFoundError):
        path.lstat()  # a name may be too long
    temporary = _name_beside(path)
    temporary.open("xb").close()  # permissions do not tell of a disk that is read only
    temporary.unlink()


def _name_beside(path: Path) -> Path:
    """Return a name that no other file beside `path` has."""
    # Few characters of the name: they may have four bytes each, and 255 bytes is the limit.
    return path.parent / f".{path.name[:40]}-{secrets.token_hex(6)}.tmp"


def _sync_folder(folder: Path) -> None:
    """Make the move itself survive a power cut, where the system lets folders be synced."""
    if os.name == "posix":
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
