"""Convolutions and dense layers: sums of values times weights."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.layers.arithmetic import MOST_PARTS, Reals, Step, ValueArithmetic
from explorer.ml.inspection.activations import activate
from explorer.ml.models.layer_run import LayerRun

Places = npt.NDArray[np.int64]


def start_of_window(
    padding: Any, axis: int, given: int, returned: int, *, size: int, stride: int, dilation: int
) -> int:
    """Return how far the first window reaches into the padding before an axis of space."""
    extent = (size - 1) * dilation + 1
    if not isinstance(padding, str):
        return int(padding[axis][0])
    if padding == "causal":
        return extent - 1
    if padding == "same":
        return max((returned - 1) * stride + extent - given, 0) // 2
    return 0


def space(settings: Mapping[str, Any], key: str, axes: int) -> tuple[int, ...]:
    """Return a setting for each axis of space; those of one dimension have one row."""
    value = settings.get(key) or 1
    numbers = tuple(map(int, value)) if isinstance(value, Sequence) else (int(value),) * axes
    return (1, *numbers) if axes == 1 else numbers


def padding_of(settings: Mapping[str, Any], axes: int) -> Any:
    """Return the padding, of one dimension with one row that has none."""
    padding = settings.get("padding", "valid")
    return padding if isinstance(padding, str) or axes == 2 else ((0, 0), *padding)


def maps_of(array: npt.NDArray[Any], settings: Mapping[str, Any]) -> Reals:
    """Return maps as (height, width, channels) float64; those of one dimension are one row."""
    if settings.get("data_format") == "channels_first":
        array = np.moveaxis(array, 0, -1)
    return (array[None] if array.ndim == 2 else array).astype(np.float64)


def explain_convolution(run: LayerRun, row: int, column: int, channel: int) -> ValueArithmetic:
    """Explain a value of a convolution: plain, grouped, depthwise or separable, 1-D or 2-D."""
    axes = run.inputs[0].ndim - 1
    given, returned = (maps_of(one, run.settings) for one in (run.inputs[0], run.output))
    kernel = _kernel_of(run, axes)
    size = kernel.shape[:2]
    padding = padding_of(run.settings, axes)
    if axes == 1 and isinstance(padding, str):  # of the one row there is nothing to pad
        padding_row: Any = "valid"
    else:
        padding_row = padding
    strides, dilation = (space(run.settings, key, axes) for key in ("strides", "dilation_rate"))
    places = []
    for axis, (place, how) in enumerate(zip((row, column), (padding_row, padding), strict=True)):
        first = place * strides[axis] - start_of_window(
            how,
            axis,
            given.shape[axis],
            returned.shape[axis],
            size=size[axis],
            stride=strides[axis],
            dilation=dilation[axis],
        )
        places.append(first + dilation[axis] * np.arange(size[axis], dtype=np.int64))
    window, inside = _window(given, places[0], places[1])
    return _weigh(run, window, kernel, channel, inside, places)


def _kernel_of(run: LayerRun, axes: int) -> Reals:
    name = "depthwise_kernel" if run.kind.startswith("Separable") else "kernel"
    kernel = run.weights[name].astype(np.float64)
    return kernel[None] if axes == 1 else kernel


def _window(given: Reals, rows: Places, columns: Places) -> tuple[Reals, npt.NDArray[np.bool_]]:
    """Return the values at these places, all channels, zero outside; and which lie inside."""
    height, width = given.shape[:2]
    inside = np.outer((rows >= 0) & (rows < height), (columns >= 0) & (columns < width))
    window = given[np.ix_(rows.clip(0, height - 1), columns.clip(0, width - 1))].copy()
    window[~inside] = 0.0
    return window, inside


def _weigh(
    run: LayerRun,
    window: Reals,
    kernel: Reals,
    channel: int,
    inside: npt.NDArray[np.bool_],
    places: Sequence[Places],
) -> ValueArithmetic:
    """Multiply a window, (rows, columns, channels), by what leads to one output channel."""
    factors = np.zeros(0)
    if run.kind.startswith("Depthwise"):
        multiplier = kernel.shape[3]
        source = channel // multiplier
        channels = np.array([source])
        weights = kernel[:, :, source : source + 1, channel % multiplier]
    elif run.kind.startswith("Separable"):
        multiplier = kernel.shape[3]
        channels = np.repeat(np.arange(kernel.shape[2]), multiplier)
        weights = kernel.reshape(*kernel.shape[:2], -1)
        pointwise = run.weights["pointwise_kernel"].astype(np.float64)
        factors = pointwise.reshape(-1, pointwise.shape[-1])[:, channel]
    else:
        groups = window.shape[2] // kernel.shape[2]
        first = channel // (kernel.shape[3] // groups) * kernel.shape[2]
        channels = np.arange(first, first + kernel.shape[2])
        weights = kernel[:, :, :, channel]
    found = ValueArithmetic(
        how="sum",
        names=tuple(f"channel {number + 1}" for number in channels.tolist()),
        values=np.moveaxis(window[:, :, channels], 2, 0),
        weights=np.moveaxis(weights, 2, 0),
        factors=factors,
        inside=inside,
        input_rows=tuple(places[0].tolist()),
        input_columns=tuple(places[1].tolist()),
    )
    return _finish(run, found, channel, lambda: _all_scores(run, window, kernel))


def _all_scores(run: LayerRun, window: Reals, kernel: Reals) -> Reals:
    """Return the scores of every channel at one place, for a softmax over the channels."""
    if run.kind.startswith("Depthwise"):
        scores = np.einsum("hwc,hwcm->cm", window, kernel).ravel()
    elif run.kind.startswith("Separable"):
        pointwise = run.weights["pointwise_kernel"].astype(np.float64)
        scores = np.einsum("hwc,hwcm->cm", window, kernel).ravel() @ pointwise.reshape(
            -1, pointwise.shape[-1]
        )
    else:
        groups = window.shape[2] // kernel.shape[2]
        parts = zip(np.split(window, groups, 2), np.split(kernel, groups, 3), strict=True)
        scores = np.concatenate([np.tensordot(part, one, 3) for part, one in parts])
    return _with_bias(run, scores)


def _with_bias(run: LayerRun, scores: Reals) -> Reals:
    bias = run.weights.get("bias")
    return scores if bias is None else np.add(scores, bias.astype(np.float64))


def explain_transposed(run: LayerRun, row: int, column: int, channel: int) -> ValueArithmetic:
    """Explain a value of a transposed convolution: which inputs reach it, through which weights."""
    axes = run.inputs[0].ndim - 1
    given, returned = (maps_of(one, run.settings) for one in (run.inputs[0], run.output))
    kernel = run.weights["kernel"].astype(np.float64)  # (height, width, filters, inputs)
    kernel = kernel[None] if axes == 1 else kernel
    strides, dilation = (space(run.settings, key, axes) for key in ("strides", "dilation_rate"))
    padding = padding_of(run.settings, axes)
    places, taps = [], []
    for axis, place in enumerate((row, column)):
        before = start_of_window(  # of the convolution that this one is the transpose of
            padding,
            axis,
            returned.shape[axis],
            given.shape[axis],
            size=kernel.shape[axis],
            stride=strides[axis],
            dilation=dilation[axis],
        )
        tap = np.arange(kernel.shape[axis], dtype=np.int64)
        source, left = np.divmod(place + before - tap * dilation[axis], strides[axis])
        reaches = (left == 0) & (source >= 0) & (source < given.shape[axis])
        places.append(source[reaches])
        taps.append(tap[reaches])
    window, _ = _window(given, places[0], places[1])
    weights = kernel[np.ix_(taps[0], taps[1])]
    found = ValueArithmetic(
        how="sum",
        names=tuple(f"channel {number + 1}" for number in range(given.shape[2])),
        values=np.moveaxis(window, 2, 0),
        weights=np.moveaxis(weights[:, :, channel], 2, 0),
        input_rows=tuple(places[0].tolist()),
        input_columns=tuple(places[1].tolist()),
    )

    def scores() -> Reals:
        return _with_bias(run, np.einsum("hwi,hwfi->f", window, weights))

    return _finish(run, found, channel, scores)


def explain_dense(run: LayerRun, index: tuple[int, ...]) -> ValueArithmetic:
    """Explain a value of a dense layer, of a vector or at one place of maps."""
    *place, unit = index
    values = run.inputs[0][tuple(place)].astype(np.float64)
    kernel = run.weights["kernel"]
    found = ValueArithmetic(
        how="sum",
        names=tuple(f"input {number + 1}" for number in range(len(values))),
        values=values[:, None, None],
        weights=kernel[:, unit].astype(np.float64)[:, None, None],
    )

    def scores() -> Reals:
        return _with_bias(run, values @ kernel.astype(np.float64))

    return _finish(run, found, unit, scores)


def _finish(run: LayerRun, found: ValueArithmetic, channel: int, scores: Any) -> ValueArithmetic:
    """Add the parts up, then bias and activation; keep the parts that contribute most."""
    sums = found.sums
    total = float(sums.sum())
    steps: tuple[Step, ...] = ()
    score = total
    if "bias" in run.weights:
        bias = float(run.weights["bias"].ravel()[channel])
        score = total + bias
        steps = (Step("add", "bias", bias, score),)
    activation = run.settings.get("activation")
    steps += activate(activation, score, scores)
    found = replace(
        found,
        total=total,
        steps=steps,
        scores=scores() if activation == "softmax" else np.zeros(0),
        result=steps[-1].result if steps else total,
    )
    if len(sums) <= MOST_PARTS:
        return found
    kept = np.sort(np.argsort(-np.abs(sums), kind="stable")[:MOST_PARTS])
    return replace(
        found,
        names=tuple(found.names[part] for part in kept.tolist()),
        values=found.values[kept],
        weights=found.weights[kept],
        factors=found.factors[kept] if found.factors.size else found.factors,
        rest=float(np.delete(sums, kept).sum()),
        rest_count=len(sums) - len(kept),
    )
