"""Map the values of a response to grey levels or colours."""

from dataclasses import dataclass
from math import gcd, isfinite
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.colors.colormaps import DIVERGING_STEPS, POSITIVE_RGB, diverging_colors
from explorer.core.kernels.kernel import Filter

Display = Literal["clip", "abs", "offset", "stretch", "diverging"]
DISPLAYS: tuple[Display, ...] = ("clip", "abs", "offset", "stretch", "diverging")
DISPLAY_NAMES: dict[Display, str] = {
    "clip": "0 to 255",
    "abs": "absolute value",
    "offset": "mid-grey = 0",
    "stretch": "min to max",
    "diverging": "blue to orange",
}
"""For a person; the keys are what files and the command line say."""

COLOR_NOTE = "Blue to orange needs a single channel: in colour, 0 is mid-grey in each channel."

SWING = 4
"""Automatic ranges end at this multiple of the root mean square."""
WEAKEST_OFFSET = 255 / 32
"""The narrowest automatic range of "offset": rounding noise must not look like a response."""

SIGNED_SHARE = 0.25
"""A kernel is signed if at least this fraction of its absolute weights is negative."""
PICTURE_GAIN = 0.75
"""It preserves the picture if its weights sum to at least this,"""
PICTURE_SHARE = 0.055
"""and to this fraction of their absolute sum: one brush stroke gives a balanced kernel 1/19."""

# In grey values. Less than any visible step, more than float32 rounds: 255.00001 is not clipped.
_TOLERANCE = 0.01
# So many values are drawn at a time: they stay in the processor's cache, and a thread that has to
# wait its turn after each of NumPy's calls waits seldom.
_STRIP_VALUES = 131_072
# Of a level: with more of it added to a value, float32 would round by a thousandth of a level.
_LARGEST_SHIFT = 16_384.0
_LARGEST = float(np.finfo(np.float32).max)
_LARGEST_FACTOR = 1e30
# More would not be seen in a histogram.
_SAMPLE_VALUES = 65_536


@dataclass(frozen=True, eq=False)
class Shown:
    """A response made visible.

    Attributes
    ----------
    pixels : (height, width) or (height, width, 3) uint8
        Always three channels where the diverging map colours them.
    clipped_fraction : float
        0-1: the fraction of values outside the displayed range.
    low, high : float
        The responses shown as black and white (for "abs": the magnitudes), or as blue and orange in
        the diverging map, where `low` is minus `high`.
    display : str
        The display mode.
    note : str
        A remark for the user; often empty.
    """

    pixels: npt.NDArray[np.uint8]
    clipped_fraction: float
    low: float
    high: float
    display: Display
    note: str = ""


@dataclass(frozen=True, eq=False)
class Histogram:
    """The distribution of the values.

    Attributes
    ----------
    counts : (bins,) int64
        Counts of an evenly spaced sample of the values in equal bins from low to high.
    low, high : float
        The smallest and the largest value; equal where all are.
    """

    counts: npt.NDArray[np.int64]
    low: float
    high: float


def show(
    response: npt.NDArray[np.float32],
    display: Display,
    range: tuple[float, float] | None = None,
) -> Shown:
    """Map responses to 0-255, rounded to the nearest grey value, or to colours.

    Parameters
    ----------
    response : (height, width) or (height, width, 3) float32, any range
        NaN is shown as black and counts as clipped.
    display : {"clip", "abs", "offset", "stretch", "diverging"}
        The value v itself; |v|; zero at mid-grey, to either side as far as the values swing, at
        least to 8; from black at the smallest to white at the largest (all black where both are
        equal); or from blue over a neutral zero to orange, to either side as far as the values
        swing. Three channels are not coloured: zero is mid-grey in each.
    range : (float, float), optional
        The values (for "abs": the magnitudes) drawn darkest and brightest instead of those. For
        "diverging" the larger magnitude of both counts.

    Returns
    -------
    Shown
    """
    low, high = _ends(response, display, range)
    is_colored = display == "diverging" and response.ndim == 2
    top = 2 * DIVERGING_STEPS if is_colored else 255
    levels, clipped = _to_levels(response, (low, high), top, is_magnitude=display == "abs")
    pixels = cv2.applyColorMap(levels, _DIVERGING_MAP) if is_colored else levels
    note = COLOR_NOTE if display == "diverging" and not is_colored else ""
    fraction = clipped / max(response.size, 1)
    return Shown(np.asarray(pixels, np.uint8), fraction, low, high, display, note)


