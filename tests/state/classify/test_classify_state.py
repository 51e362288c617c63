"""Rows that are classified one after the other by a process whose answers the test gives."""

import csv
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from explorer.background.request_queue import PendingRequest
from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.datasets import listing
from explorer.core.datasets.left_out import LeftOut
from explorer.core.files import writing
from explorer.core.images.read import (
    PictureFile,
    decode_picture,
    picture_from_pixels,
)
from explorer.core.models import prediction as predictions
from explorer.core.models.messages import ErrorMessage
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction
from explorer.core.models.requests import Classified, ClassifyPicture, Request, SurveyFiles
from explorer.core.models.run_folder import read_run
from explorer.core.models.survey import Surveyed
from explorer.errors import ExplorerError, ModelError, PictureError, WorkerError
from explorer.state.classify import arrivals
from explorer.state.classify.classify_state import ClassifyState
from explorer.state.classify.result_rows import (
    LABEL_COLUMN,
    NAME_COLUMN,
    PROBABILITY_COLUMN,
)
from explorer.state.classify.results_table import THUMBNAIL_EDGE_PX
from explorer.state.shared.notices import Notice, Notices
from tests.support.tiny_runs import make_paper_run

UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
CLASSES = ("cat", "dog")


@dataclass
class Teller:
    """Stands in for the process: keeps the requests until the test answers them.

    Parameters
    ----------
    threads : int
        How many files are asked about ahead, halved: the others wait where they are cheap.
    """

    threads: int = 250
    requests: list[PendingRequest] = field(default_factory=list)
    forgiven: list[Path] = field(default_factory=list)

    def forgive(self, model: Path) -> None:
        self.forgiven.append(model)

    def ask(
        self,
        request: Request[Any],
        *,
        done: Callable[[Any], None],
        failed: Callable[[ExplorerError], None],
        is_urgent: bool = False,
    ) -> PendingRequest:
        self.requests.append(PendingRequest(request, done, failed))
        return self.requests[-1]

    def open(self) -> dict[str, PendingRequest]:
        """Return what is still wanted, by the file's name; the current picture has none."""
        wanted = [one for one in self.requests if not one.is_cancelled]
        return {
            one.request.paths[0].name if isinstance(one.request, SurveyFiles) else "": one
            for one in wanted
        }

    def answer(self, name: str, *shares: float) -> None:
        """Answer with the probability of a cat, or with those of all classes."""
        known = shares if len(shares) > 1 else (shares[0], 1 - shares[0])
        request = self.take(name)
        found = say(known) if isinstance(request.request, SurveyFiles) else Classified(known)
        request.done(found)

    def refuse(self, name: str, reason: str = "the file is empty") -> None:
        error = ErrorMessage.of(PictureError.not_opened(name, reason))
        self.take(name).done(replace(Surveyed.empty(1), errors={0: error}))

    def take(self, name: str) -> PendingRequest:
        request = self.open()[name]
        self.requests.remove(request)
        return request


def say(shares: Sequence[float]) -> Surveyed:
    """Return what a process says of one picture."""
    return replace(Surveyed.empty(1), probabilities=np.array([shares]))


@pytest.fixture
def teller() -> Teller:
    return Teller()


@pytest.fixture
def models(tmp_path: Path) -> list[Model]:
    made = (make_paper_run(tmp_path / "runs" / name) for name in ("one", "two"))
    return [Model.of_run(read_run(folder)) for folder in made]


@pytest.fixture
def state(
    qtbot: QtBot,
    pool: TaskPool,
    notices: Notices,
    teller: Teller,
    models: list[Model],
    one_by_one: None,
) -> Iterator[ClassifyState]:
    thumbnails = ThumbnailLoader()
    made = ClassifyState(lambda model: teller, pool, thumbnails, notices)  # type: ignore[arg-type, return-value]
    made.set_model(models[0])
    yield made
    thumbnails.close()
    made.deleteLater()


def add(qtbot: QtBot, state: ClassifyState, *names: str) -> None:
    total = state.total_count + len(names)
    state.add_files([Path("/photos") / name for name in names])
    qtbot.waitUntil(lambda: state.total_count == total)


def column(state: ClassifyState, number: int) -> list[str]:
    table = state.table
    return [table.index(row, number).data() for row in range(table.rowCount())]


