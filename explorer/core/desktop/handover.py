"""What a second start tells the window that is open, and where that window listens."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer import paths
from explorer.core.files.json_text import read_json, write_json

GREETING = b"convnet-explorer 1\n"
"""What the window says first: only an answer that is known gets the request."""
TAKEN = b"taken\n"
MAX_REQUEST_BYTES = 16_000_000
_LONGEST_ADDRESS = 103  # bytes, of a socket in the file system: macOS's, and Linux has four more
_SEEN_ON = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@dataclass(frozen=True)
class Handover:
    """What a second start was asked for.

    Attributes
    ----------
    paths : tuple of Path
        What to open; none where the window only is to come to the front.
    activation_token : str
        With which the desktop lets it come to the front; empty where it gave none.
    """

    paths: tuple[Path, ...] = ()
    activation_token: str = ""


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


def from_line(line: bytes) -> Handover:
    """Read what `to_line` wrote; ValueError where it is no such line."""
    return read_json(line.decode("ascii"), Handover)


def request_for(given: Sequence[Path]) -> Handover:
    """Return what to ask for: the window may be in another folder than this process."""
    return Handover(
        tuple(Path(os.path.abspath(path)) for path in given),
        os.environ.get("XDG_ACTIVATION_TOKEN", ""),
    )


def _folders() -> Iterator[str]:
    yield os.environ.get("XDG_RUNTIME_DIR", "")
    yield _make_folder()


def _make_folder() -> str:
    """Return a folder for where the system has none for what runs of a person."""
    folder = os.path.join(tempfile.gettempdir(), f"{paths.APP_NAME}-{os.getuid()}")
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass
    except OSError:
        return ""
    return folder


def _is_private(folder: str) -> bool:
    """Tell whether nobody else can put anything there, or listen to what is."""
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
