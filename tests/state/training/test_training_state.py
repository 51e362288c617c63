"""Trainings, watched and asked: their records written by hand instead of by a process."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.background.tasks import TaskPool
from explorer.core.models.training_config import TrainingConfig
from explorer.core.training.record import (
    TrainingRecord,
    log_file,
    now,
    read_wish,
    write_record,
)
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices
from explorer.state.training.training_state import TrainingState
from tests.support.held_worker import HeldWorker
from tests.support.tiny_runs import make_paper_run


def record_of(name: str, **changes: Any) -> TrainingRecord:
    made = TrainingRecord(
        target=str(paths.user_runs() / name),
        data="/pets",
        recipe="article",
        started=now(),
        told=now() + 600,  # however slow the machine is, it is not silent
        process=os.getpid(),
        phase="training",
        epoch=1,
        epochs=3,
    )
    return replace(made, **changes)


@pytest.fixture
def models(tmp_path: Path, pool: TaskPool, notices: Notices) -> ModelState:
    make_paper_run(tmp_path / "included" / "ours")
    folders = [tmp_path / "included", paths.user_runs()]
    return ModelState(folders, notices, HeldWorker(), pool)  # type: ignore[arg-type]


@pytest.fixture
def state(
    models: ModelState,
    pool: TaskPool,
    notices: Notices,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TrainingState]:
    monkeypatch.setattr("explorer.state.training.training_state.LOOK_MS", 20)
    made = TrainingState(models, pool, notices)
    yield made
    made.close()


def stand(state: TrainingState) -> str:
    return "" if state.watched is None else state.watched.standing


def test_a_training_of_a_terminal_shows_up_and_is_asked(state: TrainingState, qtbot: QtBot) -> None:
    state.enter()
    qtbot.waitUntil(lambda: state.is_known)
    assert state.watched is None
    write_record(record_of("pets"))
    qtbot.waitUntil(lambda: stand(state) == "training")
    target = paths.user_runs() / "pets"
    state.pause()
    qtbot.waitUntil(lambda: stand(state) == "pausing")
    state.go_on()
    qtbot.waitUntil(lambda: stand(state) == "training")
    state.stop()
    qtbot.waitUntil(lambda: stand(state) == "stopping")
    assert read_wish(target) == "stop"


def test_a_finished_one_is_a_model_at_once(
    state: TrainingState, models: ModelState, qtbot: QtBot
) -> None:
    write_record(record_of("pets"))
    state.enter()
    qtbot.waitUntil(lambda: stand(state) == "training")
    assert [model.name for model in models.models] == ["ours"]
    make_paper_run(paths.user_runs() / "pets")
    write_record(record_of("pets", phase="finished"))
    qtbot.waitUntil(lambda: stand(state) == "finished")
    assert [model.name for model in models.models] == ["ours", "pets"]
    assert models.current is not None
    assert models.current.name == "ours"
    state.open()
    assert models.current.name == "pets"


def test_it_is_looked_on_while_something_trains_and_not_longer(
    state: TrainingState, qtbot: QtBot
) -> None:
    write_record(record_of("pets"))
    state.enter()
    qtbot.waitUntil(lambda: bool(state.live))
    state.leave()
    assert state.is_training
    write_record(record_of("pets", phase="failed", notes=("The disk is full.",)))
    qtbot.waitUntil(lambda: stand(state) == "failed")
    assert not state.is_training
    assert not state._timer.isActive()


def test_one_that_was_put_aside_stays_so(state: TrainingState, qtbot: QtBot) -> None:
    write_record(record_of("pets"))
    state.enter()
    qtbot.waitUntil(lambda: stand(state) == "training")
    state.put_aside()
    write_record(record_of("pets", epoch=2))
    qtbot.waitUntil(lambda: bool(state.live) and state.live[0].epoch == 2)
    assert state.watched is None
    state.watch(state.live[0].folder)
    qtbot.waitUntil(lambda: stand(state) == "training")


def test_one_whose_process_is_gone_is_told_at_the_next_start(
    state: TrainingState, qtbot: QtBot
) -> None:
    write_record(record_of("pets", told=1.0))
    state.enter()
    qtbot.waitUntil(lambda: stand(state) == "vanished")


def test_a_command_that_is_refused_says_why(
    state: TrainingState, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho 'Memory ran out.'\nexit 1\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    target = paths.user_runs() / "pets"
    state.start(TrainingConfig(tmp_path, target), {})
    qtbot.waitUntil(lambda: stand(state) == "failed")
    assert state.watched is not None
    assert state.watched.reason == "Memory ran out."
    assert log_file(target).read_text() == "Memory ran out.\n"
    qtbot.waitUntil(lambda: not state.is_training)


def test_resuming_asks_for_what_was_asked(
    state: TrainingState, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text('#!/bin/sh\nprintf "%s " "$@"\n')
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    target = paths.user_runs() / "pets"
    partial = target.with_name("pets.partial")
    partial.mkdir(parents=True)
    noted = TrainingConfig(Path("/pets"), target, epochs=7).to_json() | {"data": "/pets"}
    (partial / "settings.json").write_text(json.dumps(noted))
    state.resume(target)
    qtbot.waitUntil(lambda: stand(state) == "failed")
    said = f"-P -m explorer train /pets --output {target} --epochs 7 --resume"
    assert log_file(target).read_text().strip() == said
