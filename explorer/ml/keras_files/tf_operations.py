"""TensorFlow's operations in functional models of Keras 2, as layers of Keras that do the same.

`x / 127.5 - 1` in a model's definition became two layers of the class `TFOpLambda`, which Keras 3
does not have.
"""

from typing import Any

_ACTIVATIONS = {
    "nn.relu": "relu",
    "nn.relu6": "relu6",
    "nn.sigmoid": "sigmoid",
    "math.sigmoid": "sigmoid",
    "nn.silu": "silu",
    "nn.swish": "silu",
    "nn.softmax": "softmax",
    "math.tanh": "tanh",
    "nn.elu": "elu",
    "nn.selu": "selu",
    "nn.softplus": "softplus",
}
_OF_TWO = {
    "math.add": "Add",
    "__operators__.add": "Add",
    "math.multiply": "Multiply",
    "math.subtract": "Subtract",
    "math.maximum": "Maximum",
    "math.minimum": "Minimum",
}


def translate_operation(layer: dict[str, Any]) -> dict[str, Any]:
    """Return a layer of a functional model; an operation as the layer that computes the same.

    What there is no layer for is returned as it is.
    """
    if layer.get("class_name") not in ("TFOpLambda", "SlicingOpLambda"):
        return layer
    config, nodes = layer.get("config"), layer.get("inbound_nodes")
    if not isinstance(config, dict) or not isinstance(nodes, list) or len(nodes) != 1:
        return layer
    (node,) = nodes
    if isinstance(node, list) and len(node) == 1:
        (node,) = node
    if not isinstance(node, list) or len(node) != 4 or not isinstance(node[3], dict):
        return layer
    source, options = node[:3], {key: value for key, value in node[3].items() if key != "name"}
    found = _as_layer(str(config.get("function")), source, options)
    if found is None:
        return layer
    kind, settings, sources = found
    name = config.get("name", layer.get("name"))
    translated = {"module": "keras.layers", "class_name": kind, "name": layer.get("name", name)}
    if kind == "Flip":
        translated["module"] = "keras.src.ops.numpy"
        translated["registered_name"] = None
    return {
        **translated,
        "config": {"name": name, **settings},
        "inbound_nodes": [[[*one, {}] for one in sources]],
    }


def _as_layer(
    function: str, source: list[Any], options: dict[str, Any]
) -> tuple[str, dict[str, Any], list[list[Any]]] | None:
    """Return the class of a layer, its settings and what it takes; None where there is none."""
    other: Any = options.get("y")
    if source[0] == "_CONSTANT_VALUE":
        return _with_constant_first(function, source[2], other)
    if set(options) == {"y"} and _is_number(other):
        scaling = {
            "math.truediv": (1 / other if other else 0, 0),
            "math.multiply": (other, 0),
            "math.subtract": (1, -other),
            "math.add": (1, other),
            "__operators__.add": (1, other),
        }.get(function)
        return _rescaling(scaling, source) if scaling and any(scaling) else None
    if set(options) == {"y"} and _is_tensor(other) and function in _OF_TWO:
        return _OF_TWO[function], {}, [source, other]
    if function == "nn.bias_add" and _are_numbers(options.get("bias")):
        return _rescaling((1, options["bias"]), source)
    if function in _ACTIVATIONS and not any(options.values()):
        return "Activation", {"activation": _ACTIVATIONS[function]}, [source]
    if function == "cast" and options.get("dtype") == "float32":
        return "Activation", {"activation": "linear"}, [source]
    if function == "__operators__.getitem" and _reverses_channels(options.get("slice_spec")):
        return "Flip", {"axis": -1}, [source]
    return None


def _with_constant_first(
    function: str, constant: Any, other: Any
) -> tuple[str, dict[str, Any], list[list[Any]]] | None:
    scaling = None
    if _is_number(constant) and _is_tensor(other):
        scaling = {
            "math.multiply": (constant, 0),
            "math.subtract": (-1, constant),
            "math.add": (1, constant),
            "__operators__.add": (1, constant),
        }.get(function)
    return _rescaling(scaling, other) if scaling else None


def _rescaling(
    scaling: tuple[Any, Any], source: list[Any]
) -> tuple[str, dict[str, Any], list[list[Any]]]:
    return "Rescaling", {"scale": scaling[0], "offset": scaling[1]}, [source]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _are_numbers(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_number, value))


def _is_tensor(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and isinstance(value[0], str)


def _reverses_channels(slices: Any) -> bool:
    """Say whether a slice is [..., ::-1]."""
    reverse = {"start": None, "stop": None, "step": -1}
    if not isinstance(slices, list) or len(slices) < 2 or slices[-1] != reverse:
        return False
    everything = {"start": None, "stop": None, "step": None}
    return all(
        one == everything or (isinstance(one, dict) and one.get("class_name") == "__ellipsis__")
        for one in slices[:-1]
    )
