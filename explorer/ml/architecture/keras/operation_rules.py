"""Operations that functional models record as layers: those of `keras.ops`, and of TensorFlow."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from explorer.ml.architecture.keras.layer_rules import (
    broadcast,
    combined,
    concatenated,
    moved,
    regrouped,
)
from explorer.ml.architecture.keras.product_rules import product
from explorer.ml.architecture.keras.sliding_rules import resized, shifted, slide, spatial_axes
from explorer.ml.architecture.keras.use import (
    Outcome,
    Rule,
    Settings,
    Tensor,
    UnfitError,
    Use,
    is_whole,
    replaced,
    to_axis,
)
from explorer.ml.architecture.node import (
    Effect,
    Mixed,
    Moved,
    Reduced,
    Shape,
    Unknown,
    Windows,
    count_convolution,
    count_matrix_product,
)


def _each(use: Use) -> Outcome:
    """Combine what it takes value by value; numbers among it count as well."""
    constants = [_shape_of(one) for one in use.args if not isinstance(one, (Tensor, list))]
    return Outcome((broadcast([*use.shapes, *constants]),))


def _shape_of(constant: Any) -> Shape:
    """Return the shape of a number or an array that the config holds."""
    if isinstance(constant, Mapping):
        config = constant.get("config")
        return _shape_of(config.get("value")) if isinstance(config, Mapping) else ()
    shape = []
    while isinstance(constant, list) and constant:
        shape.append(len(constant))
        constant = constant[0]
    return tuple(shape)


def _setting(use: Use, position: int, *names: str) -> Any:
    """Return an argument: of the settings, by name, or by its place among the arguments."""
    for name in names:
        if name in use.settings.values:
            return use.settings.values[name]
        if name in use.keywords:
            return use.keywords[name]
    return use.args[position] if position < len(use.args) else None


def _settled(use: Use, **values: Any) -> Use:
    return replace(use, settings=Settings({**use.settings.values, **values}))


def _reduced(use: Use) -> Outcome:
    axis = _setting(use, 1, "axis", "dim", "reduction_indices")
    keeps = bool(_setting(use, 2, "keepdims", "keep_dims"))
    rank = len(use.shape)
    listed = range(rank) if axis is None else axis if isinstance(axis, list) else [axis]
    axes = tuple(to_axis(one, rank) for one in listed)
    shape = replaced(use.shape, dict.fromkeys(axes, 1))
    if not keeps:
        shape = tuple(length for axis, length in enumerate(shape) if axis not in axes)
    return Outcome((shape,), (Reduced(axes, keeps),))


def _along(use: Use) -> Outcome:
    """Softmax, cumulative sums, sorting: all values along an axis are mixed."""
    axis = _setting(use, 1, "axis")
    rank = len(use.shape)
    listed = range(rank) if axis is None else axis if isinstance(axis, list) else [axis]
    return Outcome((use.shape,), (Mixed(tuple(to_axis(one, rank) for one in listed)),))


def _reshape(use: Use) -> Outcome:
    wanted = _setting(use, 1, "newshape", "shape")
    if not isinstance(wanted, list) or not all(one is None or is_whole(one) for one in wanted):
        raise UnfitError("its shape is none")
    return regrouped(use, wanted)


def _transpose(use: Use) -> Outcome:
    axes = _setting(use, 1, "axes", "perm")
    rank = len(use.shape)
    order = axes if isinstance(axes, list) else range(rank - 1, -1, -1)
    return moved(use, [to_axis(one, rank) for one in order])


def _swap(use: Use) -> Outcome:
    rank = len(use.shape)
    first = to_axis(_setting(use, 1, "axis1"), rank)
    second = to_axis(_setting(use, 2, "axis2"), rank)
    order = list(range(rank))
    order[first], order[second] = second, first
    return moved(use, order)


def _move(use: Use) -> Outcome:
    rank = len(use.shape)
    pairs = []
    for position, name in ((1, "source"), (2, "destination")):
        found = _setting(use, position, name)
        listed = found if isinstance(found, list) else [found]
        pairs.append([to_axis(one, rank) for one in listed])
    order = [axis for axis in range(rank) if axis not in pairs[0]]
    for source, destination in sorted(zip(*pairs, strict=True), key=lambda pair: pair[1]):
        order.insert(destination, source)
    return moved(use, order)


def _expand(use: Use) -> Outcome:
    found = _setting(use, 1, "axis")
    listed = found if isinstance(found, list) else [found]
    rank = len(use.shape) + len(listed)
    new = {to_axis(one, rank) for one in listed}
    left = iter(range(len(use.shape)))
    order = tuple(-1 if axis in new else next(left) for axis in range(rank))
    return _viewed(use, order)


def _squeeze(use: Use) -> Outcome:
    found, rank = _setting(use, 1, "axis"), len(use.shape)
    listed = found if isinstance(found, list) else [found]
    gone = {to_axis(one, rank) for one in listed if one is not None}
    if found is None:
        gone = {axis for axis, length in enumerate(use.shape) if length == 1 and axis}
    return _viewed(use, tuple(axis for axis in range(rank) if axis not in gone))


def _viewed(use: Use, order: tuple[int, ...]) -> Outcome:
    """Return the same values with axes of length 1 more, as -1, or less."""
    return Outcome((tuple(1 if one < 0 else use.shape[one] for one in order),), (Moved(order),))


def _stack(use: Use) -> Outcome:
    rank = len(use.shape) + 1
    axis = to_axis(_setting(use, 1, "axis") or 0, rank)
    shape = list(broadcast(use.shapes))
    shape.insert(axis, len(use.shapes))
    order = [*range(axis), -1, *range(axis, rank - 1)]
    return Outcome((tuple(shape),), (Moved(tuple(order)),))


def _concatenate(use: Use) -> Outcome:
    return concatenated(_settled(use, axis=_setting(use, 1, "axis")))


def _split(use: Use) -> Outcome:
    rank = len(use.shape)
    parts = _setting(use, 1, "indices_or_sections", "num_or_size_splits")
    axis = to_axis(_setting(use, 2, "axis") or 0, rank)
    length = use.length(axis)
    if is_whole(parts) and 0 < parts <= length and length % parts == 0:
        lengths = [length // parts] * parts
    elif isinstance(parts, list) and parts and all(map(is_whole, parts)):
        edges = [0, *parts, length]
        lengths = [max(0, edges[one + 1] - edges[one]) for one in range(len(edges) - 1)]
    else:
        raise UnfitError("its parts do not fit its input")
    shapes = tuple(replaced(use.shape, {axis: one}) for one in lengths)
    # The parts of another axis than that of the channels lie apart.
    return Outcome(shapes, () if axis in (0, rank - 1) else (Unknown(),))


def _get_item(use: Use) -> Outcome:
    keys = _setting(use, 1, "key", "slice_spec")
    keys = keys if isinstance(keys, list) else [keys]
    named = sum(1 for one in keys if one is not None and not _is_ellipsis(one))
    filled: list[Any] = []
    for key in keys:
        if _is_ellipsis(key):
            filled += [_ALL] * (len(use.shape) - named)
        else:
            filled.append(key)
    filled += [_ALL] * (len(use.shape) - sum(1 for one in filled if one is not None))
    shape: list[int | None] = []
    effects: list[Effect] = []
    order: list[int] = []
    axis = 0
    for key in filled:
        if key is None:
            shape.append(1)
            order.append(-1)
            continue
        length = use.length(axis) if axis < len(use.shape) else 0
        if is_whole(key):
            effects.append(shifted((axis,), (-(key % max(length, 1)),)))
        else:
            steps = range(*_slice(key).indices(length))
            shape.append(len(steps))
            order.append(axis)
            if steps.step < 0:
                effects.append(Unknown())
            else:
                effects.append(Windows((axis,), (1,), (steps.step,), (1,), (-steps.start,)))
        axis += 1
    return Outcome((tuple(shape),), (*effects, Moved(tuple(order))))


_ALL: dict[str, Any] = {"class_name": "__slice__", "config": {}}


def _is_ellipsis(key: Any) -> bool:
    return isinstance(key, Mapping) and key.get("class_name") == "__ellipsis__"


def _slice(key: Any) -> slice:
    values = key.get("config", key) if isinstance(key, Mapping) else None
    if not isinstance(values, Mapping):
        raise UnfitError("its slice is none")
    ends = [values.get(name) for name in ("start", "stop", "step")]
    if not all(one is None or is_whole(one) for one in ends) or ends[2:] == [0]:
        raise UnfitError("its slice is none")
    return slice(*ends)


def _matmul(use: Use) -> Outcome:
    shapes = [one.shape if isinstance(one, Tensor) else _shape_of(one) for one in use.args[:2]]
    if len(shapes) < 2 or any(shape is None or len(shape) < 2 for shape in shapes):
        raise UnfitError("it takes two matrices")
    left, right = (list(shape or ()) for shape in shapes)
    if _setting(use, 9, "transpose_a"):
        left[-2:] = left[:-3:-1]
    if _setting(use, 9, "transpose_b"):
        right[-2:] = right[:-3:-1]
    if left[-1] != right[-2]:
        raise UnfitError("what it takes differs in size")
    stacks = (
        broadcast([tuple(left[:-2]), tuple(right[:-2])]) if len(left) > 2 or len(right) > 2 else ()
    )
    rank = len(stacks) + 2
    shape: Shape = (*stacks, left[-2], right[-1])
    cost = count_matrix_product(tuple(left), tuple(right))
    mixed = (
        (rank - 1,)
        if len(use.tensors) == 1 and isinstance(use.args[0], Tensor)
        else (
            rank - 2,
            rank - 1,
        )
    )
    return Outcome((shape,), (Mixed(mixed),), cost)


def _einsum(use: Use) -> Outcome:
    taken, arrow, returned = use.settings.text("subscripts").replace(" ", "").partition("->")
    parts = taken.split(",")
    shapes = use.shapes
    if not arrow or "." in taken or [len(part) for part in parts] != [len(one) for one in shapes]:
        raise UnfitError("its equation does not fit its input")
    sizes: dict[str, int | None] = {}
    for part, shape in zip(parts, shapes, strict=True):
        sizes.update(zip(part, shape, strict=True))
    if any(index not in sizes for index in returned):
        raise UnfitError("its equation does not fit its input")
    cost = product(sizes, list(sizes))
    mixed = tuple(range(max(map(len, (*parts, returned)))))
    return Outcome((tuple(sizes[index] for index in returned),), (Mixed(mixed[1:]),), cost)


def _pad(use: Use) -> Outcome:
    widths = _setting(use, 1, "pad_width", "paddings")
    rank = len(use.shape)
    widths = [[widths, widths]] * rank if is_whole(widths) else widths
    pairs = Settings({"": widths}).pairs("", rank)
    lengths = {
        axis: None if (length := use.shape[axis]) is None else length + first + second
        for axis, (first, second) in enumerate(pairs)
    }
    before = tuple(first for first, _ in pairs)
    return Outcome((replaced(use.shape, lengths),), (shifted(tuple(range(rank)), before),))


def _resize(use: Use) -> Outcome:
    size = _setting(use, 1, "size")
    if not isinstance(size, list) or len(size) != 2 or not all(map(is_whole, size)):
        raise UnfitError("its size is none")
    axes, _ = spatial_axes(use, 2)
    return resized(use, axes, tuple(size))


def _flip(use: Use) -> Outcome:
    return Outcome((use.shape,), (Unknown(),))


def _tile(use: Use) -> Outcome:
    repeats = _setting(use, 1, "repeats", "multiples")
    if not isinstance(repeats, list) or len(repeats) != len(use.shape):
        raise UnfitError("its repeats do not fit its input")
    numbers = Settings({"": repeats}).lengths("", len(use.shape))
    shape = tuple(
        None if length is None else length * times
        for length, times in zip(use.shape, numbers, strict=True)
    )
    return Outcome((shape,), () if max(numbers) == 1 else (Unknown(),))


def _convolve(use: Use) -> Outcome:
    """Convolve with weights that the config holds."""
    if len(use.args) < 2 or isinstance(use.args[1], Tensor):
        raise UnfitError("its kernel is not in the file")
    kernel = _shape_of(use.args[1])
    count = len(use.shape) - 2
    if len(kernel) != count + 2 or None in kernel:
        raise UnfitError("its kernel does not fit its input")
    axes, channel_axis = spatial_axes(use, count)
    sizes = tuple(one or 1 for one in kernel[:count])
    strides = use.settings.lengths("strides", count, 1)
    dilation = use.settings.lengths("dilation_rate", count, 1)
    lengths, windows = slide(
        use, axes, sizes, strides, dilation, use.settings.text("padding", "valid")
    )
    is_depthwise = use.kind == "DepthwiseConv"
    filters = (kernel[-1] or 0) * ((kernel[-2] or 0) if is_depthwise else 1)
    positions = [lengths[axis] for axis in axes]
    return Outcome(
        (replaced(use.shape, {**lengths, channel_axis: filters}),),
        (windows,) if is_depthwise else (windows, Mixed((channel_axis,))),
        count_convolution(positions, [one or 0 for one in kernel]),
    )


def _pool(use: Use) -> Outcome:
    count = len(use.shape) - 2
    axes, _ = spatial_axes(use, count)
    sizes = use.settings.lengths("pool_size", count)
    given = use.settings.values.get("strides")
    strides = sizes if given is None else use.settings.lengths("strides", count)
    padding = use.settings.text("padding", "valid").lower()
    lengths, windows = slide(use, axes, sizes, strides, (1,) * count, padding)
    return Outcome((replaced(use.shape, lengths),), (windows,))


_ELEMENTWISE = (
    *("Add", "Subtract", "Multiply", "Divide", "TrueDivide", "FloorDivide", "Mod", "Power"),
    *("Maximum", "Minimum", "Where", "Greater", "GreaterEqual", "Less", "LessEqual", "Equal"),
    *("NotEqual", "LogicalAnd", "LogicalOr", "LogicalNot", "LogicalXor", "Arctan2", "DivideNoNan"),
    *("Abs", "Absolute", "Negative", "Exp", "Expm1", "Log", "Log1p", "Log2", "Log10", "Sqrt"),
    *("Rsqrt", "Square", "Sign", "Floor", "Ceil", "Round", "Sin", "Cos", "Tan", "Sinh", "Cosh"),
    *("Tanh", "Arctan", "Reciprocal", "Clip", "Cast", "Identity", "StopGradient", "Relu", "Relu6"),
    *("Sigmoid", "HardSigmoid", "Silu", "HardSilu", "Gelu", "Elu", "Selu", "Celu", "LeakyRelu"),
    *("Softplus", "Softsign", "HardTanh", "LogSigmoid", "Erf", "Isnan", "Isfinite", "Isinf"),
    *("SoftShrink", "HardShrink", "TanhShrink", "Threshold", "Squareplus", "SparsePlus", "Glu"),
    *("BatchNorm", "NanToNum", "Copy", "ZerosLike", "OnesLike", "AddConstant"),
)
_REDUCING = (
    *("Mean", "Sum", "Max", "Min", "Prod", "Std", "Var", "Any", "All", "Argmax", "Argmin"),
    *("Norm", "Logsumexp", "CountNonzero", "Median", "Amax", "Amin"),
)

RULES: dict[str, Rule] = {
    **dict.fromkeys((one for one in _ELEMENTWISE if one != "Glu"), _each),
    **dict.fromkeys(_REDUCING, _reduced),
    **dict.fromkeys(("Softmax", "LogSoftmax", "Cumsum", "Cumprod", "Sort", "Argsort"), _along),
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Swapaxes": _swap,
    "Moveaxis": _move,
    "ExpandDims": _expand,
    "Squeeze": _squeeze,
    "Stack": _stack,
    "Concatenate": _concatenate,
    "Split": _split,
    "GetItem": _get_item,
    "Matmul": _matmul,
    "Einsum": _einsum,
    "Pad": _pad,
    "Resize": _resize,
    "Flip": _flip,
    "Roll": _flip,
    "Tile": _tile,
    "Conv": _convolve,
    "DepthwiseConv": _convolve,
    "MaxPool": _pool,
    "AveragePool": _pool,
    "AddN": combined,
}

TENSORFLOW_NAMES: Mapping[str, str] = {
    "concat": "Concatenate",
    "expand_dims": "ExpandDims",
    "truediv": "TrueDivide",
    "floordiv": "FloorDivide",
    "sub": "Subtract",
    "mul": "Multiply",
    "div_no_nan": "DivideNoNan",
    "neg": "Negative",
    "pow": "Power",
    "getitem": "GetItem",
    "reduce_mean": "Mean",
    "reduce_sum": "Sum",
    "reduce_max": "Max",
    "reduce_min": "Min",
    "reduce_prod": "Prod",
    "reduce_std": "Std",
    "reduce_variance": "Var",
    "clip_by_value": "Clip",
    "log_softmax": "LogSoftmax",
    "leaky_relu": "LeakyRelu",
    "swish": "Silu",
    "add_n": "AddN",
    "stop_gradient": "StopGradient",
    "cast": "Cast",
}
"""How TensorFlow calls what `keras.ops` calls otherwise."""


def operation_of(function: str) -> str:
    """Return the operation of `keras.ops` that a function of TensorFlow is; its name where none is.

    Parameters
    ----------
    function : str
        Such as "math.add" or "__operators__.getitem".
    """
    name = function.rpartition(".")[2].strip("_")
    return TENSORFLOW_NAMES.get(name, name.capitalize())


def apply(use: Use) -> Outcome:
    """Return what an operation makes of its input.

    Raises
    ------
    UnfitError
        It is not known, or does not fit its input.
    """
    rule = RULES.get(use.kind)
    if rule is None:
        raise UnfitError(f"{use.kind} is not an operation that this program knows")
    return rule(use)
