"""The requests of an explanation and of its judgement, one after the other.

Each is a generator: it yields requests, is sent their answers, or has their error thrown in, and
returns the result. Whoever runs it can stop between any two: a command waits for each answer, a
page asks for the next when the last has come.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeAlias, TypeVar

import numpy as np

from explorer.core.explanation.judgement import RANDOM_MAPS, REDRAWS, Judgement, rank_correlation
from explorer.core.images.read import Picture
from explorer.core.layers.layers import MAX_MAP_VALUES
from explorer.core.models.explanations import (
    MEASURES,
    METHODS,
    Explanation,
    ExplanationPart,
    JudgementPart,
    Method,
    Values,
    importance_of,
)
from explorer.core.models.model_use import ModelUse
from explorer.core.models.requests import ExplainClass, JudgeExplanation, Request
from explorer.errors import ModelError

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Step:
    """What is to be asked next.

    Attributes
    ----------
    request : Request
    done : float
        What share of all is done by then, 0 to 1.
    """

    request: Request[Any]
    done: float


Steps: TypeAlias = Generator[Step, Any, Result]

COMPLETE_WITHIN = 0.01
"""What share of the difference of the scores integrated gradients may miss."""
FIRST_SPANS = 5
MOST_SPANS = 40
MOST_PARTS = 10_000
"""Pieces of the path from the baseline to the picture, of ten points each."""


def explain_steps(
    model: ModelUse,
    picture: Picture,
    method: Method,
    classes: tuple[int, ...],
    *,
    layer: str = "",
    seed: int = 0,
    redrawn: int = 0,
) -> Steps[Explanation]:
    """Ask for the maps of some classes.

    Parameters
    ----------
    picture : Picture
        Of any size; of the model's input size it is small on its way.
    layer : str
        Which one to look at; empty for the last one with space.
    seed : int
        Of noise and masks.
    redrawn : int
        As for `ExplainClass`.
    """
    request = ExplainClass(model, picture, method, classes, layer, seed=seed, redrawn=redrawn)
    notes: tuple[str, ...] = ()
    if method == "integrated-gradients":
        spans = yield from _cover_path(request)
        maps = _sum([part.maps for part in spans])
        last, notes = spans[-1], _notes_on(spans)
    else:
        parts = [_checked((yield Step(request, 0.0)), classes)]
        last = parts[0]
        for number in range(1, last.parts):
            step = Step(replace(request, part=number), number / last.parts)
            parts.append(_checked((yield step), classes))
        maps = _sum([part.maps for part in parts])
    return Explanation(method, last.layer, classes, maps, last.scores, notes)


def _checked(part: ExplanationPart, classes: tuple[int, ...]) -> ExplanationPart:
    """Return a part as it came from a process that a stranger's model may have taken over.

    Raises
    ------
    ModelError
        It does not answer the request.
    """
    counts = {len(part.maps), len(part.scores), len(part.span_scores) or len(part.scores)}
    is_sound = part.maps.ndim == 3 and 0 < part.maps.size <= MAX_MAP_VALUES
    if not is_sound or counts != {len(classes)} or not 0 < part.parts <= MOST_PARTS:
        raise ModelError("The process that runs the model returned no maps.")
    if not np.isfinite(part.maps).all():
        raise ModelError("The model returned no usable numbers for this picture.")
    return part


def _sum(maps: list[Values]) -> Values:
    if len({each.shape for each in maps}) > 1:
        raise ModelError("The parts of the explanation do not fit together.")
    return np.asarray(np.sum(maps, axis=0, dtype=np.float64), np.float32)


def _cover_path(request: ExplainClass) -> Steps[list[ExplanationPart]]:
    """Follow the path from the baseline; where the sum is wrong, in smaller and smaller pieces.

    The scores at both ends of a piece tell what it must sum to: the piece that is furthest from
    that is halved, until the whole is near enough.
    """
    ends = [number / FIRST_SPANS for number in range(FIRST_SPANS + 1)]
    waiting = list(pairwise(ends))
    found: dict[tuple[float, float], ExplanationPart] = {}
    asked = 0
    while waiting:
        for span in waiting:
            step = Step(replace(request, span=span), asked / (MOST_SPANS + 1))
            found[span] = _checked((yield step), request.classes)
            asked += 1
        waiting = []
        if missed_share(list(found.values())) > COMPLETE_WITHIN and asked < MOST_SPANS:
            start, end = max(found, key=lambda span: max(map(abs, _gaps(found[span]))))
            del found[start, end]
            middle = (start + end) / 2
            waiting = [(start, middle), (middle, end)]
    return [found[span] for span in sorted(found)]


def _gaps(part: ExplanationPart) -> list[float]:
    """Return how much the map of each class lacks to the difference of the scores."""
    return [
        last - first - float(values.sum(dtype=np.float64))
        for (first, last), values in zip(part.span_scores, part.maps, strict=True)
    ]


def missed_share(spans: list[ExplanationPart]) -> float:
    """Return what share of the difference of the scores integrated gradients miss: the worst's."""
    gaps = np.sum([_gaps(part) for part in spans], axis=0)
    differences = np.sum(
        [[last - first for first, last in part.span_scores] for part in spans], axis=0
    )
    return float(np.max(np.abs(gaps) / np.maximum(np.abs(differences), 1e-6)))


