"""Draw a map over the photo that it explains."""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from explorer.core.filters.display import show
from explorer.core.images.read import Picture
from explorer.core.layers.feature_grid import color_map
from explorer.core.models.explanations import Values
from explorer.core.models.preparation import Preparation

Colors = Literal["diverging", "viridis"]


def place_on_photo(values: Values, preparation: Preparation, shape: tuple[int, int]) -> Values:
    """Return a map as it lies over a photo, interpolated linearly.

    Parameters
    ----------
    values : (height, width) float32
        A map of the model's input, at any resolution.
    preparation : Preparation
        How the photo became that input.
    shape : (int, int)
        Rows and columns of the photo.

    Returns
    -------
    (rows, columns) float32
        NaN where the model does not see the photo.
    """
    placed = values.astype(np.float64)
    for axis, (length, size) in enumerate(zip(shape, preparation.size, strict=True)):
        scale, offset = _scale_and_offset(preparation, shape, axis)
        at_input = (np.arange(length) + 0.5) * scale + offset  # in pixels of the input
        inside = (at_input >= 0) & (at_input <= size)
        placed = _interpolate(placed, at_input * values.shape[axis] / size - 0.5, axis)
        outside = np.flatnonzero(~inside)
        placed[(slice(None),) * axis + (outside,)] = np.nan
    return placed.astype(np.float32)


def _scale_and_offset(
    preparation: Preparation, shape: tuple[int, int], axis: int
) -> tuple[float, float]:
    """Return where the photo's edge lies on the input, and how much the photo is scaled."""
    size = preparation.size
    if preparation.resize == "stretch":
        return size[axis] / shape[axis], 0.0
    choose = max if preparation.resize == "crop" else min
    factor = choose(size[0] / shape[0], size[1] / shape[1])
    inner = max(1, round(shape[axis] * factor))
    # As `Preparation.fit` rounds: the middle is kept, or black added around it.
    offset = (size[axis] - inner) // 2 if inner <= size[axis] else -((inner - size[axis]) // 2)
    return inner / shape[axis], float(offset)


def _interpolate(
    values: npt.NDArray[np.float64], places: npt.NDArray[np.float64], axis: int
) -> npt.NDArray[np.float64]:
    """Interpolate between the values along an axis; before the first and after the last is that."""
    last = values.shape[axis] - 1
    places = np.clip(places, 0, last)
    before = np.floor(places).astype(int)
    share = np.expand_dims(places - before, 1 - axis)
    after = np.minimum(before + 1, last)
    return np.asarray(
        values.take(before, axis) * (1 - share) + values.take(after, axis) * share, np.float64
    )


def limit_of(*maps: npt.NDArray[np.floating[Any]]) -> float:
    """Return the greatest magnitude in maps that are to share one scale; 0 where there is none."""
    return max((float(np.nanmax(np.abs(values), initial=0)) for values in maps), default=0.0)


def draw_over(
    photo: Picture,
    placed: Values,
    *,
    limit: float,
    opacity: float = 0.6,
    colors: Colors = "diverging",
) -> Picture:
    """Draw a map over a photo, which turns grey beneath it.

    Parameters
    ----------
    photo : (rows, columns, 3) uint8
    placed : (rows, columns) float32
        As `place_on_photo` returns it; where it is NaN, the photo stays as it is.
    limit : float
        The value that gets the last colour; where it is 0, there is nothing to draw.
    opacity : float
        0 to 1.
    colors : {"diverging", "viridis"}
        Blue over neutral to orange, to either side of 0; or from dark to light, from 0 on.

    Returns
    -------
    (rows, columns, 3) uint8
    """
    seen = np.isfinite(placed)
    values = np.where(seen, placed, 0).astype(np.float32)
    if not (limit > 0 and opacity > 0):
        return photo
    if colors == "diverging":
        colored = show(values, "diverging", (-limit, limit)).pixels
    else:
        colored = color_map(values, 0.0, limit)
    grey = np.repeat(photo.mean(axis=2, keepdims=True), 3, axis=2)
    blended = grey * (1 - opacity) + colored * opacity
    drawn = np.where(seen[..., None], blended, photo)
    return np.rint(drawn).astype(np.uint8)
