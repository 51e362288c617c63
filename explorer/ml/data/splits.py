"""Split decoded samples into training, validation and test sets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.core.datasets.dataset import Sample
from explorer.core.datasets.split import divide
from explorer.core.files.names import list_names
from explorer.core.models.training_config import TrainingConfig
from explorer.errors import DatasetError
from explorer.ml.data.class_weights import MOST_LISTED

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Splits:
    """Which samples serve what.

    Attributes
    ----------
    train : (a,) int64
        To learn from.
    validation : (b,) int64
        To choose the best epoch by.
    test : (c,) int64
        Evaluated once, at the end.
    """

    train: Indices
    validation: Indices
    test: Indices

    def check(self, config: TrainingConfig, moved: int, *, is_limited: bool) -> None:
        """Raise DatasetError where a split is empty.

        Parameters
        ----------
        moved : int
            How many pictures were moved to the training set since they have near-duplicates there.
        is_limited : bool
            Whether `config.limit` left pictures out.
        """
        empty = [name for name, split in self._parts.items() if len(split) == 0]
        count = sum(map(len, self._parts.values()))
        if empty and is_limited:
            raise DatasetError(
                f"--limit {config.limit} leaves {count} usable pictures, of which none is left for "
                f"the {' and the '.join(empty)} set: use a greater number, or leave it out."
            )
        if empty and moved:
            raise DatasetError(
                f"“{config.data}” cannot be split: {moved:,} of {count:,} pictures had to join "
                f"their near-duplicates in the training set, and none is left for the "
                f"{' and the '.join(empty)} set. Remove the duplicates."
            )
        if empty:
            raise DatasetError(
                f"“{config.data}” has too few usable pictures for a training, validation and test "
                f"set: {count}."
            )

    @property
    def _parts(self) -> dict[str, Indices]:
        return {"training": self.train, "validation": self.validation, "test": self.test}

    def describe(self, labels: npt.NDArray[np.int64], classes: Sequence[str]) -> list[str]:
        """Say in a sentence for each split how many pictures of each class it has.

        Of many classes, it says how many the smallest and the largest have.
        """
        sentences = []
        for name, split in self._parts.items():
            counts = np.bincount(labels[split], minlength=len(classes))
            each = ", ".join(f"{n:,} {label}" for n, label in zip(counts, classes, strict=True))
            if len(classes) > MOST_LISTED:
                each = f"{len(classes):,} classes of {counts.min():,} to {counts.max():,}"
            sentences.append(f"{name}: {len(split):,} pictures ({each})")
        return sentences

    def name_gaps(self, labels: npt.NDArray[np.int64], classes: Sequence[str]) -> list[str]:
        """Say in a sentence for each split of which classes it has no picture."""
        sentences = []
        for name, split in self._parts.items():
            counts = np.bincount(labels[split], minlength=len(classes))
            if missing := name_missing(counts, classes):
                sentences.append(
                    f"The {name} set has no pictures of {missing}: its accuracy is measured "
                    "without them."
                )
        return sentences


@dataclass(frozen=True, eq=False)
class Examples:
    """What a network learns from, and which of it serves what.

    Attributes
    ----------
    inputs : (n, height, width, 3) uint8 or (n, features) float32
        Pictures, or their features.
    labels : (n,) int64
    """

    inputs: npt.NDArray[np.uint8] | npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    splits: Splits


def name_missing(counts: npt.NDArray[np.int64], classes: Sequence[str]) -> str:
    """Name the classes without pictures, some of them where they are many."""
    return list_names([name for name, n in zip(classes, counts, strict=True) if n == 0])


def split_samples(samples: Sequence[Sample], config: TrainingConfig) -> Splits:
    """Split labelled samples, each class in proportion and by `config.seed`.

    `config.ratio` of them is the test set, and of the rest a tenth the validation set, unless the
    folder itself marks one.
    """
    number = {sample: i for i, sample in enumerate(samples)}
    parts = divide(samples, config.ratio, config.seed)

    def indices(split: list[Sample]) -> Indices:
        return np.array([number[sample] for sample in split], dtype=np.int64)

    return Splits(*map(indices, parts))
