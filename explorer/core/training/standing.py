"""Where a training stands, from all that its files and its process tell."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from explorer.core.models.run_folder import is_run
from explorer.core.text.durations import short_duration
from explorer.core.training.history import HISTORY_FILE, find_best, read_history
from explorer.core.training.record import (
    OVER,
    TrainingRecord,
    Wish,
    is_alive,
    log_file,
    read_record,
    read_wish,
    record_file,
)
from explorer.core.training.runs import partial_of
from explorer.core.training.settings import SETTINGS_FILE

Standing = Literal[
    "starting",
    "preparing",
    "training",
    "validating",
    "pausing",
    "paused",
    "stopping",
    "finishing",
    "finished",
    "stopped",
    "failed",
    "vanished",
]
LIVE: tuple[Standing, ...] = (
    *("starting", "preparing", "training", "validating"),
    *("pausing", "paused", "stopping", "finishing"),
)
"""While these hold, a process trains."""


@dataclass(frozen=True)
class Watched:
    """A training, as it was found at one moment.

    Attributes
    ----------
    target : Path
        The run folder that it makes.
    standing : Standing
    record : TrainingRecord or None
        What it last told; None before its first word.
    rows : tuple of mapping
        The rows of its history.csv.
    reason : str
        Why it failed, in its own sentence; else empty.
    can_resume : bool
        Whether it can be gone on with.
    is_run : bool
        Whether there is a finished run.
    has_log : bool
        Whether what it printed is kept.
    """

    target: Path
    standing: Standing
    record: TrainingRecord | None = None
    rows: tuple[Mapping[str, float], ...] = ()
    reason: str = ""
    can_resume: bool = False
    is_run: bool = False
    has_log: bool = False

    @property
    def is_live(self) -> bool:
        """Whether a process trains."""
        return self.standing in LIVE

    @property
    def best_epoch(self) -> int:
        """The epoch whose weights are kept; 0 before the first has ended."""
        return find_best(self.rows) + 1 if self.rows else 0

    @property
    def share(self) -> float | None:
        """How much of the epochs is done, or of the step before them; None where unknown."""
        record = self.record
        if record is None or self.standing in ("starting", "finishing", "vanished"):
            return None
        if record.epoch and record.epochs:
            inside = record.batch / record.batches if record.batches else 0.0
            return min(1.0, (record.epoch - 1 + inside) / record.epochs)
        return min(1.0, record.done / record.total) if record.total else None

    @property
    def headline(self) -> str:
        """Where it stands, in a few words."""
        record, last = self.record, len(self.rows)
        epoch = f"epoch {record.epoch:,} of {record.epochs:,}" if record and record.epoch else ""
        after = f" after epoch {last:,}" if last else ""
        step = f": {record.step}" if record and record.step else ""
        return {
            "starting": "Starting: TensorFlow is loading",
            "preparing": f"Preparing the pictures{step}",
            "training": f"Training, {epoch}",
            "validating": f"Validating, {epoch}",
            "pausing": "Pausing after this batch",
            "paused": f"Paused{', ' + epoch if epoch else ''}",
            "stopping": "Stopping; the best epoch is kept",
            "finishing": "Testing and writing the run",
            "finished": f"Finished{after}",
            "stopped": f"Stopped{after}",
            "failed": f"Failed{after}",
            "vanished": f"Ended unexpectedly{after or ' before the first epoch had ended'}",
        }[self.standing]

    @property
    def details(self) -> str:
        """What is measured now: batch, loss, accuracy, rate, time left; empty where nothing is."""
        record = self.record
        if record is None or not self.is_live:
            return ""
        if not record.epoch:
            return f"{record.done:,} of {record.total:,}" if record.total else ""
        parts = [f"batch {record.batch:,} of {record.batches:,}"]
        if record.loss is not None:
            parts.append(f"loss {record.loss:.3g}")
        if record.accuracy is not None:
            parts.append(f"accuracy {100 * record.accuracy:.1f} %")
        if record.images_per_second:
            parts.append(f"{record.images_per_second:,.0f} images/s")
        if record.left_s is not None and self.standing in ("training", "validating"):
            parts.append(f"at most {short_duration(record.left_s)} left")
        return " · ".join(parts)

    @property
    def advice(self) -> str:
        """What it means and what can be done, where it is over; else empty."""
        resume = "“Resume” goes on from there." if self.can_resume else ""
        if self.standing == "finished":
            return (
                "The network is among the models: open it in Network or Classify."
                if self.is_run
                else "Its folder is not there any more."
            )
        if self.standing == "vanished":
            return f"Its process is gone without a word. {resume}".strip()
        if self.standing == "failed":
            return " ".join(filter(None, (self.reason, resume)))
        return resume if self.standing == "stopped" else ""


def watch(target: Path, *, process: int | None = None, last_line: str | None = None) -> Watched:
    """Look at a training.

    Parameters
    ----------
    target : Path
        The run folder.
    process : int, optional
        The process that was started to train it: until its first word, what is written there is of
        another one.
    last_line : str, optional
        What the process printed last, where it is known to have ended.
    """
    record = read_record(record_file(target))
    if process is not None and record is not None and record.process != process:
        record = None
    standing = _standing(record, read_wish(target), is_over=last_line is not None)
    has_run = is_run(target)
    folder = target if has_run else partial_of(target)
    reason = ""
    if standing == "failed":
        reason = record.notes[-1] if record is not None and record.notes else last_line or ""
    return Watched(
        target,
        standing,
        record,
        tuple(read_history(folder / HISTORY_FILE)),
        reason,
        can_resume=standing not in LIVE and not has_run and os.path.isfile(folder / SETTINGS_FILE),
        is_run=has_run,
        has_log=os.path.isfile(log_file(target)),
    )


def _standing(record: TrainingRecord | None, wish: Wish | None, *, is_over: bool) -> Standing:
    if record is None:  # a process that ended before its first word said why in its log
        return "failed" if is_over else "starting"
    if record.phase in OVER:
        return record.phase
    if is_over or not is_alive(record):
        return "vanished"
    if record.phase == "finishing":
        return "finishing"
    if wish == "stop":
        return "stopping"
    if wish == "pause" and record.phase in ("training", "validating"):
        return "pausing"
    return record.phase