def test_names_sort_as_people_count(qtbot: QtBot, state: ClassifyState) -> None:
    add(qtbot, state, "cat.10.jpg", "Cat.2.jpg", "cat.1.jpg")
    assert column(state, NAME_COLUMN) == ["cat.10.jpg", "Cat.2.jpg", "cat.1.jpg"]
    state.table.sort(NAME_COLUMN, UP)
    assert column(state, NAME_COLUMN) == ["cat.1.jpg", "Cat.2.jpg", "cat.10.jpg"]
    add(qtbot, state, "cat.3.jpg")  # what is added later finds its place
    assert column(state, NAME_COLUMN) == ["cat.1.jpg", "Cat.2.jpg", "cat.3.jpg", "cat.10.jpg"]
    state.table.sort(-1, UP)
    assert column(state, NAME_COLUMN) == ["cat.10.jpg", "Cat.2.jpg", "cat.1.jpg", "cat.3.jpg"]


@pytest.mark.parametrize(
    ("number", "order", "expected"),
    [
        (PROBABILITY_COLUMN, UP, ["b", "a", "d", "bad", "late"]),
        (PROBABILITY_COLUMN, DOWN, ["d", "a", "b", "bad", "late"]),
        (LABEL_COLUMN, UP, ["a", "d", "b", "bad", "late"]),
        (LABEL_COLUMN, DOWN, ["bad", "b", "a", "d", "late"]),
    ],
)
def test_rows_without_a_value_come_last_whichever_way(
    qtbot: QtBot,
    state: ClassifyState,
    teller: Teller,
    number: int,
    order: Qt.SortOrder,
    expected: list[str],
) -> None:
    add(qtbot, state, "bad", "a", "late", "b", "d")
    state.table.sort(number, order)
    teller.refuse("bad")
    for name, cat in (("d", 0.9), ("a", 0.8), ("b", 0.3)):
        teller.answer(name, cat)
    qtbot.waitUntil(lambda: column(state, NAME_COLUMN) == expected)


def test_rows_are_sorted_by_what_went_wrong_not_by_their_names(
    qtbot: QtBot, state: ClassifyState, teller: Teller
) -> None:
    add(qtbot, state, "a", "b", "c")
    teller.refuse("a", "it is not a picture")
    teller.refuse("b", "the file is empty")
    teller.refuse("c", "it is not a picture")
    state.table.sort(LABEL_COLUMN, DOWN)
    qtbot.waitUntil(lambda: column(state, NAME_COLUMN) == ["b", "a", "c"])
    assert column(state, LABEL_COLUMN)[:2] == ["The file is empty.", "It is not a picture."]


def test_a_chosen_row_stays_the_same_picture_through_sorting_and_answers(
    qtbot: QtBot, state: ClassifyState, teller: Teller
) -> None:
    add(qtbot, state, *(f"{number}.jpg" for number in range(9)))
    chosen = QPersistentModelIndex(state.table.index(4, LABEL_COLUMN))
    state.table.sort(PROBABILITY_COLUMN, DOWN)
    for number in range(9):
        teller.answer(f"{number}.jpg", 0.5 + number / 20)
    expected = [f"{number}.jpg" for number in reversed(range(9))]
    qtbot.waitUntil(lambda: column(state, NAME_COLUMN) == expected)
    assert (chosen.row(), chosen.column()) == (4, LABEL_COLUMN)
    state.table.sort(NAME_COLUMN, DOWN)
    state.table.sort(PROBABILITY_COLUMN, UP)
    assert state.table.index(chosen.row(), NAME_COLUMN).data() == "4.jpg"


def test_twenty_thousand_rows_are_sorted_before_a_hand_notices(
    qtbot: QtBot, state: ClassifyState
) -> None:
    names = [f"{number}.jpg" for number in range(20_000)]
    add(qtbot, state, *reversed(names))
    for place, row in enumerate(state.table.rows):
        row.prediction = Prediction(
            str(row.path), CLASSES, (place % 997 / 997, 1 - place % 997 / 997)
        )
    for number in (PROBABILITY_COLUMN, LABEL_COLUMN, NAME_COLUMN):
        begun = time.perf_counter()
        state.table.sort(number, UP)
        assert time.perf_counter() - begun < 0.3  # it takes some 20 ms, and took seconds
    assert column(state, NAME_COLUMN) == names


def test_many_answers_are_shown_together(
    qtbot: QtBot, state: ClassifyState, teller: Teller
) -> None:
    names = [f"{number}.jpg" for number in range(1_200)]
    add(qtbot, state, *names)
    assert len(teller.open()) == 500  # the others wait where they are cheap
    told: list[int] = []
    state.progress_changed.connect(lambda: told.append(state.done_count))
    for name in names:
        teller.answer(name, 0.7)
    assert told == [1]  # the first one at once: it may be the only one
    qtbot.waitUntil(lambda: not state.is_busy)
    assert told == [1, 1_200]
    assert set(column(state, LABEL_COLUMN)) == {"cat"}


