"""The names of a model's classes, from a file beside it or one that a person names."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.core.files.json_text import JSONError, parse_json
from explorer.core.files.names import list_names, printable_name
from explorer.core.files.reading import read_whole
from explorer.core.text.shorten import shorten
from explorer.errors import ModelError

MAX_BYTES = 2_000_000
MAX_CHARACTERS = 200
"""Of one name."""
MAX_CLASSES = 100_000

_BESIDE = (
    "{stem}.txt",
    "{stem}.json",
    "{stem}.csv",
    "{stem}_labels.txt",
    "{stem}-labels.txt",
    "labels.txt",
    "metadata.json",
    "classes.txt",
    "class_names.txt",
    "class_indices.json",
    "class_names.json",
    "classes.json",
    "labels.json",
    "labels.csv",
    "classes.csv",
)
_LISTS = ("labels", "classes", "class_names", "names", "id2label", "class_indices")
_NO_NAMES = "it has no names of classes"
_NUMBERED = re.compile(r"\s*(\d{1,6})(?:[\s:;,]\s*|\t)(\S.*)")


@dataclass(frozen=True)
class FoundNames:
    """What a file says of the classes.

    Attributes
    ----------
    names : tuple of str
        In the order of the model's outputs; empty where there is no file, or it is of no use.
    source : str
        The file's name; empty where there is none.
    problem : str
        Why it is of no use, in half a sentence; empty where it is of use.
    """

    names: tuple[str, ...] = ()
    source: str = ""
    problem: str = ""


def names_beside(model: Path) -> FoundNames:
    """Look for the names of the classes beside a model file; touches the disk.

    Teachable Machine writes `labels.txt` or `metadata.json`; others `class_indices.json`, or a file
    that is called like the model.

    Parameters
    ----------
    model : Path
        A model file, or a SavedModel folder: then also in it.
    """
    stem = model.name if model.is_dir() else model.stem
    folders = (model, model.parent) if model.is_dir() else (model.parent,)
    trouble = FoundNames()
    for folder in folders:
        for pattern in _BESIDE:
            file = folder / pattern.format(stem=stem)
            if file == model or not file.is_file():
                continue
            source = printable_name(file)
            try:
                return FoundNames(read_class_names(file), source)
            except ModelError as error:
                if error.reason != _NO_NAMES:
                    trouble = FoundNames((), source, error.reason)
    return trouble


def read_names_of(classes: int, file: Path) -> tuple[str, ...]:
    """Read the names of so many classes.

    Raises
    ------
    ModelError
        As of `read_class_names`, or there are not as many names.
    """
    names = read_class_names(file)
    if len(names) != classes:
        found = "1 name" if len(names) == 1 else f"{len(names):,} names"
        outputs = "1 class" if classes == 1 else f"{classes:,} classes"
        raise ModelError.not_opened(printable_name(file), f"it has {found} for {outputs}")
    return names


def read_class_names(file: Path) -> tuple[str, ...]:
    """Read the names of classes from a file of text, CSV or JSON, by its content.

    Text has a name in each line, which may begin with its number: “0 cat”. JSON is a list of names,
    names by numbers or numbers by names, or an object with such a one called "labels", "classes",
    "class_names" or "id2label".

    Parameters
    ----------
    file : Path
        UTF-8 or UTF-16, 2 MB at most.

    Returns
    -------
    tuple of str
        In the order of the model's outputs.

    Raises
    ------
    ModelError
        It is no such file; the sentence says what is wrong with it.
    """
    title = printable_name(file)
    text = _decode(read_whole(file, MAX_BYTES, name=title, error=ModelError), title)
    try:
        if text.lstrip()[:1] in ("{", "["):
            names = _from_json(parse_json(text))
        elif file.suffix.lower() == ".csv":
            names = _from_rows(text)
        else:
            names = _from_lines(text)
        _check(names)
    except (JSONError, ValueError, csv.Error) as error:
        raise ModelError.not_opened(title, str(error)) from error
    return tuple(names)


def _decode(content: bytes, title: str) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ModelError.not_opened(title, "it is neither UTF-8 nor UTF-16 text") from error


def _from_lines(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    numbered = [_NUMBERED.fullmatch(line) for line in lines]
    if lines and all(numbered):
        pairs = [(int(found[1]), found[2]) for found in numbered if found]
        if _counts_up(number for number, _ in pairs):
            return _in_order(pairs)
    return lines


def _from_rows(text: str) -> list[str]:
    rows = [row for row in csv.reader(text.splitlines()) if any(map(str.strip, row))]
    if not rows:
        return []
    if min(map(len, rows)) < 2:
        names = [row[0] for row in rows]
        is_head = names[0].strip().lower() in ("class", "classes", "label", "labels", "name")
        return names[1:] if is_head else names
    body = rows if any(cell.strip().isdecimal() for cell in rows[0]) else rows[1:]
    for number, name in ((0, 1), (1, 0)):
        if body and all(row[number].strip().isdecimal() for row in body):
            return _in_order([(int(row[number]), row[name]) for row in body])
    return [row[0] for row in body]


def _from_json(found: Any) -> list[str]:
    if isinstance(found, Mapping):
        for key in _LISTS:
            if isinstance(found.get(key), (list, dict)):
                return _from_json(found[key])
        return _from_object(found)
    if not isinstance(found, list) or not all(isinstance(one, (str, dict)) for one in found):
        raise ValueError("it is no list of names")
    names: list[Any] = [
        one.get("name", one.get("label")) if isinstance(one, dict) else one for one in found
    ]
    if not all(isinstance(name, str) for name in names):
        raise ValueError("it is no list of names")
    return names


def _from_object(found: Mapping[str, Any]) -> list[str]:
    """Read {"cat": 0, "dog": 1}, {"0": "cat", "1": "dog"} or {"0": ["n02123045", "tabby"]}."""
    if found and all(isinstance(one, int) for one in found.values()):
        return _in_order([(number, name) for name, number in found.items()])
    if found and all(key.strip().isdecimal() for key in found):
        pairs = []
        for key, value in found.items():
            name = value[-1] if isinstance(value, list) and value else value
            if not isinstance(name, str):
                raise ValueError(f"“{shorten(key)}” in it is no name")
            pairs.append((int(key), name))
        return _in_order(pairs)
    raise ValueError(_NO_NAMES)


def _counts_up(numbers: Iterable[int]) -> bool:
    found = sorted(numbers)
    return found in (list(range(len(found))), list(range(1, len(found) + 1)))


def _in_order(pairs: list[tuple[int, str]]) -> list[str]:
    if not _counts_up(number for number, _ in pairs):
        raise ValueError("its numbers do not count from 0 without gaps")
    return [name for _, name in sorted(pairs)]


def _check(names: list[str]) -> None:
    if not names:
        raise ValueError("it has no names")
    if len(names) > MAX_CLASSES:
        raise ValueError(f"it has more than {MAX_CLASSES:,} names")
    names[:] = [printable_name(name.strip()) for name in names]
    for number, name in enumerate(names, 1):
        if not name:
            raise ValueError(f"its name {number} is empty")
        if len(name) > MAX_CHARACTERS:
            raise ValueError(
                f"its name {number} has {len(name):,} characters; at most {MAX_CHARACTERS} are "
                "allowed"
            )
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise ValueError(f"it has {list_names(twice, quoted=True)} more than once")
