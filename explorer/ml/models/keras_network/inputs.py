"""How a prepared picture becomes what a Keras network takes."""

from collections.abc import Iterator, Sequence
from typing import Any

import keras

from explorer.core.layers.architecture import TensorSpec
from explorer.ml.architecture.picture_input import (
    KEEPS_STEPS,
    has_channels_first,
    reason_against_picture_for_keras,
)
from explorer.ml.models.keras_network.graph import is_channels_first, operations_of

Shape = tuple[int | None, ...]


class Inputs:
    """What a network takes, and how pictures are given to it.

    Parameters
    ----------
    network : keras.Model

    Attributes
    ----------
    is_channels_first : bool
        Whether it takes the channels before height and width.
    size : (int or None, int or None, int or None)
        Height, width and channels; None for what is free.
    batch : int or None
        How many pictures it takes at once; None for any number.
    problem : str
        Why it cannot be given a picture, to follow its name: “takes 10 numbers, not a picture”;
        empty where it can.
    """

    def __init__(self, network: keras.Model) -> None:
        self._network = network
        tensors = list(network.inputs)
        shapes = [tuple(tensor.shape) for tensor in tensors]
        firsts = [shape for shape in shapes if len(shape) in (3, 4)]
        self._rank = len(firsts[0]) if firsts else 0
        self.is_channels_first = self._rank == 4 and has_channels_first(
            firsts[0][1:], _says_channels_first(network)
        )
        self.size: Shape = self._size_of(firsts[0]) if firsts else (None, None, None)
        self.batch: int | None = firsts[0][0] if firsts else None
        self.problem = reason_against_picture_for_keras(
            [
                TensorSpec(one._keras_history.operation.name, shape[1:], one.dtype)
                for one, shape in zip(tensors, shapes, strict=True)
            ],
            is_channels_first=self.is_channels_first,
            takers=[kind for one in tensors for kind in _kinds_taking(one)],
        )

    def __call__(self, pixels: Any) -> Any:
        """Return what the network takes of (pictures, height, width, channels) float32."""
        given = pixels
        if self._rank == 3:
            given = given[..., 0]
        elif self.is_channels_first:
            given = keras.ops.moveaxis(given, -1, 1)
        each = [given] * len(self._network.inputs)
        structure = getattr(self._network, "_inputs_struct", None)
        if isinstance(structure, dict):
            return dict(zip(sorted(structure), each, strict=True))
        return each[0] if len(each) == 1 else each

    def refuses(self, size: Sequence[int]) -> str:
        """Say why a prepared picture cannot be given to the network; empty where it can.

        Parameters
        ----------
        size : (int, int, int)
            Its height, width and channels.
        """
        if self.problem:
            return self.problem
        if all(free in (None, given) for free, given in zip(self.size, size, strict=True)):
            return ""
        return f"takes pictures of {_times(self.size)}, not {_times(size)}"

    def _size_of(self, shape: Shape) -> Shape:
        if len(shape) == 3:
            return (*shape[1:], 1)
        return (*shape[2:], shape[1]) if self.is_channels_first else shape[1:]


def _kinds_taking(tensor: Any) -> Iterator[str]:
    """Return the kinds of the layers that first take an input for what it is."""
    for node in tensor._keras_history.operation._outbound_nodes:
        operation = node.operation
        kind = type(operation).__name__
        if isinstance(operation, keras.Model):
            for inner in operation.inputs:
                yield from _kinds_taking(inner)
        elif kind in KEEPS_STEPS:
            yield from _kinds_taking(node.outputs[0])
        else:
            yield kind


def _says_channels_first(network: keras.Model) -> bool:
    for operation in operations_of(network).values():
        if hasattr(operation, "data_format"):
            return is_channels_first(operation)
    return False


def _times(lengths: Sequence[int | None]) -> str:
    return "×".join("any" if length is None else str(length) for length in lengths) or "single"
