"""Noisy linear imputation: removed pixels become what their neighbours suggest (ROAD).

Black patches would be a shape of their own, which a model may answer to; what is imputed has no
shape that tells where pixels were removed (Rong et al., 2022).
"""

import numpy as np
import numpy.typing as npt
import scipy.sparse
import scipy.sparse.linalg

from explorer.core.images.read import Picture

NOISE = 0.01
"""Standard deviation, as a share of the range of a picture's values."""

_NEIGHBOURS = [
    (row, column, 1 / 12 if row and column else 1 / 6)
    for row in (-1, 0, 1)
    for column in (-1, 0, 1)
    if row or column
]
"""Offsets and weights: 1/6 for those beside a pixel, 1/12 for those at its corners."""


def impute(picture: Picture, removed: npt.NDArray[np.bool_], seed: int) -> Picture:
    """Replace pixels by the weighted mean of their neighbours, which may be replaced ones.

    Parameters
    ----------
    picture : (height, width, 3) uint8
    removed : (height, width) bool
        Not all of them.
    seed : int
        Of the noise.

    Returns
    -------
    (height, width, 3) uint8
    """
    count = int(removed.sum())
    if count == 0:
        return picture
    height, width = removed.shape
    numbers = np.full(removed.shape, -1)
    numbers[removed] = np.arange(count)
    rows, columns = np.nonzero(removed)
    right = np.zeros((count, 3))
    total = np.zeros(count)
    entries: list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], float]] = []
    for down, across, weight in _NEIGHBOURS:
        row, column = rows + down, columns + across
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        own = np.flatnonzero(inside)
        row, column = row[inside], column[inside]
        total[own] += weight
        other = numbers[row, column]
        is_kept = other < 0
        right[own[is_kept]] += weight * picture[row[is_kept], column[is_kept]]
        entries.append((own[~is_kept], other[~is_kept], -weight))
    entries.append((np.arange(count), np.arange(count), 1.0))
    values = np.concatenate([np.full(len(own), weight) for own, _, weight in entries[:-1]])
    matrix = scipy.sparse.csc_matrix(
        (
            np.concatenate([values, total]),
            (
                np.concatenate([own for own, _, _ in entries]),
                np.concatenate([other for _, other, _ in entries]),
            ),
        ),
        (count, count),
    )
    filled = scipy.sparse.linalg.splu(
        matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}
    ).solve(right)
    filled += np.random.default_rng(seed).normal(0, 255 * NOISE, filled.shape)
    imputed = picture.copy()
    imputed[removed] = np.clip(np.rint(filled), 0, 255)
    return imputed
