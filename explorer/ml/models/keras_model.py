"""Keras models in the program: their layers, feature maps, scores and gradients."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import FeatureMaps, LayerInfo
from explorer.core.models.model_use import DEFAULT_PREPARATION, Edit
from explorer.core.models.run_folder import KERAS_FILE, Run
from explorer.errors import ModelError
from explorer.ml.architecture.keras.network import architecture_of_network
from explorer.ml.architecture.token_grids import lay_tokens_out, with_token_grids
from explorer.ml.models.adapter import Ability, Array, ModelAdapter
from explorer.ml.models.keras_network.compute import Computation
from explorer.ml.models.keras_network.edits import Edits
from explorer.ml.models.keras_network.graph import operations_of
from explorer.ml.models.keras_network.inputs import Inputs
from explorer.ml.models.keras_network.loading import load_file, load_network
from explorer.ml.models.layer_run import LayerRun
from explorer.ml.models.redraw import redraw


class KerasAdapter(ModelAdapter):
    """A Keras model: of a run folder, checked against its card, or a `.keras` or `.h5` file."""

    format = "Keras"
    abilities = frozenset(Ability)  # all of them

    def __init__(self, path: Path, run: Run | None) -> None:
        super().__init__(path, run)
        self._network = load_file(path, self.name) if run is None else load_network(run)
        self._operations = operations_of(self._network)
        self._inputs = Inputs(self._network)
        self._output = self._find_class_output()
        self._compute = Computation(self._network, self._inputs, self._output, self.name)
        self._edits = Edits(self._find)
        self._not_finite = next(_without_numbers(self._operations), "")
        self._described: dict[tuple[int, ...], Architecture] = {}

    def predict(self, inputs: Array) -> Array:
        """Run the whole model."""
        return self.predict_with_features(inputs)[0]

    def predict_with_features(self, inputs: Array) -> tuple[Array, Array]:
        """Run the whole model, which returns both at once."""
        return self.predict_with_vectors(inputs)[:2]

    def predict_with_vectors(self, inputs: Array) -> tuple[Array, Array, Array]:
        """Run the whole model, which returns all of them at once."""
        outputs, features, convolved = self._compute.predict(self._checked(inputs))
        return outputs, features, convolved if self.novelty_layer == "convolution" else features

    def scores(self, inputs: Array) -> Array:
        """Return the logits, as the last layer has them before its softmax or sigmoid."""
        return self._compute.scores(self._checked(inputs))

    def layer_gradients(self, layer: str, inputs: Array, output: int) -> tuple[Array, Array]:
        """Return what a layer returns, at its first use, and how a score changes with it."""
        inputs = self._checked(inputs)
        info = self._info(layer, inputs.shape[1:])
        found = self._compute.layer_gradients(info.name, inputs, output)
        activations, gradients = (_to_maps(one, info) for one in found)
        return activations, gradients

    def input_gradients(self, inputs: Array, output: int) -> Array:
        """Return how a score changes with each value of the inputs."""
        return self._compute.input_gradients(self._checked(inputs), output)

    def describe(self, input_size: tuple[int, int]) -> Architecture:
        """Return the layers in order, in place of a nested model its own."""
        given = (*input_size, 3)
        fixed = self._inputs.size
        return self._describe(tuple(own or free for own, free in zip(fixed, given, strict=True)))

    def feature_maps(self, layer: str, inputs: Array) -> FeatureMaps:
        """Return a layer's output for one picture, at its first use."""
        inputs = self._checked(inputs)
        info = self._info(layer, inputs.shape[1:])
        if not info.has_maps:
            raise ModelError(info.why_no_maps)
        output = self._compute.layer_outputs(info.name, inputs)[0][:1]
        return FeatureMaps(info, _to_maps(output, info)[0])

    def weights(self, layer: str) -> dict[str, Array]:
        """Return the arrays of a layer by what they are called."""
        _, operation = self._find(layer)
        variables = _weights_of(operation)
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

    @property
    def _damage(self) -> str:
        return f"its layer “{self._not_finite}” has weights that are no finite numbers"

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
        info = self._info(layer, inputs.shape[1:])
        operation = self._operations[info.name]
        is_layer = isinstance(operation, keras.layers.Layer)
        given, returned = self._compute.layer_run(
            info.name, inputs, info.sources if is_layer else ()
        )
        if len(returned) != 1:
            raise ModelError(info.why_no_maps)
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
        info = self._info(layer, inputs.shape[1:])
        if not info.has_maps:
            raise ModelError(info.why_no_maps)
        index: tuple[int, ...] = place[-len(info.map_shape) :]
        if any(not 0 <= at < most for at, most in zip(index, info.map_shape, strict=True)):
            raise ModelError(f"Layer “{info.name}” has no value at {index}.")
        if info.token_grid is not None:
            columns = info.token_grid[1]
            index = (info.first_token + index[0] * columns + index[1], index[2])
        if info.is_channels_first and len(index) == 3:
            index = (index[2], *index[:2])
        return self._compute.value_gradients(info.name, index, inputs)

    def _checked(self, inputs: Array) -> Array:
        reason = self._inputs.refuses(inputs.shape[1:])
        if reason:
            raise ModelError(f"“{self.name}” {reason}.")
        if self._not_finite:
            raise ModelError(f"“{self.name}” gives no usable numbers: {self._damage}.")
        return np.ascontiguousarray(inputs, np.float32)

    def _info(self, layer: str, size: tuple[int, ...]) -> LayerInfo:
        """Return a layer by its name; of a nested model, the one that returns what it returns."""
        while isinstance(nested := self._operations.get(layer), keras.Model):
            layer = f"{layer}/{nested.outputs[0]._keras_history.operation.name}"
        return self._describe(size).find(layer)

    def _describe(self, size: tuple[int, ...]) -> Architecture:
        if size not in self._described:
            self._described[size] = self._read_architecture(size)
        return self._described[size]

    def _read_architecture(self, size: tuple[int, ...]) -> Architecture:
        """Return what the network's config says, with the shapes that its layers really return."""
        stored = {
            path: [tuple(weight.shape) for weight in _weights_of(operation)]
            for path, operation in self._operations.items()
        }
        found = architecture_of_network(self._network, (size[0], size[1]), stored)
        problem = self._inputs.problem
        limits = dict.fromkeys((*found.limits, *self._limits(problem)))
        shapes = {} if problem else self._compute.layer_shapes(size)
        layers = tuple(
            _with_shape(info, shapes[info.name][0]) if shapes.get(info.name) else info
            for info in found.layers
        )
        return replace(
            found,
            format=self.format,
            layers=with_token_grids(layers),
            takes_picture=not problem,
            limits=tuple(limits),
        )

    def _find_class_output(self) -> int:
        """Return which output tells the classes, as is told of its file."""
        if len(self._network.outputs) == 1:
            return 0
        return architecture_of_network(self._network, DEFAULT_PREPARATION.size).class_output

    def _limits(self, problem: str) -> Iterator[str]:
        if problem:
            yield f"It cannot be run: it {problem}."
        if self._not_finite:
            yield f"It gives no usable numbers: {self._damage}."
        if len(self._network.outputs) > 1:
            tensor = self._network.outputs[self._output]
            name = tensor._keras_history.operation.name
            yield f"Of its {len(self._network.outputs)} outputs, “{name}” is taken for the classes."


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


