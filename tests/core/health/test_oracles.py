"""The lists are those of cleanvision and cleanlab, as `record_oracles.py` recorded them."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.core.embedding.neighbours import find_neighbours, normalise
from explorer.core.health.alike import (
    find_by_embedding,
    find_by_hash,
    find_exact,
    group_pairs,
    has_levels,
)
from explorer.core.health.figures import measure_picture
from explorer.core.health.hashes import hash_picture
from explorer.core.health.issues import DEFAULTS
from explorer.core.health.labels import score_property
from explorer.core.health.measured import find_measured, measure_kinds
from explorer.core.health.outliers import find_outliers
from explorer.core.health.suspects import find_label_suspects
from tests.core.health import made_set

RECORDED = json.loads(Path(__file__).with_name("oracles.json").read_text())
VISION, LAB = RECORDED["cleanvision"], RECORDED["cleanlab"]
MEASURED = ("dark", "bright", "blurry", "low_information", "odd_aspect", "odd_size", "grey")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[list[str], list[np.ndarray], dict[str, np.ndarray]]:
    folder = tmp_path_factory.mktemp("made")
    names = made_set.make_pictures(folder)
    pictures = [np.asarray(Image.open(folder / name).convert("RGB")) for name in names]
    rows = [asdict(measure_picture(picture)) for picture in pictures]
    figures = {name: np.array([row[name] for row in rows], np.float32) for name in rows[0]}
    return names, pictures, figures


@pytest.mark.parametrize("kind", MEASURED)
def test_the_same_pictures_are_listed_as_by_cleanvision(made, kind):
    names, _, figures = made
    issues, note = find_measured(figures, DEFAULTS)[kind]
    assert sorted(names[issue.places[0]] for issue in issues) == VISION[kind]["issues"]
    assert VISION[kind]["issues"]
    assert not note


@pytest.mark.parametrize(
    ("kind", "most_apart"),
    [("dark", 0.002), ("bright", 0.002), ("low_information", 0.001), ("odd_aspect", 0.001)],
)
def test_figures_are_those_of_cleanvision(made, kind, most_apart):
    names, _, figures = made
    found = measure_kinds(figures)[kind]
    expected = [VISION[kind]["scores"][name] for name in names]
    small = [place for place, name in enumerate(names) if name != "large0.png"]
    np.testing.assert_allclose(found[small], np.array(expected)[small], atol=most_apart)


def test_sharpness_is_that_of_cleanvision(made):
    """Pillow's cubic reduction there, area averaging here; and a jump where few levels are used."""
    names, _, figures = made
    expected = np.array([VISION["blurry"]["scores"][name] for name in names])
    apart = np.abs(measure_kinds(figures)["blurry"] - expected)
    assert np.median(apart) < 0.02
    assert np.percentile(apart, 90) < 0.06


def test_duplicates_are_those_of_cleanvision(made):
    names, pictures, figures = made
    digests = np.zeros((len(names), 32), np.uint8)
    for row, picture in zip(digests, pictures, strict=True):
        row[:] = np.frombuffer(hashlib.sha256(picture.tobytes()).digest(), np.uint8)
    exact = [[names[place] for place in group] for group in find_exact(digests)]
    assert exact == VISION["exact_duplicates"]
    hashes = np.array([hash_picture(picture)[1] for picture in pictures], np.uint64)
    is_first = np.ones(len(names), bool)
    for group in find_exact(digests):
        is_first[group[1:]] = False
    has_outline = is_first & has_levels(figures["brightness_5"], figures["brightness_99"])
    groups = group_pairs([find_by_hash(hashes, has_outline, 4)], len(names))
    near = [sorted(names[place] for place in group) for group, _, _ in groups]
    # Two plain colours have no outlines that could be the same: cleanvision lists them.
    assert near == [group for group in VISION["near_duplicates"] if "plain0.png" not in group]


@pytest.fixture(scope="module")
def neighbours():
    found = find_neighbours(normalise(made_set.make_features()))
    assert found is not None
    return found


def test_outliers_are_those_of_cleanlab(neighbours):
    issues = find_outliers(neighbours.distances, np.arange(200), DEFAULTS.outlier)
    assert sorted(issue.places[0] for issue in issues) == LAB["outliers"]
    assert issues[0].figure > issues[-1].figure > DEFAULTS.outlier


def test_near_duplicates_by_embedding_are_those_of_cleanlab(neighbours):
    found = find_by_embedding(
        neighbours.places,
        neighbours.distances,
        None,
        multiple=DEFAULTS.near_duplicate,
        fewest_points=16,
    )
    pairs = sorted(zip(found.one.tolist(), found.other.tolist(), strict=True))
    assert pairs == [tuple(pair) for pair in LAB["near_duplicates"]]


def test_label_suspects_are_those_of_cleanlab_in_its_order():
    labels, probabilities = made_set.make_labels()
    assert find_label_suspects(labels, probabilities)[0].tolist() == LAB["label_suspects"]
    assert len(LAB["label_suspects"]) > 10


def test_a_property_that_tells_the_labels_has_a_low_score_as_for_cleanlab():
    properties, labels = made_set.make_properties()
    assert score_property(properties["telling"], labels) == LAB["spurious"]["telling"] == 0
    # cleanlab divides by the error of a class number, not of a share; its score is half of ours.
    assert score_property(properties["silent"], labels) > 0.85
    assert 0.4 < LAB["spurious"]["silent"] < 0.6
