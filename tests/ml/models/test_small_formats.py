"""LiteRT and ONNX against the Keras network that both were made from, layer by layer."""

from pathlib import Path

import numpy as np
import pytest

from explorer.core.models.model_use import ModelUse
from explorer.core.models.preparation import Preparation
from explorer.errors import ModelError
from explorer.ml.architecture.read import read_architecture
from explorer.ml.models.adapter import Ability, ModelAdapter
from explorer.ml.models.formats import open_model

SIZE = (16, 12)
EXACT, HALF = 1e-4, 2e-3
LAYERS = {
    "stem_relu": {"tflite": "stem_relu_1", "onnx": "stem_relu_1"},
    "depthwise": {"tflite": "depthwise_1", "onnx": "depthwise_1"},
    "add": {"tflite": "add_1", "onnx": "add_1"},
    "pool": {"tflite": "pool_1", "onnx": "pool_1"},
    "mean": {"tflite": "mean_1"},
    "head": {"tflite": "softmax", "onnx": "head_1/Softmax"},
}
"""What each layer of Keras is called in a file; what converters merge is one operation."""


def make_files(folder: Path) -> None:
    """Write one network as LiteRT of each kind and as ONNX, and what Keras computes with it."""
    import keras
    import tensorflow as tf
    import tf2onnx
    from keras import layers

    keras.utils.set_random_seed(0)
    given = keras.Input((None, None, 3), name="picture")
    values = layers.Rescaling(1 / 255, name="rescaling")(given)
    values = layers.Conv2D(6, 3, strides=2, padding="same", name="stem")(values)
    stem = layers.ReLU(name="stem_relu")(values)
    values = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, name="depthwise")(stem)
    values = layers.Conv2D(6, 1, activation="relu", name="pointwise")(values)
    values = layers.Add(name="add")([stem, values])
    values = layers.MaxPooling2D(name="pool")(values)
    values = layers.GlobalAveragePooling2D(name="mean")(values)
    network = keras.Model(given, layers.Dense(3, activation="softmax", name="head")(values))
    fixed = keras.Input((*SIZE, 3), batch_size=1, name="picture")
    fixed_network = keras.Model(fixed, network(fixed))

    def convert(name: str, source: keras.Model, **settings: object) -> None:
        converter = tf.lite.TFLiteConverter.from_keras_model(source)
        for key, value in settings.items():
            setattr(converter, key, value)
        (folder / f"{name}.tflite").write_bytes(converter.convert())

    picture = np.random.default_rng(0).integers(0, 256, (1, *SIZE, 3)).astype(np.float32)
    smaller = [tf.lite.Optimize.DEFAULT]
    half = tf.lite.TargetSpec(supported_types=[tf.float16])
    integers = tf.lite.TargetSpec(supported_ops=[tf.lite.OpsSet.TFLITE_BUILTINS_INT8])
    convert("free", network)
    convert("half", fixed_network, optimizations=smaller, target_spec=half)
    convert(
        "integers",
        fixed_network,
        optimizations=smaller,
        target_spec=integers,
        representative_dataset=lambda: iter([[picture]]),
        inference_input_type=tf.uint8,
        inference_output_type=tf.int8,
    )
    signature = [tf.TensorSpec((None, None, None, 3), tf.float32, name="picture")]
    path = str(folder / "free.onnx")
    tf2onnx.convert.from_keras(network, input_signature=signature, opset=17, output_path=path)
    network.export(folder / "saved", verbose=False)
    outputs = [network.get_layer(name).output for name in LAYERS]
    found = keras.Model(given, outputs)(picture)
    kernels = {
        f"{layer.name}.kernel": np.asarray(layer.kernel)
        for layer in network.layers
        if hasattr(layer, "kernel")
    }
    maps = dict(zip(LAYERS, (np.asarray(one)[0] for one in found), strict=True))
    np.savez(folder / "keras.npz", picture=picture, **maps, **kernels)


