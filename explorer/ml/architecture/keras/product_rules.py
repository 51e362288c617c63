"""Layers that multiply by matrices: dense, attention, recurrent."""

import math
from collections.abc import Mapping

from explorer.ml.architecture.keras.sliding_rules import slide, spatial_axes
from explorer.ml.architecture.keras.use import Outcome, Rule, Settings, UnfitError, Use, replaced
from explorer.ml.architecture.node import Effect, Mixed, Moved, Shape, count_product


def dense(use: Use) -> Outcome:
    """Multiply the last axis by a matrix, at every position."""
    units, inputs = use.settings.whole("units"), use.length(-1)
    last = len(use.shape) - 1
    return Outcome(
        (replaced(use.shape, {last: units}),),
        (Mixed((last,)),),
        count_product(use.shape, units),
        inputs * units + (units if use.settings.is_on("use_bias", True) else 0),
    )


def einsum_dense(use: Use) -> Outcome:
    """Multiply by an array of weights as an equation says."""
    inputs, kernel, outputs = _indices(use.settings.text("equation"))
    output_shape = use.settings.values.get("output_shape")
    listed = output_shape if isinstance(output_shape, (list, tuple)) else [output_shape]
    given = _filled(inputs, len(use.shape))
    returned = _filled(outputs, len(use.shape) + len(outputs) - len(inputs))
    sizes: dict[str, int | None] = dict(zip(given, use.shape, strict=True))
    for index, length in zip(reversed(returned), reversed(listed), strict=False):
        if length is not None and isinstance(length, int):
            sizes.setdefault(index, length)
    if any(index not in sizes for index in (*kernel, *returned)):
        raise UnfitError("its equation does not fit its input")
    weights = product(sizes, kernel)
    bias = use.settings.values.get("bias_axes")
    bias_indices = [index for index in returned if isinstance(bias, str) and index in bias]
    fewer = [axis for axis, index in enumerate(given) if index not in returned]
    return Outcome(
        (tuple(sizes[index] for index in returned),),
        (
            Mixed(tuple(fewer)),
            Moved(tuple(given.find(index) for index in returned)),
        ),
        product(sizes, "".join(dict.fromkeys(given + kernel))),
        None if weights is None else weights + (product(sizes, bias_indices) or 0) * bool(bias),
    )


def _indices(equation: str) -> tuple[str, str, str]:
    taken, arrow, returned = equation.replace(" ", "").replace("...", "0").partition("->")
    parts = taken.split(",")
    if not arrow or len(parts) != 2:
        raise UnfitError("its equation is none")
    return parts[0], parts[1], returned


def _filled(indices: str, rank: int) -> str:
    """Write out the indices that an ellipsis stands for."""
    missing = rank - len(indices.replace("0", ""))
    if missing < 0 or (missing and "0" not in indices):
        raise UnfitError("its equation does not fit its input")
    return indices.replace("0", "0123456789"[:missing])


def product(sizes: Mapping[str, int | None], indices: str | list[str]) -> int | None:
    """Return how many combinations of some indices there are; None where it is not known."""
    lengths = [sizes[index] for index in indices]
    return None if None in lengths else math.prod(length or 0 for length in lengths)


def embedding(use: Use) -> Outcome:
    """Look vectors up."""
    rows, length = use.settings.whole("input_dim"), use.settings.whole("output_dim")
    return Outcome(((*use.shape, length),), (), 0, rows * length)


def multi_head_attention(use: Use) -> Outcome:
    """Let each query look at each key."""
    settings, shapes = use.settings, use.shapes
    query = shapes[0]
    value = shapes[1] if len(shapes) > 1 else query
    key = shapes[2] if len(shapes) > 2 and len(shapes[2]) == len(value) else value
    is_grouped = use.kind in ("GroupQueryAttention", "GroupedQueryAttention")
    if is_grouped:
        heads = settings.whole("num_query_heads")
        value_heads = settings.whole("num_key_value_heads")
        depth = value_depth = settings.whole("head_dim")
    else:
        heads = value_heads = settings.whole("num_heads")
        depth = settings.whole("key_dim")
        value_depth = settings.whole("value_dim", depth) or depth
    wanted = settings.values.get("output_shape")
    listed = wanted if isinstance(wanted, (list, tuple)) else [] if wanted is None else [wanted]
    last = math.prod(int(one) for one in listed) if listed else query[-1]
    lengths = [query[-1], value[-1], key[-1], last]
    if None in lengths:
        raise UnfitError("the size of its input is not known")
    queried, valued, keyed, returned = (length or 0 for length in lengths)
    weights = (
        queried * heads * depth
        + keyed * value_heads * depth
        + valued * value_heads * value_depth
        + heads * value_depth * returned
    )
    gates = queried * heads * value_depth if settings.is_on("use_gate") else 0
    biases = heads * depth + value_heads * (depth + value_depth) + returned
    biases += heads * value_depth if gates else 0
    parameters = weights + gates + (biases if settings.is_on("use_bias", True) else 0)
    positions, seen_positions = query[1:-1], value[1:-1]
    axes = settings.axes("attention_axes", len(query)) or tuple(range(1, len(query) - 1))
    cost = None
    if None not in positions and None not in seen_positions:
        queries = math.prod(one or 0 for one in positions)
        values = math.prod(one or 0 for one in seen_positions)
        seen = math.prod(value[axis] or 0 for axis in axes) if len(query) == len(value) else values
        cost = (
            queries * (queried * heads * depth + gates + heads * value_depth * returned)
            + values * value_heads * (keyed * depth + valued * value_depth)
            + queries * seen * heads * (depth + value_depth)
        )
    shape: Shape = (*query[:-1], *listed) if listed else query
    return Outcome((shape,), (Mixed((*axes, len(query) - 1)),), cost, parameters)


