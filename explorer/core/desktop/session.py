"""What was open when the program ended, as one value and as one JSON file."""

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.core.files.names import printable_name
from explorer.core.files.writing import write_atomically
from explorer.errors import ExplorerError

SCHEMA = 1
BEFORE_RESET = "before-reset"
"""In the name of what was open when everything was reset."""

MAX_FILE_BYTES = 20_000_000  # twelve steps of the largest kernels take less than one


@dataclass(frozen=True)
class SavedSession:
    """What the next start goes on from; each default stands for "as on the first start".

    Attributes
    ----------
    page : str
        The page's name.
    picture : Path or None
        The current picture's file; it may be gone by now.
    is_inspector_shown : bool
    geometry : bytes
        The window's place and size, in Qt's own format.
    picture_name : str
        What the current picture is called, if it has no file.
    model : Path or None
        The current run's folder; it may be gone by now.
    pages : mapping of str to str
        What each page noted, by its name; only the page can read it.
    layer : str
    dataset : Path or None
    filter_document, filter_look : str
        What the pages Network, Dataset and Filter noted, in a session of before `pages`.
    """

    page: str = ""
    picture: Path | None = None
    is_inspector_shown: bool = True
    geometry: bytes = b""
    filter_document: str = ""
    picture_name: str = ""
    model: Path | None = None
    layer: str = ""
    dataset: Path | None = None
    filter_look: str = ""
    pages: Mapping[str, str] = field(default_factory=dict)


def to_json(remembered: SavedSession) -> str:
    """Return what was open as JSON, ASCII alone; file names need not be valid text."""
    return json.dumps(
        {
            "schema": SCHEMA,
            "page": remembered.page,
            "picture": _path_text(remembered.picture),
            "is_inspector_shown": remembered.is_inspector_shown,
            "geometry": base64.b64encode(remembered.geometry).decode("ascii"),
            "filter_document": remembered.filter_document,
            "picture_name": remembered.picture_name,
            "model": _path_text(remembered.model),
            "layer": remembered.layer,
            "dataset": _path_text(remembered.dataset),
            "filter_look": remembered.filter_look,
            "pages": dict(remembered.pages),
        },
        indent=1,
    )


def from_json(text: str) -> tuple[SavedSession, tuple[str, ...]]:
    """Read what `to_json` wrote, as much of it as can be read; older texts lack some parts.

    Returns
    -------
    SavedSession
        With the default in place of each damaged part.
    tuple of str
        The names of the damaged parts.

    Raises
    ------
    ValueError
        It is not such a text at all.
    """
    try:
        values = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(values, dict) or values.get("schema") != SCHEMA:
        raise ValueError("it is of another kind")
    reads = {
        "page": _read_text,
        "picture": _read_path,
        "is_inspector_shown": _read_truth,
        "geometry": _read_bytes,
        "filter_document": _read_text,
        "picture_name": _read_text,
        "model": _read_path,
        "layer": _read_text,
        "dataset": _read_path,
        "filter_look": _read_text,
        "pages": _read_texts,
    }
    kept: dict[str, Any] = {}
    damaged = []
    for name, read in reads.items():
        if name in values:
            try:
                kept[name] = read(values[name])
            except ValueError:
                damaged.append(name)
    return SavedSession(**kept), tuple(damaged)


def read_session(file: Path) -> tuple[SavedSession, tuple[str, ...]]:
    """Read the file of the last session, and name its damaged parts, as `from_json` does.

    Raises
    ------
    ExplorerError
        Nothing of the file can be used.
    """
    try:
        if not file.exists():
            return SavedSession(), ()
        if not file.is_file():
            raise ValueError("it is not an ordinary file")
        if file.stat().st_size > MAX_FILE_BYTES:
            raise ValueError("it is too large")
        return from_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExplorerError(
            f"What was open last time is forgotten: “{printable_name(file)}” cannot be read."
        ) from error


def write_session(file: Path, text: str) -> None:
    """Write the file of this session, whole or not at all; its folder is made.

    Raises
    ------
    ExplorerError
        It could not be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, text.encode("ascii"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExplorerError(
            f"What is open could not be noted for the next start: “{file}”: {reason}."
        ) from error


def put_aside(file: Path, why: str = "damaged") -> Path:
    """Move a file out of the way, so that what it holds is not overwritten.

    Parameters
    ----------
    file : Path
    why : str
        Goes into its name.

    Returns
    -------
    Path
        Where it is now; it stays where it was if it cannot be moved.
    """
    aside = file.with_name(f"{file.stem}.{why}{file.suffix}")
    with suppress(OSError):
        file.replace(aside)
        return aside
    return file


def _path_text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _read_texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError
    return {name: _read_text(text) for name, text in value.items()}


def _read_path(value: Any) -> Path | None:
    if value is None:
        return None
    text = _read_text(value)
    if not text or "\0" in text:
        raise ValueError
    return Path(text)


def _read_truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _read_bytes(value: Any) -> bytes:
    return base64.b64decode(_read_text(value), validate=True)  # raises a kind of ValueError
