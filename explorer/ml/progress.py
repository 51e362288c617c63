"""What training tells and keeps while it runs: reports, the history, the best weights."""

import csv
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import keras

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

    def decoding(self, done: int, total: int) -> None:
        """So many files are decoded."""

    def batch(self, epoch: int, done: int, total: int, loss: float, accuracy: float) -> None:
        """So many batches of an epoch are done; means over the epoch so far."""

    def epoch(self, row: dict[str, float]) -> None:
        """Take the figures of an epoch that ended; `row` has HISTORY_COLUMNS."""


def rows_to_best(history: Path) -> list[list[str]]:
    """Return the rows of a history up to the epoch whose weights were kept, header excluded."""
    try:
        with history.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))[1:]
        losses = [float(row[HISTORY_COLUMNS.index("val_loss")]) for row in rows]
    except (OSError, ValueError, IndexError, csv.Error):
        return []  # the curve then begins here; the weights are what counts
    return rows[: losses.index(min(losses)) + 1] if rows else []


class Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Report each batch, write one flushed history row per epoch, stop when asked.

    `earlier` are the rows of a history that goes on here.
    """

    def __init__(
        self,
        batch_count: int,
        picture_count: int,
        history: Path,
        reporter: Reporter,
        is_stopped: Callable[[], bool],
        earlier: Sequence[Sequence[str]] = (),
    ) -> None:
        super().__init__()
        self._batch_count = batch_count
        self._picture_count = picture_count
        self._history = history
        self._reporter = reporter
        self._is_stopped = is_stopped
        self._epoch = 0
        self._started = 0.0
        self._seconds = 0.0
        self._earlier = len(earlier)
        self._write_rows([HISTORY_COLUMNS, *earlier], mode="w")

    def _write_rows(self, rows: Sequence[Sequence[object]], *, mode: str = "a") -> None:
        with self._history.open(mode, newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch + 1
        self._started = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        logs = logs or {}
        self._reporter.batch(
            self._epoch,
            batch + 1,
            self._batch_count,
            float(logs.get("loss", float("nan"))),
            float(logs.get("accuracy", float("nan"))),
        )
        if batch + 1 == self._batch_count:
            self._seconds = time.perf_counter() - self._started
        if self._is_stopped():
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        rate = self.model.optimizer.learning_rate
        seconds = self._seconds or (time.perf_counter() - self._started)
        row = {
            "epoch": self._earlier + epoch + 1,
            **{name: round(float(logs[name]), 6) for name in HISTORY_COLUMNS[1:5]},
            "learning_rate": float(keras.ops.convert_to_numpy(rate)),
            "seconds": round(seconds, 2),
            "images_per_second": round(self._picture_count / seconds, 1),
        }
        self._write_rows([[row[name] for name in HISTORY_COLUMNS]])
        self._reporter.epoch(row)


class KeepBest(keras.callbacks.Callback):  # type: ignore[misc]
    """Keep the network's weights of the epoch with the least validation loss."""

    def __init__(self, network: keras.Model, file: Path) -> None:
        super().__init__()
        self._network = network
        self._file = file
        self._least = float("inf")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        loss = float((logs or {}).get("val_loss", float("nan")))
        if loss < self._least:
            temporary = self._file.with_name("next.weights.h5")
            self._network.save_weights(temporary)
            temporary.replace(self._file)
            self._least = loss
