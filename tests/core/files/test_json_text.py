"""What a stranger's JSON is read as, and what is said of it where it is none."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import field

from explorer.core.files.json_text import (
    MAX_CHARACTERS,
    JSONError,
    Number,
    StrictObject,
    Text,
    Whole,
    read_json,
    write_json,
)


class Part(StrictObject):
    number: Number = 0.0
    whole: Whole = 0
    text: Text = ""
    pair: tuple[Number, Number] | None = None
    color: Literal["red", "blue"] = "red"
    level: Literal[1, 2] = 1
    is_on: bool = False
    data: bytes = b""
    file: Path | None = None


class Content(StrictObject):
    parts: list[Part]
    by_name: dict[str, Part] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ('{"number": "1"}', "“parts/2/number” is not a number"),
        ('{"number": true}', "“parts/2/number” is not a number"),
        ('{"number": NaN}', "“parts/2/number” is not a finite number"),
        ('{"number": -Infinity}', "“parts/2/number” is not a finite number"),
        ('{"number": 1e999}', "“parts/2/number” is not a finite number"),
        ('{"number": 1' + "0" * 400 + "}", "“parts/2/number” is too large"),
        ('{"whole": 1.0}', "“parts/2/whole” is not an integer"),
        ('{"whole": 9007199254740992}', "“parts/2/whole” is too large"),
        ('{"whole": 1' + "0" * 400 + "}", "“parts/2/whole” is too large"),
        ('{"text": null}', "“parts/2/text” is not a string"),
        ('{"text": "' + "x" * 4097 + '"}', "“parts/2/text” is too long"),
        ('{"pair": [1, "2"]}', "“parts/2/pair/2” is not a number"),
        ('{"pair": [1]}', "“parts/2/pair” must have 2 entries, not 1"),
        ('{"pair": 1}', "“parts/2/pair” is not a list"),
        ('{"color": "gr\\n e\'en"}', "“parts/2/color” is “gr\ufffd e'en”, which is unknown"),
        ('{"level": 3}', "“parts/2/level” is 3, which is unknown"),
        ('{"is_on": 1}', "“parts/2/is_on” is not true or false"),
        ('{"data": "?"}', "“parts/2/data” is damaged"),
        ('{"file": "a\\u0000b"}', "“parts/2/file” is not a path"),
        ('{"file": 3}', "“parts/2/file” is not a path"),
        ('{"colour": "red"}', "“parts/2/colour” is unknown"),
        ('{"a` is `b\\n": 1}', "“parts/2/a` is `b\ufffd” is unknown"),
        ("[]", "“parts/2” is not an object with fields"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(part, reason):
    with pytest.raises(JSONError) as caught:
        read_json(f'{{"parts": [{{}}, {part}]}}', Content)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is not valid JSON at line 1, character 1"),
        ('{"parts":\n[}', "it is not valid JSON at line 2, character 2"),
        ("null", "it is not an object with fields"),
        ("{}", "“parts” is missing"),
        ('{"parts": [], "by_name": {"a": {"is_on": 0}}}', "“by_name/…/is_on” is not true or"),
        ("[" * 100_000, "it is nested too deeply"),
        ('{"parts": ' * 900 + "1" + "}" * 900, "“parts” is not a list"),
        ("9" * 5000, "it contains a number that is far too long"),
        ('{"\\udc80": 1}', "it contains characters that are not text"),
        (" " * (MAX_CHARACTERS + 1), "it is too long"),
    ],
)
def test_a_text_that_is_something_else_says_why(text, reason):
    with pytest.raises(JSONError) as caught:
        read_json(text, Content)
    assert str(caught.value).startswith(reason)


def test_of_a_field_that_is_written_twice_the_last_one_counts():
    assert read_json('{"parts": [], "parts": [{"whole": 2}]}', Content).parts == [Part(whole=2)]


@dataclass(frozen=True)
class Facts:
    file: Path
    sizes: tuple[int, ...]
    data: bytes
    table: list[list[float]]


def test_what_is_written_is_read_back_file_names_that_are_no_text_included():
    facts = Facts(Path("/caf\udce9 😺.png"), (1, 2), b"\0\xff", [[0.1, 1e300]])
    text = write_json(facts, indent=1)
    assert text.isascii()
    assert read_json(text, Facts) == facts
    numpys = {"table": np.array([[0.5]]), "on": np.True_, "sum": np.float32(0.25), "n": np.int64(3)}
    assert json.loads(write_json(numpys)) == {"table": [[0.5]], "on": True, "sum": 0.25, "n": 3}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(Part.__struct_fields__) | st.text(max_size=3), values))
def test_nothing_of_how_it_is_checked_is_ever_shown(part):
    try:
        read_json(json.dumps({"parts": [part]}), Content)
    except JSONError as error:
        said = str(error)
        assert not any(word in said for word in ("Expected", "Object ", "`float", "array", "- at"))
