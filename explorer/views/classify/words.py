"""What the Classify page says of a prediction."""

from explorer.core.files.names import shorten_name
from explorer.core.models.prediction import Prediction
from explorer.core.text.class_words import unlike_all
from explorer.core.text.percent import format_percent

CLOSE = 0.5
"""As probable as this, compared with the best, the second class is named too."""


def verdict(prediction: Prediction) -> str:
    """Return a prediction in words: "dog, 98.7 %"; empty where there is none yet.

    No class is claimed of a picture that looks like none, and none alone where two are close; one
    of which that is in doubt is asked about.
    """
    if prediction.error:
        return prediction.error.sentence_without_name  # which stands above it
    if prediction.probability is None:
        return ""
    if prediction.is_neither:
        words = unlike_all(prediction.classes)
        return f"{words[:1].upper()}{words[1:]}"
    second = _second(prediction)
    if second is not None:
        return f"{shorten_name(prediction.label)} or {shorten_name(prediction.classes[second])}?"
    if prediction.is_doubtful:
        return f"{shorten_name(prediction.label)}?"
    return f"{shorten_name(prediction.label)}, {format_percent(prediction.probability)}"


def remark(prediction: Prediction) -> str:
    """Return what else is to be said of it, as a sentence; empty where its class is clear."""
    if prediction.probability is None:
        return ""
    best = f"{shorten_name(prediction.label)}, {format_percent(prediction.probability)}"
    likeliest = f"Of its classes the model finds this one the likeliest: {best}."
    if prediction.is_neither:
        return likeliest
    second = _second(prediction)
    if second is None and prediction.is_doubtful:
        return f"It looks only a little like the training pictures. {likeliest}"
    if second is None:
        return ""
    name = shorten_name(prediction.classes[second])
    share = format_percent(prediction.probabilities[second])
    return f"The model is undecided: {best}; {name}, {share}."


def likeness(prediction: Prediction, doubt: str = "") -> str:
    """Return whether it looks like what the model was trained on, as far as that is known.

    Parameters
    ----------
    prediction : Prediction
    doubt : str
        What is to be doubted where it does, as the model's card has it.
    """
    if prediction.probability is None:
        return ""
    if prediction.novelty is None:
        return "Whether it looks like what this model was trained on is not known."
    text = f"Distance from the training pictures: {prediction.novelty:.2f} (limit 1)."
    return f"{text} {doubt}" if doubt and not prediction.is_neither else text


def _second(prediction: Prediction) -> int | None:
    """Return the place of the second class, where it is close to the first."""
    shares = prediction.probabilities
    if len(shares) < 2:
        return None
    best = shares.index(max(shares))
    second = max((place for place in range(len(shares)) if place != best), key=shares.__getitem__)
    return second if shares[second] >= CLOSE * shares[best] else None
