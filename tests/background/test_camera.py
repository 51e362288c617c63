"""Frames from a source that the test holds in its hand."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.background import camera
from explorer.background.camera import CameraReader, OpenCvSource, list_cameras, open_camera
from explorer.errors import CameraError
from tests.support.frame_sources import HeldSource, frame_of


@pytest.fixture
def source() -> HeldSource:
    return HeldSource()


@pytest.fixture
def reader(qtbot: QtBot, source: HeldSource) -> Iterator[CameraReader]:
    made = CameraReader(lambda number: source, max_silence_s=0.1)
    yield made
    source.end()
    made.close()


@pytest.fixture
def seen(reader: CameraReader) -> list[int]:
    values: list[int] = []
    reader.frame_arrived.connect(lambda frame: values.append(int(frame[0, 0, 0])))
    return values


def test_frames_arrive_on_the_gui_thread_as_they_are(
    qtbot: QtBot, reader: CameraReader, source: HeldSource
):
    arrived = []
    reader.frame_arrived.connect(
        lambda frame: arrived.append((frame, threading.current_thread().name))
    )
    reader.start(0)
    frame = np.random.default_rng(1).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    source.give(frame)
    qtbot.waitUntil(lambda: len(arrived) == 1)
    np.testing.assert_array_equal(arrived[0][0], frame)
    assert arrived[0][1] == "MainThread"


def test_a_busy_window_gets_the_newest_frame_alone(
    qtbot: QtBot, reader: CameraReader, source: HeldSource, seen: list[int]
):
    reader.start(0)
    for value in range(1, 101):
        source.give(frame_of(value))
        source.wait_until_asked()  # no event is handled meanwhile: the window is busy
    qtbot.waitUntil(lambda: seen != [])
    qtbot.wait(20)
    assert seen == [100]
    source.give(frame_of(7))
    qtbot.waitUntil(lambda: seen == [100, 7])


def test_stopping_does_not_wait_and_nothing_comes_afterwards(
    qtbot: QtBot, reader: CameraReader, source: HeldSource, seen: list[int]
):
    reader.start(0)
    source.wait_until_asked()  # the camera is silent now
    before = time.monotonic()
    reader.stop()
    assert time.monotonic() - before < 0.05
    assert not reader.is_reading
    source.give(frame_of(3))
    source.wait_until_closed()
    qtbot.wait(20)
    assert seen == []


def test_a_frame_under_way_is_dropped_when_stopped(
    qtbot: QtBot, reader: CameraReader, source: HeldSource, seen: list[int]
):
    reader.start(0)
    source.give(frame_of(3))
    source.wait_until_asked()  # the event is under way
    reader.stop()
    qtbot.wait(20)
    assert seen == []


def test_a_camera_is_opened_only_after_the_one_before_is_let_go_of(qtbot: QtBot):
    first, second = HeldSource(), HeldSource()
    order: list[str] = []

    def open_source(number: int) -> HeldSource:
        order.append(f"open {number}, first closed: {first.is_closed}")
        return (first, second)[number]

    reader = CameraReader(open_source)
    seen = []
    reader.frame_arrived.connect(lambda frame: seen.append(int(frame[0, 0, 0])))
    reader.start(0)
    first.wait_until_asked()
    reader.start(1)
    assert reader.is_reading
    first.give(frame_of(1))
    second.give(frame_of(2))
    qtbot.waitUntil(lambda: seen != [])
    assert seen == [2]
    assert order == ["open 0, first closed: False", "open 1, first closed: True"]
    second.end()
    reader.close()
    assert second.is_closed


def test_a_camera_that_cannot_be_opened_is_said_once(qtbot: QtBot):
    def refuse(number: int) -> HeldSource:
        raise CameraError(f"no camera {number}")

    reader = CameraReader(refuse)
    with qtbot.waitSignal(reader.failed) as failed:
        reader.start(4)
    assert str(failed.args[0]) == "no camera 4"
    assert not reader.is_reading
    reader.close()


def test_a_camera_that_falls_silent_is_closed_and_said(
    qtbot: QtBot, reader: CameraReader, source: HeldSource, seen: list[int]
):
    reader.start(0)
    source.give(frame_of(5))
    source.end()
    with qtbot.waitSignal(reader.failed) as failed:
        pass
    assert str(failed.args[0]) == "The camera stopped sending pictures."
    assert seen == [5]
    source.wait_until_closed()
    assert not reader.is_reading


def test_a_short_silence_is_forgiven(
    qtbot: QtBot, reader: CameraReader, source: HeldSource, seen: list[int]
):
    reader.start(0)
    source.give(None)
    source.give(frame_of(8))
    qtbot.waitUntil(lambda: seen == [8])
    assert reader.is_reading


def test_closing_lets_go_of_the_camera_and_a_hung_one_holds_up_only_so_long(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    source = HeldSource()
    reader = CameraReader(lambda number: source)
    reader.start(0)
    source.wait_until_asked()
    monkeypatch.setattr(camera, "CLOSE_WAIT_S", 0.1)
    before = time.monotonic()
    reader.close()  # the source never answers
    assert time.monotonic() - before < 1
    reader.start(0)
    assert not reader.is_reading
    source.end()
    source.wait_until_closed()
    reader.close()  # now its thread ends


def test_a_camera_that_does_not_answer_is_said_and_blocks_no_other(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(camera, "RELEASE_S", 0.05)
    sources = [HeldSource(), HeldSource()]
    reader = CameraReader(sources.__getitem__, max_answer_s=0.3)
    seen: list[int] = []
    reader.frame_arrived.connect(lambda frame: seen.append(int(frame[0, 0, 0])))
    with qtbot.waitSignal(reader.failed, timeout=20_000) as failed:
        reader.start(0)  # it never gives a frame
    assert str(failed.args[0]) == camera.NO_ANSWER
    assert not reader.is_reading
    with qtbot.waitSignal(reader.failed, timeout=20_000) as failed:
        reader.start(0)  # it still hangs
    assert str(failed.args[0]) == camera.NO_ANSWER
    reader.start(1)
    sources[1].give(frame_of(9))
    qtbot.waitUntil(lambda: seen == [9], timeout=20_000)
    with qtbot.waitSignal(reader.failed, timeout=20_000) as failed:
        pass  # it gave one, and hangs from then on
    assert str(failed.args[0]) == camera.STOPPED
    for source in sources:
        source.end()
        source.wait_until_closed()
    reader.close()


def test_opencv_frames_are_rgb_and_end_with_none(tmp_path: Path):
    # A film stands for the camera: OpenCV reads both through one class.
    film = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(film), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    assert writer.isOpened()
    orange = np.full((48, 64, 3), (250, 120, 10), np.uint8)
    for _ in range(2):
        writer.write(orange[..., ::-1])
    writer.release()
    opened = OpenCvSource(cv2.VideoCapture(str(film)))
    for _ in range(2):
        frame = opened.read()
        assert frame is not None
        assert frame.dtype == np.uint8
        np.testing.assert_allclose(frame, orange, atol=6)  # JPEG loses a little
    assert opened.read() is None
    opened.close()


def test_where_there_is_no_camera_one_sentence_says_so_and_nothing_is_printed(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(CameraError, match="No camera was found"):
        open_camera(250)
    # As on systems where only opening it tells.
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(CameraError, match="there is none, or another program is using it"):
        open_camera(250)
    assert capfd.readouterr() == ("", "")


def test_a_camera_that_may_not_be_used_says_how(monkeypatch: pytest.MonkeyPatch):
    def refuse(device: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(device))

    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(CameraError, match=r"permission denied.*group “video”"):
        open_camera(0)


def make_device(folder: Path, device: str, name: str, index: int) -> None:
    (folder / device).mkdir(parents=True)
    (folder / device / "name").write_text(f"{name}\n")
    (folder / device / "index").write_text(f"{index}\n")


def test_cameras_are_listed_in_their_order_without_their_side_devices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.platform", "linux")
    make_device(tmp_path, "video10", "Späth & Söhne", 0)
    make_device(tmp_path, "video2", "Integrated Camera", 0)
    make_device(tmp_path, "video3", "Integrated Camera", 1)
    make_device(tmp_path, "video4a", "no number", 0)
    (tmp_path / "video5").mkdir()
    found = [(each.number, each.name) for each in list_cameras(tmp_path)]
    assert found == [(2, "Integrated Camera"), (5, "Camera 5"), (10, "Späth & Söhne")]
    assert list_cameras(tmp_path / "nowhere") == ()