def _without_numbers(operations: dict[str, Any]) -> Iterator[str]:
    """Return the layers with weights that are infinite or no numbers.

    What such a network returns need not show it: a ReLU that is computed with the convolution
    before it makes 0 of what is no number.
    """
    for path, operation in operations.items():
        weights = () if isinstance(operation, keras.Model) else _weights_of(operation)
        if not all(np.isfinite(keras.ops.convert_to_numpy(one)).all() for one in weights):
            yield path


def _settings(operation: Any) -> dict[str, Any]:
    """Return a layer's settings, or what an operation that is no layer keeps, by name."""
    if isinstance(operation, keras.layers.Layer):
        return dict(operation.get_config())
    return {name: value for name, value in vars(operation).items() if not name.startswith("_")}


def _weights_of(operation: Any) -> list[Any]:
    return list(operation.weights) if isinstance(operation, keras.layers.Layer) else []


def _with_shape(info: LayerInfo, shape: tuple[int | None, ...]) -> LayerInfo:
    """Return a layer with the shape that it returns, with the batch, in its own order of axes."""
    lengths = [length for length in shape[1:] if length is not None]
    if len(lengths) < len(shape) - 1:
        return info
    if info.is_channels_first and len(lengths) > 1:
        lengths = [*lengths[1:], lengths[0]]
    return replace(info, output_shape=tuple(lengths))


def _to_maps(values: Array, info: LayerInfo) -> Array:
    """Bring what a layer returns, with the batch, to the order of axes of `FeatureMaps`."""
    if info.is_channels_first and values.ndim > 2:
        values = np.moveaxis(values, 1, -1)
    return lay_tokens_out(values, info)
