"""Files are asked about some at a time: few at first, fewer with slow models, none too many."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.background.request_queue import PendingRequest
from explorer.background.tasks import TaskPool
from explorer.core.images.read import picture_from_pixels
from explorer.core.models.messages import ErrorMessage
from explorer.core.models.model import Model
from explorer.core.models.requests import Classified, ClassifyPicture, SurveyFiles
from explorer.core.models.run_folder import read_run
from explorer.core.models.survey import Surveyed
from explorer.errors import PictureError, WorkerError
from explorer.state.classify.result_rows import ResultRow, make_rows
from explorer.state.classify.row_queue import BATCH, Answers, RowQueue
from tests.state.classify.test_classify_state import Teller
from tests.support.tiny_runs import make_paper_run

pytestmark = pytest.mark.usefixtures("qtbot")
AHEAD = 4
"""How many requests a process with two threads is given."""


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return Model.of_run(read_run(make_paper_run(tmp_path / "one")))


@pytest.fixture
def teller() -> Teller:
    return Teller(threads=2)


@pytest.fixture
def told() -> list[Answers]:
    return []


@pytest.fixture
def queue(pool: TaskPool, teller: Teller, told: list[Answers]) -> Iterator[RowQueue]:
    made = RowQueue(lambda model: teller, pool, answered=told.append)  # type: ignore[arg-type, return-value]
    yield made
    made.cancel()


def rows_of(count: int) -> list[ResultRow]:
    return make_rows(Path(f"/photos/{number}.jpg") for number in range(count))


def paths_of(pending: PendingRequest) -> list[Path]:
    assert isinstance(pending.request, SurveyFiles)
    assert not pending.request.is_measured
    return list(pending.request.paths)


def answer(teller: Teller, **errors: str) -> list[Path]:
    """Answer the oldest request: a picture whose number is even is a cat."""
    pending = teller.requests.pop(0)
    paths = paths_of(pending)
    shares = [[1.0, 0.0] if int(path.stem) % 2 == 0 else [0.0, 1.0] for path in paths]
    empty = Surveyed.empty(len(paths), 2)
    wrong = {
        place: ErrorMessage.of(PictureError.not_opened(path.name, errors[path.stem]))
        for place, path in enumerate(paths)
        if path.stem in errors
    }
    fields = {**vars(empty), "probabilities": np.array(shares), "errors": wrong}
    pending.done(Surveyed(**fields))
    return paths


def test_the_first_answers_come_at_once_and_the_rest_in_order_by_batches(
    queue: RowQueue, model: Model, teller: Teller, told: list[Answers]
) -> None:
    rows = rows_of(60)
    queue.add(rows, model)
    assert [len(paths_of(one)) for one in teller.requests] == [1, 1, 2, 4]
    asked: list[Path] = []
    while teller.requests:
        assert len(teller.requests) <= AHEAD
        asked += answer(teller, **{"33": "the file is empty"})
    assert asked == [row.path for row in rows]
    assert [len(batch) for batch in told] == [1, 1, 2, 4, *[BATCH] * 6, 4]
    found = {row: prediction for batch in told for row, prediction in batch}
    assert list(found) == rows
    labels = [found[row].label for row in rows]
    assert labels == ["" if n == 33 else ("cat", "dog")[n % 2] for n in range(60)]
    error = found[rows[33]].error
    assert error is not None
    assert error.sentence == "“33.jpg” was not opened: the file is empty."
    queue.add(rows[:9], model)  # of what comes later, the first are few again
    assert [len(paths_of(one)) for one in teller.requests] == [1, 1, 2, 4]


def test_a_slow_model_is_asked_about_fewer_at_a_time(
    queue: RowQueue, model: Model, teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    queue.add(rows_of(80), model)
    for _ in range(5):
        now += 4.0
        answer(teller)
    assert len(paths_of(teller.requests[-1])) == 1
    while len(paths_of(teller.requests[-1])) < BATCH:  # it was only busy with other things
        now += 0.01
        answer(teller)


def test_what_is_cancelled_is_not_told_and_what_comes_after_is(
    queue: RowQueue, model: Model, teller: Teller, told: list[Answers]
) -> None:
    queue.add(rows_of(30), model)
    answer(teller)
    queue.cancel()
    assert all(one.is_cancelled for one in teller.requests)
    teller.requests.clear()
    late = rows_of(2)
    queue.add(late, model)
    while teller.requests:
        answer(teller)
    assert [row for batch in told[1:] for row, _ in batch] == late


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (WorkerError("The process hangs."), "The process hangs."),
        (Surveyed.empty(3, 2), "“one” gave 3 answers for 1 pictures."),
        (Surveyed.empty(1, 5), "“one” gave 5 probabilities for 2 classes."),
    ],
)
def test_an_answer_that_does_not_fit_is_the_reason_of_each_row(
    queue: RowQueue,
    model: Model,
    teller: Teller,
    told: list[Answers],
    found: Surveyed | WorkerError,
    sentence: str,
) -> None:
    queue.add(rows_of(1), model)
    pending = teller.requests.pop()
    (pending.failed if isinstance(found, WorkerError) else pending.done)(found)
    (((_, prediction),),) = told
    assert prediction.error is not None
    assert prediction.error.sentence == sentence


def test_a_picture_without_a_file_among_files_is_asked_about_alone(
    qtbot: QtBot, queue: RowQueue, model: Model, teller: Teller, told: list[Answers]
) -> None:
    rows = rows_of(6)
    pixels = np.zeros((8, 8, 3), np.uint8)
    rows[3].read = lambda: picture_from_pixels(pixels, "Dropped picture")
    queue.add(rows, model)
    assert [len(paths_of(one)) for one in teller.requests] == [1, 1, 1]
    qtbot.waitUntil(lambda: len(teller.requests) == 4)
    pending = teller.requests.pop()
    assert isinstance(pending.request, ClassifyPicture)
    pending.done(Classified((0.25, 0.75)))
    assert [(row, prediction.label) for row, prediction in told.pop()] == [(rows[3], "dog")]
    while teller.requests:
        answer(teller)
    assert {row for batch in told for row, _ in batch} == {*rows} - {rows[3]}
