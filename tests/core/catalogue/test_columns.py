"""What follows from the probabilities and labels of a dataset's pictures."""

import numpy as np
import pytest

from explorer.core.catalogue.columns import TEST, TRAIN, Columns


@pytest.fixture
def columns() -> Columns:
    nan = np.nan
    return Columns(
        classes=("cat", "dog"),
        labels=np.array([0, 1, 1, -1, 0], np.int16),
        is_done=np.array([True, True, True, True, False]),
        probabilities=np.array(
            [[0.9, 0.1], [1, 0], [nan, nan], [0.5, 0.5], [nan, nan]], np.float32
        ),
        novelty=np.array([0.4, 1.5, nan, 1, nan], np.float32),
        parts=np.array([TRAIN, TEST, 0, 0, 0], np.int8),
        figures={},
        digests=np.zeros((5, 32), np.uint8),
        hashes=np.zeros((5, 2), np.uint64),
        errors={2: "it is damaged"},
    )


def test_what_is_unknown_is_neither_right_nor_wrong(columns: Columns) -> None:
    assert columns.predicted.tolist() == [0, 0, -1, 0, -1]  # of equal ones, the first
    assert columns.is_judged.tolist() == [True, True, False, False, False]
    assert columns.is_right.tolist() == [True, False, False, False, False]
    assert columns.is_neither.tolist() == [False, True, False, False, False]
    assert columns.is_seen.tolist() == [True, False, False, False, False]


def test_a_certain_and_wrong_answer_costs_much_but_not_everything(columns: Columns) -> None:
    expected = [-np.log(0.9), -np.log(1e-15)] + [np.nan] * 3
    np.testing.assert_allclose(columns.losses, expected, rtol=1e-6)
    np.testing.assert_allclose(columns.confidence, [0.9, 1, np.nan, 0.5, np.nan])
