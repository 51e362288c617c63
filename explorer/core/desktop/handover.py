"""Which of several starts opens the window, and what the others hand over to it."""

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from explorer import paths
from explorer.core.files.json_text import MAX_CHARACTERS, read_json, write_json

GREETING = b"convnet-explorer 1\n"
"""What the window says first: only an answer that is known gets the request."""
LONGEST_ANSWER = 200
"""In bytes: whatever sends more without a line break is not our window."""
MAX_REQUEST_BYTES = MAX_CHARACTERS
_LONGEST_ADDRESS = 103  # bytes, of a socket in the file system: macOS's, and Linux has four more
_SEEN_ON = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@dataclass(frozen=True)
class Handover:
    """What a second start was asked for.

    Attributes
    ----------
    paths : tuple of Path
        What to open; empty if the window is only to come to the front.
    activation_token : str
        Lets the window come to the front; empty if the desktop gave none.
    """

    paths: tuple[Path, ...] = ()
    activation_token: str = ""


class Claim:
    """The right to be the window that later starts hand over to; one process has it until it ends.

    Of several simultaneous starts, one gets it; the system releases it if that process is killed. A
    context manager, which releases it at the end; `take` asks for it.

    Attributes
    ----------
    is_elsewhere : bool
        Whether another process had it at the last `take`.
    """

    def __init__(self) -> None:
        self._handle: int | None = None
        self.is_elsewhere = False

    def take(self) -> bool:
        """Take it unless another process has it; return whether it is held."""
        self.is_elsewhere = False
        address = find_address()
        if self._handle is None and address is not None:
            folder = "" if os.name == "posix" else tempfile.gettempdir()
            with suppress(OSError):  # where no file can be made, each start has its own window
                self._handle = self._lock(os.path.join(folder, f"{address}.lock"))
        return self._handle is not None

    def _lock(self, name: str) -> int | None:
        # A pipe of that name would block.
        handle = os.open(name, os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o600)
        try:
            _lock(handle)
        except BlockingIOError:
            self.is_elsewhere = True
            os.close(handle)
            return None
        return handle

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def find_address() -> str | None:
    """Return where the window of this person, home, screen and program listens.

    Returns
    -------
    str
        A path of a socket, on Windows the name of a pipe.
    None
        There is no place that is safe from other persons on this machine.
    """
    seen_on = (os.environ.get(name, "") for name in _SEEN_ON)
    whole = "\0".join((str(paths.user_state()), str(paths.package()), *seen_on))
    digest = hashlib.sha256(os.fsencode(whole)).hexdigest()[:16]
    name = f"{paths.APP_NAME}-{digest}"
    if os.name != "posix":
        return name
    for folder in _folders():
        address = os.path.join(folder, name)
        if folder and _is_private(folder) and len(os.fsencode(address)) <= _LONGEST_ADDRESS:
            return address
    return None


def to_line(request: Handover) -> bytes:
    """Write a request as one line; file names need not be valid text."""
    return write_json(request).encode("ascii") + b"\n"


def answer_to(line: bytes) -> bytes:
    """Return how the window confirms a request: only who has read it can say so."""
    return b"taken " + hashlib.sha256(line).hexdigest().encode("ascii") + b"\n"


def from_line(line: bytes) -> Handover:
    """Read what `to_line` wrote; ValueError where it is no such line."""
    return read_json(line.decode("ascii"), Handover)


def request_for(given: Sequence[Path]) -> Handover:
    """Return what to ask for: the window may be in another folder than this process."""
    return Handover(
        tuple(Path(os.path.abspath(path)) for path in given),
        os.environ.get("XDG_ACTIVATION_TOKEN", ""),
    )


# Not filelock, which `train.py` uses: importing it would delay every start by 70 ms.
if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        """Lock a file for this process, or raise BlockingIOError."""
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error

else:
    import fcntl

    def _lock(handle: int) -> None:
        """Lock a file for this process, or raise BlockingIOError."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _folders() -> Iterator[str]:
    """Yield the system's folder for what runs of a person, then one to take where it has none."""
    yield os.environ.get("XDG_RUNTIME_DIR", "")
    own = os.path.join(tempfile.gettempdir(), f"{paths.APP_NAME}-{os.getuid()}")
    with suppress(OSError):  # mostly it is there
        os.mkdir(own, 0o700)
    yield own


def _is_private(folder: str) -> bool:
    """Tell whether nobody else can put anything there, or listen to what is."""
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
