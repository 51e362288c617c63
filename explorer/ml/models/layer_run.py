"""What one layer took and returned for one picture, in the words of Keras."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LayerRun:
    """What one layer took and returned for one picture.

    Attributes
    ----------
    kind : str
        Its Keras class, or that of the same operation: "Conv2D" for ONNX's "Conv".
    settings : mapping
        By the names that Keras has: "strides", "padding", "dilation_rate", "activation",
        "epsilon", "axis", "data_format". A padding may also be a pair (before, after) for each
        axis of space.
    weights : mapping
        As `ModelAdapter.weights` returns them.
    inputs : tuple of Array
        Without the batch, in the framework's own order of axes.
    output : Array
        The same.
    """

    kind: str
    settings: Mapping[str, Any]
    weights: Mapping[str, Array]
    inputs: tuple[Array, ...]
    output: Array