@pytest.fixture(scope="module")
def files(tmp_path_factory, in_child) -> Path:
    folder = tmp_path_factory.mktemp("files")
    in_child(make_files, folder)
    return folder


@pytest.fixture(scope="module")
def expected(files) -> dict[str, np.ndarray]:
    return dict(np.load(files / "keras.npz"))


CASES = [("free.tflite", EXACT), ("half.tflite", HALF), ("free.onnx", EXACT)]


@pytest.mark.parametrize(("name", "tolerance"), CASES)
def test_layers_return_what_they_do_in_keras(files, expected, name, tolerance):
    model = open_model(files / name, Ability.LAYERS)
    layers = {layer: names[name[5:]] for layer, names in LAYERS.items() if name[5:] in names}
    for layer, own in layers.items():
        found = model.feature_maps(own, expected["picture"])
        np.testing.assert_allclose(found.maps, expected[layer], atol=tolerance)
        assert found.layer.output_shape == expected[layer].shape
    np.testing.assert_allclose(
        model.predict(expected["picture"])[0], expected["head"], atol=tolerance
    )


@pytest.mark.parametrize("name", [name for name, _ in CASES])
def test_every_layer_can_be_looked_at_at_its_shape(files, expected, name):
    model = open_model(files / name, Ability.LAYERS)
    for info in model.describe(SIZE).layers:
        assert model.feature_maps(info.name, expected["picture"]).maps.shape == info.output_shape


@pytest.mark.parametrize(("name", "tolerance"), CASES)
def test_weights_are_those_of_keras(files, expected, name, tolerance):
    model = open_model(files / name, Ability.WEIGHTS)
    pointwise = {"tflite": "pointwise_1", "onnx": "pointwise_1/convolution"}[name[5:]]
    head = {"tflite": "head_1", "onnx": "head_1/MatMul"}[name[5:]]
    for layer, own in (("depthwise", "depthwise_1"), ("pointwise", pointwise), ("head", head)):
        found = model.weights(own)["kernel"]
        np.testing.assert_allclose(found, expected[f"{layer}.kernel"], atol=tolerance)


@pytest.mark.parametrize(("name", "tolerance"), CASES)
def test_scores_are_what_softmax_makes_probabilities(files, expected, name, tolerance):
    scores = open_model(files / name).scores(expected["picture"])[0]
    assert abs(scores.sum() - 1) > 0.01
    shares = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(shares, expected["head"], atol=tolerance)


def test_integers_are_told_as_the_values_that_they_stand_for(files, expected):
    model = open_model(files / "integers.tflite", Ability.LAYERS)
    np.testing.assert_allclose(
        model.predict(expected["picture"])[0], expected["head"], atol=1 / 128
    )
    span = np.ptp(expected["add"])
    found = model.feature_maps("add_1", expected["picture"]).maps
    np.testing.assert_allclose(found, expected["add"], atol=0.05 * span)
    kernel = model.weights("depthwise_1")["kernel"]
    np.testing.assert_allclose(kernel, expected["depthwise.kernel"], atol=0.005)
    assert any("8-bit" in limit for limit in model.describe(SIZE).limits)


def test_a_free_size_answers_as_one_that_was_fixed(files, expected):
    """After a first picture of another size, and for one that is asked about in between."""
    free, half = open_model(files / "free.tflite"), open_model(files / "half.tflite")
    other = np.zeros((1, 40, 28, 3), np.float32)
    assert free.predict(other).shape == (1, 3)
    assert free.describe((40, 28)).find("stem_relu_1").output_shape == (20, 14, 6)
    found = free.predict(expected["picture"])
    np.testing.assert_allclose(found, half.predict(expected["picture"]), atol=HALF)
    with pytest.raises(ModelError, match="its input is 16×12×3, not 40×28×3"):
        half.predict(other)


