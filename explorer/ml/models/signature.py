"""What a model must take and return, whatever its format, so that it can classify pictures."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.models.card import MAX_EDGE
from explorer.core.models.model_use import Outputs
from explorer.core.models.survey import GREATEST_PROBABILITY
from explorer.core.text.shorten import shorten

MAX_VALUES = MAX_EDGE * MAX_EDGE * 64
"""Of one array, for one picture: a quarter of a GB of float32."""

SUM_TOLERANCE = 0.01
"""How far from 1 the sum of the probabilities may be: half precision rounds each."""


def reason_against_inputs(
    shapes: Sequence[Sequence[int | None]], input_size: tuple[int, int]
) -> str:
    """Say why a model cannot be given colour pictures; empty where it can.

    Parameters
    ----------
    shapes : sequence of shapes
        Of each of its inputs, with the batch; None or -1 for a length that is free.
    input_size : (int, int)
        Height and width on the card.
    """
    if len(shapes) != 1:
        return f"it takes {len(shapes)} inputs, not one picture"
    batch, *given = (None if length == -1 else length for length in shapes[0])
    height, width = input_size
    if len(given) != 3 or given[2] not in (3, None):
        reason = f"its input is {_times(given)}, not a colour picture ({height}×{width}×3)"
        has_channels_first = len(given) == 3 and given[0] in (1, 3, 4)
        return f"{reason}: the channels must come last" if has_channels_first else reason
    if batch not in (None, 1):
        return f"its batch size is {batch}, not 1"
    if given[0] not in (None, height) or given[1] not in (None, width):
        return f"its input is {_times(given[1::-1])}, but its card says {width}×{height}"
    return ""


def reason_against_array(shape: Sequence[Any], most: int = MAX_VALUES) -> str:
    """Say why an array of a model is too large; empty where it is not.

    Parameters
    ----------
    shape : sequence
        With the batch; what is not an int is a length that is free.
    most : int
        How many values it may have.
    """
    if math.prod(length for length in shape if isinstance(length, int)) <= most:
        return ""
    sizes = shorten("×".join(map(str, shape[1:])))
    return f"one of its arrays has {sizes} values; at most {most / 1e6:,.0f} million are allowed"


def reason_against_outputs(outputs: npt.NDArray[np.floating[Any]]) -> str:
    """Say why values are not probabilities of classes; empty where they are.

    Parameters
    ----------
    outputs : (pictures, classes) float
    """
    if not np.isfinite(outputs).all():
        return "its outputs are not finite numbers"
    low, high = float(outputs.min()), float(outputs.max())
    if low < 0 or high > GREATEST_PROBABILITY:
        return (
            f"its outputs are not probabilities: they range from {_figure(low)} to {_figure(high)}"
        )
    sums = outputs.sum(axis=1)
    furthest = float(sums[np.abs(sums - 1).argmax()])
    if abs(furthest - 1) > SUM_TOLERANCE:
        return f"its outputs are not probabilities: they sum to {_figure(furthest)}, not 1"
    return ""


def flat_outputs(outputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return (pictures, outputs) of what may have axes of length 1 besides; else it as it is."""
    if math.prod(outputs.shape[1:]) == max(outputs.shape[1:], default=1):
        return outputs.reshape(len(outputs), -1)
    return outputs


def to_probabilities(
    outputs: npt.NDArray[np.floating[Any]], kind: Outputs, class_count: int
) -> npt.NDArray[np.floating[Any]]:
    """Return the probability of each class.

    Of two classes, a single unit stands for the second, as Keras numbers them.

    Parameters
    ----------
    outputs : (pictures, outputs) float
        What a model returns.
    kind : {"probabilities", "logits", "independent", "other"}
        What that is.
    class_count : int
    """
    if kind == "logits":
        if outputs.ndim == 2 and outputs.shape[1] == 1:
            outputs = np.concatenate([np.zeros_like(outputs), outputs], axis=1)
        shifted = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        shares: npt.NDArray[np.floating[Any]] = shifted / shifted.sum(axis=-1, keepdims=True)
        return shares
    if class_count == 2 and outputs.ndim == 2 and outputs.shape[1] == 1:
        return np.concatenate([1 - outputs, outputs], axis=1)
    return outputs


def _times(lengths: Sequence[int | None]) -> str:
    return "×".join("any" if length is None else str(length) for length in lengths) or "single"


def _figure(value: float) -> str:
    return (f"{value:.7g}" if abs(value) < 1e4 else f"{value:,.0f}").replace("-", "−")
