"""Figures follow what is known, the threshold and the class; a cell shows its pictures."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from sklearn import metrics as sk

from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.catalogue.columns import TRAIN, VALIDATION
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.evaluation_state import EvaluationState, _prepare
from tests.support.made_columns import made_answers, make_columns

COUNT = 40
LABELS = np.array([0, 1] * (COUNT // 2))


@pytest.fixture
def dataset(qtbot, pool, notices, tmp_path):
    for number in range(COUNT):
        name = f"{('cat', 'dog')[LABELS[number]]}.{number}.png"
        Image.new("L", (1, 1)).save(tmp_path / name)
    thumbnails = ThumbnailLoader()
    state = DatasetState(pool, thumbnails, notices)
    state.open_folder(tmp_path)
    qtbot.waitUntil(lambda: state.dataset is not None)
    yield state
    thumbnails.close()


@pytest.fixture
def labels(dataset) -> np.ndarray:
    """Return the labels in the order of the samples: first all cats."""
    return np.array([int(one.label == "dog") for one in dataset.dataset.samples])


@pytest.fixture
def state(dataset, pool, notices):
    made = EvaluationState(dataset, pool, notices)
    made.enter()
    return made


def give(qtbot, dataset, state, columns) -> None:
    with qtbot.waitSignal(state.evaluation_changed):
        dataset.set_columns(columns)
    qtbot.waitUntil(lambda: state.columns is columns)


def test_the_figures_are_those_of_the_answers(qtbot, dataset, state, labels):
    answers = made_answers(labels, 2)
    give(qtbot, dataset, state, make_columns(labels, answers))
    assert state.report.seen is None
    called = answers.argmax(axis=1)
    assert (state.at.confusion == sk.confusion_matrix(labels, called)).all()
    assert state.positive == 1
    for threshold in (0.2, 0.735):
        state.set_threshold(threshold)
        called = (answers[:, 1] >= threshold).astype(int)
        assert (state.at.confusion == sk.confusion_matrix(labels, called)).all()
    state.set_threshold(None)
    assert state.at.figures.accuracy == state.shown.figures.accuracy


def test_a_cell_shows_its_pictures_and_they_follow_the_threshold(qtbot, dataset, state, labels):
    answers = made_answers(labels, 2)
    give(qtbot, dataset, state, make_columns(labels, answers))
    state.choose_cell(1, 0)
    expected = np.flatnonzero((labels == 1) & (answers.argmax(axis=1) == 0))
    assert sorted(dataset.places) == expected.tolist()
    assert dataset.picked.sentence == "dog classified as cat"
    number = dataset.picked.number
    state.set_threshold(0.9)
    expected = np.flatnonzero((labels == 1) & (answers[:, 1] < 0.9))
    assert sorted(dataset.places) == expected.tolist()
    assert dataset.picked.number == number  # Back leads to before the cell, not through each step
    dataset.clear_pick()
    assert state.cell is None
    state.set_threshold(0.3)
    assert len(dataset.places) == COUNT
    state.choose_cell(0, 0)
    state.choose_cell(0, 0)
    assert (state.cell, dataset.picked) == (None, None)


def test_seen_and_unseen_pictures_are_looked_at_apart(qtbot, dataset, state, labels):
    parts = np.where(np.arange(COUNT) % 4 == 0, VALIDATION, TRAIN)
    answers = made_answers(labels, 2)
    give(qtbot, dataset, state, make_columns(labels, answers, parts=parts))
    assert state.group == "unseen"
    assert state.at.figures.total == COUNT // 4
    with qtbot.waitSignal(state.evaluation_changed):
        state.choose_group("seen")
    assert state.at.figures.total == 3 * COUNT // 4
    seen = parts == TRAIN
    assert state.at.figures.accuracy == sk.accuracy_score(
        labels[seen], answers[seen].argmax(axis=1)
    )


def test_where_all_pictures_were_seen_these_are_shown(qtbot, dataset, state, labels):
    give(
        qtbot, dataset, state, make_columns(labels, made_answers(labels, 2), parts=[TRAIN] * COUNT)
    )
    assert state.group == "seen"
    assert "tell no accuracy" in state.report.remark


def test_of_many_classes_each_has_its_threshold(qtbot, dataset, state, labels):
    names = ("ant", "cat", "dog", "owl")
    answers = made_answers(labels + 1, 4)
    give(qtbot, dataset, state, make_columns(labels + 1, answers, names))
    assert state.positive == 0
    with qtbot.waitSignal(state.evaluation_changed):
        state.choose_class(2)
    state.set_threshold(0.8)
    others = answers.copy()
    others[:, 2] = -1
    called = np.where(answers[:, 2] >= np.float64(0.8), 2, others.argmax(axis=1))
    expected = sk.confusion_matrix(labels + 1, called, labels=range(4))
    assert (state.at.confusion == expected).all()


def test_what_is_not_known_is_not_counted_and_another_dataset_takes_the_figures_away(
    qtbot, dataset, state, labels
):
    answers = made_answers(labels, 2)
    answers[:5] = np.nan
    some = labels.copy()
    some[-3:] = -1
    give(qtbot, dataset, state, make_columns(some, answers))
    assert state.at.figures.total == COUNT - 8
    with qtbot.waitSignal(state.evaluation_changed):
        dataset.set_columns(None)
    assert (state.report, state.at, state.json, state.csv) == (None, None, "", "")
    dataset.set_columns(make_columns([-1] * COUNT, answers))
    assert state.report is None


def test_nothing_is_computed_while_nobody_looks(qtbot, dataset, state, labels):
    state.leave()
    dataset.set_columns(make_columns(labels, made_answers(labels, 2)))
    assert not state.is_busy
    with qtbot.waitSignal(state.evaluation_changed):
        state.enter()
    assert state.at.figures.total == COUNT


def test_the_figures_are_saved_by_the_suffix(qtbot, dataset, state, labels, tmp_path, posted):
    answers = made_answers(labels, 2)
    give(qtbot, dataset, state, make_columns(labels, answers))
    state.set_threshold(0.25)
    for name in ("figures.json", "figures.csv"):
        state.save(tmp_path / name)
    qtbot.waitUntil(lambda: len(posted) == 2)
    found = json.loads((tmp_path / "figures.json").read_text())
    assert found["accuracy"] == state.shown.figures.accuracy
    assert found["at_threshold"]["threshold"] == 0.25
    assert found["at_threshold"]["confusion"] == state.at.confusion.tolist()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "figures.csv").read_text())))
    (share,) = (row for row in rows if row["figure"] == "accuracy")
    assert float(share["value"]) == state.shown.figures.accuracy


def test_while_a_pass_goes_on_it_has_the_processor_most_of_the_time(
    qtbot, dataset, state, labels, monkeypatch
):
    answers = made_answers(labels, 2)
    asked = []

    def prepared(columns, *more):
        asked.append(columns)
        return replace(_prepare(columns, *more), seconds=0.02)

    monkeypatch.setattr("explorer.state.dataset.evaluation_state._prepare", prepared)
    some = make_columns(labels, answers)
    some.is_done[-1] = False
    give(qtbot, dataset, state, some)
    for _ in range(5):  # sooner than ten times as long
        columns = replace(some)
        dataset.set_columns(columns)
    assert asked == [some]
    qtbot.waitUntil(lambda: state.columns is columns)
    assert asked == [some, columns]
    whole = make_columns(labels, answers)
    give(qtbot, dataset, state, whole)  # the end of the pass is shown at once
