"""The health of a dataset: a list for each kind, each entry with its reason."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.core.catalogue import check_health
from explorer.core.catalogue.check_health import CancelledError, HealthCheck, affected
from explorer.core.catalogue.columns import TEST, TRAIN, Columns
from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.health.figures import measure_picture
from explorer.core.health.hashes import hash_picture
from explorer.core.health.issues import DEFAULTS, KINDS, IssueList

COUNT = 60
CROP, COPY, MIRRORED, BROKEN, WRONG, FAR = 50, 51, 52, 53, 10, 20


def draw_scene(seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    scene = np.full((150, 180, 3), generator.integers(60, 200, 3), np.uint8)
    for _ in range(60):
        y, x = generator.integers(0, 140, 2)
        height, width = generator.integers(5, 40, 2)
        scene[y : y + height, x : x + width] = generator.integers(0, 256, 3)
    return scene


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Dataset, Columns, np.ndarray]:
    """Return cats and dogs with one fault of each kind."""
    folder: Path = tmp_path_factory.mktemp("pets")
    pictures = [draw_scene(seed) for seed in range(COUNT)]
    pictures[CROP] = pictures[0][10:140, 15:170]
    pictures[COPY] = pictures[1]
    pictures[MIRRORED] = np.ascontiguousarray(pictures[2][:, ::-1])
    for place, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{place:02d}.png")
    truth = np.arange(COUNT) % 2
    labels = truth.copy()
    labels[WRONG] = 1 - labels[WRONG]
    generator = np.random.default_rng(0)
    embedding = 3 * np.eye(2, 12)[truth] + generator.normal(size=(COUNT, 12)) * 0.35
    embedding[CROP] = embedding[0] + 0.2 * generator.normal(size=12)
    embedding[FAR] = -5
    embedding[BROKEN] = np.nan
    samples = tuple(
        Sample(
            folder / f"{place:02d}.png",
            ("cat", "dog")[labels[place]],
            "test" if place == MIRRORED else None,
        )
        for place in range(COUNT)
    )
    rows = [asdict(measure_picture(picture)) for picture in pictures]
    figures = {
        name: np.array([np.nan if row is rows[BROKEN] else row[name] for row in rows], np.float32)
        for name in rows[0]
    }
    digests = generator.integers(1, 255, (COUNT, 32), dtype=np.uint8)
    digests[COPY] = digests[1]
    probabilities = np.full((COUNT, 2), np.nan, np.float32)
    columns = Columns(
        classes=("cat", "dog"),
        labels=labels.astype(np.int16),
        is_done=np.ones(COUNT, bool),
        probabilities=probabilities,
        novelty=np.full(COUNT, np.nan, np.float32),
        parts=np.zeros(COUNT, np.int8),
        figures=figures,
        digests=digests,
        hashes=np.array([hash_picture(picture) for picture in pictures], np.uint64),
        errors={BROKEN: "it is damaged"},
    )
    return Dataset(folder, ("cat", "dog"), samples), columns, embedding


@pytest.fixture(scope="module")
def lists(made) -> dict[str, IssueList]:
    return {one.kind.name: one for one in HealthCheck(*made).run()}


def places(one: IssueList) -> list[tuple[int, ...]]:
    return [issue.places for issue in one.issues]


def test_there_is_a_list_of_each_kind_with_its_threshold(lists):
    assert list(lists) == [kind.name for kind in KINDS]
    assert lists["dark"].rule == "the 99th percentile of brightness is below 0.32"
    assert all("{" not in one.rule for one in lists.values())


def test_duplicates_are_groups_and_those_across_splits_come_first(lists):
    assert places(lists["exact_duplicate"]) == [(1, COPY)]
    near = lists["near_duplicate"].issues
    assert [issue.places for issue in near] == [(2, MIRRORED), (0, CROP)]
    assert near[0].reason == "the same outlines, mirrored or turned; in test and train"
    assert "points in common" in near[1].reason


def test_what_is_broken_far_off_or_wrongly_labelled_is_listed_with_its_reason(lists):
    assert [issue.reason for issue in lists["unreadable"].issues] == ["it is damaged"]
    assert places(lists["outlier"])[0] == (FAR,)
    assert (WRONG,) in places(lists["label_suspect"])
    suspect = next(one for one in lists["label_suspect"].issues if one.places == (WRONG,))
    assert suspect.reason.startswith("labelled dog (")
    assert suspect.suggestion == "cat"
    assert "linear head" in lists["label_suspect"].note


def test_other_thresholds_give_other_lists_and_what_is_common_is_no_exception(made):
    check = HealthCheck(*made)
    strict = {one.kind.name: one for one in check.run(replace(DEFAULTS, blurry=1.01))}
    assert strict["blurry"].issues == ()
    assert strict["blurry"].note.startswith("59 of 59 pictures: more than 10 %")
    lax = replace(DEFAULTS, blurry=1.01, most_share=1)
    assert len(next(one for one in check.run(lax) if one.kind.name == "blurry").issues) == 59


def test_a_model_that_was_not_trained_on_the_pictures_judges_the_labels_itself(made):
    dataset, columns, embedding = made
    truth = np.arange(COUNT) % 2
    probabilities = np.where(np.eye(2)[truth] > 0, 0.9, 0.1).astype(np.float32)
    unseen = replace(columns, probabilities=probabilities, parts=np.full(COUNT, TEST, np.int8))
    own = HealthCheck(dataset, unseen, embedding)._find_suspects()
    assert [issue.places for issue in own[0]] == [(WRONG,)]
    assert "the model's own probabilities" in own[1]
    seen = replace(unseen, parts=np.full(COUNT, TRAIN, np.int8))
    assert "may hide wrong ones" in HealthCheck(dataset, seen, embedding)._find_suspects()[1]


def test_a_group_in_which_the_model_does_worse_is_named(made):
    dataset, columns, embedding = made
    labels = columns.labels
    answers = np.where((labels == 1) & (np.arange(COUNT) % 3 > 0), 0, labels)
    weak = replace(
        columns,
        probabilities=np.eye(2, dtype=np.float32)[answers],
        parts=np.full(COUNT, TEST, np.int8),
    )
    lists = {one.kind.name: one for one in HealthCheck(dataset, weak, embedding).run()}
    assert lists["weak_group"].issues[0].reason.startswith("“dog”: ")
    assert len(lists["weak_group"].issues[0].places) == int((labels == 1).sum())


def test_without_an_embedding_hashes_and_figures_are_left(made):
    dataset, columns, _ = made
    lists = {one.kind.name: one for one in HealthCheck(dataset, columns, None).run()}
    assert places(lists["near_duplicate"]) == [(2, MIRRORED)]
    assert "no embedding" in lists["near_duplicate"].note
    assert lists["outlier"].issues == ()
    assert "cannot be judged" in lists["label_suspect"].note


def test_it_can_be_cancelled_and_tells_what_it_does(made):
    told: list[str] = []
    HealthCheck(*made).run(told=lambda step, done: told.append(step))
    assert set(told) >= {"comparing embeddings", "judging labels"}
    with pytest.raises(CancelledError):
        HealthCheck(*made).run(is_cancelled=lambda: True)


def test_each_kind_says_which_pictures_it_lists(lists):
    found = affected(lists.values(), COUNT)
    assert np.flatnonzero(found["exact_duplicate"]).tolist() == [1, COPY]
    assert set(found) == {kind.name for kind in KINDS}


def test_what_takes_long_is_kept_for_the_next_start(made, tmp_path, monkeypatch):
    first = HealthCheck(*made, tmp_path)
    quick = first.run(is_quick=True)
    assert not first.is_whole
    assert {one.kind.name for one in quick if one.note == "Not looked for yet."} == {
        "label_suspect",
        "outlier",
    }
    whole = first.run()
    monkeypatch.setattr(check_health, "find_neighbours", None)
    monkeypatch.setattr(check_health, "cross_validate", None)
    monkeypatch.setattr(check_health, "read_thumbnail", None)
    again = HealthCheck(*made, tmp_path)
    assert again.run(is_quick=True) == whole
    assert again.is_whole
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-100])
    monkeypatch.undo()
    assert HealthCheck(*made, tmp_path).run() == whole
