"""Keras models in the program: their layers, feature maps, scores and gradients."""

import math
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from explorer.core.model_files.kinds import ModelKind, kind_of
from explorer.core.models.architecture import Architecture, Group, TensorSpec
from explorer.core.models.layers import FeatureMaps, LayerInfo
from explorer.core.models.model_use import Edit
from explorer.core.models.run_folder import KERAS_FILE, Run
from explorer.errors import ModelError
from explorer.ml.architecture.keras_texts import activation_of, describe_settings
from explorer.ml.architecture.network import architecture_of_network
from explorer.ml.models.adapter import Ability, Array, ModelAdapter
from explorer.ml.models.keras_compute import Computation
from explorer.ml.models.keras_edits import Edits
from explorer.ml.models.keras_graph import is_channels_first, last_activation, operations_of
from explorer.ml.models.keras_inputs import Inputs
from explorer.ml.models.keras_loading import load_file, load_network
from explorer.ml.models.layer_run import LayerRun
from explorer.ml.models.redraw import redraw


class KerasAdapter(ModelAdapter):
    """A Keras model: of a run folder, checked against its card, or a `.keras` or `.h5` file."""

    format = "Keras"
    abilities = frozenset(Ability)  # all of them

    @classmethod
    def can_open(cls, path: Path) -> bool:
        """Return whether a path is a Keras file, or a run folder has one."""
        if path.is_dir():
            return (path / KERAS_FILE).is_file()
        return kind_of(path) in (ModelKind.KERAS, ModelKind.HDF5)

    def __init__(self, path: Path, run: Run | None) -> None:
        super().__init__(path, run)
        self._network = load_file(path, self.name) if run is None else load_network(run)
        self._operations = operations_of(self._network)
        self._inputs = Inputs(self._network)
        self._output = _class_output(self._network)
        self._compute = Computation(self._network, self._inputs, self._output, self._inputs.batch)
        self._edits = Edits(self._find)
        self._described: dict[tuple[int, ...], Architecture] = {}

    def predict(self, inputs: Array) -> Array:
        """Run the whole model."""
        return self._compute.predict(self._checked(inputs))

    def scores(self, inputs: Array) -> Array:
        """Return the logits, as the last layer has them before its softmax or sigmoid."""
        return self._compute.scores(self._checked(inputs))

    def layer_gradients(self, layer: str, inputs: Array, output: int) -> tuple[Array, Array]:
        """Return what a layer returns, at its first use, and how a score changes with it."""
        inputs = self._checked(inputs)
        info = self._describe(inputs.shape[1:]).find(layer)
        found = self._compute.layer_gradients(info.name, inputs, output)
        activations, gradients = (_channels_last(one, info) for one in found)
        return activations, gradients

    def input_gradients(self, inputs: Array, output: int) -> Array:
        """Return how a score changes with each value of the inputs."""
        return self._compute.input_gradients(self._checked(inputs), output)

    def describe(self, input_size: tuple[int, int]) -> Architecture:
        """Return the layers in order, in place of a nested model its own."""
        channels = self._inputs.size[2] or 3
        return self._describe((*input_size, channels))

    def feature_maps(self, layer: str, inputs: Array) -> FeatureMaps:
        """Return a layer's output for one picture, at its first use."""
        inputs = self._checked(inputs)
        info = self._describe(inputs.shape[1:]).find(layer)
        if not info.has_maps:
            raise ModelError(info.why_no_maps)
        output = self._compute.layer_outputs(info.name, inputs)[0][:1]
        return FeatureMaps(info, _channels_last(output, info)[0])

    def weights(self, layer: str) -> dict[str, Array]:
        """Return the arrays of a layer by what they are called."""
        _, operation = self._find(layer)
        variables = getattr(operation, "weights", [])
        names = [variable.name for variable in variables]
        named = {}
        for variable in variables:
            is_unique = names.count(variable.name) == 1
            name = variable.name if is_unique else "/".join(variable.path.split("/")[-2:])
            named[name] = np.asarray(keras.ops.convert_to_numpy(variable), np.float32)
        return named

    def edit(self, edits: tuple[Edit, ...]) -> None:
        """Change channels as `Edits` tells."""
        if self._edits.apply(edits):
            self._compute.forget()

    @contextmanager
    def redrawn_weights(self, seed: int) -> Iterator[None]:
        """Let the model compute with weights drawn anew until the context ends."""
        random = np.random.default_rng(seed)
        kept = [
            (variable, variable.numpy(), redraw(name, variable.numpy(), random))
            for name, variable in _learned_weights(self._operations.values())
        ]
        try:
            for variable, _, drawn in kept:
                variable.assign(drawn)
            self._compute.forget()
            yield
        finally:
            for variable, before, _ in kept:
                variable.assign(before)
            self._compute.forget()

    def save(self) -> npt.NDArray[np.uint8]:
        """Return the content of a `.keras` file."""
        # Keras writes to paths only; a confined process may write where it works.
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            file = Path(folder, KERAS_FILE)
            self._network.save(file)
            return np.fromfile(file, np.uint8)

    def _find(self, layer: str) -> tuple[str, Any]:
        """Return a layer's path and itself, by its path or by its own name where that is unique."""
        if layer in self._operations:
            return layer, self._operations[layer]
        found = [path for path in self._operations if path.rpartition("/")[2] == layer]
        if len(found) != 1:
            raise ModelError(f"“{self.name}” has {len(found) or 'no'} layers called “{layer}”.")
        return found[0], self._operations[found[0]]

    def layer_run(self, layer: str, inputs: Array) -> LayerRun:
        """Return what a layer takes and returns for one picture, at its first use."""
        inputs = self._checked(inputs)
        info = self._describe(inputs.shape[1:]).find(layer)
        given, returned = self._compute.layer_run(info.name, inputs)
        if len(returned) != 1:
            raise ModelError(info.why_no_maps)
        operation = self._operations[info.name]
        return LayerRun(
            kind=type(operation).__name__,
            settings=_settings(operation),
            weights=self.weights(info.name),
            inputs=tuple(one[0] if one.ndim else one for one in given),
            output=returned[0][0],
        )

    def value_gradients(self, layer: str, place: tuple[int, int, int], inputs: Array) -> Array:
        """Return how one value of a layer changes with each value of the input."""
        inputs = self._checked(inputs)
        info = self._describe(inputs.shape[1:]).find(layer)
        if not info.has_maps:
            raise ModelError(info.why_no_maps)
        index = place[-len(info.output_shape) :]
        if any(not 0 <= at < most for at, most in zip(index, info.output_shape, strict=True)):
            raise ModelError(f"Layer “{info.name}” has no value at {index}.")
        if info.is_channels_first and len(index) == 3:
            index = (index[2], *index[:2])
        return self._compute.value_gradients(info.name, index, inputs)

    def _checked(self, inputs: Array) -> Array:
        reason = self._inputs.refuses(inputs.shape[1:])
        if reason:
            raise ModelError(f"“{self.name}” {reason}.")
        return np.ascontiguousarray(inputs, np.float32)

    def _describe(self, size: tuple[int, ...]) -> Architecture:
        if size not in self._described:
            problem = self._inputs.problem
            shapes = {} if problem else self._compute.layer_shapes(size)
            read = _read_config(self._network, size)
            known = {layer.name: layer for layer in read.layers} if read else {}
            layers = tuple(
                _describe(
                    path,
                    operation,
                    shapes.get(path) or _planned_shapes(operation),
                    known.get(path),
                )
                for path, operation in self._operations.items()
                if not isinstance(operation, keras.Model) and not _is_inner_input(path, operation)
            )
            groups = tuple(
                Group(path, type(operation).__name__)
                for path, operation in self._operations.items()
                if isinstance(operation, keras.Model)
            )
            given, returned = (
                tuple(TensorSpec(one.name, tuple(one.shape[1:]), one.dtype) for one in each)
                for each in (self._network.inputs, self._network.outputs)
            )
            self._described[size] = Architecture(
                self.format,
                given,
                returned,
                layers,
                groups=groups,
                input_size=None if problem else (size[0], size[1]),
                is_channels_first=self._inputs.is_channels_first,
                last_activation=read.last_activation if read else "",
                scaling_inside=read.scaling_inside if read else "",
                limits=(f"It cannot be run: it {problem}.",) if problem else (),
            )
        return self._described[size]


