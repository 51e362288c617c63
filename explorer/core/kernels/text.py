"""Read kernels from text: numbers as a person types them, JSON, and tables."""

import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from explorer.core.files.json_text import JSONError, convert, parse_json
from explorer.core.files.names import printable_name
from explorer.core.kernels.errors import count_columns, kernel_error
from explorer.core.kernels.kernel import MAX_WEIGHT, Filter, Kernel, check_size
from explorer.core.text.shorten import shorten
from explorer.errors import KernelError

MAX_CHARACTERS = 1_000_000
MAX_NAME = 60

_Cell = TypeVar("_Cell")
# "Gx:", "- [1, 2]", or "- - 1" as PyYAML writes it; "- 1 2" is a row with a sign gone astray.
_YAML = re.compile(
    r"\s*(?:[A-Za-z_]\w*:(?:\s|\Z)|(?:-[ \t]+)*-(?:[ \t]*\n|[ \t]+(?:\[|[-+]?[\d./]+[ \t]*$)))",
    re.MULTILINE,
)
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def parse_weight(text: str) -> float:
    """Read one weight as a person types it: digits with a decimal point, or a fraction "1/9".

    Raises
    ------
    KernelError
        It is empty, not a number, or not of a sensible size.
    """
    try:
        value = _parse_weight(text)
    except ValueError as error:
        raise KernelError(f"The weight was not changed: {error}.") from error
    if not abs(value) <= MAX_WEIGHT:  # infinity divided by itself is neither
        raise KernelError("The weight was not changed: it is beyond ±1,000,000.")
    return value


def tidy_name(name: str) -> str:
    """Return a name as one line of at most 60 printable characters."""
    return printable_name(" ".join(name.split()))[:MAX_NAME].strip()


def parse_filter(text: str, name: str, *, title: str) -> Filter:
    """Read what a kernel file holds as text: JSON or YAML with one or two kernels, or a table.

    Parameters
    ----------
    text : str
        A list of rows, {"name": ..., "weights": rows}, {"name": ..., "kernels": [rows, rows]},
        {"Gx": rows, "Gy": rows}, or a table as a spreadsheet copies it: a line per row; tab,
        semicolon, comma or space. In place of rows {"name": ..., "weights": rows} does too, and one
        row in place of a list of it.
    name : str
        What a refusal calls it: the file's name.
    title : str
        What the filter is called, and its key; the text's own name goes before.

    Raises
    ------
    KernelError
        The text is none of them; the sentence names row and column where possible.
    """
    is_json = text.lstrip().startswith(("[", "{"))
    if is_json or is_yaml(text):
        found = _read_named(name, text, is_json=is_json)
        title = tidy_name(found.name) or title
        parts = found.kernels if found.weights is None else [found.weights]
        if parts is None:
            raise kernel_error(name, "it has neither “weights” nor “kernels”")
        # One too many are read, to be counted.
        named = [one if isinstance(one, _Named) else _Named(weights=one) for one in parts[:3]]
        tables = [
            (tidy_name(one.name) or title, _weights_from_lists(name, one.weights)) for one in named
        ]
    else:
        tables = [(title, _weights_from_table(name, text))]
    # What is refused is called by the file's name, what is accepted by its title.
    checked = Filter(name, tuple(Kernel(name, table) for _, table in tables), title)
    kernels = zip(checked.kernels, tables, strict=True)
    return replace(
        checked, name=title, kernels=tuple(replace(one, name=own) for one, (own, _) in kernels)
    )


class _Named(msgspec.Struct):
    """A JSON object with one kernel, or with several."""

    name: str = ""
    weights: list[Any] | None = None
    kernels: "list[_Named | list[Any]] | None" = None


def is_yaml(text: str) -> bool:
    """Tell whether a text begins with a key of YAML, or with an item of a list."""
    return _YAML.match(text) is not None


def _read_named(name: str, text: str, *, is_json: bool) -> _Named:
    try:
        content = parse_json(text) if is_json else _parse_yaml(text)
        if isinstance(content, dict):
            if not content.keys() & {"weights", "kernels"}:
                content = _by_names(content)
            return convert(content, _Named)
        return _Named(weights=convert(content, list[Any]))
    except JSONError as error:
        raise kernel_error(name, str(error)) from error


