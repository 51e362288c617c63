"""A Keras network run as TensorFlow functions: what its layers return, and gradients."""

import functools
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from explorer.errors import ExplorerError, ModelError
from explorer.ml.models.keras_network.graph import (
    Caught,
    ignore,
    is_channels_first,
    last_activation,
    last_with_kernel,
    operations_of,
    watched,
)
from explorer.ml.models.keras_network.inputs import Inputs
from explorer.ml.models.keras_network.reasons import reason_of
from explorer.ml.models.signature import reason_against_outputs

Array = npt.NDArray[np.float32]
Result = TypeVar("Result")
Size = tuple[int, ...]
"""Height, width and channels of an input."""

MAX_KEPT_BYTES = 512 << 20
"""Of what all layers return for one picture: kept, so that looking at the next costs nothing."""
MAX_BATCH_BYTES = 1 << 30
"""Of what all layers return for the pictures that gradients are computed of at once."""
_MAX_FUNCTIONS = 8
_TRACED_FROM = 3
"""From which run of a kind on a function is traced for it, which then takes less."""
_FEW = 4
_PREDICTION, _FEATURES, _CONVOLVED = "", "/", "//"
"""Among what layers return, by path: what the network returns of the classes, the features, and
what the last convolution is given."""

# It advises against what is done here: functions for other layers of one network, each traced once.
tf.get_logger().setLevel("ERROR")


_NO_GRADIENT = (
    "“{}” has no gradients: one of its operations has none. Occlusion and RISE need no gradients."
)


def _told(method: Callable[..., Result]) -> Callable[..., Result]:
    """Say in a sentence why a network cannot be run: Keras and TensorFlow raise many kinds."""

    @functools.wraps(method)
    def run(self: "Computation", *args: Any) -> Result:
        try:
            return method(self, *args)
        except ExplorerError:
            raise
        except Exception as error:
            if "gradients" in method.__name__ and not isinstance(error, tf.errors.OpError):
                raise ModelError(_NO_GRADIENT.format(self._name)) from error
            reason = reason_of(error, "run")
            raise ModelError(f"“{self._name}” cannot be run: {reason}.") from error

    return run


