"""What a map is worth: how the prediction changes as pixels are removed in its order."""

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.images.read import Picture
from explorer.core.models.explanations import Values
from explorer.core.models.requests import JudgeExplanation
from explorer.ml.explanation.imputation import impute
from explorer.ml.explanation.targets import class_probabilities
from explorer.ml.models.adapter import ModelAdapter

STEPS = 16
"""Of the curves of deletion and insertion: a sixteenth of the pixels each."""
BLUR_SHARE = 0.05
"""Standard deviation of the blur that insertion begins with, as a share of the longer edge."""
ROAD_SHARES = (0.2, 0.4, 0.6, 0.8)
"""Of the pixels that ROAD removes."""


def judge(adapter: ModelAdapter, request: JudgeExplanation) -> tuple[float, ...]:
    """Remove the pixels of a picture in the order of a map, the most important ones first.

    Deletion (Petsiuk et al., 2018) replaces them by the picture's mean colour; insertion shows
    them, the rest of the picture being blurred. ROAD (Rong et al., 2022) imputes them, for each of
    `ROAD_SHARES` once the most and once the least important ones, and is half the mean difference
    of the probabilities.

    Raises
    ------
    ModelError
        The model returned no usable numbers.
    """
    preparation = request.model.preparation
    picture = preparation.fit(request.picture)
    size = (picture.shape[0], picture.shape[1])
    importance = request.importance
    if request.random:
        importance = move_at_random(importance, request.random)
    order = order_of(importance, size)

    def probabilities(copies: list[Picture]) -> npt.NDArray[np.float64]:
        inputs = np.array([preparation.scale(copy) for copy in copies])
        return class_probabilities(adapter, request.model, inputs)[:, request.class_index]

    if request.measure == "road":
        most, least = (
            probabilities([_road_picture(picture, each, share) for share in ROAD_SHARES])
            for each in (order, order[::-1])
        )
        return (float((least - most).mean() / 2),)
    if request.measure == "deletion":
        mean = np.rint(picture.mean(axis=(0, 1))).astype(np.uint8)
        start, end = picture, np.broadcast_to(mean, picture.shape)
    else:
        start, end = blurred(picture), picture
    return tuple(map(float, probabilities(_replace_in_order(start, end, order))))


def order_of(importance: Values, size: tuple[int, int]) -> npt.NDArray[np.intp]:
    """Return the pixels of a picture in the order of a map: (pixels,), row by row from 0.

    Parameters
    ----------
    importance : (height, width) float32
        At any resolution.
    size : (int, int)
        Height and width of the picture.
    """
    height, width = size
    large = cv2.resize(importance, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.argsort(-large.reshape(-1), kind="stable")


def blurred(picture: Picture) -> Picture:
    """Return a picture without its details."""
    deviation = max(1.0, BLUR_SHARE * max(picture.shape[:2]))
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), deviation), np.uint8)


def move_at_random(importance: Values, seed: int) -> Values:
    """Return a map turned, mirrored and moved at random, so that what leaves one edge comes back.

    Its values, and how smooth it is, stay: noise of single pixels would be removed with more effect
    than any region, and no smooth map would be better than that.

    Parameters
    ----------
    importance : (height, width) float32
    """
    random = np.random.default_rng(seed)
    moved = importance
    for axis in (0, 1):
        if random.random() < 0.5:
            moved = np.flip(moved, axis)
        moved = np.roll(moved, random.integers(moved.shape[axis]), axis)
    return np.ascontiguousarray(moved)


def _replace_in_order(
    start: Picture, end: npt.NDArray[np.uint8], order: npt.NDArray[np.intp]
) -> list[Picture]:
    """Return `STEPS` + 1 pictures, from one to another, whose pixels are replaced in an order."""
    pictures = [start]
    for step in range(1, STEPS + 1):
        chosen = order[: round(len(order) * step / STEPS)]
        picture = start.copy()
        picture.reshape(-1, 3)[chosen] = end.reshape(-1, 3)[chosen]
        pictures.append(picture)
    return pictures


def _road_picture(picture: Picture, order: npt.NDArray[np.intp], share: float) -> Picture:
    removed = np.zeros(len(order), bool)
    removed[order[: round(len(order) * share)]] = True
    return impute(picture, removed.reshape(picture.shape[:2]), seed=round(100 * share))
