"""Whether two pictures show the same, cropped or turned: points that both have in common."""

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

THUMBNAIL_EDGE = 160
"""The longer side of the pictures that are compared."""

FEWEST_POINTS = 16
"""Different photos have at most 14 points in common, copies hardly ever fewer than 16."""

_LEAST_EDGE = 32
_MOST_POINTS = 300
_BETTER_THAN_SECOND = 0.8
_PIXELS_OFF = 3.0
_MOST_SCALE = 3.0
_KEPT = 4096
"""Of so many pictures the points are kept at a time: 12 kB each."""

Picture = npt.NDArray[np.uint8]
_Points = tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]
_NO_POINTS: _Points = np.empty((0, 2), np.float32), np.empty((0, 32), np.uint8)


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

        None where one of them has too few points to be compared by.
        """
        if (one, other) not in self.counts:
            points = [self._points(key, False) for key in (one, other)]
            can_be_compared = min(len(part[1]) for part in points) >= FEWEST_POINTS
            self.counts[one, other] = (
                max(
                    self._count(points[0], self._points(other, is_mirrored))
                    for is_mirrored in (False, True)
                )
                if can_be_compared
                else None
            )
        return self.counts[one, other]

    def _find_points(self, key: int, is_mirrored: bool) -> _Points:
        picture = self._read(key)
        if picture is None or min(picture.shape[:2]) < _LEAST_EDGE:
            return _NO_POINTS
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        if is_mirrored:
            grey = cv2.flip(grey, 1)
        points, descriptors = self._detector.detectAndCompute(grey, None)
        if not points:
            return _NO_POINTS
        return np.array([point.pt for point in points], np.float32), np.asarray(
            descriptors, np.uint8
        )

    def _count(self, one: _Points, other: _Points) -> int:
        if min(len(one[1]), len(other[1])) < FEWEST_POINTS:
            return 0
        pairs = [
            best
            for best, second in self._matcher.knnMatch(one[1], other[1], k=2)
            if best.distance < _BETTER_THAN_SECOND * second.distance
        ]
        if len(pairs) < FEWEST_POINTS:
            return 0
        start = one[0][[pair.queryIdx for pair in pairs]]
        end = other[0][[pair.trainIdx for pair in pairs]]
        cv2.setRNGSeed(0)
        matrix, is_common = cv2.estimateAffinePartial2D(
            start, end, method=cv2.RANSAC, ransacReprojThreshold=_PIXELS_OFF, maxIters=500
        )
        if not is_common.any():  # then there is no matrix either
            return 0
        scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
        if not 1 / _MOST_SCALE < scale < _MOST_SCALE:
            return 0
        # Many points on one spot of the other picture are no arrangement.
        kept = end[is_common.ravel() > 0].round()
        return len(np.unique(kept, axis=0))
