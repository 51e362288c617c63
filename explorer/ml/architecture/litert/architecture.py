"""The architecture of a LiteRT file, read without running it."""

import math
from collections.abc import Mapping
from pathlib import Path

from ai_edge_litert import schema_py_generated as schema

from explorer.core.files.names import list_names, printable_name
from explorer.core.files.reading import read_whole
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import LayerInfo, ReceptiveField
from explorer.errors import ModelError
from explorer.ml.architecture.damage import damage_told
from explorer.ml.architecture.litert.effects import (
    KERNELS,
    POOLS,
    multiply_adds,
    node_of,
    pool_size,
    strides_of,
)
from explorer.ml.architecture.litert.graph import LiteRTGraph, Operator
from explorer.ml.architecture.litert.limits import MAX_LITERT_BYTES
from explorer.ml.architecture.names import groups_of
from explorer.ml.architecture.node import Given, Node, Shape
from explorer.ml.architecture.receptive_fields import receptive_fields
from explorer.ml.architecture.rescaling import Step, rescaling_inside
from explorer.ml.architecture.token_grids import join_places, with_token_grids

FORMAT = "LiteRT"

_NO_GRADIENTS = (
    "A LiteRT model has no gradients: Grad-CAM, integrated gradients and SmoothGrad need the Keras "
    "model; occlusion and RISE work."
)
_QUANTISED = (
    "Its weights are stored as 8-bit integers: they are shown as the values that these stand for."
)
_ACTIVATIONS = {1: "relu", 2: "relu from −1 to 1", 3: "relu6", 4: "tanh", 5: "sign"}
_ACTIVATED = {
    **dict.fromkeys(("CONV_2D",), schema.Conv2DOptions),
    "DEPTHWISE_CONV_2D": schema.DepthwiseConv2DOptions,
    "TRANSPOSE_CONV": schema.TransposeConvOptions,
    "FULLY_CONNECTED": schema.FullyConnectedOptions,
    "ADD": schema.AddOptions,
    "MUL": schema.MulOptions,
    "SUB": schema.SubOptions,
    "CONCATENATION": schema.ConcatenationOptions,
    **dict.fromkeys(POOLS, schema.Pool2DOptions),
}
_PASSES_ON = ("RESHAPE", "SQUEEZE", "DEQUANTIZE", "QUANTIZE", "CAST")
_NO_WEIGHTS = ("PAD", "PADV2", "MEAN", "RESHAPE", "TRANSPOSE", "SLICE", "STRIDED_SLICE")


def read_litert(file: Path) -> LiteRTGraph:
    """Read a LiteRT file; raises ModelError, one sentence that names the file."""
    name = printable_name(file.name)
    content = read_whole(file, MAX_LITERT_BYTES, name=name, error=ModelError)
    with damage_told(name):
        return LiteRTGraph(content)


def read_litert_architecture(file: Path) -> Architecture:
    """Read the layers of a LiteRT file; shapes that it leaves free are not known.

    Raises
    ------
    ModelError
        One sentence that names the file.
    """
    graph = read_litert(file)
    with damage_told(printable_name(file.name)):
        return describe_litert(graph)


def describe_litert(graph: LiteRTGraph, shapes: Mapping[int, Shape] | None = None) -> Architecture:
    """Return the architecture of a graph.

    Parameters
    ----------
    shapes : mapping of int to Shape, optional
        Of each tensor for the size of picture that it is used with; as the file has them else.

    Of a damaged one it raises anything: `damage_told`.
    """
    own = {index: tensor.shape for index, tensor in enumerate(graph.tensors)}
    described = _Described(graph, {**own, **(shapes or {})})
    return described.architecture()


def last_activation(graph: LiteRTGraph) -> tuple[str, int]:
    """Return what the first output went through, such as "softmax", and the tensor before it."""
    makers = {index: one for one in graph.operators for index in one.outputs}
    index = graph.outputs[0] if graph.outputs else -1
    while index in makers and makers[index].kind in _PASSES_ON:
        index = makers[index].sources[0]
    if index not in makers:
        return "", index
    operator = makers[index]
    activations = {"SOFTMAX": "softmax", "LOGISTIC": "sigmoid"}
    if operator.kind in activations:
        return activations[operator.kind], operator.sources[0]
    return _activation(operator) or "linear", index


def _activation(operator: Operator) -> str:
    if operator.kind not in _ACTIVATED:
        return ""
    code = operator.options(_ACTIVATED[operator.kind]).FusedActivationFunction()
    return _ACTIVATIONS.get(code, "")


