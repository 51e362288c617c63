"""The table of last time comes back once, whatever became of its note."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.state.classify import kept_rows
from explorer.state.classify.classify_state import ClassifyState
from explorer.state.classify.kept_rows import KeptRows
from explorer.state.shared.notices import Notice, Notices
from tests.state.classify.test_classify_state import Teller

Start = Callable[[], tuple[ClassifyState, KeptRows]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "rows.json"


@pytest.fixture
def start(file: Path, pool: TaskPool, notices: Notices) -> Iterator[Start]:
    """Return a function that makes what a start of the program makes; there is no model."""
    thumbnails = ThumbnailLoader()

    def make() -> tuple[ClassifyState, KeptRows]:
        classify = ClassifyState(lambda model: Teller(), pool, thumbnails, notices)  # type: ignore[arg-type, return-value]
        made = KeptRows(file, classify, pool, notices)
        made.follow()
        return classify, made

    yield make
    thumbnails.close()


def add(classify: ClassifyState, *names: str) -> None:
    classify._rows.add(kept_rows.make_rows(map(Path, names)))


def paths(classify: ClassifyState) -> list[str]:
    return [str(row.path) for row in classify.table.rows]


def restore(qtbot: QtBot, classify: ClassifyState, kept: KeptRows) -> None:
    kept.restore()
    qtbot.waitUntil(lambda: not classify.is_busy)


def test_rows_come_back_before_those_that_there_are_and_only_once(
    qtbot: QtBot, start: Start
) -> None:
    classify, kept = start()
    restore(qtbot, classify, kept)
    assert paths(classify) == []
    add(classify, "/photos/b", "/photos/caf\udce9", "/photos/a")
    kept.close()
    classify, kept = start()
    assert kept.is_waiting
    add(classify, "/photos/new", "/photos/a")
    kept.close()  # before the page was seen: nothing is forgotten
    restore(qtbot, classify, kept)
    expected = ["/photos/b", "/photos/caf\udce9", "/photos/new", "/photos/a"]
    assert paths(classify) == expected
    assert not kept.is_waiting
    restore(qtbot, classify, kept)
    assert paths(classify) == expected


def test_of_a_long_table_the_newest_come_back_and_it_is_told(
    qtbot: QtBot, start: Start, monkeypatch: pytest.MonkeyPatch, posted: list[Notice]
) -> None:
    monkeypatch.setattr(kept_rows, "MOST_ROWS", 3)
    classify, kept = start()
    restore(qtbot, classify, kept)
    add(classify, *"abcde")
    kept.close()
    classify, kept = start()
    restore(qtbot, classify, kept)
    assert paths(classify) == list("cde")
    (told,) = posted
    assert told.sentence == "The newest 3 of the 5 pictures of last time are in the table."


@pytest.mark.parametrize(
    "note",
    ["", "[" * 100_000, "{}", '{"total": 1, "paths": [3]}', '{"total": 1, "paths": ["\\u0000"]}'],
)
def test_a_damaged_note_is_told_of_and_put_aside(
    qtbot: QtBot, start: Start, file: Path, note: str, posted: list[Notice]
) -> None:
    file.parent.mkdir()
    file.write_text(note)
    classify, kept = start()
    restore(qtbot, classify, kept)
    assert paths(classify) == []
    (told,) = posted
    assert told.sentence.startswith("The table of pictures could not be restored: “")
    assert not file.exists()
    assert [aside.read_text() for aside in file.parent.iterdir()] == [note]
    add(classify, "/photos/a")
    kept.close()
    assert file.exists()


def test_where_nothing_can_be_kept_it_is_told_once(
    qtbot: QtBot, start: Start, file: Path, posted: list[Notice]
) -> None:
    file.parent.write_text("no folder")
    classify, kept = start()
    restore(qtbot, classify, kept)
    add(classify, "/photos/a")
    kept.close()
    kept.close()
    (told,) = posted
    assert told.sentence.startswith("The table of pictures could not be kept in “")
