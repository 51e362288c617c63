"""Take a stranger's JSON apart, each field checked, and say where it is wrong.

A reader is a function that takes what `json.loads` made of a value and returns it checked, or
raises FieldError. Readers of lists, pairs and objects are made of others.
"""

import json
import math
from collections.abc import Callable, Collection
from typing import TypeVar

from explorer.core.files.names import printable_name
from explorer.core.text.shorten import shorten

MAX_CHARACTERS = 2_000_000
MAX_TEXT_CHARACTERS = 4096

_Value = TypeVar("_Value")
_Default = TypeVar("_Default")
_Choice = TypeVar("_Choice", bound=str)


class FieldError(ValueError):
    """What is wrong with a value and where it stands: “steps/2/offset” is not a number."""

    def __init__(self, reason: str, path: tuple[str, ...] = ()) -> None:
        where = f"“{'/'.join(path)}”" if path else "it"
        super().__init__(f"{where} {reason}")
        self._reason = reason
        self._path = path

    def inside(self, name: str) -> "FieldError":
        """Return this error as seen from one level further out."""
        return FieldError(self._reason, (name, *self._path))


def load_json(text: str) -> object:
    """Parse a JSON text of at most two million characters.

    Raises
    ------
    FieldError
        It is no JSON, too long, or nested too deeply.
    """
    if len(text) > MAX_CHARACTERS:
        raise FieldError("is too long a text")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise FieldError("is nested too deeply") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, character {error.colno}"
        raise FieldError(f"is not valid JSON at {where}") from error
    except ValueError as error:  # Python refuses integers of thousands of digits
        raise FieldError("contains a number that is far too long") from error


class Fields:
    """The fields of one JSON object, each checked as it is taken.

    Parameters
    ----------
    content : object
        What `json.loads` made of it.

    Raises
    ------
    FieldError
        It is no object.
    """

    def __init__(self, content: object) -> None:
        if not isinstance(content, dict):
            raise FieldError("is not an object with fields")
        self._left = dict(content)

    def take(self, name: str, read: Callable[[object], _Value]) -> _Value:
        """Return a field, read.

        Raises
        ------
        FieldError
            It is missing or wrong.
        """
        if name not in self._left:
            raise FieldError("is missing", (name,))
        try:
            return read(self._left.pop(name))
        except FieldError as error:
            raise error.inside(name) from error

    def take_or(
        self, name: str, read: Callable[[object], _Value], default: _Default
    ) -> _Value | _Default:
        """Return a field, read, or the default where it is left out.

        Raises
        ------
        FieldError
            It is wrong.
        """
        return self.take(name, read) if name in self._left else default

    def end(self) -> None:
        """Refuse what was not taken: a misspelt name must not pass unseen.

        Raises
        ------
        FieldError
            A field is left.
        """
        for name in self._left:
            raise FieldError("is not known here", (shorten(printable_name(name)),))


def text(value: object) -> str:
    """Read a text of at most 4096 characters."""
    if not isinstance(value, str):
        raise FieldError("is not a text")
    if len(value) > MAX_TEXT_CHARACTERS:
        raise FieldError("is too long a text")
    return value


def truth(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise FieldError("is neither true nor false")
    return value


def whole(value: object) -> int:
    """Read a whole number below 2**53 in magnitude, where JSON's readers agree."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise FieldError("is not a whole number")
    if abs(value) >= 2**53:
        raise FieldError("is too large")
    return value


def number(value: object) -> float:
    """Read a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FieldError("is not a number")
    try:
        result = float(value)
    except OverflowError as error:
        raise FieldError("is too large") from error
    if not math.isfinite(result):
        raise FieldError("is not a finite number")
    return result


def one_of(choices: Collection[_Choice]) -> Callable[[object], _Choice]:
    """Return a reader of one of some words."""

    def read(value: object) -> _Choice:
        for choice in choices:
            if value == choice:
                return choice
        raise FieldError(f"is none of {', '.join(choices)}")

    return read


def optional(read: Callable[[object], _Value]) -> Callable[[object], _Value | None]:
    """Return a reader that also takes null."""
    return lambda value: None if value is None else read(value)


def list_of(read: Callable[[object], _Value], *, most: int) -> Callable[[object], list[_Value]]:
    """Return a reader of lists of at most so many values."""

    def read_all(value: object) -> list[_Value]:
        if not isinstance(value, list):
            raise FieldError("is not a list")
        if len(value) > most:
            raise FieldError(f"has {len(value):,} entries, the most is {most}")
        return [_read_entry(read, one, place) for place, one in enumerate(value, 1)]

    return read_all


def pair_of(read: Callable[[object], _Value]) -> Callable[[object], tuple[_Value, _Value]]:
    """Return a reader of lists of exactly two values."""
    read_all = list_of(read, most=2)

    def read_both(value: object) -> tuple[_Value, _Value]:
        pair = read_all(value)
        if len(pair) != 2:
            raise FieldError("is not a pair")
        return pair[0], pair[1]

    return read_both


def _read_entry(read: Callable[[object], _Value], value: object, place: int) -> _Value:
    try:
        return read(value)
    except FieldError as error:
        raise error.inside(str(place)) from error
