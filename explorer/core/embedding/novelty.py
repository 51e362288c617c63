"""How far a picture is from what a model was trained on, so that “neither” can be said."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_whole
from explorer.core.images.npy import read_npy_header
from explorer.core.models.run_folder import EMBEDDING_FILE
from explorer.errors import ModelError

MOST_FEATURES = 2048
"""Above it, only the diagonal of the covariance is kept."""

_MOST_BYTES = 64_000_000
_MOST_VALUES = 50_000_000

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class NoveltyStatistics:
    """What the features of training pictures are like, and which distance is too far.

    Attributes
    ----------
    whitening : (features, features) or (features,) float32
        Makes the distance to a mean the Mahalanobis distance; the diagonal alone where there are
        many features.
    means : (classes, features) float32
        Of each class, multiplied by `whitening`.
    thresholds : (classes,) float32
        The distance to each mean above which a picture does not look like that class.
    """

    whitening: Floats
    means: Floats
    thresholds: Floats

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read a run's `embedding.npz`; None where the run has none.

        Raises
        ------
        ModelError
            The file cannot be read or is not what train.py writes.
        """
        file = folder / EMBEDDING_FILE
        if not file.exists():
            return None
        name = f"{printable_name(folder.name)}/{EMBEDDING_FILE}"
        content = read_whole(file, _MOST_BYTES, name=name, error=ModelError)
        try:
            means = _array(content, "means", 2)
            covariance = _array(content, "covariance", 1)
            percentiles = _array(content, "percentiles", 2)
            return cls._from_arrays(means, covariance, percentiles[:, -1])
        except Exception as error:  # of many kinds: the bytes are a stranger's
            raise ModelError.not_opened(
                name, "it is damaged, or not written by train.py"
            ) from error

    @classmethod
    def _from_arrays(cls, means: Floats, covariance: Floats, thresholds: Floats) -> Self:
        features = means.shape[1]
        if not all(np.isfinite(array).all() for array in (means, covariance, thresholds)):
            raise ValueError("not all values are finite")
        if thresholds.shape != (len(means),) or not (thresholds > 0).all():
            raise ValueError("the thresholds do not fit")
        if features > MOST_FEATURES:
            if covariance.shape != (features,) or not (covariance > 0).all():
                raise ValueError("the variances do not fit")
            scale = np.asarray(1 / np.sqrt(covariance), np.float32)
            return cls(scale, means * scale, thresholds)
        whole = np.zeros((features, features))
        whole[np.triu_indices(features)] = covariance
        whole += np.triu(whole, 1).T
        factor = np.linalg.cholesky(whole)
        whitening = solve_triangular(factor, np.eye(features), lower=True).T.astype(np.float32)
        return cls(np.ascontiguousarray(whitening), means @ whitening, thresholds)

    def novelty(
        self,
        features: npt.NDArray[np.floating],
        outputs: npt.NDArray[np.floating] | None = None,
    ) -> Floats:
        """Return how far pictures are from every class, in multiples of the threshold.

        Parameters
        ----------
        features : (n, features) float
            The input of the model's last dense layer.
        outputs : (n, classes) float or None
            The model's probabilities, where they are known.

        Returns
        -------
        (n,) float32
            Above 1, a picture does not look like any of the classes.
        """
        values = np.asarray(features, np.float32)
        white = values * self.whitening if self.whitening.ndim == 1 else values @ self.whitening
        squares = (
            (white**2).sum(axis=1)[:, None] - 2 * white @ self.means.T + (self.means**2).sum(axis=1)
        )
        distances = np.sqrt(np.maximum(squares, 0)) / self.thresholds
        return np.asarray(distances.min(axis=1), np.float32)


def _array(content: bytes, name: str, dimensions: int) -> Floats:
    """Read one array of float32 out of an NPZ file, of bounded size, unpickling nothing."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = archive.getinfo(f"{name}.npy")
        if member.file_size > 4 * _MOST_VALUES:
            raise ValueError("it is too large")
        data = archive.read(member)
    header = read_npy_header(data)
    if header.kind != np.float32 or len(header.shape) != dimensions or header.is_transposed:
        raise ValueError("it is another array")
    return np.frombuffer(data, np.float32, int(np.prod(header.shape)), header.start).reshape(
        header.shape
    )
