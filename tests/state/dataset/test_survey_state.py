"""The pass over the open dataset: begun, stopped, gone on with, and what changes under it."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.background import child
from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.background.worker_process import WorkerProcess
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.survey_state import SurveyState
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notice, Notices
from tests.support.survey_worker import ASKED, serve_surveys
from tests.support.tiny_runs import make_paper_run

Open = Callable[..., Path]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(child, "serve", serve_surveys)
    monkeypatch.setattr("explorer.paths.bundled_models", lambda: tmp_path / "runs")
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    make_paper_run(tmp_path / "runs" / "first")
    make_paper_run(tmp_path / "runs" / "second")
    return tmp_path / "runs"


@pytest.fixture
def dataset(pool: TaskPool, notices: Notices) -> Iterator[DatasetState]:
    thumbnails = ThumbnailLoader()
    yield DatasetState(pool, thumbnails, notices)
    thumbnails.close()


@pytest.fixture
def models(runs: Path, pool: TaskPool, notices: Notices, dataset: DatasetState) -> ModelState:
    reader = WorkerProcess("classifier", Path("classifier.log"), parent=dataset)
    made = ModelState([runs], notices, reader, pool, dataset)
    made.choose(made.models[0])
    return made


@pytest.fixture
def state(
    dataset: DatasetState, models: ModelState, pool: TaskPool, notices: Notices
) -> Iterator[SurveyState]:
    made = SurveyState(dataset, models, pool, notices)
    yield made
    made.close()
    pool.close()


@pytest.fixture
def open_pictures(
    qtbot: QtBot, state: SurveyState, dataset: DatasetState, pool: TaskPool, tmp_path: Path
) -> Open:
    """Return what opens a folder of small files, and waits until what is known of it is there."""

    def open_folder(*names: str, folder: str = "pictures") -> Path:
        where = tmp_path / folder / "all"
        where.mkdir(parents=True, exist_ok=True)
        for number, name in enumerate(names):
            (where / name).write_bytes(bytes([2**number - 1, number]))
        dataset.open_folder(where)
        qtbot.waitUntil(lambda: dataset.folder == where and not pool.is_busy)
        return where

    return open_folder


def finish(qtbot: QtBot, state: SurveyState) -> None:
    """Begin a pass, and wait for its end."""
    state.start()
    qtbot.waitUntil(lambda: not state.is_running, timeout=60_000)


def asked(folder: Path) -> list[str]:
    """Return the pictures that were asked about since the last time."""
    file = folder.parent / ASKED
    found = sorted(set(file.read_text().split())) if file.exists() else []
    file.unlink(missing_ok=True)
    return found


def run_until_it_hangs(qtbot: QtBot, state: SurveyState, folder: Path) -> None:
    """Begin a pass, and wait until it is at a picture that it never comes to the end of."""
    state.start()
    qtbot.waitUntil(
        lambda: (folder.parent / ASKED).exists() and state.progress.done == 2, timeout=60_000
    )


def test_a_pass_is_begun_progresses_and_ends(
    qtbot: QtBot, state: SurveyState, dataset: DatasetState, open_pictures: Open
) -> None:
    told: list[tuple[bool, int]] = []
    state.progress_changed.connect(lambda: told.append((state.is_running, state.progress.done)))
    assert not state.can_start
    folder = open_pictures("cat.1.jpg", "cat.2.jpg", "dog.3.jpg", "dog.4.jpg")
    assert state.can_start
    assert state.columns is None
    assert state.embeddings() is None
    told.clear()
    finish(qtbot, state)
    assert told[0] == (True, 0)
    assert told[-1] == (False, 4)
    assert [done for _, done in told] == sorted(done for _, done in told)
    assert state.is_complete
    assert not state.can_start
    assert not state.is_interrupted
    assert state.share == 1
    assert state.columns is not None
    assert state.columns.probabilities[:, 0].tolist() == [0, 0.125, 0.25, 0.375]
    embeddings = state.embeddings()
    assert embeddings is not None
    assert not np.isnan(embeddings).any()
    # What is known is there at the next opening, and a pass has nothing to do.
    asked(folder)
    open_pictures()
    qtbot.waitUntil(lambda: state.is_complete)
    assert state.columns.is_done.all()
    state.start()
    qtbot.waitUntil(lambda: not state.is_running)
    assert asked(folder) == []


def test_a_cancelled_pass_goes_on_where_it_was(
    qtbot: QtBot, state: SurveyState, pool: TaskPool, open_pictures: Open
) -> None:
    folder = open_pictures("cat.1.jpg", "cat.2.jpg", "hang.jpg")
    run_until_it_hangs(qtbot, state, folder)
    assert state.sentence.startswith("Classifying: 2 of 3 pictures")
    state.cancel()
    assert not state.is_running
    # Begun again before the one that was stopped has ended: it waits for that.
    (folder / "hang.jpg").write_bytes(b"\xff")
    (folder / "hang.jpg").rename(folder / "other")
    state.start()
    state.cancel()
    assert not state.is_running
    qtbot.waitUntil(lambda: not pool.is_busy, timeout=60_000)
    assert state.is_interrupted
    assert state.can_start
    assert state.columns is not None
    assert state.columns.is_done.tolist() == [True, True, False]
    asked(folder)
    (folder / "other").rename(folder / "dog.jpg")
    open_pictures()
    qtbot.waitUntil(lambda: state.is_interrupted)
    finish(qtbot, state)
    assert state.is_complete
    assert asked(folder) == ["dog.jpg"]


def test_begun_again_while_the_stopped_one_ends_it_runs_after_that(
    qtbot: QtBot, state: SurveyState, pool: TaskPool, open_pictures: Open
) -> None:
    folder = open_pictures("cat.1.jpg", "cat.2.jpg", "hang.jpg")
    run_until_it_hangs(qtbot, state, folder)
    asked(folder)
    state.cancel()
    state.start()
    assert state.is_running
    qtbot.waitUntil(lambda: asked(folder) == ["hang.jpg"], timeout=60_000)
    assert state.is_running
    state.cancel()
    qtbot.waitUntil(lambda: not pool.is_busy, timeout=60_000)
    assert not state.is_running


def test_another_model_while_it_runs_ends_the_pass_and_knows_nothing(
    qtbot: QtBot, state: SurveyState, models: ModelState, pool: TaskPool, open_pictures: Open
) -> None:
    folder = open_pictures("cat.1.jpg", "cat.2.jpg", "hang.jpg")
    run_until_it_hangs(qtbot, state, folder)
    models.choose(models.models[1])
    assert not state.is_running
    assert state.columns is None
    assert state.embeddings() is None
    assert state.model == models.models[1]
    assert state.progress == (0, 3, 0)
    qtbot.waitUntil(lambda: not pool.is_busy, timeout=60_000)
    # The answers of the first one are nobody's any more, but were kept.
    assert state.columns is None
    assert state.can_start
    models.choose(models.models[0])
    qtbot.waitUntil(lambda: state.is_interrupted)
    assert state.progress.done == 2


def test_another_dataset_while_it_runs_ends_the_pass(
    qtbot: QtBot, state: SurveyState, pool: TaskPool, open_pictures: Open
) -> None:
    folder = open_pictures("cat.1.jpg", "cat.2.jpg", "hang.jpg")
    run_until_it_hangs(qtbot, state, folder)
    other = open_pictures("cat.7.jpg", folder="others")
    assert not state.is_running
    assert state.progress == (0, 1, 0)
    assert state.columns is None
    asked(folder)
    finish(qtbot, state)
    assert state.is_complete
    assert asked(other) == ["cat.7.jpg"]
    assert asked(folder) == []


def test_closed_while_it_runs_it_tells_nothing_any_more(
    qtbot: QtBot, state: SurveyState, pool: TaskPool, posted: list[Notice], open_pictures: Open
) -> None:
    folder = open_pictures("cat.1.jpg", "cat.2.jpg", "hang.jpg")
    run_until_it_hangs(qtbot, state, folder)
    told: list[None] = []
    state.columns_changed.connect(lambda: told.append(None))
    state.close()
    assert not state.is_running
    qtbot.waitUntil(lambda: not pool.is_busy, timeout=60_000)
    assert told == []
    assert posted == []


def test_a_damaged_catalogue_is_told_once_and_the_pictures_are_looked_at_anew(
    qtbot: QtBot,
    state: SurveyState,
    posted: list[Notice],
    open_pictures: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("explorer.paths.user_catalogues", lambda: tmp_path / "catalogues")
    folder = open_pictures("cat.1.jpg", "dog.2.jpg")
    finish(qtbot, state)
    (file,) = (tmp_path / "catalogues").glob("*.sqlite")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE facts SET facts = zeroblob(length(facts))")
    asked(folder)
    open_pictures()
    qtbot.waitUntil(lambda: len(posted) == 1)
    assert "was damaged and was moved aside" in posted[0].sentence
    assert state.can_start
    finish(qtbot, state)
    assert state.is_complete
    assert len(posted) == 1
    assert asked(folder) == ["cat.1.jpg", "dog.2.jpg"]


def test_a_model_whose_folder_was_removed_is_told_and_can_be_tried_again(
    qtbot: QtBot,
    state: SurveyState,
    dataset: DatasetState,
    pool: TaskPool,
    posted: list[Notice],
    open_pictures: Open,
    runs: Path,
    tmp_path: Path,
) -> None:
    shutil.move(runs / "first", tmp_path / "away")
    folder = open_pictures("cat.1.jpg", "dog.2.jpg")
    assert [one.sentence for one in posted] == [
        "“first” was not opened: no such file or directory."
    ]
    assert not state.is_running
    # Nothing can be begun that would never end.
    state.start()
    qtbot.waitUntil(lambda: not state.is_running)
    assert len(posted) == 2
    shutil.move(tmp_path / "away", runs / "first")
    finish(qtbot, state)
    assert state.is_complete
    assert asked(folder) == ["cat.1.jpg", "dog.2.jpg"]


def test_the_model_may_be_removed_while_it_runs(
    qtbot: QtBot, state: SurveyState, posted: list[Notice], open_pictures: Open, runs: Path
) -> None:
    folder = open_pictures("cat.1.jpg", "cat.2.jpg", "hang.jpg")
    run_until_it_hangs(qtbot, state, folder)
    shutil.rmtree(runs / "first")
    state.cancel()
    qtbot.waitUntil(lambda: state.is_interrupted and state.can_start)
    assert state.progress.done == 2
    assert posted == []


def test_where_a_pass_fails_what_it_found_out_before_is_shown(
    qtbot: QtBot, state: SurveyState, posted: list[Notice], open_pictures: Open
) -> None:
    open_pictures("cat.1.jpg", "cat.2.jpg", "odd.jpg")
    embeddings: list[object] = []
    state.embeddings_changed.connect(lambda: embeddings.append(state.embeddings()))
    finish(qtbot, state)
    assert [one.sentence for one in posted] == ["“first” gave an answer of another shape."]
    assert state.is_interrupted
    assert state.progress == (2, 3, 0)
    assert state.columns is not None
    assert state.columns.is_done.tolist() == [True, True, False]
    assert embeddings
    assert embeddings[-1] is not None


def test_what_could_not_be_read_is_tried_again(
    qtbot: QtBot, state: SurveyState, open_pictures: Open, tmp_path: Path
) -> None:
    folder = open_pictures("cat.1.jpg", "dog.2.jpg")
    shutil.move(folder / "dog.2.jpg", tmp_path)
    finish(qtbot, state)
    assert state.is_complete
    assert state.unread_count == 1
    assert state.can_start
    asked(folder)
    shutil.move(tmp_path / "dog.2.jpg", folder)
    finish(qtbot, state)
    assert asked(folder) == ["dog.2.jpg"]
    assert state.columns is not None
    assert state.columns.errors == {}
    assert state.is_complete
    assert not state.can_start


def test_a_folder_that_is_gone_is_told_and_its_pictures_wait(
    qtbot: QtBot,
    state: SurveyState,
    posted: list[Notice],
    open_pictures: Open,
    tmp_path: Path,
) -> None:
    folder = open_pictures("cat.1.jpg", "dog.2.jpg")
    shutil.move(folder, tmp_path / "away")
    finish(qtbot, state)
    assert [one.sentence for one in posted] == ["The folder “all” is not there any more."]
    assert state.progress.done == 0
    shutil.move(tmp_path / "away", folder)
    finish(qtbot, state)
    assert state.is_complete
    assert not state.can_start
