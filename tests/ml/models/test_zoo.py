"""Keras models of every kind: each works as plain Keras does, or says why it does not."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from explorer.core.models.model_use import Edit
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
APPLICATIONS: dict[str, tuple[int, dict]] = {
    "VGG16": (32, {}),
    "ResNet50": (32, {}),
    "MobileNetV2": (32, {"alpha": 0.35}),
    "MobileNetV3Small": (32, {}),
    "EfficientNetV2B0": (32, {}),
    "DenseNet121": (32, {}),
    "ConvNeXtTiny": (32, {}),
    "Xception": (71, {}),
    "InceptionV3": (75, {}),
}


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


def look_into(folder, name):
    """Open one of Keras's own networks, look at every layer, classify and explain."""
    import keras

    from explorer.ml.models.keras_model import KerasAdapter

    size, options = APPLICATIONS[name]
    keras.utils.set_random_seed(3)
    network = getattr(keras.applications, name)(
        weights=None, classes=3, input_shape=(size, size, 3), **options
    )
    path = Path(folder) / f"{name}.keras"
    network.save(path)
    adapter = KerasAdapter(path, None)
    pictures = np.random.default_rng(1).uniform(0, 255, (1, size, size, 3)).astype(np.float32)
    found = adapter.describe((224, 224))
    maps = [adapter.feature_maps(layer.name, pictures) for layer in found.layers]
    wrong = [one.layer.name for one in maps if one.maps.shape != one.layer.map_shape]
    last = [layer.name for layer in found.layers if len(layer.output_shape) == 3][-1]
    _, gradients = adapter.layer_gradients(last, pictures, 1)
    scores = adapter.scores(pictures)
    return (
        wrong,
        found.parameters - network.count_params(),
        np.abs(adapter.predict(pictures) - np.asarray(network(pictures, training=False))).max(),
        np.abs(np.exp(scores) / np.exp(scores).sum() - adapter.predict(pictures)).max(),
        np.abs(gradients).max(),
    )


def describe_and_run(folder, kind):
    """Return the layers, what does not work, and why running and classifying is refused."""
    from explorer.core.models.model_use import ModelUse
    from explorer.core.models.preparation import Preparation

    _, adapter = opened(folder, kind)
    found = adapter.describe((HEIGHT, WIDTH))
    outputs = "independent" if kind == "several labels" else "probabilities"
    use = ModelUse(adapter.path, Preparation((HEIGHT, WIDTH)), 4, outputs)
    sentences = []
    pictures = np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)
    for ask_it in (
        lambda: adapter.feature_maps(found.layers[-1].name, pictures.astype(np.float32)),
        lambda: adapter.classify(pictures[0], use),
    ):
        try:
            ask_it()
        except ModelError as error:
            sentences.append(error.sentence)
    return [layer.name for layer in found.layers], found.limits, sentences


def gradients_by_hand(folder, kind, layer):
    """Return the gradients of a layer before global pooling and a dense layer, and ours."""
    network, adapter = opened(folder, kind)
    pictures, _ = pictures_for(network)
    head = network.get_layer("head" if "sequential" not in kind else "top")
    kernel = head.get_weights()[-2]
    count = kernel.shape[1]
    found = [adapter.layer_gradients(layer, pictures, each) for each in range(count)]
    by_hand = [
        np.broadcast_to(kernel[:, each] / maps[0, :, :, 0].size, maps.shape)
        for each, (maps, _) in enumerate(found)
    ]
    sums = [
        (maps * gradients).sum(axis=(1, 2, 3)) + head.get_weights()[-1][each]
        for each, (maps, gradients) in enumerate(found)
    ]
    return (
        [gradients for _, gradients in found],
        by_hand,
        np.stack(sums, 1),
        adapter.scores(pictures),
    )


