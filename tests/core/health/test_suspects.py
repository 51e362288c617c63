"""Probabilities out of sample, and the labels that they speak against."""

import numpy as np
import pytest

from explorer.core.health import suspects
from explorer.core.health.suspects import cross_validate, deal_folds, find_label_suspects


def draw(count: int, classes: int, features: int = 24) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(count)
    labels = np.arange(count) % classes
    centres = generator.normal(size=(classes, features)) * 2
    vectors = centres[labels] + generator.normal(size=(count, features))
    return vectors.astype(np.float32), labels


@pytest.mark.parametrize("classes", [2, 7])
def test_wrong_labels_are_found_and_right_ones_left_alone(classes):
    vectors, truth = draw(420, classes)
    labels = truth.copy()
    wrong = np.random.default_rng(1).choice(420, 20, replace=False)
    labels[wrong] = (labels[wrong] + 1) % classes
    probabilities = cross_validate(vectors, labels, classes)
    assert probabilities is not None
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    found = set(find_label_suspects(labels, probabilities)[0].tolist())
    assert len(set(wrong.tolist()) & found) >= 18
    assert len(found - set(wrong.tolist())) <= 2


def test_the_head_has_not_seen_what_it_is_asked():
    """Of labels by chance nothing can be known: a head that had seen them would know much."""
    generator = np.random.default_rng(2)
    vectors = generator.normal(size=(200, 150)).astype(np.float32)
    labels = generator.integers(0, 2, 200)
    probabilities = cross_validate(vectors, labels, 2)
    assert probabilities is not None
    assert (probabilities.argmax(axis=1) == labels).mean() < 0.62


def test_its_probabilities_mean_what_they_say():
    generator = np.random.default_rng(3)
    labels = generator.integers(0, 2, 4000)
    vectors = (labels[:, None] * 1.5 + generator.normal(size=(4000, 1))).astype(np.float32)
    probabilities = cross_validate(np.repeat(vectors, 3, axis=1), labels, 2)
    assert probabilities is not None
    for low in (0.1, 0.4, 0.7):
        chosen = (probabilities[:, 1] >= low) & (probabilities[:, 1] < low + 0.2)
        assert labels[chosen].mean() == pytest.approx(probabilities[chosen, 1].mean(), abs=0.08)


def test_many_features_are_projected_and_a_cancelled_check_gives_nothing(monkeypatch):
    monkeypatch.setattr(suspects, "_MOST_FEATURES", 128)
    vectors, labels = draw(120, 3, features=200)
    probabilities = cross_validate(vectors, labels, 3)
    assert probabilities is not None
    assert (probabilities.argmax(axis=1) == labels).mean() > 0.95
    assert cross_validate(vectors, labels, 3, is_cancelled=lambda: True) is None


def test_folds_hold_each_class_evenly():
    labels = np.repeat([0, 1, 2], [50, 11, 4])
    folds = deal_folds(labels, 5)
    for label, most in ((0, 10), (1, 3), (2, 1)):
        assert np.bincount(folds[labels == label], minlength=5).max() == most


def test_a_class_without_pictures_is_never_suspected():
    labels = np.array([0, 0, 1, 1])
    probabilities = np.array([[0.5, 0.1, 0.4], [0.3, 0.1, 0.6], [0.2, 0.7, 0.1], [0.8, 0.2, 0]])
    assert find_label_suspects(labels, probabilities)[0].tolist() == [3]


def test_the_guess_is_a_class_that_is_possible_even_where_the_label_is_more_probable():
    labels = np.array([0, 0, 0, 1])
    probabilities = np.array([[0.98, 0.02], [0.98, 0.02], [0.55, 0.45], [0.6, 0.4]])
    places, guesses = find_label_suspects(labels, probabilities)
    assert (places.tolist(), guesses.tolist()) == ([2], [1])
