"""What training pictures look like to a network's last layer, for telling later what is neither."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from explorer.core.files.writing import write_atomically
from explorer.core.models.run_folder import EMBEDDING_FILE
from explorer.errors import ModelError

if TYPE_CHECKING:
    import keras

PERCENTILES = (50, 95, 99)
MOST_FEATURES = 2048

_LEAST_VARIANCE = 1e-6

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Embedding:
    """Per-class statistics of the last feature vector, the input of the last dense layer.

    Attributes
    ----------
    classes : tuple of str
        In the order of the model's outputs.
    counts : (classes,) int64
        How many training pictures each has.
    means : (classes, features) float32
    covariance : (features, features) or (features,) float32
        Of the distance to the own class's mean, shared by all classes and shrunk; the diagonal
        alone where there are more than 2,048 features.
    percentiles : (classes, 3) float32
        Of each class's pictures, the 50th, 95th and 99th percentile of the Mahalanobis distance
        to its mean: what lies further from every mean is likely neither.
    """

    classes: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    means: Floats
    covariance: Floats
    percentiles: Floats

    def distances(self, features: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Return the Mahalanobis distances to each class's mean.

        Parameters
        ----------
        features : (n, features) float

        Returns
        -------
        (n, classes) float64
        """
        offsets = np.asarray(features, dtype=np.float64)[:, None] - self.means
        covariance = self.covariance.astype(np.float64)
        if covariance.ndim == 1:
            return np.asarray(np.sqrt((offsets**2 / covariance).sum(axis=2)))
        factor = np.linalg.cholesky(covariance)
        rows = solve_triangular(factor, offsets.reshape(-1, offsets.shape[2]).T, lower=True)
        return np.asarray(np.linalg.norm(rows, axis=0).reshape(offsets.shape[:2]))


def describe_classes(
    features: Floats, labels: npt.NDArray[np.int64], classes: Sequence[str]
) -> Embedding:
    """Compute the statistics of labelled feature vectors.

    Parameters
    ----------
    features : (n, features) float32
    labels : (n,) int64
        The number of each one's class; every class at least once.
    """
    counts = np.bincount(labels, minlength=len(classes))
    values = features.astype(np.float64)
    means = np.stack([values[labels == number].mean(axis=0) for number in range(len(classes))])
    is_diagonal = values.shape[1] > MOST_FEATURES
    described = Embedding(
        classes=tuple(classes),
        counts=counts.astype(np.int64),
        means=means.astype(np.float32),
        covariance=_shrunk_covariance(values - means[labels], is_diagonal=is_diagonal),
        percentiles=np.zeros((len(classes), len(PERCENTILES)), np.float32),
    )
    for number, row in enumerate(described.percentiles):
        own = described.distances(features[labels == number])[:, number]
        row[:] = np.percentile(own, PERCENTILES)
    return described


def _shrunk_covariance(centred: npt.NDArray[np.float64], *, is_diagonal: bool) -> Floats:
    """Return the covariance, drawn to a multiple of the identity as far as its noise asks for.

    Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices",
    Journal of Multivariate Analysis 88 (2004). Unshrunk, it cannot be inverted where features
    depend on one another, or never fire.
    """
    count, features = centred.shape
    if is_diagonal:
        sample = (centred**2).mean(axis=0)
        target = np.full(features, max(sample.mean(), _LEAST_VARIANCE))
        fourth_powers = (centred**4).sum()
    else:
        sample = centred.T @ centred / count
        target = np.eye(features) * max(np.trace(sample) / features, _LEAST_VARIANCE)
        fourth_powers = ((centred**2).sum(axis=1) ** 2).sum()
    noise = (fourth_powers / count - (sample**2).sum()) / count
    spread = ((sample - target) ** 2).sum()
    share = min(noise, spread) / spread if spread > 0 else 1.0
    # A trace of the target always: without noise, dependent features would stay singular.
    share = max(share, 1e-6)
    return np.asarray((1 - share) * sample + share * target, dtype=np.float32)


def write_embedding(
    run_folder: Path,
    network: "keras.Model",
    *,
    pictures: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    classes: Sequence[str],
    indices: npt.NDArray[np.int64],
) -> None:
    """Write `embedding.npz`: the statistics of a network's last features on training pictures.

    Parameters
    ----------
    network : keras.Model
        Sequential or functional, with a dense layer at its end.
    pictures : (n, height, width, 3) uint8
        Taken by the batch, so that a memory-mapped array stays on the disk.
    labels : (n,) int64
    classes : sequence of str
        In the order of the network's outputs.
    indices : (m,) int64
        Which pictures are of the training set.

    Raises
    ------
    ModelError
        The network has no dense layer.
    OSError
        The file could not be written.
    """
    from explorer.ml.networks.heads import compute_features

    features = compute_features(network, find_features(network), pictures, indices=indices)
    found = describe_classes(features, labels[indices], classes)
    covariance = found.covariance
    if covariance.ndim == 2:
        covariance = covariance[np.triu_indices(len(covariance))]  # the other half is the same
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        classes=np.array(found.classes, dtype=np.str_),
        counts=found.counts,
        means=found.means,
        covariance=covariance,
        percentiles=found.percentiles,
    )
    write_atomically(run_folder / EMBEDDING_FILE, buffer.getvalue())


def find_features(network: "keras.Model") -> "keras.KerasTensor":
    """Return the input of a network's last dense layer; ModelError where it has none."""
    import keras

    dense = [layer for layer in network.layers if isinstance(layer, keras.layers.Dense)]
    if not dense:
        raise ModelError(f"“{network.name}” has no dense layer, so there are no features to embed.")
    return dense[-1].input
