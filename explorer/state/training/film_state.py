"""The epochs of a run as a film: all of them are computed first, then shown one after the other."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.core.training.film import FRAME_MS, Frame, write_gif, write_sequence
from explorer.state.shared.notices import Notices
from explorer.state.shared.saving import save
from explorer.state.shared.timers import make_timer
from explorer.state.training.epochs_state import EpochsState


class FilmState(QObject):
    """Computes the epochs of a film, plays it, and writes it into files.

    Where there are more epochs than there is room for their pictures, some are passed over, evenly.

    Parameters
    ----------
    epochs : EpochsState
    pool : TaskPool
    notices : Notices

    Signals
    -------
    progress_changed()
        `is_busy`, `share` or `sentence` has another value.
    playing_changed()
        `is_playing` has another value.
    ready()
        What `prepare` was asked for is known.
    """

    progress_changed = Signal()
    playing_changed = Signal()
    ready = Signal()

    def __init__(
        self,
        epochs: EpochsState,
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._epochs = epochs
        self._pool = pool
        self._notices = notices
        self._plays_when_ready = False
        self._timer = make_timer(self, FRAME_MS, self._step, is_repeated=True)
        self.frames: tuple[int, ...] = ()
        """The epochs of the film that is prepared or played."""
        self.is_busy = False
        """Whether some are still to be computed."""
        epochs.seen_changed.connect(self._look)
        epochs.run_changed.connect(self._check)

    @property
    def is_playing(self) -> bool:
        """Whether it is being played."""
        return self._timer.isActive()

    @property
    def can_play(self) -> bool:
        """Whether there are epochs to be shown one after the other."""
        return len(self._epochs.epochs) > 1

    @property
    def _done(self) -> int:
        return sum(self._epochs.is_known(epoch) for epoch in self.frames)

    @property
    def share(self) -> float | None:
        """How many of the epochs are computed, 0 to 1."""
        return self._done / max(len(self.frames), 1)

    @property
    def sentence(self) -> str:
        """How far the computing is."""
        return f"Computing the epochs: {self._done} of {len(self.frames)}"

    def play(self) -> None:
        """Show one epoch after the other, as soon as all are computed; from the end, all again."""
        self._plays_when_ready = True
        self.prepare()

    def stop(self) -> None:
        """Play no more, and compute no more."""
        was_playing = self.is_playing
        self._timer.stop()
        self._plays_when_ready = False
        if self.is_busy:
            self.is_busy = False
            self._epochs.want(())
            self.progress_changed.emit()
        if was_playing:
            self.playing_changed.emit()

    def prepare(self) -> None:
        """Compute all epochs of the film; `ready` tells when that is done."""
        if not self.can_play:
            return
        self.frames = _spread(self._epochs.epochs, self._epochs.most_frames)
        self.is_busy = True
        self._epochs.want(self.frames)
        self._look()

    def save_gif(self, file: Path, frames: Sequence[Frame]) -> None:
        """Write a film of pictures (height, width, 3) uint8 into a GIF file."""
        save(file, partial(write_gif, file, frames), self._pool, self._notices)

    def save_sequence(self, folder: Path, frames: Sequence[Frame], epochs: Sequence[int]) -> None:
        """Write the pictures of epochs into a new folder of PNG files."""
        save(folder, partial(write_sequence, folder, frames, epochs), self._pool, self._notices)

    def close(self) -> None:
        """Want nothing any more."""
        self._timer.stop()

    def _look(self) -> None:
        if not self.is_busy:
            return
        if self._epochs.failure:
            self.stop()
            return
        if self._done == len(self.frames):
            self.is_busy = False
            if self._plays_when_ready:
                self._begin()
            self.ready.emit()
        self.progress_changed.emit()

    def _check(self) -> None:
        """Another run, or other epochs: a film of epochs that are gone ends."""
        if self.frames and not set(self.frames) <= set(self._epochs.epochs):
            self.stop()
            self.frames = ()

    def _begin(self) -> None:
        self._plays_when_ready = False
        if self._epochs.epoch not in self.frames[:-1]:
            self._epochs.choose_epoch(self.frames[0])
        self._timer.start()
        self.playing_changed.emit()

    def _step(self) -> None:
        later = [epoch for epoch in self.frames if epoch > self._epochs.epoch]
        if later:
            self._epochs.choose_epoch(later[0])
        if len(later) <= 1:
            self.stop()


def _spread(epochs: Sequence[int], most: int) -> tuple[int, ...]:
    """Return at most so many of some epochs, the first and the last among them."""
    places = np.linspace(0, len(epochs) - 1, min(most, len(epochs))).round().astype(int)
    return tuple(epochs[place] for place in np.unique(places))
