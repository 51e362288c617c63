"""Explanations of Keras models, plain and nested, against sub-models and NumPy."""

from pathlib import Path

import numpy as np
import pytest

from explorer.core.explanation.steps import explain_steps, judge_steps
from explorer.core.models.model_use import ModelUse
from explorer.core.models.preparation import Preparation
from explorer.core.models.requests import ClassifyPicture
from explorer.ml.models.formats import open_model
from explorer.ml.worker import answer

SIZE = (20, 24)
PICTURE = np.random.default_rng(2).integers(0, 256, (*SIZE, 3), np.uint8)
KINDS = [(kind, units) for kind in ("plain", "nested") for units in (1, 3)]

# These run in the child.


def body(inputs):
    from keras import layers

    maps = layers.Conv2D(6, 3, padding="same", use_bias=False, name="conv")(inputs)
    maps = layers.BatchNormalization(name="norm")(maps)
    maps = layers.ReLU(name="relu")(maps)
    maps = layers.Conv2D(5, 3, strides=2, padding="same", name="deep")(maps)
    return layers.Activation("relu", name="last")(maps)


def save_models(folder):
    """Save one of each kind; return for each its last maps, its logits and its head's weights."""
    import keras
    from keras import layers

    found = {}
    for kind, units in KINDS:
        for head in ("mean", "flat"):
            keras.utils.set_random_seed(units)
            inputs = keras.Input((*SIZE, 3))
            maps = layers.Rescaling(1 / 255)(inputs)
            if kind == "nested":
                inner = keras.Input((*SIZE, 3))
                maps = keras.Model(inner, body(inner), name="backbone")(maps)
            else:
                maps = body(maps)
            pool = layers.GlobalAveragePooling2D() if head == "mean" else layers.Flatten()
            dense = layers.Dense(units, bias_initializer="random_normal")
            scores = dense(pool(maps))
            activation = "sigmoid" if units == 1 else "softmax"
            outputs = layers.Activation(activation)(scores)
            keras.Model(inputs, outputs).save(folder / f"{kind}-{units}-{head}.keras")
            pictures = np.stack([PICTURE, np.zeros_like(PICTURE)]).astype(np.float32)
            parts = [one.numpy() for one in keras.Model(inputs, [maps, scores])(pictures)]
            found[kind, units, head] = (*parts, *dense.get_weights())
    return found


def save_token_model(file):
    """Save a model whose head takes the first token alone."""
    import keras
    from keras import layers

    inputs = keras.Input((*SIZE, 3))
    tokens = layers.Reshape((30, 8))(layers.Conv2D(8, 4, strides=4)(inputs))
    first = layers.Reshape((1, 8))(layers.Dense(8)(layers.GlobalAveragePooling1D()(tokens)))
    tokens = layers.Concatenate(1, name="joined")([first, tokens])
    mixed = layers.MultiHeadAttention(2, 4, name="attention")(tokens, tokens)
    taken = layers.Flatten()(layers.Cropping1D((0, 30))(mixed))
    keras.Model(inputs, layers.Dense(2, activation="softmax")(taken)).save(file)


def follow(steps):
    reply = None
    while True:
        try:
            step = steps.send(reply)
        except StopIteration as ended:
            return ended.value
        reply = answer(step.request)


def explained(use, method, classes, layer=""):
    return follow(explain_steps(use, PICTURE, method, classes, layer=layer))


def judged(use, explanation, class_index):
    judgement = follow(judge_steps(use, PICTURE, explanation, class_index))
    return judgement, answer(ClassifyPicture(use, PICTURE)).probabilities


def redrawn(path):
    """Return all weights and the scores: before, twice redrawn with a seed, and afterwards."""
    adapter = open_model(path)
    names = [layer.name for layer in adapter.describe(SIZE).layers if layer.parameters]

    def look():
        weights = {(name, key): one for name in names for key, one in adapter.weights(name).items()}
        return weights, adapter.scores(PICTURE[None].astype(np.float32))

    found = [look()]
    for _ in range(2):
        with adapter.redrawn_weights(1):
            found.append(look())
    return [*found, look()]


# These do not.


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def parts(in_child, folder):
    return in_child(save_models, folder)


def use_of(folder, kind, units, head):
    return ModelUse(folder / f"{kind}-{units}-{head}.keras", Preparation(SIZE), max(2, units))


