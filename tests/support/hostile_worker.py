"""A confined child process in which what a stranger's code may try is tried.

The process is the real one, with all its limits; only its answers are replaced. A request to
describe the layers of a model is answered by doing what the name of the model's file says.
"""

import ctypes
import mmap
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from explorer.core.models.requests import Request
from explorer.errors import WorkerError
from explorer.ml import entry


def serve_attempts(
    connection: Connection,
    role: Any,
    threads: int,
    log: Path | None,
    folder: Path | None,
    is_confined: bool,
) -> None:
    """Stand in for the real `serve`, whose process it becomes."""
    enter = entry._enter_sandbox

    def enter_and_replace(*given: Any) -> None:
        enter(*given)
        from explorer.ml import worker

        worker.answer = _attempt

    entry._enter_sandbox = enter_and_replace
    entry.serve(connection, role, threads, log, folder, is_confined)


def _attempt(request: Request[Any]) -> Any:
    """Do what is named; the answer is an error that says what came of it."""
    path = request.model.path
    what, _, argument = path.read_text().partition("\n")
    try:
        outcome = f"done: {ATTEMPTS[what](argument)!r}"
    except (OSError, MemoryError) as error:
        outcome = f"refused: {type(error).__name__}"
    raise WorkerError(outcome)


def _connect(address: str) -> None:
    host, port = address.split(":")
    socket.create_connection((host, int(port)), timeout=5).close()


def _abstract(name: str) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.connect("\0" + name)


def _pair(_: str) -> None:
    for one in socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM):
        one.close()


def _shared(size: str) -> None:
    mmap.mmap(-1, int(size)).close()  # shared, so that it counts as nobody's data


def _limit_parent(_: str) -> None:
    import resource

    resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (3, 3))


def _read_parent(_: str) -> bytes:
    with open(f"/proc/{os.getppid()}/environ", "rb") as file:
        return file.read(1)


def _trace_parent(_: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, os.getppid(), None, None) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def _write_given(_: str) -> None:
    given = sorted(Path("../models").rglob("*"))
    (next(one for one in given if one.is_file())).write_text("mine")


def _chmod(file: str) -> None:
    os.chmod(file, 0o777)


def _truncate(file: str) -> None:
    os.truncate(file, 0)


def _open_truncating(file: str) -> None:
    os.close(os.open(file, os.O_RDONLY | os.O_TRUNC))


def _hang(_: str) -> None:
    signal.pause()


ATTEMPTS: dict[str, Callable[[str], Any]] = {
    "read": lambda file: Path(file).read_bytes()[:4],
    "list": os.listdir,
    "write": lambda file: Path(file).write_text("here"),
    "write own": lambda name: Path(name).write_text("here"),
    "write given": _write_given,
    "link": lambda file: os.link(file, "stolen"),
    "remove": os.remove,
    "chmod": _chmod,
    "touch": lambda file: os.utime(file, (1, 1)),
    "truncate": _truncate,
    "open truncating": _open_truncating,
    "connect": _connect,
    "abstract socket": _abstract,
    "datagram": lambda _: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
    "socket pair": _pair,
    "start": lambda program: subprocess.run([program], check=False).returncode,
    "fork": lambda _: os.fork(),
    "become": lambda program: os.execv(program, [program]),
    "kill": lambda _: os.kill(os.getppid(), signal.SIGCONT),
    "limit": _limit_parent,
    "environment": _read_parent,
    "trace": _trace_parent,
    "memory": lambda size: len(bytearray(int(size))),
    "shared memory": _shared,
    "hang": _hang,
    "ids": lambda _: (os.getpid(), len(sys.modules)),
}
