"""What the Classify page says of a prediction."""

from explorer.core.files.names import shorten_name
from explorer.core.models.prediction import Prediction
from explorer.core.text.percent import format_percent

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
