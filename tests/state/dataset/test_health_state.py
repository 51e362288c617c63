"""The check of a dataset while a person looks: lists, thresholds, pictures in the grid."""

import numpy as np
import pytest
from PIL import Image

from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.catalogue.columns import Columns
from explorer.core.health.issues import DEFAULTS, KINDS
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.health_state import HealthState
from tests.support.made_columns import make_columns

COUNT = 30


@pytest.fixture
def dataset(qtbot, pool, notices, tmp_path):
    for number in range(COUNT):
        name = f"{('cat', 'dog')[number % 2]}.{number:02d}.png"
        Image.new("L", (1, 1)).save(tmp_path / name)
    thumbnails = ThumbnailLoader()
    state = DatasetState(pool, thumbnails, notices)
    state.open_folder(tmp_path)
    qtbot.waitUntil(lambda: state.dataset is not None)
    yield state
    thumbnails.close()


@pytest.fixture
def state(dataset, pool, notices):
    return HealthState(dataset, pool, notices)


def measured(**changes: list[int]) -> Columns:
    """Return columns of ordinary figures, and for some names the places where they are low."""
    made = make_columns([0] * COUNT, np.full((COUNT, 2), np.nan))
    usual = {
        "brightness": 0.5,
        "brightness_5": 0.1,
        "brightness_99": 0.9,
        "sharpness": 0.6,
        "entropy": 7,
        "aspect_ratio": 0.8,
        "width": 200,
        "height": 160,
        "is_grey": 0,
    }
    figures = {name: np.full(COUNT, value, np.float32) for name, value in usual.items()}
    for name, places in changes.items():
        figures[name][places] = np.linspace(0.05, 0.1, len(places))
    hashes = np.random.default_rng(0).integers(1, 2**63, (COUNT, 2), np.uint64)
    return Columns(**{**vars(made), "figures": figures, "hashes": hashes})


def give(qtbot, dataset, state, columns) -> None:
    dataset.set_columns(columns)
    qtbot.waitUntil(lambda: not state.is_busy and bool(state.lists))


def test_what_takes_long_is_not_looked_for_before_somebody_looks(qtbot, dataset, state):
    embedding = np.random.default_rng(0).normal(size=(COUNT, 5))
    dataset.set_columns(measured(brightness_99=[3]), embedding)
    qtbot.waitUntil(lambda: bool(state.lists))
    assert [one.kind for one in state.lists] == list(KINDS)
    assert dataset.facets[-1].values == ("Dark",)
    assert not state.is_busy
    assert not state.is_whole
    state.enter()
    qtbot.waitUntil(lambda: state.is_whole and not state.is_busy)
    assert not any(one.note == "Not looked for yet." for one in state.lists)


def test_a_chosen_kind_shows_its_pictures_the_worst_first(qtbot, dataset, state):
    state.enter()
    give(qtbot, dataset, state, measured(brightness_99=[20, 4]))
    state.choose("dark")
    assert dataset.places.tolist() == [20, 4]
    assert dataset.picked.sentence == "Dark"
    state.show_issue(1)
    assert dataset.places.tolist() == [4]
    assert dataset.picked.sentence == "Dark: 99 % of the pixels are darker than 10 %"
    (found, issue), *others = state.reasons_for(4)
    assert (found.kind.name, issue.places, others) == ("dark", (4,), [])
    dataset.clear_pick()
    assert state.chosen == ""
    assert len(dataset.places) == COUNT


def test_another_threshold_gives_another_list_and_reset_the_first(qtbot, dataset, state):
    state.enter()
    give(qtbot, dataset, state, measured(brightness_99=[20, 4]))
    with qtbot.waitSignal(state.lists_changed):
        state.set_threshold("dark", 0.06)
    state.choose("dark")
    assert dataset.places.tolist() == [20]
    with qtbot.waitSignal(state.lists_changed):
        state.reset_thresholds()
    assert state.thresholds == DEFAULTS
    state.choose("dark")
    assert dataset.places.tolist() == [20, 4]


def test_a_kind_that_is_common_shows_nothing_but_says_so(qtbot, dataset, state):
    state.enter()
    give(qtbot, dataset, state, measured(brightness_99=list(range(10))))
    state.choose("dark")
    assert state.chosen_list.issues == ()
    assert "10 of 30 pictures" in state.chosen_list.note
    assert dataset.picked is None
    dataset.search("cat")
    assert state.chosen == "dark"


def test_a_kind_without_pictures_takes_those_of_another_away(qtbot, dataset, state):
    state.enter()
    give(qtbot, dataset, state, measured(brightness_99=[20, 4]))
    state.choose("dark")
    state.choose("blurry")
    assert (state.chosen, dataset.picked, len(dataset.places)) == ("blurry", None, COUNT)


def test_another_folder_has_no_lists_yet(qtbot, dataset, state, tmp_path):
    state.enter()
    give(qtbot, dataset, state, measured(brightness_99=[1]))
    other = tmp_path / "other"
    other.mkdir()
    Image.new("L", (1, 1)).save(other / "cat.1.png")
    with qtbot.waitSignal(dataset.dataset_changed):
        dataset.open_folder(other)
    assert (state.lists, state.chosen, state.is_busy) == ((), "", False)


def test_a_check_that_is_cancelled_leaves_what_was_there_and_says_nothing(
    qtbot, dataset, state, posted
):
    state.enter()
    dataset.set_columns(
        measured(brightness_99=[1]), np.random.default_rng(0).normal(size=(COUNT, 5))
    )
    state.cancel()
    qtbot.waitUntil(lambda: not state.is_busy)
    assert posted == []
    assert not state.is_whole
    dataset.search("cat")  # which begins nothing anew
    assert not state.is_busy
    state.leave()
    state.enter()
    qtbot.waitUntil(lambda: state.is_whole and not state.is_busy)


def test_an_embedding_that_comes_later_is_looked_at(qtbot, dataset, state):
    state.enter()
    give(qtbot, dataset, state, measured())
    assert "no embedding" in next(one for one in state.lists if one.kind.name == "outlier").note
    with qtbot.waitSignal(state.lists_changed):
        dataset.set_embedding(np.random.default_rng(0).normal(size=(COUNT, 5)))
    assert not next(one for one in state.lists if one.kind.name == "outlier").note
    dataset.set_embedding(np.zeros((3, 5)))  # of another dataset
    assert dataset.embedding is None
    qtbot.waitUntil(lambda: not state.is_busy)
