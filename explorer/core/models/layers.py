"""What the network process answers about a model's layers."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_MAP_VALUES = 1 << 24
"""Of all maps of a layer that is shown: 64 of 512×512. Drawn, they take half a gigabyte."""
MAX_MAPS = 1 << 20
"""Of a layer that is shown, or how many units it has: as many as 64 maps of 128×128, flattened."""


@dataclass(frozen=True)
class LayerInfo:
    """One layer of a model.

    Attributes
    ----------
    kind : str
        Its Keras class, such as "Conv2D".
    output_shape : tuple of int
        Without the batch: (height, width, filters), (units,), or another of a layer without maps;
        empty where it returns several arrays.
    parameters : int
        How many weights it has.
    detail : str
        Settings that matter to a reader: "32 filters of 3×3, relu".
    kernel_size : tuple of int
        Height and width of a convolution's kernels, or as many lengths as it has dimensions; empty
        for other layers.
    is_softmax : bool
        Whether its outputs are softmax probabilities, which sum to 1.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    detail: str = ""
    kernel_size: tuple[int, ...] = ()
    is_softmax: bool = False

    @property
    def has_maps(self) -> bool:
        """Whether its output can be shown: as feature maps, or as the values of its units."""
        return self._is_layout_known and not self._is_too_large

    @property
    def _is_layout_known(self) -> bool:
        return len(self.output_shape) in (1, 3) and 0 not in self.output_shape

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
