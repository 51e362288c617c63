"""How fast something gets on."""

import time
from collections import deque

SPAN_S = 3.0
"""How far back the rate looks: it follows what is so now, and does not jump."""
LEAST_S = 0.5


class Pace:
    """The rate of the last seconds, of counts that are told it now and then."""

    def __init__(self) -> None:
        self._noted: deque[tuple[float, int]] = deque()
        self.rate = 0.0
        """How many in a second; 0 while that is not known."""

    def note(self, done: int, *, is_running: bool) -> None:
        """Tell how many there are by now."""
        now = time.monotonic()
        if not is_running or (self._noted and done < self._noted[-1][1]):
            self._noted.clear()
            self.rate = 0.0
        if not is_running:
            return
        self._noted.append((now, done))
        while now - self._noted[0][0] > SPAN_S and len(self._noted) > 2:
            self._noted.popleft()
        passed, came = now - self._noted[0][0], done - self._noted[0][1]
        if passed >= LEAST_S:
            self.rate = came / passed
