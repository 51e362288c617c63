"""The nearest pictures of a picture, exact, by the angle between their vectors."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

_BLOCK = 1024
_CACHED = 256
"""So many vectors of 1,280 values stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest pictures of each of n pictures, the nearest first, itself left out.

    Attributes
    ----------
    places : (n, k) int64
    distances : (n, k) float32
        Cosine distances, 0 to 2.
    """

    places: Places
    distances: Floats


@cache
def _singles() -> Floats:
    return np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float32)


def widen(vectors: npt.NDArray[np.floating]) -> Floats:
    """Return vectors as float32, always a copy; half-precision ones by a table.

    NumPy takes two to three times as long, most of all where many values are 0.
    """
    if vectors.dtype != np.float16:
        return vectors.astype(np.float32)
    return np.take(_singles(), vectors.view(np.uint16), mode="clip")


def normalise(embedding: npt.NDArray[np.floating]) -> Floats:
    """Scale vectors to length 1, so that a product of two is the cosine of their angle.

    Parameters
    ----------
    embedding : (n, features) float
        A vector of zeros stays one: it is at a distance of 1 from all.
    """
    vectors = widen(embedding)
    for start in range(0, len(vectors), _BLOCK):  # no second copy of a large matrix
        block = vectors[start : start + _BLOCK]
        lengths = np.linalg.norm(block, axis=1, keepdims=True)
        block /= np.where(lengths > 0, lengths, 1)
    return vectors


@dataclass(frozen=True, eq=False)
class UnitVectors:
    """Vectors as they are kept, of length 1 where some are taken: of all, that would be much.

    Attributes
    ----------
    embedding : (n, features) float
    places : (m,) int
        Which of them.
    """

    embedding: npt.NDArray[np.floating]
    places: Places

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, rows: slice | Places) -> Floats:
        """Return some rows: (k, features) float32."""
        return normalise(self.embedding[self.places[rows]])


def find_nearest(vectors: Floats, query: Floats, count: int) -> tuple[Places, Floats]:
    """Return the vectors nearest to one: places (k,) and cosine distances (k,), nearest first.

    Parameters
    ----------
    vectors : (n, features) float32
        From `normalise`; rows of NaN are never near.
    query : (features,) float32
        As well.
    count : int
        How many to return; fewer where there are not so many.
    """
    return _nearest(1 - vectors @ query, count)


def find_nearest_of(
    embedding: npt.NDArray[np.floating], query: npt.NDArray[np.floating], count: int
) -> tuple[Places, Floats]:
    """Return what `find_nearest` does, of vectors as they are kept, in little memory.

    Parameters
    ----------
    embedding : (n, features) float
        Of any length; rows of NaN are never near.
    query : (features,) float
        As well.
    count : int
    """
    one = normalise(query[None])[0]
    distances = np.empty(len(embedding), np.float32)
    for start in range(0, len(embedding), _CACHED):
        block = widen(embedding[start : start + _CACHED])
        lengths = np.sqrt(np.einsum("ij,ij->i", block, block))
        distances[start : start + _CACHED] = 1 - block @ one / np.where(lengths > 0, lengths, 1)
    return _nearest(distances, count)


def _nearest(distances: Floats, count: int) -> tuple[Places, Floats]:
    found = np.flatnonzero(~np.isnan(distances))
    if count < len(found):
        found = found[np.argpartition(distances[found], count)[:count]]
    found = found[np.argsort(distances[found], kind="stable")]
    return found, np.maximum(distances[found], 0)


def find_neighbours(
    vectors: Floats | UnitVectors,
    count: int = 10,
    *,
    told: Callable[[float], None] = lambda done: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Neighbours | None:
    """Return the nearest neighbours of every vector; None if cancelled.

    25,000 vectors of 1,280 values take some seconds and, beside the vectors, few megabytes.

    Parameters
    ----------
    vectors : (n, features) float32, or UnitVectors
        Of length 1, without NaN.
    count : int
        How many neighbours; all others where there are fewer.
    told : callable
        Told of the fraction done, 0 to 1.
    """
    total = len(vectors)
    count = min(count, total - 1)
    if count < 1:
        return Neighbours(np.empty((total, 0), np.int64), np.empty((total, 0), np.float32))
    best = _Best(total, count)
    starts = range(0, total, _BLOCK)
    # A product of two blocks serves both. Those on the diagonal come first: afterwards it is known
    # how near a neighbour must be, and hardly any of the others has to be looked at.
    pairs = [(i, i) for i in starts] + [(i, j) for i in starts for j in starts if i < j]
    held, block = -1, vectors[:0]
    for number, (one, other) in enumerate(pairs):
        if is_cancelled():
            return None
        if one != held:
            held, block = one, vectors[one : one + _BLOCK]
        cosines = block @ (block if one == other else vectors[other : other + _BLOCK]).T
        if one == other:
            np.fill_diagonal(cosines, -np.inf)
        best.take(one, other, cosines)
        if one != other:
            best.take(other, one, cosines.T)
        told((number + 1) / len(pairs))
    order = np.lexsort((best.places, -best.cosines), axis=1)
    places = np.take_along_axis(best.places, order, axis=1)
    cosines = np.take_along_axis(best.cosines, order, axis=1)
    return Neighbours(places, np.maximum(1 - cosines, 0))


class _Best:
    """The nearest neighbours so far, in no order."""

    def __init__(self, total: int, count: int) -> None:
        self.cosines = np.full((total, count), -np.inf, np.float32)
        self.places = np.full((total, count), -1, np.int64)

    def take(self, first_row: int, first_column: int, cosines: Floats) -> None:
        """Take what is nearer than what was found so far."""
        own = slice(first_row, first_row + len(cosines))
        count = self.cosines.shape[1]
        is_nearer = cosines > self.cosines[own].min(axis=1)[:, None]
        if first_row == first_column and count < len(cosines):  # all are nearer than nothing
            top = np.argpartition(cosines, -count, axis=1)[:, -count:]
            is_nearer[:] = False
            np.put_along_axis(is_nearer, top, values=True, axis=1)
        rows, columns = np.nonzero(is_nearer)
        kept = np.repeat(np.arange(len(cosines)), count)
        row = np.concatenate([kept, rows])
        value = np.concatenate([self.cosines[own].ravel(), cosines[rows, columns]])
        place = np.concatenate([self.places[own].ravel(), columns + first_column])
        order = np.lexsort((place, -value, row))
        ends = np.searchsorted(row[order], np.arange(len(cosines)))
        chosen = order[ends[:, None] + np.arange(count)]
        self.cosines[own] = value[chosen]
        self.places[own] = place[chosen]
