"""Watches the batches of one epoch."""

import math
import time
from collections.abc import Callable
from typing import Any

import keras

from explorer.ml.data.reporter import Reporter


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
