"""Layers and feature maps against Keras put together anew, and against NumPy and SciPy."""

import json
import shutil
import sys
import zipfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.signal import correlate2d

from explorer.core.models.model import Model
from explorer.core.models.run_folder import read_run
from explorer.errors import ModelError

ARTICLE_LAYERS = {
    "picture": ("InputLayer", (150, 150, 3), 0),
    "rescaling": ("Rescaling", (150, 150, 3), 0),
    "conv_1": ("Conv2D", (150, 150, 32), 896),
    "pool_1": ("MaxPooling2D", (75, 75, 32), 0),
    "conv_2": ("Conv2D", (75, 75, 32), 9_248),
    "pool_2": ("MaxPooling2D", (37, 37, 32), 0),
    "conv_3": ("Conv2D", (37, 37, 64), 18_496),
    "pool_3": ("MaxPooling2D", (18, 18, 64), 0),
    "dropout_1": ("Dropout", (18, 18, 64), 0),
    "flatten": ("Flatten", (20_736,), 0),
    "dense_1": ("Dense", (64,), 1_327_168),
    "dropout_2": ("Dropout", (64,), 0),
    "probabilities": ("Dense", (2,), 130),
}


def make_picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Make a picture whose halves, corners and channels all differ."""
    generator = np.random.default_rng(seed)
    coarse = generator.integers(0, 256, (7, 5, 3), dtype=np.uint8)
    smooth = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    noise = generator.integers(-20, 21, (height, width, 3))
    return np.clip(np.asarray(smooth).astype(int) + noise, 0, 255).astype(np.uint8)


def resize_alone(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize with Pillow, without the program's own function."""
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR))


# In the child.


@lru_cache(maxsize=4)
def inspected(folder):
    from explorer.ml.models.keras_model import KerasAdapter

    return KerasAdapter(folder, read_run(folder))


def load(folder):
    from explorer.ml.models.keras_network.loading import load_network

    load_network(read_run(folder))


def our_layers(folder):
    return inspected(folder).describe((64, 64)).layers


def our_maps(folder, layer, picture):
    model = inspected(folder)
    use = Model.of_run(read_run(folder)).use
    return model.feature_maps(layer, use.preparation.prepare(picture)[None])


def our_prediction(folder, picture):
    return inspected(folder).classify(picture, Model.of_run(read_run(folder)).use).probabilities


def keras_maps(folder, pixels):
    """Put each layer together anew, from its settings and weights, and run one after the other."""
    import keras

    values = pixels[None].astype(np.float32)
    maps = {}
    for layer in keras.saving.load_model(folder / "model.keras").layers:
        twin = type(layer).from_config(layer.get_config())
        twin.build(values.shape)
        twin.set_weights(layer.get_weights())
        values = np.asarray(twin(values, training=False))
        maps[layer.name] = values[0]
    return maps


def weights_of(folder, layer):
    import keras

    return keras.saving.load_model(folder / "model.keras").get_layer(layer).get_weights()


def multiply_adds_of(folder):
    import keras

    from explorer.ml.architecture.keras.network import architecture_of_network

    network = keras.saving.load_model(folder / "model.keras")
    return architecture_of_network(network, (1, 1)).multiply_adds


def save_with_changed_weight(folder):
    import keras

    network = keras.saving.load_model(folder / "model.keras")
    layer = network.get_layer("dense_1")
    kernel, bias = layer.get_weights()
    kernel[:, 3] += 0.05
    layer.set_weights([kernel, bias])
    network.save(folder / "model.keras")


