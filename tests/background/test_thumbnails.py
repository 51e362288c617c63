"""Thumbnails: the newest wish first, in order; a bounded cache; nothing after closing."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QThread
from PySide6.QtGui import QImage

from explorer.background.thumbnails import MAX_WAITING, REASON_BYTES, ThumbnailLoader

EDGE = 32
IMAGE_BYTES = EDGE * EDGE * 4


@pytest.fixture
def make_loader(qtbot):
    made = []

    def make(**options) -> ThumbnailLoader:
        made.append(ThumbnailLoader(**options))
        return made[-1]

    yield make
    for loader in made:
        loader.close()


def make_picture(path: Path, size=(EDGE, EDGE), color=(200, 40, 40)) -> Path:
    Image.new("RGB", size, color).save(path)
    return path


def load(qtbot, loader, *paths):
    """Ask for thumbnails as a painted frame does, and wait for them."""
    for path in paths:
        loader.get(path, EDGE)
    qtbot.waitUntil(lambda: not loader.is_busy)
    return [loader.peek(path, EDGE) for path in paths]


@pytest.fixture
def gate(tmp_path):
    """Make a file that takes as long to read as the test likes: one more wish holds the thread."""
    path = tmp_path / "gate.png"
    make_picture(path)
    opened = threading.Event()
    yield path, opened
    opened.set()


def hold_reading(monkeypatch, path, opened, log):
    """Log which files are read; hold the thread at one of them. The reading itself is real."""
    from explorer.background import thumbnails

    read = thumbnails.read_thumbnail

    def read_and_log(wanted, edge):
        log.append(wanted.name)
        if wanted == path:
            opened.wait(10)
        return read(wanted, edge)

    monkeypatch.setattr(thumbnails, "read_thumbnail", read_and_log)


def test_a_thumbnail_has_the_colours_and_the_aspect_of_its_file(qtbot, make_loader, tmp_path):
    pixels = np.zeros((60, 120, 3), np.uint8)
    pixels[:, :60] = (255, 0, 0)
    pixels[:, 60:] = (0, 0, 255)
    Image.fromarray(pixels).save(tmp_path / "flag.png")
    loader = make_loader()
    assert loader.get(tmp_path / "flag.png", EDGE) is None
    with qtbot.waitSignal(loader.loaded) as told:
        pass
    assert told.args == [((tmp_path / "flag.png", EDGE),)]
    image = loader.get(tmp_path / "flag.png", EDGE).image
    assert (image.width(), image.height()) == (EDGE, EDGE // 2)
    assert image.format() == QImage.Format.Format_RGB32  # drawn without conversion
    assert image.pixelColor(2, 8).getRgb()[:3] == (255, 0, 0)
    assert image.pixelColor(EDGE - 3, 8).getRgb()[:3] == (0, 0, 255)


def test_an_image_outlives_the_array_it_was_made_from(qtbot, make_loader, tmp_path):
    loader = make_loader()
    paths = [make_picture(tmp_path / f"{i}.png", color=(i, 100, 50)) for i in range(60)]
    found = load(qtbot, loader, *paths)
    reds = [thumbnail.image.pixelColor(EDGE - 1, EDGE - 1).red() for thumbnail in found]
    assert reds == list(range(60))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"hello", "its format is not supported"),
        (None, "there is no such file"),
    ],
)
def test_an_unreadable_file_has_a_reason_and_the_next_one_is_read(
    qtbot, make_loader, tmp_path, content, reason
):
    bad, good = tmp_path / "bad.jpg", make_picture(tmp_path / "good.png")
    if content is not None:
        bad.write_bytes(content)
    marked, shown = load(qtbot, make_loader(threads=1), bad, good)
    assert marked.image is None
    assert marked.reason.startswith(f"“bad.jpg” was not opened: {reason}")
    assert isinstance(shown.image, QImage)
    assert shown.reason == ""


def test_a_pipe_does_not_hold_the_reading(qtbot, make_loader, tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    good = make_picture(tmp_path / "good.png")
    marked, shown = load(qtbot, make_loader(threads=1), tmp_path / "pipe.jpg", good)
    assert "not a regular file" in marked.reason
    assert shown.image is not None


def test_a_fault_nobody_expected_ends_no_thread(qtbot, make_loader, tmp_path, monkeypatch):
    from explorer.background import thumbnails

    read = thumbnails.read_thumbnail

    def fail_once(path, edge):
        if path.name == "odd.png":
            raise ZeroDivisionError("by nought")
        return read(path, edge)

    monkeypatch.setattr(thumbnails, "read_thumbnail", fail_once)
    odd, good = (make_picture(tmp_path / name) for name in ("odd.png", "good.png"))
    marked, shown = load(qtbot, make_loader(threads=1), odd, good)
    assert marked.reason == "“odd.png” was not opened: by nought."
    assert shown.image is not None


def test_the_newest_frame_is_read_first_and_each_in_its_order(
    qtbot, make_loader, tmp_path, gate, monkeypatch
):
    log: list[str] = []
    hold_reading(monkeypatch, *gate, log)
    loader = make_loader(threads=1)
    loader.get(gate[0], EDGE)
    qtbot.waitUntil(lambda: log == ["gate.png"])
    for frame in ("a", "b"):
        for number in range(3):
            loader.get(make_picture(tmp_path / f"{frame}{number}.png"), EDGE)
        qtbot.wait(40)
    loader.get(tmp_path / "a1.png", EDGE)  # asked for again, so it counts as new
    qtbot.wait(40)
    gate[1].set()
    qtbot.waitUntil(lambda: not loader.is_busy)
    assert log == ["gate.png", "a1.png", "b0.png", "b1.png", "b2.png", "a0.png", "a2.png"]


def test_wishes_that_scrolled_away_are_dropped(qtbot, make_loader, tmp_path, gate, monkeypatch):
    log: list[str] = []
    hold_reading(monkeypatch, *gate, log)
    loader = make_loader(threads=1)
    loader.get(gate[0], EDGE)
    qtbot.waitUntil(lambda: log == ["gate.png"])
    make_picture(tmp_path / "0.png")
    for number in range(1, MAX_WAITING + 50):
        os.link(tmp_path / "0.png", tmp_path / f"{number}.png")
    for start in range(0, MAX_WAITING + 50, 50):
        for number in range(start, min(start + 50, MAX_WAITING + 50)):
            loader.get(tmp_path / f"{number}.png", EDGE)
        qtbot.wait(30)
    gate[1].set()
    qtbot.waitUntil(lambda: not loader.is_busy)
    read = {int(name.split(".")[0]) for name in log[1:]}
    assert len(log) == 1 + MAX_WAITING
    assert set(range(50, MAX_WAITING + 50)) - read == set()


def test_one_wish_is_read_once(qtbot, make_loader, tmp_path, gate, monkeypatch):
    log: list[str] = []
    hold_reading(monkeypatch, *gate, log)
    loader = make_loader()
    for _ in range(5):
        loader.get(gate[0], EDGE)
        qtbot.wait(25)
    gate[1].set()
    qtbot.waitUntil(lambda: not loader.is_busy)
    assert loader.get(gate[0], EDGE) is not None
    assert log == ["gate.png"]


def test_what_was_used_last_is_kept(qtbot, make_loader, tmp_path):
    loader = make_loader(cache_bytes=3 * IMAGE_BYTES)
    a, b, c, d = (make_picture(tmp_path / f"{name}.png") for name in "abcd")
    for path in (a, b, c):
        load(qtbot, loader, path)
    loader.get(a, EDGE)
    load(qtbot, loader, d)
    kept = [path.stem for path in (a, b, c, d) if loader.peek(path, EDGE) is not None]
    assert kept == ["a", "c", "d"]


@given(
    limit=st.integers(0, 5 * IMAGE_BYTES),
    wishes=st.lists(st.sampled_from(range(8)), max_size=12),
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_cache_never_holds_more_than_its_limit(qtbot, tmp_path, limit, wishes):
    loader = ThumbnailLoader(cache_bytes=limit)
    for number in wishes:
        path = tmp_path / f"{number}.png"
        if number < 6:
            make_picture(path, size=(EDGE, 4 * (number + 1)))
        loader.get(path, EDGE)
        qtbot.waitUntil(lambda: not loader.is_busy)
        sizes = [
            REASON_BYTES if kept.image is None else kept.image.sizeInBytes()
            for kept in (loader.peek(tmp_path / f"{n}.png", EDGE) for n in range(8))
            if kept is not None
        ]
        assert loader.cache.size_bytes == sum(sizes) <= limit
    loader.close()


def test_a_picture_beyond_the_limit_is_not_asked_for_over_and_over(qtbot, make_loader, tmp_path):
    loader = make_loader(cache_bytes=IMAGE_BYTES - 1)
    told = []
    loader.loaded.connect(told.append)
    load(qtbot, loader, make_picture(tmp_path / "large.png"))
    assert told == []


def test_clearing_reads_changed_files_anew(qtbot, make_loader, tmp_path):
    loader = make_loader()
    path = make_picture(tmp_path / "x.png", color=(255, 0, 0))
    load(qtbot, loader, path)
    make_picture(path, color=(0, 255, 0))
    loader.clear()
    assert loader.cache.size_bytes == 0
    (thumbnail,) = load(qtbot, loader, path)
    assert thumbnail.image.pixelColor(3, 3).getRgb()[:3] == (0, 255, 0)


def test_clearing_drops_what_is_being_read(qtbot, make_loader, tmp_path, gate, monkeypatch):
    log: list[str] = []
    hold_reading(monkeypatch, *gate, log)
    loader = make_loader(threads=1)
    told = []
    loader.loaded.connect(told.append)
    loader.get(gate[0], EDGE)
    loader.get(make_picture(tmp_path / "after.png"), EDGE)
    qtbot.waitUntil(lambda: log == ["gate.png"])
    loader.clear()
    gate[1].set()
    qtbot.wait(60)
    assert told == []
    assert log == ["gate.png"]
    assert not loader.is_busy


def test_nothing_comes_after_closing_and_no_thread_is_left(qtbot, make_loader, tmp_path):
    before = threading.active_count()
    loader = make_loader()
    told = []
    loader.loaded.connect(told.append)
    for number in range(40):
        loader.get(make_picture(tmp_path / f"{number}.png"), EDGE)
    qtbot.waitUntil(lambda: bool(told))
    assert threading.active_count() > before
    loader.close()
    count = len(told)
    assert threading.active_count() == before
    assert not loader.is_busy
    assert loader.get(tmp_path / "39.png", 7) is None
    qtbot.wait(60)
    assert len(told) == count
    loader.close()


def test_no_thread_starts_before_the_first_wish(make_loader):
    before = threading.active_count()
    make_loader()
    assert threading.active_count() == before


def test_answers_come_home_to_the_gui_thread(qtbot, make_loader, tmp_path):
    loader = make_loader()
    threads = []
    loader.loaded.connect(lambda keys: threads.append(QThread.currentThread()))
    load(qtbot, loader, make_picture(tmp_path / "x.png"))
    assert [thread.isMainThread() for thread in threads] == [True]


@pytest.mark.parametrize("change", ["another picture", "no picture", "no file"])
def test_a_rewritten_file_is_shown_as_it_is_when_it_is_next_painted(
    qtbot, make_loader, tmp_path, monkeypatch, change
):
    monkeypatch.setattr("explorer.background.thumbnails.FRESH_S", 0)
    loader = make_loader()
    path = make_picture(tmp_path / "a.png", color=(200, 40, 40))
    (first,) = load(qtbot, loader, path)
    assert load(qtbot, loader, path) == [first]  # not even read again
    if change == "another picture":
        make_picture(path, color=(40, 40, 200))
    elif change == "no picture":
        path.write_bytes(b"")
    else:
        path.unlink()
    (second,) = load(qtbot, loader, path)
    if change == "another picture":
        assert second.image.pixelColor(5, 5).getRgb()[:3] == (40, 40, 200)
    else:
        assert second.image is None
    assert load(qtbot, loader, path) == [second]
