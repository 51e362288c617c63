"""What was open, through its file and through damage."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from explorer.core.desktop.session import (
    SavedSession,
    from_json,
    put_aside,
    read_session,
    to_json,
    write_session,
)
from explorer.core.files.json_text import MAX_CHARACTERS
from explorer.errors import ExplorerError

# Python keeps the bytes of a file name that are no UTF-8 as surrogates.
NAMES = st.text(st.characters(exclude_characters="\0"), min_size=1)
REMEMBERED = st.builds(
    SavedSession,
    page=st.text(),
    picture=st.none() | NAMES.map(Path),
    is_inspector_shown=st.booleans(),
    geometry=st.binary(),
    picture_name=st.text(),
    model=st.none() | NAMES.map(Path),
    pages=st.dictionaries(st.text(), st.text()),
)


@settings(max_examples=50)
@given(remembered=REMEMBERED)
@example(remembered=SavedSession(picture=Path("/photos/caf\udce9 😺.jpg")))
def test_what_was_written_is_read(remembered: SavedSession):
    assert from_json(to_json(remembered)) == (remembered, ())


def test_through_a_file_whose_folder_is_made(tmp_path: Path):
    file = tmp_path / "state" / "session.json"
    assert read_session(file) == (SavedSession(), ())
    remembered = SavedSession(
        page="filter",
        picture=tmp_path / "cat.jpg",
        is_inspector_shown=False,
        geometry=bytes(range(256)),
        pages={"filter": '{"steps": ["½"]}'},
    )
    write_session(file, to_json(remembered))
    assert read_session(file) == (remembered, ())
    assert [path.name for path in file.parent.iterdir()] == ["session.json"]


def test_what_the_first_version_wrote_is_read():
    text = """{
 "schema": 1,
 "page": "filter",
 "picture": "/photos/caf\\udce9.jpg",
 "is_inspector_shown": false,
 "geometry": "AAEC",
 "filter_document": "{\\"schema\\": 1}",
 "picture_name": "",
 "model": null,
 "layer": "conv2d",
 "dataset": "/pets",
 "filter_look": "{\\"speed\\": 4.0}"
}"""
    assert from_json(text) == (
        SavedSession(
            page="filter",
            picture=Path("/photos/caf\udce9.jpg"),
            is_inspector_shown=False,
            geometry=b"\x00\x01\x02",
            filter_document='{"schema": 1}',
            layer="conv2d",
            dataset=Path("/pets"),
            panel_layout='{"speed": 4.0}',
        ),
        (),
    )


PARTS = (
    *("page", "picture", "picture_name"),
    *("is_inspector_shown", "geometry", "filter_document"),
    *("model", "layer", "dataset", "panel_layout", "pages"),
)
ANY_JSON = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.just([])
    | st.just({"a": [1.5]})
    | st.just({"filter": "{}"})
)


@settings(max_examples=50)
@given(
    values=st.dictionaries(st.sampled_from(PARTS), ANY_JSON),
)
@example(values={"picture": "a\0b", "geometry": "é", "filter_document": 3})
def test_each_damaged_part_falls_back_alone(values: dict[str, object]):
    remembered, damaged = from_json(json.dumps({"schema": 1, **values}))
    default = SavedSession()
    for name in PARTS:
        if name in damaged or name not in values:
            assert getattr(remembered, name) == getattr(default, name)
        elif name not in ("picture", "geometry", "model", "dataset"):
            assert getattr(remembered, name) == values[name]
    assert set(damaged) <= set(values)
    for name, kind in (("page", str), ("is_inspector_shown", bool), ("geometry", str)):
        if name in values and not isinstance(values[name], kind):
            assert name in damaged


def test_each_pages_note_falls_back_alone():
    text = '{"schema": 1, "page": "filter", "pages": {"filter": "good", "network": 5}}'
    remembered, damaged = from_json(text)
    assert remembered == SavedSession(page="filter", pages={"filter": "good"})
    assert damaged == ("pages",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"schema": 2}',
        b'{"schema": 1',
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"schema": ' + b"9" * 5_000 + b"}",
        to_json(SavedSession(page="filter")).encode()[:-20],
    ],
    ids=range(9),
)
def test_a_damaged_file_is_one_sentence(content: bytes, tmp_path: Path):
    file = tmp_path / "session.json"
    file.write_bytes(content)
    with pytest.raises(ExplorerError, match=r"“session.json” cannot be read\.$"):
        read_session(file)


def test_a_folder_or_a_huge_file_in_its_place_is_one_sentence(tmp_path: Path):
    folder, huge = tmp_path / "a", tmp_path / "b"
    folder.mkdir()
    with huge.open("wb") as file:
        file.truncate(MAX_CHARACTERS + 1)
    for path in (folder, huge):
        with pytest.raises(ExplorerError):
            read_session(path)


def test_a_failed_write_is_one_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ExplorerError, match="The session could not be saved"):
        write_session(tmp_path / "file" / "session.json", "{}")


def test_what_was_put_aside_before_stays_up_to_a_number(tmp_path: Path):
    file = tmp_path / "session.json"
    (tmp_path / "session.damaged-2.json").symlink_to("nowhere")
    for number in range(8):
        file.write_text(str(number))
        put_aside(file)
    kept = {one.name: one.read_text() for one in tmp_path.iterdir() if one.exists()}
    assert kept == {
        "session.damaged.json": "0",
        "session.damaged-3.json": "1",
        "session.damaged-4.json": "2",
        "session.damaged-5.json": "7",
    }
    assert (tmp_path / "session.damaged-2.json").is_symlink()


def test_a_damaged_file_is_put_aside_not_lost(tmp_path: Path):
    file = tmp_path / "session.json"
    file.write_text("a kernel in here")
    aside = put_aside(file)
    assert not file.exists()
    assert (aside.name, aside.read_text()) == ("session.damaged.json", "a kernel in here")
    assert put_aside(file) == file  # nothing there: nothing happens
