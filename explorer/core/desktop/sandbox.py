"""What a process that opens a stranger's model may do: read the program and its own folder."""

import ctypes
import os
import struct
import sys
import tempfile
from enum import Enum
from pathlib import Path

from explorer import paths

_SYSTEM = ("/usr", "/lib", "/lib64", "/nix/store", "/gnu/store")
_SETTINGS = (
    "ld.so.cache",
    "ld.so.preload",
    "localtime",
    "nsswitch.conf",
    "mime.types",
    "ssl/openssl.cnf",
)
_DEVICES = ("null", "zero", "random", "urandom")
_ABOUT_THE_SYSTEM = (
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/filesystems"),
    *("/proc/sys/vm", "/sys/devices/system", "/sys/fs/cgroup", "/sys/kernel/mm"),
)

# Numbers of <linux/capability.h> and <linux/prctl.h>.
_CAPABILITY_VERSION, _NO_NEW_PRIVILEGES = 0x20080522, 38


class Limit(Enum):
    """What a confined process cannot do, in words that follow “that”."""

    FILES = "reads and writes only its own files"
    NETWORK = "has no network access"
    PROCESSES = "cannot start or signal other processes"


def possible_limits() -> frozenset[Limit]:
    """Return what `confine` can enforce on this system."""
    if sys.platform != "linux":
        return frozenset()
    from explorer.core.desktop.landlock import landlock_version
    from explorer.core.desktop.seccomp import can_filter

    limits = {Limit.FILES} if landlock_version() else set()
    if can_filter():
        limits |= {Limit.NETWORK, Limit.PROCESSES}
    return frozenset(limits)


def describe_confinement(limits: frozenset[Limit]) -> str:
    """Return what a person is told of the process in which strangers' models are opened."""
    subject = "Models that are not included are opened in a process"
    held = [limit.value for limit in Limit if limit in limits]
    missing = [limit.value for limit in Limit if limit not in limits]
    if not held:
        return f"{subject} of their own, which this system cannot confine."
    sentence = f"{subject} that {_list(held)}."
    if missing:
        sentence += f" This system cannot enforce that it {_list(missing)}."
    return sentence


def confine(folder: Path) -> frozenset[Limit]:
    """Confine this process for good; to be called before it starts a thread.

    It may then read Python, the installed packages, this program with its included models, the
    system's libraries, and what is below `folder`; and write in the current folder, which is below
    that one. Its home is there, too.

    Parameters
    ----------
    folder : Path
        Its own. It may remove it in the end, and with that any empty folder beside it.

    Returns
    -------
    frozenset of Limit
        What is in force: what the system lacks is left out.
    """
    if sys.platform != "linux":
        return frozenset()
    from explorer.core.desktop.landlock import (
        READ,
        REMOVE,
        REMOVE_FOLDER,
        WRITE,
        restrict_files,
    )
    from explorer.core.desktop.seccomp import refuse_system_calls

    here, limits = Path.cwd(), set()
    allowed = [(path, READ) for path in _readable()]
    allowed += [(Path("/dev") / name, WRITE) for name in _DEVICES]
    allowed += [(folder.parent, REMOVE_FOLDER), (folder, READ | REMOVE), (here, WRITE)]
    _move_home(here)
    _drop_privileges()
    # Landlock holds for this thread and those that it starts.
    is_alone = len(os.listdir("/proc/self/task")) == 1
    try:
        if restrict_files(allowed) and is_alone:
            limits.add(Limit.FILES)
    except OSError as error:
        _tell(f"Landlock: {error}")
    try:
        refuse_system_calls()
        limits |= {Limit.NETWORK, Limit.PROCESSES}
    except OSError as error:
        _tell(f"seccomp: {error}")
    return frozenset(limits)


def _readable() -> list[Path]:
    """Return what a process needs that imports this program and its packages; no person's home."""
    own = (paths.package(), paths.resources(), paths.bundled_models())
    python = (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)
    packages = (entry for entry in sys.path if any(Path(entry).glob("*.dist-info")))
    libraries = filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep))
    settings = (f"/etc/{name}" for name in _SETTINGS)
    named = (*python, *packages, *libraries, *settings, *_SYSTEM, *_ABOUT_THE_SYSTEM)
    home = Path(os.path.expanduser("~"))
    return [path for path in (*own, *map(Path, named)) if path not in (home, *home.parents)]


def _move_home(here: Path) -> None:
    """Let libraries keep their settings and caches here: a person's cannot be read any more."""
    for name in list(os.environ):
        if name.startswith("XDG_") or name in ("KERAS_HOME", "MPLCONFIGDIR", "TEMP", "TMP"):
            del os.environ[name]
    os.environ["HOME"] = os.environ["TMPDIR"] = tempfile.tempdir = str(here)


def _drop_privileges() -> None:
    """Give up what makes root more than a person, and programs that would make one root."""
    libc = ctypes.CDLL(None)
    libc.capset(struct.pack("Ii", _CAPABILITY_VERSION, 0), bytes(24))
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def _list(parts: list[str]) -> str:
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201
