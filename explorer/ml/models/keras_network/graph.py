"""What a Keras network consists of, and what its layers return while it runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras

# Axes are moved for these, whose kernels Keras keeps alike in both orders; TensorFlow's own code
# for processors has most of them with the channels last only.
_MOVABLE = ("Conv", "Pooling", "UpSampling", "Padding", "Cropping")

_ACTIVATIONS = {"softmax", "sigmoid", "log_softmax"}
_ACTIVATION_KINDS = {"Softmax", "Sigmoid", "LogSoftmax"}
_PASS_ON = {"Flatten", "Reshape", "Dropout", "Identity", "Squeeze", "Cast"}
"""Layers and operations that give each value on as it is, when nothing is trained."""


def operations_of(network: keras.Model) -> dict[str, Any]:
    """Return the layers by path, in order; each nested network after what is in it.

    Operations that are no layers, such as an addition of two tensors, are among them.
    """
    found: dict[str, Any] = {}
    for operation in _own_operations(network):
        if isinstance(operation, keras.Model):
            for path, inner in operations_of(operation).items():
                found[f"{operation.name}/{path}"] = inner
        found[operation.name] = operation
    return found


def _own_operations(network: keras.Model) -> list[Any]:
    if isinstance(network, keras.Sequential) or not hasattr(network, "operations"):
        given = [tensor._keras_history.operation for tensor in _inputs_of(network)]
        return [*given, *network.layers]
    return list(network.operations)


def _inputs_of(network: keras.Model) -> list[Any]:
    """Return the tensors that a network takes; none of one that was not built."""
    if isinstance(network, keras.Sequential) and not network.built:
        return []
    return list(getattr(network, "inputs", None) or [])


Caught = Callable[[str, Any], None]
"""Is told the path of a layer and what it returned, each time that it is used."""


def ignore(path: str, values: Any) -> None:
    """Take no note of a layer."""


@contextmanager
def watched(
    network: keras.Model, caught: Caught, linear: Any = None, taken: Caught = ignore
) -> Iterator[None]:
    """Let every use of a layer be told while the network runs.

    Parameters
    ----------
    network : keras.Model
    caught : callable
    linear : keras.Operation, optional
        A layer that is to return its values before its activation.
    taken : callable, optional
        Is told what a layer is given, before it is told what that returns.
    """
    path: list[str] = []

    def watch(operation: Any, call: Callable[..., Any]) -> Callable[..., Any]:
        name = operation.name

        def run(*args: Any, **kwargs: Any) -> Any:
            path.append(name)
            taken("/".join(path), (args, kwargs))
            if isinstance(operation, keras.Model):
                _tell_inputs(operation, args, "/".join(path) + "/", caught)
            if operation is linear:
                outputs = _without_activation(operation, call, *args, **kwargs)
            else:
                outputs = _with_channels_last(operation, call, *args, **kwargs)
            caught("/".join(path), outputs)
            path.pop()
            return outputs

        return run

    replaced: list[tuple[Any, str]] = []
    try:
        for operation in {id(one): one for one in operations_of(network).values()}.values():
            is_quantised = getattr(operation, "quantization_mode", None) is not None
            method = "quantized_call" if is_quantised else "call"
            setattr(operation, method, watch(operation, getattr(operation, method)))
            replaced.append((operation, method))
        with _plain_names(network):
            yield
    finally:
        for operation, method in replaced:
            delattr(operation, method)


@contextmanager
def _plain_names(network: keras.Model) -> Iterator[None]:
    """Give every layer a name that TensorFlow takes for a scope; it refuses spaces and umlauts."""
    layers = [
        one for one in network._flatten_layers() if not isinstance(one, keras.layers.InputLayer)
    ]
    names = [layer.name for layer in layers]
    try:
        for number, layer in enumerate(layers):
            layer.name = f"layer_{number}"
        yield
    finally:
        for layer, name in zip(layers, names, strict=True):
            layer.name = name


def _tell_inputs(network: Any, args: tuple[Any, ...], prefix: str, caught: Caught) -> None:
    for tensor, given in zip(_inputs_of(network), keras.tree.flatten(args[:1]), strict=False):
        caught(prefix + tensor._keras_history.operation.name, given)


def _without_activation(operation: Any, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    if not hasattr(operation, "activation"):
        return args[0]
    activation = operation.activation
    operation.activation = keras.activations.linear
    try:
        return _with_channels_last(operation, call, *args, **kwargs)
    finally:
        operation.activation = activation


def _with_channels_last(operation: Any, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a layer; one that takes the channels first is given them last and its result moved."""
    if not is_channels_first(operation) or not any(
        word in type(operation).__name__ for word in _MOVABLE
    ):
        return call(*args, **kwargs)
    operation.data_format = "channels_last"
    try:
        inputs = keras.ops.moveaxis(args[0], 1, -1)
        outputs = call(inputs, *args[1:], **kwargs)
    finally:
        operation.data_format = "channels_first"
    return keras.ops.moveaxis(outputs, -1, 1) if len(outputs.shape) > 2 else outputs


