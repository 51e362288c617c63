"""A picture without a file is kept: the latest one, whole, and without stopping the window."""

import threading
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.core.images.read import read_picture
from explorer.state.shared import unsaved_picture as module
from explorer.state.shared.notices import Notice, Notices
from explorer.state.shared.unsaved_picture import UnsavedPicture
from tests.support.hostile_files import noise


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "picture.png"


def test_it_is_on_the_disk_soon_and_the_same_at_the_next_start(
    qtbot: QtBot, file: Path, pool: TaskPool, notices: Notices
):
    kept = UnsavedPicture(file, pool, notices)
    assert not kept.is_there
    pixels = noise(20, 30)
    kept.keep(pixels)
    qtbot.waitUntil(lambda: kept.is_there)
    read = UnsavedPicture(file, pool, notices).read("dropped picture")
    assert (read.name, read.path) == ("dropped picture", None)
    np.testing.assert_array_equal(read.picture, pixels)


def test_of_many_the_last_is_kept_and_few_are_written(
    file: Path, pool: TaskPool, notices: Notices, monkeypatch: pytest.MonkeyPatch
):
    has_begun, may_go_on = threading.Event(), threading.Event()
    written = []
    write = module.write_unsaved_picture

    def hold(*given: object) -> None:
        has_begun.set()
        assert may_go_on.wait(10)
        written.append(given)
        write(*given)

    monkeypatch.setattr(module, "write_unsaved_picture", hold)
    kept = UnsavedPicture(file, pool, notices)
    kept.keep(noise(20, 30))
    assert has_begun.wait(10)
    for seed in range(1, 10):
        kept.keep(noise(20, 30, seed))
    may_go_on.set()
    kept.close()
    pool.close()
    np.testing.assert_array_equal(read_picture(file).picture, noise(20, 30, seed=9))
    assert len(written) == 2


def test_nothing_wanted_leaves_what_is_there(file: Path, pool: TaskPool, notices: Notices):
    before = UnsavedPicture(file, pool, notices)
    before.keep(noise(20, 30))
    before.close()
    UnsavedPicture(file, pool, notices).close()
    assert file.is_file()
    after = UnsavedPicture(file, pool, notices)
    after.keep(None)
    after.close()
    assert not file.exists()


def test_a_disk_that_refuses_is_a_sentence(
    qtbot: QtBot, file: Path, pool: TaskPool, notices: Notices, posted: list[Notice]
):
    file.parent.touch()  # a file where the folder would be
    UnsavedPicture(file, pool, notices).keep(noise(20, 30))
    qtbot.waitUntil(lambda: len(posted) == 1)
    assert "could not be saved for the next start" in posted[0].sentence