def edited(folder):
    from explorer.core.models.model_use import Edit
    from explorer.ml.models.keras_model import KerasAdapter

    _, adapter = opened(folder, "channels first")
    pictures = np.random.default_rng(1).uniform(0, 255, (1, HEIGHT, WIDTH, 3)).astype(np.float32)
    own = adapter.predict(pictures)
    found = {}
    for layer in ("conv", "norm", "depthwise", "separable", "transposed"):
        adapter.edit(())
        before = adapter.feature_maps(layer, pictures).maps
        for name, edit in {
            "mute": Edit(layer, 1, "mute"),
            "scale": Edit(layer, 1, "scale", factor=3.0),
            "swap": Edit(layer, 1, "swap", other=2),
        }.items():
            adapter.edit((edit,))
            found[layer, name] = before, adapter.feature_maps(layer, pictures).maps
    edits = (
        Edit("conv", 1, "kernel", other=2, kernel=((1, 2, 3), (4, 5, 6), (7, 8, 9))),
        Edit("head", 0, "scale", factor=0.5),
    )
    adapter.edit(edits)
    copy = Path(folder) / "copy.keras"
    copy.write_bytes(adapter.save().tobytes())
    again = KerasAdapter(copy, None)
    changed = adapter.predict(pictures)
    reopened = again.predict(pictures)
    kernel = again.weights("conv")["kernel"]
    adapter.edit(())
    return found, own, adapter.predict(pictures), changed, reopened, kernel


def refused_edit(folder, edit):
    _, adapter = opened(folder, "channels first")
    adapter.edit((edit,))


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


@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_networks_of_keras_open_with_all_their_layers(in_child, tmp_path, name):
    wrong, parameters, difference, of_scores, gradient = in_child(look_into, tmp_path, name)
    assert wrong == []
    assert parameters == 0
    assert difference < 1e-5
    assert of_scores < 1e-5
    assert gradient > 0


@pytest.mark.parametrize("kind", NOT_RUN)
def test_what_takes_no_picture_is_listed_and_says_why_it_is_not_run(in_child, tmp_path, kind):
    layers, limits, sentences = in_child(describe_and_run, tmp_path, kind)
    assert len(layers) > 1
    assert limits == (f"It cannot be run: it {NOT_RUN[kind]}.",)
    assert set(sentences) == {f"“{kind}.keras” {NOT_RUN[kind]}."}


def test_weights_that_are_no_numbers_are_named(in_child, tmp_path):
    _, limits, sentences = in_child(describe_and_run, tmp_path, "not a number")
    reason = "gives no usable numbers: its layer “conv” has weights that are no finite numbers."
    assert limits == (f"It {reason}",)
    assert set(sentences) == {f"“not a number.keras” {reason}"}


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("several labels", "decides about each class alone, with a sigmoid: any number of them"),
        ("maps", "returns 768 values for a picture: not the probabilities of 4 classes."),
        ("functional", "returns 2 values for a picture: not the probabilities of 4 classes."),
    ],
)
def test_what_is_no_probability_of_a_class_is_not_told_as_one(in_child, tmp_path, kind, reason):
    _, _, sentences = in_child(describe_and_run, tmp_path, kind)
    assert len(sentences) == 1
    assert reason in sentences[0]


def gradients_of_float8(folder):
    """Return why a model of 8-bit floats, which Keras cannot differentiate in use, has none."""
    import keras

    from explorer.ml.models.keras_model import KerasAdapter

    conv = keras.layers.Conv2D(4, 3, name="conv")
    head = keras.layers.Dense(2, activation="softmax")
    network = keras.Sequential(
        [keras.Input((8, 8, 3)), conv, keras.layers.GlobalAveragePooling2D(), head]
    )
    network.quantize("float8")
    network.save(folder / "small.keras")
    adapter = KerasAdapter(folder / "small.keras", None)
    inputs = np.zeros((1, 8, 8, 3), np.float32)
    assert adapter.predict(inputs).shape == (1, 2)
    found = []
    for ask_for in (
        lambda: adapter.input_gradients(inputs, 0),
        lambda: adapter.layer_gradients("conv", inputs, 0),
    ):
        with pytest.raises(ModelError) as caught:
            ask_for()
        found.append(caught.value.sentence)
    return found


