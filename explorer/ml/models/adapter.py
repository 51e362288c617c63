"""What the program asks of a model, whatever the format of its file."""

from abc import ABC, abstractmethod
from enum import Enum
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from explorer.core.images.read import Picture, resize_picture
from explorer.core.models.layers import FeatureMaps, LayerInfo
from explorer.core.models.requests import Probabilities
from explorer.core.models.run_folder import Run
from explorer.errors import ModelError
from explorer.ml.models.signature import reason_against_outputs, to_probabilities


class Ability(Enum):
    """What not every format can do, in words that end "it cannot"."""

    LAYERS = "show its layers and feature maps"


class ModelAdapter(ABC):
    """A run's model, opened from a file of one format and checked against the run's card.

    Attributes
    ----------
    format : str
        What the format is called.
    file_name : str
        Of the model's file in a run folder.
    abilities : frozenset of Ability
        What it can do besides `predict`.
    threads : int
        How many threads may use it at once.
    """

    format: ClassVar[str]
    file_name: ClassVar[str]
    abilities: ClassVar[frozenset[Ability]] = frozenset()
    threads: int = 1

    def __init__(self, run: Run) -> None:
        self.run = run

    @classmethod
    def can_open(cls, run: Run) -> bool:
        """Return whether the run has a file of this format."""
        return (run.folder / cls.file_name).is_file()

    @abstractmethod
    def predict(self, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Run the model on one picture.

        Parameters
        ----------
        pixels : (1, height, width, 3) float32, 0-255
            Of the card's input size.

        Returns
        -------
        (1, classes) float32
            Probabilities; of two classes, the second one's alone may do.
        """

    def describe(self) -> tuple[LayerInfo, ...]:
        """Return the layers in order.

        Raises
        ------
        ModelError
            Not among its `abilities`.
        """
        raise self._refusal(Ability.LAYERS)

    def feature_maps(self, layer: str, pixels: npt.NDArray[np.float32]) -> FeatureMaps:
        """Return a layer's output for one picture.

        Parameters
        ----------
        layer : str
            Its name.
        pixels : (1, height, width, 3) float32, 0-255

        Raises
        ------
        ModelError
            There is no such layer, its output is no map and no vector, or this is not among its
            `abilities`.
        """
        raise self._refusal(Ability.LAYERS)

    def prepare(self, picture: Picture) -> npt.NDArray[np.float32]:
        """Bring a picture to the model's input size by its resize rule: (1, h, w, 3) float32."""
        return resize_picture(picture, self.run.card.input_size).astype(np.float32)[None]

    def classify(self, picture: Picture) -> Probabilities:
        """Classify one picture of any size.

        Raises
        ------
        ModelError
            The model returned invalid values.
        """
        classes = len(self.run.card.classes)
        outputs = to_probabilities(self.predict(self.prepare(picture)).astype(np.float64), classes)
        if outputs.shape != (1, classes) or reason_against_outputs(outputs):
            raise ModelError(f"“{self.run.name}” returns invalid values for this picture.")
        return tuple(float(probability) for probability in outputs[0])

    def _refusal(self, ability: Ability) -> ModelError:
        return ModelError(f"A {self.format} model cannot {ability.value}.")
