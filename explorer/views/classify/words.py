"""What the Classify page says of a prediction, and asks of a picture."""

from collections.abc import Sequence

from explorer.core.files.names import shorten_name
from explorer.core.models.prediction import Prediction
from explorer.core.text.percent import format_percent

MOST_NAMED = 4
LONGEST_NAMES = 60
"""Of all classes, in characters: they stand on one line."""

CLOSE = 0.5
"""As probable as this, compared with the best, the second class is named too."""


def verdict(prediction: Prediction) -> str:
    """Return a prediction in words: "dog, 98.7 %"; empty where there is none yet."""
    if prediction.error:
        return prediction.error.sentence_without_name  # which stands above it
    if prediction.probability is None:
        return ""
    return f"{shorten_name(prediction.label)}, {format_percent(prediction.probability)}"


def doubt(prediction: Prediction) -> str:
    """Return what makes a prediction doubtful, as a sentence; empty where nothing does."""
    if len(prediction.probabilities) < 2:
        return ""
    best, second = sorted(prediction.probabilities, reverse=True)[:2]
    if second < CLOSE * best:
        return ""
    places = [place for place, p in enumerate(prediction.probabilities) if p == second]
    name = shorten_name(prediction.classes[places[-1]])
    return f"Undecided: {name} is nearly as likely, {format_percent(second)}."


def ask_which(classes: Sequence[str]) -> str:
    """Return what a model that knows these classes answers, as a question.

    Parameters
    ----------
    classes : sequence of str
        In the order of the model's outputs; none where there is no model.
    """
    if not classes:
        return "What does the picture show?"
    if len(classes) > MOST_NAMED or sum(map(len, classes)) > LONGEST_NAMES:
        return f"Which of {len(classes):,} classes is it?"
    is_plural = any(name.endswith("s") and not name.endswith("ss") for name in classes)
    if len(classes) <= 2 and not is_plural:
        return f"Is it {' or '.join(map(_with_article, classes))}?"
    names = " or ".join(filter(None, (", ".join(classes[:-1]), classes[-1])))
    return f"Which is it: {names}?"


def _with_article(name: str) -> str:
    return f"{'an' if name[:1].casefold() in tuple('aeiou') else 'a'} {name}"
