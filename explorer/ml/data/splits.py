"""Split decoded samples into training, validation and test sets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.core.datasets.scan import Sample, split_stratified
from explorer.core.models.training_config import TrainingConfig
from explorer.errors import DatasetError

VALIDATION_FRACTION = 0.1

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

    def check(self, config: TrainingConfig) -> None:
        """Raise DatasetError where a split is empty."""
        counts = [len(self.train), len(self.validation), len(self.test)]
        if min(counts) == 0:
            raise DatasetError(
                f"“{config.data}” has too few usable pictures for a training, validation and test "
                f"set: {sum(counts)}."
            )

    def describe(self, labels: npt.NDArray[np.int64], classes: Sequence[str]) -> list[str]:
        """Say in a sentence for each split how many pictures of each class it has."""
        parts = {
            "training": self.train,
            "validation": self.validation,
            "test": self.test,
        }
        sentences = []
        for name, split in parts.items():
            counts = np.bincount(labels[split], minlength=len(classes))
            each = ", ".join(f"{n:,} {label}" for n, label in zip(counts, classes, strict=True))
            sentences.append(f"{name}: {len(split):,} pictures ({each})")
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


def split_samples(samples: Sequence[Sample], config: TrainingConfig) -> Splits:
    """Split labelled samples, each class in proportion and by `config.seed`.

    `config.ratio` of them is the test set, or what the folder itself marks as one; of the rest a
    tenth is the validation set.
    """
    number = {sample: i for i, sample in enumerate(samples)}
    own_split = [sample for sample in samples if sample.is_predefined_test]
    if own_split:
        rest, test = [s for s in samples if not s.is_predefined_test], own_split
    else:
        rest, test = split_stratified(list(samples), config.ratio, config.seed)
    train, validation = split_stratified(rest, VALIDATION_FRACTION, config.seed + 1)

    def indices(split: list[Sample]) -> Indices:
        return np.array([number[sample] for sample in split], dtype=np.int64)

    return Splits(indices(train), indices(validation), indices(test))
