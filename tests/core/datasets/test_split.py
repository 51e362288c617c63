"""Samples are split by chance, each class in proportion."""

import random
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.core.datasets.dataset import Sample
from explorer.core.datasets.split import split_stratified, take_stratified


def make_samples(sizes: dict[str | None, int], seed: int) -> list[Sample]:
    """Make so many samples of each class, in any order."""
    order = [label for label, size in sizes.items() for _ in range(size)]
    random.Random(seed).shuffle(order)
    return [Sample(Path(f"{number}.jpg"), label) for number, label in enumerate(order)]


seeds = st.integers(0, 2**32 - 1)
ratios = st.floats(0, 1)
sample_lists = st.builds(
    make_samples,
    st.dictionaries(st.sampled_from(["cat", "dog", "fox", None]), st.integers(1, 40)),
    seeds,
)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(sample_lists, ratios, seeds)
def test_split_is_a_partition_in_order(samples, ratio, seed):
    kept, held = split_stratified(samples, ratio, seed)
    chosen = set(held)
    assert held == [sample for sample in samples if sample in chosen]
    assert kept == [sample for sample in samples if sample not in chosen]


@unhurried
@given(sample_lists, ratios, seeds)
def test_split_holds_back_the_share_of_each_class(samples, ratio, seed):
    _, held = split_stratified(samples, ratio, seed)
    held_per_class = Counter(sample.label for sample in held)
    for label, size in Counter(sample.label for sample in samples).items():
        count = held_per_class[label]
        assert abs(count - size * ratio) <= 0.5 or count in (1, size - 1)
        if ratio > 0 and size > 1:
            assert 1 <= count < size


@unhurried
@given(sample_lists, ratios, seeds)
def test_split_is_the_same_for_the_same_seed(samples, ratio, seed):
    assert split_stratified(samples, ratio, seed) == split_stratified(list(samples), ratio, seed)


def test_split_differs_with_the_seed():
    samples = [Sample(Path(f"{number}.jpg"), "cat") for number in range(100)]
    splits = {tuple(split_stratified(samples, 0.2, seed)[1]) for seed in range(10)}
    assert len(splits) == 10
    assert all(len(held) == 20 for held in splits)


def test_split_holds_back_every_sample_about_equally_often():
    samples = [Sample(Path(f"{number}.jpg"), "cat") for number in range(20)]
    times = Counter(s for seed in range(500) for s in split_stratified(samples, 0.3, seed)[1])
    assert all(100 < times[sample] < 200 for sample in samples)  # 150, give or take 5 sigma


@unhurried
@given(sample_lists, st.integers(0, 200), seeds)
def test_taking_about_so_many_of_each_class_in_proportion(samples, limit, seed):
    taken = take_stratified(samples, limit, seed)
    if limit >= len(samples):
        assert taken == samples
        return
    classes = len({sample.label for sample in samples})
    assert abs(len(taken) - limit) <= classes
    assert len(set(taken)) == len(taken)
    assert set(taken) <= set(samples)
