"""The diverging scale, worked out once more."""

from PySide6.QtGui import QColor

from explorer.views.common.theme import NEGATIVE, NEUTRAL, POSITIVE


def diverging_color(value: float, largest: float) -> QColor:
    """Return the colour of a signed value: blue below zero, neutral at zero, orange above."""
    share = min(abs(value) / largest, 1.0) if largest > 0 else 0.0
    ends = (NEUTRAL, POSITIVE if value > 0 else NEGATIVE)
    start, stop = ((color.red(), color.green(), color.blue()) for color in ends)
    return QColor(*(round(a + (b - a) * share) for a, b in zip(start, stop, strict=True)))
