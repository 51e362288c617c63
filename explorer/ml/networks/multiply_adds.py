"""How much a network computes for one picture."""

import math
from typing import Any

import keras
from keras import layers

from explorer.ml.networks.layer_calls import LayerCall, Shape, recorded_calls

_TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
_CONVOLUTIONS = (
    *(layers.Conv1D, layers.Conv2D, layers.Conv3D),
    *(layers.DepthwiseConv1D, layers.DepthwiseConv2D),
)
_SEPARABLE = (layers.SeparableConv1D, layers.SeparableConv2D)
_CONVOLUTIONAL_RECURRENT = (layers.ConvLSTM1D, layers.ConvLSTM2D, layers.ConvLSTM3D)


def count_multiply_adds(network: keras.Model) -> int:
    """Count the multiplications with addition for one picture.

    Those of convolutions, dense, recurrent and attention layers: each time a layer is used, at its
    real size there, in nested networks as well.

    Parameters
    ----------
    network : keras.Model
        Of a fixed input size.
    """
    return _count(network, [tuple(given.shape[1:]) for given in network.inputs])


def _count(network: keras.Model, shapes: list[Shape]) -> int:
    one_picture = [
        keras.KerasTensor((1, *shape), given.dtype)
        for shape, given in zip(shapes, network.inputs, strict=True)
    ]
    with recorded_calls(network) as calls:
        # Traced, not computed: only the shapes are wanted.
        _Trace(network).compute_output_spec(*one_picture)
    return sum(_multiply_adds(call.layer, call) for call in calls)


class _Trace(keras.Operation):  # type: ignore[misc]  # Keras has no types
    def __init__(self, network: keras.Model) -> None:
        super().__init__()
        self._network = network

    def call(self, *inputs: Any) -> Any:
        return self._network(inputs[0] if len(inputs) == 1 else list(inputs), training=False)


def _multiply_adds(layer: Any, call: LayerCall) -> int:
    given, returned = call.inputs[0], call.outputs[0]
    if isinstance(layer, _TRANSPOSED):  # each value that goes in meets the whole kernel
        return _positions(layer, given) * _size(layer.kernel)
    if isinstance(layer, _SEPARABLE):
        weights = _size(layer.depthwise_kernel) + _size(layer.pointwise_kernel)
        return _positions(layer, returned) * weights
    if isinstance(layer, _CONVOLUTIONS):
        return _positions(layer, returned) * _size(layer.kernel)
    if isinstance(layer, layers.Dense):
        return math.prod(given[:-1]) * _size(layer.kernel)
    if isinstance(layer, layers.EinsumDense):
        return _einsum(layer, given)
    if isinstance(layer, (layers.MultiHeadAttention, layers.GroupQueryAttention)):
        return _multi_head_attention(layer, call)
    if isinstance(layer, layers.Attention):  # scores, then a mean of the values
        query, value = call.inputs[:2]
        return query[1] * value[1] * (query[-1] + value[-1])
    if isinstance(layer, layers.Bidirectional):
        both = (layer.forward_layer, layer.backward_layer)
        return sum(_multiply_adds(one, call) for one in both)
    if isinstance(layer, layers.TimeDistributed):
        return given[1] * _time_distributed(layer.layer, given, returned)
    if isinstance(layer, layers.Wrapper):
        return _multiply_adds(layer.layer, call)
    if isinstance(layer, layers.RNN):
        return given[1] * _recurrent_step(layer, returned)
    return 0


def _positions(layer: Any, shape: Shape) -> int:
    """Return at how many places a kernel is applied: without the batch and the channels."""
    return math.prod(shape[1:-1] if layer.data_format == "channels_last" else shape[2:])


def _einsum(layer: Any, given: Shape) -> int:
    """Count a sum over products: one for each combination of its indices."""
    indices, kernel_indices = layer.equation.replace(" ", "").partition("->")[0].split(",")
    sizes = dict(zip(kernel_indices, layer.kernel.shape, strict=True))
    return math.prod(given) * math.prod(
        int(size) for index, size in sizes.items() if index not in indices
    )


def _multi_head_attention(layer: Any, call: LayerCall) -> int:
    config = layer.get_config()
    query, value = call.inputs[:2]
    # Besides arrays a mask may be given, which has no channels.
    key = call.inputs[2] if len(call.inputs) > 2 and len(call.inputs[2]) == len(value) else value
    if isinstance(layer, layers.MultiHeadAttention):
        heads = value_heads = config["num_heads"]
        depth, value_depth = config["key_dim"], config["value_dim"]
    else:
        heads, value_heads = config["num_query_heads"], config["num_key_value_heads"]
        depth = value_depth = config["head_dim"]
    queries, values = math.prod(query[1:-1]), math.prod(value[1:-1])
    axes = config.get("attention_axes")
    seen = math.prod(value[axis] for axis in axes) if axes else values
    projections: int = (
        queries * query[-1] * heads * depth
        + values * key[-1] * value_heads * depth
        + values * value[-1] * value_heads * value_depth
        + queries * heads * value_depth * call.outputs[0][-1]
    )
    attention: int = queries * seen * heads * (depth + value_depth)
    return projections + attention


def _time_distributed(layer: Any, given: Shape, returned: Shape) -> int:
    if isinstance(layer, keras.Model):
        return _count(layer, [given[2:]])
    step = LayerCall(layer, ((1, *given[2:]),), ((1, *returned[2:]),))
    return _multiply_adds(layer, step)


def _recurrent_step(layer: Any, returned: Shape) -> int:
    cell = layer.cell
    cells = cell.cells if isinstance(cell, layers.StackedRNNCells) else [cell]
    weights: int = sum(_size(cell.kernel) + _size(cell.recurrent_kernel) for cell in cells)
    if not isinstance(layer, _CONVOLUTIONAL_RECURRENT):
        return weights
    of_one_step = returned[2:] if layer.return_sequences else returned[1:]
    return weights * _positions(layer, (1, *of_one_step))


def _size(weights: Any) -> int:
    return math.prod(map(int, weights.shape))
