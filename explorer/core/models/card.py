"""The card of a run: what its model is, how well it does, and what it must answer."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from explorer.core.files.json_text import JSONError, convert, parse_json, write_json
from explorer.core.models.prediction import Metrics
from explorer.core.text.shorten import shorten

CARD_SCHEMA = 1
RESIZE_RULE = "stretch-bilinear"

_GOLDEN_SEED = 20240229
# The pictures of the self-check are made before anything else is known of a stranger's model.
_Edge = Annotated[int, Meta(ge=1, le=4096)]


@dataclass(frozen=True)
class GoldenOutput:
    """The expected outputs of one model file for `golden_inputs`, within a tolerance."""

    outputs: tuple[tuple[float, ...], ...]
    tolerance: float


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

    name: str
    size: int
    milliseconds: float
    difference: float
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
        The settings of the run, plain JSON values.
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
    """

    name: str
    recipe: str
    classes: tuple[str, ...]
    input_size: tuple[_Edge, _Edge]
    resize_rule: str
    metrics: Metrics
    metrics_split: str
    training: dict[str, Any]
    data_hash: str
    versions: dict[str, str]
    hardware: dict[str, str]
    parameters: int
    multiply_adds: int
    golden: dict[str, GoldenOutput]
    formats: tuple[MeasuredFormat, ...] = ()


def golden_inputs(input_size: tuple[int, int], count: int = 4) -> npt.NDArray[np.float32]:
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
    mixed = np.where(np.arange(count)[:, None, None, None] % 2, blocks, pictures)
    return mixed.astype(np.float32)


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
    content = convert(parse_json(text), dict[str, Any])
    if "schema" not in content:
        raise JSONError("“schema” is missing")
    if content["schema"] != CARD_SCHEMA:
        raise JSONError(
            f"it was made by another version of train.py: its schema is {content['schema']!s:.20}, "
            f"but this program reads {CARD_SCHEMA}"
        )
    card = convert(content, Card)
    if card.resize_rule != RESIZE_RULE:
        raise JSONError(
            f"it needs pictures resized by “{shorten(card.resize_rule)}”, which this program does "
            "not know"
        )
    return card
