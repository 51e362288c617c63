"""Which models there are, and which one is current."""

import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices
from tests.support.held_worker import HeldWorker
from tests.support.tiny_runs import make_paper_run


@pytest.fixture
def worker() -> HeldWorker:
    return HeldWorker()


@pytest.fixture
def models(tmp_path: Path, worker: HeldWorker, pool: TaskPool) -> ModelState:
    for name in ("one", "other"):
        make_paper_run(tmp_path / name)
    return ModelState([tmp_path], Notices(), worker, pool)  # type: ignore[arg-type]


def test_a_model_whose_folder_is_gone_is_told_and_offered_no_more(
    models: ModelState, qtbot: QtBot
) -> None:
    current = models.current
    gone = next(model for model in models.models if model != current)
    told: list[str] = []
    models._notices.posted.connect(lambda notice: told.append(notice.sentence))
    shutil.rmtree(gone.path)
    with qtbot.waitSignal(models.model_changed):
        models.choose(gone)
    assert told == [f"The model “{gone.name}” no longer exists."]
    assert models.models == (current,)
    assert models.current == current


def test_going_back_to_a_model_that_is_gone_leaves_the_current_one(
    models: ModelState, qtbot: QtBot
) -> None:
    current = models.current
    gone = next(model for model in models.models if model != current)
    shutil.rmtree(gone.path)
    models.reopen(gone.path)
    models.reopen(gone.path)  # which is not listed any more
    assert models.current == current


def test_another_model_is_chosen(models: ModelState, qtbot: QtBot) -> None:
    other = next(model for model in models.models if model != models.current)
    with qtbot.waitSignal(models.model_changed):
        models.choose(other)
    assert models.current == other
