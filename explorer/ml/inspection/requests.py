"""What is asked about one layer of an open model: a value, what it depends on, the weights."""

from functools import lru_cache

import numpy as np

from explorer.core.models.arithmetic import ValueArithmetic
from explorer.core.models.effective_field import EffectiveField
from explorer.core.models.model_use import Edit, ModelUse
from explorer.core.models.weights import LayerWeights, describe_weights
from explorer.ml.inspection.value import explain_value
from explorer.ml.models.adapter import Array, ModelAdapter
from explorer.ml.models.layer_run import LayerRun


def explain_layer_value(
    adapter: ModelAdapter,
    use: ModelUse,
    layer: str,
    place: tuple[int, int, int],
    inputs: Array,
) -> ValueArithmetic:
    """Return how one value of a layer comes about for a picture.

    Raises
    ------
    ModelError
        There is no such layer or value, or the format does not tell.
    """
    info = adapter.describe(use.preparation.size).find(layer)
    run = _layer_run(adapter, use.edits, info.name, inputs.shape, inputs.tobytes())
    return explain_value(info, run, *place)


@lru_cache(maxsize=1)  # a person follows the values of one layer after the other
def _layer_run(
    adapter: ModelAdapter,
    edits: tuple[Edit, ...],
    layer: str,
    shape: tuple[int, ...],
    inputs: bytes,
) -> LayerRun:
    return adapter.layer_run(layer, np.frombuffer(inputs, np.float32).reshape(shape))


def measure_field(
    adapter: ModelAdapter, layer: str, place: tuple[int, int, int], inputs: Array
) -> EffectiveField:
    """Return how much one value of a layer changes with each pixel of a picture."""
    gradients = adapter.value_gradients(layer, place, inputs)
    return EffectiveField(np.abs(gradients).sum(axis=2, dtype=np.float32))


def read_weights(adapter: ModelAdapter, use: ModelUse, layer: str) -> LayerWeights:
    """Return a layer's weights with all that is measured of them."""
    info = adapter.describe(use.preparation.size).find(layer)
    return describe_weights(info.name, info.kind, adapter.weights(info.name))