class _Described:
    """Builds the architecture of a graph for known shapes."""

    def __init__(self, graph: LiteRTGraph, shapes: Mapping[int, Shape]) -> None:
        self._graph = graph
        self._shapes = shapes
        self._names = {index: one.name for one in graph.operators for index in one.outputs}
        specs = zip(graph.inputs, graph.input_specs, strict=True)
        self._names.update({index: spec.name for index, spec in specs})
        self._used: set[int] = set()

    def architecture(self) -> Architecture:
        graph = self._graph
        given = [
            Node(str(index), (str(index),), self._shapes[index], given=Given((1, 2)))
            for index in graph.inputs
            if graph.picture is not None and len(self._shapes[index]) == 4
        ]
        nodes = [node_of(graph, one, self._shapes) for one in graph.operators]
        fields = receptive_fields([*given, *nodes])
        layers = [self._input(index) for index in graph.inputs]
        layers += [self._layer(one, fields) for one in graph.operators]
        inside, takes_unit = self._rescaling_inside()
        return Architecture(
            format=FORMAT,
            inputs=graph.input_specs,
            outputs=graph.output_specs,
            layers=with_token_grids(
                layers, join_places((one.name, one.inputs, one.sources) for one in graph.operators)
            ),
            made_by=printable_name(graph.description.rstrip(". ")),
            groups=groups_of([layer.name for layer in layers]),
            input_size=self._input_size(),
            takes_picture=not graph.reason_against_picture,
            last_activation=last_activation(graph)[0],
            scaling_inside=inside,
            takes_unit=takes_unit,
            classes=graph.labels,
            limits=(_NO_GRADIENTS, *self._limits()),
        )

    def _rescaling_inside(self) -> tuple[str, bool]:
        graph = self._graph
        if graph.picture is None or len(graph.inputs) != 1:
            return "", False
        steps = (
            Step(one.kind, one.inputs, one.outputs[0], graph.values) for one in graph.operators
        )
        return rescaling_inside(steps, graph.inputs[0])

    def _input_size(self) -> tuple[int, int] | None:
        if self._graph.picture is None or len(self._graph.inputs) != 1:
            return None
        _, height, width, _ = self._shapes[self._graph.inputs[0]]
        return None if height is None or width is None else (height, width)

    def _limits(self) -> list[str]:
        graph = self._graph
        found = []
        if any(
            tensor.dtype in ("int8", "uint8") and tensor.scale and graph.is_stored(index)
            for index, tensor in enumerate(graph.tensors)
        ):
            found.append(_QUANTISED)
        if graph.custom:
            names = list_names(graph.custom, quoted=True)
            many = "s" if len(graph.custom) > 1 else ""
            found.append(f"It may not run: the operation{many} {names} is not LiteRT's own.")
        if graph.reason_against_picture:
            found.append(f"It cannot be run on a picture: {graph.reason_against_picture}.")
        return found

    def _input(self, index: int) -> LayerInfo:
        return LayerInfo(
            name=self._names[index],
            kind="Input",
            output_shape=self._shown_shape(index),
            parameters=0,
            multiply_adds=0,
        )

    def _layer(self, operator: Operator, fields: Mapping[str, ReceptiveField]) -> LayerInfo:
        index = operator.outputs[0]
        shape = self._shapes[index]
        kernel = self._kernel_size(operator)
        is_single = len(operator.outputs) == 1
        is_one_picture = bool(shape) and shape[0] == self._batch
        detail = self._detail(operator, kernel)
        if not is_single:
            detail = f"{len(operator.outputs)} arrays"
        elif shape and not is_one_picture and shape[0] is not None:
            detail = f"{'×'.join(map(str, shape))} values, which are of no single picture"
        return LayerInfo(
            name=operator.name,
            kind=operator.kind,
            output_shape=self._shown_shape(index) if is_single and is_one_picture else (),
            parameters=self._count_weights(operator),
            detail=detail,
            kernel_size=kernel,
            is_softmax=operator.kind == "SOFTMAX",
            multiply_adds=multiply_adds(operator, self._shapes),
            receptive_field=fields.get(str(index)),
            sources=tuple(
                dict.fromkeys(self._names[one] for one in operator.sources if one in self._names)
            ),
        )

    @property
    def _batch(self) -> int:
        shape = self._shapes[self._graph.inputs[0]] if self._graph.inputs else ()
        return (shape[0] if shape else 1) or 1

    def _shown_shape(self, index: int) -> tuple[int, ...]:
        shape = self._shapes[index]
        return () if None in shape else tuple(length or 0 for length in shape)[1:]

    def _kernel_size(self, operator: Operator) -> tuple[int, ...]:
        if operator.kind not in KERNELS or len(operator.inputs) < 2:
            return ()
        shape = self._graph.tensors[operator.inputs[1]].shape
        return tuple(length or 0 for length in shape[1:3])

    def _detail(self, operator: Operator, kernel: tuple[int, ...]) -> str:
        shape = self._shapes[operator.outputs[0]]
        parts = []
        if kernel and shape:
            parts.append(f"{shape[-1]} filters of {'×'.join(map(str, kernel))}")
        elif operator.kind == "FULLY_CONNECTED" and shape:
            parts.append(f"{shape[-1]} units")
        elif operator.kind in POOLS:
            parts.append("×".join(map(str, pool_size(operator))))
        if operator.kind in (*KERNELS, *POOLS) and max(strides_of(operator)) > 1:
            strides = dict.fromkeys(strides_of(operator))
            parts.append(f"stride {'×'.join(map(str, strides))}")
        return ", ".join(part for part in (*parts, _activation(operator)) if part)

    def _count_weights(self, operator: Operator) -> int:
        """Count the weights that an operation is the first to use."""
        if operator.kind in _NO_WEIGHTS:
            return 0
        total = 0
        for index in self._graph.weights_behind(operator):
            tensor = self._graph.tensors[index]
            is_integer = tensor.dtype in ("int8", "uint8", "int16", "int32") and tensor.scale
            if index in self._used or not (tensor.dtype.startswith("float") or is_integer):
                continue
            if tensor.shape:
                self._used.add(index)
                total += math.prod(length or 0 for length in tensor.shape)
        return total
