"""Pooling: the largest value or the mean of a window, or of whole maps."""

import numpy as np

from explorer.core.layers.arithmetic import ValueArithmetic
from explorer.ml.inspection.sums import maps_of, padding_of, space, start_of_window
from explorer.ml.models.layer_run import LayerRun


def explain_pooling(run: LayerRun, row: int, column: int, channel: int) -> ValueArithmetic:
    """Explain a value of max or average pooling, 1-D or 2-D; padding takes no part in it."""
    axes = run.inputs[0].ndim - 1
    given, returned = (maps_of(one, run.settings) for one in (run.inputs[0], run.output))
    size = space(run.settings, "pool_size", axes)
    strides = space(run.settings, "strides", axes) if run.settings.get("strides") else size
    padding = padding_of(run.settings, axes)
    places = []
    for axis, place in enumerate((row, column)):
        first = place * strides[axis] - start_of_window(
            "valid" if axes == 1 and axis == 0 else padding,
            axis,
            given.shape[axis],
            returned.shape[axis],
            size=size[axis],
            stride=strides[axis],
            dilation=1,
        )
        places.append(slice(max(first, 0), min(first + size[axis], given.shape[axis])))
    counted = size[0] * size[1] if run.settings.get("count_include_pad") else 0
    return _pooled(run, given, (places[0], places[1]), channel, counted)


def explain_global_pooling(run: LayerRun, channel: int) -> ValueArithmetic:
    """Explain the largest value or the mean of a whole map."""
    given = maps_of(run.inputs[0], run.settings)
    whole = slice(0, given.shape[0]), slice(0, given.shape[1])
    return _pooled(run, given, whole, channel, 0)


def _pooled(
    run: LayerRun,
    given: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    places: tuple[slice, slice],
    channel: int,
    counted: int,
) -> ValueArithmetic:
    window = given[places[0], places[1], channel]
    is_mean = "Average" in run.kind
    chosen = -1 if is_mean else int(np.argmax(window))
    total = window.sum() / (counted or window.size) if is_mean else window.ravel()[chosen]
    rows, columns = (tuple(range(one.start, one.stop)) for one in places)
    return ValueArithmetic(
        how="mean" if is_mean else "maximum",
        names=(f"channel {channel + 1}",),
        values=window[None],
        input_rows=rows,
        input_columns=columns,
        chosen=chosen,
        total=float(total),
        result=float(total),
    )