def is_channels_first(operation: Any) -> bool:
    """Return whether a layer says that it takes the channels before height and width."""
    return getattr(operation, "data_format", None) == "channels_first"


def last_activation(network: keras.Model, index: int) -> Any:
    """Return the layer that makes an output of a network probabilities, however deep.

    Parameters
    ----------
    network : keras.Model
    index : int
        Which of its outputs.

    Returns
    -------
    keras.Operation or None
        A layer with softmax or sigmoid, whether of its own or as its activation; None where there
        is none, or it has other uses as well.
    """
    outputs = network.outputs
    while True:
        operation, node_index, tensor_index = outputs[index]._keras_history
        if isinstance(operation, keras.Model):
            outputs, index = operation.outputs, tensor_index
            continue
        if _is_activation(operation):
            return operation
        nodes = operation._inbound_nodes
        if not _passes_on(operation) or len(nodes[node_index].input_tensors) != 1:
            return None
        outputs, index = nodes[node_index].input_tensors, 0


def last_with_kernel(
    network: keras.Model, index: int, kind: type[keras.Layer] = keras.Layer
) -> tuple[str, Any]:
    """Return the last layer with a kernel that an output of a network comes from, however deep.

    Parameters
    ----------
    network : keras.Model
    index : int
        Which of its outputs.
    kind : type
        Of layers of this kind alone.

    Returns
    -------
    str
        Its path; empty where there is none, or where it takes the network's input.
    keras.Layer or None
    """
    before: dict[int, list[Any]] = {}
    left = [network.outputs[index]]
    while left:
        operation, node_index, _ = left.pop()._keras_history
        if id(operation) not in before:
            before[id(operation)] = operation._inbound_nodes[node_index].input_tensors
            left += before[id(operation)]
    for operation in reversed(_own_operations(network)):
        if id(operation) not in before:
            continue
        if isinstance(operation, keras.Model):
            path, found = last_with_kernel(operation, 0, kind)
            if path:
                return f"{operation.name}/{path}", found
        elif isinstance(operation, kind) and any(
            "kernel" in variable.name for variable in operation.weights
        ):
            takes = before[id(operation)][0]._keras_history.operation
            is_first = isinstance(takes, keras.layers.InputLayer)
            return ("", None) if is_first else (operation.name, operation)
    return "", None


def _is_activation(operation: Any) -> bool:
    if hasattr(operation, "activation"):
        return getattr(operation.activation, "__name__", "") in _ACTIVATIONS
    return type(operation).__name__ in _ACTIVATION_KINDS


def _passes_on(operation: Any) -> bool:
    if type(operation).__name__ == "Activation":
        return getattr(operation.activation, "__name__", "") == "linear"
    return type(operation).__name__ in _PASS_ON
