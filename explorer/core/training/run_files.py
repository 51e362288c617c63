"""Rename a run or put it away, and never under the hands of who trains it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from msgspec.structs import replace

from explorer import paths
from explorer.core.files.names import printable_name
from explorer.core.training.record import (
    forget_record,
    is_alive,
    read_record,
    record_file,
    write_record,
)
from explorer.core.training.runs import PARTIAL, partial_of
from explorer.errors import ModelError

LOCK = ".lock"
"""What the name of the file ends with that one process at a time holds while it trains a run."""
_MOST_BYTES = 240
"""Of a name, so that it can have an ending: what systems take is 255."""


def rename_run(target: Path, name: str) -> Path:
    """Give a run's folder another name, in the folder where it is; return its new path.

    What its training told moves along, so that one that is not finished can be gone on with.

    Raises
    ------
    ModelError
        The name cannot be used, the run is included or being trained, or the system refuses.
    """
    name = name.strip()
    if name == target.name:
        return target
    reason = why_not_named(name)
    if reason:
        raise ModelError(f"A run cannot be called that: {reason}.")
    new = target.with_name(name)
    with _alone_with(target, "renamed"), _alone_with(new, "given that name"):
        for place in (new, partial_of(new)):
            if os.path.lexists(place):
                raise ModelError(f"There is a “{printable_name(place)}” already: choose another.")
        for old, place in ((target, new), (partial_of(target), partial_of(new))):
            if os.path.lexists(old):
                with ModelError.when_refused("was not renamed", printable_name(old)):
                    old.rename(place)
        record = read_record(record_file(target))
        if record is not None:
            with suppress(OSError):
                write_record(replace(record, target=os.fspath(new)))
            forget_record(target)
    return new


def put_away(target: Path, move_to_bin: Callable[[Path], bool]) -> None:
    """Move a run to the system's bin, and forget what its training told.

    Parameters
    ----------
    target : Path
        The run folder; of one that is not finished there is `RUN.partial`.
    move_to_bin : callable
        Moves a folder there, and returns whether it did.

    Raises
    ------
    ModelError
        It is included or being trained, or the system has no bin for it.
    """
    with _alone_with(target, "deleted"):
        for place in (target, partial_of(target)):
            if os.path.lexists(place) and not move_to_bin(place):
                raise ModelError(
                    f"“{printable_name(place)}” was not deleted: the system has no bin for it. "
                    "Remove it yourself where it lies."
                )
        forget_record(target)


@contextmanager
def _alone_with(target: Path, wanted: str) -> Iterator[None]:
    """Keep trainings away from a run; ModelError where one is at it, or it is included."""
    name = printable_name(target)
    if paths.is_bundled(target):
        raise ModelError(f"“{name}” is included in the program and cannot be {wanted}.")
    busy = ModelError(f"“{name}” is being trained and cannot be {wanted}: stop it first.")
    record = read_record(record_file(target))
    if record is not None and is_alive(record):
        raise busy
    file = target.with_name(f"{target.name}{LOCK}")
    lock = FileLock(file, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise busy from None
    except OSError:  # no locks there; or nothing can be changed, which is told then
        pass
    try:
        yield
    finally:
        if lock.is_locked:
            with suppress(OSError):
                file.unlink()
            lock.release()


def why_not_named(name: str) -> str:
    """Return why a run cannot have a name, as half a sentence; empty where it can."""
    if not name:
        return "a name is missing"
    if name.startswith(".") or name.endswith("."):
        return "its name would begin or end with a full stop"
    if name.endswith((PARTIAL, LOCK)):
        return f"names that end with {PARTIAL} or {LOCK} are of runs that are not finished"
    bad = next((mark for mark in name if mark in '/\\:*?"<>|' or not mark.isprintable()), None)
    if bad is not None:
        return f"“{printable_name(bad)}” is not allowed in names"
    if len(name.encode()) > _MOST_BYTES:
        return "the name is too long"
    return ""
