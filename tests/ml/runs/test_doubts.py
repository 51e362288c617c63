"""What is said beside figures that tell less than they seem to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.evaluation.evaluation import measure
from explorer.ml.runs.doubts import find_doubts

CLASSES = ("cat", "dog", "fox")
GOOD = ({"loss": 0.2, "val_loss": 0.1, "val_accuracy": 0.9},)
EVERY_CLASS = np.arange(3)


def doubts_of(labels, answers, *, validation=EVERY_CLASS, rows=GOOD, classes=CLASSES):
    metrics = measure(np.eye(len(classes))[list(answers)], np.array(labels))
    return find_doubts(metrics, classes, np.array(validation), rows)


def test_of_a_network_that_is_mostly_right_there_are_none():
    assert doubts_of([0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 2, 1]) == ()


def test_a_class_without_test_pictures_is_named():
    (doubt,) = doubts_of([0, 1, 1], [0, 1, 1])
    assert doubt == "The test set has no pictures of fox: the accuracy was measured without them."


def test_a_class_without_validation_pictures_is_named():
    (doubt,) = doubts_of([0, 1, 2], [0, 1, 2], validation=[0, 2])
    assert doubt.startswith("The validation set has no pictures of dog: ")


def test_of_many_classes_without_pictures_some_are_named():
    classes = tuple(f"class {i}" for i in range(100))
    first, _ = doubts_of([0, 1], [0, 1], classes=classes, validation=range(100)), None
    assert "class 2, class 3, " in first[0]
    assert " more: the accuracy was measured" in first[0]
    assert len(first[0]) < 200


@given(st.integers(0, 2), st.lists(st.integers(0, 2), min_size=3))
def test_always_the_same_answer_is_said(answer, more):
    labels = [0, 1, 2, *more]
    (doubt,) = doubts_of(labels, [answer] * len(labels))
    assert doubt.startswith(
        f"The network gives every test picture the same answer, “{CLASSES[answer]}”"
    )


def test_no_better_than_always_the_same_answer_is_said():
    (doubt,) = doubts_of([0, 0, 0, 1, 2], [1, 0, 0, 1, 1])
    assert doubt.startswith("Answering “cat” every time would be right as often (60.0 %)")
    (doubt,) = doubts_of([0, 0, 0, 1, 2], [1, 0, 1, 1, 1])
    assert doubt.startswith("Answering “cat” every time would be right more often (60.0 %)")
    assert doubts_of([0, 0, 0, 1, 2], [1, 0, 0, 1, 2]) == ()


@pytest.mark.parametrize("name", ["loss", "val_loss"])
def test_a_loss_far_above_that_of_guessing_is_said(name):
    # That an epoch was lucky before or after does not make it less.
    rows = (*GOOD, {**GOOD[0], name: 1e13}, *GOOD)
    (doubt,) = doubts_of([0, 1, 2], [0, 1, 2], rows=rows)
    assert "diverged: the loss rose to 1e+13, while guessing gives 1.10" in doubt
    assert doubts_of([0, 1, 2], [0, 1, 2], rows=({**GOOD[0], name: 5.0},)) == ()
