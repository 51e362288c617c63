"""What ONNX operations took and returned, in the words of Keras."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import NodeProto

from explorer.ml.architecture.onnx.graph import attributes
from explorer.ml.models.layer_run import Array, LayerRun

Arrays = Mapping[int, npt.NDArray[Any]]

_FIRST = {"data_format": "channels_first"}
_MERGES = {"Add": "Add", "Sub": "Subtract", "Mul": "Multiply", "Max": "Maximum", "Min": "Minimum"}
_RESHAPES = {"Flatten", "Reshape", "Squeeze", "Unsqueeze"}
_ACTIVATIONS = {
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Mish": "mish",
    "HardSwish": "hard_silu",
    "Exp": "exponential",
}


def name_run(
    node: NodeProto,
    weights: Mapping[str, Array],
    constants: Arrays,
    given: Sequence[Array | None],
    output: Array,
) -> LayerRun:
    """Return what an operation took and returned; one that Keras has no word for keeps its own.

    Parameters
    ----------
    node : NodeProto
    weights : mapping
        As `name_weights` returns them.
    constants : mapping of int to array
        Its stored inputs by their number.
    given : sequence of array or None
        Its inputs that depend on the picture, without the batch, in place of the others None.
    output : Array
        Without the batch.
    """
    values = [one for one in given if one is not None]
    kind, settings = _kind_of(node, weights, constants, values)
    if node.op_type in _MERGES:
        values = [
            _constant(constants[at], output) if one is None else one
            for at, one in enumerate(given)
            if one is not None or at in constants
        ]
    if kind.endswith("Transpose"):
        weights = dict(weights) | {"kernel": weights["kernel"].swapaxes(-2, -1)}
    return LayerRun(kind, settings, weights, tuple(values), output)


def _constant(array: npt.NDArray[Any], output: Array) -> Array:
    """Return a stored array without the axis of the batch, where it has that."""
    values = array.astype(np.float32)
    return values[0] if values.ndim > output.ndim else values


def _kind_of(
    node: NodeProto, weights: Mapping[str, Array], constants: Arrays, given: Sequence[Array]
) -> tuple[str, dict[str, Any]]:
    kind, found = node.op_type, attributes(node)
    axes = given[0].ndim - 1 if given else 0
    if kind in ("Conv", "ConvTranspose", "MaxPool", "AveragePool"):
        return _sliding(kind, found, weights, axes, given)
    if kind in ("GlobalAveragePool", "GlobalMaxPool") and axes in (1, 2):
        return f"{kind}ing{axes}D", dict(_FIRST)
    if kind in ("Gemm", "MatMul") and "kernel" in weights and not found.get("transA"):
        return "Dense", {}
    if kind == "BatchNormalization":
        return kind, {"axis": 1, "epsilon": found.get("epsilon", 1e-5)}
    if kind == "LayerNormalization" and found.get("axis", -1) == -1:
        return kind, {"axis": -1, "epsilon": found.get("epsilon", 1e-5)}
    if kind in _MERGES:
        return _MERGES[kind], {}
    if kind in _RESHAPES:
        return "Reshape", {}
    if kind == "Transpose" and found.get("perm", [1])[0] == 0:
        return "Permute", {"dims": found["perm"][1:]}
    if kind == "Concat":
        return "Concatenate", {"axis": found["axis"]}
    return _pointwise(kind, found, constants)


def _pointwise(
    kind: str, found: Mapping[str, Any], constants: Arrays
) -> tuple[str, dict[str, Any]]:
    if kind == "Relu":
        return "ReLU", {}
    if kind == "LeakyRelu":
        return "LeakyReLU", {"negative_slope": found.get("alpha", 0.01)}
    if kind == "Elu":
        return "ELU", {"alpha": found.get("alpha", 1.0)}
    if kind == "Clip" and 1 in constants and 2 in constants and float(constants[1]) == 0:
        return "ReLU", {"max_value": float(constants[2])}
    if kind == "Softmax":
        return kind, {"axis": found.get("axis", -1)}
    if kind in _ACTIVATIONS:
        return "Activation", {"activation": _ACTIVATIONS[kind]}
    return kind, {}


def _sliding(
    kind: str,
    found: Mapping[str, Any],
    weights: Mapping[str, Array],
    axes: int,
    given: Sequence[Array],
) -> tuple[str, dict[str, Any]]:
    """Name a convolution or a pooling; one that Keras does not have keeps its own name."""
    pads = list(found.get("pads", [0] * 2 * axes))
    automatic = found.get("auto_pad", b"NOTSET").decode()
    padding: Any = list(zip(pads[:axes], pads[axes:], strict=True))
    if automatic in ("SAME_UPPER", "VALID"):
        padding = {"SAME_UPPER": "same", "VALID": "valid"}[automatic]
    settings = {
        **_FIRST,
        "padding": padding,
        "strides": tuple(found.get("strides", [1] * axes)),
        "dilation_rate": tuple(found.get("dilations", [1] * axes)),
        "pool_size": tuple(found.get("kernel_shape", [])),
        "count_include_pad": bool(found.get("count_include_pad")),
    }
    is_known = axes in (1, 2) and automatic != "SAME_LOWER"
    if kind in ("MaxPool", "AveragePool"):
        is_plain = set(settings["dilation_rate"]) == {1}
        name = f"{kind}ing{axes}D"
        return (name if is_known and is_plain else kind), settings
    if not is_known or "kernel" not in weights:
        return kind, settings
    if kind == "ConvTranspose":
        is_whole = found.get("group", 1) == 1
        return (f"Conv{axes}DTranspose" if is_whole else kind), settings
    groups = found.get("group", 1)
    is_depthwise = groups > 1 and groups == weights["kernel"].shape[-2] == len(given[0])
    return f"{'Depthwise' if is_depthwise else ''}Conv{axes}D", settings
