"""Getting a dataset: what is told of it while it comes, paused, cancelled, and once it is there."""

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.background import download
from explorer.background.tasks import TaskPool
from explorer.core.sources.public import PublicDataset
from explorer.state.dataset.getting_state import GettingState
from explorer.state.shared.notices import Notice, Notices
from tests.support.archive_server import ArchiveServer, offer


@pytest.fixture
def server() -> Iterator[ArchiveServer]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(4):
            archive.writestr(f"PetImages/Cat/{number}.jpg", bytes(range(256)) * 40)
    with offer(packed.getvalue()) as offered:
        yield offered


@pytest.fixture
def state(
    pool: TaskPool, notices: Notices, server: ArchiveServer, tmp_path: Path
) -> Iterator[GettingState]:
    size = len(server.content)
    digest = hashlib.sha256(server.content).hexdigest()
    public = PublicDataset("Pets", "Nobody", server.url, size, size, digest, "4 photos")
    made = GettingState(pool, notices, tmp_path / "own", public=public)
    yield made
    made.close()


@pytest.fixture
def arrived(state: GettingState) -> list[Path]:
    found: list[Path] = []
    state.arrived.connect(found.append)
    return found


def wait_until_it_waits(qtbot: QtBot, state: GettingState) -> None:
    """Wait for a server that holds the rest back."""
    qtbot.waitUntil(lambda: (state.share or 0) > 0.4, timeout=60_000)


def test_the_example_is_drawn_and_arrives(
    qtbot: QtBot, state: GettingState, arrived: list[Path], posted: list[Notice]
):
    state.open_example()
    assert state.is_busy
    assert not state.can_pause
    assert state.is_drawing
    assert state.sentence == "Drawing 240 pictures…"
    qtbot.waitUntil(lambda: not state.is_busy, timeout=60_000)
    assert [folder.name for folder in arrived] == ["Drawn cats and dogs"]
    assert state.sentence == ""
    state.open_example()  # it is there
    qtbot.waitUntil(lambda: len(arrived) == 2, timeout=60_000)
    assert posted == []


def test_the_drawing_can_be_cancelled(qtbot: QtBot, state: GettingState, arrived: list[Path]):
    state.open_example()
    state.cancel()
    qtbot.waitUntil(lambda: not state.is_busy, timeout=60_000)
    assert arrived == []
    assert not state.place.parent.exists() or not list(state.place.parent.iterdir())


def test_a_download_tells_how_far_it_is_and_offers_what_has_come(
    qtbot: QtBot,
    state: GettingState,
    server: ArchiveServer,
    arrived: list[Path],
    posted: list[Notice],
):
    server.held = threading.Event()
    state.get_public()
    assert state.sentence == "Asking Nobody's server for “Pets”…"
    wait_until_it_waits(qtbot, state)
    assert state.can_pause
    assert state.sentence.startswith("Downloading “Pets”: 20.")
    server.held.set()
    qtbot.waitUntil(lambda: not state.is_busy, timeout=60_000)
    assert arrived == []  # a person may be elsewhere by now
    assert posted[-1].sentence == "“Pets” is there: 4 photos."
    assert posted[-1].action is not None
    posted[-1].action()
    state.get_public()  # it is there
    assert arrived == [state.place, state.place]


def test_a_paused_download_goes_on_from_its_notice(
    qtbot: QtBot, state: GettingState, server: ArchiveServer, posted: list[Notice]
):
    server.held = threading.Event()
    state.get_public()
    wait_until_it_waits(qtbot, state)
    state.pause()
    qtbot.waitUntil(lambda: not state.is_busy, timeout=60_000)
    assert posted[-1].sentence.startswith("“Pets” is paused: 2")
    assert state.begun_bytes > 0
    server.held.set()
    assert posted[-1].action is not None
    posted[-1].action()
    qtbot.waitUntil(lambda: not state.is_busy, timeout=60_000)
    assert state.is_there
    assert server.ranges[1].startswith("bytes=")


def test_a_paused_download_is_discarded_without_asking_the_server(
    qtbot: QtBot, state: GettingState, server: ArchiveServer, posted: list[Notice]
):
    server.held = threading.Event()
    assert not state.is_paused
    state.get_public()
    wait_until_it_waits(qtbot, state)
    assert not state.is_paused
    state.pause()
    qtbot.waitUntil(lambda: not state.is_busy, timeout=60_000)
    assert state.is_paused
    asked = len(server.ranges)
    state.cancel()
    qtbot.waitUntil(lambda: not state.is_busy, timeout=60_000)
    assert not state.is_paused
    assert [file.suffix for file in state.place.parent.iterdir()] == [".lock"]
    assert len(server.ranges) == asked
    assert len(posted) == 1  # that it was paused


def test_a_cancelled_download_leaves_nothing(
    qtbot: QtBot, state: GettingState, server: ArchiveServer, posted: list[Notice]
):
    server.held = threading.Event()
    state.get_public()
    wait_until_it_waits(qtbot, state)
    state.cancel()
    qtbot.waitUntil(lambda: not state.is_busy, timeout=60_000)
    assert (state.begun_bytes, posted) == (0, [])


def test_what_goes_wrong_is_told(
    qtbot: QtBot,
    state: GettingState,
    server: ArchiveServer,
    posted: list[Notice],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(download, "WAITS_S", ())
    server.statuses = [503]
    state.get_public()
    qtbot.waitUntil(lambda: not state.is_busy, timeout=60_000)
    assert [notice.sentence for notice in posted] == [
        "“Pets” was not downloaded: the server answered 503."
    ]


def test_closing_ends_a_download_that_waits_for_its_server(
    qtbot: QtBot, state: GettingState, server: ArchiveServer, pool: TaskPool
):
    server.held = threading.Event()
    state.get_public()
    wait_until_it_waits(qtbot, state)
    state.close()
    assert pool.close()
