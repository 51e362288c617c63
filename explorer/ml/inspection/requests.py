"""What is asked about one layer of an open model: a value, what it depends on, the weights."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from explorer.core.layers.architecture import Architecture
from explorer.core.layers.arithmetic import Continuation, ValueArithmetic
from explorer.core.layers.effective_field import EffectiveField
from explorer.core.layers.layers import LayerInfo
from explorer.core.layers.weights import LayerWeights, describe_weights
from explorer.core.models.model_use import Edit, ModelUse
from explorer.ml.inspection.value import explain_value
from explorer.ml.models.adapter import Array, ModelAdapter
from explorer.ml.models.layer_run import LayerRun

_FOLLOWING = {
    *("BatchNormalization", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Dropout"),
    *("SpatialDropout1D", "SpatialDropout2D"),
    *("Relu", "LeakyRelu", "Elu", "PRelu", "Clip", "Sigmoid", "Tanh", "HardSwish"),  # of ONNX
}


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
    architecture = adapter.describe(use.preparation.size)
    info = architecture.find(layer)
    content = inputs.tobytes()

    def explain(info: LayerInfo) -> ValueArithmetic:
        run = _layer_run(adapter, use.edits, info.name, inputs.shape, content)
        return explain_value(info, run, *place)

    found = explain(info)
    if found.how != "sum" or not found.weights.size:
        return found
    continued = []
    for following in _followers(architecture, info):
        value = explain(following)
        if value.how == "none":
            break
        steps = value.steps
        continued.append(Continuation(following.name, steps, value.result, value.framework))
    return replace(found, continued=tuple(continued))


def _followers(architecture: Architecture, info: LayerInfo) -> Iterator[LayerInfo]:
    """Yield the layers that follow and make one value of one: normalisation, activation."""
    while True:
        users = [layer for layer in architecture.layers if info.name in layer.sources]
        if len(users) != 1 or users[0].sources != (info.name,) or users[0].kind not in _FOLLOWING:
            return
        info = users[0]
        yield info


@lru_cache(maxsize=4)  # a person follows the values of one layer, and what comes of them
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
    channels = info.output_shape[-1] if info.output_shape else None
    return describe_weights(info.name, info.kind, adapter.weights(info.name), channels)
