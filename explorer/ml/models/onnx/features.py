"""A second output of an ONNX model: the features from which its last layer decides."""

from collections.abc import Sequence
from typing import NamedTuple

import onnx
from onnx import ModelProto

from explorer.ml.architecture.onnx.effects import CONVOLUTIONS, PRODUCTS
from explorer.ml.architecture.onnx.graph import OnnxGraph, OnnxLayer, attributes
from explorer.ml.models.adapter import Array
from explorer.ml.models.features import as_vectors


class Features(NamedTuple):
    """Which value holds the features, how many the layer takes at once, and along which axis."""

    name: str
    width: int
    axis: int

    def vectors(self, values: Array) -> Array:
        """Return what the value holds for pictures as (pictures, features) float32."""
        return as_vectors(values, self.width, self.axis)


def find_features(graph: OnnxGraph) -> Features | None:
    """Return what the last operation with weights is given; None where that is the picture."""
    makers = {name: layer for layer in graph.layers for name in layer.node.output if name}
    needed, left = set(), [one.name for one in graph.outputs[:1]]
    while left:
        name = left.pop()
        if name in makers and name not in needed:
            needed.add(name)
            left += makers[name].sources
    for layer in reversed(graph.layers):
        width = _width(graph, layer)
        if width and needed.intersection(layer.node.output):
            name = layer.sources[0]
            axis = 1 if layer.node.op_type in CONVOLUTIONS else -1
            return None if name == graph.given[0].name else Features(name, width, axis)
    return None


def with_outputs(model: ModelProto, names: Sequence[str]) -> ModelProto:
    """Return a model that returns more of its values, after those that it returns."""
    more = ModelProto()
    more.CopyFrom(model)
    has = {one.name for one in model.graph.output}
    more.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in has)
    return more


def _width(graph: OnnxGraph, layer: OnnxLayer) -> int:
    """Return how many values an operation takes at once; 0 of one without a kernel."""
    kind = layer.node.op_type
    at = {**CONVOLUTIONS, **PRODUCTS}.get(kind, 0)
    if not at or len(layer.node.input) <= at or not graph.is_constant(layer.node.input[at]):
        return 0
    shape = graph.shapes.get(layer.node.input[at]) or ()
    if len(shape) < 2:
        return 0
    if kind in CONVOLUTIONS:
        return shape[0 if kind == "ConvTranspose" else 1] or 0
    is_transposed = kind == "Gemm" and attributes(layer.node).get("transB", 0)
    return shape[-1 if is_transposed else -2] or 0
