"""Which pixels the positions along one axis of a value depend on."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

MAX_PERIOD = 1 << 12
"""After that many positions at the latest, pixels must repeat; else they count as unknown."""

MAX_KERNEL = 1 << 12
"""Of a transposed convolution, along one axis."""


@dataclass(frozen=True)
class Span:
    """The first and the last pixel that each position along an axis depends on.

    Exact also where positions lie closer than pixels do: what a transposed convolution returns
    depends on one pixel here and on two beside it, over and over.

    Attributes
    ----------
    ends : tuple of (int, int) or None
        Of the first positions, as many as there are before it repeats; None where one depends on
        nothing. Pixels outside the picture count.
    advance : int
        How many pixels later it repeats.
    """

    ends: tuple[tuple[int, int] | None, ...] = ((0, 0),)
    advance: int = 1

    @property
    def period(self) -> int:
        """After how many positions it repeats."""
        return len(self.ends)

    @property
    def rate(self) -> Fraction:
        """How many pixels there are from one position to the next, on average."""
        return Fraction(self.advance, self.period)

    def at(self, position: int) -> tuple[int, int] | None:
        """Return the first and the last pixel of a position."""
        turn, phase = divmod(position, self.period)
        ends = self.ends[phase]
        return (
            None if ends is None else (ends[0] + turn * self.advance, ends[1] + turn * self.advance)
        )

    def hull(self) -> tuple[int, int, Fraction] | None:
        """Return size, start and stride of the smallest box that holds what each position sees.

        The position i sees at most `size` pixels from `start + stride * i` on. None where no
        position sees any.
        """
        first = [at[0] - phase * self.rate for phase, at in enumerate(self.ends) if at]
        last = [at[1] - phase * self.rate for phase, at in enumerate(self.ends) if at]
        if not first:
            return None
        start = math.floor(min(first))
        return math.ceil(max(last)) - start + 1, start, self.rate

    def windows(self, kernel: int, stride: int, dilation: int, before: int) -> "Span | None":
        """Return the span after a convolution or pooling; None where it is too long to note."""
        # Only the first and last taps reach furthest; between them it repeats.
        repeats = self.period // math.gcd(self.period, dilation)
        taps = sorted({*range(min(kernel, repeats)), *range(max(0, kernel - repeats), kernel)})
        return self._seen_by(
            lambda at: (at * stride - before + tap * dilation for tap in taps), 1, stride
        )

    def transposed(self, kernel: int, stride: int, dilation: int, before: int) -> "Span | None":
        """Return the span after a transposed convolution; None where it is too long to note."""
        if kernel > MAX_KERNEL:
            return None

        def sources(at: int) -> Iterable[int]:
            spread = (at + before - tap * dilation for tap in range(kernel))
            return (place // stride for place in spread if place % stride == 0)

        return self._seen_by(sources, stride, 1)

    def scaled(self, outputs: int, inputs: int, reach: float, is_centred: bool) -> "Span | None":
        """Return the span after interpolation, `outputs` positions for `inputs` positions."""
        common = math.gcd(outputs, inputs)
        outputs, inputs = outputs // common, inputs // common
        half = Fraction(1, 2) if is_centred else Fraction(0)

        def sources(at: int) -> Iterable[int]:
            place = (at + half) * Fraction(inputs, outputs)
            if reach == 0:
                return (math.floor(place),)
            middle, distance = place - half, Fraction(reach)
            # What lies exactly as far away as it reaches has no weight.
            first = math.floor(middle - distance) + 1
            return range(first, max(first, math.ceil(middle + distance) - 1) + 1)

        return self._seen_by(sources, outputs, inputs)

    def joined(self, other: "Span") -> "Span | None":
        """Return what depends on both; None where one moves on faster than the other."""
        if self.rate != other.rate:
            return None
        period = math.lcm(self.period, other.period)
        if period > MAX_PERIOD:
            return None
        both = ([self.at(position), other.at(position)] for position in range(period))
        return Span(tuple(_around(ends) for ends in both), self.advance * period // self.period)

    def _seen_by(
        self, sources: Callable[[int], Iterable[int]], outputs: int, inputs: int
    ) -> "Span | None":
        """Return the span of positions that take others; `outputs` further, `inputs` further."""
        turns = self.period // math.gcd(self.period, inputs)
        period = outputs * turns
        if period > MAX_PERIOD:
            return None
        ends = tuple(_around(map(self.at, sources(position))) for position in range(period))
        return Span(ends, self.advance * inputs * turns // self.period)


def _around(several: Iterable[tuple[int, int] | None]) -> tuple[int, int] | None:
    found = [ends for ends in several if ends is not None]
    if not found:
        return None
    return min(first for first, _ in found), max(last for _, last in found)
