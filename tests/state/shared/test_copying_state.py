"""Copying by class in the background: what is said while it runs and when it has ended."""

import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.core.files.copying import CopyOutcome
from explorer.state.shared import copying_state
from explorer.state.shared.copying_state import CopyingState, describe_outcome
from explorer.state.shared.notices import Notice, Notices

TARGET = Path("/home/me/sorted")


@pytest.fixture
def state(pool: TaskPool, notices: Notices) -> CopyingState:
    return CopyingState(pool, notices)


def test_files_are_copied_and_counted(
    qtbot: QtBot, state: CopyingState, posted: list[Notice], tmp_path: Path
):
    (tmp_path / "1.jpg").write_text("cat")
    state.copy([(tmp_path / "1.jpg", "cat")], tmp_path / "sorted", unnamed="neither")
    assert state.sentence == "Copying into “sorted”: 0 of 1 file"
    qtbot.waitUntil(lambda: not state.is_busy)
    assert [notice.sentence for notice in posted] == ["1 file was copied into “sorted” (cat 1)."]
    assert (tmp_path / "sorted" / "cat" / "1.jpg").read_text() == "cat"
    assert (state.sentence, state.share) == ("", None)


def test_it_can_be_cancelled(
    qtbot: QtBot,
    state: CopyingState,
    posted: list[Notice],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    begun, go_on = threading.Event(), threading.Event()
    copy = copying_state.copy_by_class

    def wait_first(*args: object, **options: object) -> CopyOutcome:
        begun.set()
        go_on.wait(60)
        return copy(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(copying_state, "copy_by_class", wait_first)
    (tmp_path / "1.jpg").write_text("cat")
    state.copy([(tmp_path / "1.jpg", "cat")], tmp_path / "sorted", unnamed="neither")
    assert begun.wait(60)
    state.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: not state.is_busy)
    assert posted[-1].sentence == ("0 of 1 file was copied into “sorted”; then it was cancelled.")


@pytest.mark.parametrize(
    ("wanted", "outcome", "sentence"),
    [
        (
            5,
            CopyOutcome({"cat": 2, "dog": 3}, (), True),
            "5 files were copied into “sorted” (dog 3, cat 2).",
        ),
        (
            4,
            CopyOutcome({"cat": 2}, ((Path("a.jpg"), "gone"), (Path("b.jpg"), "gone")), True),
            "2 of 4 files were copied into “sorted” (cat 2); “a.jpg” and “b.jpg” could not be: "
            "gone.",
        ),
        (
            2,
            CopyOutcome({}, ((Path("a.jpg"), "gone"), (Path("b.jpg"), "empty")), True),
            "0 of 2 files were copied into “sorted”; “a.jpg” could not be: gone; 1 more for other "
            "reasons.",
        ),
        (
            7,
            CopyOutcome(dict.fromkeys("abcdefg", 1), (), True),
            "7 files were copied into “sorted” (a 1, b 1, c 1, d 1, e 1, 2 more folders).",
        ),
    ],
)
def test_one_sentence_tells_what_became_of_them(wanted: int, outcome: CopyOutcome, sentence: str):
    assert describe_outcome(TARGET, wanted, outcome) == sentence
