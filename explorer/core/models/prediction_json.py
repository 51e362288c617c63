"""Predictions as a JSON file: the facts of the CSV file, for programs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from explorer.core.files.json_text import write_json
from explorer.core.files.names import printable_name
from explorer.core.files.writing import write_atomically
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction, check_replaceable
from explorer.errors import ExplorerError

JSON_SUFFIX = ".json"

Pair = tuple[Prediction, Prediction | None]
"""What a model says of a picture, and what a second one does."""


def predictions_to_json(pairs: Sequence[Pair], model: Model, other: Model | None = None) -> str:
    """Write predictions as one object.

    `models` has one or two entries, each with `name` and `classes`. `pictures` has an entry for
    each picture: its `path`, and in `predictions` one entry for each model, in the same order, null
    where there is none yet: `label` and `probability` of the likeliest class, null where it could
    not be classified; `error`, the reason as a sentence, or null; `neither`, whether it looks like
    none of the classes, and `novelty`, which is above 1 then, both null where that is not known;
    and `probabilities`, in the order of the model's classes. Each probability is the shortest
    number that reads back as the same float32.
    """
    models = [one for one in (model, other) if one is not None]
    return write_json(
        {
            "models": [{"name": one.name, "classes": one.classes} for one in models],
            "pictures": [
                {
                    "path": first.path.encode(errors="backslashreplace").decode(),
                    "predictions": [_facts(one) for one in (first, second)[: len(models)]],
                }
                for first, second in pairs
            ],
        },
        indent=1,
    )


def _facts(prediction: Prediction | None) -> dict[str, Any] | None:
    if prediction is None:
        return None
    error = None if prediction.error is None else prediction.error.sentence
    return {
        "label": prediction.label or None,
        "probability": _shortest(prediction.probability),
        "error": error and error.encode(errors="backslashreplace").decode(),
        "neither": None if prediction.novelty is None else prediction.is_neither,
        "novelty": prediction.novelty,
        "probabilities": [_shortest(share) for share in prediction.probabilities],
    }


def _shortest(share: float | None) -> float | None:
    return None if share is None else float(str(np.float32(share)))


def write_predictions_json(
    path: Path, pairs: Sequence[Pair], model: Model, other: Model | None = None
) -> None:
    """Write predictions into a JSON file, whole or not at all.

    Raises
    ------
    ExplorerError
        One sentence naming the file and the reason, which may be that of `check_replaceable`.
    """
    check_replaceable(path, (JSON_SUFFIX,))
    text = predictions_to_json(pairs, model, other)
    with ExplorerError.when_refused("was not written", printable_name(path)):
        write_atomically(path, text.encode())
