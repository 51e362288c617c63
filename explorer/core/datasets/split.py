"""Split samples by a seeded shuffle, each class in proportion."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from explorer.core.datasets.dataset import Sample

VALIDATION_FRACTION = 0.1


def split_stratified(
    samples: list[Sample], ratio: float, seed: int
) -> tuple[list[Sample], list[Sample]]:
    """Split off a fraction of each class, chosen by a seeded shuffle.

    Parameters
    ----------
    ratio : float
        The fraction to split off, 0 to 1; rounded for each class, but at least one sample of a
        class with two or more.
    seed : int
        The same seed and samples give the same split.

    Returns
    -------
    rest, taken : list of Sample
        Both in the order of `samples`.
    """
    generator = np.random.default_rng(seed)
    members_of: defaultdict[str, list[int]] = defaultdict(list)
    for i, sample in enumerate(samples):
        members_of[sample.label or ""].append(i)
    taken: set[int] = set()
    for _, members in sorted(members_of.items()):
        count = round(len(members) * ratio)
        if ratio > 0 and len(members) > 1:
            count = min(max(count, 1), len(members) - 1)
        taken.update(int(i) for i in generator.permutation(members)[:count])
    rest = [sample for i, sample in enumerate(samples) if i not in taken]
    return rest, [samples[i] for i in sorted(taken)]


def take_stratified(samples: list[Sample], limit: int, seed: int) -> list[Sample]:
    """Take about `limit` samples, each class in proportion, chosen by a seeded shuffle."""
    if limit >= len(samples):
        return samples
    _, taken = split_stratified(samples, limit / len(samples), seed)
    return taken


def divide(
    samples: Sequence[Sample], ratio: float, seed: int
) -> tuple[list[Sample], list[Sample], list[Sample]]:
    """Divide labelled samples into a training, a validation and a test set, by a seed.

    `ratio` of each class is the test set, and of the rest a tenth the validation set, unless the
    dataset itself marks one.
    """
    rest, validation, test = (
        [sample for sample in samples if sample.split == split]
        for split in (None, "validation", "test")
    )
    if not test:
        rest, test = split_stratified(rest, ratio, seed)
    if not validation:
        rest, validation = split_stratified(rest, VALIDATION_FRACTION, seed + 1)
    return rest, validation, test
