"""The one rule by which values of more than 8 bits become 8 bits, in every format.

Black is 0. White is the first of these that holds the values: 1, 255, and for whole numbers without
a sign 4095 (a camera of 12 bits writes so into 16), 65535 and the largest of wider types. A white
holds the values if

- none is larger, and the largest is not so small, below a sixteenth, that all would look black;
- or, for numbers with a sign or a fraction, if all but strays keep so near to 0 and it as after
  resampling or sharpening: none is larger by more than a quarter, none is below 0 by more than a
  quarter of the largest. Strays are at most one value in a hundred.

Where none does, as for heights or temperatures, the lowest value becomes black and the highest
white. There, strays are values that lie further from the middle 99 % than these are apart.

PNG and PGM files state their white, and so does a TIFF file by a number of bits other than 16, 32
or 64. NaN, and what a file declares as missing, becomes black, infinity white. The rule serves
display, classification and training alike.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.number]
Mask = npt.NDArray[np.bool_]

_VALUES_AT_ONCE = 1 << 20
_SAMPLE = 1_000_000

_STRAYS = 0.01
_OVERSHOOT = 0.25
_CONTAINERS = (8, 16, 32, 64)


def scale_values(
    values: Values, *, bits: int | None = None, missing: Mask | None = None
) -> tuple[npt.NDArray[np.uint8], str]:
    """Scale numbers of any range to 0-255, as the module's rule says.

    Parameters
    ----------
    values : (height, width) or (height, width, channels), any type of real number
    bits : int, optional
        How many bits each value was stored with, where that is known.
    missing : bool, shaped as `values`, optional
        Where there are no values; shown black.

    Returns
    -------
    pixels : uint8, shaped as `values`
    note : str
        The range of the values, and which are displayed as black and white.
    """
    bits = bits or values.dtype.itemsize * 8
    low, high = _extremes(values, missing)
    black, white = _black_and_white(values, missing, bits, low, high)
    pixels = scale_between(values, black, white)
    if missing is not None:
        pixels[missing] = 0
    is_full = values.dtype.kind == "u" and white == 2**bits - 1
    what = f"{bits}-bit values" if is_full else f"values {_number(low)} to {_number(high)}"
    return pixels, f"{what}, displayed with black = {_number(black)}, white = {_number(white)}"


def scale_between(values: Values, black: float, white: float) -> npt.NDArray[np.uint8]:
    """Scale numbers linearly, the one to 0 and the other to 255; what lies outside is clipped."""
    pixels = np.empty(values.shape, np.uint8)
    factor = 255 / ((white - black) or 1.0)
    with np.errstate(all="ignore"):
        for place in _strips(values):
            scaled = np.rint((values[place].astype(np.float64) - black) * factor)
            pixels[place] = np.clip(np.nan_to_num(scaled, nan=0.0), 0, 255)
    return pixels


def _black_and_white(
    values: Values, missing: Mask | None, bits: int, low: float, high: float
) -> tuple[float, float]:
    is_unsigned = values.dtype.kind == "u"
    if is_unsigned and bits not in _CONTAINERS:
        return 0.0, float(2**bits - 1)
    wider = [float(2**depth - 1) for depth in (12, 16, 32, 64) if depth <= bits]
    whites = [1.0, 255.0, *(wider if is_unsigned else ())]
    sample = None if is_unsigned or (low >= 0 and high <= 1) else _sample(values, missing)
    largest = 0.0 if sample is None else float(np.quantile(sample, 1 - _STRAYS))
    for white in whites:
        if white > 1 and high < white / 16:
            continue
        if low >= 0 and high <= white:
            return 0.0, white
        if sample is None:
            continue
        is_far = (sample < -_OVERSHOOT * min(white, largest)) | (sample > (1 + _OVERSHOOT) * white)
        if is_far.mean() <= _STRAYS:
            return 0.0, white
    if sample is None:
        return low, high
    bottom, top = (float(edge) for edge in np.quantile(sample, [0.005, 0.995]))
    span = top - bottom
    return (
        low if low >= bottom - span else bottom,
        high if high <= top + span else top,
    )


def _sample(values: Values, missing: Mask | None) -> npt.NDArray[np.float64] | None:
    """Return the finite values, or evenly spread ones of a large picture; None if there are none.

    They are taken at a step that is odd, not to fall in step with a pattern of two or four.
    """
    step = int((values.shape[0] * values.shape[1] / _SAMPLE) ** 0.5) | 1
    with np.errstate(invalid="ignore"):  # as by a signalling NaN
        part = values[::step, ::step].astype(np.float64)
    keep = np.isfinite(part)
    if missing is not None:
        keep &= ~missing[::step, ::step]
    return part[keep] if keep.any() else None


def _extremes(values: Values, missing: Mask | None) -> tuple[float, float]:
    """Return the lowest and the highest finite value; 0 and 0 if there are none."""
    low, high = np.inf, -np.inf
    for place in _strips(values):
        part = values[place]
        keep = np.isfinite(part)
        if missing is not None:
            keep &= ~missing[place]
        if keep.any():
            part = part if keep.all() else part[keep]
            low, high = min(low, float(part.min())), max(high, float(part.max()))
    return (low, high) if low <= high else (0.0, 0.0)


def _strips(values: npt.NDArray[Any]) -> Iterator[tuple[slice, slice]]:
    """Yield where the parts of a picture lie: float64 copies of all of it take much memory."""
    height, width = values.shape[:2]
    across = max(1, values.size // max(height, 1))
    rows = max(1, _VALUES_AT_ONCE // across)
    columns = max(1, _VALUES_AT_ONCE * width // across)
    for top in range(0, height, rows):
        for left in range(0, width, columns):
            yield slice(top, top + rows), slice(left, left + columns)


def _number(value: float) -> str:
    return f"{value:.0f}" if value.is_integer() and abs(value) < 2**53 else f"{value:.4g}"
