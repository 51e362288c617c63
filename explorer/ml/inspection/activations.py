"""Activation functions of one value, in float64, written from their definitions."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from explorer.core.layers.arithmetic import Reals, Step

Function = Callable[[float], float]

_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


class NotExplained(Exception):
    """Why the arithmetic of a value is not written out: the end of a sentence."""


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _elu(x: float, alpha: float = 1.0) -> float:
    return x if x > 0 else alpha * math.expm1(x)


def _hard_sigmoid(x: float) -> float:
    return min(max(x + 3, 0.0), 6.0) / 6


def _gelu(x: float) -> float:
    return x * (1 + math.erf(x / math.sqrt(2))) / 2


def _relu(
    x: float, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> float:
    if max_value is not None and x >= max_value:
        return max_value
    return x if x >= threshold else negative_slope * (x - threshold)


FUNCTIONS: Mapping[str, Function] = {
    "relu": _relu,
    "relu6": partial(_relu, max_value=6.0),
    "leaky_relu": partial(_relu, negative_slope=0.2),
    "elu": _elu,
    "celu": _elu,
    "selu": lambda x: _SELU_SCALE * _elu(x, _SELU_ALPHA),
    "gelu": _gelu,
    "sigmoid": _sigmoid,
    "hard_sigmoid": _hard_sigmoid,
    "tanh": math.tanh,
    "silu": lambda x: x * _sigmoid(x),
    "swish": lambda x: x * _sigmoid(x),
    "hard_silu": lambda x: x * _hard_sigmoid(x),
    "hard_swish": lambda x: x * _hard_sigmoid(x),
    "softplus": _softplus,
    "softsign": lambda x: x / (1 + abs(x)),
    "exponential": math.exp,
    "mish": lambda x: x * math.tanh(_softplus(x)),
    "log_sigmoid": lambda x: -_softplus(-x),
}
"""By the names that Keras has, each with the parameters that its name alone stands for."""


def function_of(kind: str, settings: Mapping[str, Any], alpha: float) -> tuple[str, Function]:
    """Return an activation layer's function and its name; `alpha` is the learned slope of PReLU.

    Raises
    ------
    NotExplained
        It is another function.
    """
    if kind == "ReLU":
        slope, threshold = (
            float(settings.get(key) or 0) for key in ("negative_slope", "threshold")
        )
        limit = settings.get("max_value")
        most = None if limit is None else float(limit)
        name = "relu" if most is None else f"relu up to {most:g}"
        return name, partial(_relu, negative_slope=slope, max_value=most, threshold=threshold)
    if kind == "LeakyReLU":
        return "leaky relu", partial(_relu, negative_slope=float(settings["negative_slope"]))
    if kind == "PReLU":
        return "prelu", partial(_relu, negative_slope=alpha)
    if kind == "ELU":
        return "elu", partial(_elu, alpha=float(settings.get("alpha", 1.0)))
    return _named(settings.get("activation", "linear"))


def _named(activation: Any) -> tuple[str, Function]:
    if isinstance(activation, Mapping):  # a layer in place of a function
        return function_of(str(activation.get("class_name")), activation.get("config") or {}, 0.0)
    if activation not in FUNCTIONS:
        raise NotExplained(f"its activation “{activation}” is not among those that are known here")
    return str(activation), FUNCTIONS[activation]


def activate(activation: Any, score: float, scores: Callable[[], Reals]) -> tuple[Step, ...]:
    """Return the steps from a score to what a layer's activation makes of it.

    Parameters
    ----------
    activation : object
        As a layer's settings have it; None and "linear" change nothing.
    score : float
    scores : callable
        Returns the scores of all units, which a softmax needs.

    Raises
    ------
    NotExplained
        The activation is another one.
    """
    if activation in (None, "linear"):
        return ()
    if activation == "softmax":
        return softmax_steps(score, scores())
    name, function = _named(activation)
    return (Step("apply", name, 0.0, function(score)),)


def softmax_steps(score: float, scores: Reals) -> tuple[Step, ...]:
    """Return the steps from one of the scores to its softmax.

    The largest score is subtracted from all of them first: the quotient stays the same, and no
    exponential overflows.
    """
    largest = float(scores.max())
    power = math.exp(score - largest)
    total = math.fsum(math.exp(one - largest) for one in scores.ravel().tolist())
    return (
        Step("subtract", "the largest score", largest, score - largest),
        Step("apply", "exp", 0.0, power),
        Step("divide", "the sum of all exponentials", total, power / total),
    )
