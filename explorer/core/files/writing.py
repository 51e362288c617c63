"""Write files so that a reader, or a full disk, never meets half of one."""

import errno
import os
import secrets
import select
import stat
import sys
from contextlib import suppress
from pathlib import Path

from explorer.paths import make_own_folder

STALL_S = 5.0
"""How long the reader of a pipe may take nothing before writing is given up."""

if sys.platform == "win32":
    _DIRECTLY = os.O_WRONLY | os.O_BINARY
else:
    # A pipe without a reader would block; a terminal must not become the program's own.
    _DIRECTLY = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY

_NEVER_WRITTEN = {stat.S_IFBLK: "it is a disk device", stat.S_IFSOCK: "it is a socket"}


def write_atomically(path: Path, data: bytes) -> None:
    """Write bytes to a temporary file beside `path`, then move it into place.

    A symbolic link is followed: the file that it points to is made or replaced. A terminal, a pipe
    or another device that takes a stream is written to and stays what it is.

    Parameters
    ----------
    path : Path
        The file to make or replace; its folder must exist. A replaced file's permissions stay.
    data : bytes
        The whole content.

    Raises
    ------
    OSError
        The file could not be written, or may not be: it is write-protected; an older file of that
        name is untouched. Or it is a disk, a socket, a pipe that nobody reads from, or one whose
        reader takes nothing for 5 s.
    """
    _write(path, data, is_private=False)


def write_own(path: Path, data: bytes) -> None:
    """Write a file of the program's own as `write_atomically` does: only the person may read it.

    Its folder is made, closed to others as well.
    """
    make_own_folder(path.parent)
    _write(path, data, is_private=True)


def check_writable(path: Path) -> None:
    """Find out, before long work, whether `write_atomically` can make or replace a file.

    Raises
    ------
    OSError
        It cannot; nothing is left behind, and a file of that name is untouched.
    """
    target, status = _find_target(path)
    if status is None or _is_replaced(status):
        temporary = _name_beside(target)
        temporary.open("xb").close()  # permissions do not tell of a disk that is read only
        temporary.unlink()


def is_output(path: Path) -> bool:
    """Say whether a path leads to standard output or error, as `/dev/stdout` does."""
    try:
        return _output_like(os.stat(path)) is not None
    except (OSError, ValueError):
        return False


def _write(path: Path, data: bytes, *, is_private: bool) -> None:
    target, status = _find_target(path)
    if status is None or _is_replaced(status):
        _replace(target, status, data, is_private=is_private)
    else:
        _write_through(path, status, data)


def _find_target(path: Path) -> tuple[Path, os.stat_result | None]:
    """Return what a path leads to, and its status; None where it is still to be made."""
    try:
        status = os.stat(path)
    except FileNotFoundError:  # of a link, too, whose target is missing
        return Path(os.path.realpath(path)), None
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFDIR:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if kind in _NEVER_WRITTEN:
        raise OSError(errno.EINVAL, _NEVER_WRITTEN[kind], str(path))
    # To replace a file, the system asks only for the rights of its folder. Nothing is opened to
    # find out: opening a pipe and closing it would end its reader.
    if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    return Path(os.path.realpath(path)), status


def _is_replaced(status: os.stat_result) -> bool:
    """Say whether a file is a regular one, and not the one that our own output goes to."""
    return stat.S_ISREG(status.st_mode) and _output_like(status) is None


def _output_like(status: os.stat_result) -> int | None:
    """Return the handle of standard output or error that leads to a file, as /dev/stdout does."""
    for handle in (1, 2):
        with suppress(OSError):  # it may be closed
            if os.path.samestat(status, os.fstat(handle)):
                return handle
    return None


def _replace(path: Path, status: os.stat_result | None, data: bytes, *, is_private: bool) -> None:
    temporary = _name_beside(path)
    try:
        with temporary.open("xb") as file:
            if status is not None:  # before there is anything to be read
                _take_permissions(temporary, status)
            if is_private:
                temporary.chmod(0o600)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        # A second failure here would hide the first.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _take_permissions(file: Path, status: os.stat_result) -> None:
    """Give a file the permissions of another, and where we may, its owner."""
    made = file.stat()
    if sys.platform != "win32" and (made.st_uid, made.st_gid) != (status.st_uid, status.st_gid):
        with suppress(PermissionError):
            os.chown(file, status.st_uid, status.st_gid)
    if made.st_mode != status.st_mode:
        file.chmod(stat.S_IMODE(status.st_mode))


def _write_through(path: Path, status: os.stat_result, data: bytes) -> None:
    output = _output_like(status)
    if output is not None:
        # Opened anew, a file would be overwritten from its beginning.
        print(end="", flush=True)  # noqa: T201
        _write_all(output, data)
        return
    try:
        handle = os.open(path, _DIRECTLY)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        raise OSError(errno.ENXIO, "nothing reads from this pipe", str(path)) from error
    try:
        _write_all(handle, data)
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(handle, rest) :]
        except BlockingIOError as error:
            if not select.select([], [handle], [], STALL_S)[1]:
                reason = "its reader has stopped reading"
                raise TimeoutError(errno.ETIMEDOUT, reason) from error


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