def histogram(
    response: npt.NDArray[np.float32], bins: int = 128, *, of_magnitudes: bool = False
) -> Histogram:
    """Count how often each size of value occurs, in a sample where there are many.

    Parameters
    ----------
    response : (height, width) or (height, width, 3) float32
    bins : int
        The number of bins.
    of_magnitudes : bool
        Count |v| instead of v, as the display "abs" draws it.

    Returns
    -------
    Histogram
        `low` and `high` are those of all values, sampled or not (of |v|: 0 where some are negative
        and some positive); NaN is left out.
    """
    low, high = _extremes(response)
    values = _sample(response)
    if of_magnitudes:
        low, high = _magnitudes(low, high)
        values = np.abs(values)
    with np.errstate(all="ignore"):
        places = (values - np.float32(low)) / max(np.float32(high - low), _SMALLEST)
        places = places[np.isfinite(places)] * np.float32(bins)
        numbers = np.clip(places, 0, bins - 1).astype(np.intp)
    return Histogram(np.bincount(numbers, minlength=bins).astype(np.int64), low, high)


def automatic_display(filter: Filter) -> Display:
    """Choose the display of a filter: "offset" for signed responses, else "clip".

    A response is signed where at least a quarter of the absolute weights is negative, unless
    uniform areas keep about their brightness: then the picture itself is preserved, sharpened or
    embossed.
    """
    if len(filter.kernels) > 1:
        return "clip"  # a length is never negative
    (kernel,) = filter.kernels
    whole, total = kernel.absolute_total, kernel.total
    is_signed = (whole - total) / 2 >= SIGNED_SHARE * whole > 0
    has_picture = total >= max(PICTURE_GAIN, PICTURE_SHARE * whole)
    return "offset" if is_signed and not has_picture else "clip"


# OpenCV takes 256 colours, one after the other, whatever their order of channels; one is spare.
_DIVERGING_MAP = np.concatenate([diverging_colors(), [POSITIVE_RGB]]).astype(np.uint8)[:, None]
_SMALLEST = np.finfo(np.float32).smallest_subnormal


def _ends(
    response: npt.NDArray[np.float32], display: Display, range: tuple[float, float] | None
) -> tuple[float, float]:
    """Return the values shown as black and white."""
    if range is not None:
        # Beyond, float32 has no values: two ends there would lie infinitely far apart.
        range = (max(min(range[0], _LARGEST), -_LARGEST), max(min(range[1], _LARGEST), -_LARGEST))
    if display == "diverging":
        _, largest = _magnitudes(*(range or _extremes(response)))
        if range is None:
            largest = min(largest, _swing(response))
        largest = largest or 1.0  # all is zero, hence neutral
        return -largest, largest
    if range is not None:
        return min(range), max(range)
    if display == "stretch":
        return _extremes(response)
    if display == "offset":
        half = max(min(_largest(response), _swing(response)), WEAKEST_OFFSET)
        return -half, half
    return 0.0, 255.0


def _swing(response: npt.NDArray[np.float32]) -> float:
    """Return the automatic range about zero: four times the root mean square.

    The maximum would be misleading: the response at the border, against the zero padding, may be
    ten times that of the interior, which would then be nearly neutral.
    """
    square = cv2.norm(response.reshape(-1), cv2.NORM_L2SQR) if response.size else 0.0
    if not isfinite(square):
        values = response[np.isfinite(response)].astype(np.float64)
        square = float(np.square(values).sum())
    return float(SWING * np.sqrt(square / max(response.size, 1)))


