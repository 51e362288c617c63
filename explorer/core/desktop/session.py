"""What was open when the program ended, as one value and as one JSON file."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

from explorer.core.files.json_text import MAX_CHARACTERS, JSONError, convert, parse_json, write_json
from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_text
from explorer.core.files.writing import write_own
from explorer.errors import ExplorerError, reason_of
from explorer.paths import NOWHERE, make_own_folder

SCHEMA = 1
BEFORE_RESET = "before-reset"
"""In the name of what was open when everything was reset."""

_OLD_NAMES = {"filter_look": "panel_layout"}
_READ_ONLY = frozenset(("layer", "dataset", "filter_document", "panel_layout"))


@dataclass(frozen=True)
class SavedSession:
    """What the next start goes on from; each default stands for "as on the first start".

    Attributes
    ----------
    page : str
        The page's name.
    picture : Path or None
        The current picture's file; it may be gone by now.
    geometry : bytes
        The window's place and size, in Qt's own format.
    picture_name : str
        What the current picture is called, if it has no file.
    model : Path or None
        The current model's file or folder; it may be gone by now.
    pages : mapping of str to str
        What each page noted, by its name; only the page can read it.
    layer, dataset, filter_document, panel_layout
        What the pages Network, Dataset and Filter noted, in a session of before `pages`; these are
        read, and not written any more.
    """

    page: str = ""
    picture: Path | None = None
    is_inspector_shown: bool = True
    geometry: bytes = b""
    picture_name: str = ""
    model: Path | None = None
    pages: Mapping[str, str] = field(default_factory=dict)
    layer: str = ""
    dataset: Path | None = None
    filter_document: str = ""
    panel_layout: str = ""


def find_memory_trouble(folder: Path) -> str | None:
    """Return a sentence that says why nothing can be kept in a folder; None where it can.

    The folder is made.
    """
    try:
        if NOWHERE in (folder, *folder.parents):
            raise OSError("there is no home folder")
        make_own_folder(folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OSError(f"“{folder}” cannot be written")
    except OSError as error:
        reason = f"“{folder}”: {reason_of(error)}" if error.strerror else str(error)
        return f"Nothing will be remembered for the next start: {reason}."
    return None


def to_json(session: SavedSession) -> str:
    """Return what was open as JSON, ASCII alone; file names need not be valid text."""
    noted = {name: value for name, value in vars(session).items() if name not in _READ_ONLY}
    return write_json({"schema": SCHEMA, **noted}, indent=1)


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
    JSONError
        It is not such a text at all.
    """
    content = convert(parse_json(text), dict[str, Any])
    if content.get("schema") != SCHEMA:
        raise JSONError("it has the wrong format")
    values = {_OLD_NAMES.get(name, name): value for name, value in content.items()}
    kinds = get_type_hints(SavedSession)
    read: dict[str, Any] = {}
    damaged = []
    for name in (one.name for one in fields(SavedSession) if one.name in values):
        try:
            read[name] = convert(values[name], kinds[name])
        except JSONError:
            damaged.append(name)
            if name == "pages" and isinstance(values[name], dict):  # each page for itself
                texts = {key: text for key, text in values[name].items() if isinstance(text, str)}
                read[name] = texts
    return SavedSession(**read), tuple(damaged)


def read_session(file: Path) -> tuple[SavedSession, tuple[str, ...]]:
    """Read the file of the last session, and name its damaged parts, as `from_json` does.

    Raises
    ------
    ExplorerError
        Nothing of the file can be used.
    """
    try:
        if not os.path.lexists(file):
            return SavedSession(), ()
        text = read_text(file, MAX_CHARACTERS, name=printable_name(file), error=ExplorerError)
        return from_json(text)
    except (ExplorerError, JSONError) as error:
        raise ExplorerError(
            f"The last session could not be restored: “{printable_name(file)}” cannot be read."
        ) from error


def write_session(file: Path, text: str) -> None:
    """Write the file of this session, whole or not at all; its folder is made.

    Raises
    ------
    ExplorerError
        It could not be written.
    """
    try:
        write_own(file, text.encode("ascii"))
    except OSError as error:
        sentence = f"The session could not be saved in “{file}”: {reason_of(error)}."
        raise ExplorerError(sentence) from error


_MOST_ASIDE = 5


def put_aside(file: Path, why: str = "damaged") -> Path:
    """Move a file out of the way, so that what it holds is not overwritten; its name says why.

    Earlier ones stay, numbered: five at most, of which the last is then replaced.

    Returns where it is now; it stays where it was if it cannot be moved.
    """
    endings = ("", *(f"-{number}" for number in range(2, _MOST_ASIDE + 1)))
    asides = [file.with_name(f"{file.stem}.{why}{ending}{file.suffix}") for ending in endings]
    aside = next((one for one in asides if not os.path.lexists(one)), asides[-1])
    with suppress(OSError):
        file.replace(aside)
        return aside
    return file
