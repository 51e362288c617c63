"""Layers that give values on as they are: which value of the input stands here."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from explorer.core.layers.arithmetic import Step, ValueArithmetic
from explorer.ml.inspection.activations import NotExplained
from explorer.ml.inspection.sums import maps_of, space
from explorer.ml.models.layer_run import LayerRun

NOTHING_IN_USE = "Nothing is changed here: this layer does its work in training alone."


def copied(
    value: float,
    place: Sequence[int],
    *,
    name: str = "",
    note: str = "",
    steps: tuple[Step, ...] = (),
) -> ValueArithmetic:
    """Return the arithmetic of a value that stands in the input at a place, and what follows.

    Parameters
    ----------
    value : float
    place : sequence of int
        (row, column, channel), (row, channel) or (number,), from 0.
    """
    *space_of, channel = place
    rows = (space_of[0],) if len(space_of) == 2 else (0,) if space_of else ()
    columns = (space_of[-1],) if space_of else ()
    return ValueArithmetic(
        how="copy",
        names=(name or f"{'channel' if space_of else 'input'} {channel + 1}",),
        values=np.full((1, 1, 1), value),
        input_rows=rows,
        input_columns=columns,
        total=value,
        steps=steps,
        result=steps[-1].result if steps else value,
        note=note,
    )


def explain_same_place(
    run: LayerRun, index: tuple[int, ...], *, is_channels_first: bool, note: str = ""
) -> ValueArithmetic:
    """Explain a value that stands at the same place of the input."""
    return copied(float(run.inputs[0][index]), in_order(index, is_channels_first), note=note)


def in_order(index: tuple[int, ...], is_channels_first: bool) -> tuple[int, ...]:
    """Return a place with the channel last, whatever the framework's order is."""
    return (*index[1:], index[0]) if is_channels_first else index


def explain_reordered(
    run: LayerRun, index: tuple[int, ...], *, is_channels_first: bool
) -> ValueArithmetic:
    """Explain a value of Flatten, Reshape or Permute."""
    given = run.inputs[0]
    if run.kind == "Permute":
        order = [axis - 1 for axis in run.settings["dims"]]
        place = [0] * given.ndim
        for axis, number in zip(order, index, strict=True):
            place[axis] = number
        found = tuple(place)
    else:
        is_moved = run.kind == "Flatten" and run.settings.get("data_format") == "channels_first"
        given = np.moveaxis(given, 0, -1) if is_moved and given.ndim > 1 else given
        number = int(np.ravel_multi_index(index, run.output.shape))
        found = tuple(int(one) for one in np.unravel_index(number, given.shape))
        is_channels_first = is_channels_first and not is_moved
    return copied(float(given[found]), in_order(found, is_channels_first and len(found) == 3))


def explain_shifted(run: LayerRun, row: int, column: int, channel: int) -> ValueArithmetic:
    """Explain a value of zero padding, cropping or upsampling without interpolation."""
    given = maps_of(run.inputs[0], run.settings)
    axes = run.inputs[0].ndim - 1
    if run.kind.startswith("UpSampling"):
        if run.settings.get("interpolation", "nearest") != "nearest":
            raise NotExplained(f"it interpolates ({run.settings['interpolation']})")
        factors = space(run.settings, "size", axes)
        place = row // factors[0], column // factors[1]
    else:
        key = "cropping" if run.kind.startswith("Cropping") else "padding"
        top, left = _before(run.settings[key], axes)
        sign = 1 if key == "cropping" else -1
        place = row + sign * top, column + sign * left
    if all(0 <= at < length for at, length in zip(place, given.shape, strict=False)):
        return copied(float(given[(*place, channel)]), (*place, channel))
    return ValueArithmetic(
        how="copy",
        names=("padding",),
        values=np.zeros((1, 1, 1)),
        inside=np.zeros((1, 1), bool),
        input_rows=(place[0],),
        input_columns=(place[1],),
        note="This value is padding: it is 0 for every picture.",
    )


def _before(setting: Any, axes: int) -> tuple[int, int]:
    """Return how many rows and columns a padding or cropping has before the maps."""
    if isinstance(setting, int):
        return (0, setting) if axes == 1 else (setting, setting)
    if axes == 1:
        return 0, int(setting[0])
    rows, columns = setting
    return (
        int(rows if isinstance(rows, int) else rows[0]),
        int(columns if isinstance(columns, int) else columns[0]),
    )


def explain_concatenation(
    run: LayerRun, index: tuple[int, ...], names: Sequence[str], *, is_channels_first: bool
) -> ValueArithmetic:
    """Explain a value of Concatenate: which array it comes from, and where it stands in there."""
    axis = int(run.settings.get("axis", -1))
    axis = axis - 1 if axis > 0 else axis + len(index)  # the batch is the first axis in Keras
    number = index[axis]
    for name, given in zip(names, run.inputs, strict=True):
        if number < given.shape[axis]:
            found = (*index[:axis], number, *index[axis + 1 :])
            place = in_order(found, is_channels_first)
            return copied(
                float(given[found]), place, name=f"{name}, channel {place[-1] + 1}" if name else ""
            )
        number -= given.shape[axis]
    raise NotExplained(f"its {len(run.inputs)} inputs have fewer than {math.prod(index)} values")
