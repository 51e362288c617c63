"""Landlock: a Linux process gives up all files but those that it names, for good."""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

# Numbers of <linux/landlock.h>, the same on every processor.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1

_WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_DIR, _REMOVE_FILE = (1 << bit for bit in range(1, 6))
_MAKE_DIR, _MAKE_FILE, _REFER, _TRUNCATE, _DEVICE = (1 << bit for bit in (7, 8, 13, 14, 15))
_OF_FILES = _READ_FILE | _WRITE_FILE | _TRUNCATE

READ = _READ_FILE | _READ_DIR
REMOVE_FOLDER = _REMOVE_DIR  # only an empty one
REMOVE = _REMOVE_DIR | _REMOVE_FILE
WRITE = READ | REMOVE | _WRITE_FILE | _MAKE_DIR | _MAKE_FILE | _REFER | _TRUNCATE

_TCP = 0b11  # to bind and to connect
_SCOPES = 0b11  # abstract sockets and signals of other processes

_libc = ctypes.CDLL(None, use_errno=True)


def landlock_version() -> int:
    """Return which version of Landlock this system has; 0 where it has none."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)))


def restrict_files(allowed: Iterable[tuple[Path, int]]) -> int:
    """Let this thread, and the threads it starts, open nothing but some files.

    From version 4 on (Linux 6.7) TCP is refused as well, from version 6 on (Linux 6.12) also
    signals to processes that are not restricted alike, and sockets of theirs that have no file.

    Parameters
    ----------
    allowed : iterable of (Path, int)
        A file, or a folder with all below it, and what may be done there. What does
        not exist is passed over.

    Returns
    -------
    int
        The version of Landlock that is in force; 0 where the system has none.

    Raises
    ------
    OSError
        The system refuses.
    """
    version = landlock_version()
    if not version:
        return 0
    handled = (1 << 13) - 1
    for since, access in ((2, _REFER), (3, _TRUNCATE), (5, _DEVICE)):
        handled |= access if version >= since else 0
    fields = [handled, _TCP, _SCOPES][: 1 + (version >= 4) + (version >= 6)]
    attributes = struct.pack(f"{len(fields)}Q", *fields)
    ruleset = _call(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    try:
        for path, access in allowed:
            _allow(ruleset, path, access & handled)
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return version


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            access &= _OF_FILES
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", access, handle), 0)
    finally:
        os.close(handle)


def _call(number: int, *arguments: object) -> int:
    result = int(_libc.syscall(number, *arguments))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result
