"""Facets narrow a dataset down, and count what each value would show."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from explorer.core.catalogue.columns import TEST, TRAIN
from explorer.core.catalogue.facets import BINS, narrow
from explorer.core.catalogue.known_facets import (
    FAILED,
    NEITHER,
    SEEN,
    UNLABELLED,
    UNSEEN,
    WRONG,
    color_places,
    list_facets,
)
from explorer.core.catalogue.orders import arrange, figures_for
from explorer.core.datasets.dataset import Dataset, Sample
from tests.support.made_columns import made_answers, make_columns


def make_dataset(labels: list[str | None], classes: tuple[str, ...]) -> Dataset:
    samples = tuple(Sample(Path(f"/x/{n}.jpg"), label) for n, label in enumerate(labels))
    return Dataset(Path("/x"), classes, samples)


def six():
    dataset = make_dataset(["cat", "cat", "dog", "dog", None, "cat"], ("cat", "dog"))
    probabilities = [[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.7, 0.3], [0.5, 0.5], [np.nan] * 2]
    parts = [TRAIN, TEST, TRAIN, TEST, TEST, 0]
    columns = make_columns([0, 0, 1, 1, -1, 0], np.array(probabilities), parts=parts)
    novelty = np.array([0.1, 2.0, 0.3, 0.4, 1.5, np.nan], np.float32)
    return dataset, replace(columns, novelty=novelty, errors={5: "It is cut short."})


def found(facets, choices, total=6):
    narrowed = narrow(facets, choices, np.ones(total, bool))
    return np.flatnonzero(narrowed.mask).tolist(), narrowed


def test_several_values_of_a_facet_add_up_and_several_facets_narrow():
    dataset, columns = six()
    facets = list_facets(dataset, columns, {"Dark": np.array([0, 3])})
    assert found(facets, {"label": frozenset({"cat", UNLABELLED})})[0] == [0, 1, 4, 5]
    assert found(facets, {"result": frozenset({WRONG})})[0] == [1, 3]
    both = {"result": frozenset({WRONG}), "label": frozenset({"dog"})}
    assert found(facets, both)[0] == [3]
    assert found(facets, {"seen": frozenset({SEEN})})[0] == [0, 2]
    assert found(facets, {"answer": frozenset({NEITHER, FAILED})})[0] == [1, 4, 5]
    assert found(facets, {"confidence": (0.65, 0.85)})[0] == [1, 3]
    assert found(facets, {"issue": frozenset({"Dark"})})[0] == [0, 3]
    assert found(facets, {"no such facet": frozenset({"x"})})[0] == [0, 1, 2, 3, 4, 5]


def test_each_count_says_what_its_value_would_show_beside_the_other_facets():
    dataset, columns = six()
    facets = list_facets(dataset, columns, {"Dark": np.array([0, 3]), "Blurry": np.array([3])})
    choices = {"result": frozenset({WRONG}), "label": frozenset({"cat"})}
    counts = found(facets, choices)[1].counts
    by_name = {facet.name: facet for facet in facets}
    for facet in facets:
        for place, value in enumerate(getattr(facet, "values", ())):
            shown = found(facets, {**choices, facet.name: frozenset({value})})[0]
            assert counts[facet.name][place] == len(shown), (facet.name, value)
    assert dict(zip(by_name["seen"].values, counts["seen"].tolist(), strict=True)) == {
        SEEN: 0,
        UNSEEN: 1,
    }
    assert counts["confidence"].sum() == 1
    assert len(counts["confidence"]) == BINS


def test_what_tells_nothing_apart_is_no_facet():
    dataset = make_dataset(["cat", "cat"], ("cat",))
    assert [facet.name for facet in list_facets(dataset, None, {})] == ["label"]
    columns = make_columns([0, 0], np.array([[0.9, 0.1], [0.8, 0.2]]))
    names = [facet.name for facet in list_facets(dataset, columns, {})]
    assert names == ["label", "confidence"]


def test_a_label_has_the_colour_of_the_class_that_it_is():
    dataset = make_dataset(["bird", "dogs", "cats"], ("bird", "cats", "dogs"))
    columns = make_columns([-1, 1, 0], np.full((3, 2), 0.5))
    assert color_places(dataset, None) == (0, 1, 2)
    assert color_places(dataset, columns) == (2, 0, 1)


def test_orders_put_what_has_no_figure_last():
    _, columns = six()
    every = np.arange(6)
    loss = figures_for("loss", columns, None)
    assert arrange(every, loss, is_descending=True).tolist() == [1, 3, 2, 0, 4, 5]
    assert arrange(every, loss, is_descending=False).tolist() == [0, 2, 3, 1, 4, 5]
    confidence = figures_for("confidence", columns, None)
    assert arrange(every, confidence, is_descending=False).tolist() == [4, 2, 3, 1, 0, 5]
    assert arrange(every[[1, 4]], None, is_descending=True).tolist() == [4, 1]


def test_25_000_pictures_of_a_thousand_classes_are_narrowed_within_a_frame():
    total, classes = 25_000, tuple(f"class {n}" for n in range(1000))
    labels = np.random.default_rng(0).integers(0, 1000, total)
    dataset = make_dataset([classes[one] for one in labels], classes)
    columns = make_columns(labels, made_answers(labels, 1000), classes, parts=labels % 4)
    facets = list_facets(dataset, columns, {"Dark": np.arange(0, total, 7)})
    choices = {"result": frozenset({WRONG}), "label": frozenset(classes[:500])}
    within = np.ones(total, bool)

    def once() -> float:
        start = time.perf_counter()
        narrowed = narrow(facets, choices, within)
        figures = figures_for("loss", columns, None)
        arrange(np.flatnonzero(narrowed.mask), figures, is_descending=True)
        return time.perf_counter() - start

    once()
    assert min(once() for _ in range(5)) < 0.1  # a few ms where nobody else computes
