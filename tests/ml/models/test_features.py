"""The features of a model, with the weights of its last layer, are what it answers."""

from pathlib import Path

import numpy as np
import pytest

from explorer.core.models.run_folder import read_run
from explorer.ml.architecture.litert.graph import LiteRTGraph
from explorer.ml.models.features import MOST_FEATURES, as_vectors, fold
from explorer.ml.models.formats import open_model
from explorer.ml.models.litert import LiteRTAdapter, LiteRTModel
from explorer.ml.models.litert_features import find_features, with_outputs

HERE = Path(__file__).parent
RANDOM = np.random.default_rng(3)


def last_dense(adapter, size):
    layers = adapter.describe(size).layers
    found = [adapter.weights(one.name) for one in layers]
    return next(one for one in reversed(found) if one.get("kernel", np.zeros(0)).ndim == 2)


@pytest.mark.parametrize(
    ("file", "size"), [("pytorch/plain.onnx", (16, 12)), ("pytorch/residual.onnx", (33, 20))]
)
def test_the_features_are_what_the_last_dense_layer_is_given(file, size):
    adapter = open_model(HERE / file)
    inputs = RANDOM.random((3, *size, 3), np.float32)
    outputs, features = adapter.predict_with_features(inputs)
    np.testing.assert_array_equal(outputs, adapter.predict(inputs))
    weights = last_dense(adapter, size)
    expected = features @ weights["kernel"] + weights["bias"]
    np.testing.assert_allclose(adapter.scores(inputs), expected, atol=1e-4)


def test_a_litert_file_returns_them_as_a_second_output(runs):
    content = (runs / "tiny" / "model.tflite").read_bytes()
    graph = LiteRTGraph(content)
    features = find_features(graph)
    longer = with_outputs(content, [features.tensor])
    assert LiteRTGraph(longer).outputs == (*graph.outputs, features.tensor)
    assert sum(a != b for a, b in zip(content, longer, strict=False)) <= 4
    pixels = RANDOM.uniform(0, 255, (1, 24, 24, 3)).astype(np.float32)
    plain, both = LiteRTModel(content), LiteRTModel(content, [features])
    np.testing.assert_array_equal(plain(pixels), both.with_more(pixels)[0])
    assert len(plain.with_more(pixels)) == 1
    assert both.with_more(pixels)[1].shape == (1, features.width)


def test_a_persons_litert_file_has_the_same_as_the_run_that_it_is_of(runs, tmp_path):
    run = read_run(runs / "tiny")
    file = tmp_path / "tiny.tflite"
    file.write_bytes(run.litert_file.read_bytes())
    inputs = RANDOM.uniform(0, 255, (2, 24, 24, 3)).astype(np.float32)
    adapter = open_model(file)
    outputs, features = adapter.predict_with_features(inputs)
    expected = LiteRTAdapter(run.folder, run).predict_with_features(inputs)
    np.testing.assert_allclose(outputs, expected[0], atol=1e-6)
    np.testing.assert_allclose(features, expected[1], atol=1e-5)
    weights = last_dense(adapter, (24, 24))
    np.testing.assert_allclose(
        adapter.scores(inputs), features @ weights["kernel"] + weights.get("bias", 0), atol=1e-4
    )


def test_of_one_dense_layer_the_features_are_none(runs):
    """What it is given is the picture itself, as it lies."""
    run = read_run(runs / "linear")
    inputs = RANDOM.uniform(0, 255, (1, 20, 28, 3)).astype(np.float32)
    _, features = LiteRTAdapter(run.folder, run).predict_with_features(inputs)
    assert features.shape in ((1, 0), (1, 20 * 28 * 3))


def test_maps_become_the_mean_over_all_positions():
    maps = RANDOM.random((2, 4, 5, 6), np.float32)
    np.testing.assert_allclose(as_vectors(maps, 6), maps.mean(axis=(1, 2)), rtol=1e-5)
    np.testing.assert_allclose(as_vectors(maps, 4, axis=1), maps.mean(axis=(2, 3)), rtol=1e-5)
    np.testing.assert_array_equal(as_vectors(maps, 120), maps.reshape(2, 120))


def test_folded_features_keep_their_products():
    features = RANDOM.normal(size=(8, 20_736)).astype(np.float32)
    features[1] = features[0] + 0.1 * features[1]
    folded = fold(features)
    assert folded.shape == (8, MOST_FEATURES)
    scale = np.linalg.norm(features, axis=1)
    before = features @ features.T / np.outer(scale, scale)
    after = folded @ folded.T / np.outer(scale, scale)
    np.testing.assert_allclose(after, before, atol=0.12)
    np.testing.assert_array_equal(fold(features[3:4]), folded[3:4])
