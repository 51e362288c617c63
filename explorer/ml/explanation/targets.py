"""The score of each class: what every method explains."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.core.models.model_use import ModelUse
from explorer.errors import ModelError
from explorer.ml.models.adapter import Ability, Array, ModelAdapter
from explorer.ml.models.signature import to_probabilities

PIXELS_AT_ONCE = 400_000
"""Of all pictures that a model is given at once: eight of 224×224."""

_LEAST_PROBABILITY = 1e-7


@dataclass(frozen=True)
class Target:
    """Where the score of a class comes from.

    Attributes
    ----------
    output : int
        Which of the model's scores.
    sign : int
        1; or -1 where a single unit stands for the other class, since the logit of one class is
        then minus that of the other.
    """

    output: int
    sign: int


def target_of(class_index: int, outputs: int, class_count: int) -> Target:
    """Return where the score of a class comes from.

    Raises
    ------
    ModelError
        There is no such class.
    """
    is_single = outputs == 1 and class_count == 2
    if not 0 <= class_index < (2 if is_single else outputs):
        raise ModelError(f"There is no class {class_index}: the model has {outputs} outputs.")
    return Target(0, 1 if class_index else -1) if is_single else Target(class_index, 1)


def batches(inputs: Array) -> list[Array]:
    """Split pictures so that a model is given no more than `PIXELS_AT_ONCE` at once."""
    each = max(1, PIXELS_AT_ONCE // (inputs.shape[1] * inputs.shape[2]))
    return [inputs[at : at + each] for at in range(0, len(inputs), each)]


def class_scores(adapter: ModelAdapter, use: ModelUse, inputs: Array) -> npt.NDArray[np.float64]:
    """Return the score of each class, its logit: (pictures, classes) float64.

    Parameters and errors as for `output_scores`.
    """
    return of_classes(output_scores(adapter, use, inputs), use.class_count)


def of_classes(scores: npt.NDArray[np.float64], class_count: int) -> npt.NDArray[np.float64]:
    """Return the score of each class from that of each output: (pictures, classes)."""
    if scores.shape[1] == 1 and class_count == 2:
        return np.concatenate([-scores, scores], axis=1)
    return scores


def output_scores(adapter: ModelAdapter, use: ModelUse, inputs: Array) -> npt.NDArray[np.float64]:
    """Return the score of each output, before softmax or sigmoid.

    A format that does not tell logits tells probabilities: from their logarithms come the logits
    less the mean of all.

    Parameters
    ----------
    inputs : (pictures, height, width, channels) float32

    Returns
    -------
    (pictures, outputs) float64

    Raises
    ------
    ModelError
        They are no numbers.
    """
    found = np.concatenate([_scores(adapter, use, batch) for batch in batches(inputs)])
    if not np.isfinite(found).all():
        raise ModelError(f"“{adapter.name}” returns no usable numbers for this picture.")
    return found


def _scores(adapter: ModelAdapter, use: ModelUse, inputs: Array) -> npt.NDArray[np.float64]:
    if Ability.GRADIENTS in adapter.abilities:
        return adapter.scores(inputs).astype(np.float64)
    outputs = adapter.predict(inputs).astype(np.float64)
    if use.outputs in ("logits", "other"):
        return outputs
    kept = np.clip(outputs, _LEAST_PROBABILITY, None)
    if use.outputs == "independent" or outputs.shape[1] == 1:
        return np.log(kept) - np.log(np.clip(1 - outputs, _LEAST_PROBABILITY, None))
    logarithms = np.log(kept)
    return np.asarray(logarithms - logarithms.mean(axis=1, keepdims=True))


def class_probabilities(
    adapter: ModelAdapter, use: ModelUse, inputs: Array
) -> npt.NDArray[np.float64]:
    """Return the probability of each class: (pictures, classes) float64.

    Raises
    ------
    ModelError
        They are no numbers.
    """
    outputs = np.concatenate([adapter.predict(batch) for batch in batches(inputs)])
    found = to_probabilities(outputs.astype(np.float64), use.outputs, use.class_count)
    if not np.isfinite(found).all():
        raise ModelError(f"“{adapter.name}” returns no usable numbers for this picture.")
    return found.astype(np.float64)