def test_going_back_to_a_model_is_at_once_and_only_the_rest_is_asked(
    qtbot: QtBot, state: ClassifyState, teller: Teller, models: list[Model]
) -> None:
    add(qtbot, state, "a", "b", "bad", "late")
    teller.answer("a", 0.9)
    teller.answer("b", 0.8)
    teller.refuse("bad")
    state.set_model(models[1])
    assert column(state, LABEL_COLUMN) == ["waiting…"] * 4
    assert {asked.request.model.path for asked in teller.open().values()} == {models[1].path}
    teller.answer("a", 0.1)
    state.set_model(models[0])
    assert column(state, LABEL_COLUMN) == ["cat", "cat", "waiting…", "waiting…"]
    assert column(state, PROBABILITY_COLUMN)[:2] == ["90.0\u00a0%", "80.0\u00a0%"]
    assert state.done_count == 2
    assert list(teller.open()) == ["bad", "late"]  # what failed is tried again
    state.set_model(models[1])
    assert column(state, LABEL_COLUMN) == ["dog", "waiting…", "waiting…", "waiting…"]


def test_a_run_made_anew_in_the_same_folder_is_another_model(
    qtbot: QtBot, state: ClassifyState, teller: Teller, models: list[Model]
) -> None:
    add(qtbot, state, "a")
    teller.answer("a", 0.9)
    card = models[0].path / "card.json"
    card.write_text(card.read_text().replace('"parameters": 1000', '"parameters": 2000'))
    state.set_model(Model.of_run(read_run(models[0].path)))
    assert column(state, LABEL_COLUMN) == ["waiting…"]


def test_cancel_keeps_every_row_and_the_rest_is_classified_later(
    qtbot: QtBot, state: ClassifyState, teller: Teller
) -> None:
    add(qtbot, state, *"abcdef")
    for name in "bd":
        teller.answer(name, 0.9)
    teller.refuse("f")
    state.table.sort(NAME_COLUMN, DOWN)
    chosen = QPersistentModelIndex(state.table.index(2, NAME_COLUMN))
    assert chosen.data() == "d"
    state.cancel()
    assert column(state, NAME_COLUMN) == list("fedcba")
    left = "not classified"
    assert column(state, LABEL_COLUMN) == ["The file is empty.", left, "cat", left, "cat", left]
    assert (chosen.row(), chosen.data()) == (2, "d")
    assert (state.done_count, state.left_count, state.waiting_count) == (3, 3, 0)
    assert not state.is_busy
    assert not teller.open()
    add(qtbot, state, "g")  # what is added afterwards is classified, and only that
    assert list(teller.open()) == ["g"]
    teller.answer("g", 0.9)
    state.classify_rest()
    assert sorted(teller.open()) == ["a", "c", "e"]
    for name in "ace":
        teller.answer(name, 0.2)
    qtbot.waitUntil(lambda: column(state, LABEL_COLUMN).count("dog") == 3)
    assert column(state, LABEL_COLUMN)[2:] == ["dog", "cat", "dog", "cat", "dog"]


def test_cancel_of_another_model_loses_no_row_and_no_earlier_answer(
    qtbot: QtBot, state: ClassifyState, teller: Teller, models: list[Model]
) -> None:
    names = [f"{number}.jpg" for number in range(300)]
    add(qtbot, state, *names)
    for name in names:
        teller.answer(name, 0.9)
    state.set_model(models[1])
    for name in names[:26]:
        teller.answer(name, 0.2)
    state.cancel()
    assert column(state, NAME_COLUMN) == names
    assert column(state, LABEL_COLUMN) == ["dog"] * 26 + ["not classified"] * 274
    state.set_model(models[0])
    assert column(state, LABEL_COLUMN) == ["cat"] * 300
    state.set_model(models[1])
    state.cancel()
    state.classify_rest()
    for name in names[26:]:
        teller.answer(name, 0.2)
    qtbot.waitUntil(lambda: column(state, LABEL_COLUMN) == ["dog"] * 300)


def test_files_that_are_cancelled_at_once_still_get_their_rows(
    qtbot: QtBot, state: ClassifyState, teller: Teller
) -> None:
    state.add_files([Path("/photos/a"), Path("/photos/b")])
    state.cancel()
    qtbot.waitUntil(lambda: not state.is_busy)
    assert column(state, LABEL_COLUMN) == ["not classified"] * 2
    assert not teller.open()
    state.add_files([Path("/photos/c")])
    state.clear()
    qtbot.waitUntil(lambda: not state.is_busy)
    assert state.total_count == 0