def _largest(response: npt.NDArray[np.float32]) -> float:
    """Return the largest magnitude; faster than both extremes."""
    largest = cv2.norm(response.reshape(-1), cv2.NORM_INF) if response.size else 0.0
    return float(largest) if isfinite(largest) else _magnitudes(*_extremes(response))[1]


def _extremes(values: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Return the smallest and the largest number; zeros where there is none."""
    if values.size == 0:
        return 0.0, 0.0
    # Strip by strip: memory, not the processor, is what a large response waits for.
    flat = values.reshape(-1)
    strips = [flat[at : at + _STRIP_VALUES] for at in range(0, flat.size, _STRIP_VALUES)]
    ends = np.array([(strip.min(), strip.max()) for strip in strips])
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    if not (isfinite(low) and isfinite(high)):
        finite = values[np.isfinite(values)]
        return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    return low, high


def _magnitudes(low: float, high: float) -> tuple[float, float]:
    """Return the smallest and the largest magnitude between two values."""
    return max(low, -high, 0.0), max(abs(low), abs(high))


def _to_levels(
    response: npt.NDArray[np.float32], ends: tuple[float, float], top: int, *, is_magnitude: bool
) -> tuple[npt.NDArray[np.uint8], int]:
    """Draw the values from one end to the other as 0 to `top`; count those beyond."""
    low, high = ends
    factor = top / max(high - low, float(_SMALLEST))
    shift = -low * factor
    # Float32 would lose what lies between two ends that are far from zero, or nearly one.
    is_narrow = abs(shift) > _LARGEST_SHIFT or factor > _LARGEST_FACTOR
    values = np.ascontiguousarray(response, np.float32).reshape(-1)
    drawn = np.empty(values.size, np.uint8)
    scratch = np.empty(min(_STRIP_VALUES, values.size), np.float32)
    clipped = 0
    with np.errstate(all="ignore"):
        for start in range(0, values.size, _STRIP_VALUES):
            strip = values[start : start + _STRIP_VALUES]
            place = scratch[: strip.size]
            if is_magnitude:
                strip = np.abs(strip, out=place)
            if is_narrow:
                place[...] = (strip.astype(np.float64) - low) * factor
                strip, beyond = _clip(place, (0.0, float(top)), _TOLERANCE, out=place)
            else:
                strip, beyond = _clip(strip, ends, _TOLERANCE / factor, out=place)
            clipped += beyond
            alpha, beta = (1.0, 0.0) if is_narrow else (factor, shift)
            # Nothing is negative any more; only OpenCV's quick scaling and rounding matter.
            cv2.convertScaleAbs(
                strip, dst=drawn[start : start + strip.size], alpha=alpha, beta=beta
            )
    return drawn.reshape(response.shape), clipped


def _clip(
    values: npt.NDArray[np.float32],
    ends: tuple[float, float],
    tolerance: float,
    *,
    out: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float32], int]:
    """Clip values to a range, NaN to its lower end; count those clearly outside.

    Most often nothing is beyond: then they are returned as they are.
    """
    low, high = ends
    smallest, largest = values.min(), values.max()
    if low - tolerance <= smallest and largest <= high + tolerance:
        return values, 0
    beyond = 0
    strange = np.isnan(values) if np.isnan(smallest) else None
    if strange is not None or smallest < low:
        beyond += int(np.count_nonzero(values < np.float32(low - tolerance)))
    if strange is not None or largest > high:
        beyond += int(np.count_nonzero(values > np.float32(high + tolerance)))
    np.clip(values, np.float32(low), np.float32(high), out=out)
    if strange is not None:
        beyond += int(np.count_nonzero(strange))
        out[strange] = low
    return out, beyond


def _sample(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return every n-th value, with a step that covers all columns and channels in turn."""
    if values.size == 0:
        return np.zeros(0, np.float32)
    width = values[0].size
    step = -(-values.size // _SAMPLE_VALUES)
    while step > 1 and gcd(step, width) > 1:
        step += 1
    return values.reshape(-1)[::step]
