"""Sentences about explanations."""

from statistics import fmean, stdev

from explorer.core.explanation.judgement import HOW, Judgement
from explorer.core.models.explanations import METHODS, Explanation
from explorer.core.text.percent import format_percent
from explorer.views.common.theme import format_number

NO_EVIDENCE = "No positive evidence: nothing in the picture speaks for this class."

LEGEND = (
    "Probability as more of the pixels, those with most evidence first, are removed (blue) or "
    "shown (orange); thin: in the order of random maps."
)


def describe_class(name: str, probability: float | None) -> str:
    """Return the title of a class's map."""
    return name if probability is None else f"{name} · {format_percent(probability)}"


def describe_score(score: float | None) -> str:
    """Return the score that a map explains; a blank while it is not known, to keep its place."""
    return " " if score is None else f"score {format_number(score)}"


def describe_covered(before: float, now: float) -> str:
    """Say how a probability changes with the patch, in percentage points."""
    points = (now - before) * 100
    change = f"{points:+.1f} points".replace("-", "−") if abs(points) >= 0.05 else "unchanged"
    return f"Covered: {format_percent(now)} ({change})"


def describe_figures(judgement: Judgement) -> str:
    """Return what a judgement rests on, a line for each figure."""
    parts = (judgement.own, *judgement.random)
    lines = []
    for title, (own, *random) in (
        ("Deletion, the less the better", [part.deletion_area for part in parts]),
        ("Insertion, the more the better", [part.insertion_area for part in parts]),
        ("ROAD, the more the better", [part.road for part in parts]),
    ):
        mean, spread = format_number(fmean(random)), format_number(stdev(random))
        lines.append(f"{title}: {format_number(own)}; random maps {mean} ± {spread}")
    if judgement.similarity is not None:
        each = ", ".join(f"{value:.2f}" for value in judgement.similarities)
        lines.append(f"Rank correlation with the map of redrawn weights: {each}")
    if judgement.problem:
        lines.append(f"The weights were not redrawn. {judgement.problem}")
    return "\n".join((*lines, HOW))


def describe_explanation(explanation: Explanation) -> str:
    """Say what is shown: the layer, the size of the maps, and what must be known to read them."""
    rows, columns = explanation.maps.shape[1:]
    where = f"Layer {explanation.layer}" if explanation.layer else "The input"
    size = f"{where}, {rows}×{columns} values."
    return " ".join((size, METHODS[explanation.method].meaning, *explanation.notes))
