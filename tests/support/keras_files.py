"""Keras files made without Keras: honest ones, and those that strangers might send."""

import copy
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

INPUT = {
    "module": "keras.layers",
    "class_name": "InputLayer",
    "config": {"batch_shape": [None, 32, 32, 3], "name": "input_layer"},
    "registered_name": None,
}
CONV = {
    "module": "keras.layers",
    "class_name": "Conv2D",
    "config": {"name": "conv", "filters": 10, "kernel_size": [3, 3], "groups": 1},
    "registered_name": None,
    "build_config": {"input_shape": [None, 32, 32, 3]},
}
POOL = {
    "module": "keras.layers",
    "class_name": "GlobalAveragePooling2D",
    "config": {"name": "pool"},
    "registered_name": None,
}
DENSE = {
    "module": "keras.layers",
    "class_name": "Dense",
    "config": {"name": "dense", "units": 2, "activation": "softmax"},
    "registered_name": None,
    "build_config": {"input_shape": [None, 10]},
}
HONEST: dict[str, Any] = {
    "module": "keras",
    "class_name": "Sequential",
    "config": {"name": "honest", "layers": [INPUT, CONV, POOL, DENSE]},
    "registered_name": None,
}
SHAPES = {
    "layers/conv2d/vars/0": (3, 3, 3, 10),
    "layers/conv2d/vars/1": (10,),
    "layers/dense/vars/0": (10, 2),
    "layers/dense/vars/1": (2,),
}
OLD_SHAPES = {
    "model_weights/conv/conv/kernel:0": (3, 3, 3, 10),
    "model_weights/conv/conv/bias:0": (10,),
    "model_weights/dense/dense/kernel:0": (10, 2),
    "model_weights/dense/dense/bias:0": (2,),
}


def changed(change: Callable[[list[Any]], None]) -> Any:
    """Return the honest config after a change to its layers."""
    config = copy.deepcopy(HONEST)
    change(config["config"]["layers"])
    return config


def hdf5(
    shapes: Mapping[str, tuple[int, ...]],
    attributes: Mapping[str, Any] | None = None,
    *,
    change: Callable[[h5py.File], None] = lambda file: None,
) -> bytes:
    """Return an HDF5 file of arrays with values 0, 0.01, 0.02 …"""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for place, shape in shapes.items():
            values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape) / 100
            file.create_dataset(place, data=values)
        for name, value in (attributes or {}).items():
            file.attrs[name] = value
        _list_weights(file, shapes)
        change(file)
    return content.getvalue()


def _list_weights(file: h5py.File, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Name the layers and their arrays in their order, as Keras does in HDF5 models."""
    found: dict[str, list[str]] = {}
    for place in shapes:
        if place.startswith("model_weights/"):
            layer, _, name = place.removeprefix("model_weights/").partition("/")
            found.setdefault(layer, []).append(name)
    if found:
        file["model_weights"].attrs["layer_names"] = [name.encode() for name in found]
    for layer, names in found.items():
        file["model_weights"][layer].attrs["weight_names"] = [name.encode() for name in names]


def write_keras(
    file: Path,
    config: Any = HONEST,
    weights: bytes | None = None,
    *,
    compression: int = zipfile.ZIP_STORED,
    **others: bytes,
) -> Path:
    """Write a `.keras` file; a config may also be a text."""
    text = config if isinstance(config, str) else json.dumps(config)
    metadata = {"keras_version": "3.15.1", "date_saved": "2026-11-30@12:00:00"}
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("metadata.json", json.dumps(metadata))
        archive.writestr("config.json", text)
        archive.writestr("model.weights.h5", hdf5(SHAPES) if weights is None else weights)
        for name, content in others.items():
            archive.writestr(name, content)
    return file


def write_hdf5(
    file: Path,
    config: Any = HONEST,
    shapes: Mapping[str, tuple[int, ...]] = OLD_SHAPES,
    *,
    change: Callable[[h5py.File], None] = lambda file: None,
) -> Path:
    """Write an `.h5` file as Keras does; a config may also be a text."""
    text = config if isinstance(config, str) else json.dumps(config)
    attributes = {"model_config": text, "keras_version": "3.15.1", "backend": "tensorflow"}
    file.write_bytes(hdf5(shapes, attributes, change=change))
    return file
