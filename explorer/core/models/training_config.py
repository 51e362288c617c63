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
        The fraction of each class in the test set, 0 to 1.
    seed : int
        Decides the split, the first weights, the order and the augmentation.
    epochs : int
        The maximum number of epochs.
    batch_size : int
        Pictures per step.
    patience : int
        Training stops after this many epochs without improvement; see `find_best`.
    limit : int or None
        Use only about this many pictures, stratified by class.
    learning_rate : float or None
        The peak learning rate; None takes the recipe's own.
    start_from : tuple of Path
        Finished runs of the same recipe, data and split; the mean of their weights is trained on.
    backbone : str
        Of the recipe "transfer": which network of `keras.applications`.
    backbone_weights : Path or None
        The file of its ImageNet weights (“no top”); None downloads them.
    layout : str or None
        How the folder is read, one of `LAYOUTS`; None reads only a folder that is beyond doubt.
    exclude, relabel : Path or None
        Tables of decisions: of the first the pictures to leave out, of the second the new labels.
    augmentation : bool
        Whether pictures are changed at random in training, where the recipe does that.
    keep_epochs : float
        How much room the networks of earlier epochs may take, as a multiple of the model's weights
        in float32; 0 keeps none.
    precision : {"float32", "bfloat16"}
        The precision of the layers in training; weights are always float32.
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
    layout: str | None = None
    exclude: Path | None = None
    relabel: Path | None = None
    augmentation: bool = True
    keep_epochs: float = 3.0
    precision: Literal["float32", "bfloat16"] = "float32"

    def to_json(self) -> dict[str, Any]:
        """Return the settings as JSON values, of each path its name: the rest tells nobody."""
        values: dict[str, Any] = msgspec.to_builtins(self, enc_hook=lambda path: path.name)
        return values
