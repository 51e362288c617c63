"""What a run was asked for, and what its networks take: known from before its first epoch on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec

from explorer.core.files.json_text import MAX_CHARACTERS, Count, JSONError, Text, convert, read_json
from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_text
from explorer.core.models.card import MAX_CLASSES, MAX_EDGE
from explorer.errors import ModelError

SETTINGS_FILE = "settings.json"

_Edge = Annotated[int, msgspec.Meta(ge=1, le=MAX_EDGE)]
_Class = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class RunSettings(msgspec.Struct, frozen=True):
    """The settings of a run, as far as a window shows or needs them.

    Attributes
    ----------
    data : str
        The folder of pictures.
    recipe : str
    epochs : int
        The maximum number of epochs; 0 where that is not known.
    classes : tuple of str
        In the order of the outputs; empty in runs of before they were noted.
    input_size : (int, int) or None
        Height and width of the input; None as for `classes`.
    values : mapping
        All that the file says.
    """

    data: Text = ""
    recipe: Text = ""
    epochs: Count = 0
    classes: Annotated[tuple[_Class, ...], msgspec.Meta(max_length=MAX_CLASSES)] = ()
    input_size: tuple[_Edge, _Edge] | None = None
    values: Mapping[str, Any] = {}


def read_settings(folder: Path) -> RunSettings:
    """Read the settings of a run, finished or not.

    Parameters
    ----------
    folder : Path
        The run folder, or `RUN.partial`.

    Raises
    ------
    ModelError
        They are missing or damaged.
    """
    file = folder / SETTINGS_FILE
    name = printable_name(f"{folder.name}/{SETTINGS_FILE}")
    text = read_text(file, MAX_CHARACTERS, name=name, error=ModelError)
    try:
        values = read_json(text, dict[str, Any])
        found = convert({**values, "values": values}, RunSettings)
    except JSONError as error:
        raise ModelError.not_opened(name, str(error)) from error
    return msgspec.structs.replace(found, classes=tuple(map(printable_name, found.classes)))
