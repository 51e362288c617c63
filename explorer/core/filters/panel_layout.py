"""The layout of the Filter page: not undoable, and restored at the next start."""

from dataclasses import dataclass, field
from typing import Literal, get_args

import msgspec

from explorer.core.files.json_text import JSONError, Number, read_json, write_json
from explorer.core.kernels.brush import Brush, Symmetry
from explorer.errors import KernelError

Fold = Literal["geometry", "display", "facts"]
Link = Literal["size", "stride", "dilation", "pool size", "pool stride"]
FOLDS: tuple[Fold, ...] = get_args(Fold)
LINKS: tuple[Link, ...] = get_args(Link)
DEFAULT_SPEED = 8.0  # values per second


@dataclass(frozen=True)
class PanelLayout:
    """The tools of the Filter page that are no part of its settings.

    Attributes
    ----------
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


class _File(msgspec.Struct):
    """A layout as it is written."""

    strength: Number
    radius: Number
    symmetry: Symmetry
    open_folds: tuple[Fold, ...]
    speed: Number
    unlinked: tuple[Link, ...] = ()
    # Of files from when the kernel's size was the one pair that was remembered.
    is_size_linked: bool = True


def to_json(layout: PanelLayout) -> str:
    """Return the tools as a JSON text."""
    tools = vars(layout.brush) | vars(layout)
    return write_json({name: tools[name] for name in tools if name != "brush"})


def from_json(text: str) -> PanelLayout:
    """Read what `to_json` wrote; the tools of a first start where it cannot be read."""
    try:
        file = read_json(text, _File)
        brush = Brush(file.strength, file.radius, file.symmetry)
    except (JSONError, KernelError):
        return PanelLayout()
    unlinked = file.unlinked if file.is_size_linked else ("size",)
    return PanelLayout(brush, unlinked, file.open_folds, max(file.speed, 1.0))
