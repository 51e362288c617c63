"""A watched folder: what is said of it, what is handed on, and how it ends."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from explorer.state.classify.watching_state import WatchingState
from explorer.state.shared.notices import Notice, Notices


class Classifier:
    """Notes what it is to classify."""

    def __init__(self) -> None:
        self.paths: list[Path] = []

    def add_watched(self, paths: list[Path]) -> None:
        self.paths += paths


@pytest.fixture
def classifier() -> Classifier:
    return Classifier()


@pytest.fixture
def state(qtbot: QtBot, classifier: Classifier, notices: Notices) -> Iterator[WatchingState]:
    made = WatchingState(classifier, notices)  # type: ignore[arg-type]
    yield made
    made.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    return made


def start(qtbot: QtBot, state: WatchingState, folder: Path) -> None:
    state.start(folder)
    assert state.sentence == "Looking at what is in “photos” already…"
    qtbot.waitUntil(lambda: state.sentence == "Watching “photos”: no new picture yet")


def test_new_photos_are_handed_on_and_counted(
    qtbot: QtBot, state: WatchingState, classifier: Classifier, folder: Path
):
    assert (state.folder, state.sentence) == (None, "")
    start(qtbot, state, folder)
    Image.new("RGB", (9, 9)).save(folder / "1.png")
    qtbot.waitUntil(lambda: state.sentence == "Watching “photos”: 1 new picture", timeout=60_000)
    Image.new("RGB", (9, 9)).save(folder / "2.png")
    qtbot.waitUntil(lambda: state.sentence == "Watching “photos”: 2 new pictures", timeout=60_000)
    assert classifier.paths == [folder / "1.png", folder / "2.png"]
    state.stop()
    assert (state.folder, state.sentence) == (None, "")


def test_a_folder_that_goes_is_told(
    qtbot: QtBot, state: WatchingState, folder: Path, posted: list[Notice]
):
    start(qtbot, state, folder)
    shutil.rmtree(folder)
    qtbot.waitUntil(lambda: state.folder is None, timeout=60_000)
    assert [notice.sentence for notice in posted] == [
        "“photos” is not watched any more: the folder is gone."
    ]


def test_another_folder_takes_the_place_of_the_first(
    qtbot: QtBot, state: WatchingState, classifier: Classifier, folder: Path, tmp_path: Path
):
    start(qtbot, state, folder)
    other = tmp_path / "other"
    other.mkdir()
    state.start(other)
    qtbot.waitUntil(lambda: state.sentence == "Watching “other”: no new picture yet")
    Image.new("RGB", (9, 9)).save(folder / "1.png")
    Image.new("RGB", (9, 9)).save(other / "2.png")
    qtbot.waitUntil(lambda: bool(classifier.paths), timeout=60_000)
    assert classifier.paths == [other / "2.png"]
