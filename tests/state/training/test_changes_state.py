"""What changed between two runs, by what the catalogues know of the open dataset."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.background.survey import survey_files
from explorer.background.tasks import TaskPool
from explorer.core.datasets.scan import scan_dataset
from explorer.core.models.model import Model
from explorer.core.models.run_folder import read_run
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices
from explorer.state.training.changes_state import ChangesState
from explorer.state.training.runs_state import RunsState
from explorer.views.training.runs.texts import describe_changes
from tests.support.held_worker import HeldWorker


@pytest.fixture
def runs(
    models_folder: Path,
    pool: TaskPool,
    notices: Notices,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[RunsState]:
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path / "none")
    for name in ("one", "other"):
        shutil.copytree(models_folder / "tiny", paths.user_runs() / name)
    models = ModelState([paths.user_runs()], notices, HeldWorker(), pool)  # type: ignore[arg-type]
    made = RunsState(models, pool, notices)
    with qtbot.waitSignal(made.runs_changed):
        made.refresh()
    yield made
    made.close()


def test_pictures_are_compared_that_both_have_classified(
    runs: RunsState, pool: TaskPool, notices: Notices, qtbot: QtBot, tmp_path: Path
) -> None:
    chance = np.random.default_rng(2)
    for number in range(4):
        file = tmp_path / "pets" / ("cat", "dog")[number % 2] / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(chance.integers(0, 256, (9, 9, 3)).astype(np.uint8)).save(file)
    dataset = scan_dataset(tmp_path / "pets")
    state = ChangesState(runs, pool, notices)
    runs.choose([paths.user_runs() / "one"])
    state.set_dataset(dataset)
    assert not state.can_compare
    runs.choose([paths.user_runs() / name for name in ("one", "other")])
    assert state.can_compare
    with qtbot.waitSignal(state.changes_changed):
        state.compare()
    qtbot.waitUntil(lambda: state.changes is not None)
    assert state.changes is not None
    assert state.changes.count == 0
    assert state.pair is not None
    assert "Not both have classified" in describe_changes(*state.pair, state.changes)

    for run in state.pair:
        survey_files(Model.of_run(read_run(run.target)), dataset)
    runs.choose([])
    assert state.changes is None
    runs.choose([paths.user_runs() / name for name in ("one", "other")])
    state.compare()
    qtbot.waitUntil(lambda: state.changes is not None)
    text = describe_changes(*state.pair, state.changes)
    assert "Accuracy 90.0\u00a0% → 90.0\u00a0%, log loss 0.6 → 0.6." in text
    assert "different pictures" in text  # their cards name no data
    assert "Of 4 pictures of the open dataset, 0 became right and 0 wrong." in text
