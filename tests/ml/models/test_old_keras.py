"""HDF5 models as Keras 2 wrote them: opened, they compute what they did."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.support.keras_zoo import HEIGHT, WIDTH

MODELS = ("Functional", "Sequential", "Model")

# In the child.


def as_keras_2(entry, version):
    """Rewrite a layer's or a model's config as Keras 2 wrote it."""
    config = dict(entry["config"])
    kind = entry["class_name"]
    config.pop("batch_shape", None)
    if "batch_shape" in entry["config"]:
        config["batch_input_shape"] = entry["config"]["batch_shape"]
    if isinstance(config.get("dtype"), dict):
        config["dtype"] = config["dtype"]["config"]["name"]
    if kind == "BatchNormalization":
        config["axis"] = [3]
    if kind == "DepthwiseConv2D" or kind == "SeparableConv2D":
        config["groups"] = 1
    if "layers" in config:
        config["layers"] = [as_keras_2(layer, version) for layer in config["layers"]]
        nested = {one["name"] for one in config["layers"] if one["class_name"] in MODELS}
        for layer in config["layers"]:
            layer["inbound_nodes"] = [
                [[*history_of(tensor, nested), {}] for tensor in tensors_of(node)]
                for node in layer.get("inbound_nodes", ())
            ]
        if kind == "Sequential":  # whose first layer had the shape, and whose layers had no names
            first, *others = config["layers"]
            if first["class_name"] == "InputLayer" and others[0]["class_name"] not in MODELS:
                shape = first["config"]["batch_input_shape"]
                others[0]["config"]["batch_input_shape"] = shape
                config["layers"] = others
            for layer in config["layers"]:
                del layer["inbound_nodes"]
    kept = {"name": config["name"]} if "name" in config else {}
    if kind == "Functional" and version == "2.3.1":
        kind = "Model"
    return {"class_name": kind, "config": config, **kept, **history(entry)}


def history(entry):
    return {"inbound_nodes": entry["inbound_nodes"]} if "inbound_nodes" in entry else {}


def tensors_of(node):
    found = node["args"][0] if isinstance(node["args"][0], list) else [node["args"][0]]
    return [tensor["config"]["keras_history"] for tensor in found]


def history_of(tensor, nested):
    name, call, index = tensor
    return [name, call + (name in nested), index]  # their making was the first call


def rewrite(file, version):
    import h5py

    with h5py.File(file, "r+") as root:
        config = json.loads(root.attrs["model_config"])
        root.attrs["model_config"] = json.dumps(as_keras_2(config, version)).encode()
        root.attrs["keras_version"] = version.encode()
        weights = root["model_weights"]
        for layer in weights.attrs["layer_names"]:
            group = weights[layer]
            names = [str(name) for name in group.attrs["weight_names"]]
            for name in names:
                group.move(name, f"{name}:0")
            group.attrs["weight_names"] = [f"{name}:0".encode() for name in names]


def open_as_keras_2(folder, kind, version):
    from explorer.ml.models.keras_model import KerasAdapter
    from tests.support import keras_zoo

    path = Path(folder) / "model.h5"
    network = keras_zoo.build(kind)
    network.save(path)
    rewrite(path, version)
    pictures = np.random.default_rng(1).uniform(0, 255, (2, HEIGHT, WIDTH, 3)).astype(np.float32)
    adapter = KerasAdapter(path, None)
    layers = [layer.name for layer in adapter.describe((HEIGHT, WIDTH)).layers]
    return adapter.predict(pictures), np.asarray(network(pictures, training=False)), layers


@pytest.mark.parametrize("version", ["2.3.1", "2.10.0"])
@pytest.mark.parametrize(
    "kind",
    [
        "functional",
        "sequential",
        "sequential without a shape",
        "nested, one sigmoid",
        "nested in sequential",
        "shared layer",
        "shared backbone",
        "recurrent",
        "preprocessing",
    ],
)
def test_what_keras_2_saved_computes_the_same(in_child, tmp_path, kind, version):
    ours, expected, layers = in_child(open_as_keras_2, tmp_path, kind, version)
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)
    assert len(layers) > 3
