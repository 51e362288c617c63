"""What the operations of LiteRT do to positions, and what they cost."""

from collections.abc import Mapping, Sequence

from ai_edge_litert import schema_py_generated as schema

from explorer.ml.architecture.litert.graph import LiteRTGraph, Operator
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

KERNELS = {"CONV_2D": 1, "DEPTHWISE_CONV_2D": 1, "TRANSPOSE_CONV": 1}
"""Which input holds the kernels: (filters, height, width, inputs), of depthwise ones (1, height,
width, filters)."""
POOLS = ("MAX_POOL_2D", "AVERAGE_POOL_2D", "L2_POOL_2D")

_ROWS_AND_COLUMNS = (1, 2)
_EACH_VALUE = {
    *("ABS", "ADD", "ADD_N", "CAST", "CEIL", "COS", "DEQUANTIZE", "DIV", "ELU", "EQUAL", "EXP"),
    *("BROADCAST_TO", "FLOOR", "FLOOR_DIV", "FLOOR_MOD", "GELU", "GREATER", "GREATER_EQUAL"),
    *("HARD_SWISH", "LEAKY_RELU", "LESS", "LESS_EQUAL", "LOCAL_RESPONSE_NORMALIZATION", "LOG"),
    *("LOGICAL_AND", "LOGICAL_NOT", "LOGICAL_OR", "LOGISTIC", "MAXIMUM", "MINIMUM", "MUL", "NEG"),
    *("NOT_EQUAL", "POW", "PRELU", "QUANTIZE", "RELU", "RELU6", "RELU_0_TO_1", "RELU_N1_TO_1"),
    *("ROUND", "RSQRT", "SELECT", "SELECT_V2", "SIGN", "SIN", "SQRT", "SQUARE", "SUB", "TANH"),
    *("SQUARED_DIFFERENCE", "CONCATENATION", "FAKE_QUANT", "ZEROS_LIKE"),
}
_REDUCTIONS = ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL")
_ALONG_LAST = ("SOFTMAX", "LOG_SOFTMAX", "L2_NORMALIZATION")
_RESHAPES = ("RESHAPE", "SQUEEZE", "EXPAND_DIMS")
_COSTS_UNKNOWN = ("IF", "WHILE", "CALL", "LSTM", "RNN", "SVDF", "CONV_3D", "CONV_3D_TRANSPOSE")


def node_of(graph: LiteRTGraph, operator: Operator, shapes: Mapping[int, Shape]) -> Node:
    """Return what the receptive fields are computed from."""
    given = tuple(shapes.get(index) for index in operator.sources)
    returned = shapes.get(operator.outputs[0])
    joined = None
    if operator.kind == "CONCATENATION":
        joined = operator.options(schema.ConcatenationOptions).Axis()
    return Node(
        name=operator.name,
        outputs=tuple(map(str, operator.outputs)),
        output_shape=returned,
        sources=tuple(map(str, operator.sources)),
        source_shapes=given,
        effects=_effects(graph, operator, given[0], returned),
        joined_axis=joined,
    )


def multiply_adds(operator: Operator, shapes: Mapping[int, Shape]) -> int | None:
    """Count the multiplications with addition for one picture; None where that is not known."""
    kind = operator.kind
    returned = shapes.get(operator.outputs[0])
    factors = [shapes.get(index) for index in operator.inputs]
    batch = (returned[0] if returned else 1) or 1
    if kind in KERNELS and len(factors) > 1:
        kernels = factors[1]
        slid_over = factors[-1 if len(factors) < 3 else 2] if kind == "TRANSPOSE_CONV" else returned
        if kernels is None or slid_over is None or len(slid_over) != 4:
            return None
        return count_convolution(slid_over[1:3], [length or 0 for length in kernels])
    if kind == "FULLY_CONNECTED" and len(factors) > 1:
        if factors[0] is None or factors[1] is None:
            return None
        count = count_product(factors[0], factors[1][0] or 0)
        return None if count is None else count // batch
    if kind == "BATCH_MATMUL" and len(factors) > 1:
        if factors[0] is None or factors[1] is None:
            return None
        options = operator.options(schema.BatchMatMulOptions)
        left = _swapped(factors[0]) if options.AdjX() else factors[0]
        right = _swapped(factors[1]) if options.AdjY() else factors[1]
        count = count_matrix_product(left, right)
        return None if count is None else count // batch
    is_own = kind.isupper()
    return 0 if is_own and not any(word in kind for word in _COSTS_UNKNOWN) else None