def test_a_model_without_gradients_is_told_as_that(in_child, tmp_path):
    reason = "has no gradients: one of its operations has none."
    for sentence in in_child(gradients_of_float8, tmp_path):
        assert sentence.startswith(f"“small.keras” {reason}")


def told_output(folder, kind):
    _, adapter = opened(folder, kind)
    found = adapter.describe((HEIGHT, WIDTH))
    return found.outputs[found.class_output].name, found.limits


@pytest.mark.parametrize("kind", ["two outputs", "named outputs"])
def test_of_several_outputs_the_one_with_the_classes_is_named(in_child, tmp_path, kind):
    name, limits = in_child(told_output, tmp_path, kind)
    assert name == "head"
    assert limits == ("Of its 2 outputs, “head” is taken for the classes.",)


@pytest.mark.parametrize(
    ("kind", "layer"),
    [
        ("functional", "relu"),
        ("one sigmoid", "relu"),
        ("nested", "first/relu"),
        ("nested, one sigmoid", "first/relu"),
        ("nested, one sigmoid", "first"),
        ("nested in sequential", "outer/body/relu"),
        ("separate softmax", "conv"),
    ],
)
def test_gradients_are_those_of_the_logit(in_child, tmp_path, kind, layer):
    ours, by_hand, sums, scores = in_child(gradients_by_hand, tmp_path, kind, layer)
    np.testing.assert_allclose(ours, by_hand, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(sums, scores, rtol=1e-4, atol=1e-5)


def test_edits_change_one_channel_from_what_the_file_has_and_can_be_saved(in_child, tmp_path):
    maps, own, restored, changed, reopened, kernel = in_child(edited, tmp_path)
    for (layer, name), (before, after) in maps.items():
        np.testing.assert_array_equal(after[..., 0], before[..., 0])
        np.testing.assert_array_equal(after[..., 3], before[..., 3])
        if name == "mute":
            assert not after[..., 1].any(), layer
        elif name == "scale":
            np.testing.assert_allclose(after[..., 1], 3 * before[..., 1], rtol=1e-4, atol=1e-5)
        elif layer in ("conv", "separable", "transposed"):  # those of which channels share inputs
            np.testing.assert_allclose(after[..., 1], before[..., 2], rtol=1e-5, atol=1e-6)
            np.testing.assert_allclose(after[..., 2], before[..., 1], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(own, restored)
    np.testing.assert_array_equal(kernel[:, :, 2, 1], np.arange(1, 10).reshape(3, 3))
    assert np.abs(changed - own).max() > 1e-3
    np.testing.assert_allclose(reopened, changed, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (Edit("conv", 9, "mute"), "Layer “conv” has 4 channels, from 0: there is no 9."),
        (Edit("conv", 0, "swap", other=4), "Layer “conv” has 4 channels, from 0: there is no 4."),
        (Edit("relu", 0, "mute"), "Layer “relu” (ReLU) has no channels to change."),
        (Edit("conv", 0, "kernel", kernel=((1,),)), "of layer “conv” are 3×3, not 1×1."),
        (Edit("conv", 0, "kernel", other=3, kernel=((1,),)), "has 3 kernels, from 0: there is no"),
        (Edit("conv", 0, "kernel", kernel=((np.nan,) * 3,) * 3), "that are not finite numbers."),
        (Edit("conv", 0, "scale", factor=np.inf), "cannot be multiplied by inf."),
        (Edit("norm", 0, "kernel", kernel=((1,),)), "Layer “norm” has no kernels."),
        (Edit("nowhere", 0, "mute"), "has no layers called “nowhere”."),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(in_child, tmp_path, edit, reason):
    with pytest.raises(ModelError) as caught:
        in_child(refused_edit, tmp_path, edit)
    assert reason in caught.value.sentence
