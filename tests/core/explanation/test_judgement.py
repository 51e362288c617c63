"""What is said of a map, from its figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.stats import spearmanr

from explorer.core.explanation.judgement import Judgement, rank_correlation
from explorer.core.models.explanations import JudgementPart


def part(road: float) -> JudgementPart:
    """Return figures whose total is `road`."""
    return JudgementPart((0.5, 0.5, 0.5), (0.5, 0.5, 0.5), road)


RANDOM = tuple(part(value) for value in (-0.1, -0.06, -0.02, 0.02, 0.06, 0.1))


def test_areas_are_those_of_the_trapezoidal_rule():
    found = JudgementPart((1.0, 0.5, 0.0, 0.0), (0.0, 0.5, 1.0, 1.0), 0.25)
    assert found.deletion_area == pytest.approx(1 / 3)
    assert found.insertion_area == pytest.approx(2 / 3)
    assert found.total == pytest.approx(1 / 3 + 0.25)


def test_a_map_is_believed_where_it_is_better_than_chance_and_depends_on_the_weights():
    good = Judgement(True, part(0.3), RANDOM, (0.2, 0.4))
    assert good.margin == pytest.approx(0.3 / np.std([x.road for x in RANDOM], ddof=1))
    assert good.verdict == (
        "This map is better than chance by 4.0 standard deviations, and it changes with the "
        "weights (rank correlation 0.30)."
    )


def test_a_map_is_not_believed_where_one_of_the_two_is_missing():
    chance = Judgement(True, part(0.1), RANDOM, (0.2,))
    assert chance.verdict.startswith("Do not believe this map: removing pixels in its order")
    worse = Judgement(True, part(-0.1), RANDOM)
    assert "(−1.3 standard deviations better; 2.2 are needed)" in worse.verdict
    same = Judgement(True, part(0.3), RANDOM, (0.9, 0.8))
    assert "with all weights drawn anew it looks the same (rank correlation 0.85)" in same.verdict


def test_without_evidence_there_is_nothing_to_believe_and_what_was_not_tested_is_said():
    nothing = Judgement(False, part(0.3), RANDOM, (0.1,))
    assert nothing.verdict.startswith("No positive evidence")
    untested = Judgement(True, part(0.3), RANDOM, problem="An ONNX model cannot be changed.")
    assert untested.verdict.endswith("its dependence on the weights was not tested.")


def test_a_model_that_answers_to_nothing_makes_no_map_better_than_chance():
    still = tuple(part(0.0) for _ in range(6))
    assert not Judgement(True, part(0.0), still).is_better_than_chance
    assert not Judgement(True, part(1e-5), still).is_better_than_chance


SHAPES = array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=6)


@given(
    pair=SHAPES.flatmap(
        lambda shape: st.tuples(
            *[arrays(np.float32, shape, elements=st.floats(-4, 4, width=16)) for _ in range(2)]
        )
    )
)
def test_rank_correlation_agrees_with_scipy(pair):
    first, second = pair
    if first.min() == first.max() or second.min() == second.max():
        assert rank_correlation(first, second) == 0
    else:
        expected = spearmanr(first.ravel(), second.ravel()).statistic
        assert rank_correlation(first, second) == pytest.approx(expected, abs=1e-9)
