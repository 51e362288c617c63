"""Models as strangers make them: each works, or one true sentence says why it does not."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from explorer.core.models.card import write_card
from explorer.core.models.model import Model
from explorer.core.models.run_folder import read_run
from explorer.errors import ModelError
from tests.ml.models.test_keras_model import make_picture, resize_alone
from tests.support.tiny_runs import TinyRun, make_card

HEIGHT, WIDTH = 12, 16
PICTURE = make_picture(30, 20)


@dataclass
class Answers:
    """What an adapter says of a model: layers by name, and probabilities."""

    layers: dict
    probabilities: tuple[float, ...]


# In the child.


def build(name):
    """Build a small model of the named kind."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(3)
    colour = keras.Input((HEIGHT, WIDTH, 3))

    def end(values, **options):
        return layers.Dense(2, activation="softmax", **options)(layers.Flatten()(values))

    def convolve(values, **options):
        return layers.Conv2D(4, 3, name=options.pop("name", "conv"), **options)(values)

    def head(given, values):
        return keras.Model(given, end(values))

    def inner(name):
        given = keras.Input((None, None, 3))
        values = layers.Conv2D(3, 3, padding="same", name="conv_1")(given)
        return keras.Model(given, layers.ReLU(name="relu")(values), name=name)

    def free():
        given = keras.Input((None, None, 3))
        return keras.Model(given, end(layers.GlobalAveragePooling2D()(convolve(given))))

    def several_inputs():
        other = keras.Input((HEIGHT, WIDTH, 3))
        return head([colour, other], layers.Add()([colour, other]))

    def one_input(*shape):
        given = keras.Input(shape)
        return head(given, given)

    def sequence_of(kind):
        rows = layers.Reshape((HEIGHT, WIDTH * 3))(colour)
        return head(colour, kind(rows))

    def several_arrays():
        rows = layers.Reshape((HEIGHT, WIDTH * 3))(colour)
        values, state = layers.GRU(5, return_state=True, name="gru")(rows)
        return head(colour, layers.Concatenate()([values, state]))

    def no_numbers():
        network = head(colour, colour)
        network.layers[-1].set_weights([w * np.nan for w in network.layers[-1].get_weights()])
        return network

    def shared_layer():
        conv = layers.Conv2D(3, 3, padding="same", name="conv")
        return head(colour, conv(layers.MaxPooling2D(2)(conv(colour))))

    def logits():
        scaled = layers.Rescaling(50.0)(layers.Dense(2)(layers.Flatten()(convolve(colour))))
        return keras.Model(colour, scaled)

    return {
        "list output": lambda: keras.Model(colour, [end(convolve(colour))]),
        "dict output": lambda: keras.Model(colour, {"class": end(convolve(colour))}),
        "free size": free,
        "nested": lambda: head(colour, inner("first")(inner("second")(colour))),
        "nested twice": lambda: keras.Sequential(
            [
                *(
                    keras.Input((HEIGHT, WIDTH, 3)),
                    keras.Sequential([inner("first")], name="sequential"),
                ),
                *(layers.Flatten(), layers.Dense(2, activation="softmax")),
            ]
        ),
        "shared": shared_layer,
        "one sigmoid": lambda: keras.Model(
            colour, layers.Dense(1, activation="sigmoid")(layers.Flatten()(convolve(colour)))
        ),
        "one at a time": lambda: head(
            (one := keras.Input(batch_shape=(1, HEIGHT, WIDTH, 3))), convolve(one)
        ),
        "sequence": lambda: sequence_of(layers.Conv1D(5, 3, name="conv")),
        "recurrent": lambda: sequence_of(layers.LSTM(5, return_sequences=True, name="lstm")),
        "several arrays": several_arrays,
        "frames": lambda: head(
            colour, layers.Conv3D(2, 3, name="conv")(layers.Reshape((HEIGHT, WIDTH, 3, 1))(colour))
        ),
        "magnified": lambda: keras.Model(
            colour,
            layers.Dense(2, activation="softmax")(
                layers.GlobalAveragePooling2D()(
                    layers.UpSampling2D(180, name="up")(convolve(colour))
                )
            ),
        ),
        "two inputs": several_inputs,
        "two outputs": lambda: keras.Model(colour, [end(colour), end(convolve(colour))]),
        "grey": lambda: one_input(HEIGHT, WIDTH, 1),
        "RGBA": lambda: one_input(HEIGHT, WIDTH, 4),
        "channels first": lambda: one_input(3, HEIGHT, WIDTH),
        "channels first inside": lambda: head(
            colour,
            convolve(layers.Permute((3, 1, 2))(colour), data_format="channels_first"),
        ),
        "numbers": lambda: one_input(100),
        "another size": lambda: one_input(9, 8, 3),
        "maps": lambda: keras.Model(colour, convolve(colour)),
        "logits": logits,
        "no numbers": no_numbers,
        "several labels": lambda: keras.Model(
            colour,
            layers.Rescaling(0, offset=0.9)(layers.Dense(2)(layers.Flatten()(colour))),
        ),
    }[name]()


