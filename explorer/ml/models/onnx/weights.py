"""The weights of ONNX operations, named and laid out as Keras does."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import NodeProto

from explorer.ml.architecture.onnx.effects import CONVOLUTIONS, PRODUCTS
from explorer.ml.architecture.onnx.graph import attributes
from explorer.ml.models.adapter import Array

_WEIGHT_NAMES = {
    "BatchNormalization": ("gamma", "beta", "moving_mean", "moving_variance"),
    "InstanceNormalization": ("gamma", "beta"),
    "GroupNormalization": ("gamma", "beta"),
    "LayerNormalization": ("gamma", "beta"),
    "PRelu": ("alpha",),
    "Add": ("bias",),
    "Mul": ("scale",),
}
"""What the weights of an operation are called, in the order in which it takes them."""


def name_weights(node: NodeProto, arrays: Mapping[int, npt.NDArray[Any]]) -> dict[str, Array]:
    """Return the weights of an operation by what Keras calls them; quantised ones dequantised.

    Parameters
    ----------
    arrays : mapping of int to array
        Its stored inputs by their number.
    """
    kind = node.op_type
    if kind in CONVOLUTIONS and CONVOLUTIONS[kind] in arrays:
        return _named_kernel(node, arrays, CONVOLUTIONS[kind])
    if kind in PRODUCTS and PRODUCTS[kind] in arrays:
        return _named_matrix(node, arrays, PRODUCTS[kind])
    names = _WEIGHT_NAMES.get(kind, ())
    weights = [array for array in arrays.values() if array.size > 1 and array.dtype.kind == "f"]
    return {
        names[at] if at < len(names) else f"weights_{at + 1}": _float(array)
        for at, array in enumerate(weights)
    }


def _float(array: npt.NDArray[Any]) -> Array:
    return np.ascontiguousarray(array, np.float32)


def _named_kernel(
    node: NodeProto, arrays: Mapping[int, npt.NDArray[Any]], at: int
) -> dict[str, Array]:
    """Return the kernels with the spatial axes first: (height, width, inputs, filters)."""
    kernel = arrays[at].astype(np.float32)
    if node.op_type == "QLinearConv":
        kernel = _dequantised(kernel, arrays, at)
    groups = int(attributes(node).get("group", 1))
    filters, inputs = kernel.shape[:2]
    if node.op_type == "ConvTranspose":
        kernel = np.moveaxis(kernel, (0, 1), (-2, -1))
    elif inputs == 1 and groups > 1 and filters % groups == 0:  # depthwise
        split = kernel.reshape(groups, filters // groups, *kernel.shape[2:])
        kernel = np.moveaxis(split, (0, 1), (-2, -1))
    else:
        kernel = np.moveaxis(kernel, (0, 1), (-1, -2))
    found = {"kernel": _float(kernel)}
    bias = 8 if node.op_type == "QLinearConv" else 2
    if bias in arrays and node.op_type != "ConvInteger":
        values = arrays[bias].astype(np.float32)
        if bias == 8:
            values = values * arrays[1].astype(np.float32) * arrays[4].astype(np.float32)
        found["bias"] = _float(values)
    return found


def _named_matrix(
    node: NodeProto, arrays: Mapping[int, npt.NDArray[Any]], at: int
) -> dict[str, Array]:
    """Return a matrix as (inputs, units)."""
    matrix = arrays[at].astype(np.float32)
    values = attributes(node)
    if node.op_type == "QLinearMatMul":
        matrix = _dequantised(matrix, arrays, at)
    if node.op_type != "Gemm":
        return {"kernel": _float(matrix)}
    matrix = matrix.T if values.get("transB", 0) else matrix
    found = {"kernel": _float(matrix * values.get("alpha", 1.0))}
    if 2 in arrays:
        found["bias"] = _float(arrays[2] * values.get("beta", 1.0))
    return found


def _dequantised(values: Array, arrays: Mapping[int, npt.NDArray[Any]], at: int) -> Array:
    """Return values that are stored as 8-bit integers, with the scale and zero point after them."""
    # One for each filter, which comes first of kernels and last of matrices.
    rest = [1] * (values.ndim - 1) if values.ndim > 2 else []
    scale, zero = (
        arrays[index].astype(np.float32).reshape(-1, *rest) for index in (at + 1, at + 2)
    )
    return (values - zero) * scale
