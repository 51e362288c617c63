"""Which pictures changed sides between two models."""

import numpy as np

from explorer.core.catalogue.sides import compare_sides
from tests.support.made_columns import make_columns


def answers(classes: list[int]) -> np.ndarray:
    """Return sure answers; -1 where there is none."""
    made = np.full((len(classes), 2), np.nan, np.float32)
    for place, one in enumerate(classes):
        if one >= 0:
            made[place] = np.eye(2)[one]
    return made


def test_only_pictures_that_both_have_judged_count() -> None:
    labels = [0, 0, 1, 1, 1, -1]
    before = make_columns(labels, answers([1, 0, 1, 0, -1, 0]))
    now = make_columns(labels, answers([0, 1, 1, 0, 1, 1]))
    changes = compare_sides(before, now)
    assert changes.count == 4
    assert changes.righted.tolist() == [0]
    assert changes.wronged.tolist() == [1]
