"""Layers that compute each value alone, or from the values at the same place."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.layers.arithmetic import How, Reals, Step, ValueArithmetic
from explorer.ml.inspection.activations import NotExplained, function_of, softmax_steps
from explorer.ml.inspection.moving import copied, in_order
from explorer.ml.models.layer_run import LayerRun

Array = npt.NDArray[Any]

_HOW: Mapping[str, How] = {
    "Add": "sum",
    "Subtract": "sum",
    "Multiply": "product",
    "Average": "mean",
    "Maximum": "maximum",
    "Minimum": "minimum",
}

_MERGE: Mapping[How, Callable[[Reals], float]] = {
    "sum": lambda values: float(values.sum()),
    "mean": lambda values: float(values.mean()),
    "product": lambda values: float(values.prod()),
    "maximum": lambda values: float(values.max()),
    "minimum": lambda values: float(values.min()),
}


def explain_merge(run: LayerRun, index: tuple[int, ...], names: Sequence[str]) -> ValueArithmetic:
    """Explain a value of Add, Subtract, Multiply, Average, Maximum or Minimum."""
    how = _HOW[run.kind]
    values = np.array([_broadcast(one, index) for one in run.inputs])
    is_difference = run.kind == "Subtract"
    weights = np.array([1.0, -1.0]) if is_difference else np.zeros(0)
    total = _MERGE[how](values * weights if is_difference else values)
    chosen = {"maximum": np.argmax, "minimum": np.argmin}.get(how)
    return ValueArithmetic(
        how=how,
        names=tuple(names),
        values=values[:, None, None],
        weights=weights[:, None, None] if is_difference else np.zeros((0, 0, 0)),
        chosen=-1 if chosen is None else int(chosen(values)),
        total=total,
        result=total,
    )


def _broadcast(given: Array, index: tuple[int, ...]) -> float:
    """Return the value of an array that may have a length of 1 where another has more."""
    place = index[len(index) - given.ndim :]
    lengths = zip(place, given.shape, strict=True)
    return float(given[tuple(0 if length == 1 else number for number, length in lengths)])


def explain_activation(
    run: LayerRun, index: tuple[int, ...], *, is_channels_first: bool
) -> ValueArithmetic:
    """Explain a value of an activation layer."""
    value = float(run.inputs[0][index])
    place = in_order(index, is_channels_first)
    if run.kind == "Softmax" or run.settings.get("activation") == "softmax":
        axis = _axes(run.settings.get("axis", -1), len(index))
        if len(axis) != 1:
            raise NotExplained("its softmax runs over several axes")
        scores = np.moveaxis(run.inputs[0], axis[0], -1)[
            tuple(number for at, number in enumerate(index) if at != axis[0])
        ].astype(np.float64)
        found = copied(value, place, steps=softmax_steps(value, scores))
        return replace(found, scores=scores)
    alpha = run.weights.get("alpha")
    name, function = function_of(
        run.kind, run.settings, 0.0 if alpha is None else _broadcast(alpha, index)
    )
    return copied(value, place, steps=(Step("apply", name, 0.0, function(value)),))


def _axes(axis: object, dimensions: int) -> tuple[int, ...]:
    """Return axes, which Keras counts with the batch, as those of one picture."""
    axes = axis if isinstance(axis, (list, tuple)) else (axis,)
    return tuple(int(one) - 1 if int(one) > 0 else int(one) + dimensions for one in axes)


def explain_rescaling(
    run: LayerRun, index: tuple[int, ...], *, is_channels_first: bool
) -> ValueArithmetic:
    """Explain a value of Rescaling: times a scale, plus an offset."""
    value = float(run.inputs[0][index])
    scale, offset = (
        _broadcast(np.asarray(run.settings[key], np.float64), index) for key in ("scale", "offset")
    )
    steps = (
        Step("multiply", "scale", scale, value * scale),
        Step("add", "offset", offset, value * scale + offset),
    )
    return copied(value, in_order(index, is_channels_first), steps=steps)


def explain_normalisation(
    run: LayerRun, index: tuple[int, ...], *, is_channels_first: bool
) -> ValueArithmetic:
    """Explain a value of batch, layer, group or input normalisation."""
    given, settings, weights = run.inputs[0], run.settings, run.weights
    value = float(given[index])
    axes = _axes(settings.get("axis", -1), given.ndim)
    if run.kind == "Normalization":
        mean, variance = (_along(weights[key], index, axes) for key in ("mean", "variance"))
        return copied(
            value,
            in_order(index, is_channels_first),
            steps=_standardise(value, mean, max(math.sqrt(variance), 1e-7)),
        )
    if run.kind == "BatchNormalization":
        mean = _along(weights["moving_mean"], index, axes)
        variance = _along(weights["moving_variance"], index, axes)
    else:
        peers = given.astype(np.float64)[_peers(run, index, axes)]
        mean, variance = float(peers.mean()), float(peers.var())
    epsilon = float(settings.get("epsilon", 1e-3))
    steps = _standardise(value, mean, math.sqrt(variance + epsilon))
    result = steps[-1].result
    if "gamma" in weights:
        gamma = _along(weights["gamma"], index, axes)
        result *= gamma
        steps += (Step("multiply", "gamma", gamma, result),)
    if "beta" in weights:
        beta = _along(weights["beta"], index, axes)
        result += beta
        steps += (Step("add", "beta", beta, result),)
    return copied(value, in_order(index, is_channels_first), steps=steps)


def _standardise(value: float, mean: float, deviation: float) -> tuple[Step, ...]:
    return (
        Step("subtract", "mean", mean, value - mean),
        Step("divide", "standard deviation", deviation, (value - mean) / deviation),
    )


def _along(weights: Array, index: tuple[int, ...], axes: tuple[int, ...]) -> float:
    """Return the parameter that belongs to a place, of those along some axes."""
    flat = weights.reshape(-1)
    if len(flat) == 1:
        return float(flat[0])
    at = [index[axis] for axis in axes]
    return float(weights.reshape([-1] if len(at) == 1 else weights.shape[-len(at) :])[tuple(at)])


def _peers(run: LayerRun, index: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int | slice, ...]:
    """Return which values of the input share their mean and variance with the one at a place."""
    if run.kind == "LayerNormalization":
        return tuple(slice(None) if at in axes else one for at, one in enumerate(index))
    length, groups = run.inputs[0].shape[axes[0]], int(run.settings["groups"])
    groups = length if groups == -1 else groups
    first = index[axes[0]] // (length // groups) * (length // groups)
    places: list[int | slice] = [slice(None)] * len(index)
    places[axes[0]] = slice(first, first + length // groups)
    return tuple(places)
