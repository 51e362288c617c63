"""Lessons about networks: a model, a picture and a place to look, and sentences about them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from msgspec.structs import asdict

from explorer.core.files.json_text import MAX_CHARACTERS, JSONError, StrictObject, Text, read_json
from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_text
from explorer.core.filters.lessons import lesson_key, read_lessons
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.feature_grid import Order
from explorer.core.text.percent import format_percent
from explorer.errors import ModelError


@dataclass(frozen=True)
class NetworkLesson:
    """One lesson.

    Attributes
    ----------
    key : str
        Its file's name without number and suffix: "deeper-is-coarser".
    title : str
        For a person.
    look_at : str
        Two or three sentences; "{layer_parameters}" and other words in braces stand for numbers of
        the network, which `tell` fills in.
    model : str
        The name of an included model.
    layer : str
        Where to look.
    part : str
        Which part of the page: "maps", "weights", "why", "compare".
    picture : str
        The name of a sample picture; empty for the picture that is open.
    order : {"index", "strength", "variance"}
        Of the maps.
    method : str
        Of an explanation; empty where none is looked at.
    method_layer : str
        The layer that the explanation looks at; empty for the one that is chosen by itself.
    other_model : str
        The name of an included model to compare with; empty for none.
    """

    key: str
    title: str
    look_at: str
    model: str
    layer: str
    part: str
    picture: str = ""
    order: Order = "index"
    method: str = ""
    method_layer: str = ""
    other_model: str = ""

    def tell(self, architecture: Architecture) -> str:
        """Return the sentences with the numbers of the network, so that none has to be typed."""
        layer = architecture.find(self.layer)
        total = architecture.parameters
        share = layer.parameters / total if total else 0.0
        field = layer.receptive_field
        numbers = {
            "layer_parameters": f"{layer.parameters:,}",
            "layer_share": format_percent(share),
            "parameters": f"{total:,}",
            "multiply_adds": f"{architecture.multiply_adds / 1e6:,.0f} million",
            "size": "×".join(map(str, layer.output_shape[:2])),
            "count": str(layer.output_shape[-1]) if layer.output_shape else "no",
            "field": "×".join(map(str, field.size)) if field is not None else "an unknown number",
        }
        text = self.look_at
        for word, number in numbers.items():
            text = text.replace(f"{{{word}}}", number)
        return text


class _File(StrictObject):
    title: Text
    look_at: tuple[Text, ...]
    model: Text
    layer: Text
    part: Literal["maps", "value", "weights", "why", "operate", "compare"]
    picture: str = ""
    order: Order = "index"
    method: str = ""
    method_layer: str = ""
    other_model: str = ""


def list_network_lessons(folder: Path) -> tuple[NetworkLesson, ...]:
    """Read the lessons of a folder, in the order of their files; damaged ones are passed over."""
    return read_lessons(folder, read_network_lesson)


def read_network_lesson(path: Path) -> NetworkLesson:
    """Read one lesson.

    Raises
    ------
    ModelError
        It cannot be read, or holds no lesson.
    """
    name = printable_name(path)
    try:
        file = read_json(read_text(path, MAX_CHARACTERS, name=name, error=ModelError), _File)
    except JSONError as error:
        raise ModelError(f"The lesson “{name}” could not be read: {error}.") from error
    fields = asdict(file) | {"look_at": " ".join(file.look_at)}
    return NetworkLesson(lesson_key(path), **fields)
