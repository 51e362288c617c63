"""What goes in and out of each layer while a network runs, those of nested networks included."""

from collections.abc import Callable, Iterator
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


def layers_of(network: keras.Model) -> tuple[Any, ...]:
    """Return the layers in order, in place of a nested network its own."""
    found: dict[Any, None] = {}
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            inner = layers_of(layer)
            found |= {one: None for one in inner if not isinstance(one, keras.layers.InputLayer)}
        else:
            found[layer] = None
    return tuple(found)


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

    with _replaced_calls(layers_of(network), watch):
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
    layers: Any, replace: Callable[[Any, Callable[..., Any]], Callable[..., Any]]
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
