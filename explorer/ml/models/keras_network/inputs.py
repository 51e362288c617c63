"""How a prepared picture becomes what a Keras network takes."""

from collections.abc import Sequence
from typing import Any

import keras

from explorer.ml.models.keras_network.graph import is_channels_first, operations_of

Shape = tuple[int | None, ...]

_PICTURE_CHANNELS = (1, 3, 4)


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
        self.is_channels_first = self._rank == 4 and _has_channels_first(network, firsts[0])
        self.size: Shape = self._size_of(firsts[0]) if firsts else (None, None, None)
        self.batch: int | None = firsts[0][0] if firsts else None
        self.problem = ""
        for tensor, shape in zip(tensors, shapes, strict=True):
            self.problem = self.problem or self._problem_of(tensor, shape)

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

    def _problem_of(self, tensor: Any, shape: Shape) -> str:
        name = tensor._keras_history.operation.name
        if tensor.dtype == "string":
            return f"takes text (its input “{name}”), not a picture"
        if len(shape) not in (3, 4):
            return f"takes {_times(shape[1:])} values (its input “{name}”), not a picture"
        if len(shape) != self._rank or self._size_of(shape) != self.size:
            return (
                f"takes, besides a picture of {_times(self.size)}, another of "
                f"{_times(shape[1:])} (its input “{name}”)"
            )
        channels = self.size[2]
        if self._rank == 4 and channels not in (None, *_PICTURE_CHANNELS):
            return f"takes {channels} channels (its input “{name}”), not the 1 or 3 of a picture"
        if channels == 4:
            return f"takes 4 channels (its input “{name}”), while pictures are opened with 3"
        return ""


def _has_channels_first(network: keras.Model, shape: Shape) -> bool:
    _, first, _, last = shape
    if first in _PICTURE_CHANNELS and last not in _PICTURE_CHANNELS:
        return True
    if last in _PICTURE_CHANNELS and first not in _PICTURE_CHANNELS:
        return False
    for operation in operations_of(network).values():
        if hasattr(operation, "data_format"):
            return is_channels_first(operation)
    return False


def _times(lengths: Sequence[int | None]) -> str:
    return "×".join("any" if length is None else str(length) for length in lengths) or "single"
