"""How fast something gets on, and how long the rest takes."""

from collections import deque

WINDOW_S = 10.0
"""The rate is that of the last so many seconds: a break is noticed, a hiccup is not."""


class Pace:
    """The rate of a count that grows."""

    def __init__(self) -> None:
        self._met: deque[tuple[float, float]] = deque()

    def meet(self, done: float, now_s: float) -> None:
        """Take note of a count.

        Parameters
        ----------
        done : float
            Not less than before; where it is, one begins anew.
        now_s : float
            By a clock that does not jump, such as `time.monotonic`.
        """
        if self._met and done < self._met[-1][1]:
            self._met.clear()
        self._met.append((now_s, done))
        while len(self._met) > 2 and now_s - self._met[1][0] >= WINDOW_S:
            self._met.popleft()

    @property
    def per_second(self) -> float | None:
        """The rate; None before there is one."""
        if len(self._met) < 2:
            return None
        (begin_s, begin), (end_s, end) = self._met[0], self._met[-1]
        return (end - begin) / (end_s - begin_s) if end_s > begin_s else None

    def seconds_left(self, total: float) -> float | None:
        """Return how long it takes until a total is reached; None where that cannot be said."""
        rate = self.per_second
        if not rate:
            return None
        return max(0.0, total - self._met[-1][1]) / rate


def short_duration(seconds: float) -> str:
    """Return a time as a person says it: "45 s", "3 min", "2 h 5 min"."""
    if seconds < 99.5:
        return f"{max(1, round(seconds))}\N{NO-BREAK SPACE}s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes}\N{NO-BREAK SPACE}min"
    return f"{minutes // 60}\N{NO-BREAK SPACE}h {minutes % 60}\N{NO-BREAK SPACE}min"
