"""How far a picture is from what a model was trained on, so that “neither” can be said."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, cast, get_args

import numpy as np
import numpy.typing as npt

from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_whole
from explorer.core.images.npy import read_npy_header
from explorer.core.models.card import Card
from explorer.core.models.run_folder import EMBEDDING_FILE, KERAS_FILE
from explorer.errors import ModelError

MOST_FEATURES = 2048
"""Above it, only the diagonal of the covariance is kept."""

FLAGGED = 0.01
"""How many pictures that a model knows nothing of, but of its classes, count as novel."""

ANSWERS = "answers"
"""What the array is called that holds the model's answers to the golden inputs."""

_WITHOUT = "so pictures that look like none of the classes are not marked"
_MOST_BYTES = 64_000_000
_MOST_VALUES = 50_000_000
_MOST_WORD_BYTES = 1000

Floats = npt.NDArray[np.float32]

Layer = Literal["dense", "convolution"]
"""Whose input the distance is measured in: of the last layer of either kind. Of the input of a
convolution the mean over all positions is taken."""


@dataclass(frozen=True)
class NoveltyStatistics:
    """What the features of training pictures are like, and which distance is too far.

    Attributes
    ----------
    whitening : (features, features) or (features,) float32
        Makes the distance of `unit_roots` to a mean the Mahalanobis distance; the diagonal alone
        where there are many features, else upper triangular.
    means : (classes, features) float32
        Of each class, multiplied by `whitening`.
    threshold : float
        The distance to the nearest mean above which a picture does not look like any class.
    layer : {"dense", "convolution"}
        What the features are the input of; files of older versions have "dense".
    """

    whitening: Floats
    means: Floats
    threshold: float
    layer: Layer = "dense"

    @classmethod
    def read(cls, folder: Path, card: Card | None = None) -> Self | None:
        """Read a run's `embedding.npz`; None where the run has none, or one of an older train.py.

        Parameters
        ----------
        folder : Path
        card : Card, optional
            The run's: a file of another model is known by the answers to the golden inputs.

        Raises
        ------
        ModelError
            The file cannot be read, is not what train.py writes, or is of another model.
        """
        file = folder / EMBEDDING_FILE
        if not file.exists():
            return None
        name = f"{printable_name(folder.name)}/{EMBEDDING_FILE}"
        content = read_whole(file, _MOST_BYTES, name=name, error=ModelError)
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if "whitening.npy" not in archive.namelist():
                    return None
                means = _array(archive, "means", 2)
                whitening = _array(archive, "whitening", 1)
                threshold = _array(archive, "threshold", 0)
                layer = _layer(archive)
                is_own = card is None or _is_of(archive, card, len(means))
            found = cls._from_arrays(means, whitening, float(threshold), layer)
        except Exception as error:  # of many kinds: the bytes are a stranger's
            raise ModelError.not_opened(
                name, f"it is damaged, or not written by train.py; {_WITHOUT}"
            ) from error
        if not is_own:
            raise ModelError.not_opened(name, f"it is of another model; {_WITHOUT}")
        return found

    @classmethod
    def _from_arrays(cls, means: Floats, whitening: Floats, threshold: float, layer: Layer) -> Self:
        features = means.shape[1]
        if not all(np.isfinite(array).all() for array in (means, whitening, threshold)):
            raise ValueError("not all values are finite")
        if not threshold > 0 or not means.size:
            raise ValueError("there is no threshold, or no class")
        if features > MOST_FEATURES:
            if whitening.shape != (features,):
                raise ValueError("the factors do not fit")
            return cls(whitening, means, threshold, layer)
        whole = np.zeros((features, features), np.float32)
        whole[np.triu_indices(features)] = whitening
        return cls(whole, means, threshold, layer)

    def to_npz(self, **more: Any) -> bytes:
        """Return the content of `embedding.npz`, with further arrays."""
        whitening = self.whitening
        if whitening.ndim == 2:
            whitening = whitening[np.triu_indices(len(whitening))]  # the other half is 0
        buffer = io.BytesIO()
        threshold = np.float32(self.threshold)
        np.savez_compressed(
            buffer,
            means=self.means,
            whitening=whitening,
            threshold=threshold,
            layer=np.array(self.layer),
            **more,
        )
        return buffer.getvalue()

    def novelty(self, features: npt.NDArray[np.floating]) -> Floats:
        """Return how far pictures are from every class, in multiples of the threshold.

        The Mahalanobis distance to the nearest class, as Lee et al., "A simple unified framework
        for detecting out-of-distribution samples and adversarial attacks" (2018), of `unit_roots`.

        Parameters
        ----------
        features : (n, features) float
            The input of the model's last `layer`.

        Returns
        -------
        (n,) float32
            Above 1, a picture does not look like any of the classes.
        """
        values = unit_roots(features)
        white = values * self.whitening if self.whitening.ndim == 1 else values @ self.whitening
        squares = (
            (white**2).sum(axis=1)[:, None] - 2 * white @ self.means.T + (self.means**2).sum(axis=1)
        )
        return np.asarray(np.sqrt(np.maximum(squares, 0)).min(axis=1) / self.threshold, np.float32)


def unit_roots(features: npt.NDArray[np.floating]) -> Floats:
    """Return the signed square roots of features, as vectors of length 1: (n, features) float32.

    The Hellinger map, as of Arandjelović and Zisserman, "Three things everyone should know to
    improve object retrieval" (2012). Without it a few strong features rule the distance, and what
    makes all features weak, such as a plain colour, is near to everything.
    """
    values = np.asarray(features, np.float32)
    roots = np.sign(values) * np.sqrt(np.abs(values))
    lengths = np.linalg.norm(roots, axis=1, keepdims=True)
    return np.asarray(roots / np.maximum(lengths, 1e-9), np.float32)


def _is_of(archive: zipfile.ZipFile, card: Card, classes: int) -> bool:
    """Return whether statistics are of the model that a card describes, as far as they tell."""
    golden = card.golden.get(KERAS_FILE)
    if classes != len(card.classes):
        return False
    if golden is None or not golden.outputs or f"{ANSWERS}.npy" not in archive.namelist():
        return True
    answers, expected = _array(archive, ANSWERS, 2), np.asarray(golden.outputs, np.float32)
    return answers.shape == expected.shape and np.allclose(answers, expected, atol=1e-5)


def _layer(archive: zipfile.ZipFile) -> Layer:
    if "layer.npy" not in archive.namelist():
        return "dense"
    member = archive.getinfo("layer.npy")
    if member.file_size > _MOST_WORD_BYTES:
        raise ValueError("it is too large")
    data = archive.read(member)
    header = read_npy_header(data)
    found = str(np.frombuffer(data, header.kind, 1, header.start)[0])
    if found not in get_args(Layer):
        raise ValueError("it is of another layer")
    return cast("Layer", found)


def _array(archive: zipfile.ZipFile, name: str, dimensions: int) -> Floats:
    """Read one array of float32 out of an NPZ file, of bounded size, unpickling nothing."""
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
