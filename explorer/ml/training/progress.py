"""What training tells while it runs: reports and the history."""

import csv
import io
import math
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import keras

from explorer.core.files.files import write_atomically

HISTORY_COLUMNS = (
    "epoch",
    "loss",
    "accuracy",
    "val_loss",
    "val_accuracy",
    "learning_rate",
    "seconds",
    "images_per_second",
)


class Reporter(Protocol):
    """What training tells while it runs."""

    def note(self, sentence: str) -> None:
        """Say something once."""

    def step(self, name: str, done: int, total: int) -> None:
        """So many files are through a step before training: reading, decoding, features."""

    def batch(self, epoch: int, done: int, total: int, loss: float, accuracy: float) -> None:
        """So many batches of an epoch are done; means over the epoch so far."""

    def epoch(self, row: Mapping[str, float]) -> None:
        """Take the figures of an epoch that ended; `row` has HISTORY_COLUMNS."""


class Quiet:
    """A reporter that tells nobody."""

    def note(self, sentence: str) -> None:
        """Pass over a sentence."""

    def step(self, name: str, done: int, total: int) -> None:
        """Pass over a step."""

    def batch(self, epoch: int, done: int, total: int, loss: float, accuracy: float) -> None:
        """Pass over a batch."""

    def epoch(self, row: Mapping[str, float]) -> None:
        """Pass over an epoch."""


class StoppableSteps(Quiet):
    """Hands on what is told before the first epoch, and ends it all where a stop is asked for.

    Parameters
    ----------
    reporter : Reporter
    is_stopped : callable
        Asked at each step; nothing is trained yet that could be lost.
    """

    def __init__(self, reporter: Reporter, is_stopped: Callable[[], bool]) -> None:
        self._reporter = reporter
        self._is_stopped = is_stopped

    def note(self, sentence: str) -> None:
        """Hand on a sentence."""
        self._reporter.note(sentence)

    def step(self, name: str, done: int, total: int) -> None:
        """Hand on a step.

        Raises
        ------
        KeyboardInterrupt
            A stop is asked for.
        """
        if self._is_stopped():
            raise KeyboardInterrupt
        self._reporter.step(name, done, total)


def read_history(file: Path) -> list[dict[str, float]]:
    """Return the rows of a history, empty when it cannot be read: the weights are what counts."""
    try:
        with file.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        return [{name: float(row[name]) for name in HISTORY_COLUMNS} for row in rows]
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        return []


def write_history(file: Path, rows: Iterable[Mapping[str, float]]) -> None:
    """Write a history, beside the old one and moved into its place.

    Raises
    ------
    OSError
        It could not be written; the old one is as it was.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HISTORY_COLUMNS)
    # Counted as numbers of things where they are such: 3, not 3.0.
    writer.writerows([f"{row[name]:.10g}" for name in HISTORY_COLUMNS] for row in rows)
    write_atomically(file, text.getvalue().encode())


class Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Report each batch of one epoch; end it early when asked to or when the loss overflows.

    Attributes
    ----------
    is_whole : bool
        Whether the epoch went to its end.
    seconds : float
        What its batches took.
    """

    def __init__(
        self, epoch: int, batch_count: int, reporter: Reporter, is_stopped: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._epoch = epoch
        self._batch_count = batch_count
        self._reporter = reporter
        self._is_stopped = is_stopped
        self._started = 0.0
        self.is_whole = False
        self.seconds = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._started = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        logs = logs or {}
        loss = float(logs.get("loss", math.nan))
        accuracy = float(logs.get("accuracy", math.nan))
        self._reporter.batch(self._epoch, batch + 1, self._batch_count, loss, accuracy)
        self.seconds = time.perf_counter() - self._started
        self.is_whole = batch + 1 == self._batch_count
        if self._is_stopped() or not math.isfinite(loss):
            self.model.stop_training = True
