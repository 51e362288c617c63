"""What a person chose for a model, kept beside the program's own data and found by its content."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from explorer.core.files.json_text import JSONError, StrictObject, Text, read_json, write_json
from explorer.core.files.reading import open_regular, read_text
from explorer.core.files.writing import write_own
from explorer.core.models.assumptions import Assumed
from explorer.core.models.card import MAX_EDGE
from explorer.core.models.model import Model
from explorer.core.models.model_use import Outputs
from explorer.core.models.preparation import Channels, Resize, Scaling
from explorer.errors import ModelError
from explorer.paths import user_models

YOU_CHOSE = "you chose"
"""The origin of what a person chose."""
MAX_KEPT_BYTES = 4_000_000

_CHUNK = 1 << 20
_Edge = Annotated[int, msgspec.Meta(ge=1, le=MAX_EDGE)]


class _Chosen(StrictObject, omit_defaults=True):
    """The content of a file: what was chosen, and nothing that was assumed."""

    version: Literal[1] = 1
    size: tuple[_Edge, _Edge] | None = None
    resize: Resize | None = None
    channels: Channels | None = None
    scaling: Scaling | None = None
    outputs: Outputs | None = None
    classes: Annotated[list[Text], msgspec.Meta(max_length=100_000)] | None = None


FIELDS = ("size", "resize", "channels", "scaling", "outputs", "classes")
"""What can be chosen of a model."""


def value_of(model: Model, field: str) -> Any:
    """Return what a model has for one of `FIELDS`."""
    return getattr(model if field in ("outputs", "classes") else model.preparation, field)


def with_value(model: Model, field: str, value: Any) -> Model:
    """Return a model with another value for one of `FIELDS`."""
    changed: dict[str, Any] = {field: value}
    if field in ("outputs", "classes"):
        return replace(model, **changed)
    return replace(model, preparation=replace(model.preparation, **changed))


def content_key(path: Path) -> str:
    """Return what names a model by its content: SHA-256 in hexadecimal; reads all of it.

    Parameters
    ----------
    path : Path
        A model file, or a folder: then its files with their names.

    Raises
    ------
    OSError
        It cannot be read.
    """
    found = hashlib.sha256()
    for name, file in _files(path):
        found.update(name.encode("utf-8", "surrogateescape") + b"\0")
        with open_regular(file) as opened:
            while chunk := opened.read(_CHUNK):
                found.update(chunk)
    return found.hexdigest()


def keep_choices(model: Model, origins: Mapping[str, str]) -> None:
    """Keep what a person chose for a model; where that is nothing, the file goes.

    Raises
    ------
    OSError
        The model cannot be read, or nothing can be written.
    """
    file = _file_for(model.path)
    chosen = {field: value_of(model, field) for field in FIELDS if origins.get(field) == YOU_CHOSE}
    if chosen:
        write_own(file, write_json({"version": 1, **chosen}, indent=2).encode())
    else:
        file.unlink(missing_ok=True)


def recall(assumed: Assumed) -> Assumed:
    """Put what a person chose for a model, if anything, in place of what is assumed.

    A file of ours that is damaged counts as none: it holds nothing that cannot be chosen anew.
    """
    folder, path = user_models(), assumed.model.path
    try:
        if not any(folder.iterdir()):  # nothing was ever chosen: large files need not be read
            return assumed
        file = _file_for(path)
        if not file.is_file():
            return assumed
        text = read_text(file, MAX_KEPT_BYTES, name=file.name, error=ModelError)
        chosen = read_json(text, _Chosen)
    except (OSError, ModelError, JSONError):
        return assumed
    model, origins = assumed.model, dict(assumed.origins)
    for field in FIELDS:
        value = getattr(chosen, field)
        if field == "classes" and value is not None:
            value = tuple(value) if len(value) == len(model.classes) else None
        if value is not None:
            model = with_value(model, field, value)
            origins[field] = YOU_CHOSE
    return Assumed(model, origins)


def _file_for(path: Path) -> Path:
    return user_models() / f"{content_key(path)}.json"


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    if not path.is_dir():
        yield "", path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield file.relative_to(path).as_posix(), file
