"""ONNX models: run by ONNX Runtime, with their layers, feature maps and weights."""

import math
import os
import re
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import ModelProto, NodeProto

from explorer.core.files.names import printable_name
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import FeatureMaps, LayerInfo
from explorer.core.models.model_use import DEFAULT_PREPARATION
from explorer.core.models.run_folder import Run
from explorer.core.text.shorten import shorten
from explorer.errors import ModelError
from explorer.ml.architecture.damage import damage_told
from explorer.ml.architecture.onnx.architecture import describe_onnx, last_activation
from explorer.ml.architecture.onnx.file import MAX_ONNX_BYTES, read_onnx, unknown_operations
from explorer.ml.architecture.onnx.graph import OnnxGraph, OnnxLayer
from explorer.ml.architecture.picture_input import reason_against_shape
from explorer.ml.architecture.token_grids import lay_tokens_out
from explorer.ml.models.adapter import Ability, Array, ModelAdapter
from explorer.ml.models.layer_run import LayerRun
from explorer.ml.models.onnx.features import find_features, with_outputs
from explorer.ml.models.onnx.runs import name_run
from explorer.ml.models.onnx.weights import name_weights
from explorer.ml.models.signature import MAX_VALUES, flat_outputs, reason_against_array

RUN_LIMIT_S = 30.0
"""For one picture: a file may hold a loop without an end."""


