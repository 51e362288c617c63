"""Classes with few pictures weigh more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.ml.data.class_weights import class_weights


@given(st.lists(st.integers(0, 5), min_size=1, max_size=300))
def test_every_class_counts_alike_or_nothing_is_weighed(labels):
    counts = {label: labels.count(label) for label in labels}
    weights = class_weights(np.array(labels, dtype=np.int64))
    if max(counts.values()) <= 1.5 * min(counts.values()):
        assert weights is None
        return
    assert set(weights) == set(counts)
    for label, count in counts.items():
        assert weights[label] * count == pytest.approx(len(labels) / len(counts))
    assert sum(weights[label] for label in labels) == pytest.approx(len(labels))


def test_the_limit_and_known_weights():
    assert class_weights(np.array([0] * 30 + [1] * 20)) is None
    # scikit-learn's own example of compute_class_weight("balanced").
    assert class_weights(np.array([1, 1, 1, 1, 0, 0])) == {0: 1.5, 1: 0.75}
    assert class_weights(np.array([], dtype=np.int64)) is None
