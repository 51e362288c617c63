"""One use of a Keras layer as its config has it, and what that makes of shapes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from explorer.ml.architecture.node import Effect, Shape

MAX_LENGTH = 1 << 31
"""Of an axis, a kernel, a number of filters: more is no network, and would not fit a message."""
MAX_COUNT = 1 << 62
"""Of parameters and multiply-adds."""


class UnfitError(ValueError):
    """What the config says of a layer does not fit together; the text says what."""


@dataclass(frozen=True)
class Tensor:
    """A value among the arguments of a layer.

    Attributes
    ----------
    name : str
    shape : Shape or None
    """

    name: str
    shape: Shape | None


@dataclass(frozen=True)
class Settings:
    """The settings of a layer, of which nothing is known: a stranger may have written them."""

    values: Mapping[str, Any]

    def whole(self, key: str, default: int | None = None) -> int:
        """Return a whole number that is at least 0."""
        found: Any = self.values.get(key, default)
        if not is_whole(found) or not 0 <= found <= MAX_LENGTH:
            raise UnfitError(f"its {key} is no whole number")
        return int(found)

    def lengths(
        self, key: str, count: int, default: int | None = None, least: int = 1
    ) -> tuple[int, ...]:
        """Return numbers of at least `least`, one for each axis; one may stand for all."""
        found: Any = self.values.get(key)
        found = default if found is None else found
        listed: Any = found if isinstance(found, (list, tuple)) else [found] * count
        if len(listed) != count or not all(
            is_whole(one) and least <= one <= MAX_LENGTH for one in listed
        ):
            raise UnfitError(f"its {key} does not fit its input")
        return tuple(listed)

    def axes(self, key: str, rank: int, default: Any = None) -> tuple[int, ...]:
        """Return axes of an array of that many, counted from the front; none where it says None."""
        found = self.values.get(key, default)
        listed = found if isinstance(found, (list, tuple)) else [] if found is None else [found]
        return tuple(to_axis(one, rank) for one in listed)

    def axis(self, key: str, rank: int, default: int = -1) -> int:
        """Return one axis, counted from the front."""
        found = self.axes(key, rank, default)
        if len(found) != 1:
            raise UnfitError(f"its {key} is not one axis")
        return found[0]

    def text(self, key: str, default: str = "") -> str:
        """Return a word; `default` where there is none."""
        found = self.values.get(key)
        return found if isinstance(found, str) else default

    def is_on(self, key: str, default: bool = False) -> bool:
        """Return whether a switch is on."""
        found = self.values.get(key)
        return default if found is None else bool(found)

    def pairs(self, key: str, count: int) -> tuple[tuple[int, int], ...]:
        """Return what is added before and after, or cut off, along each axis."""
        found = self.values.get(key, 1)
        if is_whole(found):
            found = [found] * count
        if count == 1 and isinstance(found, (list, tuple)) and all(map(is_whole, found)):
            found = [found]  # of one axis, the pair itself
        if not isinstance(found, (list, tuple)) or len(found) != count:
            raise UnfitError(f"its {key} does not fit its input")
        pairs = [(one, one) if is_whole(one) else one for one in found]
        for pair in pairs:
            is_pair = isinstance(pair, (list, tuple)) and len(pair) == 2
            if not is_pair or not all(is_whole(one) and 0 <= one <= MAX_LENGTH for one in pair):
                raise UnfitError(f"its {key} does not fit its input")
        return tuple((first, second) for first, second in pairs)

    def inner(self, key: str) -> "tuple[str, Settings]":
        """Return the class and the settings of a layer that this one holds."""
        found = self.values.get(key)
        if not isinstance(found, dict) or not isinstance(found.get("config"), dict):
            raise UnfitError(f"its {key} is no layer")
        return str(found.get("class_name")), Settings(found["config"])

    @property
    def is_channels_first(self) -> bool:
        """Whether the layer takes channels before height and width."""
        return self.values.get("data_format") == "channels_first"


@dataclass(frozen=True)
class Use:
    """One use of a layer.

    Attributes
    ----------
    kind : str
        Its class.
    settings : Settings
    tensors : tuple of Tensor
        What it takes, in order, wherever among the arguments.
    args : sequence
        Its arguments, with tensors in place.
    keywords : mapping
        The same of those with names.
    """

    kind: str
    settings: Settings
    tensors: tuple[Tensor, ...]
    args: Sequence[Any] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shape(self) -> Shape:
        """The shape of the first thing that it takes."""
        return self.shapes[0]

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of all."""
        found = tuple(tensor.shape for tensor in self.tensors if tensor.shape is not None)
        if not found or len(found) < len(self.tensors):
            raise UnfitError("it is not known what it takes")
        return found

    def length(self, axis: int) -> int:
        """Return the length of an axis that must be known."""
        shape = self.shape
        found = shape[to_axis(axis, len(shape))]
        if found is None:
            raise UnfitError("the size of its input is not known")
        return found

    def of(self, kind: str, settings: Settings, *shapes: Shape) -> "Use":
        """Return the use of an inner layer that takes these shapes."""
        return Use(kind, settings, tuple(Tensor("", shape) for shape in shapes))


@dataclass(frozen=True)
class Outcome:
    """What a layer returns and costs.

    Attributes
    ----------
    shapes : tuple of Shape
        Of what it returns; several for some.
    effects : tuple of Effect
        As for `Node`.
    multiply_adds, parameters : int or None
        None where they are not known.
    joined_axis : int or None
        As for `Node`.
    """

    shapes: tuple[Shape, ...]
    effects: tuple[Effect, ...] = ()
    multiply_adds: int | None = 0
    parameters: int | None = 0
    joined_axis: int | None = None


Rule = Callable[[Use], Outcome]
"""Raises `UnfitError`."""


def is_whole(value: Any) -> bool:
    """Return whether a value of a config is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def to_axis(value: Any, rank: int) -> int:
    """Return an axis of an array of that many, counted from the front."""
    if not is_whole(value) or not -rank <= value < rank:
        raise UnfitError("it names an axis that its input does not have")
    axis: int = value % rank
    return axis


def replaced(shape: Shape, lengths: Mapping[int, int | None]) -> Shape:
    """Return a shape with other lengths of some axes."""
    return tuple(lengths.get(axis, length) for axis, length in enumerate(shape))
