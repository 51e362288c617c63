"""A camera whose frames a test gives by hand."""

import threading
from collections import deque

import numpy as np
import numpy.typing as npt

WAIT_S = 10.0


def frame_of(value: int, size: tuple[int, int] = (6, 8)) -> npt.NDArray[np.uint8]:
    """Make a frame of one grey value."""
    return np.full((*size, 3), value, np.uint8)


class HeldSource:
    """Gives a frame only when the test does; after `end` it gives None at once."""

    def __init__(self) -> None:
        self._frames: deque[npt.NDArray[np.uint8] | None] = deque()
        self._changed = threading.Condition()
        self._is_asked = False
        self._has_ended = False
        self.is_closed = False

    def give(self, frame: npt.NDArray[np.uint8] | None) -> None:
        """Give one frame, or a miss."""
        with self._changed:
            self._frames.append(frame)
            self._changed.notify_all()

    def end(self) -> None:
        """Give nothing from now on."""
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    def wait_until_asked(self) -> None:
        """Wait until every frame given was read and another one is asked for."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._is_asked and not self._frames, WAIT_S)

    def wait_until_closed(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.is_closed, WAIT_S)

    # What the program calls, on its thread.

    def read(self) -> npt.NDArray[np.uint8] | None:
        with self._changed:
            self._is_asked = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._frames or self._has_ended)
            self._is_asked = False
            return self._frames.popleft() if self._frames else None

    def close(self) -> None:
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()
