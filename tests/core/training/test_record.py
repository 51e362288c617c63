"""What a training tells of itself, and what it is asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from explorer import paths
from explorer.core.training import record as records
from explorer.core.training.record import (
    SILENT_S,
    TrainingRecord,
    ask,
    forget_record,
    is_alive,
    list_records,
    now,
    read_record,
    read_wish,
    record_file,
    write_record,
)


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def make_record(target: Path, **what: object) -> TrainingRecord:
    basis = TrainingRecord(
        target=str(target), data="/pets", recipe="article", started=now(), told=now(), process=1
    )
    return replace(basis, **what)


def test_what_is_written_is_read_again_and_the_newest_comes_first(tmp_path: Path) -> None:
    old = make_record(tmp_path / "a", started=1.0, notes=("“x”", "y"), loss=0.25)
    new = make_record(tmp_path / "b", started=2.0, phase="paused", left_s=3.5)
    write_record(old)
    write_record(new)
    assert list_records() == [new, old]
    forget_record(tmp_path / "b")
    assert list_records() == [old]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[" * 100_000, b'{"target": 3}', b"\xff", b'{"phase": "asleep"}']
)
def test_what_is_damaged_is_left_out(tmp_path: Path, content: bytes) -> None:
    write_record(make_record(tmp_path / "a"))
    file = record_file(tmp_path / "b")
    file.write_bytes(content)
    assert read_record(file) is None
    assert len(list_records()) == 1


def test_a_wish_is_heard_until_it_is_taken_back(tmp_path: Path) -> None:
    target = tmp_path / "run"
    assert read_wish(target) is None
    ask(target, "pause")
    assert read_wish(target) == "pause"
    ask(target, "stop")
    assert read_wish(target) == "stop"
    ask(target, None)
    ask(target, None)
    assert read_wish(target) is None
    (paths.user_trainings() / f"{record_file(target).stem}.wish").write_bytes(b"dance")
    assert read_wish(target) is None


def test_a_training_is_alive_while_its_process_is_there_and_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = make_record(tmp_path, process=os.getpid())
    assert is_alive(mine)
    assert not is_alive(replace(mine, phase="finished"))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not is_alive(replace(mine, process=ended.pid))
    monkeypatch.setattr(records, "now", lambda: mine.told + SILENT_S + 1)
    assert not is_alive(mine)
