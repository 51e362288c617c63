"""A watched folder tells each new picture once, when it is complete, wherever it came from."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import watchfiles
from PIL import Image
from pytestqt.qtbot import QtBot

from explorer.background import watch
from explorer.background.watch import SETTLED_S, FolderWatch, NewFiles
from explorer.errors import DatasetError, ExplorerError

Watched = tuple[FolderWatch, list[Path], list[str]]


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s

    def pass_(self, seconds: float = SETTLED_S + 0.01) -> None:
        self.now_s += seconds


def make_picture(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (16, 12), (10, 200, 30)).save(path)
    return path


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_picture(tmp_path / "photos" / "old.jpg")
    return tmp_path / "photos"


@pytest.fixture
def files(folder: Path, clock: Clock) -> NewFiles:
    return NewFiles(folder, clock)


@pytest.fixture
def names(files: NewFiles, clock: Clock) -> Callable[[], list[str]]:
    """Return a function that looks, waits, and returns the names of what is complete."""

    def look() -> list[str]:
        files.look()
        clock.pass_()
        return sorted(path.name for path in files.take_complete())

    return look


def test_only_what_is_new_is_told_and_once(folder: Path, names: Callable[[], list[str]]):
    assert names() == []
    make_picture(folder / "new.jpg")
    make_picture(folder / "below" / "deeper" / "too.png")
    assert names() == ["new.jpg", "too.png"]
    assert names() == []


def test_a_file_that_is_being_written_is_waited_for(folder: Path, files: NewFiles, clock: Clock):
    whole = make_picture(folder.parent / "whole.jpg").read_bytes()
    path = folder / "slow.jpg"
    for size in (100, 200, 300):
        path.write_bytes(whole[:size])
        files.look([str(path)])
        clock.pass_(SETTLED_S / 2)
        assert files.take_complete() == []
    path.write_bytes(whole)  # which nobody told
    clock.pass_()
    assert files.take_complete() == []
    clock.pass_()
    assert files.take_complete() == [path]


def test_one_that_pauses_while_it_is_written_is_told_again(
    folder: Path, names: Callable[[], list[str]]
):
    path = make_picture(folder / "slow.jpg")
    whole = path.read_bytes()
    path.write_bytes(whole[:200])
    assert names() == ["slow.jpg"]
    path.write_bytes(whole)
    assert names() == ["slow.jpg"]


def test_a_file_that_gets_its_name_at_the_end_is_told_by_that(
    folder: Path, names: Callable[[], list[str]]
):
    part = make_picture(folder / "photo.jpg")
    part = part.rename(folder / "photo.jpg.part")
    assert names() == []
    part.rename(folder / "photo.jpg")
    assert names() == ["photo.jpg"]


def test_a_whole_folder_can_be_moved_in(folder: Path, files: NewFiles, clock: Clock):
    made = make_picture(folder.parent / "trip" / "day 1" / "1.jpg").parents[1]
    shutil.move(made, folder / "trip")
    files.look([str(folder / "trip")])  # all that a system may tell
    clock.pass_()
    assert files.take_complete() == [folder / "trip" / "day 1" / "1.jpg"]


def test_what_is_gone_again_and_what_is_no_picture_is_not_told(
    folder: Path, files: NewFiles, clock: Clock
):
    gone = make_picture(folder / "gone.jpg")
    make_picture(folder / ".hidden.jpg")
    make_picture(folder / ".thumbnails" / "small.jpg")
    (folder / "notes.txt").write_text("no picture")
    (folder / "damaged.jpg").write_bytes(b"")  # classifying it says why
    os.symlink(folder / "nowhere.jpg", folder / "broken.jpg")
    files.look()
    gone.unlink()
    clock.pass_()
    assert files.take_complete() == [folder / "damaged.jpg"]


def test_a_folder_that_cannot_be_watched_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(DatasetError, match="“nowhere” cannot be watched: no such file"):
        NewFiles(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="“file” cannot be watched: not a directory"):
        NewFiles(tmp_path / "file")
    monkeypatch.setattr(watch, "MOST_FILES", 0)
    with pytest.raises(DatasetError, match="it has more than 0 files"):
        NewFiles(tmp_path)


@pytest.fixture
def watched(qtbot: QtBot, folder: Path) -> Iterator[Watched]:
    found: list[Path] = []
    ended: list[str] = []

    def end(error: ExplorerError) -> None:
        ended.append(error.sentence)

    one = FolderWatch(folder)
    one.found.connect(found.extend)
    one.ended.connect(end)
    with qtbot.waitSignal(one.began, timeout=60_000):
        one.start()
    yield one, found, ended
    one.close()


def test_a_thousand_at_once_are_all_told(qtbot: QtBot, folder: Path, watched: Watched):
    _, found, _ = watched
    content = (folder / "old.jpg").read_bytes()
    for number in range(1000):
        (folder / f"{number}.jpg").write_bytes(content)
    qtbot.waitUntil(lambda: len(found) >= 1000, timeout=60_000)
    assert len(found) == len(set(found)) == 1000


def test_what_comes_before_the_system_tells_of_it_is_seen_all_the_same(
    qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    begin = watchfiles.watch

    def begin_late(*given, **options) -> Iterator[object]:
        make_picture(folder / "early.jpg")
        yield from begin(*given, **options)

    monkeypatch.setattr(watchfiles, "watch", begin_late)
    monkeypatch.setattr(watch, "RESCAN_S", 1e9)
    monkeypatch.setattr(watch, "SETTLED_S", 0.1)
    one = FolderWatch(folder)
    found: list[Path] = []
    one.found.connect(found.extend)
    one.start()
    qtbot.waitUntil(lambda: found == [folder / "early.jpg"], timeout=60_000)
    one.close()


def test_a_folder_that_goes_ends_the_watch(qtbot: QtBot, folder: Path, watched: Watched):
    _, _, ended = watched
    shutil.rmtree(folder)
    qtbot.waitUntil(lambda: bool(ended), timeout=60_000)
    assert ended == ["“photos” is not watched any more: the folder is gone."]


def test_closing_ends_it_at_once(folder: Path, watched: Watched):
    one, found, _ = watched
    one.close()
    make_picture(folder / "late.jpg")
    assert found == []