@pytest.mark.parametrize(("kind", "units"), KINDS)
def test_maps_of_every_class_agree_with_numpy_and_sum_to_the_logit_less_the_bias(
    in_child, folder, parts, kind, units
):
    classes = tuple(range(max(2, units)))
    for head in ("mean", "flat"):
        use = use_of(folder, kind, units, head)
        maps, scores, kernel, bias = parts[kind, units, head]
        maps, scores = maps[0], scores[0]
        cams = in_child(explained, use, "grad-cam", classes)
        hires = in_child(explained, use, "hirescam", classes)
        assert cams.layer == ("backbone/last" if kind == "nested" else "last")
        for index in classes:
            output, sign = (0, 1 if index else -1) if units == 1 else (index, 1)
            weights = sign * kernel[:, output]
            if head == "mean":
                gradients = np.broadcast_to(weights / maps[:, :, 0].size, maps.shape)
            else:
                gradients = weights.reshape(maps.shape)
            cam = (maps * gradients.mean(axis=(0, 1))).sum(axis=2)
            assert np.allclose(cams.maps[index], cam, atol=1e-4)
            assert cams.scores[index] == pytest.approx(sign * scores[output], abs=1e-4)
            assert np.allclose(hires.maps[index], (maps * gradients).sum(axis=2), atol=1e-4)
            rest = sign * (scores[output] - bias[output])
            assert hires.maps[index].sum() == pytest.approx(rest, abs=1e-4)
            if head == "mean":
                assert cams.maps[index].sum() == pytest.approx(rest, abs=1e-4)


def test_another_layer_can_be_chosen_by_its_own_name(in_child, folder, parts):
    found = in_child(explained, use_of(folder, "nested", 3, "flat"), "grad-cam", (0,), "relu")
    assert found.layer == "backbone/relu"
    assert found.maps.shape == (1, *SIZE)


def test_integrated_gradients_sum_to_the_difference_from_black(in_child, folder, parts):
    use = use_of(folder, "nested", 3, "flat")
    found = in_child(explained, use, "integrated-gradients", (0, 2))
    scores = parts["nested", 3, "flat"][1]
    difference = (scores[0] - scores[1])[[0, 2]]
    assert np.allclose(found.maps.sum(axis=(1, 2)), difference, rtol=0.011)


def test_redrawn_weights_are_all_others_and_come_back(in_child, folder, parts):
    before, drawn, again, after = in_child(redrawn, use_of(folder, "nested", 1, "mean").path)
    assert {name for name, _ in before[0]} >= {"backbone/conv", "backbone/norm", "backbone/deep"}
    for (name, key), weight in before[0].items():
        other = drawn[0][name, key]
        if key == "kernel":
            assert abs(np.corrcoef(weight.ravel(), other.ravel())[0, 1]) < 0.9, name
        elif key in ("bias", "beta", "moving_mean"):
            assert not other.any()
        else:
            assert (other == 1).all()
        assert np.array_equal(other, again[0][name, key])
        assert np.array_equal(weight, after[0][name, key])
    assert not np.allclose(before[1], drawn[1])
    assert np.array_equal(drawn[1], again[1])
    assert np.array_equal(before[1], after[1])


def test_a_judgement_has_all_its_figures_and_a_map_of_the_same_size_with_redrawn_weights(
    in_child, folder, parts
):
    use = use_of(folder, "plain", 1, "mean")
    found = in_child(explained, use, "grad-cam", (0, 1))
    judgement, probabilities = in_child(judged, use, found, 1)
    assert judgement.own.deletion[0] == pytest.approx(probabilities[1], abs=1e-5)
    assert judgement.own.insertion[-1] == pytest.approx(probabilities[1], abs=1e-5)
    assert len(judgement.random) == 6
    assert len(judgement.similarities) == 2
    assert judgement.redrawn_map.shape == found.maps.shape[1:]
    assert judgement.problem == ""


def test_where_the_head_takes_the_class_token_alone_an_earlier_layer_is_looked_at(
    in_child, tmp_path: Path
):
    file = tmp_path / "tokens.keras"
    in_child(save_token_model, file)
    use = ModelUse(file, Preparation(SIZE, scaling="unit"), 2)
    found = in_child(explained, use, "grad-cam", (0, 1))
    assert found.layer == "joined"
    assert found.maps.shape == (2, 5, 6)
    assert np.abs(found.maps).max() > 0
