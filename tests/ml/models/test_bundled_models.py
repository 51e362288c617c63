"""The models that come with the program, opened as it opens them."""

import numpy as np
import pytest

from explorer import paths
from explorer.core.models.model import Model
from explorer.core.models.run_folder import read_run
from explorer.ml.models.litert import LiteRTAdapter
from explorer.ml.runs.outside import make_outside
from tests.ml.models.test_keras_model import make_picture

LAYERS = {"mobilenet-v2": "Conv_1", "scratch-cnn": "stem", "article-cnn": "conv_1"}


# In the child.


def look_at(name, picture):
    """Open a model in both formats, which checks it against its card, and use it."""
    from explorer.ml.models.keras_model import KerasAdapter
    from explorer.ml.models.litert import LiteRTAdapter

    run = read_run(paths.bundled_models() / name)
    use = Model.of_run(run).use
    adapter, light = KerasAdapter(run.folder, run), LiteRTAdapter(run.folder, run)
    maps = adapter.feature_maps(LAYERS[name], use.preparation.prepare(picture)[None])
    return (
        adapter.describe((64, 64)).layers,
        maps,
        adapter.classify(picture, use),
        light.classify(picture, use),
        plain_features(run.folder, use.preparation.prepare(picture)[None]),
    )


def plain_features(folder, inputs):
    """Return what Keras gives the last dense layer, by a model that ends there."""
    import keras

    network = keras.saving.load_model(folder / "model.keras")
    dense = [layer for layer in network.layers if isinstance(layer, keras.layers.Dense)]
    return keras.Model(network.inputs, dense[-1].input)(inputs, training=False).numpy()[0]


def test_every_bundled_model_is_looked_at():
    assert {folder.name for folder in paths.bundled_models().iterdir()} == set(LAYERS)


@pytest.mark.parametrize("name", LAYERS)
def test_a_bundled_model_opens_shows_its_layers_and_classifies(in_child, name):
    card = read_run(paths.bundled_models() / name).card
    assert {"model.keras", "model.tflite"} <= set(card.golden)
    layers, maps, found, light, features = in_child(look_at, name, make_picture(300, 200))
    assert sum(layer.parameters for layer in layers) == card.parameters
    assert all(layer.has_maps for layer in layers)
    assert layers[-1].output_shape == (len(card.classes),)
    assert maps.maps.shape == maps.layer.output_shape
    assert np.ptp(maps.maps) > 0
    assert sum(found.probabilities) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(
        light.probabilities,
        found.probabilities,
        rtol=0,
        atol=card.golden["model.tflite"].tolerance,
    )
    np.testing.assert_allclose(found.embedding, features, rtol=0, atol=1e-4)
    np.testing.assert_allclose(light.embedding, features, rtol=0, atol=1e-4)
    assert light.novelty == pytest.approx(found.novelty, abs=1e-4)


def test_what_is_drawn_looks_to_the_best_model_like_no_class():
    run = read_run(paths.bundled_models() / "mobilenet-v2")
    adapter, use = LiteRTAdapter(run.folder, run), Model.of_run(run).use
    drawn = make_outside(np.zeros((1, 224, 224, 3), np.uint8), np.zeros(1, np.int64))[:40]
    found = adapter.classify_each(drawn.astype(np.float32), use)
    assert min(one.novelty for one in found) > 1
    assert run.card.noticed == 1
    assert not run.card.doubt_of_likeness
