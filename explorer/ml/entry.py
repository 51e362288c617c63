"""Where a child process begins: its limits come first, then what takes long to import.

Light to import: what is imported before the limits starts no threads, which they would not hold.
"""

import faulthandler
import os
import shutil
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.core.desktop.limits import limit_process
from explorer.core.desktop.sandbox import confine, describe_confinement
from explorer.log import open_own
from explorer.paths import make_own_folder

if TYPE_CHECKING:  # it imports NumPy, whose threads start at once
    from explorer.ml.worker import Role

MAX_LOG_BYTES = 1_000_000
WORK_FOLDER = "work"
"""Within the folder of a confined process: where it may write."""


def serve(
    connection: Connection,
    role: "Role",
    threads: int,
    log: Path | None,
    folder: Path | None,
    is_confined: bool = False,
) -> None:
    """Answer requests until the other end closes.

    Parameters
    ----------
    role : {"classifier", "network"}
        What it is for: "network" imports Keras before it is ready.
    threads : int
        How many requests are worked on at once.
    log : Path or None
        Takes whatever the libraries print.
    folder : Path or None
        An empty folder, to work in; it is removed in the end.
    is_confined : bool
        Whether it opens strangers' models, and so must have a folder: all that it can then read is
        the program and that folder (`core/desktop/sandbox.py`).
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the window's to answer
    if folder is not None:
        os.chdir(folder)
    if role == "classifier":  # a picture for each core: threads for one product would only wait
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        limit_process()
        if log is not None:
            redirect_output(log)
        if is_confined and folder is not None:
            _enter_sandbox(connection, folder)
        from explorer.ml.worker import answer_requests

        answer_requests(connection, role, threads)
    finally:
        if folder is not None:  # here too, since who made it may have been killed
            os.chdir(folder.parent)  # Windows removes no folder that somebody works in
            shutil.rmtree(folder, ignore_errors=True)


def _enter_sandbox(connection: Connection, folder: Path) -> None:
    work = folder / WORK_FOLDER
    work.mkdir()
    os.chdir(work)
    if sys.platform == "linux":
        needed = {0, 1, 2, connection.fileno()}
        for handle in map(int, os.listdir("/proc/self/fd")):
            if handle not in needed:  # such as multiprocessing's, by which files can be removed
                try:
                    os.close(handle)
                except OSError:  # that of the list itself
                    continue
    print(describe_confinement(confine(folder)), file=sys.stderr, flush=True)  # noqa: T201


def redirect_output(log: Path) -> None:
    """Send this process's output to a file: a window has no terminal, and libraries chatter.

    What an earlier process wrote stays before it: it may tell why that one ended. Where the file
    cannot be written the output is lost: without a log is better than without an answer.
    """
    try:
        handle = _open_log(log)
    except OSError:
        handle = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(handle, stream)
    os.close(handle)
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    faulthandler.enable()  # says where a library ended the process


def _open_log(log: Path) -> int:
    make_own_folder(log.parent)
    if log.is_file() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
    return open_own(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
