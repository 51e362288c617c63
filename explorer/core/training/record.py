"""What a training tells while it runs, and what it is told: through two files of the program's own.

Whoever trains, in a window or in a terminal, writes how far it is; whoever looks on reads it, and
asks for a pause or a stop. Neither needs the other: a training goes on without a window, and what
one that was killed last said can still be read.
"""

import hashlib
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from explorer import paths
from explorer.core.files.json_text import (
    Count,
    JSONError,
    Number,
    Positive,
    Text,
    read_json,
    write_json,
)
from explorer.core.files.reading import read_text
from explorer.core.files.writing import write_own
from explorer.errors import ModelError

Phase = Literal[
    "preparing", "training", "validating", "paused", "finishing", "finished", "stopped", "failed"
]
OVER: tuple[Phase, ...] = ("finished", "stopped", "failed")
Wish = Literal["pause", "stop"]

TOLD_S = 1.0
SILENT_S = 20.0
"""After which time without a word a training counts as ended."""
MOST_NOTES = 20
_MOST_CHARACTERS = 200_000
_MOST_RECORDS = 1000


class TrainingRecord(msgspec.Struct, frozen=True):
    """How far a training is.

    Attributes
    ----------
    target : str
        The run folder that it makes, absolute.
    data : str
        The folder of pictures, absolute.
    recipe : str
    started, told : float
        When it began and when this was written, in seconds since 1970.
    process : int
        Which process trains.
    phase : str
        "paused" counts neither for rates nor for what is left. Of the last three there is no more
        to come.
    step, done, total : str, int, int
        What is done before the first epoch, such as "decoding", and how far that is.
    epoch, epochs, batch, batches : int
        From 1; 0 before training.
    loss, accuracy : float or None
        Means over the epoch so far.
    images_per_second : float
        0 while it is not known.
    left_s : float or None
        At most how long the rest of the epochs takes, in seconds.
    notes : tuple of str
        What was said, the newest last.
    places : mapping of str to tuple of str
        Where the files lie that it was asked to read, absolute, by the names of the settings.
    """

    target: Text
    data: Text
    recipe: Text
    started: Positive
    told: Positive
    process: Count
    phase: Phase = "preparing"
    step: Text = ""
    done: Count = 0
    total: Count = 0
    epoch: Count = 0
    epochs: Count = 0
    batch: Count = 0
    batches: Count = 0
    loss: Number | None = None
    accuracy: Number | None = None
    images_per_second: Positive = 0.0
    left_s: Positive | None = None
    notes: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MOST_NOTES)] = ()
    places: Annotated[Mapping[Text, tuple[Text, ...]], msgspec.Meta(max_length=10)] = {}

    @property
    def folder(self) -> Path:
        """The run folder that it makes."""
        return Path(self.target)


def record_file(target: Path) -> Path:
    """Return where the training of a run folder tells how far it is.

    Parameters
    ----------
    target : Path
        The run folder, absolute.
    """
    digest = hashlib.sha256(os.fsencode(target)).hexdigest()[:24]
    return paths.user_trainings() / f"{digest}.json"


def log_file(target: Path) -> Path:
    """Return where what a training prints is kept that was started in a window."""
    return record_file(target).with_suffix(".log")


def decisions_file(target: Path) -> Path:
    """Return where the decisions are kept that a training was started with in a window."""
    return record_file(target).with_suffix(".csv")


def write_record(record: TrainingRecord) -> None:
    """Write how far a training is.

    Raises
    ------
    OSError
        It could not be written.
    """
    write_own(record_file(record.folder), write_json(record).encode())


def read_record(file: Path) -> TrainingRecord | None:
    """Return what a record file says; None where there is none, or it is damaged."""
    try:
        text = read_text(file, _MOST_CHARACTERS, name=file.name, error=ModelError)
        return read_json(text, TrainingRecord)
    except (ModelError, JSONError):
        return None


def list_records() -> list[TrainingRecord]:
    """Return what is known of all trainings, the newest first."""
    try:
        files = sorted(paths.user_trainings().glob("*.json"))[:_MOST_RECORDS]
    except OSError:
        return []
    records = [record for file in files if (record := read_record(file)) is not None]
    return sorted(records, key=lambda record: record.started, reverse=True)


def forget_record(target: Path) -> None:
    """Remove what is known of the training of a run folder."""
    for file in (record_file(target), _wish_file(target)):
        with suppress(OSError):
            file.unlink()


def ask(target: Path, wish: Wish | None) -> None:
    """Ask a training to pause or to stop, or to do neither.

    Raises
    ------
    OSError
        It could not be written.
    """
    file = _wish_file(target)
    if wish is None:
        file.unlink(missing_ok=True)
    else:
        write_own(file, wish.encode())


def read_wish(target: Path) -> Wish | None:
    """Return what a training is asked for."""
    try:
        with _wish_file(target).open("rb") as file:
            word = file.read(16)
    except OSError:
        return None
    return {b"pause": "pause", b"stop": "stop"}.get(word)  # type: ignore[return-value]


def is_alive(record: TrainingRecord) -> bool:
    """Say whether the process that writes a record is still there.

    It writes every `TOLD_S`, whatever it is at; where the system tells that it is gone, nobody
    needs to wait for that.
    """
    if record.phase in OVER or not record.process:
        return False
    if sys.platform != "win32":  # there, asking would end it
        try:
            os.kill(record.process, 0)
        except ProcessLookupError:
            return False
        except OSError:  # another person's
            pass
    return now() - record.told < SILENT_S


def now() -> float:
    """Return the time as records have it."""
    return time.time()


def _wish_file(target: Path) -> Path:
    return record_file(target).with_suffix(".wish")
