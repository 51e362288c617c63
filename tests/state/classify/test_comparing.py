"""A second model classifies the same pictures; the table shows some rows, and all are counted."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.models.model import Model
from explorer.core.models.run_folder import read_run
from explorer.state.classify.classify_state import ClassifyState
from explorer.state.classify.result_rows import (
    LABEL_COLUMN,
    NAME_COLUMN,
    OTHER_LABEL_COLUMN,
    OTHER_PROBABILITY_COLUMN,
    PROBABILITY_COLUMN,
)
from explorer.state.classify.row_filter import ALL, DISAGREEING, FAILED, LEFT, RowFilter
from explorer.state.shared.notices import Notice, Notices
from tests.state.classify.test_classify_state import Teller, add, column
from tests.support.tiny_runs import make_paper_run

NAMES = ("a", "b", "c", "d", "e")


@pytest.fixture
def tellers() -> dict[str, Teller]:
    return {"one": Teller(), "two": Teller(), "three": Teller()}


@pytest.fixture
def models(tmp_path: Path) -> list[Model]:
    made = (make_paper_run(tmp_path / "runs" / name) for name in ("one", "two", "three"))
    return [Model.of_run(read_run(folder)) for folder in made]


@pytest.fixture
def state(
    qtbot: QtBot,
    pool: TaskPool,
    notices: Notices,
    tellers: dict[str, Teller],
    models: list[Model],
    one_by_one: None,
) -> Iterator[ClassifyState]:
    thumbnails = ThumbnailLoader()
    made = ClassifyState(
        lambda model: tellers[model.name],  # type: ignore[arg-type, return-value]
        pool,
        thumbnails,
        notices,
    )
    tester = QAbstractItemModelTester(
        made.table, QAbstractItemModelTester.FailureReportingMode.Fatal, made
    )
    made.set_model(models[0])
    yield made
    thumbnails.close()
    tester.deleteLater()
    made.deleteLater()


def classify(state: ClassifyState, teller: Teller, **cat: float) -> None:
    for name, probability in cat.items():
        teller.answer(name, probability)
    state.progress.tell()  # what waits for its pause


def test_both_models_are_asked_and_where_they_disagree_is_counted(
    qtbot: QtBot, state: ClassifyState, tellers: dict[str, Teller], models: list[Model]
) -> None:
    add(qtbot, state, "a", "b", "c")
    classify(state, tellers["one"], a=0.9, b=0.2)
    assert state.table.columnCount() == 3
    state.compare_with(models[1])
    heads = [
        state.table.headerData(number, Qt.Orientation.Horizontal)
        for number in range(state.table.columnCount())
    ]
    assert heads == ["Picture", "one", "Probability", "two", "Probability"]
    assert column(state, OTHER_LABEL_COLUMN) == ["waiting…"] * 3
    assert state.waiting_count == 3
    classify(state, tellers["two"], a=0.4, b=0.3)
    tellers["two"].refuse("c")
    state.progress.tell()
    assert column(state, OTHER_LABEL_COLUMN) == ["dog", "dog", "The file is empty."]
    assert column(state, OTHER_PROBABILITY_COLUMN) == ["60.0\u00a0%", "70.0\u00a0%", ""]
    assert state.counts.disagreeing == 1  # c has no class yet
    state.table.set_filter(RowFilter(kind=DISAGREEING))
    assert column(state, NAME_COLUMN) == ["a"]
    add(qtbot, state, "d")  # both are asked of what is added later
    assert set(tellers["two"].open()) == {"d"}
    state.compare_with(None)
    assert state.table.columnCount() == 3
    assert state.counts.disagreeing == 0
    assert tellers["two"].open() == {}


def test_going_back_to_a_second_model_is_at_once(
    qtbot: QtBot, state: ClassifyState, tellers: dict[str, Teller], models: list[Model]
) -> None:
    add(qtbot, state, "a")
    classify(state, tellers["one"], a=0.9)
    state.compare_with(models[1])
    classify(state, tellers["two"], a=0.4)
    state.compare_with(models[2])
    state.compare_with(models[1])
    assert column(state, OTHER_LABEL_COLUMN) == ["dog"]
    state.set_model(models[1])  # a model beside itself says nothing
    assert state.other_model is None
    assert column(state, LABEL_COLUMN) == ["dog"]
    assert tellers["two"].open() == {}


def test_cancel_stops_both_and_the_rest_is_asked_of_both(
    qtbot: QtBot, state: ClassifyState, tellers: dict[str, Teller], models: list[Model]
) -> None:
    state.compare_with(models[1])
    add(qtbot, state, "a", "b")
    classify(state, tellers["one"], a=0.9, b=0.9)
    classify(state, tellers["two"], a=0.9)
    state.cancel()
    assert tellers["two"].open() == {}
    assert (state.waiting_count, state.left_count) == (0, 1)
    assert column(state, OTHER_LABEL_COLUMN) == ["cat", "not classified"]
    state.classify_rest()
    assert set(tellers["two"].open()) == {"b"}
    assert tellers["one"].open() == {}


@pytest.fixture
def many(qtbot: QtBot, state: ClassifyState, tellers: dict[str, Teller]) -> ClassifyState:
    add(qtbot, state, *NAMES)
    classify(state, tellers["one"], a=0.9, b=0.3, c=0.6)
    tellers["one"].refuse("d")
    state.progress.tell()
    return state


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (RowFilter(), ["a", "b", "c", "d", "e"]),
        (RowFilter(label="cat"), ["a", "c"]),
        (RowFilter(label="cat", least=0.8), ["a"]),
        (RowFilter(least=0.65), ["a", "b"]),
        (RowFilter(kind=FAILED), ["d"]),
        (RowFilter(kind=LEFT), ["e"]),
        (RowFilter(text="É"), ["e"]),
        (RowFilter(text="nothing", kind=ALL), []),
    ],
)
def test_what_is_asked_for_is_shown(
    many: ClassifyState, wanted: RowFilter, shown: list[str]
) -> None:
    many.table.set_filter(wanted)
    assert column(many, NAME_COLUMN) == shown
    assert many.total_count == len(NAMES)
    many.table.sort(NAME_COLUMN, Qt.SortOrder.DescendingOrder)
    assert column(many, NAME_COLUMN) == shown[::-1]
    many.table.set_filter(RowFilter())
    assert column(many, NAME_COLUMN) == list(NAMES)[::-1]


def test_rows_come_into_a_filtered_table_as_their_answers_do(
    many: ClassifyState, tellers: dict[str, Teller]
) -> None:
    many.table.sort(PROBABILITY_COLUMN, Qt.SortOrder.DescendingOrder)
    many.table.set_filter(RowFilter(label="cat"))
    assert column(many, NAME_COLUMN) == ["a", "c"]
    classify(many, tellers["one"], e=0.8)
    assert column(many, NAME_COLUMN) == ["a", "e", "c"]


def test_what_is_chosen_stays_so_while_it_is_shown(many: ClassifyState) -> None:
    table = many.table
    chosen = QItemSelectionModel(table)
    for row in (1, 2):
        chosen.select(
            table.index(row, 0),
            QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
        )
    table.set_filter(RowFilter(label="cat"))
    assert [index.data() for index in chosen.selectedRows(NAME_COLUMN)] == ["c"]


def test_rows_that_are_chosen_are_copied_in_their_order(many: ClassifyState) -> None:
    text = many.exports.rows_text([many.table.rows[2], many.table.rows[4]])
    assert [line.split("\t")[:2] for line in text.splitlines()] == [
        ["/photos/c", "cat"],
        ["/photos/e", ""],
    ]


def test_counts_name_every_kind(many: ClassifyState) -> None:
    counts = many.counts
    assert (counts.total, counts.done, counts.failed, counts.waiting) == (5, 4, 1, 1)
    assert counts.labels == {"cat": 2, "dog": 1}


def test_csv_has_what_both_models_say(
    qtbot: QtBot,
    many: ClassifyState,
    tellers: dict[str, Teller],
    models: list[Model],
    tmp_path: Path,
) -> None:
    many.compare_with(models[1])
    classify(many, tellers["two"], a=0.25, b=0.25)
    file = tmp_path / "table.csv"
    many.exports.save_csv(file)
    qtbot.waitUntil(lambda: many.exports.file is None)
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert [row["other_label"] for row in rows] == ["dog", "dog", "", ""]
    assert [row["disagree"] for row in rows] == ["1", "0", "", ""]
    assert [row["other_p_cat"] for row in rows] == ["0.25", "0.25", "", ""]
    assert many.exports.table_text.replace("\t", ",") == file.read_text()


def test_json_has_what_both_models_say(
    qtbot: QtBot,
    many: ClassifyState,
    tellers: dict[str, Teller],
    models: list[Model],
    posted: list[Notice],
    tmp_path: Path,
) -> None:
    many.compare_with(models[1])
    classify(many, tellers["two"], a=0.25)
    file = tmp_path / "table.json"
    many.exports.save_json(file)
    qtbot.waitUntil(lambda: many.exports.file is None)
    assert posted[-1].sentence == ("“table.json” was written: 4 of 5 rows; 1 had no result yet.")
    content = json.loads(file.read_text())
    assert content["models"] == [
        {"name": name, "classes": ["cat", "dog"]} for name in ("one", "two")
    ]
    first, second = content["pictures"][0]["predictions"]
    assert content["pictures"][0]["path"] == "/photos/a"
    assert (first["label"], first["probability"], first["error"]) == ("cat", 0.9, None)
    assert second["probabilities"] == [0.25, 0.75]
    failed, none = content["pictures"][3]["predictions"]
    assert failed["label"] is failed["probability"] is none is None
    assert failed["error"] == "“d” was not opened: the file is empty."
    file.write_text("[1]")
    many.exports.save_json(file)  # which may be replaced: it is called one
    qtbot.waitUntil(lambda: many.exports.file is None)
    assert "models" in json.loads(file.read_text())
    notes = tmp_path / "notes.md"
    notes.write_text("mine")
    many.exports.save_json(notes)
    qtbot.waitUntil(lambda: many.exports.file is None)
    assert notes.read_text() == "mine"
    assert "“notes.md” was not written" in posted[-1].sentence


def test_a_submission_has_each_number_once_in_order(
    qtbot: QtBot,
    state: ClassifyState,
    tellers: dict[str, Teller],
    posted: list[Notice],
    tmp_path: Path,
) -> None:
    add(qtbot, state, "10.jpg", "2.jpg", "readme.jpg")
    tellers["one"].answer("10.jpg", 0.25)
    tellers["one"].answer("2.jpg", 0.5)
    tellers["one"].answer("readme.jpg", 0.5)
    file = tmp_path / "submission.csv"
    state.exports.save_submission(file)
    qtbot.waitUntil(lambda: state.exports.file is None)
    assert file.read_text().splitlines() == ["id,label", "2,0.5", "10,0.75"]
    told = posted[-1].sentence
    assert told.startswith("“submission.csv” was written: 2 rows. “readme.jpg” is left out")


def test_without_a_number_there_is_nothing_to_submit(
    qtbot: QtBot, many: ClassifyState, posted: list[Notice], tmp_path: Path
) -> None:
    file = tmp_path / "submission.csv"
    many.exports.save_submission(file)
    qtbot.waitUntil(lambda: many.exports.file is None)
    assert not file.exists()
    assert "“submission.csv” was not written: an id is a number" in posted[-1].sentence
