"""Receptive fields: what part of the picture each value of a graph depends on.

As in Araujo, Norris and Sim, “Computing Receptive Fields of Convolutional Neural Networks”
(Distill, 2019), axis by axis. Where branches meet, the field is what all of them see; where a
value depends on all positions, the whole picture.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from explorer.core.layers.layers import ReceptiveField
from explorer.ml.architecture.node import (
    Effect,
    Mixed,
    Moved,
    Node,
    Reduced,
    Regrouped,
    Scaled,
    Shape,
    Transposed,
    Unknown,
    Windows,
)
from explorer.ml.architecture.span import Span


@dataclass(frozen=True)
class _Place:
    """How a value depends on one axis of the picture.

    Attributes
    ----------
    length : int or None
        Of the picture.
    span : Span or None
        Of the positions along `axis`; None where it depends on everything, or nobody knows.
    axis : int or None
        Of the value.
    hidden_in : frozenset of int
        Axes of the value along which the positions are, in an order that cannot be told; where
        those are mixed, it depends on everything.
    is_whole : bool
        Whether it depends on everything.
    """

    length: int | None
    span: Span | None = None
    axis: int | None = None
    hidden_in: frozenset[int] = frozenset()
    is_whole: bool = False

    def whole(self) -> "_Place":
        return _Place(self.length, is_whole=True)

    def hidden(self, axes: Iterable[int]) -> "_Place":
        return _Place(self.length, hidden_in=frozenset(axes))

    def along(self, axis: int, span: Span | None) -> "_Place":
        return _Place(self.length, span, axis) if span else self.hidden([axis])

    def lies_along(self, axes: Sequence[int]) -> bool:
        return self.axis in axes or not self.hidden_in.isdisjoint(axes)

    def renumbered(self, numbers: Mapping[int, int]) -> "_Place":
        """Return the same where axes have other numbers; where its own goes, nobody knows."""
        hidden = frozenset(numbers[one] for one in self.hidden_in if one in numbers)
        if self.axis is None:
            return replace(self, hidden_in=hidden)
        axis = numbers.get(self.axis)
        return self.hidden(hidden) if axis is None else replace(self, axis=axis)


_MAX_PIXELS = 1 << 40

_Sight = tuple[_Place, ...]


def receptive_fields(nodes: Iterable[Node]) -> dict[str, ReceptiveField]:
    """Return the receptive field of each value, by its name, where it is known.

    Parameters
    ----------
    nodes : iterable of Node
        In the order in which they compute.
    """
    sights: dict[str, _Sight] = {}
    fields: dict[str, ReceptiveField] = {}
    for node in nodes:
        sight = _sight_of(node, sights)
        field = _field(sight)
        for name in node.outputs:
            sights[name] = sight
            if field is not None:
                fields[name] = field
    return fields


def _sight_of(node: Node, sights: Mapping[str, _Sight]) -> _Sight:
    if node.given is not None:
        shape = node.output_shape or ()
        return tuple(_Place(shape[axis], Span(), axis) for axis in node.given.axes)
    sight = _combined(node, sights)
    for effect in node.effects:
        sight = tuple(_after(effect, place) for place in sight)
    return sight


def _field(sight: _Sight) -> ReceptiveField | None:
    boxes = []
    for place in sight:
        if place.is_whole and place.length is not None:
            boxes.append((place.length, 0.0, 0))
        elif place.span is not None and (found := place.span.hull()):
            size, start, stride = found
            if max(size, abs(start)) > _MAX_PIXELS or stride > _MAX_PIXELS:
                return None
            boxes.append((size, float(stride), start))
        else:
            return None
    if not boxes:
        return None
    sizes, strides, starts = zip(*boxes, strict=True)
    return ReceptiveField(sizes, strides, starts)


def _combined(node: Node, sights: Mapping[str, _Sight]) -> _Sight:
    """Return what a node sees before its own effects: what its sources see together."""
    ranks = [len(shape) for shape in node.source_shapes if shape is not None]
    rank = max(ranks, default=0)
    lengths = _broadcast(node.source_shapes, rank)
    found: list[_Sight] = []
    for name, shape in zip(node.sources, node.source_shapes, strict=True):
        sight = sights.get(name, ())
        if not sight:  # a constant, or an input that is no picture
            continue
        if shape is None:
            sight = tuple(place if place.is_whole else place.hidden(()) for place in sight)
        else:
            moved = {axis: axis + rank - len(shape) for axis in range(len(shape))}
            sight = tuple(_stretched(place.renumbered(moved), shape, lengths) for place in sight)
        if node.joined_axis is not None and len(node.sources) > 1:
            axis = node.joined_axis % rank if rank else node.joined_axis
            sight = tuple(place.hidden([axis]) if place.axis == axis else place for place in sight)
        found.append(sight)
    # Of inputs of several ranks, the one with the most positions is the picture.
    most = max(map(len, found), default=0)
    found = [sight for sight in found if len(sight) == most]
    return tuple(_union(places) for places in zip(*found, strict=True))


def _broadcast(shapes: Sequence[Shape | None], rank: int) -> list[int | None]:
    lengths: list[int | None] = [1] * rank
    for shape in shapes:
        for back, length in enumerate(reversed(shape or ()), start=1):
            if length != 1:
                lengths[-back] = length
    return lengths


def _stretched(place: _Place, shape: Shape, lengths: Sequence[int | None]) -> _Place:
    """Return how a value that is repeated along an axis depends on the picture: no longer there."""
    if place.axis is None:
        return place
    own = shape[place.axis - (len(lengths) - len(shape))]
    return place if own != 1 or lengths[place.axis] == 1 else place.hidden([place.axis])


def _union(places: Sequence[_Place]) -> _Place:
    first = places[0]
    for other in places[1:]:
        if first.is_whole or other.is_whole:
            first = first.whole()
        elif first.span and other.span and first.axis is not None and first.axis == other.axis:
            first = first.along(first.axis, first.span.joined(other.span))
        else:
            axes = {one for one in (first.axis, other.axis) if one is not None}
            first = first.hidden(axes | first.hidden_in | other.hidden_in)
    return first


def _after(effect: Effect, place: _Place) -> _Place:
    """Return how a value depends on the picture after an effect."""
    match effect:
        case Unknown():
            return place if place.is_whole else place.hidden(())
        case Mixed(axes):
            return place.whole() if place.lies_along(axes) else place
        case Reduced(axes, keeps_axes):
            if place.lies_along(axes):
                return place.whole()
            if keeps_axes:
                return place
            return place.renumbered(_numbers_without(axes, place))
        case Moved(order):
            return place.renumbered({axis: index for index, axis in enumerate(order)})
        case Regrouped(before, after):
            return _regrouped(place, before, after)
        case Windows() | Transposed() | Scaled():
            return _slid(place, effect)


def _numbers_without(axes: Sequence[int], place: _Place) -> dict[int, int]:
    used = [*place.hidden_in, *([] if place.axis is None else [place.axis])]
    return {axis: axis - sum(1 for gone in axes if gone < axis) for axis in used}


def _slid(place: _Place, effect: Windows | Transposed | Scaled) -> _Place:
    for number, axis in enumerate(effect.axes):
        if place.axis != axis or place.span is None:
            continue
        if isinstance(effect, Scaled):
            outputs, inputs = effect.ratios[number]
            span = place.span.scaled(outputs, inputs, effect.reach, effect.is_centred)
            return place.along(axis, span)
        before = effect.before[number]
        if before is None:
            return place.hidden([axis])
        slide = place.span.windows if isinstance(effect, Windows) else place.span.transposed
        span = slide(effect.kernel[number], effect.strides[number], effect.dilation[number], before)
        return place.along(axis, span)
    return place


def _regrouped(place: _Place, before: Shape, after: Shape) -> _Place:
    """Follow an axis into another shape: by how many values lie before and after it."""
    if place.is_whole:
        return place
    if None in before or None in after:
        return place.hidden(range(len(after)))
    old, new = _extents(before), _extents(after)
    axes = [*place.hidden_in, *([] if place.axis is None else [place.axis])]
    if place.axis is not None and old[place.axis] in new and before[place.axis] != 1:
        return replace(place, axis=new.index(old[place.axis]))
    found = {
        index
        for index, (outer, inner) in enumerate(new)
        for axis in axes
        if inner < old[axis][0] and old[axis][1] < outer
    }
    if len(after) <= 2:  # one vector: no positions are left
        return place.whole()
    return place.hidden(found)


def _extents(shape: Shape) -> list[tuple[int, int]]:
    """Return of each axis how many values one step along it is, over the whole axis and one."""
    lengths = [length or 0 for length in shape]
    return [
        (math.prod(lengths[axis:]), math.prod(lengths[axis + 1 :])) for axis in range(len(shape))
    ]
