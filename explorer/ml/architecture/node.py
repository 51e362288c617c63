"""An operation of a model's graph, whatever the format of the file that it was read from."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

Shape = tuple[int | None, ...]
"""Of an array, in the file's own order, with the batch, which counts as 1; None for a length that
is not known."""


@dataclass(frozen=True)
class Windows:
    """Each output position sees a window of input positions: convolution and pooling.

    Padding, cropping and slicing are windows of one value: padding before the first, or, negative,
    values left out; a step of a slice is a stride.

    Attributes
    ----------
    axes : tuple of int
        Those that the window slides along, counted with the batch; the rest has a value each.
    kernel, strides, dilation : tuple of int
    before : tuple of int or None
        How many values are added before the first; None where that is not known.
    """

    axes: tuple[int, ...]
    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    before: tuple[int | None, ...]


@dataclass(frozen=True)
class Transposed:
    """Each input position spreads over a window of output positions: transposed convolution.

    Attributes
    ----------
    axes, kernel, strides, dilation : tuple of int
        As for `Windows`.
    before : tuple of int or None
        How many output values are left out before the first.
    """

    axes: tuple[int, ...]
    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    before: tuple[int | None, ...]


@dataclass(frozen=True)
class Scaled:
    """Each output position is interpolated: upsampling and resizing.

    Attributes
    ----------
    axes : tuple of int
    ratios : tuple of (int, int)
        Of each axis, how many output positions correspond to how many input positions.
    reach : float
        How far from its place an output position looks, in input positions: 0 for the nearest
        value, 1 for linear interpolation, 2 for cubic; more where it smooths.
    is_centred : bool
        Whether the positions are the middles of pixels (half_pixel), not their first edges.
    """

    axes: tuple[int, ...]
    ratios: tuple[tuple[int, int], ...]
    reach: float = 0.0
    is_centred: bool = True


@dataclass(frozen=True)
class Mixed:
    """Along some axes each value depends on all: dense layers, attention, recurrent layers."""

    axes: tuple[int, ...]


@dataclass(frozen=True)
class Reduced:
    """Some axes become one value: global pooling, means, sums; they stay with length 1, or go."""

    axes: tuple[int, ...]
    keeps_axes: bool


@dataclass(frozen=True)
class Moved:
    """The axes change their order; `order` names for each output axis the one of the input."""

    order: tuple[int, ...]


@dataclass(frozen=True)
class Regrouped:
    """The same values in the same order have another shape."""

    before: Shape
    after: Shape


@dataclass(frozen=True)
class Unknown:
    """Nobody knows which input positions an output position depends on."""


Effect = Windows | Transposed | Scaled | Mixed | Reduced | Moved | Regrouped | Unknown


@dataclass(frozen=True)
class Given:
    """An input of the model; `axes` have positions (rows and columns), the rest are channels."""

    axes: tuple[int, ...]


@dataclass(frozen=True)
class Node:
    """An operation; what several sources have at the same position is combined first.

    Attributes
    ----------
    name : str
        Of the layer that it belongs to; a layer that is used several times has several nodes.
    sources : tuple of str
        The values that it takes, by their names; constants and weights may be left out.
    source_shapes : tuple of Shape
        Of each.
    outputs : tuple of str
        The names of the values that it returns.
    output_shape : Shape or None
        Of the first; None where it is not known.
    effects : tuple of Effect
        What it does to positions, one after the other; none where it works on each value alone.
    joined_axis : int or None
        Along which its sources lie one behind the other; None where they are combined value by
        value, as NumPy broadcasts them.
    given : Given or None
        Of an input.
    """

    name: str
    outputs: tuple[str, ...]
    output_shape: Shape | None
    sources: tuple[str, ...] = ()
    source_shapes: tuple[Shape | None, ...] = ()
    effects: tuple[Effect, ...] = ()
    joined_axis: int | None = None
    given: Given | None = None


def count_convolution(positions: Iterable[int | None], weights: Iterable[int]) -> int | None:
    """Count the multiplications with addition of a convolution, grouped or depthwise ones too.

    Parameters
    ----------
    positions : iterable of int or None
        The lengths of the axes that the kernel slides along: of the output, of a transposed
        convolution of the input, each value of which meets the whole kernel.
    weights : iterable of int
        The shape of all kernels together, in any order.

    Returns
    -------
    int or None
        None where a length is not known.
    """
    lengths = _known(positions)
    return None if lengths is None else math.prod(lengths) * math.prod(weights)


def count_product(given: Shape, units: int) -> int | None:
    """Count the multiplications with addition of a dense layer: as `count_convolution`.

    Parameters
    ----------
    given : Shape
        Of its input, with the batch or without; its weights are used at every position.
    units : int
    """
    lengths = _known(given)
    return None if lengths is None else math.prod(lengths) * units


def count_matrix_product(left: Shape, right: Shape) -> int | None:
    """Count those of a product of two (stacks of) matrices, which broadcast as in NumPy."""
    stacks = [_known(left[:-2]), _known(right[:-2])]
    lengths = _known((*left[-2:], *right[-1:]))
    if lengths is None or stacks[0] is None or stacks[1] is None:
        return None
    return math.prod(lengths) * max(math.prod(stacks[0]), math.prod(stacks[1]))


def _known(lengths: Iterable[int | None]) -> list[int] | None:
    listed = list(lengths)
    found = [length for length in listed if length is not None]
    return found if len(found) == len(listed) else None
