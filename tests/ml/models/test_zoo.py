"""Keras models of every kind: each works as plain Keras does, or says why it does not."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import ModelError
from tests.support.keras_zoo import HEIGHT, KINDS, WIDTH

NOT_RUN = {
    "four channels": "takes 4 channels (its input “picture”), while pictures are opened with 3",
    "with numbers": "takes 5 values (its input “age”), not a picture",
    "text": "takes text (its input “words”), not a picture",
    "vector": "takes 100 values (its input “numbers”), not a picture",
}
WITHOUT_CLASSES = ("not a number", "maps", "several labels", "logits")
RUN = [kind for kind in KINDS if kind not in NOT_RUN]


@dataclass
class Found:
    """What an adapter says of a model."""

    layers: dict
    maps: dict
    expected_maps: dict
    predicted: np.ndarray
    expected: np.ndarray
    scores: np.ndarray
    slope: float
    expected_slope: float
    gradients: dict


# In the child.


def opened(folder, kind):
    from explorer.ml.models.keras_model import KerasAdapter
    from tests.support import keras_zoo

    path = Path(folder) / f"{kind}.keras"
    network = keras_zoo.build(kind)
    network.save(path)
    return network, KerasAdapter(path, None)


def pictures_for(network, count=2):
    """Return prepared pictures, and what plain Keras takes of them."""
    shape = network.inputs[0].shape
    channels = shape[3] if len(shape) == 4 and shape[3] in (1, 3) else 3
    channels = 1 if len(shape) == 3 else channels
    pictures = np.random.default_rng(1).uniform(0, 255, (count, HEIGHT, WIDTH, channels))
    pictures = pictures.astype(np.float32)
    given = pictures.transpose(0, 3, 1, 2) if shape[1] == 3 else pictures
    given = given[..., 0] if len(shape) == 3 else given
    if isinstance(inputs_of(network), dict):
        return pictures, dict.fromkeys(inputs_of(network), given)
    return pictures, [given] * len(network.inputs) if len(network.inputs) > 1 else given


def plain_maps(network, given):
    """Run plain Keras sub-models: of each layer its first use, those of nested models too."""
    import keras

    found = {}
    for layer in network.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        node = layer._inbound_nodes[0]
        outputs = [*node.output_tensors]
        found[layer.name] = first_of(
            keras.Model(inputs_of(network), outputs)(given, training=False)
        )
        if isinstance(layer, keras.Model):
            taken = keras.Model(inputs_of(network), [*node.input_tensors])
            inner = first_of(taken(given, training=False))
            found |= {f"{layer.name}/{k}": v for k, v in plain_maps(layer, inner).items()}
    return {name: np.asarray(value, np.float32) for name, value in found.items()}


def inputs_of(network):
    import keras

    # Of a Sequential model that is nested, `input` is what it was called with.
    return network.inputs[0] if isinstance(network, keras.Sequential) else network.input


def first_of(outputs):
    import keras

    return keras.tree.flatten(outputs)[0]


def ask(folder, kind):
    network, adapter = opened(folder, kind)
    pictures, given = pictures_for(network)
    # Keras on a processor has no convolution with the channels first.
    plain = {} if kind == "channels first" else plain_maps(network, given)
    if kind == "channels first":
        expected = channels_first_by_hand(folder, pictures)
    else:
        outputs = network(given, training=False)
        if isinstance(outputs, dict):
            outputs = outputs["class"]
        expected = np.asarray(outputs[1] if isinstance(outputs, list) else outputs, np.float32)
    layers, maps, gradients = {}, {}, {}
    for info in adapter.describe((HEIGHT, WIDTH)).layers:
        try:
            layers[info.name] = adapter.feature_maps(info.name, pictures[:1]).maps.shape
            maps[info.name] = adapter.feature_maps(info.name, pictures[:1]).maps
        except ModelError as error:
            layers[info.name] = error.sentence
        if len(info.output_shape) == 3 and kind != "maps":
            try:
                _, gradients[info.name] = adapter.layer_gradients(info.name, pictures, 0)
            except ModelError as error:
                gradients[info.name] = error.sentence
    slope = adapter.input_gradients(pictures, 0)
    step = np.random.default_rng(2).normal(size=pictures.shape).astype(np.float32)
    ahead, behind = (adapter.scores(pictures + sign * step)[:, 0] for sign in (1, -1))
    return Found(
        layers,
        maps,
        {name: plain[name][0] for name in maps if name in plain},
        adapter.predict(pictures),
        expected.reshape(len(expected), -1),
        adapter.scores(pictures),
        (slope * step).sum(axis=(1, 2, 3)),
        (ahead - behind) / 2,
        gradients,
    )


def channels_first_by_hand(folder, pictures):
    """Run the same layers with the channels last, in plain Keras."""
    import keras

    values = pictures
    for layer in keras.saving.load_model(Path(folder) / "channels first.keras").layers[1:]:
        config = layer.get_config()
        if "data_format" in config:
            config["data_format"] = "channels_last"
        if "axis" in config:
            config["axis"] = -1
        twin = type(layer).from_config(config)
        twin.build(values.shape)
        twin.set_weights(layer.get_weights())
        values = np.asarray(twin(values, training=False))
    return values


def describe(folder, kind):
    _, adapter = opened(folder, kind)
    return adapter.describe((HEIGHT, WIDTH))


def run(folder, kind):
    _, adapter = opened(folder, kind)
    return adapter.predict(np.zeros((1, HEIGHT, WIDTH, 4 if kind == "four channels" else 3), "f"))


@pytest.mark.parametrize("kind", RUN)
def test_it_answers_as_plain_keras_does(in_child, tmp_path, kind):
    if kind == "not a number":
        return
    found = in_child(ask, tmp_path, kind)
    np.testing.assert_allclose(found.predicted, found.expected, rtol=1e-5, atol=1e-5)
    assert len(found.maps) > 1
    for name, maps in found.expected_maps.items():
        if maps.ndim == 2:  # tokens: 3×4 patches, and in one model that of the class
            maps = maps[-12:].reshape(3, 4, -1)
        np.testing.assert_allclose(found.maps[name], maps, rtol=1e-5, atol=1e-5, err_msg=name)
    np.testing.assert_allclose(found.slope, found.expected_slope, rtol=0.02, atol=2e-3)