class OnnxAdapter(ModelAdapter):
    """An `.onnx` file.

    Its layers are the operations that depend on the picture. One session serves for `predict`; the
    first look at a layer makes another, which returns what each of them does: operations that are
    looked at between cannot be merged.
    """

    format = "ONNX"
    abilities = frozenset({Ability.LAYERS, Ability.WEIGHTS, Ability.ARITHMETIC})
    threads = os.cpu_count() or 1

    def __init__(self, path: Path, run: Run | None) -> None:
        super().__init__(path, run)
        self._model = read_onnx(path)
        self._graphs: dict[tuple[int, int], OnnxGraph] = {}
        self._described: dict[tuple[int, int], Architecture] = {}
        with damage_told(self.name):
            if unknown := unknown_operations(self._model):
                raise ModelError(
                    f"it needs the operation “{unknown[0]}”, which ONNX Runtime does not have"
                )
            self._check_sizes()
            self._features = find_features(self._graph) if len(self._graph.outputs) == 1 else None
            self._session = _start(
                with_outputs(self._model, [self._features.name] if self._features else [])
            )

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
        wanted = [self._graph.outputs[0].name]
        if self._features is None:
            (outputs,) = self._run(self._session, wanted, inputs)
            return flat_outputs(outputs), np.zeros((len(inputs), 0), np.float32)
        outputs, features = self._run(self._session, [*wanted, self._features.name], inputs)
        return flat_outputs(outputs), self._features.vectors(features)

    def scores(self, inputs: Array) -> Array:
        """Return the score of each class: the input of the last softmax or sigmoid."""
        outputs = self.predict(inputs)
        kind, before = last_activation(self._graph)
        if kind in ("softmax", "sigmoid"):
            return flat_outputs(self._run(self._layers_session, [before], inputs)[0])
        return outputs

    def describe(self, input_size: tuple[int, int]) -> Architecture:
        """Return the operations in order; shapes that the file does not tell, the run does."""
        if input_size not in self._described:
            graph = self._graph_for(input_size)
            self._tell_missing_shapes(graph)
            with damage_told(self.name):
                self._described[input_size] = describe_onnx(graph)
        return self._described[input_size]

    def feature_maps(self, layer: str, inputs: Array) -> FeatureMaps:
        """Return a layer's output for one picture."""
        size = (inputs.shape[1], inputs.shape[2])
        info = self._find(layer, size)
        if not info.has_maps:
            raise ModelError(info.why_no_maps)
        graph = self._graph_for(size)
        if info.name == graph.inputs[0].name:
            return FeatureMaps(info, inputs[0])
        tensor = self._layer(info.name).tensor
        found = self._run(self._layers_session, [tensor], inputs)[0][0]
        axis = graph.channel_axes.get(tensor)
        if found.ndim > 1 and axis is not None:
            found = np.moveaxis(found, axis - 1, -1)
        if info.output_shape != found.shape:  # as the file tells it wrong
            raise ModelError(
                f"Layer “{info.name}” of “{self.name}” returns {'×'.join(map(str, found.shape))} "
                f"values, not {'×'.join(map(str, info.output_shape))}, as its file says."
            )
        maps = lay_tokens_out(found[None], info)[0]
        return FeatureMaps(info, np.ascontiguousarray(maps))

    def weights(self, layer: str) -> dict[str, Array]:
        """Return the arrays of a layer, laid out as Keras does; quantised ones dequantised."""
        info = self._find(layer, DEFAULT_PREPARATION.size)
        if info.name in {one.name for one in self._graph.inputs}:
            return {}
        node = self._layer(info.name).node
        with damage_told(self.name):
            return name_weights(node, self._constants_of(node))

    def layer_run(self, layer: str, inputs: Array) -> LayerRun:
        """Return what an operation takes and returns for one picture."""
        size = (inputs.shape[1], inputs.shape[2])
        info = self._find(layer, size)
        picture = self._as_input(inputs)[0].astype(np.float32)
        graph = self._graph_for(size)
        if info.name == graph.inputs[0].name:
            return LayerRun("InputLayer", {}, {}, (picture,), picture)
        found = self._layer(info.name)

        def value(name: str) -> Array:
            is_picture = name == graph.given[0].name
            taken = picture if is_picture else self._run(self._layers_session, [name], inputs)[0][0]
            return np.asarray(taken, np.float32)

        with damage_told(self.name):
            return name_run(
                found.node,
                self.weights(info.name),
                self._constants_of(found.node),
                [value(name) if name in found.sources else None for name in found.node.input],
                value(found.tensor),
            )

    @property
    def _graph(self) -> OnnxGraph:
        return self._graph_for(DEFAULT_PREPARATION.size)

    def _tell_missing_shapes(self, graph: OnnxGraph) -> None:
        missing = [
            layer.tensor
            for layer in graph.layers
            if None in graph.shapes.get(layer.tensor, (None,))
        ]
        if missing and graph.input_shape and not graph.reason_against_picture:
            zeros = {graph.given[0].name: np.zeros(graph.input_shape, graph.inputs[0].dtype)}
            found = self._fetch(self._layers_session, missing, zeros)
            graph.tell_shapes({name: one.shape for name, one in zip(missing, found, strict=True)})

    def _graph_for(self, input_size: tuple[int, int]) -> OnnxGraph:
        if input_size not in self._graphs:
            self._graphs[input_size] = OnnxGraph(self._model, input_size)
        return self._graphs[input_size]

    def _layer(self, name: str) -> OnnxLayer:
        return next(layer for layer in self._graph.layers if layer.name == name)

    def _find(self, layer: str, input_size: tuple[int, int]) -> LayerInfo:
        try:
            return self.describe(input_size).find(layer)
        except ModelError as error:
            raise ModelError(f"“{self.name}”: {error}") from error

    def _check_sizes(self) -> None:
        """See that no array is larger than a picture's maps are, or than the weights stored."""
        for name, shape in self._graph.shapes.items():
            if name not in self._graph.weights and (
                reason := reason_against_array(shape, max(MAX_VALUES, _stored(self._model)))
            ):
                raise ModelError(reason)

    @cached_property
    def _layers_session(self) -> onnxruntime.InferenceSession:
        """A session that returns whatever a layer does."""
        try:
            return _start(with_outputs(self._model, [one.tensor for one in self._graph.layers]))
        except ModelError as error:
            raise ModelError(f"The layers of “{self.name}” cannot be shown: {error}.") from error

    def _run(
        self, session: onnxruntime.InferenceSession, names: Sequence[str], inputs: Array
    ) -> list[Array]:
        """Return some of the values for pictures, as float32 with the pictures first."""
        graph = self._graph
        reason = graph.reason_against_picture or reason_against_shape(
            graph.inputs[0], inputs.shape[1:], is_channels_first=graph.is_channels_first
        )
        if reason:
            raise ModelError(f"“{self.name}” cannot be run on this picture: {reason}.")
        given = graph.given[0].name
        found: list[list[npt.NDArray[Any]]] = [[] for _ in names]
        for picture in self._as_input(inputs):
            value = np.repeat(picture[None], graph.batch, axis=0)
            results = self._fetch(session, names, {given: value})
            for values, result in zip(found, results, strict=True):
                if not isinstance(result, np.ndarray) or result.ndim < 1:
                    raise ModelError(f"“{self.name}” returns no array there, but a single value.")
                values.append(result[:1])
        return [np.concatenate(values).astype(np.float32) for values in found]

    def _as_input(self, inputs: Array) -> npt.NDArray[Any]:
        ordered = np.moveaxis(inputs, -1, 1) if self._graph.is_channels_first else inputs
        dtype = np.dtype(self._graph.inputs[0].dtype)
        if dtype.kind in "iu":
            limits = np.iinfo(dtype)
            ordered = np.clip(np.rint(ordered), limits.min, limits.max)
        return np.ascontiguousarray(ordered.astype(dtype))

    def _fetch(
        self, session: onnxruntime.InferenceSession, names: Sequence[str], given: dict[str, Any]
    ) -> list[Any]:
        options = onnxruntime.RunOptions()
        options.log_severity_level = 4  # as that of the session
        limit = threading.Timer(RUN_LIMIT_S, setattr, (options, "terminate", True))
        limit.daemon = True
        limit.start()
        try:
            found: list[Any] = session.run(list(names), given, options)
        except Exception as error:  # ONNX Runtime's own have no common class
            late = f"one picture takes it longer than {RUN_LIMIT_S:g} s"
            reason = late if options.terminate else _reason(error)
            raise ModelError("cannot be run", self.name, reason) from error
        finally:
            limit.cancel()
        return found

    def _constants_of(self, node: NodeProto) -> dict[int, npt.NDArray[Any]]:
        """Return the stored inputs of a node by their number, computed where that is needed."""
        graph = self._graph
        names = {at: name for at, name in enumerate(node.input) if name and graph.is_constant(name)}
        stored = {at: graph.constant(name) for at, name in names.items()}
        computed = [names[at] for at, array in stored.items() if array is None]
        if computed:
            part = onnx.helper.make_graph(
                [one for one in graph.model.graph.node if not set(one.output) & graph.changing],
                "constants",
                [],
                [onnx.ValueInfoProto(name=name) for name in computed],
                list(graph.model.graph.initializer),
            )
            model = ModelProto(
                ir_version=graph.model.ir_version,
                opset_import=graph.model.opset_import,
                graph=part,
            )
            results = iter(self._fetch(_start(model), computed, {}))
            stored = {at: next(results) if array is None else array for at, array in stored.items()}
        return {at: array for at, array in stored.items() if array is not None}


