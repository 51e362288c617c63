"""The weights of an HDF5 file given to the layers that they belong to."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from explorer.core.text.shorten import shorten
from explorer.errors import ModelError
from explorer.ml.keras_files.hdf5 import read_attribute
from explorer.ml.models.keras_network.graph import operations_of


def load_hdf5_weights(network: keras.Model, file: Path) -> None:
    """Give a network the weights of an HDF5 file that Keras saved it in.

    A file lists its layers with weights in the network's order, and of each layer the arrays, those
    of a nested model together. They are found by their names where these are told apart, as those
    of layers that were frozen are in another order, and else by their order.

    Raises
    ------
    ModelError
        They do not fit; the text is the reason alone.
    """
    with h5py.File(file, "r") as root:
        group = root["model_weights"]
        stored = [
            (name, [(one, group[name][one]) for one in _names(group[name], "weight_names")])
            for name in _names(group, "layer_names")
        ]
        stored = [(name, arrays) for name, arrays in stored if arrays]
        layers = [layer for layer in network.layers if _variables(layer)]
        if len(stored) != len(layers):
            raise ModelError(
                f"it has weights of {len(stored)} layers, while {len(layers)} of its layers need "
                "some"
            )
        for layer, (name, arrays) in zip(layers, stored, strict=True):
            _assign(layer, name, arrays)
    for operation in operations_of(network).values():
        if isinstance(operation, keras.layers.Normalization):
            operation.finalize_state()  # what it computes with, of what it was given


def _names(group: Any, name: str) -> list[str]:
    found = read_attribute(group, name)
    return [str(one) for one in found] if isinstance(found, list) else []


def _variables(layer: Any) -> list[Any]:
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _assign(layer: Any, name: str, arrays: Sequence[tuple[str, Any]]) -> None:
    variables = _variables(layer)
    if len(arrays) != len(variables):
        raise ModelError(
            f"layer “{shorten(name)}” needs {len(variables)} arrays, while {len(arrays)} are in it"
        )
    own = [_plain_name(variable.path) for variable in variables]
    theirs = [_plain_name(one) for one, _ in arrays]
    by_name = dict(zip(theirs, arrays, strict=True))
    if max(Counter(theirs).values()) == 1 and set(own) == set(theirs):
        arrays = [by_name[one] for one in own]
    for variable, (one, array) in zip(variables, arrays, strict=True):
        values = np.asarray(array)
        if values.shape != tuple(variable.shape):
            if _without_ones(values.shape) != _without_ones(variable.shape):
                sizes = ("×".join(map(str, shape)) for shape in (values.shape, variable.shape))
                raise ModelError(
                    "“{}” in it is {}, while the layer needs {}".format(shorten(one), *sizes)
                )
            values = values.reshape(variable.shape)
        variable.assign(values)


def _plain_name(path: str) -> tuple[str, ...]:
    """Return the layer and what the array is, of "model/conv_1/kernel:0"."""
    return tuple(re.sub(r":\d+$", "", path).split("/")[-2:])


def _without_ones(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(length for length in shape if length != 1)
