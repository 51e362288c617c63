"""What is counted at a threshold is what counting each picture gives, ties and all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from explorer.core.evaluation.threshold_sweep import ThresholdSweep


@st.composite
def cases(draw):
    """Draw probabilities with many ties, labels, a class and thresholds at and beside them."""
    classes = draw(st.integers(2, 4))
    pictures = draw(st.integers(0, 12))
    numbers = st.lists(st.integers(0, 4), min_size=classes, max_size=classes)
    rows = draw(st.lists(numbers, min_size=pictures, max_size=pictures))
    weights = np.array(rows, np.float32).reshape(pictures, classes) + np.float32(1e-3)
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    label = st.integers(0, classes - 1)
    labels = np.array(draw(st.lists(label, min_size=pictures, max_size=pictures)), np.int16)
    positive = draw(label)
    own = [float(one) for one in probabilities[:, positive]]
    threshold = draw(st.sampled_from([0.0, 0.5, 1.0, *own]) | st.floats(0, 1))
    return probabilities, labels, positive, threshold


@given(cases())
def test_every_picture_is_counted_as_one_by_one(case) -> None:
    probabilities, labels, positive, threshold = case
    found = ThresholdSweep(probabilities, labels, positive).at(threshold)
    classes = probabilities.shape[1]
    expected = []
    for row in probabilities:
        others = [number for number in range(classes) if number != positive]
        is_it = float(row[positive]) >= threshold
        expected.append(positive if is_it else max(others, key=lambda one: row[one]))
    assert found.called.tolist() == expected
    if len(labels):
        matrix = sk.confusion_matrix(labels, expected, labels=np.arange(classes))
        assert (found.confusion == matrix).all()
    assert found.figures.total == len(labels)


@given(cases())
def test_the_curves_pass_through_what_is_counted_at_each_of_their_thresholds(case) -> None:
    probabilities, labels, positive, _ = case
    sweep = ThresholdSweep(probabilities, labels, positive)
    curves = sweep.curves
    for place, threshold in enumerate(curves.thresholds):
        figures = sweep.at(float(threshold)).figures
        assert figures.hits[positive] == curves.hits[place]
        assert figures.called[positive] - figures.hits[positive] == curves.misses[place]


def test_without_a_threshold_the_most_probable_class_is_taken_the_first_of_equal_ones() -> None:
    probabilities = np.array([[0.5, 0.5], [0.4, 0.6], [0.6, 0.4]])
    sweep = ThresholdSweep(probabilities, np.array([0, 1, 0]), 1)
    assert sweep.at(None).called.tolist() == [0, 1, 0]
    assert sweep.at(None).figures.accuracy == 1
    assert sweep.at(0.5).called.tolist() == [1, 1, 0]  # at least the threshold


@pytest.mark.parametrize("positive", [0, 1])
def test_at_0_all_are_taken_for_the_class_and_above_1_none(positive: int) -> None:
    probabilities = np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]])
    sweep = ThresholdSweep(probabilities, np.array([0, 1, 1]), positive)
    assert (sweep.at(0.0).called == positive).all()
    assert (sweep.at(1.0000001).called == 1 - positive).all()