def _learned_weights(operations: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Yield what training learns and measures, once each, by what it is called.

    What prepares the input, such as a mean of the training pictures, is not learned.
    """
    seen: set[int] = set()
    for operation in operations:
        if isinstance(operation, (keras.Model, keras.layers.Normalization)):
            continue
        is_depthwise = isinstance(operation, keras.layers.DepthwiseConv2D)
        for variable in getattr(operation, "weights", []):
            if id(variable) not in seen and "float" in str(variable.dtype):
                seen.add(id(variable))
                is_kernel = is_depthwise and variable.name == "kernel"
                yield ("depthwise_kernel" if is_kernel else variable.name), variable


def _class_output(network: keras.Model) -> int:
    """Return which output tells the classes: one with softmax or sigmoid, if any has it."""
    vectors = [i for i, one in enumerate(network.outputs) if len(one.shape) == 2]
    sure = [i for i in vectors if last_activation(network, i) is not None]
    return next(iter([*sure, *vectors, 0]))


def _planned_shapes(operation: Any) -> list[Any]:
    """Return the shapes that a layer returns at its first use, as the network was put together."""
    return [one.shape for node in operation._inbound_nodes[:1] for one in node.output_tensors]


def _settings(operation: Any) -> dict[str, Any]:
    """Return a layer's settings, or what an operation that is no layer keeps, by name."""
    if isinstance(operation, keras.layers.Layer):
        return dict(operation.get_config())
    return {name: value for name, value in vars(operation).items() if not name.startswith("_")}


def _is_inner_input(path: str, operation: Any) -> bool:
    return "/" in path and isinstance(operation, keras.layers.InputLayer)


def _channels_last(values: Array, info: LayerInfo) -> Array:
    return np.moveaxis(values, 1, -1) if info.is_channels_first and values.ndim == 4 else values


def _read_config(network: keras.Model, size: tuple[int, ...]) -> Architecture | None:
    """Return what the config tells besides what the running network does: fields and costs."""
    try:
        return architecture_of_network(network, (size[0], size[1]))
    except (NotImplementedError, TypeError, ModelError):  # its classes have no config
        return None


def _describe(path: str, operation: Any, shapes: Any, known: LayerInfo | None) -> LayerInfo:
    shape = tuple(shapes[0][1:]) if len(shapes) == 1 else ()
    is_known = all(isinstance(length, int) for length in shape)
    kind = type(operation).__name__
    config = operation.get_config() if isinstance(operation, keras.layers.Layer) else {}
    is_first = is_channels_first(operation) and len(shape) == 3
    if is_first:
        shape = (*shape[1:], shape[0])
    return LayerInfo(
        name=path,
        kind=kind,
        output_shape=shape if is_known else (),
        parameters=sum(math.prod(one.shape) for one in getattr(operation, "weights", [])),
        detail=describe_settings(kind, config) if len(shapes) < 2 else f"{len(shapes)} arrays",
        kernel_size=tuple(config.get("kernel_size", ())),
        is_softmax=activation_of(kind, config) == "softmax",
        is_channels_first=is_first,
        multiply_adds=known.multiply_adds if known else None,
        receptive_field=known.receptive_field if known else None,
        sources=known.sources if known else (),
    )
