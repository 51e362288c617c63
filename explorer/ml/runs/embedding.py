"""What training pictures look like to a network's last layers, to tell later what is neither."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from explorer.core.embedding.novelty import (
    ANSWERS,
    FLAGGED,
    MOST_FEATURES,
    Layer,
    NoveltyStatistics,
    unit_roots,
)
from explorer.core.files.writing import write_atomically
from explorer.core.models.run_folder import EMBEDDING_FILE
from explorer.errors import ModelError
from explorer.ml.runs.outside import make_outside

if TYPE_CHECKING:
    import keras

LEAST_SHRINKAGE = 0.1
"""With less, directions in which training pictures hardly differ decide about all others."""

MARGIN = 1.5
"""How much further than all of a few validation pictures a picture must be to count as novel."""

_LEAST_VARIANCE = 1e-6

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Embedding:
    """Statistics of `unit_roots` of the input of one of a network's last layers.

    Attributes
    ----------
    classes : tuple of str
        In the order of the model's outputs.
    counts : (classes,) int64
        How many training pictures each has.
    means : (classes, features) float32
    covariance : (features * (features + 1) / 2,) or (features,) float32
        Of the distance to the own class's mean, shared by all classes and shrunk: the upper
        triangle, by rows; the diagonal alone where there are more than 2,048 features.
    threshold : float
        The Mahalanobis distance to the nearest mean that 1 % of the validation pictures exceed.
    layer : {"dense", "convolution"}
        Which layer's input, as `NoveltyStatistics` has it.
    """

    classes: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    means: Floats
    covariance: Floats
    threshold: float
    layer: Layer = "dense"

    @property
    def statistics(self) -> NoveltyStatistics:
        """The same, as it is used."""
        features = self.means.shape[1]
        if features > MOST_FEATURES:
            scale = np.asarray(1 / np.sqrt(self.covariance), np.float32)
            return NoveltyStatistics(scale, self.means * scale, self.threshold, self.layer)
        whole = np.zeros((features, features))
        whole[np.triu_indices(features)] = self.covariance
        whole += np.triu(whole, 1).T
        factor = np.linalg.cholesky(whole)
        whitening = solve_triangular(factor, np.eye(features), lower=True).T.astype(np.float32)
        return NoveltyStatistics(whitening, self.means @ whitening, self.threshold, self.layer)

    def to_npz(self, answers: Sequence[Sequence[float]]) -> bytes:
        """Return the content of `embedding.npz`.

        Parameters
        ----------
        answers : sequence of sequence of float
            What the network answers to the golden inputs; empty where that is not known.
        """
        more = {ANSWERS: np.asarray(answers, np.float32)} if answers else {}
        return self.statistics.to_npz(
            classes=np.array(self.classes, dtype=np.str_), counts=self.counts, **more
        )


def describe_classes(
    features: Floats, labels: npt.NDArray[np.int64], classes: Sequence[str], unseen: Floats
) -> Embedding:
    """Compute the statistics of labelled feature vectors.

    Parameters
    ----------
    features : (n, features) float32
        Of the training pictures.
    labels : (n,) int64
        The number of each one's class; every class at least once.
    unseen : (m, features) float32
        Of the validation pictures: training pictures are nearer to their own means than others.
        Where there are none, the training pictures have to do.
    """
    values = unit_roots(features).astype(np.float64)
    means = np.stack([values[labels == number].mean(axis=0) for number in range(len(classes))])
    is_diagonal = values.shape[1] > MOST_FEATURES
    covariance = _shrunk_covariance(values - means[labels], is_diagonal=is_diagonal)
    described = Embedding(
        classes=tuple(classes),
        counts=np.bincount(labels, minlength=len(classes)).astype(np.int64),
        means=means.astype(np.float32),
        # The other half is the same.
        covariance=covariance if is_diagonal else covariance[np.triu_indices(len(covariance))],
        threshold=1.0,
    )
    distances = described.statistics.novelty(unseen if len(unseen) else features)
    if len(distances) * FLAGGED >= 1:
        threshold = float(np.quantile(distances, 1 - FLAGGED))
    else:  # too few to tell what one in a hundred exceeds
        threshold = MARGIN * float(distances.max())
    return replace(described, threshold=max(threshold, _LEAST_VARIANCE))


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
    share = max(share, LEAST_SHRINKAGE)
    return np.asarray((1 - share) * sample + share * target, dtype=np.float32)


def write_embedding(
    run_folder: Path,
    network: "keras.Model",
    *,
    pictures: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    classes: Sequence[str],
    train: npt.NDArray[np.int64],
    validation: npt.NDArray[np.int64],
    answers: Sequence[Sequence[float]] = (),
) -> float:
    """Write `embedding.npz`: the statistics of a network's last features on training pictures.

    Of the input of the last dense layer, or of the mean over all positions of that of the last
    convolution, whichever notices more of `make_outside`'s pictures.

    Parameters
    ----------
    network : keras.Model
        Sequential or functional, with a dense layer at its end.
    pictures : (n, height, width, 3) uint8
        Taken by the batch, so that a memory-mapped array stays on the disk.
    labels : (n,) int64
    classes : sequence of str
        In the order of the network's outputs.
    train, validation : (m,) int64
        Which pictures are of these sets.
    answers : sequence of sequence of float
        What the network answers to the golden inputs, by which another model's file is known.

    Returns
    -------
    float
        What share of `make_outside`'s pictures is noticed, 0 to 1.

    Raises
    ------
    ModelError
        The network has no dense layer.
    OSError
        The file could not be written.
    """
    import keras

    from explorer.ml.networks.heads import compute_features

    vectors = find_vectors(network)
    together = keras.ops.concatenate(list(vectors.values()), axis=1)  # computed in one go
    outside = make_outside(pictures, validation if len(validation) else train)
    # Both sets at once: each time, TensorFlow traces the network anew, and warns of a few times.
    known = np.concatenate([train, validation])
    of_known = compute_features(network, together, pictures, indices=known)
    strange = compute_features(network, together, outside, indices=np.arange(len(outside)))
    seen, unseen = of_known[: len(train)], of_known[len(train) :]
    ends = np.cumsum([vector.shape[1] for vector in vectors.values()])[:-1]
    parts = (np.split(values, ends, axis=1) for values in (seen, unseen, strange))
    most, content = -1.0, b""
    for layer, own, others, foreign in zip(vectors, *parts, strict=True):
        found = replace(describe_classes(own, labels[train], classes, others), layer=layer)
        noticed = float((found.statistics.novelty(foreign) > 1).mean())
        if noticed > most:
            most, content = noticed, found.to_npz(answers)
    write_atomically(run_folder / EMBEDDING_FILE, content)
    return most


def find_vectors(network: "keras.Model") -> "dict[Layer, keras.KerasTensor]":
    """Return what may tell how far a picture is from those that a network was trained on.

    Returns
    -------
    dict of str to (pictures, values) tensor
        The input of the last dense layer, and of the last convolution the mean of its input over
        all positions, where that is not the picture itself.

    Raises
    ------
    ModelError
        There is no dense layer.
    """
    import keras

    dense = [layer for layer in network.layers if isinstance(layer, keras.layers.Dense)]
    if not dense:
        raise ModelError(f"“{network.name}” has no dense layer, so there are no features to embed.")
    found: dict[Layer, keras.KerasTensor] = {"dense": keras.ops.cast(dense[-1].input, "float32")}
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    last = convolutions[-1] if convolutions else None
    given = None if last is None else last.input._keras_history.operation
    if last is not None and not isinstance(given, keras.layers.InputLayer):
        places = (1, 2) if last.data_format == "channels_last" else (2, 3)
        maps = keras.ops.cast(last.input, "float32")
        found["convolution"] = keras.ops.mean(maps, axis=places)
    return found
