"""Where a training stands, told by its files alone."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from explorer.core.training.history import HISTORY_COLUMNS, HISTORY_FILE, write_history
from explorer.core.training.record import TrainingRecord, ask, log_file, now, write_record
from explorer.core.training.standing import LIVE, watch

NOBODY = 4_000_000  # no system has so many processes


def record_of(target: Path, **changes: Any) -> TrainingRecord:
    made = TrainingRecord(
        target=str(target),
        data="/pets",
        recipe="article",
        started=now() - 10,
        told=now(),
        process=os.getpid(),
        phase="training",
        epoch=3,
        epochs=30,
        batch=2,
        batches=4,
    )
    return replace(made, **changes)


def rows_of(count: int) -> list[Mapping[str, float]]:
    return [dict.fromkeys(HISTORY_COLUMNS, 0.5) | {"epoch": n + 1} for n in range(count)]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "pets.partial"
    folder.mkdir()
    (folder / "settings.json").write_text("{}")
    write_history(folder / HISTORY_FILE, rows_of(2))
    return tmp_path / "pets"


@pytest.mark.parametrize(
    ("changes", "wish", "standing"),
    [
        ({"phase": "preparing", "epoch": 0}, None, "preparing"),
        ({}, None, "training"),
        ({}, "pause", "pausing"),
        ({"phase": "paused"}, "pause", "paused"),
        ({}, "stop", "stopping"),
        ({"phase": "finishing"}, "stop", "finishing"),
        ({"phase": "finished"}, None, "finished"),
        ({"phase": "stopped"}, None, "stopped"),
        ({"phase": "failed", "notes": ("The disk is full.",)}, None, "failed"),
        ({"process": NOBODY}, None, "vanished"),
        ({"told": 1.0}, None, "vanished"),
    ],
)
def test_it_is_what_was_told_and_what_is_asked(
    target: Path, changes: Any, wish: Any, standing: str
) -> None:
    write_record(record_of(target, **changes))
    ask(target, wish)
    seen = watch(target)
    assert seen.standing == standing
    assert seen.headline
    assert seen.can_resume == (standing not in LIVE)
    assert seen.reason == ("The disk is full." if standing == "failed" else "")


def test_one_that_is_gone_tells_where_it_was_and_how_to_go_on(target: Path) -> None:
    write_record(record_of(target, process=NOBODY))
    seen = watch(target)
    assert seen.headline == "Ended unexpectedly after epoch 2"
    assert "“Resume” goes on from there" in seen.advice
    (target.with_name("pets.partial") / "settings.json").unlink()
    assert "Resume" not in watch(target).advice


def test_a_process_that_has_not_spoken_yet_is_starting_whatever_another_said(target: Path) -> None:
    write_record(record_of(target, phase="failed"))
    assert watch(target, process=NOBODY).standing == "starting"
    seen = watch(target, process=NOBODY, last_line="“pets” exists already: choose another.")
    assert (seen.standing, seen.reason) == ("failed", "“pets” exists already: choose another.")
    write_record(record_of(target, process=NOBODY))
    assert watch(target, process=NOBODY, last_line="Killed").standing == "vanished"


def test_how_far_it_is(target: Path) -> None:
    write_record(record_of(target, loss=0.25, accuracy=0.5, images_per_second=100.0, left_s=75.0))
    seen = watch(target)
    assert seen.share == pytest.approx(2.5 / 30)
    assert seen.details == (
        "batch 2 of 4 · loss 0.25 · accuracy 50.0 % · 100 images/s · "
        "at most 1\N{NO-BREAK SPACE}min 15\N{NO-BREAK SPACE}s left"
    )
    assert not seen.has_log
    log_file(target).write_text("training on the CPU")
    assert watch(target).has_log


@given(st.lists(st.floats(allow_nan=False, width=32), min_size=8, max_size=40))
def test_the_rows_are_those_of_the_file(values: list[float]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        partial = Path(folder) / "run.partial"
        partial.mkdir()
        rows = [
            dict(zip(HISTORY_COLUMNS, values[at : at + 8], strict=True)) | {"epoch": at // 8 + 1}
            for at in range(0, len(values) // 8 * 8, 8)
        ]
        write_history(partial / HISTORY_FILE, rows)
        text = (partial / HISTORY_FILE).read_text().splitlines()[1:]
        seen = watch(Path(folder) / "run").rows
        assert [[row[name] for name in HISTORY_COLUMNS] for row in seen] == [
            [float(value) for value in line.split(",")] for line in text
        ]
