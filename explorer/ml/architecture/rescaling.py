"""What the first operations of a graph do to the range of a picture's values."""

import operator
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

PASSES_ON = frozenset(("cast", "transpose", "identity", "quantize", "dequantize"))
"""Operations that keep the values, in small letters; ONNX and LiteRT call them alike."""

_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
}
_MOST_CHANNELS = 4


@dataclass(frozen=True)
class Step:
    """An operation.

    Attributes
    ----------
    kind : str
        As the format calls it.
    inputs : tuple
        Values by their names or numbers, in their order.
    output : hashable
        The first value that it makes.
    constant : callable
        Returns what a value among `inputs` is for any picture; None where it is not constant.
    """

    kind: str
    inputs: tuple[Hashable, ...]
    output: Hashable
    constant: Callable[[Any], npt.NDArray[Any] | None]


def rescaling_inside(steps: Iterable[Step], picture: Hashable) -> tuple[str, bool]:
    """Say what the first operations do to the range of values.

    Parameters
    ----------
    steps : iterable of Step
        In the order in which they compute.
    picture : hashable
        The value that is the picture.

    Returns
    -------
    str
        Such as "Rescaling to 0–1"; empty where they do nothing.
    bool
        Whether what comes in is 0 to 1 and not 0 to 255, which they would make wider still.
    """
    last, count = picture, 0
    low, high = np.zeros(1), np.full(1, 255.0)
    unit = np.ones(1)
    for step in steps:
        kind, others = step.kind.lower(), [one for one in step.inputs if one != last]
        if kind in PASSES_ON and step.inputs[:1] == (last,):
            last = step.output
            continue
        if kind not in _ARITHMETIC or len(step.inputs) != 2 or len(others) != 1:
            break
        value, is_second = step.constant(others[0]), step.inputs[0] == last
        if value is None or not 0 < value.size <= _MOST_CHANNELS:
            break
        if not is_second and kind in ("sub", "div"):
            break
        compute, plain = _ARITHMETIC[kind], value.reshape(-1).astype(float)
        with np.errstate(all="ignore"):  # a file may divide by 0
            low, high, unit = (compute(one, plain) for one in (low, high, unit))
        last, count = step.output, count + 1
    if not count:
        return "", False
    takes_unit = bool((np.abs(high - low) > 256).any())
    if takes_unit:
        high = unit
    if np.ptp(low) or np.ptp(high):
        return "Rescaling of each channel", takes_unit
    return f"Rescaling to {low[0]:.3g}–{high[0]:.3g}".replace("-", "−"), takes_unit