def pool_size(operator: Operator) -> tuple[int, int]:
    """Return height and width of what a pooling operation looks at."""
    options = operator.options(schema.Pool2DOptions)
    return options.FilterHeight(), options.FilterWidth()


def strides_of(operator: Operator) -> tuple[int, int]:
    """Return the strides of a convolution or pooling."""
    options = operator.options(_SLIDING.get(operator.kind, schema.Pool2DOptions))
    return options.StrideH(), options.StrideW()


def _swapped(shape: Shape) -> Shape:
    return (*shape[:-2], *reversed(shape[-2:]))


def _effects(
    graph: LiteRTGraph, operator: Operator, given: Shape | None, returned: Shape | None
) -> tuple[Effect, ...]:
    kind = operator.kind
    if kind in _EACH_VALUE:
        return ()
    if given is None:
        return (Unknown(),)
    rank = len(given)
    if (kind in KERNELS or kind in POOLS) and rank == 4:
        return (_windows(graph, operator, given, returned),)
    if kind == "FULLY_CONNECTED":
        keeps = operator.options(schema.FullyConnectedOptions).KeepNumDims()
        return (Mixed((rank - 1,) if keeps else tuple(range(rank))),)
    if kind == "BATCH_MATMUL":
        both = len(operator.sources) > 1
        return (Mixed((max(0, rank - 2), rank - 1) if both else (rank - 1,)),)
    if kind in _REDUCTIONS:
        axes = _constants(graph, operator, 1)
        if axes is None:
            return (Unknown(),)
        keeps = bool(operator.options(schema.ReducerOptions).KeepDims())
        return (Reduced(tuple(axis % rank for axis in axes), keeps),)
    if kind in _ALONG_LAST:
        return (Mixed((rank - 1,)),)
    if kind == "TRANSPOSE":
        order = _constants(graph, operator, 1)
        fits = order is not None and sorted(order) == list(range(rank))
        return (Moved(tuple(order)) if order is not None and fits else Unknown(),)
    if kind in _RESHAPES and returned is not None:
        return (Regrouped(given, returned),)
    if returned is None:
        return (Unknown(),)
    return (_moved_positions(graph, operator, given, returned),)


def _moved_positions(
    graph: LiteRTGraph, operator: Operator, given: Shape, returned: Shape
) -> Effect:
    """Return what padding, slicing and resizing do."""
    kind, rank = operator.kind, len(given)
    if kind in ("PAD", "PADV2"):
        pads = _constants(graph, operator, 1)
        if pads is None or len(pads) != 2 * rank:
            return Unknown()
        return _shifted([1] * rank, pads[::2])
    if kind == "SLICE":
        begins = _constants(graph, operator, 1)
        if begins is None or len(begins) != rank:
            return Unknown()
        return _shifted([1] * rank, [-begin for begin in begins])
    if kind == "STRIDED_SLICE":
        return _sliced(graph, operator, given)
    if kind == "SPACE_TO_DEPTH":
        block = operator.options(schema.SpaceToDepthOptions).BlockSize()
        return Windows(_ROWS_AND_COLUMNS, (block, block), (block, block), (1, 1), (0, 0))
    if kind == "DEPTH_TO_SPACE":
        block = operator.options(schema.DepthToSpaceOptions).BlockSize()
        return Scaled(_ROWS_AND_COLUMNS, ((block, 1), (block, 1)))
    if kind in ("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR") and rank == 4:
        return _resized(operator, given, returned)
    return Unknown()


