"""What a training would learn from, counted before it begins."""

from pathlib import Path

import numpy as np
import pytest

from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.models.training_config import TrainingConfig
from explorer.core.training.plan import plan_split
from explorer.core.training.recipes import RECIPES, recipe_facts

CONFIG = TrainingConfig(Path("/pets"), Path("/run"))


def dataset_of(unlabelled: int = 0, **counts: int) -> Dataset:
    samples = [
        Sample(Path(f"/pets/{label}/{number}.jpg"), label)
        for label, count in counts.items()
        for number in range(count)
    ]
    samples += [Sample(Path(f"/pets/{number}.jpg"), None) for number in range(unlabelled)]
    return Dataset(Path("/pets"), tuple(counts), tuple(samples))


def test_the_counts_are_those_of_the_training_itself() -> None:
    from explorer.ml.data.splits import split_samples

    dataset = dataset_of(cat=57, dog=31, fox=4)
    plan = plan_split(dataset, CONFIG)
    splits = split_samples(dataset.samples, CONFIG)
    labels = np.array([dataset.classes.index(one.label or "") for one in dataset.samples])
    for counts, part in (
        (plan.train, splits.train),
        (plan.validation, splits.validation),
        (plan.test, splits.test),
    ):
        assert list(counts) == np.bincount(labels[part], minlength=3).tolist()
    assert plan.pictures == 92
    assert not plan.obstacle


@pytest.mark.parametrize(
    ("dataset", "reason"),
    [
        (dataset_of(unlabelled=3), "no labels"),
        (dataset_of(cat=30), "only one class"),
        (dataset_of(cat=1, dog=1), "none is left for the validation set"),
    ],
)
def test_what_cannot_be_trained_is_said_before(dataset: Dataset, reason: str) -> None:
    assert reason in plan_split(dataset, CONFIG).obstacle


def test_doubts_are_told() -> None:
    doubts = " ".join(plan_split(dataset_of(unlabelled=1, cat=2, dog=200), CONFIG).doubts)
    assert "Fewer than 20 pictures: cat." in doubts
    assert "No validation picture of cat" in doubts
    assert "uneven" in doubts
    assert "1 picture has no label" in doubts
    assert plan_split(dataset_of(cat=40, dog=40), CONFIG).doubts == ()


def test_a_run_needs_room_for_its_checkpoints_and_kept_epochs() -> None:
    for recipe in RECIPES:
        assert recipe.sentence
        weights = 4 * recipe.parameters
        assert recipe.room_needed(3) - recipe.room_needed(0) == 3 * weights
    with pytest.raises(StopIteration):
        recipe_facts("gone")