def _start(model: ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what it cannot do, it raises
    # Set, or it would tie its threads to processors, which not every confined process may.
    options.intra_op_num_threads = min(4, os.cpu_count() or 1)
    options.inter_op_num_threads = 1
    # Several pictures are classified at once: who waits leaves the processors to others.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # ONNX Runtime's own have no common class
        raise ModelError(_reason(error, model)) from error


def _reason(error: Exception, model: ModelProto | None = None) -> str:
    """Say why ONNX Runtime did not take a model: its own texts name lines of its source."""
    text = str(error)
    versions = [one.version for one in model.opset_import] if model is not None else []
    newest = onnx.defs.onnx_opset_version()
    if versions and max(versions) > newest:
        return f"it needs operations of version {max(versions)}; up to {newest} are known"
    if found := re.search(r"implementation for (\w+)\((\d+)\)|(\w+)\((-?\d+)\) is not a reg", text):
        name, version = found[1] or found[3], found[2] or found[4]
        return f"ONNX Runtime does not have version {version} of its operation “{name}”"
    if isinstance(error, MemoryError) or "bad_alloc" in text or "Failed to allocate" in text:
        return "it needs more memory than a model may have"
    if isinstance(error, UnicodeError):
        return "the file is damaged"
    if "Node input" in text:
        return "the file is damaged: an operation takes a value that nothing makes"
    if "protobuf" in text.lower():
        return f"it is larger than {MAX_ONNX_BYTES // 1_000_000} MB, or damaged"
    said = text.rpartition(" : ")[2].strip() or type(error).__name__
    if "/onnxruntime_src/" in said:  # what it did not expect, it tells by lines of its source
        return "ONNX Runtime cannot run it, or it is damaged"
    return (
        f"ONNX Runtime cannot run it ({shorten(printable_name(said.splitlines()[0].rstrip('.')))})"
    )


def _stored(model: ModelProto) -> int:
    return sum(math.prod(one.dims) for one in model.graph.initializer)
