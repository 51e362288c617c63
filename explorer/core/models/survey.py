"""What a pass finds out of some pictures, as it comes from a child process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from explorer.core.models.messages import ErrorMessage
from explorer.errors import ExplorerError

GREATEST_PROBABILITY = 1 + 1e-6
"""Rounding may carry a certain class this far past 1."""


@dataclass(frozen=True, eq=False)
class Surveyed:
    """What was found out of some pictures, in their order.

    Attributes
    ----------
    digests : (n, 32) uint8
        The SHA-256 of each file; zeros of one that could not be read.
    probabilities : (n, classes) float64
        NaN where there are none; no columns of a model that tells no classes apart.
    novelty : (n,) float32
        As `Classified.novelty`; NaN where unknown.
    embeddings : (n, features) float16
        As `Classified.embedding`; NaN where unknown, no columns where the model has none.
    figures : (n, figures) float32
        What `measure_picture` measures, in the order of its fields; NaN where unknown, no columns
        where nothing was measured.
    hashes : (n, 2) uint64
        The difference hash and the perceptual hash.
    errors : dict of int to ErrorMessage
        Why a picture could not be read or classified, by its place.

    Raises
    ------
    ValueError
        The arrays do not fit together: it came from a process of a stranger's model.
    """

    digests: npt.NDArray[np.uint8]
    probabilities: npt.NDArray[np.float64]
    novelty: npt.NDArray[np.float32]
    embeddings: npt.NDArray[np.float16]
    figures: npt.NDArray[np.float32]
    hashes: npt.NDArray[np.uint64]
    errors: Mapping[int, ErrorMessage]

    def __post_init__(self) -> None:
        """See that the arrays fit together and probabilities are some."""
        count = len(self.digests)
        expected = (
            (self.digests, np.uint8, (count, 32)),
            (self.probabilities, np.float64, (count, -1)),
            (self.novelty, np.float32, (count,)),
            (self.embeddings, np.float16, (count, -1)),
            (self.figures, np.float32, (count, -1)),
            (self.hashes, np.uint64, (count, 2)),
        )
        for array, dtype, shape in expected:
            fits = array.ndim == len(shape) and all(
                wanted in (-1, length) for wanted, length in zip(shape, array.shape, strict=True)
            )
            if array.dtype != dtype or not fits:
                raise ValueError("arrays that do not fit together")
        known = self.probabilities[~np.isnan(self.probabilities)]
        if known.size and not (known.min() >= 0 and known.max() <= GREATEST_PROBABILITY):
            raise ValueError("probabilities that are none")
        if any(not 0 <= place < count for place in self.errors):
            raise ValueError("an error of no picture")

    @property
    def count(self) -> int:
        """The number of pictures."""
        return len(self.digests)

    @classmethod
    def empty(cls, count: int, classes: int = 0, features: int = 0, figures: int = 0) -> Self:
        """Return arrays in which nothing is known yet."""
        return cls(
            digests=np.zeros((count, 32), np.uint8),
            probabilities=np.full((count, classes), np.nan),
            novelty=np.full(count, np.nan, np.float32),
            embeddings=np.full((count, features), np.nan, np.float16),
            figures=np.full((count, figures), np.nan, np.float32),
            hashes=np.zeros((count, 2), np.uint64),
            errors={},
        )

    @classmethod
    def joined(cls, parts: "Sequence[Surveyed | ExplorerError]") -> Self:
        """Return the pictures of several answers; an error stands for one picture."""
        known = [part for part in parts if isinstance(part, Surveyed)]
        widths = {
            name: max((_width(part, name) for part in known), default=0)
            for name in ("probabilities", "embeddings", "figures")
        }
        columns: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in _COLUMNS}
        errors: dict[int, ErrorMessage] = {}
        count = 0
        for part in parts:
            if isinstance(part, ExplorerError):
                errors[count] = ErrorMessage.of(part)
                part = cls.empty(1)
            errors.update({count + place: error for place, error in part.errors.items()})
            for name, found in columns.items():
                array: npt.NDArray[Any] = getattr(part, name)
                if name in widths and array.shape[1] < widths[name]:
                    array = np.full((part.count, widths[name]), np.nan, array.dtype)
                found.append(array)
            count += part.count
        return cls(
            **{name: np.concatenate(found) for name, found in columns.items()}, errors=errors
        )


_COLUMNS = ("digests", "probabilities", "novelty", "embeddings", "figures", "hashes")


def _width(part: Surveyed, name: str) -> int:
    array: npt.NDArray[Any] = getattr(part, name)
    return int(array.shape[1])
