"""Noting what is open while it changes, and taking it up again."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.core.desktop.session import SavedSession, read_session, to_json
from explorer.state.shared import session as session_module
from explorer.state.shared.notices import Notice, Notices
from explorer.state.shared.session import Session


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "session.json"


@pytest.fixture
def session(
    file: Path, pool: TaskPool, notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    monkeypatch.setattr(session_module, "PAUSE_MS", 20)
    made = Session(file, pool, notices)
    yield made
    made.close()


class Open:
    """What is open, as `app` would collect it."""

    def __init__(self) -> None:
        self.remembered = SavedSession(page="filter", pages={"filter": "first"})
        self.asked = 0

    def collect(self) -> SavedSession:
        self.asked += 1
        return self.remembered

    def edit(self, document: str) -> None:
        self.remembered = replace(self.remembered, pages={"filter": document})


def document_of(file: Path) -> str:
    return read_session(file)[0].pages["filter"]


def test_what_is_open_at_the_end_is_open_at_the_next_start(
    file: Path, pool: TaskPool, notices: Notices, session: Session, posted: list[Notice]
):
    assert session.restore() == SavedSession()
    remembered = SavedSession("network", Path("/photos/cat.jpg"), False, b"\x01\xd9", "kernel")
    session.follow(lambda: remembered)
    session.close()
    assert Session(file, pool, notices).restore() == remembered
    assert posted == []


def test_unsaved_work_is_on_the_disk_soon_after_it_changed(
    qtbot: QtBot, file: Path, session: Session
):
    shown = Open()
    session.follow(shown.collect)
    shown.edit("a stroke")
    session.touch()
    qtbot.waitUntil(file.exists)
    qtbot.waitUntil(lambda: document_of(file) == "a stroke")
    # Without an end in order, as after a crash.
    assert session.restore().pages == {"filter": "a stroke"}


def test_a_thousand_changes_are_written_a_few_times(qtbot: QtBot, file: Path, session: Session):
    shown = Open()
    session.follow(shown.collect)
    for number in range(1000):
        shown.edit(str(number))
        session.touch()
    qtbot.waitUntil(lambda: file.exists() and document_of(file) == "999")
    assert shown.asked == 1


def test_nothing_is_written_that_stands_there(qtbot: QtBot, file: Path, session: Session):
    shown = Open()
    session.follow(shown.collect)
    session.touch()
    qtbot.waitUntil(file.exists)
    number = file.stat().st_ino
    session.touch()
    qtbot.waitUntil(lambda: shown.asked == 2)
    session.close()
    assert file.stat().st_ino == number  # a new write would be a new file


def test_what_is_older_is_not_written_over_what_is_newer(
    qtbot: QtBot, file: Path, session: Session, pool: TaskPool, monkeypatch: pytest.MonkeyPatch
):
    # The first write waits on its thread until the window has closed.
    has_begun, may_go_on = threading.Event(), threading.Event()

    def convert(remembered: SavedSession) -> str:
        if threading.current_thread() is not threading.main_thread():
            has_begun.set()
            assert may_go_on.wait(10)
        return to_json(remembered)

    monkeypatch.setattr(session_module, "to_json", convert)
    shown = Open()
    session.follow(shown.collect)
    session.touch()
    qtbot.waitUntil(has_begun.is_set)
    shown.edit("last")
    session.close()
    may_go_on.set()
    pool.close()
    assert document_of(file) == "last"


def test_before_follow_and_after_close_nothing_is_noted(file: Path, session: Session):
    session.touch()
    session.close()
    assert not file.exists()
    shown = Open()
    session.follow(shown.collect)
    session.close()
    session.touch()
    session.close()
    assert shown.asked == 1


def test_a_damaged_file_is_told_and_kept_aside(file: Path, session: Session, posted: list[Notice]):
    file.parent.mkdir()
    file.write_text("{")
    assert session.restore() == SavedSession()
    assert ["“session.json” cannot be read" in notice.sentence for notice in posted] == [True]
    assert (file.parent / "session.damaged.json").read_text() == "{"
    assert session.restore() == SavedSession()
    assert len(posted) == 1


def test_a_damaged_part_is_told_and_the_rest_taken(
    file: Path, session: Session, posted: list[Notice]
):
    file.parent.mkdir()
    file.write_text('{"schema": 1, "page": "network", "is_inspector_shown": 3}')
    assert session.restore() == SavedSession(page="network")
    assert "(inspector shown)" in posted[0].sentence
    assert (file.parent / "session.damaged.json").exists()


def test_a_full_disk_is_told_once(qtbot: QtBot, file: Path, session: Session, posted: list[Notice]):
    file.parent.touch()  # a file where the folder would be
    shown = Open()
    session.follow(shown.collect)
    session.touch()
    qtbot.waitUntil(lambda: len(posted) == 1)
    session.touch()
    qtbot.waitUntil(lambda: shown.asked == 2)
    session.close()
    assert ["The session could not be saved" in notice.sentence for notice in posted] == [True]
