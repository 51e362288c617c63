"""The card of a run: what its model is, how well it does, and what it must answer."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import numpy.typing as npt
from msgspec import Meta, Struct

from explorer.core.files.json_text import (
    Count,
    Fraction,
    JSONError,
    Number,
    Positive,
    Text,
    Whole,
    convert,
    parse_json,
    write_json,
)
from explorer.core.files.names import printable_name
from explorer.core.models.metrics import Metrics
from explorer.core.text.percent import format_percent
from explorer.core.text.shorten import shorten

CARD_SCHEMA = 1
RESIZE_RULE = "stretch-bilinear"

MAX_CARD_BYTES = 12_000_000
"""A thousand classes take 8 MB: the confusion matrix has a million cells."""
MAX_CLASSES = 1000
TELLING = 0.9
"""How many of the pictures made to show none of the classes a model should notice."""
MAX_EDGE = 1024
"""Of a model's input, in pixels: the self-check of a larger one would take a gigabyte."""

_GOLDEN_SEED = 20240229
_GOLDEN_COUNT = 4

_Edge = Annotated[int, Meta(ge=1, le=MAX_EDGE)]
_ClassName = Annotated[str, Meta(min_length=1, max_length=255)]
_Line = Annotated[str, Meta(max_length=500)]
_Plain = bool | Whole | Number | Text | None
_Few = Meta(max_length=100)
"""Of entries: a card that lists more of them is no card, and would take memory for nothing."""
_Row = Annotated[tuple[Number, ...], Meta(max_length=MAX_CLASSES)]


@dataclass(frozen=True)
class GoldenOutput:
    """The expected outputs of one model file for `golden_inputs`, within a tolerance."""

    outputs: Annotated[tuple[_Row, ...], Meta(max_length=_GOLDEN_COUNT)]
    tolerance: Fraction


@dataclass(frozen=True)
class MeasuredFormat:
    """What was measured of one LiteRT format when a run was exported.

    Attributes
    ----------
    name : {"float32", "float16"}
        In what its weights are stored. Older cards also know "int8".
    size : int
        Of the file, in bytes.
    milliseconds : float
        For one picture, the median.
    difference : float
        The greatest difference of a probability from the Keras model's, 0 to 1.
    is_kept : bool
        Whether it became `model.tflite`.
    """

    name: _Line
    size: Count
    milliseconds: Positive
    difference: Positive
    is_kept: bool


@dataclass(frozen=True)
class Card:
    """What a run folder says of its model; see `card.json`.

    Attributes
    ----------
    classes : tuple of str
        In the order of the model's outputs.
    input_size : (int, int)
        Height and width of the input, in pixels.
    resize_rule : str
        How a picture is brought to that size.
    metrics : Metrics
        On `metrics_split`.
    metrics_split : str
        What the metrics were measured on, in words.
    training : dict
        The settings of the run: plain values, and lists of them.
    data_hash : str
        SHA-256 over the sorted names, sizes and contents of the data.
    versions, hardware : dict of str
        What trained it, on what.
    parameters : int
        Trainable and other weights, counted.
    multiply_adds : int
        Multiplications with addition for one picture, in the layers with weights.
    golden : dict of GoldenOutput
        By file name.
    formats : tuple of MeasuredFormat
        Measurements of the LiteRT formats on the validation set; empty if not measured.
    warnings : tuple of str
        Sentences on what is to be doubted of the metrics; mostly none.
    noticed : float or None
        What share of pictures made to show none of the classes it told from its own after
        training, 0 to 1; None where that was not measured.
    """

    name: _Line
    recipe: _Line
    classes: Annotated[tuple[_ClassName, ...], Meta(min_length=1, max_length=MAX_CLASSES)]
    input_size: tuple[_Edge, _Edge]
    resize_rule: Text
    metrics: Metrics
    metrics_split: _Line
    training: Annotated[
        dict[str, _Plain | Annotated[list[_Plain], Meta(max_length=MAX_CLASSES)]], _Few
    ]
    data_hash: _Line
    versions: Annotated[dict[str, Text], _Few]
    hardware: Annotated[dict[str, Text], _Few]
    parameters: Count
    multiply_adds: Count
    golden: Annotated[dict[str, GoldenOutput], Meta(max_length=8)]
    formats: Annotated[tuple[MeasuredFormat, ...], _Few] = ()
    warnings: Annotated[tuple[_Line, ...], Meta(max_length=10)] = ()
    noticed: Fraction | None = None

    @property
    def doubt_of_likeness(self) -> str:
        """Say that what is not marked as unlike the classes may be so; empty of a good model."""
        if self.noticed is None or self.noticed >= TELLING:
            return ""
        return (
            "Of pictures made to show none of its classes, this model notices only "
            f"{format_percent(self.noticed)}: one that is not marked may well show something else."
        )


class _Schema(Struct):
    """Which version of a card it is: all that versions have in common."""

    schema: Whole


def golden_inputs(
    input_size: tuple[int, int], count: int = _GOLDEN_COUNT
) -> npt.NDArray[np.float32]:
    """Make the seeded pictures of a model's self-check: blurred noise and plain noise.

    Parameters
    ----------
    input_size : (int, int)
        Height and width, in pixels.
    count : int
        How many.

    Returns
    -------
    (count, height, width, 3) float32, 0-255
    """
    generator = np.random.default_rng(_GOLDEN_SEED)
    height, width = input_size
    pictures = generator.integers(0, 256, (count, height, width, 3)).astype(np.float32)
    coarse = generator.integers(0, 256, (count, -(-height // 16), -(-width // 16), 3))
    blocks = coarse.repeat(16, axis=1).repeat(16, axis=2)[:, :height, :width]
    pictures[1::2] = blocks[1::2]
    return pictures


def write_card(card: Card) -> str:
    """Return the text of `card.json`."""
    return write_json({"schema": CARD_SCHEMA, **vars(card)}, indent=1) + "\n"


def read_card(text: str) -> Card:
    """Read what `write_card` wrote.

    Raises
    ------
    JSONError
        It is damaged, or of a version of train.py that this program does not know.
    """
    content = parse_json(text, MAX_CARD_BYTES)
    schema = convert(content, _Schema).schema
    if schema != CARD_SCHEMA:
        raise JSONError(
            f"it was made by another version of train.py: its schema is {schema}, but this program "
            f"reads {CARD_SCHEMA}"
        )
    card = _printable(convert(content, Card))
    if len(set(card.classes)) < len(card.classes):
        raise JSONError("“classes” names a class twice")
    if card.resize_rule != RESIZE_RULE:
        raise JSONError(
            f"it needs pictures resized by “{shorten(card.resize_rule)}”, which this program does "
            "not know"
        )
    return card


def _printable(card: Card) -> Card:
    """Return a card whose words can be shown on one line, whoever wrote them."""
    return replace(
        card,
        classes=tuple(map(printable_name, card.classes)),
        metrics_split=printable_name(card.metrics_split),
        warnings=tuple(map(printable_name, card.warnings)),
    )
