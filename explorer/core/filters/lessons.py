"""Ready lessons: a row of steps to begin with, and two sentences that say what to look at."""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from msgspec import Meta

from explorer.core.files.json_text import (
    MAX_CHARACTERS,
    JSONError,
    StrictObject,
    Text,
    read_json,
)
from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_text
from explorer.core.filters.document import SettingsFields
from explorer.core.filters.settings import FilterSettings
from explorer.errors import ExplorerError, KernelError

Kind = TypeVar("Kind")

_MOST_PICTURE_VALUES = 10**9
_Count = Annotated[int, Meta(ge=1, le=_MOST_PICTURE_VALUES)]


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    Attributes
    ----------
    key : str
        Its file's name without number and suffix: "tiny-cnn-layer".
    title : str
        For a person: “A tiny CNN layer”.
    look_at : str
        Two sentences.
    settings : FilterSettings
        What the Filter page is set to.
    """

    key: str
    title: str
    look_at: str
    settings: FilterSettings


def count_dense_weights(shape: tuple[int, ...], neurons: int) -> int:
    """Return how many weights join every value of a shape to every neuron, without biases."""
    return math.prod(shape) * neurons


def list_lessons(folder: Path) -> tuple[Lesson, ...]:
    """Read the lessons of a folder, in the order of their files; damaged ones are passed over."""
    return read_lessons(folder, read_lesson)


def read_lessons(folder: Path, read: Callable[[Path], Kind]) -> tuple[Kind, ...]:
    """Read each file of a folder, in their order, as a lesson; damaged ones are passed over."""
    lessons = []
    for path in sorted(folder.glob("*.json")):
        with suppress(ExplorerError):
            lessons.append(read(path))
    return tuple(lessons)


def lesson_key(path: Path) -> str:
    """Return what a lesson is known by: its file's name without number and suffix."""
    return path.stem.partition("-")[2] or path.stem


def read_lesson(path: Path) -> Lesson:
    """Read one lesson.

    Parameters
    ----------
    path : Path
        Named "03-gx.json". It holds "title", "look_at" (two sentences), "settings" as
        `document.from_json` reads them, and, where the sentences speak of a layer's
        "{inputs}", "{neurons}" and "{weights}", the "layer" they are counted of:
        {"picture": [height, width, planes], "neurons": count}.

    Raises
    ------
    KernelError
        It cannot be read, or holds no lesson.
    """
    name = printable_name(path)
    try:
        text = read_text(path, MAX_CHARACTERS, name=name, error=KernelError)
        file = read_json(text, _File)
    except (JSONError, KernelError) as error:
        reason = error if isinstance(error, JSONError) else "it is not readable text"
        raise KernelError(f"The lesson “{name}” could not be read: {reason}.") from error
    look_at = " ".join(file.look_at)
    # So that no number is typed that can be computed.
    for word, count in (file.layer.counts if file.layer else {}).items():
        look_at = look_at.replace(f"{{{word}}}", f"{count:,}")
    return Lesson(lesson_key(path), file.title, look_at, file.settings.to_settings())


class _Layer(StrictObject):
    """The layer that the sentences of a lesson count."""

    picture: Annotated[tuple[_Count, ...], Meta(min_length=1, max_length=3)]
    neurons: _Count

    def __post_init__(self) -> None:
        if math.prod(self.picture) > _MOST_PICTURE_VALUES:
            raise ValueError("is no layer")

    @property
    def counts(self) -> dict[str, int]:
        return {
            "inputs": math.prod(self.picture),
            "neurons": self.neurons,
            "weights": count_dense_weights(self.picture, self.neurons),
        }


class _File(StrictObject):
    title: Text
    look_at: tuple[Text, Text]
    settings: SettingsFields
    layer: _Layer | None = None
