"""The architecture of an ONNX file, read without running it."""

import ast
import json
import math
from pathlib import Path
from typing import Any

from onnx import ModelProto, TensorProto

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import LayerInfo, ReceptiveField
from explorer.ml.architecture.damage import damage_told
from explorer.ml.architecture.names import groups_of
from explorer.ml.architecture.node import Given, Node
from explorer.ml.architecture.onnx.effects import (
    CONVOLUTIONS,
    POOLS,
    PRODUCTS,
    multiply_adds,
    node_of,
)
from explorer.ml.architecture.onnx.file import read_onnx, unknown_operations
from explorer.ml.architecture.onnx.graph import OnnxGraph, OnnxLayer, attributes
from explorer.ml.architecture.receptive_fields import receptive_fields
from explorer.ml.architecture.rescaling import Step, rescaling_inside
from explorer.ml.architecture.token_grids import join_places, with_token_grids

INPUT_KIND = "Input"

_NO_GRADIENTS = (
    "An ONNX model has no gradients: Grad-CAM, integrated gradients and SmoothGrad need the Keras "
    "model; occlusion and RISE work."
)
_CLASS_KEYS = ("names", "classes", "class_names", "labels", "categories", "id2label")
_MAX_CLASSES = 100_000
_PASSES_ON = {"Identity", "Reshape", "Flatten", "Squeeze", "Cast", "Dropout", "Unsqueeze"}
_NO_WEIGHTS = {"Clip", "Resize", "Pad", "QuantizeLinear", "Upsample"}
_WEIGHT_TYPES = {
    *(TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16),
    *(TensorProto.INT8, TensorProto.UINT8, TensorProto.INT4, TensorProto.UINT4),
}


def read_onnx_architecture(file: Path, input_size: tuple[int, int]) -> Architecture:
    """Read the layers of an ONNX file.

    Parameters
    ----------
    input_size : (int, int)
        Height and width of the picture, where the file leaves them free.

    Raises
    ------
    ModelError
        One sentence that names the file.
    """
    with damage_told(printable_name(file.name)):
        return describe_onnx(OnnxGraph(read_onnx(file), input_size))


def describe_onnx(graph: OnnxGraph) -> Architecture:
    """Return the architecture of a graph."""
    nodes = [node_of(graph, layer) for layer in graph.layers]
    fields = receptive_fields([*_given_nodes(graph), *nodes])
    makers = {name: layer.name for layer in graph.layers for name in layer.node.output}
    makers.update({one.name: one.name for one in graph.inputs})
    used: set[str] = set()
    layers = [_describe_input(graph, one.name) for one in graph.inputs]
    for layer in graph.layers:
        layers.append(_describe(graph, layer, fields, makers, used))
    shape = graph.input_shape
    size = None
    if shape is not None:
        size = (shape[2], shape[3]) if graph.is_channels_first else (shape[1], shape[2])
    inside, takes_unit = _rescaling_inside(graph)
    return Architecture(
        format="ONNX",
        inputs=graph.inputs,
        outputs=graph.outputs,
        layers=with_token_grids(
            layers, join_places((one.name, one.node.input, one.sources) for one in graph.layers)
        ),
        made_by=_made_by(graph.model),
        groups=groups_of([layer.name for layer in layers]),
        input_size=size,
        is_channels_first=graph.is_channels_first,
        takes_picture=not graph.reason_against_picture,
        last_activation=last_activation(graph)[0],
        scaling_inside=inside,
        takes_unit=takes_unit,
        classes=_classes(graph.model),
        limits=(_NO_GRADIENTS, *_problems(graph)),
    )


def last_activation(graph: OnnxGraph) -> tuple[str, str]:
    """Return what the first output went through, such as "softmax", and the value before it."""
    makers = {name: layer for layer in graph.layers for name in layer.node.output}
    name = graph.outputs[0].name if graph.outputs else ""
    while name in makers and makers[name].node.op_type in _PASSES_ON:
        name = makers[name].sources[0]
    if name not in makers:
        return "", name
    layer = makers[name]
    if layer.node.op_type in ("Softmax", "Sigmoid"):
        return layer.node.op_type.lower(), layer.sources[0]
    if layer.node.op_type in (*PRODUCTS, *CONVOLUTIONS, "Add", "LogSoftmax"):
        return "linear", name
    return layer.node.op_type.lower(), name


def _rescaling_inside(graph: OnnxGraph) -> tuple[str, bool]:
    if graph.picture is None:
        return "", False
    steps = (
        Step(layer.node.op_type, tuple(layer.node.input), layer.tensor, graph.constant)
        for layer in graph.layers
    )
    return rescaling_inside(steps, graph.picture.name)


def channels_last(shape: tuple[int, ...], axis: int | None) -> tuple[int, ...]:
    """Return a shape with one of its axes moved to the end."""
    if axis is None:
        return shape
    return (*shape[:axis], *shape[axis + 1 :], shape[axis])


def _given_nodes(graph: OnnxGraph) -> list[Node]:
    picture = graph.picture
    if picture is None:
        return []
    axes = (2, 3) if graph.is_channels_first else (1, 2)
    return [Node(picture.name, (picture.name,), graph.shapes.get(picture.name), given=Given(axes))]


def _describe_input(graph: OnnxGraph, name: str) -> LayerInfo:
    is_first = graph.is_channels_first and graph.channel_axes.get(name) == 1
    return LayerInfo(
        name=name,
        kind=INPUT_KIND,
        output_shape=_shown_shape(graph, name),
        parameters=0,
        multiply_adds=0,
        is_channels_first=is_first,
    )