def _notes_on(spans: list[ExplanationPart]) -> tuple[str, ...]:
    baseline = "Compared with a black picture."
    missed = missed_share(spans)
    if missed <= COMPLETE_WITHIN:
        return (baseline,)
    gap = (
        f"The map is not exact: its sum misses the difference of the scores by {missed:.1%} of it."
    )
    return baseline, gap


def judge_steps(
    model: ModelUse, picture: Picture, explanation: Explanation, class_index: int
) -> Steps[Judgement]:
    """Ask for what judges the map of a class.

    Parameters
    ----------
    picture : Picture
        As for `explain_steps`.
    """
    values = explanation.map_of(class_index)
    importance = importance_of(values, explanation.method)
    found: list[JudgementPart] = []
    share_of_curves = 0.7  # of the time, about
    count = len(MEASURES) * (RANDOM_MAPS + 1)
    for number in range(RANDOM_MAPS + 1):
        answers: list[tuple[float, ...]] = []
        for measure in MEASURES:
            done = share_of_curves * (number * len(MEASURES) + len(answers)) / count
            request = JudgeExplanation(model, measure, picture, class_index, importance, number)
            answers.append((yield Step(request, done)))
        deletion, insertion, road = answers
        if min(len(deletion), len(insertion)) < 2 or len(road) != 1:
            raise ModelError("The process that runs the model returned no curves.")
        found.append(JudgementPart(deletion, insertion, *road))
    similarities: list[float] = []
    problem = ""
    redrawn_map = None
    try:
        for seed in range(1, REDRAWS + 1):
            again = yield from _shifted(
                explain_steps(
                    model,
                    picture,
                    explanation.method,
                    (class_index,),
                    layer=explanation.layer,
                    redrawn=seed,
                ),
                share_of_curves + (1 - share_of_curves) * (seed - 1) / REDRAWS,
                (1 - share_of_curves) / REDRAWS,
            )
            redrawn_map = again.maps[0]
            similarities.append(abs(rank_correlation(values, again.maps[0])))
    except ModelError as error:
        problem = error.sentence
    return Judgement(
        explanation.has_evidence(class_index) or METHODS[explanation.method].is_magnitude,
        found[0],
        tuple(found[1:]),
        tuple(similarities),
        redrawn_map,
        problem,
    )


def _shifted(steps: Steps[Result], start: float, length: float) -> Steps[Result]:
    """Let steps be a part of others: their progress goes from `start` over a `length`."""
    answer: Any = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as ended:
            result: Result = ended.value
            return result
        answer = yield Step(step.request, start + length * step.done)
