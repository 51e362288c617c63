"""Statistics of the last features, against SciPy and the formulas written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import mahalanobis

from explorer.errors import ModelError
from explorer.ml.runs import embedding
from explorer.ml.runs.embedding import describe_classes

CLASSES = ("ant", "bee", "cat")


def make_features(count=60, features=5, seed=0) -> tuple[np.ndarray, np.ndarray]:
    """Make features of three classes that depend on one another, the last of which never fires."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    mixing = generator.normal(size=(features, features))
    values = generator.normal(size=(count, features)) @ mixing + 3 * labels[:, None]
    values[:, -1] = 0
    return values.astype(np.float32), labels


def shrunk_by_hand(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Ledoit and Wolf (2004), their sums as they stand in the paper."""
    offsets = np.array(
        [
            value - values[labels == label].mean(axis=0)
            for value, label in zip(values, labels, strict=True)
        ]
    )
    count, features = offsets.shape
    sample = sum(np.outer(row, row) for row in offsets) / count
    mean = np.trace(sample) / features
    spread = np.sum((sample - mean * np.eye(features)) ** 2) / features
    noise = sum(np.sum((np.outer(row, row) - sample) ** 2) for row in offsets) / features / count**2
    noise = min(noise, spread)
    return noise / spread * mean * np.eye(features) + (spread - noise) / spread * sample


@settings(max_examples=30)
@given(st.integers(6, 40), st.integers(2, 6), st.integers(0, 99))
def test_means_and_covariance_are_those_of_the_paper(count, features, seed):
    values, labels = make_features(count, features, seed)
    found = describe_classes(values, labels, CLASSES)
    assert found.counts.tolist() == [int((labels == label).sum()) for label in range(3)]
    for label in range(3):
        np.testing.assert_allclose(
            found.means[label], values[labels == label].astype(float).mean(axis=0), atol=1e-4
        )
    expected = shrunk_by_hand(values.astype(float), labels)
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-4, atol=1e-4 * expected.max())


def test_distances_and_their_percentiles_are_scipys():
    values, labels = make_features()
    found = describe_classes(values, labels, CLASSES)
    inverse = np.linalg.inv(found.covariance.astype(float))
    expected = np.array([[mahalanobis(v, mean, inverse) for mean in found.means] for v in values])
    np.testing.assert_allclose(found.distances(values), expected, rtol=1e-4)
    for label in range(3):
        own = sorted(expected[labels == label, label])
        assert found.percentiles[label, 0] == pytest.approx((own[9] + own[10]) / 2, rel=1e-4)
        assert own[-3] < found.percentiles[label, 1] < found.percentiles[label, 2] < own[-1]


def test_what_lies_far_from_every_class_is_further_than_the_training_pictures():
    values, labels = make_features()
    found = describe_classes(values, labels, CLASSES)
    strange = np.full((1, 5), 1000, np.float32)
    assert found.distances(strange).min() > found.percentiles.max()


def test_many_features_keep_their_diagonal_alone(monkeypatch):
    monkeypatch.setattr(embedding, "MOST_FEATURES", 4)
    values, labels = make_features()
    found = describe_classes(values, labels, CLASSES)
    assert found.covariance.shape == (5,)
    offsets = values.astype(float) - np.array([values[labels == i].mean(axis=0) for i in labels])
    sample = (offsets**2).mean(axis=0)
    spread = np.sum((sample - sample.mean()) ** 2)
    noise = sum(np.sum((row**2 - sample) ** 2) for row in offsets) / len(offsets) ** 2
    expected = sample + noise / spread * (sample.mean() - sample)
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-3)
    inverse = np.diag(1 / found.covariance.astype(float))
    expected_distance = mahalanobis(values[7], found.means[2], inverse)
    assert found.distances(values)[7, 2] == pytest.approx(expected_distance, rel=1e-4)


def test_features_that_are_all_equal_give_finite_distances():
    found = describe_classes(np.ones((6, 3), np.float32), np.arange(6) % 3, CLASSES)
    assert np.isfinite(found.percentiles).all()


# In the child.


def build(kind):
    import keras
    from keras import layers

    keras.utils.set_random_seed(3)
    if kind == "functional":
        pictures = keras.Input((6, 8, 3))
        features = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(pictures))
        outputs = layers.Dense(3, activation="softmax")(layers.Dropout(0.5)(features))
        return keras.Model(pictures, outputs)
    if kind == "logits":  # the softmax in a layer of its own
        last = [layers.Dense(3), layers.Softmax()]
    else:
        last = [layers.Dense(3, activation="softmax")]
    return keras.Sequential(
        [keras.Input((6, 8, 3)), layers.Flatten(), layers.Dense(4), layers.Dropout(0.5), *last]
    )


def write_and_work_out(folder, kind, pictures, labels, share):
    """Write the file; return what goes into the last dense layer, from the weights alone."""
    from explorer.ml.runs.embedding import write_embedding

    network = build(kind)
    write_embedding(
        folder, network, pictures=pictures, labels=labels, classes=CLASSES, indices=share
    )
    pixels = pictures[share].astype(np.float64)
    kernel, bias = (weights.astype(np.float64) for weights in network.get_weights()[:2])
    if kind != "functional":
        return pixels.reshape(len(pixels), -1) @ kernel + bias
    windows = np.lib.stride_tricks.sliding_window_view(pixels, (3, 3), axis=(1, 2))
    maps = np.einsum("nyxcij,ijco->nyxo", windows, kernel) + bias
    return np.maximum(maps, 0).mean(axis=(1, 2))


@pytest.mark.parametrize("kind", ["sequential", "functional", "logits"])
def test_the_file_describes_the_input_of_the_last_dense_layer(in_child, tmp_path, kind):
    pictures = np.random.default_rng(1).integers(0, 256, (50, 6, 8, 3), dtype=np.uint8)
    labels = np.arange(50) % 3
    share = np.arange(2, 47)
    features = in_child(write_and_work_out, tmp_path, kind, pictures, labels, share)
    expected = describe_classes(features.astype(np.float32), labels[share], CLASSES)
    found = np.load(tmp_path / "embedding.npz")
    assert tuple(found["classes"]) == CLASSES
    kinds = {found[name].dtype for name in ("covariance", "means", "percentiles")}
    assert kinds == {np.dtype(np.float32)}
    np.testing.assert_array_equal(found["counts"], expected.counts)
    np.testing.assert_allclose(found["means"], expected.means, rtol=1e-3, atol=1e-3)
    scale = np.abs(expected.covariance).max()
    upper = expected.covariance[np.triu_indices(len(expected.covariance))]
    np.testing.assert_allclose(found["covariance"], upper, rtol=1e-3, atol=1e-3 * scale)
    np.testing.assert_allclose(found["percentiles"], expected.percentiles, rtol=1e-2)


def write_without_dense(folder):
    import keras

    from explorer.ml.runs.embedding import write_embedding

    network = keras.Sequential([keras.Input((6, 8, 3)), keras.layers.Flatten()], name="flat")
    pictures = np.zeros((1, 6, 8, 3), np.uint8)
    write_embedding(
        folder,
        network,
        pictures=pictures,
        labels=np.zeros(1, np.int64),
        classes=("a",),
        indices=np.arange(1),
    )


def test_a_network_without_a_dense_layer_is_refused(in_child, tmp_path):
    with pytest.raises(ModelError, match="“flat” has no dense layer"):
        in_child(write_without_dense, tmp_path)
