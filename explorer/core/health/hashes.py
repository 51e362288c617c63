"""Hashes of how a picture looks, and what they become when it is turned or mirrored."""

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.health.figures import make_grey

THUMBNAIL_EDGE = 32

Thumbnails = npt.NDArray[np.uint8]
"""(n, 32, 32) uint8, grey."""

Hashes = npt.NDArray[np.uint64]

_ORIENTATIONS = 8

# Row k: how many ninths of each of 32 columns lie in the k-th of 9 equal cells.
_CELLS = np.repeat(np.eye(32, dtype=np.float32), 9, axis=0).reshape(9, 32, 32).sum(1)


def make_thumbnail(
    picture: npt.NDArray[np.uint8], grey: npt.NDArray[np.uint8] | None = None
) -> npt.NDArray[np.uint8]:
    """Return the grey 32x32 thumbnail of a picture, by area averaging.

    Parameters
    ----------
    picture : (height, width, 3) uint8
        RGB; of large ones, every n-th pixel of every n-th row is averaged.
    grey : (h, w) uint8, optional
        What `make_grey` makes of it, where that is there already.
    """
    size = (THUMBNAIL_EDGE, THUMBNAIL_EDGE)
    grey = make_grey(picture) if grey is None else grey
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def make_thumbnails(pictures: npt.NDArray[np.uint8]) -> Thumbnails:
    """Return the thumbnails of (n, height, width, 3) uint8."""
    thumbnails = np.empty((len(pictures), THUMBNAIL_EDGE, THUMBNAIL_EDGE), np.uint8)
    for place, picture in enumerate(pictures):
        thumbnails[place] = make_thumbnail(picture)
    return thumbnails


def difference_hashes(thumbnails: Thumbnails) -> Hashes:
    """Return the difference hash of each thumbnail: (n,) uint64.

    Averaged to 8 rows of 9 cells, each bit tells whether a cell is brighter than the one before.
    """
    rows = thumbnails.reshape(-1, 8, 4, 32).sum(axis=2, dtype=np.float32)
    cells = rows @ _CELLS.T  # whole numbers below 2**24: equal ones compare equal
    return _pack(cells[:, :, 1:] > cells[:, :, :-1])


def perceptual_hashes(thumbnails: Thumbnails) -> Hashes:
    """Return the perceptual hash of each thumbnail: (n,) uint64.

    The signs of the 8x8 lowest frequencies of its cosine transform. Mirrored, a picture has the
    same frequencies, those of odd order with the other sign; turned, they change places: see
    `orient_hashes`.
    """
    signs = [cv2.dct(thumbnail.astype(np.float32))[:8, :8] > 0 for thumbnail in thumbnails]
    return _pack(np.array(signs, bool).reshape(-1, 8, 8))


def hash_picture(
    picture: npt.NDArray[np.uint8], grey: npt.NDArray[np.uint8] | None = None
) -> tuple[int, int]:
    """Return the difference hash and the perceptual hash of a picture, 64 bits each.

    Parameters
    ----------
    picture, grey
        As for `make_thumbnail`.
    """
    thumbnail = make_thumbnail(picture, grey)[np.newaxis]
    return int(difference_hashes(thumbnail)[0]), int(perceptual_hashes(thumbnail)[0])


def orient_hashes(perceptual: Hashes) -> npt.NDArray[np.uint64]:
    """Return what perceptual hashes become as the picture is turned and mirrored.

    Parameters
    ----------
    perceptual : (n,) uint64

    Returns
    -------
    (8, n) uint64
        The hashes themselves first; then mirrored and turned by multiples of 90° in every way.
    """
    bits = np.unpackbits(perceptual.view(np.uint8)).reshape(-1, 8, 8).astype(bool)
    odd = np.arange(8) % 2 == 1
    found = np.empty((_ORIENTATIONS, len(perceptual)), np.uint64)
    for number in range(_ORIENTATIONS):
        turned = bits.transpose(0, 2, 1) if number & 4 else bits
        turned = turned ^ odd[:, None] if number & 2 else turned
        turned = turned ^ odd[None, :] if number & 1 else turned
        found[number] = _pack(turned)
    return found


def _pack(bits: npt.NDArray[np.bool_]) -> Hashes:
    return np.packbits(bits.reshape(-1, 64), axis=1).view(np.uint64)[:, 0]
