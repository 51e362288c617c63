"""More outputs of a LiteRT model: what its last layers with weights are given."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from explorer.ml.architecture.litert.effects import KERNELS
from explorer.ml.architecture.litert.graph import LiteRTGraph, Operator
from explorer.ml.models.adapter import Array
from explorer.ml.models.features import as_vectors

_OUTPUTS = 8
"""Where the table of a graph says where its outputs are listed (LiteRT's schema.fbs)."""


class Features(NamedTuple):
    """Which tensor holds the features, and how many values the layer takes at once."""

    tensor: int
    width: int

    def vectors(self, stored: npt.NDArray[np.float32]) -> Array:
        """Return what the tensor holds for one picture as (1, features) float32."""
        is_flat = stored.ndim < 2 or stored.size == self.width
        return as_vectors(stored.reshape(1, -1) if is_flat else stored[None], self.width)


def find_features(graph: LiteRTGraph, kind: str = "") -> Features | None:
    """Return what the last operation with weights is given; None where that is the picture.

    Parameters
    ----------
    kind : str
        Of operations of this kind alone, such as "CONV_2D".
    """
    makers = {index: one for one in graph.operators for index in one.outputs}
    needed, left = set(), list(graph.outputs[:1])
    while left:
        index = left.pop()
        if index in makers and index not in needed:
            needed.add(index)
            left += makers[index].sources
    for operator in reversed(graph.operators):
        width = _width(graph, operator) if kind in ("", operator.kind) else 0
        if width and needed.intersection(operator.outputs):
            index = operator.sources[0]
            return None if index in graph.inputs else Features(index, width)
    return None


def _width(graph: LiteRTGraph, operator: Operator) -> int:
    """Return how many values an operation takes at once; 0 of one without a kernel."""
    at = {**KERNELS, "FULLY_CONNECTED": 1}.get(operator.kind, 0)
    if not at or len(operator.inputs) <= at or operator.inputs[at] in operator.sources:
        return 0
    shape = graph.tensors[operator.inputs[at]].shape
    return shape[-1] or 0 if shape else 0


def with_outputs(content: bytes, tensors: Sequence[int]) -> bytes:
    """Return a LiteRT file that returns more tensors, after those that it returns.

    The list of outputs is written anew behind the file, and the place that tells where it lies
    points there: nothing else is changed.

    Parameters
    ----------
    content : bytes
        A file that `LiteRTGraph` has read.
    tensors : sequence of int
        Their numbers.
    """
    table = schema.Model.GetRootAs(content, 0).Subgraphs(0)
    outputs = [*(table.Outputs(at) for at in range(table.OutputsLength())), *tensors]
    place = table._tab.Pos + table._tab.Offset(_OUTPUTS)
    start = -(-len(content) // 4) * 4
    whole = memoryview(content)
    parts: list[bytes | memoryview] = [
        whole[:place],
        struct.pack("<I", start - place),
        whole[place + 4 :],
    ]
    parts += [
        bytes(start - len(content)),
        struct.pack(f"<I{len(outputs)}i", len(outputs), *outputs),
    ]
    return b"".join(parts)
