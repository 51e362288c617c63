"""Ready lessons: a row of steps to begin with, and two sentences that say what to look at."""

import math
from dataclasses import dataclass
from pathlib import Path

from explorer.core.files import json_fields
from explorer.core.files.json_fields import FieldError, Fields
from explorer.core.files.names import printable_name
from explorer.core.filters.document import read_settings
from explorer.core.filters.settings import FilterSettings
from explorer.errors import KernelError

_SENTENCES = 2
_MOST_PICTURE_VALUES = 10**9


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
    lessons = []
    for path in sorted(folder.glob("*.json")):
        try:
            lessons.append(read_lesson(path))
        except KernelError:
            continue
    return tuple(lessons)


def read_lesson(path: Path) -> Lesson:
    """Read one lesson.

    Parameters
    ----------
    path : Path
        Named "03-gx.json". It holds "title", "look_at" (two sentences), "settings" as
        `filter_document.from_json` reads them, and, where the sentences speak of a layer's
        "{inputs}", "{neurons}" and "{weights}", the "layer" they are counted of:
        {"picture": [height, width, planes], "neurons": count}.

    Raises
    ------
    KernelError
        It cannot be read, or holds no lesson.
    """
    name = printable_name(path)
    try:
        fields = Fields(json_fields.load_json(path.read_text(encoding="utf-8")))
        title = fields.take("title", json_fields.text)
        read_sentences = json_fields.list_of(json_fields.text, most=_SENTENCES)
        sentences = fields.take("look_at", read_sentences)
        counts = fields.take_or("layer", _count_layer, {})
        settings = fields.take("settings", read_settings)
        fields.end()
    except (FieldError, UnicodeDecodeError, OSError) as error:
        reason = error if isinstance(error, FieldError) else "it is not readable text"
        raise KernelError(f"The lesson “{name}” could not be read: {reason}.") from error
    if len(sentences) != _SENTENCES:
        raise KernelError(f"The lesson “{name}” could not be read: it needs two sentences.")
    look_at = " ".join(sentences)
    for word, count in counts.items():
        look_at = look_at.replace(f"{{{word}}}", f"{count:,}")
    return Lesson(path.stem.partition("-")[2] or path.stem, title, look_at, settings)


def _count_layer(content: object) -> dict[str, int]:
    """Count what the sentences speak of, so that no number is typed that can be computed."""
    fields = Fields(content)
    shape = tuple(fields.take("picture", json_fields.list_of(json_fields.whole, most=3)))
    neurons = fields.take("neurons", json_fields.whole)
    fields.end()
    inputs = count_dense_weights(shape, 1)
    if not (0 < inputs <= _MOST_PICTURE_VALUES and neurons > 0):
        raise FieldError("is no layer")
    return {
        "inputs": inputs,
        "neurons": neurons,
        "weights": count_dense_weights(shape, neurons),
    }
