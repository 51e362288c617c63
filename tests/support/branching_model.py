"""A small Keras file that branches in a nested model, written without Keras."""

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np


def write_branching_model(file: Path) -> Path:
    """Write a `.keras` file of eleven layers, three of them in a nested model called "branch"."""
    layers = [
        _layer("InputLayer", "picture", batch_shape=[None, 12, 16, 3]),
        _conv("stem", "picture", (12, 16, 3)),
        {
            "module": "keras.src.models.functional",
            "class_name": "Functional",
            "registered_name": "Functional",
            "name": "branch",
            "config": _model(
                "branch",
                [
                    _layer("InputLayer", "given", batch_shape=[None, 12, 16, 4]),
                    _conv("left", "given", (12, 16, 4)),
                    _conv("right", "given", (12, 16, 4)),
                    _layer("Add", "sum", [["left", (12, 16, 4)], ["right", (12, 16, 4)]]),
                ],
                "given",
                "sum",
            ),
            "inbound_nodes": [_call([["stem", (12, 16, 4)]])],
        },
        _layer("ReLU", "relu", [["branch", (12, 16, 4)]]),
        _layer("MaxPooling2D", "pool", [["relu", (12, 16, 4)]], pool_size=[2, 2]),
        _layer("Flatten", "flat", [["pool", (6, 8, 4)]]),
        _layer("Dropout", "dropout", [["flat", (192,)]], rate=0.5),
        _layer("Dense", "head", [["dropout", (192,)]], units=8),
        _layer("Softmax", "softmax", [["head", (8,)]]),
    ]
    model = {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "registered_name": "Functional",
        "config": _model("mine", layers, "picture", "softmax"),
    }
    arrays = {
        "layers/conv2d": (3, 3, 3, 4),
        "layers/functional/layers/conv2d": (3, 3, 4, 4),
        "layers/functional/layers/conv2d_1": (3, 3, 4, 4),
        "layers/dense": (192, 8),
    }
    content = BytesIO()
    random = np.random.default_rng(0)
    with h5py.File(content, "w") as weights:
        for path, shape in arrays.items():
            weights[f"{path}/vars/0"] = random.normal(size=shape).astype(np.float32)
            weights[f"{path}/vars/1"] = np.zeros(shape[-1:], np.float32)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("config.json", json.dumps(model))
        archive.writestr("model.weights.h5", content.getvalue())
    return file


def _model(name: str, layers: list[Any], given: str, returned: str) -> dict[str, Any]:
    return {
        "name": name,
        "layers": layers,
        "input_layers": [[given, 0, 0]],
        "output_layers": [[returned, 0, 0]],
    }


def _conv(name: str, source: str, shape: tuple[int, ...]) -> dict[str, Any]:
    return _layer("Conv2D", name, [[source, shape]], filters=4, kernel_size=[3, 3], padding="same")


def _layer(kind: str, name: str, sources: Any = (), **config: Any) -> dict[str, Any]:
    return {
        "module": "keras.layers",
        "class_name": kind,
        "name": name,
        "config": {"name": name, **config},
        "registered_name": None,
        "inbound_nodes": [_call(sources)] if sources else [],
    }


def _call(sources: Any) -> dict[str, Any]:
    tensors = [
        {
            "class_name": "__keras_tensor__",
            "config": {
                "shape": [None, *shape],
                "dtype": "float32",
                "keras_history": [source, 0, 0],
            },
        }
        for source, shape in sources
    ]
    return {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": {}}
