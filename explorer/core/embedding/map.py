"""The map of a dataset: each picture is a point, and those that a model finds alike lie together.

The vectors are reduced to fifty dimensions with a principal component analysis, then to two with
t-SNE (openTSNE: Poličar et al., Journal of Statistical Software, 2024). Pictures that come later
are placed on the map that there is, which stays as it was.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

DIMENSIONS = 50
PERPLEXITY = 30
EARLY_STEPS, STEPS = 250, 500
"""With exaggeration, which draws groups together, and without."""
TOLD_EVERY = 10
_BLOCK = 2048
_SEED = 1

Told = Callable[[float, Floats | None], None]
"""Told of the fraction done, 0 to 1, and of the positions so far."""


@dataclass(frozen=True, eq=False)
class Reduction:
    """The principal components of some vectors.

    Attributes
    ----------
    mean : (features,) float32
    components : (features, k) float32
    """

    mean: Floats
    components: Floats

    @classmethod
    def of(cls, vectors: Floats) -> "Reduction":
        """Find the components of vectors: (n, features) float32, none of them NaN."""
        mean = vectors.mean(axis=0, dtype=np.float64)
        features = vectors.shape[1]
        spread = np.zeros((features, features))
        for start in range(0, len(vectors), _BLOCK):
            block = (vectors[start : start + _BLOCK] - mean).astype(np.float32)
            spread += block.T @ block
        _, directions = np.linalg.eigh(spread)
        components = directions[:, ::-1][:, :DIMENSIONS]
        return cls(mean.astype(np.float32), components.astype(np.float32))

    def apply(self, vectors: Floats) -> Floats:
        """Return vectors in the space of the components: (n, k) float32."""
        return np.asarray((vectors - self.mean) @ self.components, np.float32)


def lay_out(reduced: Floats, threads: int, told: Told) -> Floats:
    """Return a position for each picture: (n, 2) float32; the same for the same vectors.

    Parameters
    ----------
    reduced : (n, k) float32
        From `Reduction.apply`.
    threads : int
    """
    count = len(reduced)
    if count < 5:  # no neighbourhoods to speak of
        return np.pad(reduced[:, :2], ((0, 0), (0, max(2 - reduced.shape[1], 0))))
    from openTSNE import TSNEEmbedding, initialization

    told(0.0, None)
    start = initialization.pca(reduced, random_state=_SEED)
    embedding = TSNEEmbedding(
        start, _affinities(reduced, threads), n_jobs=threads, random_state=_SEED
    )
    done = 0
    for steps, exaggeration, momentum in ((EARLY_STEPS, 12, 0.5), (STEPS, None, 0.8)):
        for _ in range(0, steps, TOLD_EVERY):
            embedding = embedding.optimize(TOLD_EVERY, exaggeration=exaggeration, momentum=momentum)
            done += TOLD_EVERY
            told(done / (EARLY_STEPS + STEPS), np.asarray(embedding, np.float32))
    return np.asarray(embedding, np.float32)


def place_new(known: Floats, positions: Floats, new: Floats, threads: int) -> Floats:
    """Return positions of new pictures on a map that there is: (m, 2) float32.

    Parameters
    ----------
    known : (n, k) float32
        What the map was drawn of.
    positions : (n, 2) float32
    new : (m, k) float32
    threads : int
    """
    if len(known) < 5:
        return np.repeat(positions[:1], len(new), axis=0)
    from openTSNE import TSNEEmbedding

    embedding = TSNEEmbedding(
        positions.astype(np.float64), _affinities(known, threads), n_jobs=threads
    )
    return np.asarray(embedding.transform(new), np.float32)


def _affinities(reduced: Floats, threads: int) -> object:
    from openTSNE.affinity import PerplexityBasedNN

    perplexity = min(PERPLEXITY, (len(reduced) - 1) / 3)
    return PerplexityBasedNN(reduced, perplexity=perplexity, n_jobs=threads, random_state=_SEED)
