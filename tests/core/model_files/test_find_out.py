"""Which preparation is best, and how sure that is."""

from pathlib import Path

import numpy as np
import pytest

from explorer.core.datasets.dataset import Sample
from explorer.core.model_files.find_out import (
    MOST_PICTURES,
    Labels,
    describe_certainty,
    list_preparations,
    match_labels,
    rank,
    take_sample,
)
from explorer.core.model_files.seen import see
from explorer.core.models.model import Model
from explorer.core.models.preparation import Preparation
from explorer.errors import DatasetError

MODEL = Model(Path("model.onnx"), ("cat", "dog"), Preparation((4, 4)))


def test_labels_are_matched_by_name_or_by_order() -> None:
    assert match_labels(("Cat", "dog", "owl"), ("CAT", "dog")).outputs == {"CAT": 0, "dog": 1}
    numbered = match_labels(("class 1", "class 2"), ("dog", "cat"))
    assert numbered.outputs == {"cat": 0, "dog": 1}
    assert "alphabetical order" in numbered.note
    with pytest.raises(DatasetError, match="3 labels and the model 2 classes of other names"):
        match_labels(("class 1", "class 2"), ("cat", "dog", "owl"))


def test_singular_and_plural_are_one_name_and_each_keeps_its_own() -> None:
    assert match_labels(("dog", "cat"), ("Cats", "dogs")).outputs == {"Cats": 1, "dogs": 0}
    assert match_labels(("gas", "ga"), ("gas", "ga")).outputs == {"gas": 0, "ga": 1}


def test_one_label_is_enough_and_those_that_the_model_does_not_know_are_named() -> None:
    found = match_labels(("cat", "dog"), ("dog", "hen", "owl"))
    assert found.outputs == {"dog": 1}
    assert "“hen” and “owl” are none of the model's classes" in found.note


def test_classes_that_have_names_are_not_taken_for_labels_of_other_names() -> None:
    with pytest.raises(DatasetError, match="2 labels and the model 2 classes of other names"):
        match_labels(("cat", "dog"), ("apple", "pear"))


def test_the_sample_has_of_each_label_as_many() -> None:
    samples = [Sample(Path(f"{i}.png"), "cat" if i % 10 else "dog") for i in range(400)]
    samples.append(Sample(Path("unknown.png"), None))
    taken = take_sample(samples, Labels({"cat": 0, "dog": 1}, ""))
    assert len(taken) == MOST_PICTURES
    assert sum(one.label == "dog" for one in taken) == MOST_PICTURES // 2
    with pytest.raises(DatasetError, match="of two classes at least"):
        take_sample(samples[1:5], Labels({"cat": 0, "dog": 1}, ""))


def test_every_way_is_tried_and_a_model_of_one_channel_has_no_order() -> None:
    assert len(list_preparations(MODEL)) == 3 * 2 * 4
    grey = Model(MODEL.path, MODEL.classes, Preparation((4, 4), channels="grey"))
    assert {one.channels for one in list_preparations(grey)} == {"grey"}


def right(share: float, count: int = 40, certainty: float = 0.9) -> list[tuple[float, float]]:
    """Return answers to pictures of the first class, of which a share is right."""
    hits = round(share * count)
    good, bad = (certainty, 1 - certainty), (1 - certainty, certainty)
    return [good] * hits + [bad] * (count - hits)


def ranked(**shares: float) -> list:
    """Rank every way: `shares` of those with this scaling, the others are half right."""
    ways = list_preparations(MODEL)
    answers = [right(shares.get(one.scaling, 0.5)) for one in ways]
    return rank(ways, answers, [0] * 40)


def test_the_best_is_first_and_its_interval_is_wilsons() -> None:
    tried = ranked(signed=1.0, unit=0.7)
    assert [one.preparation.scaling for one in tried[:7]] == ["signed"] * 6 + ["unit"]
    low, high = tried[0].metrics.interval
    # Wilson (1927) for 40 of 40: n / (n + z²) to 1.
    assert low == pytest.approx(40 / (40 + 1.959964**2), abs=1e-6)
    assert high == pytest.approx(1)


def test_what_is_equally_often_right_is_ranked_by_how_certain_it_is() -> None:
    ways = list_preparations(MODEL)
    answers = [right(0.8, certainty=0.6 if one.scaling == "none" else 0.55) for one in ways]
    answers[5] = right(0.8, certainty=0.9)
    assert rank(ways, answers, [0] * 40)[0].preparation == ways[5]


def test_an_answer_that_is_no_number_is_wrong() -> None:
    ways = list_preparations(MODEL)
    answers: list = [right(1.0) for _ in ways]
    answers[0] = [None] * 40
    tried = rank(ways, answers, [0] * 40)
    assert tried[-1].preparation == ways[0]
    assert tried[-1].metrics.accuracy == 0


def test_how_sure_it_is() -> None:
    told = describe_certainty(ranked(signed=1.0, unit=0.7))
    assert "right for 100.0\N{NO-BREAK SPACE}% of 40 pictures (95 % interval 91.2" in told
    assert told.endswith("Sure is the range; the channels and the resizing may be otherwise.")
    told = describe_certainty(ranked(signed=0.8, unit=0.75))
    assert "It is not sure: ways that differ in the range, the channels and the resizing" in told
    ways = list_preparations(MODEL)
    told = describe_certainty(rank(ways, [right(1.0), *[right(0.5)] * 23], [0] * 40))
    assert told.endswith("It is sure: all others do worse, beyond chance.")


def test_a_person_sees_what_the_model_sees() -> None:
    picture = np.zeros((8, 4, 3), np.uint8)
    picture[..., 0] = 200
    seen = see(picture, Preparation((4, 4), "pad", "bgr", "signed"))
    assert seen.pixels.shape == (4, 4, 3)
    assert seen.pixels[2, 2].tolist() == [0, 0, 200], "red is where the model looks for blue"
    assert seen.pixels[2, 0].tolist() == [0, 0, 0]
    assert (seen.low, seen.high) == (-1, pytest.approx(200 / 127.5 - 1))
    grey = see(picture, Preparation((4, 4), channels="grey", scaling="unit"))
    assert np.ptp(grey.pixels[2, 2]) == 0
    assert grey.mean == pytest.approx(0.299 * 200 / 255, abs=1e-3)
