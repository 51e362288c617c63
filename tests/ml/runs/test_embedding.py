"""Statistics of the last features, against SciPy and the formulas written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import mahalanobis

from explorer.core.embedding import novelty
from explorer.core.embedding.novelty import NoveltyStatistics
from explorer.errors import ModelError
from explorer.ml.runs import embedding
from explorer.ml.runs.embedding import describe_classes
from explorer.ml.runs.outside import make_outside

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
    share = max(noise / spread, 0.1) if spread else 1.0
    return share * mean * np.eye(features) + (1 - share) * sample


def roots(values: np.ndarray) -> np.ndarray:
    """Signed square roots of length 1, written out."""
    rows = []
    for value in values.astype(float):
        root = [np.copysign(np.sqrt(abs(one)), one) for one in value]
        rows.append(np.array(root) / np.sqrt(sum(one * one for one in root)))
    return np.array(rows)


def whole(found) -> np.ndarray:
    """Return the covariance as a matrix."""
    features = found.means.shape[1]
    matrix = np.zeros((features, features))
    matrix[np.triu_indices(features)] = found.covariance
    return matrix + np.triu(matrix, 1).T


@settings(max_examples=30)
@given(st.integers(6, 40), st.integers(3, 6), st.integers(0, 99))
def test_means_and_covariance_are_those_of_the_paper(count, features, seed):
    values, labels = make_features(count, features, seed)
    found = describe_classes(values, labels, CLASSES, values)
    rooted = roots(values)
    assert found.counts.tolist() == [int((labels == label).sum()) for label in range(3)]
    for label in range(3):
        expected = rooted[labels == label].mean(axis=0)
        np.testing.assert_allclose(found.means[label], expected, atol=1e-4)
    expected = shrunk_by_hand(rooted, labels)
    scale = max(expected.max(), 1e-6)
    np.testing.assert_allclose(whole(found), expected, rtol=1e-3, atol=1e-3 * scale)


def test_novelty_is_scipys_distance_in_units_of_what_one_validation_picture_in_a_hundred_exceeds():
    values, labels = make_features(600)
    unseen, _ = make_features(500, seed=4)
    found = describe_classes(values, labels, CLASSES, unseen)
    inverse = np.linalg.inv(whole(found))
    expected = np.array(
        [min(mahalanobis(v, mean, inverse) for mean in found.means) for v in roots(unseen)]
    )
    novelty = found.statistics.novelty(unseen)
    np.testing.assert_allclose(novelty * found.threshold, expected, rtol=1e-3)
    assert (novelty > 1).sum() == 5


def test_of_few_validation_pictures_all_are_within_the_threshold_with_a_margin():
    values, labels = make_features()
    found = describe_classes(values, labels, CLASSES, values[:20]).statistics
    assert found.novelty(values[:20]).max() == pytest.approx(1 / 1.5, rel=1e-3)


def test_a_few_strong_features_do_not_rule_the_distance():
    values, labels = make_features()
    found = describe_classes(values, labels, CLASSES, values).statistics
    np.testing.assert_allclose(found.novelty(values * 1000), found.novelty(values), rtol=1e-3)


def test_what_fires_as_no_training_picture_does_is_novel():
    generator = np.random.default_rng(2)
    labels = np.arange(150) % 3
    values = generator.uniform(0, 0.2, (150, 6)).astype(np.float32)
    values[np.arange(150), labels] += 2
    found = describe_classes(values, labels, CLASSES, values).statistics
    strange = np.array([[0, 0, 0, 2, 0, 2], [1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0]], np.float32)
    assert found.novelty(strange).min() > 1
    assert np.median(found.novelty(values)) < 1


def test_many_features_keep_their_diagonal_alone(monkeypatch):
    monkeypatch.setattr(embedding, "MOST_FEATURES", 4)
    monkeypatch.setattr(novelty, "MOST_FEATURES", 4)
    values, labels = make_features()
    found = describe_classes(values, labels, CLASSES, values)
    assert found.covariance.shape == (5,)
    inverse = np.diag(1 / found.covariance.astype(float))
    expected = min(mahalanobis(roots(values)[7], mean, inverse) for mean in found.means)
    measured = found.statistics.novelty(values)[7] * found.threshold
    assert measured == pytest.approx(expected, rel=1e-4)


def test_features_that_are_all_equal_give_finite_distances():
    values = np.ones((6, 3), np.float32)
    found = describe_classes(values, np.arange(6) % 3, CLASSES, values)
    assert np.isfinite(found.statistics.novelty(values)).all()


def test_without_validation_pictures_the_training_pictures_set_the_threshold():
    values, labels = make_features()
    found = describe_classes(values, labels, CLASSES, values[:0])
    assert found.threshold == describe_classes(values, labels, CLASSES, values).threshold


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
    if kind == "convolutions":
        pictures = keras.Input((6, 8, 3))
        maps = layers.Conv2D(4, 3, activation="relu")(pictures)
        features = layers.GlobalAveragePooling2D()(layers.Conv2D(5, 2, activation="relu")(maps))
        return keras.Model(pictures, layers.Dense(3, activation="softmax")(features))
    if kind == "logits":  # the softmax in a layer of its own
        last = [layers.Dense(3), layers.Softmax()]
    else:
        last = [layers.Dense(3, activation="softmax")]
    return keras.Sequential(
        [keras.Input((6, 8, 3)), layers.Flatten(), layers.Dense(4), layers.Dropout(0.5), *last]
    )


def write_and_work_out(folder, kind, pictures, labels, share):
    """Write the file; return what goes into its layer, from the weights alone, and the share."""
    from explorer.ml.runs.embedding import write_embedding

    network = build(kind)
    noticed = write_embedding(
        folder,
        network,
        pictures=pictures,
        labels=labels,
        classes=CLASSES,
        train=share,
        validation=np.arange(2),
        answers=((0.25, 0.25, 0.5),),
    )
    outside = make_outside(pictures, np.arange(2))
    pixels = np.concatenate([pictures[: share[-1] + 1], outside]).astype(np.float64)
    weights = [each.astype(np.float64) for each in network.get_weights()]
    if kind == "functional":
        vectors = {"dense": convolve(pixels, *weights[:2]).mean(axis=(1, 2))}
    elif kind == "convolutions":
        maps = convolve(pixels, *weights[:2])
        dense = convolve(maps, *weights[2:4]).mean(axis=(1, 2))
        vectors = {"dense": dense, "convolution": maps.mean(axis=(1, 2))}
    else:
        vectors = {"dense": pixels.reshape(len(pixels), -1) @ weights[0] + weights[1]}
    return vectors, noticed


def convolve(pixels, kernel, bias):
    windows = np.lib.stride_tricks.sliding_window_view(pixels, kernel.shape[:2], axis=(1, 2))
    return np.maximum(np.einsum("nyxcij,ijco->nyxo", windows, kernel) + bias, 0)


@pytest.mark.parametrize("kind", ["sequential", "functional", "logits", "convolutions"])
def test_the_file_describes_the_input_of_the_layer_that_notices_most(in_child, tmp_path, kind):
    pictures = np.random.default_rng(1).integers(0, 256, (50, 6, 8, 3), dtype=np.uint8)
    labels = np.arange(50) % 3
    share = np.arange(2, 47)
    vectors, noticed = in_child(write_and_work_out, tmp_path, kind, pictures, labels, share)
    found = np.load(tmp_path / "embedding.npz")
    of_each = {}
    for layer, values in vectors.items():
        values = values.astype(np.float32)
        told = describe_classes(values[share], labels[share], CLASSES, values[:2])
        of_each[layer] = told, values, (told.statistics.novelty(values[47:]) > 1).mean()
    expected, features, most = of_each[str(found["layer"])]
    assert most == max(one[2] for one in of_each.values())
    assert noticed == pytest.approx(most, abs=0.01)
    np.testing.assert_allclose(found["answers"], [[0.25, 0.25, 0.5]])
    assert tuple(found["classes"]) == CLASSES
    np.testing.assert_array_equal(found["counts"], expected.counts)
    statistics = NoveltyStatistics.read(tmp_path)
    assert statistics is not None
    np.testing.assert_allclose(
        statistics.novelty(features), expected.statistics.novelty(features), rtol=1e-2
    )


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
        train=np.arange(1),
        validation=np.arange(0),
    )


def test_a_network_without_a_dense_layer_is_refused(in_child, tmp_path):
    with pytest.raises(ModelError, match="“flat” has no dense layer"):
        in_child(write_without_dense, tmp_path)