class Computation:
    """Runs a network; TensorFlow traces each way of running it once for each input size.

    Parameters
    ----------
    network : keras.Model
    feed : Inputs
    output : int
        Which of its outputs tells the classes.
    name : str
        What to call it in a sentence.
    """

    def __init__(self, network: keras.Model, feed: Inputs, output: int, name: str) -> None:
        self._network = network
        self._feed = feed
        self._output = output
        self._name = name
        self._batch = feed.batch
        self._functions: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._uses: Counter[str] = Counter()
        self._runs: Counter[tuple[Any, ...]] = Counter()
        self._is_probability: bool | None = None
        self._last: tuple[Array, dict[str, tuple[Any, ...]]] | None = None

    def forget(self) -> None:
        """Forget what the layers returned for the last picture: the weights have changed."""
        self._last = None

    @_told
    def predict(self, inputs: Array) -> tuple[Array, Array, Array]:
        """Return the outputs, the features, and what the last convolution is given, as vectors."""
        size = inputs.shape[1:]
        if len(inputs) == 1 and ("catch", None, size) in self._functions and self._is_small(size):
            found = self._all_outputs(inputs)
            keys = (_PREDICTION, _FEATURES, _CONVOLVED)
            outputs, features, convolved = (to_numpy(found[key][0][:1]) for key in keys)
        else:
            outputs, features, convolved = self._run_all(("predict",), self._predict, inputs)
        return outputs, features, convolved

    @_told
    def scores(self, inputs: Array) -> Array:
        """Return what `ModelAdapter.scores` does."""
        self._find_scores(inputs)
        return self._run_all(("scores",), self._scores, inputs)[0]

    @_told
    def layer_gradients(self, path: str, inputs: Array, output: int) -> tuple[Array, Array]:
        """Return what `ModelAdapter.layer_gradients` does, in the network's own order of axes."""

        def run(pixels: Any, output: Any) -> tuple[Any, Any]:
            return self._layer_gradients(path, pixels, output)

        self._find_scores(inputs)
        activations, gradients = self._run_all(("layer", path), run, inputs, output)
        return activations, gradients

    @_told
    def input_gradients(self, inputs: Array, output: int) -> Array:
        """Return what `ModelAdapter.input_gradients` does."""
        self._find_scores(inputs)
        return self._run_all(("input",), self._input_gradients, inputs, output)[0]

    @_told
    def layer_shapes(self, size: Size) -> Mapping[str, tuple[tuple[int | None, ...], ...]]:
        """Return the shapes of what each layer returns for one picture, with the batch, by path.

        Parameters
        ----------
        size : (int, int, int)
            Height, width and channels of the input.
        """
        found: dict[str, tuple[Any, ...]] = self._catch_all(size).structured_outputs
        return {
            path: tuple(tuple(one.shape) for one in each)
            for path, each in found.items()
            if path not in (_PREDICTION, _FEATURES)
        }

    @_told
    def layer_outputs(self, path: str, inputs: Array) -> tuple[Array, ...]:
        """Return the arrays that a layer returns for one picture, in its own order of axes.

        What the other layers return is kept where it takes no more than `MAX_KEPT_BYTES`.
        """
        size = inputs.shape[1:]
        found = self._all_outputs(inputs) if self._is_small(size) else {}
        if path not in found:
            if path not in self.layer_shapes(size):
                raise ModelError(f"Layer “{path}” is not used when the model runs.")
            found = self._catch(size, frozenset({path}))(self._filled(inputs))
        return tuple(to_numpy(one) for one in found[path])

    def _is_small(self, size: Size) -> bool:
        return self._bytes_of_one(size) <= MAX_KEPT_BYTES

    def _all_outputs(self, inputs: Array) -> dict[str, tuple[Any, ...]]:
        """Return what all layers return, and the prediction, for one picture, which is kept."""
        if self._last is None or not np.array_equal(self._last[0], inputs):
            self._last = (inputs.copy(), self._catch_all(inputs.shape[1:])(self._filled(inputs)))
        return self._last[1]

    @_told
    def layer_run(
        self, path: str, inputs: Array, sources: tuple[str, ...] = ()
    ) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        """Return the arrays that a layer takes and those that it returns, for one picture.

        Parameters
        ----------
        sources : tuple of str
            The layers whose outputs it takes, where they are all that it takes: what is kept of
            them spares another run.
        """
        kept = self._kept_run(path, inputs, sources)
        return kept or self._traced_run(path, inputs)

    def _kept_run(
        self, path: str, inputs: Array, sources: tuple[str, ...]
    ) -> tuple[tuple[Array, ...], tuple[Array, ...]] | None:
        """Return the same from what is kept; None where that does not tell what a layer takes."""
        known = self.layer_shapes(inputs.shape[1:])
        if not sources or any(self._uses[one] != 1 or one not in known for one in (path, *sources)):
            return None
        given = [self.layer_outputs(one, inputs) for one in sources]
        if any(len(one) != 1 for one in given):
            return None
        return tuple(one[0] for one in given), self.layer_outputs(path, inputs)

    def _traced_run(self, path: str, inputs: Array) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        def run(pixels: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
            found: list[tuple[Any, ...]] = []

            def take(name: str, values: Any) -> None:
                if name == path and not found:  # of a shared layer, its first use
                    found.append(_arrays(values))

            def catch(name: str, values: Any) -> None:
                if name == path and len(found) < 2:
                    found.append(tuple(_tensors(values)))

            self._call(pixels, catch, taken=take)
            if not found:
                raise ModelError(f"Layer “{path}” is not used when the model runs.")
            return found[0], found[-1]  # an input returns what it is given

        def make() -> Any:
            given = tf.TensorSpec((self._batch or 1, *inputs.shape[1:]), tf.float32)
            return tf.function(run, autograph=False).get_concrete_function(given)

        call = self._function(("run", path, inputs.shape[1:]), make)
        given, returned = call(self._filled(inputs))
        return tuple(map(to_numpy, given)), tuple(map(to_numpy, returned))

    @_told
    def value_gradients(self, path: str, index: tuple[int, ...], inputs: Array) -> Array:
        """Return how one value of a layer changes with each input, for one picture.

        Parameters
        ----------
        index : tuple of int
            Of the value in what the layer returns, in its own order of axes, without the batch.
        """

        def run(pixels: Any, index: Any) -> Any:
            found: list[Any] = []

            def catch(name: str, outputs: Any) -> None:
                if name == path and not found:
                    found.append(_tensors(outputs)[0])

            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(pixels)
                self._call(pixels, catch)
                value = tf.gather_nd(found[0][0], index[None])[0]
            return tape.gradient(value, pixels, unconnected_gradients="zero")

        size = inputs.shape[1:]

        def make() -> Any:
            given = tf.TensorSpec((self._batch or 1, *size), tf.float32)
            place = tf.TensorSpec((len(index),), tf.int32)
            return tf.function(run, autograph=False).get_concrete_function(given, place)

        call = self._function(("value", path, len(index), size), make)
        found = to_numpy(call(self._filled(inputs), tf.constant(index, tf.int32)))
        of_picture: Array = found[0]
        return of_picture

    def _catch_all(self, size: Size) -> Any:
        return self._catch(size, None)

    def _catch(self, size: Size, wanted: frozenset[str] | None) -> Any:
        """Return the function from one picture to what layers return: the wanted ones, or all."""

        def run(pixels: Any) -> dict[str, tuple[Any, ...]]:
            found: dict[str, tuple[Any, ...]] = {}
            uses: Counter[str] = Counter()

            def catch(path: str, outputs: Any) -> None:
                uses[path] += 1
                if path not in found and (wanted is None or path in wanted):
                    found[path] = tuple(_tensors(outputs))  # of a shared layer, its first use

            take, vectors = self._catch_vectors()
            found[_PREDICTION] = (self._chosen(self._call(pixels, catch, taken=take)),)
            features, convolved = vectors(found[_PREDICTION][0])
            found[_FEATURES], found[_CONVOLVED] = (features,), (convolved,)
            self._uses = uses
            return found

        def make() -> Any:
            given = tf.TensorSpec((self._batch or 1, *size), tf.float32)
            return tf.function(run, autograph=False).get_concrete_function(given)

        return self._function(("catch", wanted, size), make)

    def _predict(self, pixels: Any) -> tuple[Any, Any, Any]:
        take, vectors = self._catch_vectors()
        outputs = self._chosen(self._call(pixels, ignore, taken=take))
        return outputs, *vectors(outputs)

    def _catch_vectors(self) -> tuple[Caught, Callable[[Any], list[Any]]]:
        """Return what notes `_vector_layers`' inputs while the network runs; what returns them."""
        found: dict[str, Any] = {}
        wanted = self._vector_layers  # now: while it runs, layers have other names
        paths = {path for path, _ in wanted}

        def take(path: str, values: Any) -> None:
            if path in paths:  # of a shared layer, its last use
                found[path] = _tensors(values)[0]

        def vectors(outputs: Any) -> list[Any]:
            none = tf.zeros((tf.shape(outputs)[0], 0), tf.float32)
            return [
                _as_vectors(tf.cast(found[path], tf.float32), layer) if path in found else none
                for path, layer in wanted
            ]

        return take, vectors

    @cached_property
    def _vector_layers(self) -> tuple[tuple[str, Any], ...]:
        """The last layer with weights before the classes, and the last convolution; by path."""
        kinds = (keras.Layer, keras.layers.Conv2D)
        return tuple(last_with_kernel(self._network, self._output, kind) for kind in kinds)

    def _scores(self, pixels: Any) -> tuple[Any]:
        return (self._scores_of(pixels, ignore),)

    def _layer_gradients(self, path: str, pixels: Any, output: Any) -> tuple[Any, Any]:
        found: list[Any] = []

        def watch(name: str, outputs: Any) -> None:
            if name == path and not found:  # of a shared layer, its first use
                found.append(_tensors(outputs)[0])
                tape.watch(found[0])

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            score = tf.gather(self._scores_of(pixels, watch), output, axis=1)
        if not found:
            raise ModelError(f"Layer “{path}” is not used for the prediction.")
        gradients = tape.gradient(score, found[0])
        if gradients is None:
            raise ModelError(
                f"Layer “{path}” has no gradient: the prediction does not depend on it, or an "
                "operation after it has none."
            )
        return found[0], gradients

    def _input_gradients(self, pixels: Any, output: Any) -> tuple[Any]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(pixels)
            score = tf.gather(self._scores_of(pixels, ignore), output, axis=1)
        gradients = tape.gradient(score, pixels)
        if gradients is None:
            raise ModelError(_NO_GRADIENT.format(self._name))
        return (gradients,)

    def _call(self, pixels: Any, caught: Caught, linear: Any = None, taken: Caught = ignore) -> Any:
        given = self._feed(pixels)
        for tensor, value in zip(
            keras.tree.flatten(self._network.inputs), keras.tree.flatten(given), strict=True
        ):
            caught(tensor._keras_history.operation.name, value)
        with watched(self._network, caught, linear, taken):
            return self._network(given, training=False)

    def _chosen(self, outputs: Any) -> Any:
        chosen = tf.cast(_tensors(outputs)[self._output], tf.float32)
        return tf.reshape(chosen, (tf.shape(chosen)[0], -1))

    def _scores_of(self, pixels: Any, caught: Callable[[str, Any], None]) -> Any:
        values = self._chosen(self._call(pixels, caught, self._linear))
        # The logarithm of probabilities differs from logits by a constant for each picture.
        return tf.math.log(tf.maximum(values, 1e-37)) if self._is_probability else values

    @cached_property
    def _linear(self) -> Any:
        """The layer whose activation makes the output probabilities, where that is its only use."""
        found = last_activation(self._network, self._output)
        paths = [path for path, one in operations_of(self._network).items() if one is found]
        return found if sum(self._uses[path] for path in paths) == 1 else None

    def _find_scores(self, inputs: Array) -> None:
        """Find out how scores are computed, before a function is traced that does it."""
        if self._is_probability is not None:
            return
        self._catch_all(inputs.shape[1:])  # counts the uses
        self._is_probability = False
        if self._linear is None:
            noise = np.random.default_rng(0).uniform(0, 255, (3, *inputs.shape[1:]))
            found, _, _ = self.predict(np.concatenate([inputs[:1], noise.astype(np.float32)]))
            self._is_probability = found.shape[1] > 1 and not reason_against_outputs(found)

    def _bytes_of_one(self, size: Size) -> int:
        specs = [
            spec for each in self._catch_all(size).structured_outputs.values() for spec in each
        ]
        return sum((spec.shape.num_elements() or 0) * spec.dtype.size for spec in specs)

    def _run_all(
        self, key: tuple[Any, ...], run: Callable[..., Any], inputs: Array, *more: int
    ) -> tuple[Array, ...]:
        """Run as many pictures at once as the network takes and the memory holds."""
        size = inputs.shape[1:]

        def make() -> Any:
            signature = [tf.TensorSpec((self._batch, *size), tf.float32)]
            signature += [tf.TensorSpec((), tf.int32)] * len(more)
            return tf.function(run, input_signature=signature, autograph=False)

        key = (*key, size)
        self._runs[key] += 1
        # Tracing takes as long as some runs of a few pictures do.
        is_rare = self._runs[key] < _TRACED_FROM and len(inputs) <= _FEW
        call = run if is_rare and key not in self._functions else self._function(key, make)
        step = self._batch or len(inputs)
        if step > 1 and self._batch is None:
            step = max(1, MAX_BATCH_BYTES // max(1, self._bytes_of_one(size)))
        parts = []
        for start in range(0, len(inputs), step):
            part = inputs[start : start + step]
            found = call(self._filled(part), *map(tf.constant, more))
            parts.append([to_numpy(one)[: len(inputs) - start] for one in found])
        return tuple(np.concatenate(each) for each in zip(*parts, strict=True))

    def _filled(self, inputs: Array) -> Any:
        """Return pictures as a tensor, with copies of the last where the network takes more."""
        missing = max(0, (self._batch or 0) - len(inputs))
        return tf.constant(np.concatenate([inputs, np.repeat(inputs[-1:], missing, axis=0)]))

    def _function(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        if key not in self._functions:
            self._functions[key] = make()
            while len(self._functions) > _MAX_FUNCTIONS:
                self._functions.popitem(last=False)
        self._functions.move_to_end(key)
        return self._functions[key]


def to_numpy(tensor: Any) -> Array:
    """Return a tensor of any type of numbers as float32."""
    return np.asarray(tf.cast(tensor, tf.float32).numpy())


def _as_vectors(given: Any, layer: Any) -> Any:
    """Return what a layer is given as vectors: of what has positions, the mean over them."""
    if len(given.shape) < 3:
        return given
    is_first = is_channels_first(layer)
    places = range(2, len(given.shape)) if is_first else range(1, len(given.shape) - 1)
    return tf.reduce_mean(given, list(places))


def _tensors(outputs: Any) -> list[Any]:
    return [one for one in keras.tree.flatten(outputs) if isinstance(one, tf.Tensor)]


def _arrays(given: Any) -> tuple[Any, ...]:
    """Return what an operation takes, numbers that stand in the network among it."""
    taken = [one for one in keras.tree.flatten(given) if isinstance(one, (tf.Tensor, int, float))]
    numbers = (one for one in taken if not isinstance(one, bool))
    return tuple(tf.convert_to_tensor(one) for one in numbers)
