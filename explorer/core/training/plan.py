"""What a training would learn from: counted before it begins."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.datasets.split import divide, take_stratified
from explorer.core.files.names import list_names
from explorer.core.models.training_config import TrainingConfig

FEW = 20
"""Of a class: with fewer, figures say little."""
UNEVEN = 10


@dataclass(frozen=True)
class SplitPlan:
    """How many pictures of each class each split will have.

    Unreadable pictures and near-duplicates are known only once all are decoded: the former are left
    out, the latter move to the training set.

    Attributes
    ----------
    classes : tuple of str
    train, validation, test : tuple of int
        In the order of `classes`.
    unlabelled : int
        How many pictures have no label: they are left out.
    """

    classes: tuple[str, ...]
    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]
    unlabelled: int = 0

    @property
    def pictures(self) -> int:
        """How many there are in all splits."""
        return sum(map(sum, (self.train, self.validation, self.test)))

    @property
    def obstacle(self) -> str:
        """Why nothing can be trained on this, in one sentence; else empty."""
        if len(self.classes) < 2:
            found = "only one class" if self.classes else "no labels"
            return (
                f"There is {found} here: give each class a folder of its own, or name files like "
                "cat.1.jpg."
            )
        lacking = [name for name, n in zip(self.classes, self.train, strict=True) if not n]
        if lacking:
            return f"There is no picture to learn {list_names(lacking)} from."
        for name, counts in (("validation", self.validation), ("test", self.test)):
            if not sum(counts):
                return f"There are too few pictures: none is left for the {name} set."
        return ""

    @property
    def doubts(self) -> tuple[str, ...]:
        """What will make the result worth less, in a sentence each."""
        found = []
        totals = [a + b + c for a, b, c in zip(self.train, self.validation, self.test, strict=True)]
        few = [name for name, total in zip(self.classes, totals, strict=True) if total < FEW]
        if few:
            found.append(f"Fewer than {FEW} pictures: {list_names(few)}. More would tell more.")
        for split, counts in (("validation", self.validation), ("test", self.test)):
            gaps = [name for name, count in zip(self.classes, counts, strict=True) if not count]
            if gaps:
                found.append(f"No {split} picture of {list_names(gaps)}: it is judged without.")
        if totals and all(totals) and max(totals) >= UNEVEN * min(totals):
            found.append("The classes are uneven; pictures of rare ones count for more.")
        if self.unlabelled:
            pictures = "picture has" if self.unlabelled == 1 else "pictures have"
            found.append(f"{self.unlabelled:,} {pictures} no label and will be left out.")
        return tuple(found)


def plan_split(dataset: Dataset, config: TrainingConfig) -> SplitPlan:
    """Count what the splits of a dataset will be.

    Parameters
    ----------
    dataset : Dataset
        With decisions applied.
    config : TrainingConfig
        Of it `limit`, `ratio` and `seed`.
    """
    samples = [sample for sample in dataset.samples if sample.label is not None]
    unlabelled = len(dataset.samples) - len(samples)
    if config.limit is not None:
        samples = take_stratified(samples, config.limit, config.seed)
    parts = divide(samples, config.ratio, config.seed)
    train, validation, test = (_counts(part, dataset.classes) for part in parts)
    return SplitPlan(dataset.classes, train, validation, test, unlabelled)


def _counts(samples: Sequence[Sample], classes: Sequence[str]) -> tuple[int, ...]:
    found = Counter(sample.label for sample in samples)
    return tuple(found[name] for name in classes)
