"""LiteRT files of a person: run by LiteRT, with their layers, feature maps and weights."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import FeatureMaps, LayerInfo
from explorer.core.models.model_use import DEFAULT_PREPARATION
from explorer.core.models.run_folder import Run
from explorer.errors import ModelError
from explorer.ml.architecture.damage import damage_told
from explorer.ml.architecture.litert.architecture import (
    describe_litert,
    last_activation,
    read_litert,
)
from explorer.ml.architecture.litert.effects import KERNELS
from explorer.ml.architecture.litert.graph import LiteRTGraph, Operator, Tensor
from explorer.ml.architecture.node import Shape
from explorer.ml.architecture.picture_input import reason_against_shape
from explorer.ml.architecture.token_grids import lay_tokens_out
from explorer.ml.models.adapter import Ability, Array, ModelAdapter
from explorer.ml.models.litert import litert_reason
from explorer.ml.models.litert_features import Features, find_features, with_outputs
from explorer.ml.models.signature import MAX_VALUES, flat_outputs, reason_against_array

_BIASES = {"TRANSPOSE_CONV": 3}
_WEIGHT_NAMES = {"ADD": "bias", "MUL": "scale", "PRELU": "alpha"}

Size = tuple[int, int]


class LiteRTFileAdapter(ModelAdapter):
    """A `.tflite` file.

    Its layers are the operations that depend on the picture. Each thread has interpreters of its
    own: one serves one at a time. The one whose layers are looked at keeps every value and merges
    none, and is slower.
    """

    format = "LiteRT"
    abilities = frozenset({Ability.LAYERS, Ability.WEIGHTS})
    threads = os.cpu_count() or 1

    def __init__(self, path: Path, run: Run | None) -> None:
        super().__init__(path, run)
        self._graph = self._read_graph(path)
        self._of_thread = threading.local()
        self._described: dict[Size, Architecture] = {}
        self._features: Features | None = None
        self._content = self._graph.content
        with damage_told(self.name):
            self._check_sizes()
            if len(self._graph.outputs) == 1 and (found := find_features(self._graph)):
                self._features = found
                self._content = with_outputs(self._content, [found.tensor])
            if not self._graph.reason_against_picture:
                self._start(self._size_for(DEFAULT_PREPARATION.size), keeps_values=False)

    def predict(self, inputs: Array) -> Array:
        """Run the whole model."""
        return self.predict_with_features(inputs)[0]

    def predict_with_features(self, inputs: Array) -> tuple[Array, Array]:
        """Run the whole model, which returns both at once."""
        if len(self._graph.outputs) != 1:
            raise ModelError(
                f"“{self.name}” returns {len(self._graph.outputs)} arrays, not one score for each "
                "class: it cannot classify, but its layers can be looked at."
            )
        wanted = [self._graph.outputs[0]]
        if self._features is not None:
            wanted.append(self._features.tensor)
        outputs, *rest = self._run(wanted, inputs, keeps_values=False)
        features = np.zeros((len(inputs), 0), np.float32)
        if self._features is not None:
            features = np.concatenate([self._features.vectors(one) for one in rest[0]])
        return flat_outputs(np.concatenate(outputs)), features

    def scores(self, inputs: Array) -> Array:
        """Return the score of each class: the input of the last softmax or sigmoid."""
        outputs = self.predict(inputs)
        kind, before = last_activation(self._graph)
        if kind in ("softmax", "sigmoid"):
            (found,) = self._run([before], inputs, keeps_values=True)
            return flat_outputs(np.concatenate(found))
        return outputs

    def describe(self, input_size: Size) -> Architecture:
        """Return the operations in order; shapes that the file leaves free, the run tells."""
        if input_size not in self._described:
            shapes: dict[int, Shape] = {}
            is_free = any(None in tensor.shape for tensor in self._graph.tensors)
            if is_free and not self._graph.reason_against_picture:
                shapes = self._shapes_for(self._size_for(input_size))
            with damage_told(self.name):
                self._described[input_size] = describe_litert(self._graph, shapes)
        return self._described[input_size]

    def feature_maps(self, layer: str, inputs: Array) -> FeatureMaps:
        """Return a layer's output for one picture."""
        info = self._find(layer, (inputs.shape[1], inputs.shape[2]))
        if not info.has_maps:
            raise ModelError(info.why_no_maps)
        operator = self._operator(info.name)
        if operator is None:  # the input
            return FeatureMaps(info, inputs[0])
        maps = self._run([operator.outputs[0]], inputs, keeps_values=True)[0][0][0]
        if maps.shape != info.output_shape:
            raise ModelError(
                f"Layer “{info.name}” of “{self.name}” returns {'×'.join(map(str, maps.shape))} "
                f"values, not {'×'.join(map(str, info.output_shape))}, as its file says."
            )
        return FeatureMaps(info, lay_tokens_out(maps[None], info)[0])

    def weights(self, layer: str) -> dict[str, Array]:
        """Return the arrays of a layer, laid out as Keras does; quantised ones dequantised."""
        info = self._find(layer, DEFAULT_PREPARATION.size)
        operator = self._operator(info.name)
        if operator is None:
            return {}
        with damage_told(self.name):
            return self._named_weights(operator)

    @classmethod
    def _read_graph(cls, path: Path) -> LiteRTGraph:
        return read_litert(path)

    def _named_weights(self, operator: Operator) -> dict[str, Array]:
        stored = [
            self._graph.values(index) if index not in operator.sources else None
            for index in operator.inputs
        ]
        bias = _BIASES.get(operator.kind, 2)
        named = {}
        if operator.kind in KERNELS and len(stored) > 1 and stored[1] is not None:
            named["kernel"] = self._kernel(operator, stored[1])
        elif operator.kind == "FULLY_CONNECTED" and len(stored) > 1 and stored[1] is not None:
            named["kernel"] = np.ascontiguousarray(stored[1].T)
        else:
            arrays = [one for one in stored if one is not None and one.size > 1]
            name = _WEIGHT_NAMES.get(operator.kind)
            return {name: arrays[0]} if name and arrays else {}
        found = stored[bias] if bias < len(stored) else None
        if found is not None:
            named["bias"] = found
        return named

    def _kernel(self, operator: Operator, stored: Array) -> Array:
        """Return kernels as (height, width, inputs, filters)."""
        if operator.kind != "DEPTHWISE_CONV_2D":
            return np.ascontiguousarray(np.moveaxis(stored, 0, -1))
        channels = self._graph.tensors[operator.inputs[0]].shape[-1] or 1
        height, width, filters = stored.shape[1:]
        return stored.reshape(height, width, channels, filters // channels)

    def _find(self, layer: str, input_size: Size) -> LayerInfo:
        try:
            return self.describe(input_size).find(layer)
        except ModelError as error:
            raise ModelError(f"“{self.name}”: {error}") from error

    def _operator(self, name: str) -> Operator | None:
        return next((one for one in self._graph.operators if one.name == name), None)

    def _check_sizes(self) -> None:
        """See that no array is larger than a picture's maps are, or than the weights stored."""
        most = max(MAX_VALUES, self._graph.file_bytes)
        for tensor in self._graph.tensors:
            if reason := reason_against_array(tensor.shape, most):
                raise ModelError(reason)

    def _size_for(self, wanted: Size) -> Size:
        """Return the size of the picture that it takes; the one wanted where that is free."""
        height, width, _ = self._graph.input_specs[0].shape or (None, None, None)
        return height or wanted[0], width or wanted[1]

    def _shapes_for(self, size: Size) -> dict[int, Shape]:
        """Return the shape of each tensor for a picture, as a run shows them."""
        interpreter = self._interpreter(size, keeps_values=True)
        _invoke(interpreter, self.name)
        return {
            int(one["index"]): tuple(int(length) for length in one["shape"])
            for one in interpreter.get_tensor_details()
            if 0 <= one["index"] < len(self._graph.tensors)
        }

    def _run(
        self, indices: Sequence[int], inputs: Array, *, keeps_values: bool
    ) -> list[list[Array]]:
        """Return of each tensor its values for each picture: each with a batch of one."""
        graph = self._graph
        reason = graph.reason_against_picture or reason_against_shape(
            graph.input_specs[0], inputs.shape[1:], is_channels_first=False
        )
        if reason:
            raise ModelError(f"“{self.name}” cannot be run on this picture: {reason}.")
        interpreter = self._interpreter(
            (inputs.shape[1], inputs.shape[2]), keeps_values=keeps_values
        )
        given = graph.tensors[graph.inputs[0]]
        batch = given.shape[0] or 1
        found: list[list[Array]] = [[] for _ in indices]
        for picture in inputs:
            value = np.repeat(_quantise(picture, given)[None], batch, axis=0)
            interpreter.set_tensor(graph.inputs[0], value)
            _invoke(interpreter, self.name)
            try:
                stored = [interpreter.get_tensor(index) for index in indices]
            except (ValueError, RuntimeError) as error:
                raise ModelError("cannot be run", self.name, litert_reason(error)) from error
            for values, index, one in zip(found, indices, stored, strict=True):
                values.append(graph.tensors[index].dequantise(np.atleast_2d(one)[:1]))
        return found

    def _interpreter(self, size: Size, *, keeps_values: bool) -> Any:
        """Return this thread's interpreter for a size; another size needs another."""
        key = (size, keeps_values)
        kept: dict[tuple[Size, bool], Any] = self._of_thread.__dict__.setdefault("kept", {})
        if key not in kept:
            for other in [one for one in kept if one[1] == keeps_values]:
                del kept[other]
            try:
                kept[key] = self._start(size, keeps_values=keeps_values)
            except ModelError as error:
                raise ModelError("cannot be run", self.name, str(error)) from error
        return kept[key]

    def _start(self, size: Size, *, keeps_values: bool) -> Any:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        kind = OpResolverType.AUTO
        if keeps_values:  # a delegate would merge operations
            kind = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        given = self._graph.tensors[self._graph.inputs[0]].shape
        try:
            interpreter = Interpreter(
                model_content=self._content,
                experimental_op_resolver_type=kind,
                experimental_preserve_all_tensors=keeps_values,
            )
            if None in given:
                shape = (given[0] or 1, *size, given[3] or 3)
                interpreter.resize_tensor_input(self._graph.inputs[0], shape)
            interpreter.allocate_tensors()
        except (ValueError, RuntimeError, IndexError) as error:
            raise ModelError(litert_reason(error)) from error
        return interpreter


def _invoke(interpreter: Any, name: str) -> None:
    try:
        interpreter.invoke()
    except (ValueError, RuntimeError) as error:
        raise ModelError("cannot be run", name, litert_reason(error)) from error


def _quantise(picture: Array, given: Tensor) -> npt.NDArray[Any]:
    """Return a picture's values as an input stores them."""
    dtype = np.dtype(given.dtype)
    if dtype.kind not in "iu":
        return picture.astype(dtype)
    values = picture
    if given.scale:
        values = values / given.scale[0] + (given.zero[0] if given.zero else 0)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
