"""The run folder: the contract between train.py and the program.

A run folder holds `model.keras`, `model.tflite` (where TensorFlow was there to export it),
`card.json` and `history.csv`.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from explorer.core.models.prediction import Metrics
from explorer.errors import ModelError

CARD_SCHEMA = 1
RESIZE_RULE = "stretch-bilinear"

_GOLDEN_SEED = 20240229


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that `train.py` was asked for.

    Attributes
    ----------
    data : Path
        A folder that `scan_dataset` opens, labelled.
    output : Path
        The run folder to make.
    recipe : str
        Which network and schedule.
    ratio : float
        The share of each class held back for the one final measurement, 0 to 1.
    seed : int
        Decides the split, the first weights, the order and the augmentation.
    epochs : int
        The most rounds over the training share.
    batch_size : int
        Pictures per step.
    patience : int
        Epochs without a better one, see `find_best`, before training stops.
    limit : int or None
        Take only about this many pictures, of each class in proportion.
    learning_rate : float or None
        The highest rate of the schedule; None takes the recipe's own.
    start_from : tuple of Path
        Finished runs of the same recipe, data and split; the mean of their weights is trained on.
    backbone : str
        Of the recipe "transfer": which network of `keras.applications`.
    backbone_weights : Path or None
        The file of its ImageNet weights without the top; None downloads them.
    precision : {"float32", "bfloat16"}
        In what layers compute while training; weights are float32 in any case.
    """

    data: Path
    output: Path
    recipe: str = "article"
    ratio: float = 0.2
    seed: int = 1
    epochs: int = 30
    batch_size: int = 32
    patience: int = 8
    limit: int | None = None
    learning_rate: float | None = None
    start_from: tuple[Path, ...] = ()
    backbone: str = "mobilenet_v2"
    backbone_weights: Path | None = None
    precision: Literal["float32", "bfloat16"] = "float32"


@dataclass(frozen=True)
class GoldenOutput:
    """What one model file must answer to `golden_inputs`: probabilities within a tolerance."""

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
    name, recipe : str
    classes : tuple of str
        In the order of the model's outputs.
    input_size : (int, int)
        Height and width of the input, in pixels.
    resize_rule : str
        How a picture is brought to that size.
    metrics : Metrics
        On `metrics_split`, looked at once.
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
        What the LiteRT formats do on the validation pictures; empty where not measured.
    """

    name: str
    recipe: str
    classes: tuple[str, ...]
    input_size: tuple[int, int]
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


@dataclass(frozen=True)
class Run:
    """A run folder and its card."""

    folder: Path
    card: Card

    @property
    def name(self) -> str:
        """The folder's name, by which a person asks for it."""
        return self.folder.name

    @property
    def keras_file(self) -> Path:
        """The Keras model."""
        return self.folder / "model.keras"

    @property
    def litert_file(self) -> Path:
        """The LiteRT model; it need not exist."""
        return self.folder / "model.tflite"


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
    return json.dumps({"schema": CARD_SCHEMA, **asdict(card)}, indent=1) + "\n"


def read_run(folder: Path) -> Run:
    """Open a run folder.

    Raises
    ------
    ModelError
        It is no run folder, its card is damaged or from a newer version, or its model is missing.
    """
    name = folder.name or str(folder)
    try:
        text = (folder / "card.json").read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelError(f"“{name}” is not a run folder: it has no card.json.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"The card of “{name}” could not be read: {error}.") from error
    try:
        raw = json.loads(text)
        if raw["schema"] != CARD_SCHEMA:
            raise ModelError(
                f"“{name}” was made by another version of train.py: its card has schema "
                f"{raw['schema']}, this program reads {CARD_SCHEMA}."
            )
        card = _card_from_json(raw)
    except ModelError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"The card of “{name}” is damaged: {_what_is_wrong(error)}.") from error
    if card.resize_rule != RESIZE_RULE:
        raise ModelError(
            f"“{name}” wants its pictures resized by “{card.resize_rule}”, which this program "
            "does not know."
        )
    run = Run(folder, card)
    if not run.keras_file.is_file():
        raise ModelError(f"“{name}” has no model.keras.")
    return run


def list_runs(folders: Iterable[Path]) -> tuple[Run, ...]:
    """Return every run found directly below some folders; what is no run is passed over."""
    runs = []
    for folder in folders:
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            if (entry / "card.json").is_file():
                try:
                    runs.append(read_run(entry))
                except ModelError:
                    continue
    return tuple(runs)


def best_run(runs: Iterable[Run]) -> Run:
    """Return the run with the best accuracy on its card.

    Raises
    ------
    ModelError
        There is none.
    """
    ranked = sorted(runs, key=lambda run: run.card.metrics.accuracy)
    if not ranked:
        raise ModelError("There is no model yet: train one with train.py.")
    return ranked[-1]


def _what_is_wrong(error: Exception) -> str:
    """Say what kept a card from being read; Python's own texts are for programmers."""
    if isinstance(error, json.JSONDecodeError):
        return f"card.json makes no sense from line {error.lineno}, column {error.colno} on"
    if isinstance(error, KeyError):
        return f"card.json says nothing of “{error.args[0]}”"
    return "card.json holds values that cannot be right"


def _card_from_json(raw: dict[str, Any]) -> Card:
    raw = {"formats": [], **raw}  # which older cards do not have
    values = {field.name: raw[field.name] for field in fields(Card)}
    metrics = raw["metrics"]
    values["metrics"] = Metrics(
        count=int(metrics["count"]),
        accuracy=float(metrics["accuracy"]),
        interval=(float(metrics["interval"][0]), float(metrics["interval"][1])),
        log_loss=float(metrics["log_loss"]),
        confusion=tuple(tuple(int(cell) for cell in row) for row in metrics["confusion"]),
    )
    values["classes"] = tuple(str(name) for name in raw["classes"])
    height, width = raw["input_size"]
    values["input_size"] = (int(height), int(width))
    values["golden"] = {
        file: GoldenOutput(
            outputs=tuple(tuple(float(p) for p in row) for row in golden["outputs"]),
            tolerance=float(golden["tolerance"]),
        )
        for file, golden in raw["golden"].items()
    }
    values["formats"] = tuple(
        MeasuredFormat(
            name=str(measured["name"]),
            size=int(measured["size"]),
            milliseconds=float(measured["milliseconds"]),
            difference=float(measured["difference"]),
            is_kept=bool(measured["is_kept"]),
        )
        for measured in raw["formats"]
    )
    return Card(**values)
