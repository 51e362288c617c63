"""Whom training tells what it does, and who may end it."""

from collections.abc import Mapping


class Reporter:
    """What training tells while it runs; this one tells nobody."""

    def note(self, sentence: str) -> None:
        """Say something once."""

    def step(self, name: str, done: int, total: int) -> None:
        """So many files are through a step before training: reading, decoding, features."""

    def batch(self, epoch: int, done: int, total: int, loss: float, accuracy: float) -> None:
        """So many batches of an epoch are done; means over the epoch so far."""

    def epoch(self, row: Mapping[str, float]) -> None:
        """Take the figures of an epoch that ended; `row` has `history.HISTORY_COLUMNS`."""

    def finish(self) -> None:
        """Training is over: the run is evaluated, written and exported, and nothing stops that."""

    def is_stopped(self) -> bool:
        """Whether to end, keeping the best epoch so far; asked after every batch."""
        return False


class StoppableSteps(Reporter):
    """Hands on what is told before the first epoch, and ends it all where a stop is asked for.

    Parameters
    ----------
    reporter : Reporter
        Asked at each step; nothing is trained yet that could be lost.
    """

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def note(self, sentence: str) -> None:
        """Hand on a sentence."""
        self._reporter.note(sentence)

    def step(self, name: str, done: int, total: int) -> None:
        """Hand on a step; raise KeyboardInterrupt where a stop is asked for."""
        if self._reporter.is_stopped():
            raise KeyboardInterrupt
        self._reporter.step(name, done, total)