def test_what_failed_is_tried_again(qtbot: QtBot, state: ClassifyState, teller: Teller) -> None:
    add(qtbot, state, "a", "b", "c")
    teller.answer("b", 0.9)
    for name in "ac":
        teller.take(name).failed(WorkerError("The classifier process ended unexpectedly."))
    reason = "The classifier process ended unexpectedly."
    qtbot.waitUntil(lambda: column(state, LABEL_COLUMN) == [reason, "cat", reason])
    assert state.failed_count == 2
    state.classify_rest()
    assert column(state, LABEL_COLUMN) == ["waiting…", "cat", "waiting…"]
    teller.answer("a", 0.9)
    teller.answer("c", 0.1)
    qtbot.waitUntil(lambda: column(state, LABEL_COLUMN) == ["cat", "cat", "dog"])


def test_what_clear_removed_is_brought_back(
    qtbot: QtBot, state: ClassifyState, teller: Teller, posted: list[Notice], models: list[Model]
) -> None:
    add(qtbot, state, "a", "b")
    teller.answer("a", 0.9)
    state.clear()
    assert state.total_count == 0
    assert not teller.open()
    assert posted[-1].sentence == "2 pictures were removed from the table."
    assert posted[-1].action is not None
    posted[-1].action()
    assert column(state, LABEL_COLUMN) == ["cat", "waiting…"]
    teller.answer("b", 0.2)
    state.undo_stack.redo()
    assert state.total_count == 0
    state.set_model(models[1])  # their answers are those of the model before
    state.undo_stack.undo()
    assert column(state, LABEL_COLUMN) == ["waiting…", "waiting…"]
    state.set_model(models[0])
    assert column(state, LABEL_COLUMN) == ["cat", "dog"]
    state.clear()
    state.clear()  # of nothing
    state.undo_stack.undo()
    assert state.total_count == 2


def test_a_picture_that_is_in_the_table_is_not_added_again(
    qtbot: QtBot, state: ClassifyState, teller: Teller, posted: list[Notice]
) -> None:
    add(qtbot, state, "a", "b")
    teller.answer("a", 0.9)
    state.add_files([Path("/photos") / name for name in "bcca"])
    qtbot.waitUntil(lambda: state.total_count == 3)
    assert column(state, NAME_COLUMN) == ["a", "b", "c"]
    assert posted[-1].sentence == "3 pictures are in the table already."
    state.clear()
    add(qtbot, state, "b")
    state.undo_stack.undo()
    assert sorted(column(state, NAME_COLUMN)) == ["a", "b", "c"]
    assert state.waiting_count == 2  # each once
    state.add_current(Path("/photos/c"))
    assert state.total_count == 3
    state.clear()
    add(qtbot, state, "a", "b", "c")
    state.undo_stack.undo()  # nothing is missing
    assert state.total_count == 3
    state.add_files([Path("/photos/a")])
    state.cancel()
    qtbot.waitUntil(lambda: not state.is_busy)
    assert state.total_count == 3
    chosen: list[int] = []
    state.rows_added.connect(chosen.append)
    state.table.sort(NAME_COLUMN, DOWN)
    state.add_current(Path("/photos/a"))
    assert chosen == [2]  # where it is shown


def test_notices_about_what_was_added_before_go_as_more_is_added(
    qtbot: QtBot, state: ClassifyState, notices: Notices, posted: list[Notice], tmp_path: Path
) -> None:
    (tmp_path / "nothing").mkdir()
    state.add_folder(tmp_path / "nothing")
    qtbot.waitUntil(lambda: bool(posted))
    withdrawn: list[str] = []
    notices.withdrawn.connect(withdrawn.append)
    add(qtbot, state, "a")
    assert posted[-1].topic in withdrawn


def test_a_notice_about_a_prediction_goes_with_the_next_good_one(
    qtbot: QtBot, state: ClassifyState, teller: Teller, notices: Notices, posted: list[Notice]
) -> None:
    withdrawn: list[str] = []
    notices.withdrawn.connect(withdrawn.append)
    state.activate()
    state.set_picture(opened("cat.jpg"))
    qtbot.waitUntil(lambda: bool(teller.requests))
    teller.requests.pop().failed(WorkerError("The classifier process ended unexpectedly."))
    assert posted[-1].topic not in withdrawn
    state.set_picture(opened("dog.jpg"))
    qtbot.waitUntil(lambda: bool(teller.requests))
    teller.answer("", 0.2)
    assert posted[-1].topic in withdrawn


def test_a_table_saved_before_all_are_done_says_how_many_wait(
    qtbot: QtBot, state: ClassifyState, teller: Teller, posted: list[Notice], tmp_path: Path
) -> None:
    add(qtbot, state, *(f"{number}.jpg" for number in range(1_003)))
    file = tmp_path / "table.csv"
    for number in reversed(range(3)):
        teller.answer(f"{number}.jpg", 0.9)
    state.table.sort(NAME_COLUMN, DOWN)
    state.exports.save_csv(file)
    qtbot.waitUntil(lambda: bool(posted))
    assert posted[-1].sentence == (
        "“table.csv” was written: 3 of 1,003 rows; 1,000 had no result yet."
    )
    with file.open() as lines:
        paths = [row["path"] for row in csv.DictReader(lines)]
    assert paths == ["/photos/0.jpg", "/photos/1.jpg", "/photos/2.jpg"]  # as they came
    for number in range(3, 1_003):
        teller.answer(f"{number}.jpg", 0.9)
    state.exports.save_csv(file)
    qtbot.waitUntil(lambda: len(posted) == 2)
    assert posted[-1].sentence == "“table.csv” was written: 1,003 rows."


