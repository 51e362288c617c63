"""What the operations of ONNX do to positions, and what they cost."""

import math
from collections.abc import Sequence
from typing import Any

from onnx import NodeProto

from explorer.ml.architecture.node import (
    Effect,
    Mixed,
    Moved,
    Node,
    Reduced,
    Regrouped,
    Scaled,
    Shape,
    Transposed,
    Unknown,
    Windows,
    count_convolution,
    count_matrix_product,
    count_product,
)
from explorer.ml.architecture.onnx.graph import OnnxGraph, OnnxLayer, attributes

CONVOLUTIONS = {"Conv": 1, "ConvInteger": 1, "QLinearConv": 3, "ConvTranspose": 1}
"""Which input holds the kernels."""
PRODUCTS = {"MatMul": 1, "MatMulInteger": 1, "QLinearMatMul": 3, "Gemm": 1}
"""Which input is the second factor."""
POOLS = {"MaxPool", "AveragePool", "LpPool"}

_EACH_VALUE = {
    *("Abs", "Acos", "Acosh", "Add", "And", "Asin", "Asinh", "Atan", "Atanh", "BatchNormalization"),
    *("Cast", "CastLike", "Ceil", "Celu", "Clip", "Cos", "Cosh", "DequantizeLinear", "Div"),
    *("Dropout", "Elu", "Equal", "Erf", "Exp", "Expand", "Floor", "Gelu", "Greater", "HardSigmoid"),
    *("HardSwish", "Identity", "LRN", "LeakyRelu", "Less", "Log", "Max", "Mean", "Min", "Mish"),
    *("Mod", "Mul", "Neg", "Not", "Or", "PRelu", "Pow", "QLinearAdd", "QLinearLeakyRelu"),
    *("QLinearMul", "QLinearSigmoid", "QuantizeLinear", "Reciprocal", "Relu", "Round", "Selu"),
    *("Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus", "Softsign", "Sqrt", "Sub", "Sum"),
    *("Swish", "Tan", "Tanh", "ThresholdedRelu", "Where", "Xor"),
}
_WHOLE = {"GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "QLinearGlobalAveragePool"}
_ALONG_AXIS = {"Softmax", "LogSoftmax", "Hardmax", "LayerNormalization", "RMSNormalization"}
_RESHAPES = {"Reshape", "Flatten", "Squeeze", "Unsqueeze"}
_COSTS_UNKNOWN = {"If", "Loop", "Scan", "LSTM", "GRU", "RNN", "Attention", "MultiHeadAttention"}


def node_of(graph: OnnxGraph, layer: OnnxLayer) -> Node:
    """Return what the receptive fields are computed from."""
    shapes = tuple(graph.shapes.get(name) for name in layer.sources)
    output = graph.shapes.get(layer.tensor)
    return Node(
        name=layer.name,
        outputs=tuple(name for name in layer.node.output if name),
        output_shape=output,
        sources=layer.sources,
        source_shapes=shapes,
        effects=_effects(graph, layer.node, shapes[0], output),
        joined_axis=_axis(layer.node, 0) if layer.node.op_type == "Concat" else None,
    )


def multiply_adds(graph: OnnxGraph, layer: OnnxLayer) -> int | None:
    """Count the multiplications with addition of a node; None where that is not known."""
    node = layer.node
    kind = node.op_type
    given, returned = graph.shapes.get(layer.sources[0]), graph.shapes.get(layer.tensor)
    if kind in CONVOLUTIONS:
        kernels = _shape_of(graph, node, CONVOLUTIONS[kind])
        slid_over = given if kind == "ConvTranspose" else returned
        if kernels is None or slid_over is None:
            return None
        return count_convolution(slid_over[2:], [length or 0 for length in kernels])
    if kind in PRODUCTS:
        left, right = _shape_of(graph, node, 0), _shape_of(graph, node, PRODUCTS[kind])
        if left is None or right is None or len(left) < 2 or len(right) < 2:
            return None
        if kind == "Gemm":
            is_transposed = attributes(node).get("transB", 0)
            return _each(graph, count_product(left, right[0 if is_transposed else 1] or 0))
        return _each(graph, count_matrix_product(left, right))
    if kind == "Einsum":
        return _each(graph, _einsum_cost(graph, node))
    is_unknown = kind in _COSTS_UNKNOWN or node.domain == "com.microsoft"
    return None if is_unknown else 0


def _each(graph: OnnxGraph, count: int | None) -> int | None:
    """Return what one picture takes of a model that takes several at once."""
    return None if count is None else count // graph.batch


def _shape_of(graph: OnnxGraph, node: NodeProto, index: int) -> Shape | None:
    return graph.shapes.get(node.input[index]) if index < len(node.input) else None


def _einsum_cost(graph: OnnxGraph, node: NodeProto) -> int | None:
    """Count by the length of each letter: what a sum over all of them takes."""
    equation = attributes(node).get("equation", b"").decode(errors="replace").replace(" ", "")
    lengths: dict[str, int] = {}
    for index, letters in enumerate(equation.partition("->")[0].split(",")):
        shape = _shape_of(graph, node, index)
        if shape is None or len(shape) != len(letters) or None in shape:
            return None
        lengths.update(zip(letters, (length or 0 for length in shape), strict=True))
    return math.prod(lengths.values())


def _effects(
    graph: OnnxGraph, node: NodeProto, given: Shape | None, returned: Shape | None
) -> tuple[Effect, ...]:
    kind = node.op_type
    if kind in _EACH_VALUE:
        return ()
    if given is None:
        return (Unknown(),)
    rank = len(given)
    spatial = tuple(range(2, rank))
    if kind in CONVOLUTIONS or kind in POOLS:
        return (_windows(graph, node, given, returned),)
    if kind in _WHOLE:
        return (Reduced(spatial, keeps_axes=True),)
    if kind.startswith("Reduce") or kind in ("ArgMax", "ArgMin"):
        keeps = bool(attributes(node).get("keepdims", 1))
        return (Reduced(_reduced_axes(graph, node, rank), keeps),)
    if kind in ("InstanceNormalization", "GroupNormalization"):
        return (Mixed(spatial),)
    if kind in _ALONG_AXIS:
        is_one = kind.endswith("max") and graph.opset >= 13
        axis = _axis(node, -1 if is_one or not kind.endswith("max") else 1) % rank
        return (Mixed((axis,) if is_one else tuple(range(axis, rank))),)
    if kind in PRODUCTS:
        is_weights = len([one for one in node.input if one in graph.shapes]) > 1 and (
            graph.is_constant(node.input[PRODUCTS[kind]])
        )
        return (Mixed((rank - 1,) if is_weights else (max(0, rank - 2), rank - 1)),)
    if kind in ("Attention", "MultiHeadAttention"):
        return (Mixed(tuple(range(1, rank))),)
    if kind == "Transpose":
        order = attributes(node).get("perm") or reversed(range(rank))
        return (Moved(tuple(order)),)
    if returned is None:
        return (Unknown(),)
    if kind in _RESHAPES:
        return (Regrouped(given, returned),)
    if kind == "Concat":
        return ()
    return _moved_positions(graph, node, given, returned)


def _moved_positions(
    graph: OnnxGraph, node: NodeProto, given: Shape, returned: Shape
) -> tuple[Effect, ...]:
    """Return what padding, slicing, splitting and resizing do."""
    kind, rank = node.op_type, len(given)
    values = attributes(node)
    if kind == "Pad":
        pads = values.get("pads") or _constant_list(graph, node, 1)
        if pads is None or len(pads) != 2 * rank or len(node.input) > 3:
            return (Unknown(),)
        return (_shifted(range(rank), [1] * rank, pads[:rank]),)
    if kind == "Slice":
        starts = values.get("starts") or _constant_list(graph, node, 1)
        axes = values.get("axes") or _constant_list(graph, node, 3)
        steps = _constant_list(graph, node, 4) or [1] * len(starts or ())
        axes = list(range(len(starts or ()))) if axes is None else [one % rank for one in axes]
        if not starts or len({len(starts), len(axes), len(steps)}) > 1 or min(steps) < 1:
            return (Unknown(),)
        if any(given[axis] is None for axis in axes):
            return (Unknown(),)
        firsts = [
            start + (given[axis] or 0) if start < 0 else start
            for start, axis in zip(starts, axes, strict=True)
        ]
        return (_shifted(axes, steps, [-first for first in firsts]),)
    if kind == "Split" and rank > 2 and _axis(node, 0) % rank == 1:
        return ()
    if kind == "SpaceToDepth":
        block = [int(values.get("blocksize", 1))] * 2
        return (Windows((2, 3), tuple(block), tuple(block), (1, 1), (0, 0)),)
    if kind == "DepthToSpace":
        block_size = int(values.get("blocksize", 1))
        return (Scaled((2, 3), ((block_size, 1), (block_size, 1))),)
    if kind in ("Resize", "Upsample"):
        return _resized(values, given, returned)
    return (Unknown(),)


def _shifted(axes: Sequence[int], steps: Sequence[int], before: Sequence[int]) -> Windows:
    ones = (1,) * len(axes)
    return Windows(tuple(axes), ones, tuple(map(int, steps)), ones, tuple(map(int, before)))


def _resized(values: dict[str, Any], given: Shape, returned: Shape) -> tuple[Effect, ...]:
    mode = values.get("mode", b"nearest")
    how = values.get("coordinate_transformation_mode", b"half_pixel")
    reach = {b"nearest": 0.0, b"linear": 1.0, b"cubic": 2.0}.get(mode)
    lengths = list(zip(returned, given, strict=False))
    if reach is None or len(returned) != len(given) or any(None in pair for pair in lengths):
        return (Unknown(),)
    if values.get("antialias"):
        return (Unknown(),)
    is_aligned = how == b"align_corners"
    ratios = {
        axis: (max(1, (out or 1) - is_aligned), max(1, (length or 1) - is_aligned))
        for axis, (out, length) in enumerate(lengths)
        if out != length
    }
    is_centred = how in (b"half_pixel", b"pytorch_half_pixel", b"half_pixel_symmetric")
    return (Scaled(tuple(ratios), tuple(ratios.values()), reach, is_centred),)


def _windows(graph: OnnxGraph, node: NodeProto, given: Shape, returned: Shape | None) -> Effect:
    values = attributes(node)
    axes = tuple(range(2, len(given)))
    kernel = tuple(values.get("kernel_shape", ()))
    if not kernel and node.op_type in CONVOLUTIONS:
        kernels = _shape_of(graph, node, CONVOLUTIONS[node.op_type]) or ()
        kernel = tuple(length or 1 for length in kernels[2:])
    strides = tuple(values.get("strides") or [1] * len(axes))
    dilation = tuple(values.get("dilations") or [1] * len(axes))
    if not len(axes) == len(kernel) == len(strides) == len(dilation):
        return Unknown()
    if min((*kernel, *strides, *dilation), default=1) < 1:
        return Unknown()
    before = _padding(values, given, returned, kernel, strides, dilation, node.op_type)
    effect = Transposed if node.op_type == "ConvTranspose" else Windows
    return effect(axes, kernel, strides, dilation, before)


def _padding(
    values: dict[str, Any],
    given: Shape,
    returned: Shape | None,
    kernel: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    kind: str,
) -> tuple[int | None, ...]:
    """Return how much is added before the first position of each axis."""
    automatic = values.get("auto_pad", b"NOTSET")
    if automatic in (b"NOTSET", b"VALID"):
        pads = values.get("pads") if automatic == b"NOTSET" else None
        return tuple(pads[: len(kernel)]) if pads else (0,) * len(kernel)
    found: list[int | None] = []
    for axis, (width, stride, step) in enumerate(zip(kernel, strides, dilation, strict=True)):
        small, large = given[axis + 2], returned[axis + 2] if returned else None
        if kind != "ConvTranspose":
            small, large = large, small
        if small is None or large is None:
            found.append(None)
            continue
        total = max(0, (small - 1) * stride + (width - 1) * step + 1 - large)
        found.append(total // 2 if automatic == b"SAME_UPPER" else total - total // 2)
    return tuple(found)


def _axis(node: NodeProto, default: int) -> int:
    return int(attributes(node).get("axis", default))


def _reduced_axes(graph: OnnxGraph, node: NodeProto, rank: int) -> tuple[int, ...]:
    if node.op_type.startswith("Arg"):
        return (_axis(node, 0) % rank,)
    axes = attributes(node).get("axes")
    if axes is None and len(node.input) > 1 and node.input[1]:
        axes = _constant_list(graph, node, 1)
    return tuple(range(rank)) if not axes else tuple(axis % rank for axis in axes)


def _constant_list(graph: OnnxGraph, node: NodeProto, index: int) -> list[int] | None:
    if index >= len(node.input) or not node.input[index]:
        return None
    found = graph.constant(node.input[index])
    return None if found is None else [int(one) for one in found.reshape(-1)]
