"""All runs, and what is done with one."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.background.tasks import TaskPool
from explorer.core.training.record import TrainingRecord, write_record
from explorer.core.training.runs import RunEntry
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notice, Notices
from explorer.state.training.runs_state import RunsState
from tests.support.held_worker import HeldWorker
from tests.support.tiny_runs import make_paper_run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a person's runs: "one" and "other", and "cut", which was broken off."""
    make_paper_run(tmp_path / "included" / "ours")
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path / "included")
    monkeypatch.setattr("explorer.state.training.runs_state.LOOK_MS", 50)
    runs = paths.user_runs()
    for name in ("one", "other"):
        make_paper_run(runs / name)
    (runs / "cut.partial").mkdir()
    (runs / "cut.partial" / "settings.json").write_text(json.dumps({"recipe": "scratch"}))
    return runs


@pytest.fixture
def models(home: Path, pool: TaskPool, notices: Notices) -> ModelState:
    folders = [paths.bundled_models(), home]
    return ModelState(folders, notices, HeldWorker(), pool)  # type: ignore[arg-type]


@pytest.fixture
def state(
    models: ModelState, pool: TaskPool, notices: Notices, qtbot: QtBot
) -> Iterator[RunsState]:
    made = RunsState(models, pool, notices)
    with qtbot.waitSignal(made.runs_changed):
        made.enter()
    yield made
    made.close()


def run_of(state: RunsState, name: str) -> RunEntry:
    return next(run for run in state.runs if run.name == name)


def names(state: RunsState) -> set[str]:
    return {run.name for run in state.runs}


def test_all_runs_are_listed_and_those_that_come_later_too(
    state: RunsState, qtbot: QtBot, home: Path, tmp_path: Path
) -> None:
    assert names(state) == {"one", "other", "cut", "ours"}
    make_paper_run(home / "later")
    with qtbot.waitSignal(state.runs_changed):
        pass  # it is looked for again by itself
    assert "later" in names(state)


def test_chosen_runs_keep_their_order_and_so_their_colours(state: RunsState, home: Path) -> None:
    state.choose([home / "other"])
    state.choose([home / "cut", home / "one", home / "other"])
    assert [run.name for run in state.chosen] == ["other", "cut", "one"]
    state.choose([home / "one", home / "gone"])
    assert [run.name for run in state.chosen] == ["one"]


def test_a_renamed_run_stays_chosen_and_current(
    state: RunsState, models: ModelState, qtbot: QtBot, home: Path
) -> None:
    state.open(run_of(state, "one"))
    assert models.current is not None
    assert models.current.path == home / "one"
    state.choose([home / "one"])
    with qtbot.waitSignal(state.runs_changed):
        state.rename(run_of(state, "one"), "first")
    assert names(state) == {"first", "other", "cut", "ours"}
    assert [run.name for run in state.chosen] == ["first"]
    assert models.current.path == home / "first"
    assert sorted(model.name for model in models.models) == ["first", "other", "ours"]


def test_runs_go_to_the_bin_and_one_that_is_trained_stays(
    state: RunsState,
    models: ModelState,
    qtbot: QtBot,
    home: Path,
    posted: list[Notice],
) -> None:
    state.open(run_of(state, "one"))
    with FileLock(home / "other.lock"), qtbot.waitSignal(state.runs_changed):
        state.put_away([run_of(state, name) for name in ("one", "cut", "other")])
    assert names(state) == {"other", "ours"}
    told = posted[-1].sentence
    assert told == "“other” is being trained and cannot be deleted: stop it first."
    assert models.current is not None
    assert models.current.name == "ours"
    waste = Path(os.environ["XDG_DATA_HOME"]) / "Trash" / "files"
    assert sorted(os.listdir(waste)) == ["cut.partial", "one"]
    assert (waste / "one" / "card.json").is_file()


def test_a_run_that_only_a_record_knows_is_forgotten(
    state: RunsState, qtbot: QtBot, tmp_path: Path
) -> None:
    write_record(
        TrainingRecord(
            target=str(tmp_path / "lost"),
            data="/pets",
            recipe="article",
            started=1.0,
            told=1.0,
            process=0,
            phase="failed",
        )
    )
    with qtbot.waitSignal(state.runs_changed):
        state.refresh()
    lost = run_of(state, "lost")
    assert lost.state == "gone"
    with qtbot.waitSignal(state.runs_changed):
        state.forget(lost)
    assert "lost" not in names(state)


def test_who_trains_on_is_told_from_which_run(state: RunsState, qtbot: QtBot) -> None:
    with qtbot.waitSignal(state.continue_wanted) as told:
        state.continue_from(run_of(state, "cut"))
    assert told.args[0].target.name == "cut"
