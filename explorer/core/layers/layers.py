"""One layer of a model, and what it returns for a picture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_MAP_VALUES = 1 << 24
"""Of all maps of a layer that is shown: 64 of 512×512. Drawn, they take half a gigabyte."""
MAX_MAPS = 1 << 20
"""Of a layer that is shown, or how many units it has: as many as 64 maps of 128×128, flattened."""


@dataclass(frozen=True)
class ReceptiveField:
    """What part of the input a value of a layer depends on (Araujo et al., 2019).

    The value at (row, column) sees at most `size` pixels from `start + stride * (row, column)` on,
    as far as they lie in the picture. Where it depends on all of it, the stride is 0.

    Attributes
    ----------
    size : tuple of int
        Height and width, in pixels of the input; of an input of other dimensions as many as it has.
    stride : tuple of float
        Of as many; no whole number where the maps were resized, such as 0.5 after upsampling.
    start : tuple of int
        Row and column of the first pixel that the value at (0, 0) sees; negative in the padding.
    """

    size: tuple[int, ...]
    stride: tuple[float, ...]
    start: tuple[int, ...]

    def box(self, row: int, column: int, size: tuple[int, int]) -> tuple[range, range]:
        """Return the rows and columns of an input of a size that a value of the maps sees."""
        found = []
        for axis, place in enumerate((row, column)):
            first, length = self.start[axis] + self.stride[axis] * place, self.size[axis]
            if self.stride[axis] == 0:
                first, length = 0, size[axis]
            last = math.ceil(first + length)
            found.append(range(max(math.floor(first), 0), max(min(last, size[axis]), 0)))
        return found[0], found[1]


@dataclass(frozen=True)
class LayerInfo:
    """One layer of a model.

    Attributes
    ----------
    name : str
        Its own, after those of the nested models it is in: "backbone/conv_1".
    kind : str
        Its Keras class, such as "Conv2D", or the operation of another format: "Conv".
    output_shape : tuple of int
        Without the batch, for the size that the architecture is of: (height, width, filters),
        (units,), (tokens, channels) or another; of the first array where it returns several; empty
        where the shape is not known before the model runs.
    parameters : int
        How many weights it has.
    is_softmax : bool
        Whether its outputs are softmax probabilities, which sum to 1.
    multiply_adds : int or None
        Multiplications with addition for one picture, over all its uses; None where unknown.
    receptive_field : ReceptiveField or None
        None where it is unknown, or the layer has no input.
    sources : tuple of str
        The layers whose outputs it takes.
    is_channels_first : bool
        Whether the framework keeps its maps as (filters, height, width); `output_shape` and
        `FeatureMaps.maps` have the channels last all the same.
    token_grid : (int, int) or None
        How many rows and columns the tokens of a transformer lie on; one token more than these
        have places is that of the class.
    first_token : int
        Which token lies on the grid's first place: 1 where that of the class comes before.
    problem : str
        Why this layer cannot be run, in one sentence; mostly empty.
    detail : str
        Settings that matter to a reader: "32 filters of 3×3, relu".
    kernel_size : tuple of int
        Height and width of a convolution's kernels, or as many lengths as it has dimensions; empty
        for other layers.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    detail: str = ""
    kernel_size: tuple[int, ...] = ()
    is_softmax: bool = False
    multiply_adds: int | None = None
    receptive_field: ReceptiveField | None = None
    sources: tuple[str, ...] = ()
    is_channels_first: bool = False
    problem: str = ""
    token_grid: tuple[int, int] | None = None
    first_token: int = 0

    @property
    def map_shape(self) -> tuple[int, ...]:
        """The shape of its `FeatureMaps.maps`: that of its output, but for tokens on a grid."""
        if self.token_grid is not None:
            return (*self.token_grid, self.output_shape[-1])
        return self.output_shape

    @property
    def has_maps(self) -> bool:
        """Whether its output can be shown: as feature maps, or as the values of its units."""
        return self._is_layout_known and not self._is_too_large

    @property
    def _is_layout_known(self) -> bool:
        return len(self.map_shape) in (1, 3) and 0 not in self.map_shape

    @property
    def _is_too_large(self) -> bool:
        return math.prod(self.output_shape) > MAX_MAP_VALUES or self.output_shape[-1] > MAX_MAPS

    @property
    def why_no_maps(self) -> str:
        """Why its output cannot be shown, in one sentence; empty where it can."""
        if self.has_maps:
            return ""
        shape = self.output_shape
        if self._is_layout_known:
            return (
                f"Layer “{self.name}” cannot be shown: it returns {'×'.join(map(str, shape))} "
                f"values; at most {MAX_MAP_VALUES:,} are shown, in at most {MAX_MAPS:,} maps."
            )
        if len(shape) == 2:
            return (
                f"Layer “{self.name}” has no feature maps: it returns {shape[0]} vectors of "
                f"{shape[1]} values, whose places in the picture are not known."
            )
        what = f"{'×'.join(map(str, shape))} values" if shape else self.detail or "a single value"
        return f"Layer “{self.name}” has no feature maps: it returns {what}."


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """A layer's output for one picture.

    Attributes
    ----------
    maps : (height, width, filters) float32, or (units,) float32 for a layer without space
    """

    layer: LayerInfo
    maps: npt.NDArray[np.float32]


def first_interesting(layers: Sequence[LayerInfo]) -> str | None:
    """Return the first convolution that looks at more than one pixel, or else the first layer.

    One without maps is chosen only where no layer has any.
    """
    shown = [layer for layer in layers if layer.has_maps]
    convolutions = [layer for layer in shown if "conv" in layer.kind.lower()]
    # One of 1×1 may be no more than a rescaling.
    wide = [layer for layer in convolutions if set(layer.kernel_size) != {1}]
    return next((layer.name for layer in (*wide, *convolutions, *shown, *layers)), None)
