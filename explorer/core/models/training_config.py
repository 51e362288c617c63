"""What train.py is asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec


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

    def to_json(self) -> dict[str, Any]:
        """Return the settings as JSON values, of each path its name: the rest tells nobody."""
        values: dict[str, Any] = msgspec.to_builtins(self, enc_hook=lambda path: path.name)
        return values
