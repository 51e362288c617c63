"""Decisions about pictures: made, undone, kept for the next start, saved for training."""

from pathlib import Path

import pytest
from PIL import Image

from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.health.decisions import EXCLUDE, KEEP, Decision, kept_file, read_decisions
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.decisions_state import DecisionsState


@pytest.fixture
def pets(tmp_path) -> Path:
    folder = tmp_path / "pets"
    folder.mkdir()
    for number in range(6):
        Image.new("L", (1, 1)).save(folder / f"{('cat', 'dog')[number % 2]}.{number}.png")
    return folder


@pytest.fixture
def dataset(qtbot, pool, notices):
    thumbnails = ThumbnailLoader()
    yield DatasetState(pool, thumbnails, notices)
    thumbnails.close()


@pytest.fixture
def state(qtbot, dataset, pool, notices, pets):
    made = DecisionsState(dataset, pool, notices)
    dataset.open_folder(pets)
    qtbot.waitUntil(lambda: made.can_decide)
    return made


def name_of(dataset: DatasetState, place: int) -> str:
    return dataset.dataset.samples[place].path.name


def test_decisions_are_undone_and_done_again(state):
    state.exclude([0, 2])
    state.keep([2])
    state.relabel([5], "cat")
    assert state.decisions == {0: EXCLUDE, 2: KEEP, 5: Decision("relabel", "cat")}
    state.undo_stack.undo()
    state.undo_stack.undo()
    assert state.decisions == {0: EXCLUDE, 2: EXCLUDE}
    state.undo_stack.undo()
    assert state.decisions == {}
    state.undo_stack.redo()
    assert state.decisions == {0: EXCLUDE, 2: EXCLUDE}
    state.decide([0], None)
    assert state.decisions == {2: EXCLUDE}


def test_what_was_decided_stands_in_the_grid_and_is_a_facet(state, dataset):
    state.exclude([0, 2])
    state.relabel([5], "cat")
    assert [dataset.samples.cell_at(row).label for row in (0, 1, 5)] == [
        "cat: left out",
        "cat",
        "dog: is cat",
    ]
    assert dataset.facets[-1].values == ("is cat", "left out")
    dataset.choose("decision", frozenset({"left out"}))
    assert dataset.places.tolist() == [0, 2]


def test_what_changes_nothing_is_no_step_to_undo(state):
    state.exclude([1])
    state.exclude([1])
    assert state.undo_stack.count() == 1


def test_they_are_kept_for_the_next_start_and_the_pictures_are_untouched(
    qtbot, state, dataset, pool, notices, pets
):
    before = sorted(pets.iterdir())
    state.exclude([3])
    qtbot.waitUntil(lambda: not pool.is_busy)
    name = name_of(dataset, 3)
    assert read_decisions(kept_file(pets)) == {name: EXCLUDE}
    assert sorted(pets.iterdir()) == before
    again = DecisionsState(dataset, pool, notices)
    dataset.open_folder(pets)
    qtbot.waitUntil(lambda: again.can_decide)
    assert again.decisions == {3: EXCLUDE}


def test_what_was_decided_about_files_that_are_gone_is_kept_until_they_are_back(
    qtbot, state, dataset, pool, notices, pets
):
    state.exclude([0])
    state.keep([1])
    qtbot.waitUntil(lambda: not pool.is_busy)
    gone = name_of(dataset, 0)
    (pets / gone).unlink()
    again = DecisionsState(dataset, pool, notices)
    dataset.open_folder(pets)
    qtbot.waitUntil(lambda: again.can_decide)
    assert again.decisions == {0: KEEP}
    again.keep([2])
    qtbot.waitUntil(lambda: not pool.is_busy)
    assert read_decisions(kept_file(pets))[gone] == EXCLUDE


def test_saved_they_are_what_training_reads(qtbot, state, dataset, pool, tmp_path):
    state.relabel([0], "dog")
    table = tmp_path / "mine.csv"
    state.save(table)
    qtbot.waitUntil(lambda: not pool.is_busy)
    assert read_decisions(table) == {name_of(dataset, 0): Decision("relabel", "dog")}


def test_a_damaged_file_is_told_and_set_aside(qtbot, dataset, pool, notices, pets, posted):
    kept_file(pets).parent.mkdir(parents=True, exist_ok=True)
    kept_file(pets).write_bytes(b"no table")
    state = DecisionsState(dataset, pool, notices)
    dataset.open_folder(pets)
    qtbot.waitUntil(lambda: dataset.dataset is not None and not pool.is_busy)
    qtbot.waitUntil(lambda: state.can_decide)
    assert "does not begin with" in posted[0].sentence
    aside = kept_file(pets).with_name(f"{kept_file(pets).stem}.damaged-1.csv")
    assert aside.name in posted[0].sentence
    state.exclude([0])
    qtbot.waitUntil(lambda: not pool.is_busy)
    assert read_decisions(kept_file(pets)) == {name_of(dataset, 0): EXCLUDE}
    assert aside.read_bytes() == b"no table"
