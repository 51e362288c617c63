"""Functions run on threads; values and errors come home to the GUI thread, the newest wish last."""

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from explorer.background.tasks import LatestWins, TaskPool


@pytest.fixture
def pool(qtbot: QtBot) -> Iterator[TaskPool]:
    made = TaskPool(threads=2)
    yield made
    made.close()


def test_values_and_errors_come_home_on_the_gui_thread(pool: TaskPool, qtbot: QtBot) -> None:
    arrived: list[tuple[object, str]] = []

    def note(value: object) -> None:
        arrived.append((value, threading.current_thread().name))

    def fail() -> None:
        raise ValueError("as asked")

    pool.run(lambda: threading.current_thread().name, done=note, failed=note)
    pool.run(fail, done=note, failed=note)
    assert pool.is_busy
    qtbot.waitUntil(lambda: len(arrived) == 2)
    assert not pool.is_busy
    values = {type(value): value for value, _ in arrived}
    assert values[str].startswith("task")
    assert str(values[ValueError]) == "as asked"
    assert {thread for _, thread in arrived} == {threading.main_thread().name}


def test_a_newer_wish_replaces_the_waiting_one_and_the_last_is_always_answered(
    pool: TaskPool, qtbot: QtBot
) -> None:
    gate = threading.Event()
    started: list[int] = []
    arrived: list[int] = []
    latest = LatestWins(pool, done=arrived.append, failed=pytest.fail)

    def work(number: int) -> int:
        started.append(number)
        gate.wait(5)
        return number

    for number in range(1000):
        latest.ask(lambda number=number: work(number))
    assert latest.is_busy
    gate.set()
    qtbot.waitUntil(lambda: not latest.is_busy)
    assert started == [0, 999]
    assert arrived == [0, 999]


def test_a_forgotten_request_is_not_answered(pool: TaskPool, qtbot: QtBot) -> None:
    gate = threading.Event()
    arrived: list[str] = []
    latest = LatestWins(pool, done=arrived.append, failed=pytest.fail)
    latest.ask(lambda: gate.wait(5) and "old")
    latest.ask(lambda: "waiting")
    latest.forget()
    latest.ask(lambda: "new")
    gate.set()
    qtbot.waitUntil(lambda: not latest.is_busy)
    assert arrived == ["new"]


def test_after_close_nothing_comes_home(qtbot: QtBot) -> None:
    pool = TaskPool(threads=1)
    arrived: list[object] = []
    gate = threading.Event()
    pool.run(lambda: gate.wait(5), done=arrived.append, failed=arrived.append)
    pool.run(lambda: "never", done=arrived.append, failed=arrived.append)
    gate.set()
    pool.close()
    pool.run(lambda: "late", done=arrived.append, failed=arrived.append)
    qtbot.wait(50)
    assert "never" not in arrived
    assert "late" not in arrived


def test_what_is_kept_runs_one_by_one_beside_the_rest_and_ends_even_after_close(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    pool = TaskPool(threads=1)
    gate, arrived, written = threading.Event(), [], []

    def fail() -> None:
        raise OSError("the disk is full")

    pool.run(lambda: gate.wait(5), done=arrived.append, failed=arrived.append)
    pool.keep(lambda: written.append("first"), done=arrived.append, failed=arrived.append)
    qtbot.waitUntil(lambda: arrived == [None])  # although the only thread is taken
    held = threading.Event()
    pool.keep(lambda: held.wait(5), done=arrived.append, failed=arrived.append)
    pool.keep(lambda: written.append("second"), done=arrived.append, failed=arrived.append)
    pool.keep(fail, done=arrived.append, failed=arrived.append)
    assert written == ["first"]
    threading.Timer(0.05, held.set).start()
    gate.set()
    pool.close()
    assert written == ["first", "second"]
    assert "the disk is full" in caplog.text
    pool.keep(lambda: written.append("late"), done=arrived.append, failed=arrived.append)
    qtbot.wait(20)
    assert written == ["first", "second"]
