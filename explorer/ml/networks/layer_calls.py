"""What goes in and out of each layer while a network runs, those of nested networks included."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras

Shape = tuple[int, ...]
"""Of an array, with the batch."""


@dataclass(frozen=True, eq=False)
class LayerCall:
    """One use of a layer; a shared layer has several.

    Attributes
    ----------
    layer : keras.Layer
    inputs, outputs : tuple of Shape
        Of the arrays that it was given and that it returned.
    """

    layer: Any
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]


class _Reached(BaseException):
    """Carries a layer's output out of its network; an Exception would be written anew by Keras."""

    def __init__(self, outputs: Any) -> None:
        super().__init__()
        self.outputs = outputs


def named_layers(network: keras.Model) -> dict[str, Any]:
    """Return the layers in order, by name; in place of a nested network its own.

    Where several have one name, those of a nested network have the network's before theirs:
    "encoder/conv_1".
    """
    found: dict[Any, tuple[str, ...]] = {}
    for path, layer in _paths_of(network):
        found.setdefault(layer, path)
    times = Counter(path[-1] for path in found.values())
    return {
        "/".join(path if times[path[-1]] > 1 else path[-1:]): layer for layer, path in found.items()
    }


def _paths_of(network: keras.Model) -> Iterator[tuple[tuple[str, ...], Any]]:
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            for path, inner in _paths_of(layer):
                if not isinstance(inner, keras.layers.InputLayer):
                    yield (layer.name, *path), inner
        else:
            yield (layer.name,), layer


@contextmanager
def recorded_calls(network: keras.Model) -> Iterator[list[LayerCall]]:
    """Note each use of a layer while the network runs."""
    calls: list[LayerCall] = []

    def watch(layer: Any, call: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(*args: Any, **kwargs: Any) -> Any:
            outputs = call(*args, **kwargs)
            calls.append(LayerCall(layer, _shapes((args, kwargs)), _shapes(outputs)))
            return outputs

        return recorded

    with _replaced_calls(named_layers(network).values(), watch):
        yield calls


def output_of(network: keras.Model, layer: Any, pixels: Any) -> Any:
    """Run a network up to the first use of a layer, and return what the layer returns."""

    def leave(layer: Any, call: Callable[..., Any]) -> Callable[..., Any]:
        def reached(*args: Any, **kwargs: Any) -> Any:
            raise _Reached(call(*args, **kwargs))

        return reached

    with _replaced_calls([layer], leave):
        try:
            network(pixels, training=False)
        except _Reached as reached:
            return reached.outputs
    raise ValueError(f"{layer.name} is not used.")


@contextmanager
def _replaced_calls(
    layers: Iterable[Any], replace: Callable[[Any, Callable[..., Any]], Callable[..., Any]]
) -> Iterator[None]:
    """Give each layer a `call` of its own, which Keras calls in place of its class's."""
    replaced = []
    try:
        for layer in layers:
            layer.call = replace(layer, layer.call)
            replaced.append(layer)
        yield
    finally:
        for layer in replaced:
            del layer.call


def _shapes(values: Any) -> tuple[Shape, ...]:
    arrays = [one for one in keras.tree.flatten(values) if hasattr(one, "shape")]
    return tuple(tuple(array.shape) for array in arrays)
