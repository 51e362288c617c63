"""The layout of the Filter page: not undoable, and restored at the next start."""

import json
from dataclasses import dataclass, field

from explorer.core.files.json_fields import (
    FieldError,
    Fields,
    list_of,
    load_json,
    number,
    one_of,
    truth,
)
from explorer.core.kernels.brush import SYMMETRIES, Brush
from explorer.errors import KernelError

FOLDS = ("geometry", "display", "facts")
LINKS = ("size", "stride", "dilation", "pool size", "pool stride")
DEFAULT_SPEED = 8.0  # values per second


@dataclass(frozen=True)
class PanelLayout:
    """The tools of the Filter page that are no part of its settings.

    Attributes
    ----------
    brush : Brush
    unlinked : tuple of str
        Which of `LINKS`, pairs of numbers down and across, are not kept equal.
    open_folds : tuple of str
        Which of `FOLDS` are open.
    speed : float
        How many values "play" follows in a second.
    """

    brush: Brush = field(default_factory=Brush)
    unlinked: tuple[str, ...] = ()
    open_folds: tuple[str, ...] = ()
    speed: float = DEFAULT_SPEED


def to_json(look: PanelLayout) -> str:
    """Return the tools as a JSON text."""
    return json.dumps(
        {
            "strength": look.brush.strength,
            "radius": look.brush.radius,
            "symmetry": look.brush.symmetry,
            "unlinked": look.unlinked,
            "open_folds": look.open_folds,
            "speed": look.speed,
        }
    )


def from_json(text: str) -> PanelLayout:
    """Read what `to_json` wrote; the tools of a first start where it cannot be read."""
    try:
        fields = Fields(load_json(text))
        brush = Brush(
            fields.take("strength", number),
            fields.take("radius", number),
            fields.take("symmetry", one_of(SYMMETRIES)),
        )
        folds = fields.take("open_folds", list_of(one_of(FOLDS), most=len(FOLDS)))
        speed = fields.take("speed", number)
        # As it was written when the kernel's size was the one pair that was remembered.
        size = () if fields.take_or("is_size_linked", truth, True) else ("size",)
        unlinked = fields.take_or("unlinked", list_of(one_of(LINKS), most=len(LINKS)), size)
    except (FieldError, KernelError):
        return PanelLayout()
    return PanelLayout(brush, tuple(unlinked), tuple(folds), max(speed, 1.0))
