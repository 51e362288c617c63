"""Checks of a Keras file before anything of it is loaded; they need no Keras.

Refused, each with its reason, besides what `read_keras_config` refuses:

- layers that hold code, classes and functions that are not those of Keras;
- arrays that would take more than half a GB for one picture;
- layers that ask for more weights than the file holds.

Keras builds what the config describes before it compares it with the stored weights: a file of
20 KB can make it take many GB.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from explorer.core.model_files.kinds import ModelKind
from explorer.core.models.model_use import DEFAULT_PREPARATION
from explorer.errors import ModelError
from explorer.ml.architecture.keras.graph import architecture_of
from explorer.ml.keras_files.keras_config import KerasConfig, read_keras_config
from explorer.ml.models.signature import reason_against_array

_FEW_WEIGHTS = 1 << 20
_WEIGHTS_PER_VALUE = 2  # quantised to 4 bits, two lie in one value
_COUNTS = (
    "filters",
    "units",
    "output_dim",
    "num_heads",
    "key_dim",
    "value_dim",
    "depth_multiplier",
)


def check_keras_file(file: Path) -> KerasConfig:
    """Refuse a Keras file that is damaged, holds code, or would take far more than it holds.

    Returns
    -------
    KerasConfig
        What the file says about itself.

    Raises
    ------
    ModelError
        It is one of those; the text is the reason alone.
    """
    found = read_keras_config(file)
    if found.kind == "json":
        raise ModelError(ModelKind.KERAS_CONFIG.reason)
    if found.forbidden:
        raise ModelError(found.forbidden[0].reason)
    for entry in _entries(found.translated):
        for shape in _shapes(entry):
            if reason := reason_against_array(shape):
                raise ModelError(reason)
    stored = sum(array.size for array in found.arrays.values())
    # Of what the settings ask for, not of what is stored; what does not fit together counts as 0.
    needed = architecture_of(found.translated, DEFAULT_PREPARATION.size).parameters
    needed = max(needed, sum(map(_least_weights, _entries(found.translated))))
    if needed > _FEW_WEIGHTS + _WEIGHTS_PER_VALUE * stored:
        raise ModelError(
            f"its layers need {needed / 1e6:,.0f} million weights, which are not in the file"
        )
    return found


def _least_weights(layer: dict[str, Any]) -> int:
    """Return how many weights a layer has at least, of one input channel; 0 for anything else."""
    config = layer.get("config")
    if not isinstance(config, dict):
        return 0
    kernel = config.get("kernel_size")
    area = math.prod(map(_whole, kernel)) if isinstance(kernel, list) else _whole(kernel) or 1
    return area * max(_whole(config.get(key)) for key in _COUNTS)


def _entries(config: Any) -> Iterator[dict[str, Any]]:
    """Return every object of a config, however deep."""
    left = [config]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            yield value
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)


def _shapes(entry: dict[str, Any]) -> Iterator[list[Any]]:
    """Return the shapes that an object names, of inputs and of what flows between layers."""
    for key in ("batch_shape", "batch_input_shape", "input_shape", "build_input_shape", "shape"):
        if isinstance(entry.get(key), list):
            yield entry[key]


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
