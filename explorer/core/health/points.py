"""Whether two pictures show the same, cropped or turned: points in common, and all between."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

THUMBNAIL_EDGE = 160
"""The longer side of the pictures that are compared."""

FEWEST_POINTS = 16
"""Different photos have at most 14 points in common, copies hardly ever fewer than 16."""

LEAST_CORRELATION = 0.95
"""Laid over each other, copies correlate by 0.98 and more; drawings of the same shapes by less,
though they have many points in common."""

_LEAST_EDGE = 32
_MOST_POINTS = 300
_BETTER_THAN_SECOND = 0.8
_PIXELS_OFF = 3.0
_MOST_SCALE = 3.0
_FEWEST_PIXELS = 100
_KEPT = 1024
"""Of so many pictures the points are kept at a time: 30 kB each."""

Picture = npt.NDArray[np.uint8]


class _Points(NamedTuple):
    """A picture's points: where, what is around each, and the picture at half the size."""

    places: npt.NDArray[np.float32]
    descriptors: npt.NDArray[np.uint8]
    half: Picture


class PointMatcher:
    """Counts the points that two pictures have in common, up to shift, turn, scale and mirroring.

    Parameters
    ----------
    read : callable
        Returns the picture of a key, (height, width, 3) uint8, its longer side at most
        `THUMBNAIL_EDGE`; None where it cannot be read.
    """

    def __init__(self, read: Callable[[int], Picture | None]) -> None:
        self._read = read
        self._detector = cv2.ORB.create(_MOST_POINTS, 1.2, 6, 10, patchSize=21)
        self._matcher = cv2.BFMatcher(cv2.NORM_HAMMING)
        self._points = lru_cache(_KEPT)(self._find_points)
        self.counts: dict[tuple[int, int], int | None] = {}
        """How many points pairs have in common, as far as they were compared."""

    def count_common(self, one: int, other: int) -> int | None:
        """Return how many points of two pictures lie in the same arrangement.

        0 where the pictures differ between the points; None where one of them has too few points to
        be compared by.
        """
        if (one, other) not in self.counts:
            points = [self._points(key, False) for key in (one, other)]
            can_be_compared = all(
                part is not None and len(part.places) >= FEWEST_POINTS for part in points
            )
            self.counts[one, other] = (
                max(
                    self._count(points[0], self._points(other, is_mirrored))
                    for is_mirrored in (False, True)
                )
                if can_be_compared
                else None
            )
        return self.counts[one, other]

    def _find_points(self, key: int, is_mirrored: bool) -> _Points | None:
        picture = self._read(key)
        if picture is None or min(picture.shape[:2]) < _LEAST_EDGE:
            return None
        if is_mirrored:
            picture = np.ascontiguousarray(picture[:, ::-1])
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        points, descriptors = self._detector.detectAndCompute(grey, None)
        if not points:
            return None
        places = np.array([point.pt for point in points], np.float32)
        half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        return _Points(places, np.asarray(descriptors, np.uint8), np.asarray(half, np.uint8))

    def _count(self, one: _Points | None, other: _Points | None) -> int:
        if one is None or other is None or len(other.places) < 2:
            return 0
        pairs = [
            best
            for best, second in self._matcher.knnMatch(one.descriptors, other.descriptors, k=2)
            if best.distance < _BETTER_THAN_SECOND * second.distance
        ]
        if len(pairs) < FEWEST_POINTS:
            return 0
        start = one.places[[pair.queryIdx for pair in pairs]]
        end = other.places[[pair.trainIdx for pair in pairs]]
        cv2.setRNGSeed(0)
        matrix, is_common = cv2.estimateAffinePartial2D(
            start, end, method=cv2.RANSAC, ransacReprojThreshold=_PIXELS_OFF, maxIters=500
        )
        if not is_common.any():  # then there is no matrix either
            return 0
        moved = np.asarray(matrix, np.float64)
        scale = float(np.hypot(moved[0, 0], moved[1, 0]))
        if not 1 / _MOST_SCALE < scale < _MOST_SCALE:
            return 0
        # Many points on one spot of the other picture are no arrangement.
        common = len(np.unique(end[is_common.ravel() > 0].round(), axis=0))
        is_same = common >= FEWEST_POINTS and _correlate(one, other, moved) >= LEAST_CORRELATION
        return common if is_same else 0


def _correlate(one: _Points, other: _Points, matrix: npt.NDArray[np.float64]) -> float:
    """Return the correlation of two pictures where they overlap, laid over each other: -1 to 1."""
    halved = matrix.copy()
    halved[:, 2] /= 2
    size = (other.half.shape[1], other.half.shape[0])
    # What is a pixel off is the same.
    moved = cv2.warpAffine(cv2.GaussianBlur(one.half, (0, 0), 1), halved, size)
    whole = np.full(one.half.shape[:2], 255, np.uint8)
    is_inside = cv2.warpAffine(whole, halved, size) == 255
    if is_inside.sum() < _FEWEST_PIXELS:
        return 0.0
    values = [
        picture[is_inside].astype(np.float64)
        for picture in (moved, cv2.GaussianBlur(other.half, (0, 0), 1))
    ]
    a, b = (pixels - pixels.mean(axis=0) for pixels in values)
    spread = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / spread if spread > 0 else 0.0