def save_with_lambda(file, marker):
    """Save a model whose Lambda layer leaves a file when it runs."""
    import keras

    name = str(marker)
    keras.Sequential(
        [
            keras.Input((24, 24, 3)),
            keras.layers.Lambda(lambda pixels: (open(name, "w").close(), pixels)[1]),
            keras.layers.Flatten(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    ).save(file)


ARTICLE_PICTURE = make_picture(131, 204)


@pytest.fixture(scope="module")
def article_maps(in_child, runs):
    return in_child(keras_maps, runs / "article", resize_alone(ARTICLE_PICTURE, 150, 150))


@pytest.mark.parametrize("layer", [*ARTICLE_LAYERS][1:])
def test_maps_of_the_articles_network_equal_plain_keras(in_child, runs, article_maps, layer):
    found = in_child(our_maps, runs / "article", layer, ARTICLE_PICTURE)
    expected = article_maps[layer]
    assert found.layer.name == layer
    assert found.maps.dtype == np.float32
    assert found.maps.shape == found.layer.output_shape == expected.shape  # one map per filter
    np.testing.assert_allclose(found.maps, expected, rtol=0, atol=1e-5)


def test_maps_equal_a_convolution_worked_out_without_keras(in_child, runs):
    folder = runs / "tiny"
    picture = make_picture(24, 24, seed=1)
    kernel, bias = in_child(weights_of, folder, "conv_1")
    rescaled = picture / 127.5 - 1
    found = in_child(our_maps, folder, "conv_1", picture).maps
    for number in range(32):
        sums = sum(
            correlate2d(rescaled[:, :, channel], kernel[:, :, channel, number], mode="same")
            for channel in range(3)
        )
        expected = np.maximum(sums + bias[number], 0)
        np.testing.assert_allclose(found[:, :, number], expected, rtol=0, atol=1e-5)
    pooled = in_child(our_maps, folder, "pool_1", picture).maps
    blocks = found.reshape(12, 2, 12, 2, 32).max(axis=(1, 3))
    np.testing.assert_array_equal(pooled, blocks)


def test_layers_tell_kind_shape_and_parameters(in_child, runs):
    layers = in_child(our_layers, runs / "article")
    found = {item.name: (item.kind, item.output_shape, item.parameters) for item in layers}
    assert found == ARTICLE_LAYERS
    details = {item.name: item.detail for item in layers}
    assert details["conv_1"] == "32 filters of 3×3, relu"
    assert details["dropout_2"] == "50 % dropout in training"
    assert details["probabilities"] == "2 units, softmax"
    assert [item.name for item in layers if item.is_softmax] == ["probabilities"]
    sizes = {item.name: item.kernel_size for item in layers if item.kernel_size}
    assert sizes == dict.fromkeys(("conv_1", "conv_2", "conv_3"), (3, 3))


def test_the_articles_network_has_as_many_parameters_as_the_article_says(in_child, runs):
    card = read_run(runs / "article").card
    assert card.parameters == 1_355_938
    assert sum(layer.parameters for layer in in_child(our_layers, runs / "article")) == 1_355_938


def test_multiply_adds_equal_a_count_by_hand(in_child, runs):
    by_hand = (
        150 * 150 * 32 * (3 * 3 * 3)
        + 75 * 75 * 32 * (3 * 3 * 32)
        + 37 * 37 * 64 * (3 * 3 * 32)
        + 18 * 18 * 64 * 64
        + 64 * 2
    )
    assert in_child(multiply_adds_of, runs / "article") == by_hand


def test_an_unknown_layer_is_refused_with_the_names_there_are(in_child, runs):
    with pytest.raises(ModelError, match="no layer “conv_9”; there are picture, rescaling, conv_1"):
        in_child(our_maps, runs / "tiny", "conv_9", make_picture(24, 24))


@pytest.fixture
def copy(runs: Path, tmp_path: Path) -> Path:
    """Return a copy of the tiny run that may be damaged."""
    return Path(shutil.copytree(runs / "tiny", tmp_path / "copy"))


def test_a_model_with_code_in_it_is_refused_and_the_code_does_not_run(in_child, copy, tmp_path):
    marker = tmp_path / "marker"
    in_child(save_with_lambda, copy / "model.keras", marker)
    assert marker.exists()  # it runs where it is made
    marker.unlink()
    with pytest.raises(ModelError) as caught:
        in_child(load, copy)
    assert (
        "“copy/model.keras” was not opened: its layer “lambda” is a Lambda" in caught.value.sentence
    )
    assert not marker.exists()


def test_changed_weights_are_refused(in_child, copy):
    in_child(save_with_changed_weight, copy)
    with pytest.raises(ModelError, match=r"“copy/model.keras” fails its self-check"):
        in_child(load, copy)


def test_the_model_of_another_run_is_refused(in_child, copy, runs):
    shutil.copy(runs / "other" / "model.keras", copy / "model.keras")
    with pytest.raises(ModelError, match="fails its self-check"):
        in_child(load, copy)


def test_a_model_for_pictures_of_another_size_is_refused(in_child, copy, runs):
    shutil.copy(runs / "linear" / "card.json", copy / "card.json")
    with pytest.raises(ModelError, match="its input is 24×24, but its card says 28×20"):
        in_child(load, copy)


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_a_model_cut_short_is_refused(in_child, copy, share):
    file = copy / "model.keras"
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ModelError) as caught:
        in_child(load, copy)
    reason = "the file is damaged or truncated" if share else "it is not a Keras file"
    assert caught.value.sentence == f"“copy/model.keras” was not opened: {reason}."


def test_of_what_keras_says_a_sentence_holds_the_beginning(in_child, copy):
    file = copy / "model.keras"
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    strange = json.dumps({"padding": "\x1b[31m" + "x" * 5000})[1:-1]
    members["config.json"] = members["config.json"].replace(b'"padding": "same"', strange.encode())
    assert b"xxx" in members["config.json"]
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(ModelError) as caught:
        in_child(load, copy)
    sentence = caught.value.sentence
    assert sentence.startswith("“copy/model.keras” was not opened: ")
    assert len(sentence) < 150
    assert sentence.isprintable()


def test_a_model_with_wrong_bytes_or_without_its_parts_is_refused(in_child, copy):
    file = copy / "model.keras"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)
    with pytest.raises(ModelError, match="damaged or truncated"):
        in_child(load, copy)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("notes.txt", "no model")
    with pytest.raises(ModelError, match=r"it contains “notes\.txt”"):
        in_child(load, copy)


def test_the_tests_own_process_has_no_tensorflow():
    assert "tensorflow" not in sys.modules
    assert "keras" not in sys.modules
