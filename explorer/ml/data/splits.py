"""Split decoded samples in three: to train on, to stop early by, and to hold back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.core.datasets.scan import Sample, split_stratified
from explorer.core.models.run_folder import TrainingConfig
from explorer.errors import DatasetError

EARLY_STOPPING_SHARE = 0.1

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shares:
    """Which samples serve what.

    Attributes
    ----------
    training : (a,) int64
        To learn from.
    validation : (b,) int64
        To choose the best epoch by.
    held_back : (c,) int64
        Looked at once, at the end.
    """

    training: Indices
    validation: Indices
    held_back: Indices

    def check(self, config: TrainingConfig) -> None:
        """See that no share is empty.

        Raises
        ------
        DatasetError
            One is.
        """
        counts = [len(self.training), len(self.validation), len(self.held_back)]
        if min(counts) == 0:
            raise DatasetError(
                f"“{config.data}” has too few pictures to split in three: {sum(counts)} can be "
                "used."
            )

    def describe(self, labels: npt.NDArray[np.int64], classes: Sequence[str]) -> list[str]:
        """Say in a sentence for each share how many pictures of each class it has."""
        parts = {
            "training": self.training,
            "early stopping": self.validation,
            "held back": self.held_back,
        }
        sentences = []
        for name, share in parts.items():
            counts = np.bincount(labels[share], minlength=len(classes))
            each = ", ".join(f"{n:,} {label}" for n, label in zip(counts, classes, strict=True))
            sentences.append(f"{name}: {len(share):,} pictures ({each})")
        return sentences


def split_samples(samples: Sequence[Sample], config: TrainingConfig) -> Shares:
    """Split labelled samples, each class in proportion and by `config.seed`.

    `config.ratio` of them is held back, or what the folder itself marks as validation; of the rest
    a tenth decides when to stop.
    """
    number = {sample: i for i, sample in enumerate(samples)}
    own_split = [sample for sample in samples if sample.is_validation]
    if own_split:
        rest, held_back = [s for s in samples if not s.is_validation], own_split
    else:
        rest, held_back = split_stratified(list(samples), config.ratio, config.seed)
    training, validation = split_stratified(rest, EARLY_STOPPING_SHARE, config.seed + 1)

    def indices(share: list[Sample]) -> Indices:
        return np.array([number[sample] for sample in share], dtype=np.int64)

    return Shares(indices(training), indices(validation), indices(held_back))
