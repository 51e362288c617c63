"""The graph of an ONNX model for one picture of a given size."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto

from explorer.core.layers.architecture import TensorSpec
from explorer.errors import ModelError
from explorer.ml.architecture.node import Shape
from explorer.ml.architecture.onnx.names import layer_names
from explorer.ml.architecture.picture_input import picture_input, reason_against_picture

_SMALL_VALUES = 1 << 10
_SINCE_WEIGHTS_ARE_NO_INPUTS = 4
"""The version of ONNX files; of older ones no shapes are told where weights are no inputs."""
_CHANNELS_FIRST = {
    *("Conv", "ConvTranspose", "ConvInteger", "QLinearConv", "MaxPool", "AveragePool", "LpPool"),
    *("GlobalAveragePool", "GlobalMaxPool", "BatchNormalization", "InstanceNormalization"),
    *("GroupNormalization", "LRN", "DepthToSpace", "SpaceToDepth", "Upsample"),
}
_PLAIN_CONSTANTS = {
    "value_int": np.int64,
    "value_ints": np.int64,
    "value_float": np.float32,
    "value_floats": np.float32,
}
_SHAPE_ONLY = {"Shape", "Size"}
_LIKE = {"CastLike": 1, "Expand": 1, "Reshape": 1, "Resize": 1, "Tile": 1, "Slice": 1, "Pad": 1}
"""Of whose sources only the first ones are values; the others say how large the result is."""


@dataclass(frozen=True)
class OnnxLayer:
    """A node whose values depend on the picture.

    Attributes
    ----------
    name : str
        Unique and readable.
    sources : tuple of str
        The values among the node's inputs that depend on the picture.
    """

    name: str
    node: NodeProto
    sources: tuple[str, ...]

    @property
    def tensor(self) -> str:
        """The name of its first value."""
        return str(next(name for name in self.node.output if name))


class OnnxGraph:
    """The graph of an ONNX model, with its shapes for one picture.

    Parameters
    ----------
    model : ModelProto
        As `read_onnx` returns it.
    input_size : (int, int)
        Height and width of the picture, where the model leaves them free.

    Attributes
    ----------
    inputs, outputs : tuple of TensorSpec
        As the file has them, without the batch.
    layers : tuple of OnnxLayer
        In the order in which they compute; constants and what computes with lengths are none.
    shapes : dict of str to Shape
        Of each value where it is known, in the file's own order, with the batch.
    """

    def __init__(self, model: ModelProto, input_size: tuple[int, int]) -> None:
        self.model = model
        self.weights = {one.name: one for one in model.graph.initializer}
        self.given = tuple(one for one in model.graph.input if one.name not in self.weights)
        self.inputs = tuple(map(_spec, self.given))
        self.outputs = tuple(map(_spec, model.graph.output))
        self._input_size = input_size
        self.shapes = self._infer_shapes()
        self.layers = self._find_layers()
        self.channel_axes = self._find_channel_axes()

    @property
    def picture(self) -> TensorSpec | None:
        """The input that takes the picture."""
        return picture_input(self.inputs)

    @cached_property
    def is_channels_first(self) -> bool:
        """Whether the picture has its channels first, which most files have."""
        if self.picture is None or not self.picture.shape:
            return False
        first, *_, last = self.picture.shape
        if (last in (1, 3)) != (first in (1, 3)):
            return first in (1, 3)
        # Where that could be either, what transposes the picture at once has it the other way.
        users = [node for node in self.model.graph.node if self.picture.name in node.input]
        return not any(
            node.op_type == "Transpose" and attributes(node).get("perm") == [0, 3, 1, 2]
            for node in users
        )

    @property
    def input_shape(self) -> tuple[int, ...] | None:
        """What the picture's input is given, with the batch; free lengths are chosen."""
        shape = self.shapes.get(self.picture.name) if self.picture else None
        return None if shape is None else tuple(length or 1 for length in shape)

    @property
    def batch(self) -> int:
        """How many pictures it takes at once; 1 where that is free."""
        shape = self.input_shape
        return shape[0] if shape else 1

    @property
    def opset(self) -> int:
        """The version of ONNX's operations that it is written for."""
        found = [one.version for one in self.model.opset_import if one.domain in ("", "ai.onnx")]
        return found[0] if found else 1

    @property
    def reason_against_picture(self) -> str:
        """Why it cannot be given one colour or grey picture; empty where it can."""
        return reason_against_picture(self.inputs, is_channels_first=self.is_channels_first)

    def is_constant(self, name: str) -> bool:
        """Return whether a value depends on no input."""
        return name not in self.changing

    def weights_behind(self, layer: OnnxLayer) -> list[str]:
        """Return the stored arrays that a layer takes, also through what computes with them."""
        found: dict[str, None] = {}
        left = [name for name in reversed(layer.node.input) if self.is_constant(name)]
        seen = set(left)
        while left:
            name = left.pop()
            if name in self.weights:
                found[name] = None
            elif (maker := self._makers.get(name)) is not None and maker.op_type not in _SHAPE_ONLY:
                fresh = [one for one in reversed(maker.input) if one not in seen]
                seen.update(fresh)
                left += fresh
        return list(found)

    @cached_property
    def _makers(self) -> dict[str, NodeProto]:
        return {name: node for node in self.model.graph.node for name in node.output}

    @cached_property
    def changing(self) -> set[str]:
        """The names of all values that depend on an input, lengths included."""
        found = {one.name for one in self.given}
        for node in self.model.graph.node:
            if any(name in found for name in node.input):
                found.update(name for name in node.output if name)
        return found

    def tell_shapes(self, shapes: Mapping[str, Shape]) -> None:
        """Add shapes that running the model has shown."""
        self.shapes.update(shapes)
        self.channel_axes = self._find_channel_axes()

    def constant(self, name: str) -> npt.NDArray[Any] | None:
        """Return a stored array; None where there is none of that name."""
        tensor = self.weights.get(name) or self._constants.get(name)
        if tensor is None:
            return None
        try:
            return onnx.numpy_helper.to_array(tensor)
        except (ValueError, TypeError, KeyError, RuntimeError) as error:
            raise ModelError(f"its weights “{name}” are damaged") from error

    @cached_property
    def _constants(self) -> dict[str, TensorProto]:
        found = {}
        for node in self.model.graph.node:
            if node.op_type != "Constant" or len(node.output) != 1:
                continue
            value = attributes(node)
            if isinstance(value.get("value"), TensorProto):
                found[node.output[0]] = value["value"]
            for key, dtype in _PLAIN_CONSTANTS.items():
                if key in value:
                    array = np.asarray(value[key], dtype)
                    found[node.output[0]] = onnx.numpy_helper.from_array(array)
        return found

    def _infer_shapes(self) -> dict[str, Shape]:
        """Return every shape that ONNX can tell; of large weights it is not given the values."""
        source = self.model.graph
        large = [one for one in source.initializer if _size(one) > _SMALL_VALUES]
        graph = GraphProto(
            name="shapes",
            node=source.node,
            output=[ValueInfoProto(name=one.name) for one in source.output],
            initializer=[one for one in source.initializer if _size(one) <= _SMALL_VALUES],
            input=[
                *(self._with_lengths(one) for one in self.given),
                *(
                    onnx.helper.make_tensor_value_info(one.name, one.data_type, one.dims)
                    for one in large
                ),
            ],
        )
        model = ModelProto(
            ir_version=max(_SINCE_WEIGHTS_ARE_NO_INPUTS, self.model.ir_version),
            opset_import=self.model.opset_import,
            graph=graph,
        )
        try:
            inferred = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
        except Exception:  # C++ raises what it likes for operations that do not fit
            inferred = graph
        values = (*inferred.input, *inferred.value_info, *inferred.output)
        found: dict[str, Shape] = {
            one.name: tuple(
                length.dim_value if length.HasField("dim_value") else None
                for length in one.type.tensor_type.shape.dim
            )
            for one in values
            if one.type.tensor_type.HasField("shape")
        }
        return {**found, **{one.name: tuple(one.dims) for one in source.initializer}}

    def _with_lengths(self, value: ValueInfoProto) -> ValueInfoProto:
        """Return an input with its free lengths chosen: one picture, in colour, of the size."""
        fixed = ValueInfoProto()
        fixed.CopyFrom(value)
        lengths = fixed.type.tensor_type.shape.dim
        if len(lengths) == 4:
            chosen = [1, *((3, *self._input_size) if self.is_channels_first else
                           (*self._input_size, 3))]  # fmt: skip
        else:
            chosen = [1] * len(lengths)
        for length, choice in zip(lengths, chosen, strict=True):
            if not length.HasField("dim_value") or length.dim_value <= 0:
                length.dim_value = choice
        return fixed

    def _find_layers(self) -> tuple[OnnxLayer, ...]:
        seen = {one.name for one in self.given}
        found = []
        for node in self.model.graph.node:
            count = _LIKE.get(node.op_type, len(node.input))
            sources = tuple(name for name in node.input[:count] if name in seen)
            if not sources or node.op_type in _SHAPE_ONLY or not any(node.output):
                continue
            seen.update(name for name in node.output if name)
            found.append((node, sources))
        names = layer_names([node for node, _ in found], set(self.weights))
        return tuple(
            OnnxLayer(name, node, sources)
            for name, (node, sources) in zip(names, found, strict=True)
        )

    def _find_channel_axes(self) -> dict[str, int]:
        """Return of each value with positions which axis counts its channels."""
        axes = {}
        if self.picture is not None:
            axes[self.picture.name] = 1 if self.is_channels_first else 3
        for layer in self.layers:
            shape = self.shapes.get(layer.tensor)
            if shape is not None and len(shape) > 2:
                axis = self._channel_axis(layer, shape, axes)
                axes.update(dict.fromkeys(layer.node.output, axis))
        return axes

    def _channel_axis(self, layer: OnnxLayer, shape: Shape, axes: Mapping[str, int]) -> int:
        node = layer.node
        given, before = axes.get(layer.sources[0]), self.shapes.get(layer.sources[0])
        if node.op_type in _CHANNELS_FIRST:
            return 1
        if node.op_type in ("MatMul", "LayerNormalization") or given is None or before is None:
            return 1 if len(shape) == 4 and node.op_type == "Reshape" else len(shape) - 1
        if node.op_type == "Transpose":
            order = attributes(node).get("perm") or list(reversed(range(len(shape))))
            return order.index(given) if given in order else given
        if len(shape) == len(before) and node.op_type != "Reshape":
            return given
        same = [axis for axis in range(1, len(shape)) if shape[axis] == before[given]]
        if len(same) == 1:
            return same[0]
        return 1 if len(shape) == 4 else len(shape) - 1


def attributes(node: NodeProto) -> dict[str, Any]:
    """Return a node's attributes; damaged ones are left out."""
    found = {}
    for one in node.attribute:
        try:
            found[one.name] = onnx.helper.get_attribute_value(one)
        except ValueError:
            continue
    return found


def _spec(value: ValueInfoProto) -> TensorSpec:
    kind = value.type.tensor_type
    try:
        dtype = str(np.dtype(onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)))
    except (KeyError, TypeError):
        dtype = "no array"
    lengths = tuple(
        one.dim_value if one.HasField("dim_value") and one.dim_value > 0 else None
        for one in kind.shape.dim
    )
    return TensorSpec(value.name, lengths[1:], "text" if dtype == "object" else dtype)


def _size(tensor: TensorProto) -> int:
    return int(np.prod([float(length) for length in tensor.dims], initial=1.0))
