"""Of several starts one opens the window; whoever else listens or asks there holds nobody up."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import explorer.background.handover as handover
from explorer.background.handover import HandoverServer, hand_over, hand_over_to_first
from explorer.core.desktop.handover import GREETING, Claim, find_address, request_for, to_line

pytestmark = pytest.mark.skipif(os.name != "posix", reason="asks for sockets in the file system")

ROOT = Path(__file__).resolve().parents[2]
STARTS = 4
# The real main() and the real server; in place of the window, a loop that takes its time to listen.
START = f"""
import sys, time, types
from PySide6.QtCore import QCoreApplication, QTimer
from explorer.background.handover import HandoverServer
def run_window(given, *, page, screenshot, claim):
    application, came = QCoreApplication([]), list(given)
    server = HandoverServer(claim)
    def take(request):
        came.extend(request.paths)
        if len(came) == {STARTS}:
            QTimer.singleShot(0, application.quit)
    server.arrived.connect(take)
    time.sleep(0.3)
    assert server.listen()
    application.exec()
    print("window", len(came))
    return 0
sys.modules["explorer.app"] = types.SimpleNamespace(run_window=run_window)
from explorer.__main__ import main
sys.exit(main(sys.argv[1:]))
"""

Speak = Callable[[socket.socket], None]


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "PATIENCE_MS", 300)


@contextmanager
def listener(speak: Speak) -> Iterator[str]:
    """Listen where the window would, and speak to who comes until that one has gone."""
    address = find_address()
    assert address is not None

    def serve() -> None:
        with suppress(OSError):
            connection, _ = server.accept()
            with connection, suppress(OSError):
                speak(connection)

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield address
        finally:
            thread.join(20)


def drip(connection: socket.socket) -> None:
    for _ in range(200):
        connection.sendall(b"c")
        time.sleep(0.05)


def flood(connection: socket.socket) -> None:
    for _ in range(2000):
        connection.sendall(bytes(1_000_000))


def greet_and_drip(connection: socket.socket) -> None:
    connection.sendall(GREETING)
    drip(connection)


def claim_to_have_taken(connection: socket.socket) -> None:
    connection.sendall(GREETING + b"taken\n")
    connection.recv(100_000)


@pytest.mark.parametrize("speak", [drip, flood, greet_and_drip, claim_to_have_taken])
def test_who_is_no_window_of_ours_holds_no_start_up(speak: Speak) -> None:
    with listener(speak) as address:
        begun = time.monotonic()
        assert hand_over([Path("/a.png")], address) is False
        assert time.monotonic() - begun < 8


def test_several_starts_at_once_open_one_window(tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(tmp_path / f"{number}.png")],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(STARTS)
    ]
    try:
        said = [process.communicate(timeout=60)[0] for process in started]
    finally:
        for process in started:
            process.kill()
    assert sorted(said) == [*["Opened in the window that is already open.\n"] * 3, "window 4\n"]


def test_a_start_that_another_gives_up_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with Claim() as second:
        with Claim() as first:
            assert first.take()
            assert first.take()
            assert not second.take()
            assert second.is_elsewhere
            monkeypatch.setattr(time, "sleep", lambda seconds: first.__exit__(None, None, None))
            assert not hand_over_to_first([], second)  # nobody listens, until the first one ends
        assert second.take()


def test_where_no_claim_can_be_made_each_start_has_its_own_window() -> None:
    address = find_address()
    assert address is not None
    os.mkfifo(f"{address}.lock")
    with Claim() as claim:
        claim.take()  # it does not wait for the other end
    os.unlink(f"{address}.lock")
    Path(f"{address}.lock").mkdir()
    with Claim() as claim:
        assert not claim.take()
        assert not claim.is_elsewhere


def test_idle_and_endless_callers_are_let_go(
    qapp: object, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "IDLE_MS", 100)
    monkeypatch.setattr(handover, "MAX_REQUEST_BYTES", 10_000)
    address = find_address()
    assert address is not None
    with Claim() as claim:
        server = HandoverServer(claim)
        arrived: list[object] = []
        server.arrived.connect(arrived.append)
        assert server.listen()
        callers = [socket.socket(socket.AF_UNIX) for _ in range(3)]
        for caller in callers:
            caller.connect(address)
            caller.setblocking(False)
        callers[1].sendall(b"{")
        callers[2].sendall(bytes(20_000))
        qtbot.waitUntil(lambda: all(map(is_hung_up, callers)), timeout=20_000)
        assert not arrived
        with socket.socket(socket.AF_UNIX) as late:
            late.connect(address)
            late.sendall(to_line(request_for([Path("/a.png")])))
            qtbot.waitUntil(lambda: len(arrived) == 1, timeout=20_000)
        for caller in callers:
            caller.close()
        server.close()
        server.deleteLater()


def is_hung_up(caller: socket.socket) -> bool:
    try:
        while caller.recv(100):
            pass
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    return True