def _sliced(graph: LiteRTGraph, operator: Operator, given: Shape) -> Effect:
    options = operator.options(schema.StridedSliceOptions)
    begins, steps = _constants(graph, operator, 1), _constants(graph, operator, 3)
    if begins is None or steps is None or not len(begins) == len(steps) == len(given):
        return Unknown()
    if options.ShrinkAxisMask() or options.NewAxisMask() or options.EllipsisMask():
        return Unknown()
    if min(steps) < 1 or None in given:
        return Unknown()
    firsts = [
        0 if options.BeginMask() >> axis & 1 else begin + (length or 0) * (begin < 0)
        for axis, (begin, length) in enumerate(zip(begins, given, strict=True))
    ]
    return _shifted(steps, [-first for first in firsts])


def _shifted(steps: Sequence[int], before: Sequence[int]) -> Windows:
    ones = (1,) * len(steps)
    return Windows(tuple(range(len(steps))), ones, tuple(steps), ones, tuple(before))


def _resized(operator: Operator, given: Shape, returned: Shape) -> Effect:
    is_linear = operator.kind == "RESIZE_BILINEAR"
    options = operator.options(
        schema.ResizeBilinearOptions if is_linear else schema.ResizeNearestNeighborOptions
    )
    lengths = [(returned[axis], given[axis]) for axis in _ROWS_AND_COLUMNS]
    if any(None in pair for pair in lengths):
        return Unknown()
    less = bool(options.AlignCorners())
    ratios = tuple((max(1, (out or 1) - less), max(1, (own or 1) - less)) for out, own in lengths)
    is_centred = bool(options.HalfPixelCenters())
    return Scaled(_ROWS_AND_COLUMNS, ratios, 1.0 if is_linear else 0.0, is_centred)


_SLIDING = {
    "CONV_2D": schema.Conv2DOptions,
    "DEPTHWISE_CONV_2D": schema.DepthwiseConv2DOptions,
    "TRANSPOSE_CONV": schema.TransposeConvOptions,
    **dict.fromkeys(POOLS, schema.Pool2DOptions),
}


def _windows(
    graph: LiteRTGraph, operator: Operator, given: Shape, returned: Shape | None
) -> Effect:
    options = operator.options(_SLIDING[operator.kind])
    strides = (options.StrideH(), options.StrideW())
    dilation = (1, 1)
    if operator.kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        dilation = (options.DilationHFactor(), options.DilationWFactor())
    if operator.kind in POOLS:
        kernel: tuple[int | None, ...] = pool_size(operator)
    else:
        kernel = graph.tensors[operator.inputs[1]].shape[1:3]
    sizes = tuple(length or 0 for length in kernel)
    if len(sizes) != 2 or min(*sizes, *strides, *dilation) < 1:
        return Unknown()
    before: list[int | None] = []
    for axis, (width, stride, step) in enumerate(zip(sizes, strides, dilation, strict=True)):
        small, large = returned[axis + 1] if returned else None, given[axis + 1]
        if operator.kind == "TRANSPOSE_CONV":
            small, large = large, small
        if options.Padding() == schema.Padding.VALID:
            before.append(0)
        elif small is None or large is None:
            before.append(None)
        else:
            before.append(max(0, (small - 1) * stride + (width - 1) * step + 1 - large) // 2)
    effect = Transposed if operator.kind == "TRANSPOSE_CONV" else Windows
    return effect(_ROWS_AND_COLUMNS, sizes, strides, dilation, tuple(before))


def _constants(graph: LiteRTGraph, operator: Operator, at: int) -> list[int] | None:
    if at >= len(operator.inputs):
        return None
    found = graph.array(operator.inputs[at])
    return None if found is None else [int(value) for value in found.reshape(-1)]
