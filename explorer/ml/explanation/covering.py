"""Occlusion and RISE: explanations without gradients, from pictures that are partly covered."""

import math

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.images.read import Picture

PATCHES = 16
"""Along each edge; each is two of them wide, so that neighbours overlap by half."""
MASKS = 1000
MASK_CELLS = 7
"""Of a mask along each edge, each seen or covered at random, as Petsiuk et al. use."""


def patch_counts(size: tuple[int, int]) -> tuple[int, int]:
    """Return how many patches cover a picture of this height and width, in rows and columns."""
    return min(PATCHES, size[0]), min(PATCHES, size[1])


def occluded(picture: Picture, places: range) -> npt.NDArray[np.uint8]:
    """Return copies of a picture, in each of which one patch has the picture's mean colour.

    Parameters
    ----------
    picture : Picture
        (height, width, 3) uint8
    places : range
        Which patches, row by row.

    Returns
    -------
    (places, height, width, 3) uint8
    """
    height, width = picture.shape[:2]
    rows, columns = patch_counts((height, width))
    fill = np.rint(picture.mean(axis=(0, 1))).astype(np.uint8)
    copies = np.repeat(picture[None], len(places), axis=0)
    for copy, place in zip(copies, places, strict=True):
        row, column = divmod(place, columns)
        top, bottom = _reach(row, rows, height)
        left, right = _reach(column, columns, width)
        copy[top:bottom, left:right] = fill
    return copies


def _reach(place: int, count: int, length: int) -> tuple[int, int]:
    """Return where a patch begins and ends: twice as long as the cell that it is centred in."""
    cell = length / count
    middle = (place + 0.5) * cell
    first = max(0, round(middle - cell))
    return first, min(length, max(first + 1, round(middle + cell)))


def random_masks(size: tuple[int, int], chosen: range, seed: int) -> npt.NDArray[np.float32]:
    """Return smooth random masks, as RISE uses them.

    Every second one is the complement of the one before: then each pixel is seen half of the time
    exactly, and a score that depends on nothing leaves nothing in the map.

    Parameters
    ----------
    size : (int, int)
        Height and width.
    chosen : range
        Which of the masks.

    Returns
    -------
    (masks, height, width) float32, 0 to 1
    """
    masks = [_random_mask(size, number // 2, seed) for number in chosen]
    return np.array(
        [1 - mask if number % 2 else mask for number, mask in zip(chosen, masks, strict=True)],
        np.float32,
    )


def _random_mask(size: tuple[int, int], number: int, seed: int) -> npt.NDArray[np.float32]:
    random = np.random.default_rng((seed, number))
    height, width = size
    cell_height, cell_width = math.ceil(height / MASK_CELLS), math.ceil(width / MASK_CELLS)
    cells = (random.random((MASK_CELLS + 1, MASK_CELLS + 1)) < 0.5).astype(np.float32)
    whole = (cell_width * (MASK_CELLS + 1), cell_height * (MASK_CELLS + 1))
    large = cv2.resize(cells, whole, interpolation=cv2.INTER_LINEAR)
    top, left = random.integers(cell_height), random.integers(cell_width)
    return np.asarray(large[top : top + height, left : left + width], np.float32)


def covered(picture: Picture, masks: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Return a picture darkened by each mask: (masks, height, width, 3) uint8."""
    return np.asarray(np.rint(picture[None] * masks[..., None]), np.uint8)
