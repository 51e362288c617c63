"""The program's own files: for its person alone, and never in the way, whatever they are."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.__main__ import main
from explorer.log import LOG, log_file, start_log
from explorer.views.filter.page import FilterPage
from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import make_photo, pick_and_name
from tests.journeys.travel import drop
from tests.support.hostile_files import as_nobody

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="asks for permissions and pipes"),
    pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True),
]

OWN_FOLDERS = (paths.user_state, paths.user_config, paths.user_kernels)


def link_to_pipe(file: Path) -> None:
    os.mkfifo(file.with_suffix(".pipe"))
    file.symlink_to(file.with_suffix(".pipe"))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "folder": Path.mkdir,
    "empty": Path.touch,
    "cut": lambda file: file.write_bytes(b'{"schema": 1, "page": "fil'),
    "of the future": lambda file: file.write_text('{"schema": 99, "page": {"a": [1]}}'),
    "a link to a pipe": lambda file: link_to_pipe(file),
    "a link to itself": lambda file: file.symlink_to(file.name),
}


def own_files() -> list[Path]:
    return [
        paths.user_state() / "session.json",
        paths.user_state() / "picture.png",
        log_file(),
        paths.user_config() / "settings.ini",
        paths.user_kernels() / "own.json",
        paths.user_runs() / "mine" / "card.json",
    ]


@pytest.fixture
def _own_log() -> object:
    """Log into the home of this test."""
    before = LOG.handlers[:]
    LOG.handlers.clear()
    start_log()
    yield
    for handler in LOG.handlers:
        handler.close()
    LOG.handlers[:] = before


def say_what_is_there(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.picture_label.text() != "", timeout=20_000)
    page = window.page("filter")
    assert isinstance(page, FilterPage)
    qtbot.waitUntil(lambda: page.state.result is not None, timeout=20_000)


@pytest.mark.usefixtures("_own_log")
def test_what_the_program_writes_is_for_its_person_alone(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    mask = os.umask(0o022)
    for folder in OWN_FOLDERS:  # as an earlier version left them
        folder().mkdir(parents=True)
    old = paths.user_state() / "session.json"
    old.write_text('{"schema": 1, "page": "filter"}')

    def steps(window: MainWindow) -> None:
        image = QImage(20, 10, QImage.Format.Format_RGB32)
        image.fill(QColor("red"))
        carried = QMimeData()
        carried.setImageData(image)
        drop(window, carried)
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("dropped"))
        pick_and_name(qtbot, window.page("filter").kernel_panel.menu, "Save to My kernels…", "mine")
        qtbot.waitUntil((paths.user_state() / "picture.png").is_file, timeout=20_000)
        LOG.warning("for the log")

    try:
        assert journey([], steps) == 0
    finally:
        os.umask(mask)
    written = [file for folder in OWN_FOLDERS for file in folder().iterdir()]
    names = {file.name for file in written}
    assert {"session.json", "picture.png", "explorer.log", "settings.ini"} <= names
    assert any(name.startswith("mine-") for name in names)
    for one in (*written, *(folder() for folder in OWN_FOLDERS)):
        assert one.stat().st_mode & 0o077 == 0, one


@pytest.mark.usefixtures("_own_log")
@pytest.mark.parametrize("kind", DAMAGES)
def test_whatever_is_in_the_place_of_its_files_the_program_starts(
    kind: str, journey: Callable[..., int], qtbot: QtBot
) -> None:
    for file in own_files():
        file.parent.mkdir(parents=True, exist_ok=True)
        DAMAGES[kind](file)
    assert journey([], lambda window: say_what_is_there(window, qtbot)) == 0
    LOG.warning("where there is no log this goes to the terminal")


@pytest.mark.parametrize("place", ["nowhere", "a file", "closed"])
def test_without_a_place_to_keep_things_it_says_so_once_and_works(
    place: str,
    journey: Callable[..., int],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if place == "nowhere":

        def fail(*words: object, **options: object) -> str:
            raise RuntimeError("no home")

        for name in ("data", "state", "cache", "config"):
            monkeypatch.setattr(f"platformdirs.user_{name}_dir", fail)
    elif place == "a file":
        paths.user_state().parent.mkdir(parents=True)
        paths.user_state().touch()
    told: list[str] = []

    def steps(window: MainWindow) -> None:
        told.append(window.notice_bar.text)
        say_what_is_there(window, qtbot)
        pick_and_name(qtbot, window.page("filter").kernel_panel.menu, "Save to My kernels…", "mine")

    def start() -> int:
        return journey([], steps)

    if place == "closed":
        with as_nobody():
            assert start() == 0
    else:
        assert start() == 0
    assert told[0].startswith("Nothing will be remembered for the next start: ")
    assert {"nowhere": "no home", "a file": "not a directory", "closed": "denied"}[place] in told[0]
    photo = make_photo(tmp_path / "photo.png", (20, 30), 3)
    assert main(["filter", str(photo), "-k", "gx", "-o", str(tmp_path / "out.png")]) == 0
    assert (tmp_path / "out.png").is_file()
    assert not Path("~").exists()
