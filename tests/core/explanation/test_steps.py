"""Explanations step by step, with answers as a process may send them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.core.explanation.steps import explain_steps, judge_steps
from explorer.core.models.explanations import Explanation, ExplanationPart
from explorer.core.models.model_use import ModelUse
from explorer.core.models.requests import ExplainClass, JudgeExplanation
from explorer.errors import ModelError

USE = ModelUse(Path("some.model"), class_count=2)
PICTURE = np.zeros((4, 4, 3), np.uint8)
PART = ExplanationPart(3, "", np.ones((2, 4, 4), np.float32), (1.0, -1.0))


def follow(steps, answer_to):
    """Answer each request; where that raises, throw the error in; return the result."""
    step = next(steps)
    try:
        while True:
            try:
                answer = answer_to(step.request)
            except ModelError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as ended:
        return ended.value


def test_the_parts_are_asked_for_in_turn_and_summed():
    asked = []

    def answer(request: ExplainClass) -> ExplanationPart:
        asked.append(request.part)
        return PART

    found = follow(explain_steps(USE, PICTURE, "rise", (0, 1)), answer)
    assert asked == [0, 1, 2]
    assert (found.maps == 3).all()
    assert found.scores == (1.0, -1.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"maps": np.ones((1, 4, 4), np.float32)},
        {"maps": np.ones((2, 4), np.float32)},
        {"maps": np.ones((2, 0, 4), np.float32)},
        {"maps": np.full((2, 4, 4), np.nan, np.float32)},
        {"scores": (1.0,)},
        {"parts": 0},
        {"parts": 10**9},
        {"span_scores": ((0.0, 1.0),)},
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_a_sentence(changes):
    with pytest.raises(ModelError):
        follow(explain_steps(USE, PICTURE, "rise", (0, 1)), lambda _: replace(PART, **changes))


def test_where_the_weights_cannot_be_redrawn_the_rest_of_the_judgement_stands():
    values = np.arange(32, dtype=np.float32).reshape(2, 4, 4)
    explanation = Explanation("occlusion", "", (0, 1), values, (1.0, -1.0))
    shares = []

    def answer(request):
        if isinstance(request, ExplainClass):
            raise ModelError("A LiteRT model cannot be changed.")
        assert np.array_equal(request.importance, values[1])
        return (0.5,) if request.measure == "road" else (1.0, 0.0)

    steps = judge_steps(USE, PICTURE, explanation, 1)
    found = follow(steps, answer)
    assert found.own.deletion_area == 0.5
    assert len(found.random) == 6
    assert found.problem == "A LiteRT model cannot be changed."
    assert found.similarity is None
    for wrong in ((), (0.1,)):
        with pytest.raises(ModelError):
            follow(judge_steps(USE, PICTURE, explanation, 1), lambda _, it=wrong: it)
    steps, request = judge_steps(USE, PICTURE, explanation, 1), None
    while not isinstance(request, ExplainClass):
        step = steps.send(None if request is None else answer(request))
        request = step.request
        shares.append(step.done)
    assert shares == sorted(shares)
    assert isinstance(request, ExplainClass | JudgeExplanation)
    assert request.redrawn == 1