def _by_names(content: dict[Any, Any]) -> dict[str, Any]:
    """Turn {"Gx": rows, "Gy": rows} into a list of kernels with names."""
    lists = {str(key): rows for key, rows in content.items() if isinstance(rows, list)}
    if not lists:
        return content
    if len(lists) == 1:
        return {"weights": next(iter(lists.values()))}
    kernels = [{"name": key, "weights": rows} for key, rows in lists.items()]
    return {"name": content.get("name", " and ".join(lists)), "kernels": kernels}


def _parse_yaml(text: str) -> Any:
    import yaml  # late: rarely needed

    if len(text) > MAX_CHARACTERS:
        raise JSONError("the text is too long")
    try:
        events = list(yaml.parse(text, yaml.SafeLoader))
        # Parts that refer to others could make a short text endless.
        has_alias = any(isinstance(event, yaml.AliasEvent) for event in events)
        content = None if has_alias else yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" at line {mark.line + 1}, character {mark.column + 1}" if mark else ""
        raise JSONError(f"it is not valid YAML{where}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise JSONError("it is not valid YAML") from error
    except RecursionError as error:
        raise JSONError("it is nested too deeply") from error
    if has_alias:
        raise JSONError("it refers to another part of itself")
    return content


def _weights_from_lists(name: str, content: list[Any] | None) -> npt.NDArray[np.float64]:
    if content is None:
        raise kernel_error(name, "it has no “weights”")
    rows = content if any(isinstance(row, list) for row in content) else [content]
    for number, row in enumerate(rows):
        if not isinstance(row, list):
            raise kernel_error(name, f"row {number} is not a list of numbers")
    return _weights_from_rows(name, rows, _weight_from_json)


def _weights_from_table(name: str, text: str) -> npt.NDArray[np.float64]:
    if len(text) > MAX_CHARACTERS:
        raise kernel_error(name, "the text is too long")
    lines = _without_ends([line.strip(" ") for line in text.splitlines() if line.strip()])
    separator = next((mark for mark in "\t;," if any(mark in line for line in lines)), None)
    return _weights_from_rows(name, [line.split(separator) for line in lines], _parse_weight)


def _without_ends(lines: list[str]) -> list[str]:
    """Take a comma or semicolon off the lines where it only ends them: all, or all but the last.

    With a line between that has none, what is missing behind it is a number.
    """
    for mark in ",;":
        if lines and all(line.endswith(mark) for line in lines[:-1] or lines):
            return [line.removesuffix(mark).rstrip(" ") for line in lines]
    return lines


def _weights_from_rows(
    name: str, rows: list[list[_Cell]], read: Callable[[_Cell], float]
) -> npt.NDArray[np.float64]:
    width = max((len(row) for row in rows), default=0)
    check_size(name, len(rows), width)
    weights = np.zeros((len(rows), width))
    for i, row in enumerate(rows):
        if len(row) != width:
            reason = f"row {i} has {count_columns(len(row))}, another row has {width}"
            raise kernel_error(name, reason)
        for j, cell in enumerate(row):
            try:
                weights[i, j] = read(cell)
            except ValueError as error:
                raise kernel_error(name, f"row {i}, column {j}: {error}") from error
    return weights


def _weight_from_json(cell: object) -> float:
    if isinstance(cell, str):
        return _parse_weight(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise ValueError("it is not a number")
    try:
        return float(cell)
    except OverflowError:
        return math.inf


def _parse_weight(text: str) -> float:
    """Read a cell; ValueError with a reason that fits into a sentence."""
    cell = text.strip().replace("\N{MINUS SIGN}", "-")
    if not cell:
        raise ValueError("it is empty")
    if _NUMBER.fullmatch(cell):
        return float(cell)
    above, slash, below = cell.partition("/")
    if slash and _NUMBER.fullmatch(above.strip()) and _NUMBER.fullmatch(below.strip()):
        if float(below) == 0:
            raise ValueError(f"“{shorten(cell)}” divides by 0")
        return float(above) / float(below)
    if _NUMBER.fullmatch(cell.replace(",", ".", 1)):
        raise ValueError(f"“{shorten(cell)}” needs a decimal point, not a comma")
    raise ValueError(f"“{shorten(cell)}” is not a number")
