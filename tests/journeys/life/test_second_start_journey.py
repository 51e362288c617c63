"""A second start hands its pictures to the window that is open; each test has a home of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.background.handover import hand_over
from explorer.core.desktop.handover import find_address
from explorer.views.classify.page import ClassifyPage
from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import make_photo

pytestmark = pytest.mark.skipif(os.name != "posix", reason="asks for sockets in the file system")

ROOT = Path(__file__).resolve().parents[3]
LIMIT_S = 60
HAND_OVER = """
import sys, time
from pathlib import Path
from explorer.background.handover import hand_over
start = time.monotonic()
print(hand_over([Path(sys.argv[2])], sys.argv[1]), time.monotonic() - start)
"""
OWN_WINDOW = """
import sys
from PySide6.QtCore import QTimer
import explorer.app as program
class Brief(program.Explorer):
    def __init__(self, *given, **options):
        super().__init__(*given, **options)
        self.window.first_painted.connect(self._end)
    def _end(self):
        print("painted", flush=True)
        QTimer.singleShot(0, self.window.close)
program.Explorer = Brief
from explorer.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (50, 70), 8)


def start(*words: str, cwd: Path = ROOT, **changed: str) -> subprocess.Popen[str]:
    """Start Python in a process of its own, with the home of this test."""
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **changed},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(qtbot: QtBot, process: subprocess.Popen[str]) -> str:
    """Wait while the window goes on; return what the process printed."""
    try:
        qtbot.waitUntil(lambda: process.poll() is not None, timeout=LIMIT_S * 1000)
    finally:
        process.kill()
    out, trouble = process.communicate()
    assert process.returncode == 0, trouble
    return out


def wait_until_listening(qtbot: QtBot) -> str:
    address = find_address()
    assert address is not None
    qtbot.waitUntil(lambda: os.path.exists(address))
    return address


def test_a_picture_named_within_a_folder_comes_into_the_window_that_is_open(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        wait_until_listening(qtbot)
        said = finish(qtbot, start("-m", "explorer", photo.name, cwd=photo.parent))
        assert said == "Opened in the window that is already open.\n"
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo.png  70×50"))
        assert window.picture_label.toolTip() == str(photo)
        assert window.page_name == "filter"

    assert journey([], steps) == 0
    address = find_address()
    assert address is not None
    assert not os.path.lexists(address)


def test_several_are_classified_and_a_start_without_any_brings_the_window_forward(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    other = make_photo(tmp_path / os.fsdecode(b"odd \xff name.png"), (20, 30), 9)

    def steps(window: MainWindow) -> None:
        wait_until_listening(qtbot)
        finish(qtbot, start("-m", "explorer", str(photo), os.fspath(other)))
        qtbot.waitUntil(lambda: window.page_name == "classify")
        page = window.page("classify")
        assert isinstance(page, ClassifyPage)
        qtbot.waitUntil(lambda: page.table.model().rowCount() == 2)
        window.showMinimized()
        qtbot.waitUntil(window.isMinimized)
        finish(qtbot, start("-m", "explorer"))
        qtbot.waitUntil(lambda: not window.isMinimized())
        assert window.page_name == "classify"

    assert journey([], steps) == 0


@pytest.mark.parametrize("words", [("--new-window",), ("--page", "filter")])
def test_a_window_of_its_own_leaves_the_other_alone(
    words: tuple[str, ...], journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        address = wait_until_listening(qtbot)
        said = finish(qtbot, start("-c", OWN_WINDOW, str(photo), *words))
        assert said == "painted\n"
        assert hand_over_from_elsewhere(qtbot, address, photo).startswith("True")
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo.png"))

    assert journey([], steps) == 0


def test_a_window_that_hangs_is_told_nothing(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        address = wait_until_listening(qtbot)
        process = start("-c", HAND_OVER, address, str(photo))
        out, _ = process.communicate(timeout=LIMIT_S)  # while the window does nothing else
        taken, seconds = out.split()
        assert taken == "False"
        assert float(seconds) < 4
        qtbot.wait(200)
        assert window.picture_label.text().startswith("chelsea.png")
        # It has come round.
        assert hand_over_from_elsewhere(qtbot, address, photo).startswith("True")
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo.png"))

    assert journey([], steps) == 0


def hand_over_from_elsewhere(qtbot: QtBot, address: str, photo: Path) -> str:
    return finish(qtbot, start("-c", HAND_OVER, address, str(photo)))


def test_one_that_speaks_of_something_else_is_sent_away(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        address = wait_until_listening(qtbot)
        with socket.socket(socket.AF_UNIX) as other:
            other.connect(address)
            other.setblocking(False)
            other.sendall(b"GET / HTTP/1.1\n")
            qtbot.wait(100)
            said = other.recv(100)
            assert b"taken" not in said
            assert not said or other.recv(100) == b""  # the end
        assert hand_over_from_elsewhere(qtbot, address, photo).startswith("True")

    assert journey([], steps) == 0


def test_what_a_killed_window_left_behind_is_in_nobodys_way(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    address = find_address()
    assert address is not None
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(address)
        left.listen()
    assert not hand_over([photo], address)

    def steps(window: MainWindow) -> None:
        taken = ""
        while not taken.startswith("True"):  # until the window has found out that it is left over
            taken = hand_over_from_elsewhere(qtbot, address, photo)
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo.png"))

    assert journey([], steps) == 0


def test_others_on_the_machine_are_neither_asked_nor_heard(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path = tmp_path_factory.mktemp("t")  # the address of a socket is short
    ours = find_address()
    assert ours is not None
    for name, value in (("XDG_STATE_HOME", str(tmp_path / "another")), ("DISPLAY", ":77")):
        with monkeypatch.context() as changed:
            changed.setenv(name, value)
            assert find_address() != ours
    # A folder that others can write into is not used, nor is one that is a link into it.
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    link = tmp_path / "link"
    link.symlink_to(Path(ours).parent)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert find_address() == ours
    assert not list(tmp_path.glob("convnet*"))
    for folder in (shared, link, tmp_path / "missing"):
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
        address = find_address()
        assert address is not None
        private = Path(address).parent
        assert private.parent == tmp_path
        assert private.stat().st_mode & 0o777 == 0o700
    private.chmod(0o755)
    assert find_address() is None


def test_asking_where_nobody_listens_takes_no_time(photo: Path) -> None:
    address = find_address()
    assert address is not None
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        assert not hand_over([photo], address)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.005
