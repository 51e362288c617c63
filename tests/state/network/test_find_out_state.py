"""Finding out is asked for step by step, and can be stopped; a worker that a test holds answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtGui import QUndoStack
from pytestqt.qtbot import QtBot

from explorer.background.request_queue import PendingRequest
from explorer.background.tasks import TaskPool
from explorer.core.model_files.opening import FROM_CARD
from explorer.core.models.requests import Classified, ClassifyPicture
from explorer.errors import ModelError
from explorer.state.network.find_out_state import IN_FLIGHT, FindOutState
from explorer.state.network.preparation_state import PreparationState
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notice, Notices
from tests.support.brightness_model import write_pictures
from tests.support.tiny_runs import make_paper_run


class Worker:
    """Holds requests until a test answers them."""

    def __init__(self) -> None:
        self.open: list[PendingRequest] = []

    def ask(self, request, *, done, failed) -> PendingRequest:
        self.open.append(PendingRequest(request, done, failed))
        return self.open[-1]


@dataclass
class Bench:
    state: FindOutState
    preparation: PreparationState
    models: ModelState
    worker: Worker
    notices: list[Notice]
    folder: Path
    qtbot: QtBot

    def begin(self) -> None:
        self.state.find_out(self.folder)
        self.qtbot.waitUntil(lambda: bool(self.worker.open))

    def answer_all(self, answer) -> None:
        """Answer each request with what a function of its preparation and picture gives."""
        while self.worker.open:
            one = self.worker.open.pop(0)
            found = answer(one.request)
            if isinstance(found, ModelError):
                one.failed(found)
            else:
                one.done(Classified(found))


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    for name in ("first", "second"):
        make_paper_run(tmp_path / "models" / name, ("bright", "dark"))
    pool, worker, notices, told = TaskPool(), Worker(), Notices(), []
    notices.posted.connect(told.append)
    models = ModelState([tmp_path / "models"], notices, worker, pool)  # type: ignore[arg-type]
    stack = QUndoStack()
    preparation = PreparationState(models, pool, notices, stack)
    state = FindOutState(models, lambda model: worker, pool, notices)  # type: ignore[arg-type]
    folder = write_pictures(tmp_path / "labelled", 3)
    yield Bench(state, preparation, models, worker, told, folder, qtbot)
    state.cancel()
    pool.close()


def by_brightness(request: ClassifyPicture) -> tuple[float, float]:
    """Answer as a model that takes 0 to 255 in red, green, blue."""
    way = request.model.preparation
    red = float(way.scale(request.picture)[..., 0].mean())
    return (1.0, 0.0) if red > 128 else (0.0, 1.0)


def test_the_best_way_is_found_a_few_requests_at_a_time(bench: Bench) -> None:
    bench.begin()
    assert len(bench.worker.open) == IN_FLIGHT
    assert bench.state.is_busy
    assert bench.state.progress == (0, 6 * 24)
    assert {one.request.picture.shape for one in bench.worker.open} == {(24, 24, 3)}
    bench.answer_all(by_brightness)
    assert not bench.state.is_busy
    assert bench.state.progress == (144, 144)
    best = bench.state.tried[0]
    assert (best.preparation.scaling, best.preparation.channels) == ("none", "rgb")
    assert best.metrics.accuracy == 1
    assert best.metrics.count == 6
    assert "It is not sure" in bench.state.verdict, "six pictures tell little"


def test_what_is_stopped_shows_nothing_and_starts_anew(bench: Bench) -> None:
    bench.begin()
    before = bench.worker.open.copy()
    bench.state.cancel()
    assert not bench.state.is_busy
    assert all(one.is_cancelled for one in before)
    before[0].done(Classified((1.0, 0.0)))
    assert bench.state.tried == []
    bench.worker.open.clear()
    bench.begin()
    bench.answer_all(by_brightness)
    assert bench.state.tried


def test_another_model_ends_it(bench: Bench) -> None:
    bench.begin()
    other = next(one for one in bench.models.models if one != bench.models.current)
    bench.models.choose(other)
    assert not bench.state.is_busy


def test_a_model_that_answers_nothing_is_told_and_a_folder_without_labels(
    bench: Bench, tmp_path: Path
) -> None:
    bench.begin()
    bench.answer_all(lambda request: ModelError("“first” returns no usable numbers."))
    assert bench.notices[-1].sentence == "“first” returns no usable numbers."
    assert bench.state.tried == []
    (tmp_path / "empty").mkdir()
    bench.state.find_out(tmp_path / "empty")
    bench.qtbot.waitUntil(lambda: not bench.state.is_busy)
    assert "empty" in bench.notices[-1].sentence


def test_a_run_is_used_as_its_card_says_until_a_person_chooses(bench: Bench) -> None:
    state = bench.preparation
    assert set(state.origins.values()) == {FROM_CARD}
    bench.begin()
    bench.answer_all(by_brightness)
    way = bench.state.tried[-1].preparation
    state.choose_preparation(way)
    assert bench.models.current.preparation == way
    assert state.has_choices
    assert bench.state.tried, "what was found out stays while the model is the same"
    state.forget_choices()
    assert set(state.origins.values()) == {FROM_CARD}
    state.undo_stack.undo()
    assert bench.models.current.preparation == way
    state.undo_stack.undo()
    assert bench.models.current.preparation != way
