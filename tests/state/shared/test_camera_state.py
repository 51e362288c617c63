"""Switching a camera on and off, with a source that the test holds in its hand."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from explorer.background.camera import Camera
from explorer.background.tasks import TaskPool
from explorer.errors import CameraError
from explorer.state.shared.camera_state import CameraState
from explorer.state.shared.notices import Notice, Notices
from tests.support.frame_sources import HeldSource, frame_of


@pytest.fixture
def sources() -> dict[int, HeldSource]:
    return {0: HeldSource(), 3: HeldSource()}


@pytest.fixture
def state(
    pool: TaskPool, notices: Notices, sources: dict[int, HeldSource]
) -> Iterator[CameraState]:
    made = CameraState(pool, notices, open_source=sources.__getitem__)
    yield made
    for source in sources.values():
        source.end()
    made.close()


def test_frames_come_from_start_to_stop(
    qtbot: QtBot, state: CameraState, sources: dict[int, HeldSource]
):
    assert not state.is_on
    assert state.frame is None
    state.start()
    assert (state.is_on, state.is_busy, state.number) == (True, True, 0)
    with qtbot.waitSignal(state.frame_arrived) as arrived:
        sources[0].give(frame_of(77))
    assert arrived.args[0] is state.frame
    assert int(state.frame[2, 3, 1]) == 77
    assert not state.frame.flags.writeable
    assert not state.is_busy
    state.stop()
    assert not state.is_on
    assert int(state.frame[0, 0, 0]) == 77  # to be kept as a picture
    sources[0].end()
    sources[0].wait_until_closed()


def test_every_change_is_told(qtbot: QtBot, state: CameraState):
    told = []
    state.changed.connect(lambda: told.append((state.is_on, state.number)))
    state.stop()
    state.choose(3)
    state.choose(3)
    state.start()
    state.stop()
    assert told == [(False, 3), (True, 3), (False, 3)]


def test_choosing_another_camera_while_one_is_on_goes_over_to_it(
    qtbot: QtBot, state: CameraState, sources: dict[int, HeldSource]
):
    state.start()
    sources[0].wait_until_asked()
    state.choose(3)
    assert (state.is_on, state.number) == (True, 3)
    sources[0].give(frame_of(1))
    with qtbot.waitSignal(state.frame_arrived):
        sources[3].give(frame_of(2))
    assert int(state.frame[0, 0, 0]) == 2
    assert sources[0].is_closed


def test_trouble_is_one_sentence_and_the_camera_can_be_tried_again(
    qtbot: QtBot, pool: TaskPool, notices: Notices
):
    source = HeldSource()
    answers = [CameraError("No camera was found."), source]
    posted: list[Notice] = []
    notices.posted.connect(posted.append)

    def open_source(number: int) -> HeldSource:
        answer = answers.pop(0)
        if isinstance(answer, CameraError):
            raise answer
        return answer

    state = CameraState(pool, notices, open_source=open_source)
    state.start()
    with qtbot.waitSignal(state.changed):
        pass
    assert not state.is_on
    assert [notice.sentence for notice in posted] == ["No camera was found."]
    state.start()
    with qtbot.waitSignal(state.frame_arrived):
        source.give(frame_of(9))
    source.end()
    state.close()
    assert source.is_closed


def test_the_cameras_found_are_told_once_and_the_first_is_taken(
    qtbot: QtBot, state: CameraState, monkeypatch: pytest.MonkeyPatch
):
    found = (Camera(3, "front"), Camera(5, "back"))
    monkeypatch.setattr("explorer.state.shared.camera_state.list_cameras", lambda: found)
    with qtbot.waitSignal(state.changed):
        state.refresh()
    assert state.cameras == found
    assert state.number == 3
    with qtbot.assertNotEmitted(state.changed, wait=30):
        state.refresh()
