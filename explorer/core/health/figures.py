"""What is measured of each picture: brightness, contrast, sharpness, shape.

The definitions are those of cleanvision. They are met to the last digits on small pictures; of
larger ones, every n-th pixel of every n-th row is looked at: brightness, entropy and colour need no
more, and 12 megapixels take hardly longer than one.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

_SAMPLED_EDGE = 96
"""At least so many pixels along the longer side are looked at, and fewer than twice as many."""

_OUTLINE_EDGE = 512
"""As `_SAMPLED_EDGE`, for what depends on neighbouring pixels."""

_SHARPNESS_EDGE = 64
"""Pictures of any size are compared at this one: whether a picture is sharp is a question of how
it looks, not of how many pixels it was enlarged to."""

_LUMA = np.array([[0.241, 0.691, 0.068]], np.float32)
"""How much the squares of red, green and blue contribute to that of perceived brightness."""

_SQUARES = np.square(np.arange(256, dtype=np.float32))
_BINS_PER_LEVEL = 16
_EDGES = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], np.float32)
_LEAST_SPREAD = 0.18
_LARGEST_DIFFERENCE_OF_GREY = 2


@dataclass(frozen=True)
class PictureFigures:
    """The figures of one picture.

    Attributes
    ----------
    width, height : int
        In pixels.
    brightness : float
        The perceived brightness of the mean colour, 0 to 1.
    brightness_5, brightness_99 : float
        Percentiles of the perceived brightness of the pixels, 0 to 1. Dark is a picture of which
        even the brightest parts are dark; light, one of which even the darkest are not.
    entropy : float
        Of the values of all three channels together, in bits, 0 to 9.6; of a grey picture, of one.
    sharpness : float
        0 to 1: from the standard deviation of the edges at a size of 64 pixels; more where few
        grey levels are used, as in drawings, which have few edges and are not blurred.
    aspect_ratio : float
        The shorter side divided by the longer one, above 0 to 1.
    is_grey : bool
        Whether red, green and blue are equal, however the file stores them.
    """

    width: int
    height: int
    brightness: float
    brightness_5: float
    brightness_99: float
    entropy: float
    sharpness: float
    aspect_ratio: float
    is_grey: bool


def measure_picture(
    picture: npt.NDArray[np.uint8], grey: npt.NDArray[np.uint8] | None = None
) -> PictureFigures:
    """Measure a picture.

    Parameters
    ----------
    picture : (height, width, 3) uint8
        RGB, at least one pixel. Where it was decoded at a smaller size, `width` and `height` are
        those of the array.
    grey : (h, w) uint8, optional
        What `make_grey` makes of it, where that is there already.
    """
    height, width = picture.shape[:2]
    sampled = thin_out(picture, _SAMPLED_EDGE)
    percentiles = _find_percentiles(sampled, (0.05, 0.99))
    is_grey = _is_grey(sampled)
    mean = np.array(cv2.mean(sampled)[:3], np.float64)
    return PictureFigures(
        width=width,
        height=height,
        brightness=float(np.sqrt(_LUMA[0] @ mean**2) / 255),
        brightness_5=percentiles[0],
        brightness_99=percentiles[1],
        entropy=_measure_entropy(sampled, channels=1 if is_grey else 3),
        sharpness=_measure_sharpness(picture, make_grey(picture) if grey is None else grey),
        aspect_ratio=min(width, height) / max(width, height),
        is_grey=is_grey,
    )


def thin_out(picture: npt.NDArray[np.uint8], edge: int) -> npt.NDArray[np.uint8]:
    """Return every n-th pixel of every n-th row: `edge` or more along the longer side.

    Parameters
    ----------
    picture : (height, width, 3) uint8
    """
    height, width = picture.shape[:2]
    step = max(height, width) // edge
    if step < 2:
        return picture
    size = (max(width // step, 1), max(height // step, 1))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def make_grey(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return a picture in grey, reduced to fewer than 256 pixels a side: (h, w) uint8.

    Parameters
    ----------
    picture : (height, width, 3) uint8
    """
    grey = cv2.cvtColor(thin_out(picture, _OUTLINE_EDGE), cv2.COLOR_RGB2GRAY)
    while max(grey.shape) >= _OUTLINE_EDGE // 2:
        # Exact halves are much faster than the same reduction at once.
        height, width = (max(length // 2, 1) for length in grey.shape)
        whole = grey[: 2 * height, : 2 * width]
        grey = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)


def _find_percentiles(
    picture: npt.NDArray[np.uint8], fractions: tuple[float, ...]
) -> tuple[float, ...]:
    """Return percentiles of the brightness of the pixels, 0 to 1, to 1/16 of a grey level."""
    squares = cv2.transform(cv2.LUT(picture, _SQUARES), _LUMA)
    brightness = cv2.sqrt(squares)
    bins = 255 * _BINS_PER_LEVEL + 1
    counts = cv2.calcHist([brightness], [0], None, [bins], [0, bins / _BINS_PER_LEVEL])
    reached = np.cumsum(counts, dtype=np.float64)
    wanted = [fraction * (reached[-1] - 1) for fraction in fractions]
    places = np.searchsorted(reached, wanted, side="right")
    return tuple(float(place) / _BINS_PER_LEVEL / 255 for place in places)


def _measure_entropy(picture: npt.NDArray[np.uint8], channels: int) -> float:
    counts = np.concatenate(
        [
            cv2.calcHist([picture], [channel], None, [256], [0, 256]).ravel()
            for channel in range(channels)
        ]
    )
    shares = counts[counts > 0] / np.float64(counts.sum())
    return max(0.0, float(-(shares * np.log2(shares)).sum()))


def _measure_sharpness(picture: npt.NDArray[np.uint8], grey: npt.NDArray[np.uint8]) -> float:
    height, width = picture.shape[:2]
    ratio = max(height, width) / _SHARPNESS_EDGE
    if ratio > 1:
        size = (max(int(width // ratio), 1), max(int(height // ratio), 1))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    edges = grey.copy()
    if min(grey.shape) > 2:
        edges[1:-1, 1:-1] = cv2.filter2D(grey, cv2.CV_8U, _EDGES)[1:-1, 1:-1]
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256])
    # OpenCV's deviations, which take a fraction of the time of NumPy's.
    from_edges, from_spread = (
        1 - math.exp(-0.01 * cv2.meanStdDev(values)[1].item()) for values in (edges, counts)
    )
    return min(from_edges + (from_spread if from_spread > _LEAST_SPREAD else 0), 1.0)


def _is_grey(picture: npt.NDArray[np.uint8]) -> bool:
    red, green, blue = cv2.split(picture)
    return all(
        cv2.minMaxLoc(cv2.absdiff(green, other))[1] <= _LARGEST_DIFFERENCE_OF_GREY
        for other in (red, blue)
    )