def test_the_architecture_is_read_without_running_it(files):
    half = read_architecture(files / "half.tflite", (99, 99))
    assert (half.format, half.input_size, half.last_activation) == ("LiteRT", SIZE, "softmax")
    stem = half.find("stem_relu_1")
    assert (stem.kind, stem.output_shape) == ("CONV_2D", (8, 6, 6))
    assert stem.detail == "6 filters of 3×3, stride 2, relu"
    assert stem.parameters == 6 * (3 * 9 + 1)
    assert stem.multiply_adds == 8 * 6 * 6 * 3 * 9
    assert stem.receptive_field.size == (3, 3)
    assert half.find("add_1").sources == ("stem_relu_1", "pointwise_1")
    assert half.find("pool_1").receptive_field.size == (9, 9)
    free = read_architecture(files / "free.tflite", SIZE)
    assert free.input_size is None
    assert free.find("stem_relu_1").output_shape == ()
    as_onnx = read_architecture(files / "free.onnx", SIZE)
    assert as_onnx.made_by.startswith("tf2onnx ")
    assert as_onnx.find("stem_relu_1").receptive_field == stem.receptive_field
    assert as_onnx.scaling_inside == "Rescaling to 0–1"
    for read in (half, free, as_onnx):
        assert "Grad-CAM" in read.limits[0]


def looked_at(folder: Path, picture: np.ndarray) -> tuple[str, np.ndarray, np.ndarray]:
    model = open_model(folder, Ability.LAYERS)
    maps = model.feature_maps("add_1", picture).maps
    return model.describe(SIZE).limits[0], model.predict(picture)[0], maps


def test_a_saved_model_is_converted(in_child, files, expected):
    sentence, outputs, maps = in_child(looked_at, files / "saved", expected["picture"])
    assert sentence.startswith("A SavedModel is converted to LiteRT")
    np.testing.assert_allclose(outputs, expected["head"], atol=EXACT)
    np.testing.assert_allclose(maps, expected["add"], atol=EXACT)
    read = read_architecture(files / "saved", SIZE)  # without TensorFlow
    assert (read.format, read.inputs[0].shape) == ("SavedModel", (None, None, 3))
    assert read.made_by.startswith("TensorFlow 2.")
    assert read.last_activation == "softmax", "of which no softmax is taken again"


def make_harmful(folder: Path) -> None:
    import tensorflow as tf

    class Harmful(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, 8, 8, 3), tf.float32)])
        def __call__(self, picture: object) -> object:
            tf.io.write_file(str(folder / "marker"), tf.io.read_file("/etc/hostname"))
            return tf.reduce_mean(picture, (1, 2))

    tf.saved_model.save(Harmful(), str(folder / "harmful"), signatures=None)


def test_a_saved_model_that_reads_or_writes_files_is_not_loaded(in_child, tmp_path):
    in_child(make_harmful, tmp_path)
    for look in (looked_at, read_architecture):
        with pytest.raises(ModelError) as caught:
            in_child(look, tmp_path / "harmful", SIZE)
        assert caught.value.sentence == (
            "“harmful” was not opened: it contains the operations “ReadFile” and “WriteFile”, not "
            "known to compute with values alone: save it as a .keras file."
        )
    assert not (tmp_path / "marker").exists()
    graph = tmp_path / "harmful" / "saved_model.pb"
    graph.write_bytes(graph.read_bytes()[:-9])
    with pytest.raises(ModelError, match=r"its saved_model\.pb is damaged"):
        read_architecture(tmp_path / "harmful", SIZE)


def classified(model: ModelAdapter, picture: np.ndarray) -> tuple[float, ...]:
    return model.classify(picture, ModelUse(model.path, Preparation(SIZE), 3)).probabilities


def test_pictures_are_classified_by_all_of_them_alike(files):
    picture = np.random.default_rng(5).integers(0, 256, (33, 47, 3), np.uint8)
    first, *others = [
        classified(open_model(files / name), picture)
        for name in ("free.tflite", "half.tflite", "integers.tflite", "free.onnx")
    ]
    for other in others:
        assert other == pytest.approx(first, abs=1 / 128)