def attention(use: Use) -> Outcome:
    """Mean of the values, weighted by how alike query and key are."""
    if len(use.shapes) < 2:
        raise UnfitError("it takes a query and values")
    query, value = use.shapes[:2]
    lengths = [query[1], value[1], query[-1], value[-1]]
    cost = None
    if None not in lengths:
        queries, values, depth, value_depth = (length or 0 for length in lengths)
        cost = queries * values * (depth + value_depth)
    parameters: int | None = 0
    if use.settings.is_on("use_scale", use.kind == "AdditiveAttention"):
        parameters = query[-1] if use.kind == "AdditiveAttention" else 1
    if use.settings.text("score_mode") == "concat":
        parameters = None if parameters is None else parameters + 1
    axes = tuple(range(1, len(query)))
    return Outcome(((*query[:-1], value[-1]),), (Mixed(axes),), cost, parameters)


_GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}


def recurrent(use: Use) -> Outcome:
    """One step after the other."""
    kind, settings = use.kind, use.settings
    cells = [(kind, settings)]
    if kind == "RNN":
        cells = _cells(*settings.inner("cell"))
    inputs, weights, parameters = use.length(-1), 0, 0
    units: list[int] = []
    for name, cell in cells:
        gates = _GATES.get(name.removesuffix("Cell"))
        if gates is None:
            raise UnfitError(f"it holds a {name}, which is not known")
        one = cell.whole("units")
        weights += gates * one * (inputs + one)
        if cell.is_on("use_bias", True):
            twice = name.startswith("GRU") and cell.is_on("reset_after", True)
            parameters += gates * one * (2 if twice else 1)
        units.append(one)
        inputs = one
    steps = use.shape[1]
    shapes: list[Shape] = [(use.shape[0], units[-1])]
    if settings.is_on("return_sequences"):
        shapes = [(use.shape[0], steps, units[-1])]
    if settings.is_on("return_state"):
        states = [
            one for one, (name, _) in zip(units, cells, strict=True) for _ in range(_states(name))
        ]
        shapes.extend((use.shape[0], one) for one in states)
    cost = None if steps is None else steps * weights
    return Outcome(tuple(shapes), (Mixed((1, 2)), *_last_step(use)), cost, weights + parameters)


def _states(cell: str) -> int:
    return 2 if cell.startswith("LSTM") else 1


def _last_step(use: Use) -> tuple[Moved, ...]:
    """Return what becomes of the axes where only the last step is returned."""
    if use.settings.is_on("return_sequences"):
        return ()
    return (Moved((0, *range(2, len(use.shape)))),)


def _cells(kind: str, settings: Settings) -> list[tuple[str, Settings]]:
    if kind != "StackedRNNCells":
        return [(kind, settings)]
    listed = settings.values.get("cells")
    if not isinstance(listed, list):
        raise UnfitError("it holds no cells")
    return [Settings({"cell": one}).inner("cell") for one in listed]


def recurrent_convolution(count: int) -> Rule:
    """Return the rule of an LSTM whose products are convolutions."""

    def rule(use: Use) -> Outcome:
        if len(use.shape) != count + 3:
            raise UnfitError(f"it takes {count + 2} axes, and gets {len(use.shape) - 1}")
        settings = use.settings
        step = use.of("", settings, (use.shape[0], *use.shape[2:]))
        axes, channel_axis = spatial_axes(step, count)
        kernel = settings.lengths("kernel_size", count)
        lengths, _ = slide(
            step,
            axes,
            kernel,
            settings.lengths("strides", count, 1),
            settings.lengths("dilation_rate", count, 1),
            settings.text("padding", "valid"),
        )
        filters = settings.whole("filters")
        weights = 4 * math.prod(kernel) * filters * (step.length(channel_axis) + filters)
        positions = [lengths[axis] for axis in axes]
        steps = use.shape[1]
        cost = None
        if steps is not None and None not in positions:
            cost = steps * weights * math.prod(one or 0 for one in positions)
        one = replaced(step.shape, {**lengths, channel_axis: filters})
        sequence: Shape = (one[0], steps, *one[1:])
        shapes = [sequence if settings.is_on("return_sequences") else one]
        if settings.is_on("return_state"):
            shapes += [one, one]
        bias = 4 * filters if settings.is_on("use_bias", True) else 0
        # The state is convolved again at every step, which spreads it over the whole picture.
        everywhere = tuple(range(1, count + 3))
        effects: tuple[Effect, ...] = (Mixed(everywhere), *_last_step(use))
        return Outcome(tuple(shapes), effects, cost, weights + bias)

    return rule


RULES: dict[str, Rule] = {
    "Dense": dense,
    "EinsumDense": einsum_dense,
    "Embedding": embedding,
    **dict.fromkeys(
        ("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention"),
        multi_head_attention,
    ),
    **dict.fromkeys(("Attention", "AdditiveAttention"), attention),
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "RNN"), recurrent),
    **{f"ConvLSTM{n}D": recurrent_convolution(n) for n in (1, 2, 3)},
}
