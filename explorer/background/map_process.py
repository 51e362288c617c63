"""The process that draws the map of a dataset.

A process of its own: openTSNE holds Python's lock for more than a second at a time, in which the
window would stand still, and what it imports would make every start longer.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np

from explorer.core.desktop.limits import limit_process
from explorer.core.desktop.safe_path import safe_path
from explorer.core.embedding.map import Floats, Told, lay_out, place_new
from explorer.errors import WorkerError

POLL_S = 0.1
FEW = 1000
"""So many pictures are placed sooner by one thread than by several."""
NICENESS = 10
"""Others go first: the map may take minutes."""


@dataclass(frozen=True, eq=False)
class MapJob:
    """What is to be placed.

    Attributes
    ----------
    new : (m, k) float32
        From `Reduction.apply`.
    known : (n, k) float32 or None
        What the map was drawn of; None: a new map is drawn.
    positions : (n, 2) float32 or None
        On that map.
    """

    new: Floats
    known: Floats | None = None
    positions: Floats | None = None


def compute_map(job: MapJob, told: Told, is_cancelled: Callable[[], bool]) -> Floats | None:
    """Return a position for each picture of `new`, (m, 2) float32; None if cancelled.

    Runs on a thread, and waits for the process.

    Parameters
    ----------
    told : callable
        Told of the fraction done, and of the positions so far.

    Raises
    ------
    WorkerError
        The process ended without an answer, or could not be started.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, job), name="map", daemon=True)
    try:
        with safe_path():
            process.start()
        theirs.close()
        return _follow(ours, told, is_cancelled)
    except (OSError, EOFError) as error:
        raise WorkerError("The process that draws the map ended unexpectedly.") from error
    finally:
        ours.close()
        if process.pid is not None:
            process.kill()
            process.join()
            process.close()


def _follow(ours: Connection, told: Told, is_cancelled: Callable[[], bool]) -> Floats | None:
    while not is_cancelled():
        if not ours.poll(POLL_S):
            continue
        fraction, positions, reason = ours.recv()
        if reason:
            raise WorkerError(f"The map could not be drawn: {reason}.")
        if fraction == 1.0 and positions is not None:
            return np.asarray(positions, np.float32)
        told(fraction, positions)
    return None


def _serve(connection: Connection, job: MapJob) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the window's to answer
    limit_process()
    with suppress(AttributeError, OSError):  # Windows has no such thing
        os.nice(NICENESS)
    # Threads that spin while they wait take the processor from those that they wait for.
    os.environ["OMP_WAIT_POLICY"] = "passive"
    known = 0 if job.known is None else len(job.known)
    threads = (os.cpu_count() or 1) if known + len(job.new) > FEW else 1

    def tell(fraction: float, positions: Floats | None) -> None:
        connection.send((min(fraction, 0.99), positions, ""))

    try:
        if job.known is None or job.positions is None:
            placed = lay_out(job.new, threads, tell)
        else:
            placed = place_new(job.known, job.positions, job.new, threads)
        connection.send((1.0, placed, ""))
    except Exception as error:  # it is handed over, not swallowed
        connection.send((1.0, None, str(error) or type(error).__name__))
