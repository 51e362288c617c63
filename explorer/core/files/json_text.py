"""JSON that may come from a stranger: read as a type, or refused in plain words with the place."""

import ast
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from explorer.core.files.names import printable_name
from explorer.core.text.shorten import shorten

MAX_CHARACTERS = 2_000_000
_GREATEST_WHOLE = 2**53 - 1

Text = Annotated[str, msgspec.Meta(max_length=4096)]
Whole = Annotated[int, msgspec.Meta(ge=-_GREATEST_WHOLE, le=_GREATEST_WHOLE)]
"""A whole number below 2**53 in magnitude, where JSON's readers agree."""
Number = Annotated[float, msgspec.Meta(ge=-sys.float_info.max, le=sys.float_info.max)]
"""A finite number: Python reads NaN and Infinity, too."""
Count = Annotated[int, msgspec.Meta(ge=0, le=_GREATEST_WHOLE)]
Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]
Positive = Annotated[float, msgspec.Meta(ge=0, le=sys.float_info.max)]
"""A finite number, 0 or greater."""

_Kind = TypeVar("_Kind")


class JSONError(ValueError):
    """What is wrong with a JSON text and where: “steps/2/offset” is not a number."""


class StrictObject(msgspec.Struct, forbid_unknown_fields=True):
    """An object without other fields than its own: a misspelt name must not pass unseen."""


def read_json(text: str, kind: type[_Kind]) -> _Kind:
    """Read a JSON text as a value of a type.

    Parameters
    ----------
    text : str
        At most two million characters.
    kind : type
        As `msgspec.convert` takes it, and paths.

    Raises
    ------
    JSONError
        The text is no JSON, too long or nested too deeply; or its content is of another kind.
    """
    return convert(parse_json(text), kind)


def parse_json(text: str, most_characters: int = MAX_CHARACTERS) -> Any:
    """Parse a JSON text of at most so many characters into lists, dicts and the like.

    By Python's parser, since file names that are no valid text come as halves of surrogate pairs,
    which that of msgspec refuses.

    Raises
    ------
    JSONError
        It is no JSON, too long, or nested too deeply.
    """
    if len(text) > most_characters:
        raise JSONError("it is too long")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise JSONError("it is nested too deeply") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, character {error.colno}"
        raise JSONError(f"it is not valid JSON at {where}") from error
    except ValueError as error:  # Python refuses integers of thousands of digits
        raise JSONError("it contains a number that is far too long") from error


def convert(content: object, kind: type[_Kind]) -> _Kind:
    """Return what was parsed as a value of a type.

    Raises
    ------
    JSONError
        It is of another kind; the sentence says where, counted from 1, and why.
    """
    try:
        return msgspec.convert(content, kind, dec_hook=_read_path)
    except msgspec.ValidationError as error:
        raise JSONError(_explain(str(error))) from error
    except UnicodeEncodeError as error:  # half a surrogate pair where a name of ours belongs
        raise JSONError("it contains characters that are not text") from error
    except RecursionError as error:
        raise JSONError("it is nested too deeply") from error


def write_json(value: object, *, indent: int | None = None) -> str:
    """Return a value as JSON text of ASCII characters, which `read_json` reads back.

    Parameters
    ----------
    value : object
        What JSON knows, dataclasses, structs, paths, and NumPy's arrays and numbers.
    indent : int or None
        How far each level is moved in; None writes one line.
    """
    return json.dumps(msgspec.to_builtins(value, enc_hook=_write_other), indent=indent)


def _read_path(kind: type, value: object) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("is not a path")
    return Path(value)


def _write_other(value: Any) -> object:
    return str(value) if isinstance(value, Path) else value.tolist()


def _explain(message: str) -> str:
    """Turn a message of msgspec's, which is for programmers, into half a sentence."""
    reason, _, place = message.partition(" - at `$")
    path = [
        str(int(index) + 1) if index else name
        for index, name in re.findall(r"\[(\d+)\]|\.?([^.\[\]`]+|\[\.\.\.\])", place)
    ]
    for pattern, explain in _REASONS:
        if found := re.fullmatch(pattern, reason, re.DOTALL):
            reason = explain(*found.groups())
            break
    if found := re.match(r"`(.*)` is ", reason, re.DOTALL):
        path.append(found[1])
        reason = reason[found.end() - 3 :]
    where = f"“{shorten(printable_name('/'.join(path).replace('[...]', '…')))}”" if path else "it"
    return f"{where} {reason}"


_KINDS = {
    "float": "is not a number",
    "int": "is not an integer",
    "bool": "is not true or false",
    "str": "is not a string",
    "array": "is not a list",
    "object": "is not an object with fields",
}


def _not_of_kind(kind: str) -> str:
    return _KINDS.get(kind.removesuffix(" | null"), "has the wrong type")


def _unknown_value(literal: str) -> str:
    value = ast.literal_eval(literal)
    shown = f"“{shorten(printable_name(value))}”" if isinstance(value, str) else value
    return f"is {shown}, which is unknown"


def _limit(kind: str, sign: str, limit: str) -> str:
    if kind == "float" and abs(float(limit)) == sys.float_info.max:
        return "is not a finite number"
    if kind == "int" and abs(int(limit)) == _GREATEST_WHOLE:
        return "is too large"
    if kind == "float":  # which may be no number at all
        return f"is not {'at least' if sign == '>=' else 'at most'} {float(limit):g}"
    return f"is {'less' if sign == '>=' else 'more'} than {limit}"


_REASONS: tuple[tuple[str, Callable[..., str]], ...] = (
    (r"Object missing required field `(.*)`", lambda name: f"`{name}` is missing"),
    (r"Object contains unknown field `(.*)`", lambda name: f"`{name}` is unknown"),
    (r"Invalid (?:enum )?value (.*)", _unknown_value),
    (r"Expected `(.*)`, got .*", _not_of_kind),
    (r"Expected `(\w+)` (>=|<=) (.*)", _limit),
    (r"Number out of range", lambda: "is too large"),
    (r"Expected `array` of length (\d+), got (\d+)", "must have {} entries, not {}".format),
    (r"Expected `str` of length <= .*", lambda: "is too long"),
    (r"Expected `str` of length >= .*", lambda: "is empty"),
    (r"Expected `\w+` of length <= (\d+)", "has more than {} entries".format),
    (r"Expected `\w+` of length >= .*", lambda: "has too few entries"),
    (r"Invalid base64 .*", lambda: "is damaged"),
    (r"(?:Expected|Invalid|Object) .*", lambda: "has the wrong type"),
)