def test_a_slow_disk_does_not_stop_the_window_and_gets_the_rows_of_that_moment(
    qtbot: QtBot,
    state: ClassifyState,
    teller: Teller,
    posted: list[Notice],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add(qtbot, state, "a", "b", "c")
    teller.answer("a", 0.9)
    disk = threading.Event()
    writers: list[threading.Thread] = []

    def write_slowly(path: Path, data: bytes) -> None:
        writers.append(threading.current_thread())
        disk.wait(10)
        writing.write_atomically(path, data)

    monkeypatch.setattr(predictions, "write_atomically", write_slowly)
    file = tmp_path / "table.csv"
    state.exports.save_csv(file)
    assert state.exports.file == file
    qtbot.waitUntil(lambda: bool(writers))
    assert writers != [threading.main_thread()]
    teller.answer("b", 0.2)
    state.clear()
    assert not file.exists()
    disk.set()
    qtbot.waitUntil(lambda: state.exports.file is None)
    assert posted[-1].sentence == ("“table.csv” was written: 1 of 3 rows; 2 had no result yet.")
    assert file.read_text().splitlines()[1:] == ["/photos/a,cat,0.9,,,0.9,0.1"]


def test_a_table_that_cannot_be_written_is_a_sentence_and_the_old_one_stays(
    qtbot: QtBot, state: ClassifyState, teller: Teller, posted: list[Notice], tmp_path: Path
) -> None:
    add(qtbot, state, "a")
    teller.answer("a", 0.9)
    state.exports.save_csv(tmp_path / "gone" / "table.csv")
    qtbot.waitUntil(lambda: state.exports.file is None)
    assert posted[-1].sentence == "“table.csv” was not written: no such file or directory."
    assert posted[-1].is_warning
    old = tmp_path / "table.csv"
    old.mkdir()
    state.exports.save_csv(old)
    qtbot.waitUntil(lambda: state.exports.file is None)
    assert "“table.csv” was not written" in posted[-1].sentence
    assert list(tmp_path.glob(".*")) == []  # nothing half written is left beside it


def test_a_name_that_is_no_text_does_not_spoil_the_table(
    qtbot: QtBot, state: ClassifyState, teller: Teller, posted: list[Notice], tmp_path: Path
) -> None:
    strange = os.fsdecode(b"caf\xe9.jpg")
    add(qtbot, state, strange)
    teller.answer(strange, 0.9)
    state.exports.save_csv(tmp_path / "table.csv")
    qtbot.waitUntil(lambda: bool(posted))
    assert posted[-1].sentence == "“table.csv” was written: 1 row."
    assert "/photos/caf\\udce9.jpg,cat" in (tmp_path / "table.csv").read_text("utf-8")
    # A clipboard would leave that byte out, and so name another file.
    (row,) = state.table.rows
    assert row.prediction is not None
    for text in (state.exports.table_text, state.exports.rows_text([row])):
        assert "/photos/caf\\udce9.jpg\tcat" in text


def test_thumbnails_are_as_sharp_as_the_screen_and_names_stand_in_line(
    qtbot: QtBot, state: ClassifyState, tmp_path: Path
) -> None:
    Image.new("RGB", (200, 100), "red").save(tmp_path / "red.png")
    (tmp_path / "broken.png").touch()
    state.table.set_thumbnail_edge(2 * THUMBNAIL_EDGE_PX)
    state.add_files([tmp_path / "red.png", tmp_path / "broken.png"])
    qtbot.waitUntil(lambda: state.total_count == 2)

    def image(row: int) -> QImage:
        made: QImage = state.table.index(row, NAME_COLUMN).data(Qt.ItemDataRole.DecorationRole)
        return made

    middle = QPoint(THUMBNAIL_EDGE_PX, THUMBNAIL_EDGE_PX)
    qtbot.waitUntil(lambda: image(0).pixelColor(middle).red() > 200)
    assert image(0).pixelColor(2, THUMBNAIL_EDGE_PX).alpha() == 255  # as wide as the square
    assert image(0).pixelColor(THUMBNAIL_EDGE_PX, 2).alpha() == 0
    for row in range(2):
        assert image(row).deviceIndependentSize().toTuple() == (36, 36)
        assert image(row).width() == 72
    assert image(1).pixelColor(middle).alpha() == 0


def test_every_folder_dropped_together_is_looked_through(
    qtbot: QtBot, state: ClassifyState, tmp_path: Path
) -> None:
    for name in "abcd":
        (tmp_path / name).mkdir()
        Image.new("RGB", (3, 3)).save(tmp_path / name / f"{name}.png")
        state.add_folder(tmp_path / name)
    qtbot.waitUntil(lambda: state.total_count == 4)
    assert sorted(column(state, NAME_COLUMN)) == ["a.png", "b.png", "c.png", "d.png"]


def test_what_a_folder_has_beside_pictures_is_known_until_the_table_is_cleared(
    qtbot: QtBot, state: ClassifyState, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    (folder / "@eaDir").mkdir(parents=True)
    Image.new("RGB", (3, 3)).save(folder / "a.jpg_large", "JPEG")
    (folder / "notes.txt").write_text("text")
    state.add_folder(folder)
    qtbot.waitUntil(lambda: state.total_count == 1)
    assert column(state, NAME_COLUMN) == ["a.jpg_large"]
    assert {one.path.name for one in state.search.left_out} == {"notes.txt", "@eaDir"}
    state.clear()
    assert state.search.left_out == []


@pytest.fixture
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let no file's first bytes be read before the test says so."""
    disk = threading.Event()

    look = listing.why_left_out

    def read_slowly(path: Path) -> LeftOut | None:
        disk.wait(10)
        return look(path)

    monkeypatch.setattr(listing, "why_left_out", read_slowly)
    yield disk
    disk.set()


def make_folder(folder: Path) -> Path:
    folder.mkdir()
    for number in range(3):
        Image.new("RGB", (3, 3)).save(folder / f"{folder.name} {number}.png")
    return folder


@pytest.mark.parametrize("verb", ["cancel", "clear"])
def test_a_folder_that_is_still_looked_through_is_given_up(
    qtbot: QtBot,
    state: ClassifyState,
    pool: TaskPool,
    slow_disk: threading.Event,
    posted: list[Notice],
    tmp_path: Path,
    verb: str,
) -> None:
    add(qtbot, state, "a")
    for name in ("one", "two"):
        state.add_folder(make_folder(tmp_path / name))
    qtbot.waitUntil(lambda: state.search.files == 1)
    assert state.search.folder == tmp_path / "one"
    getattr(state, verb)()
    assert state.search.folder is None
    assert not state.is_busy
    state.add_folder(make_folder(tmp_path / "three"))  # what is asked for afterwards comes
    slow_disk.set()
    qtbot.waitUntil(lambda: "three 2.png" in column(state, NAME_COLUMN))
    qtbot.waitUntil(lambda: not pool.is_busy)
    kept = ["a"] if verb == "cancel" else []
    assert column(state, NAME_COLUMN) == kept + [f"three {number}.png" for number in range(3)]
    assert not any(notice.is_warning for notice in posted)


def test_files_do_not_wait_for_folders_which_wait_for_one_another(
    qtbot: QtBot, state: ClassifyState, slow_disk: threading.Event, tmp_path: Path
) -> None:
    told: list[tuple[str, int]] = []
    state.progress_changed.connect(
        lambda: told.append((getattr(state.search.folder, "name", ""), state.search.files))
    )
    for name in ("one", "two", "three"):
        state.add_folder(make_folder(tmp_path / name))
    add(qtbot, state, "a")  # a thread is left
    assert column(state, NAME_COLUMN) == ["a"]
    qtbot.waitUntil(lambda: ("one", 1) in told)  # how far it is
    slow_disk.set()
    qtbot.waitUntil(lambda: state.total_count == 10)
    expected = [f"{name} {number}.png" for name in ("one", "two", "three") for number in range(3)]
    assert column(state, NAME_COLUMN) == ["a", *expected]


def test_a_folder_without_pictures_does_not_hold_up_the_next(
    qtbot: QtBot, state: ClassifyState, posted: list[Notice], tmp_path: Path
) -> None:
    (tmp_path / "nothing").mkdir()
    state.add_folder(tmp_path / "nothing")
    state.add_folder(make_folder(tmp_path / "one"))
    qtbot.waitUntil(lambda: state.total_count == 3)
    assert posted[0].sentence == "There are no pictures in “nothing”."


def opened(name: str) -> PictureFile:
    return PictureFile(name, Path("/photos") / name, np.zeros((8, 8, 3), np.uint8))


def test_a_dropped_photo_is_classified_once(
    qtbot: QtBot, state: ClassifyState, teller: Teller
) -> None:
    state.activate()
    state.add_current(Path("/photos/cat.jpg"))
    assert column(state, LABEL_COLUMN) == ["waiting…"]
    assert state.is_busy
    state.set_picture(opened("cat.jpg"))
    qtbot.waitUntil(lambda: bool(teller.requests))
    (asked,) = teller.requests
    assert isinstance(asked.request, ClassifyPicture)
    teller.answer("", 0.75)
    assert column(state, PROBABILITY_COLUMN) == ["75.0\u00a0%"]
    assert state.current is not None
    assert state.current.probabilities == (0.75, 0.25)
    assert teller.requests == []
    assert (state.done_count, state.waiting_count) == (1, 0)


def test_what_is_said_of_the_picture_before_is_not_said_of_a_dropped_one(
    qtbot: QtBot, state: ClassifyState, teller: Teller
) -> None:
    state.activate()
    state.set_picture(opened("before.jpg"))
    qtbot.waitUntil(lambda: bool(teller.requests))
    state.add_current(Path("/photos/cat.jpg"))
    teller.answer("", 0.9)
    assert column(state, LABEL_COLUMN) == ["waiting…"]
    state.set_picture(opened("cat.jpg"))
    qtbot.waitUntil(lambda: bool(teller.requests))
    teller.answer("", 0.2)
    assert column(state, PROBABILITY_COLUMN) == ["80.0\u00a0%"]


def test_a_dropped_photo_that_is_not_opened_after_all_is_classified_from_its_file(
    qtbot: QtBot, state: ClassifyState, teller: Teller
) -> None:
    state.activate()
    state.add_current(Path("/photos/overtaken.jpg"))
    state.add_current(Path("/photos/cat.jpg"))
    state.set_picture(opened("cat.jpg"))
    qtbot.waitUntil(lambda: len(teller.requests) == 2)
    assert sorted(teller.open()) == ["", "overtaken.jpg"]
    state.add_current(Path("/photos/damaged.jpg"))
    state.give_up_current()
    teller.refuse("damaged.jpg")
    teller.answer("overtaken.jpg", 1.0)
    assert column(state, LABEL_COLUMN) == ["cat", "waiting…", "The file is empty."]
    state.cancel()
    assert column(state, LABEL_COLUMN) == ["cat", "not classified", "The file is empty."]
    assert not state.waiting_count


def test_a_dropped_picture_without_a_file_gets_a_row_as_any_other(
    qtbot: QtBot, state: ClassifyState, teller: Teller, models: list[Model]
) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    state.activate()
    for number in (1, 2):
        name = state.add_loose("Dropped picture", lambda name: picture_from_pixels(pixels, name))
        assert name == f"Dropped picture {number}"
        state.set_picture(picture_from_pixels(pixels, name))
        qtbot.waitUntil(lambda: bool(teller.requests))
        assert len(teller.requests) == 1  # classified once
        teller.answer("", 0.8)
    qtbot.waitUntil(lambda: column(state, LABEL_COLUMN) == ["cat", "cat"])
    assert column(state, NAME_COLUMN) == ["Dropped picture 1", "Dropped picture 2"]
    index = state.table.index(0, NAME_COLUMN)

    def middle() -> tuple[int, ...]:
        image: QImage = index.data(Qt.ItemDataRole.DecorationRole)
        return image.pixelColor(18, 18).toTuple()

    qtbot.waitUntil(lambda: middle()[3] == 255)
    state.set_picture(opened("other.jpg"))
    state.set_model(models[1])
    qtbot.waitUntil(lambda: len(teller.requests) == 3)  # and the current picture's
    for request in list(teller.requests):
        assert isinstance(request.request, ClassifyPicture)
        assert request.request.picture.shape == (*models[1].preparation.size, 3)
        teller.requests.remove(request)
        request.done(Classified((0.1, 0.9)))
    qtbot.waitUntil(lambda: column(state, LABEL_COLUMN) == ["dog", "dog"])
    assert "Dropped picture 1\tdog" in state.exports.table_text


def test_dropped_bytes_that_are_no_picture_have_a_row_that_says_so(
    qtbot: QtBot, state: ClassifyState
) -> None:
    state.add_loose("Dropped picture", lambda name: decode_picture(b"<html>", name=name))
    state.give_up_current()
    qtbot.waitUntil(lambda: state.failed_count == 1)
    assert column(state, LABEL_COLUMN) != ["waiting…"]
    assert not state.is_busy


def test_a_dropped_photo_is_classified_by_the_model_chosen_meanwhile(
    qtbot: QtBot, state: ClassifyState, teller: Teller, models: list[Model]
) -> None:
    state.activate()
    state.add_current(Path("/photos/cat.jpg"))
    state.set_picture(opened("cat.jpg"))
    state.set_model(models[1])
    qtbot.waitUntil(lambda: "cat.jpg" in teller.open() and "" in teller.open())
    assert {one.request.model.path for one in teller.open().values()} == {models[1].path}
    teller.answer("cat.jpg", 0.6)
    assert column(state, PROBABILITY_COLUMN) == ["60.0\u00a0%"]


def test_another_number_of_probabilities_than_of_classes_is_an_error(
    qtbot: QtBot, state: ClassifyState, teller: Teller, posted: list[Notice]
) -> None:
    state.activate()
    add(qtbot, state, "cat.jpg")
    state.set_picture(opened("dog.jpg"))
    qtbot.waitUntil(lambda: len(teller.requests) == 2)
    sentence = "“one” gave 3 probabilities for 2 classes."
    for name in ("cat.jpg", ""):
        teller.answer(name, 0.2, 0.3, 0.5)
    assert column(state, LABEL_COLUMN) == ["Not classified."]
    assert posted[-1].sentence == sentence
    assert state.current is None
    assert not state.waiting_count


def test_a_model_that_is_no_classifier_is_told_of_once_and_not_in_each_row(
    qtbot: QtBot, state: ClassifyState, teller: Teller, models: list[Model], posted: list[Notice]
) -> None:
    error = ModelError("“one” ends with neither softmax, a sigmoid nor plain scores.")
    add(qtbot, state, *"abc")
    for name in "abc":
        teller.take(name).failed(error)
    assert [notice.sentence for notice in posted] == [error.sentence]
    qtbot.waitUntil(lambda: column(state, LABEL_COLUMN) == ["Not classified."] * 3)
    tip = state.table.index(1, LABEL_COLUMN).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == error.sentence
    assert f"a\t\t\t{error.sentence}" in state.exports.table_text
    state.classify_rest()  # it is told again where it is so again
    teller.take("a").failed(error)
    assert [notice.sentence for notice in posted] == [error.sentence] * 2
    state.set_model(models[1])
    teller.answer("a", 0.9)
    state.compare_with(models[0])  # and so of a second model
    wanted = [one for one in teller.requests if not one.is_cancelled]
    for asked in (one for one in wanted if one.request.model.path == models[0].path):
        asked.failed(error)
    assert [notice.sentence for notice in posted] == [error.sentence] * 3


def test_what_a_model_cannot_do_is_told_once_of_a_dropped_photo(
    qtbot: QtBot, state: ClassifyState, teller: Teller, posted: list[Notice]
) -> None:
    state.activate()
    state.add_current(Path("/photos/cat.jpg"))
    state.set_picture(opened("cat.jpg"))
    qtbot.waitUntil(lambda: bool(teller.requests))
    teller.take("").failed(ModelError("“one” is no classifier."))
    assert column(state, LABEL_COLUMN) == ["Not classified."]
    assert [notice.sentence for notice in posted] == ["“one” is no classifier."]


def test_what_a_model_cannot_do_is_told_of_the_model(
    qtbot: QtBot, state: ClassifyState, teller: Teller, posted: list[Notice]
) -> None:
    state.activate()
    state.set_picture(picture_from_pixels(np.zeros((8, 8, 3), np.uint8), "cat"))
    qtbot.waitUntil(lambda: bool(teller.requests))
    teller.requests.pop().failed(ModelError("The model “one” no longer exists."))
    assert posted[-1].sentence == "The model “one” no longer exists."
    assert posted[-1].topic == "prediction"  # so that it goes as another model is chosen
    assert not state.is_busy


def test_without_a_model_there_is_a_sentence(state: ClassifyState, posted: list[Notice]) -> None:
    state.set_model(None)
    state.add_files([Path("a.jpg")])
    assert posted[-1].sentence.startswith("There is no model yet")
    assert state.total_count == 0


def test_what_cannot_be_prepared_keeps_nobody_waiting(
    qtbot: QtBot, state: ClassifyState, posted: list[Notice], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(paths: object) -> None:
        raise ExplorerError("The rows could not be made.")

    monkeypatch.setattr(arrivals, "make_rows", fail)
    state.add_files([Path("/photos/a.jpg")])
    assert state.is_busy
    qtbot.waitUntil(lambda: [one.sentence for one in posted] == ["The rows could not be made."])
    assert not state.is_busy


def test_a_picture_that_cannot_be_prepared_does_not_wait_for_ever(
    qtbot: QtBot, state: ClassifyState
) -> None:
    def fail(name: str) -> PictureFile:
        raise MemoryError("no memory is left")

    state.add_loose("Dropped picture", fail)
    with qtbot.captureExceptions() as raised:
        state.give_up_current()
        qtbot.waitUntil(lambda: state.waiting_count == 0)
    assert state.table.rows[0].reason == "No memory is left."
    assert {kind for kind, _, _ in raised} == {MemoryError}  # which are logged