def _describe(
    graph: OnnxGraph,
    layer: OnnxLayer,
    fields: dict[str, ReceptiveField],
    makers: dict[str, str],
    used: set[str],
) -> LayerInfo:
    node, tensor = layer.node, layer.tensor
    count = sum(1 for name in node.output if name)
    is_single = count == 1 or node.op_type in ("Dropout", "BatchNormalization", "MaxPool")
    shape = graph.shapes.get(tensor)
    kernel = _kernel_size(graph, layer)
    is_one_picture = bool(shape) and shape is not None and shape[0] in (graph.batch, None)
    detail = _detail(graph, layer, kernel)
    if not is_single:
        detail = f"{count} arrays"
    elif shape and not is_one_picture:
        detail = f"{'×'.join(map(str, shape))} values, which are of no single picture"
    return LayerInfo(
        name=layer.name,
        kind=node.op_type,
        output_shape=_shown_shape(graph, tensor) if is_single and is_one_picture else (),
        parameters=_count_weights(graph, layer, used),
        detail=detail,
        kernel_size=kernel,
        is_softmax=node.op_type == "Softmax",
        multiply_adds=multiply_adds(graph, layer),
        receptive_field=fields.get(tensor),
        sources=tuple(dict.fromkeys(makers[name] for name in layer.sources if name in makers)),
        is_channels_first=graph.channel_axes.get(tensor) == 1,
        problem=_problem(layer),
    )


def _shown_shape(graph: OnnxGraph, tensor: str) -> tuple[int, ...]:
    shape = graph.shapes.get(tensor)
    if shape is None or None in shape:
        return ()
    return channels_last(tuple(one or 0 for one in shape), graph.channel_axes.get(tensor))[1:]


def _count_weights(graph: OnnxGraph, layer: OnnxLayer, used: set[str]) -> int:
    """Count the weights that a layer is the first to use."""
    if layer.node.op_type in _NO_WEIGHTS:
        return 0
    total = 0
    for name in graph.weights_behind(layer):
        tensor = graph.weights[name]
        if name not in used and tensor.dims and tensor.data_type in _WEIGHT_TYPES:
            used.add(name)
            total += math.prod(tensor.dims)
    return total


def _kernel_size(graph: OnnxGraph, layer: OnnxLayer) -> tuple[int, ...]:
    kind = layer.node.op_type
    if kind not in CONVOLUTIONS or len(layer.node.input) <= CONVOLUTIONS[kind]:
        return ()
    shape = graph.shapes.get(layer.node.input[CONVOLUTIONS[kind]]) or ()
    return tuple(length or 0 for length in shape[2:])


def _detail(graph: OnnxGraph, layer: OnnxLayer, kernel: tuple[int, ...]) -> str:
    node = layer.node
    values = attributes(node)
    shape = graph.shapes.get(layer.tensor) or ()
    parts = []
    if kernel and len(shape) > 1:
        parts.append(f"{shape[1]} filters of {'×'.join(map(str, kernel))}")
        if values.get("group", 1) > 1:
            parts.append(f"{values['group']} groups")
    elif node.op_type in PRODUCTS and graph.is_constant(node.input[PRODUCTS[node.op_type]]):
        parts.append(f"{shape[-1] if shape else '?'} units")
    elif node.op_type in POOLS:
        parts.append("×".join(map(str, values.get("kernel_shape", ()))))
    strides = values.get("strides", [1])
    if max(strides, default=1) > 1:
        parts.append(f"stride {'×'.join(map(str, dict.fromkeys(strides)))}")
    return ", ".join(part for part in parts if part)


def _problem(layer: OnnxLayer) -> str:
    node = layer.node
    if node.domain in ("", "ai.onnx", "ai.onnx.ml", "com.microsoft"):
        return ""
    return f"Layer “{layer.name}” cannot be run: {node.op_type} is no operation of ONNX."


def _problems(graph: OnnxGraph) -> tuple[str, ...]:
    found = []
    if unknown := unknown_operations(graph.model):
        names = ", ".join(f"“{name}”" for name in unknown[:5])
        found.append(
            f"It cannot be run: ONNX Runtime does not have its operation"
            f"{'s' if len(unknown) > 1 else ''} {names}."
        )
    if graph.reason_against_picture:
        found.append(f"It cannot be run on a picture: {graph.reason_against_picture}.")
    return tuple(found)


def _made_by(model: ModelProto) -> str:
    version = model.producer_version.split()[:1]  # tf2onnx adds a commit
    parts = [" ".join([model.producer_name, *version])]
    parts += [f"opset {one.version}" for one in model.opset_import if one.domain in ("", "ai.onnx")]
    return shorten_name(", ".join(printable_name(part) for part in parts if part), 80)


def _classes(model: ModelProto) -> tuple[str, ...]:
    """Return the names of the classes that exporters note: a list, or numbers with names."""
    notes = {note.key: note.value for note in model.metadata_props}
    for key in _CLASS_KEYS:
        if key in notes and (found := _parse_classes(notes[key])):
            return found
    return ()


def _parse_classes(text: str) -> tuple[str, ...]:
    if len(text) > 100 * _MAX_CLASSES:
        return ()
    found: Any = None
    for parse in (json.loads, ast.literal_eval):
        try:
            found = parse(text)
            break
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
    if isinstance(found, dict):
        numbered = {str(key): value for key, value in found.items()}
        found = [numbered.get(str(number)) for number in range(len(numbered))]
    if not isinstance(found, list | tuple) or len(found) > _MAX_CLASSES:
        return ()
    if not all(isinstance(one, str) for one in found):
        return ()
    return tuple(printable_name(one) for one in found)
