"""The value of the result that is explained: under the mouse, pinned, or playing."""

import time

from PySide6.QtCore import QObject, Signal

from explorer.core.filters.panel_layout import DEFAULT_SPEED
from explorer.state.shared.timers import make_timer

TICK_MS = 16


class SweepState(QObject):
    """Which value of the result is explained.

    Signals
    -------
    changed()
        Place, pin, playing, channel or speed has another value.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._size = (0, 0)
        self.place: tuple[int, int] | None = None
        """Row and column in the result; None if there is none."""
        self.is_pinned = False
        """Whether the value is pinned."""
        self._before_pin: tuple[tuple[int, int] | None, bool] | None = None
        self.channel = 0
        """Which colour channel is explained, if there are three: 0 red, 1 green, 2 blue."""
        self.speed = DEFAULT_SPEED
        """Values per second."""
        self._walked = 0.0
        self._last = 0.0
        self._timer = make_timer(self, TICK_MS, self._tick, is_repeated=True)

    @property
    def is_playing(self) -> bool:
        """Whether play steps through the result in reading order."""
        return self._timer.isActive()

    @property
    def revealed(self) -> int | None:
        """How many values are revealed while playing; None: all of them."""
        if not self.is_playing or self.place is None:
            return None
        return self.place[0] * self._size[1] + self.place[1] + 1

    def next_channel(self) -> None:
        """Explain the next colour channel."""
        self.channel = (self.channel + 1) % 3
        self.changed.emit()

    def set_size(self, size: tuple[int, int], place: tuple[int, int] | None = None) -> None:
        """Tell the height and width of the result; a place outside it is given up.

        Parameters
        ----------
        size : (int, int)
        place : (int, int), optional
            Where what is followed lies now; else it keeps its row and column.
        """
        if size != self._size:
            self._size, self._before_pin = size, None
        if self.place is not None and place is not None and place != self.place:
            self.place, self._before_pin = place, None
        if self.place is not None and not self._is_inside(self.place):
            self.stop()
            self.place, self.is_pinned = None, False
            self.changed.emit()

    def hover(self, place: tuple[int, int] | None) -> None:
        """Follow the mouse, unless a value is pinned or playing."""
        if self.is_pinned or self.is_playing or place == self.place:
            return
        self.place = place if place is not None and self._is_inside(place) else None
        self.changed.emit()

    def move(self, place: tuple[int, int]) -> None:
        """Go to a place that was chosen by keys; a pin goes along."""
        self.stop()
        if place != self.place and self._is_inside(place):
            self.place, self._before_pin = place, None
            self.changed.emit()

    def pin(self, place: tuple[int, int]) -> None:
        """Pin a value; unpin it if it is pinned already."""
        self.stop()
        before = self.place, self.is_pinned
        if self.is_pinned and place == self.place:
            self.unpin()
        elif self._is_inside(place):
            self.place, self.is_pinned = place, True
            self.changed.emit()
        self._before_pin = before

    def take_back_pin(self) -> None:
        """Be where the last `pin` began, unless something else was done since."""
        if self._before_pin is not None:
            self.place, self.is_pinned = self._before_pin
            self._before_pin = None
            self.changed.emit()

    def unpin(self) -> None:
        """Unpin: follow the mouse again."""
        self.is_pinned, self._before_pin = False, None
        self.changed.emit()

    def play(self) -> None:
        """Play on from the current value; from the beginning at the end."""
        height, width = self._size
        if height * width == 0:
            return
        if self.place is None or self.place == (height - 1, width - 1):
            self.place = (0, 0)
        self.is_pinned, self._before_pin = True, None
        self._walked, self._last = 0.0, time.monotonic()
        self._timer.start()
        self.changed.emit()

    def stop(self) -> None:
        """Stop playing."""
        if self.is_playing:
            self._timer.stop()
            self.changed.emit()

    def step(self, count: int) -> None:
        """Step by so many values in reading order, forwards or back, and pin."""
        self._timer.stop()
        self.is_pinned, self._before_pin = True, None
        self._advance(count)
        self.changed.emit()

    def set_speed(self, speed: float) -> None:
        """Set the speed, in values per second."""
        self.speed = speed
        self.changed.emit()

    def _tick(self) -> None:
        now = time.monotonic()
        self._walked += (now - self._last) * self.speed
        self._last = now
        whole = int(self._walked)
        if whole:
            self._walked -= whole
            if not self._advance(whole):
                self._timer.stop()
            self.changed.emit()

    def _advance(self, count: int) -> bool:
        """Move in reading order; False where the end is reached."""
        height, width = self._size
        if height * width == 0:
            return False
        row, column = self.place or (0, 0)
        index = min(max(row * width + column + count, 0), height * width - 1)
        self.place = divmod(index, width)
        return index < height * width - 1

    def _is_inside(self, place: tuple[int, int]) -> bool:
        return 0 <= place[0] < self._size[0] and 0 <= place[1] < self._size[1]
