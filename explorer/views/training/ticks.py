"""Round numbers for the axes of curves."""

import math

from explorer.views.common.theme import format_number


def round_ticks(low: float, high: float, *, is_whole: bool = False) -> list[tuple[float, str]]:
    """Return some round numbers in a range, with their texts."""
    span = high - low
    if span <= 0:
        return [(low, format_number(low))]
    step = 10.0 ** math.floor(math.log10(span / 3))
    step *= next(factor for factor in (1, 2, 5, 10) if span / (step * factor) <= 5)
    if is_whole:
        step = max(1.0, round(step))
    first = math.ceil(low / step - 1e-9)
    places = [step * at for at in range(first, math.floor(high / step + 1e-9) + 1)]
    return [(place, format_number(round(place, 12))) for place in places]