def ask(folder, name):
    """Save a model as a run, open it again, and look at all that can be seen."""
    from explorer.ml.models.keras_model import KerasAdapter

    folder.mkdir()
    network = build(name)
    network.save(folder / "model.keras")
    wish = TinyRun(str(folder), input_size=(HEIGHT, WIDTH))
    card = make_card(wish, [], parameters=network.count_params(), multiply_adds=0)
    (folder / "card.json").write_text(write_card(replace(card, golden={})))
    run = read_run(folder)
    adapter = KerasAdapter(folder, run)
    use = Model.of_run(run).use
    found = {}
    for info in adapter.describe((HEIGHT, WIDTH)).layers:
        try:
            maps = adapter.feature_maps(info.name, use.preparation.prepare(PICTURE)[None]).maps
        except ModelError as error:
            found[info.name] = error.sentence
        else:
            assert maps.shape == info.output_shape
            found[info.name] = maps
    return Answers(found, adapter.classify(PICTURE, use).probabilities)


def predicted_by_keras(folder):
    import keras

    network = keras.saving.load_model(folder / "model.keras")
    pixels = resize_alone(PICTURE, HEIGHT, WIDTH)[None].astype(np.float32)
    return np.asarray(keras.tree.flatten(network.predict(pixels, verbose=0))[0])[0]


def weights_of(folder, *path):
    import keras

    found = keras.saving.load_model(folder / "model.keras")
    for name in path:
        found = found.get_layer(name)
    return found.get_weights()


WORKING = {
    "list output": {"conv": (10, 14, 4)},
    "dict output": {"conv": (10, 14, 4)},
    "free size": {"conv": (10, 14, 4)},
    "nested": {"first/conv_1": (12, 16, 3), "second/conv_1": (12, 16, 3)},
    "nested twice": {
        "sequential/first/conv_1": (12, 16, 3),
        "sequential/first/relu": (12, 16, 3),
    },
    "shared": {"conv": (12, 16, 3)},
    "one sigmoid": {"conv": (10, 14, 4)},
    "one at a time": {"conv": (10, 14, 4)},
    "sequence": {
        "conv": "it returns 10 vectors of 5 values, whose places in the picture are not known"
    },
    "channels first inside": {"conv": (10, 14, 4)},
    "recurrent": {
        "lstm": "it returns 12 vectors of 5 values, whose places in the picture are not known"
    },
    "several arrays": {"gru": (5,)},
    "frames": {"conv": "it returns 10×14×1×2 values"},
}

REFUSED = {
    "two inputs": "was not opened: it takes 2 inputs, not one picture.",
    "two outputs": "was not opened: it has 2 outputs, not one.",
    "grey": "was not opened: its input is 12×16×1, not a colour picture (12×16×3).",
    "RGBA": "was not opened: its input is 12×16×4, not a colour picture (12×16×3).",
    "channels first": "was not opened: its input is 3×12×16, not a colour picture (12×16×3): "
    "the channels must come last.",
    "numbers": "was not opened: its input is 100, not a colour picture (12×16×3).",
    "another size": "was not opened: its input is 8×9, but its card says 16×12.",
    "maps": "was not opened: it returns 10×14×4 values for a picture, but its card lists 2 "
    "classes.",
    "logits": "fails its self-check: its outputs are not probabilities: they range from",
    "no numbers": "fails its self-check: its outputs are not finite numbers.",
    "several labels": "fails its self-check: its outputs are not probabilities: they sum to "
    "1.8, not 1.",
}


@pytest.mark.parametrize("name", WORKING)
def test_it_works_as_in_keras(in_child, tmp_path, name):
    answers = in_child(ask, tmp_path / "run", name)
    for layer, expected in WORKING[name].items():
        found = answers.layers[layer]
        if isinstance(expected, tuple):
            assert found.shape == expected
        else:
            assert found == f"Layer “{layer}” has no feature maps: {expected}."
    expected = in_child(predicted_by_keras, tmp_path / "run")
    if name == "one sigmoid":
        expected = np.array([1 - expected[0], expected[0]])
    np.testing.assert_allclose(answers.probabilities, expected, rtol=0, atol=1e-5)
    assert sum(answers.probabilities) == pytest.approx(1, abs=1e-5)


def test_a_layer_too_large_to_be_drawn_says_so_and_the_others_are_shown(in_child, tmp_path):
    layers = in_child(ask, tmp_path / "run", "magnified").layers
    assert layers["conv"].shape == (10, 14, 4)
    assert layers["up"] == (
        "Layer “up” cannot be shown: it returns 1800×2520×4 values; at most 16,777,216 are shown, "
        "in at most 1,048,576 maps."
    )


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_the_reason(in_child, tmp_path, name):
    with pytest.raises(ModelError) as caught:
        in_child(ask, tmp_path / "run", name)
    assert caught.value.sentence.startswith(f"“run/model.keras” {REFUSED[name]}")


def test_layers_of_a_nested_model_show_what_they_compute_there(in_child, tmp_path):
    """The second model's convolution sees the picture, the first one's what the second returned."""
    maps = in_child(ask, tmp_path / "run", "nested").layers
    pixels = resize_alone(PICTURE, HEIGHT, WIDTH).astype(np.float64)
    for model, given in (("second", pixels), ("first", maps["second/relu"])):
        kernel, bias = in_child(weights_of, tmp_path / "run", model, "conv_1")
        padded = np.pad(given, ((1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        expected = np.einsum("hwcij,ijcf->hwf", windows, kernel) + bias
        np.testing.assert_allclose(maps[f"{model}/conv_1"], expected, rtol=1e-4, atol=1e-3)
