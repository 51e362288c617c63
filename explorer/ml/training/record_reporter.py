"""Writes down how far a training is, and heeds what is asked of it there."""

import math
import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from explorer.core.models.training_config import TrainingConfig
from explorer.core.training.command_line import places_of
from explorer.core.training.record import (
    MOST_NOTES,
    TOLD_S,
    TrainingRecord,
    Wish,
    ask,
    now,
    read_wish,
    write_record,
)
from explorer.errors import ExplorerError
from explorer.ml.data.reporter import Reporter

_ASKED_S = 0.2
"""How often it is looked whether something is asked for."""


class RecordReporter(Reporter):
    """Hands on what is told and writes it down, a few times a second at most.

    A context: what is written last says how it ended. Where nothing can be written the training
    goes on, and nobody sees it from outside.

    Parameters
    ----------
    config : TrainingConfig
    target : Path
        The run folder, absolute.
    reporter : Reporter
        Told everything as well.
    """

    def __init__(self, config: TrainingConfig, target: Path, reporter: Reporter) -> None:
        self._reporter = reporter
        self._target = target
        self._record = TrainingRecord(
            target=os.fspath(target),
            data=os.fspath(config.data.absolute()),
            recipe=config.recipe,
            started=now(),
            told=now(),
            process=os.getpid(),
            epochs=config.epochs,
            places=places_of(config),
        )
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._asked = -math.inf
        self._last_wish: Wish | None = None
        self._epoch_started = 0.0
        self._paused_s = 0.0
        self._writer = threading.Thread(target=self._write_on, name="record", daemon=True)

    def __enter__(self) -> "RecordReporter":
        with suppress(OSError):
            ask(self._target, None)  # what an earlier training was asked for
        self._writer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        self._is_over.set()
        self._writer.join()
        if error is None:
            self._change(phase="finished")
        elif isinstance(error, KeyboardInterrupt):
            self._change(phase="stopped")
        else:
            sentence = error.sentence if isinstance(error, ExplorerError) else str(error)
            self._note(sentence or type(error).__name__)
            self._change(phase="failed")
        self._change(told=now(), left_s=None)
        self._write()

    def note(self, sentence: str) -> None:
        """Hand on a sentence and keep it."""
        self._note(sentence)
        self._reporter.note(sentence)

    def step(self, name: str, done: int, total: int) -> None:
        """Hand on a step before training."""
        self._change(step=name, done=done, total=total)
        self._reporter.step(name, done, total)

    def batch(self, epoch: int, done: int, total: int, loss: float, accuracy: float) -> None:
        """Hand on a batch; wait here while a pause is asked for."""
        moment = time.perf_counter()
        if epoch != self._record.epoch:
            # What the first batch took is left out: it holds the building of the graph.
            self._epoch_started, self._paused_s = moment, 0.0
        spent = moment - self._epoch_started - self._paused_s
        left = None
        if done > 1 and spent > 0:
            batches = (self._record.epochs - epoch) * total + total - done
            left = spent / (done - 1) * batches
        self._change(
            phase="training",
            epoch=epoch,
            batch=done,
            batches=total,
            loss=loss if math.isfinite(loss) else None,
            accuracy=accuracy if math.isfinite(accuracy) else None,
            left_s=left,
        )
        self._reporter.batch(epoch, done, total, loss, accuracy)
        self._pause_while_asked()

    def epoch(self, row: Mapping[str, float]) -> None:
        """Hand on the figures of an epoch."""
        self._change(images_per_second=row["images_per_second"])
        self._reporter.epoch(row)

    def finish(self) -> None:
        """Training is over, and the run is being written."""
        self._change(phase="finishing", left_s=None)
        self._reporter.finish()

    def is_stopped(self) -> bool:
        """Whether somebody asked for a stop, here or there."""
        return self._reporter.is_stopped() or self._wish() == "stop"

    def _pause_while_asked(self) -> None:
        if self._wish() != "pause":
            return
        began = time.perf_counter()
        self._change(phase="paused")
        while self._wish(at_once=True) == "pause" and not self._reporter.is_stopped():
            time.sleep(_ASKED_S)
        self._paused_s += time.perf_counter() - began
        self._change(phase="training")

    def _wish(self, *, at_once: bool = False) -> Wish | None:
        moment = time.monotonic()
        if at_once or moment - self._asked >= _ASKED_S:
            self._asked = moment
            self._last_wish = read_wish(self._target)
        return self._last_wish

    def _note(self, sentence: str) -> None:
        self._change(notes=(*self._record.notes, sentence[:4096])[-MOST_NOTES:])

    def _change(self, **what: object) -> None:
        with self._lock:
            self._record = replace(self._record, **what)

    def _write_on(self) -> None:
        while not self._is_over.wait(TOLD_S):
            self._change(told=now())
            self._write()

    def _write(self) -> None:
        with suppress(OSError):  # a training that nobody sees is better than none
            write_record(self._record)
