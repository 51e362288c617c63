"""What the program asks of a model, whatever the format of its file."""

import sys
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from explorer.core.embedding.novelty import Layer, NoveltyStatistics
from explorer.core.files.names import printable_name
from explorer.core.images.read import Picture
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import FeatureMaps
from explorer.core.models.model_use import Edit, ModelUse
from explorer.core.models.requests import Classified
from explorer.core.models.run_folder import Run
from explorer.errors import ModelError
from explorer.ml.models.features import fold
from explorer.ml.models.layer_run import LayerRun
from explorer.ml.models.signature import reason_against_outputs, to_probabilities

Array = npt.NDArray[np.float32]


class Ability(Enum):
    """What not every format can do, in words that end "it cannot"."""

    LAYERS = "show its layers and feature maps"
    WEIGHTS = "show its weights"
    GRADIENTS = "compute gradients"
    ARITHMETIC = "show how its values come about"
    EDITS = "be changed"


class ModelAdapter(ABC):
    """A model, opened from a file of one format and, in a run folder, checked against its card.

    Inputs are prepared pictures, channels last, whatever the model's own order is:
    (pictures, height, width, channels) float32, as `Preparation.prepare` makes them.

    Parameters
    ----------
    path : Path
        What a person opened: a run folder, a SavedModel folder or a model file.
    run : Run or None
        Where `path` is a run folder.

    Attributes
    ----------
    format : str
        What the format is called.
    abilities : frozenset of Ability
        What it can do besides `predict`.
    threads : int
        How many threads may use it at once.

    Raises
    ------
    ModelError
        The file is damaged, holds code, or does not compute what the run's card says.
    """

    format: ClassVar[str]
    abilities: ClassVar[frozenset[Ability]] = frozenset()
    threads: int = 1

    def __init__(self, path: Path, run: Run | None) -> None:
        self.path = path
        self.run = run

    @property
    def name(self) -> str:
        """What to call the model in a sentence; printable."""
        return printable_name(self.path.name)

    @abstractmethod
    def predict(self, inputs: Array) -> Array:
        """Run the model.

        Parameters
        ----------
        inputs : (pictures, height, width, channels) float32

        Returns
        -------
        (pictures, outputs) float32
            What the model itself returns.
        """

    def predict_with_features(self, inputs: Array) -> tuple[Array, Array]:
        """Run the model, and return the features from which its last layer with weights decides.

        They are the input of the last dense layer. Where convolutions are the last layers with
        weights, they are what the last of them is given; and of what has positions, such as maps
        and tokens, the mean over all positions.

        Parameters
        ----------
        inputs : (pictures, height, width, channels) float32

        Returns
        -------
        outputs : (pictures, outputs) float32
            As `predict` returns them.
        features : (pictures, features) float32
            (pictures, 0) where there are none: no layer has weights, or the first that has takes
            the picture itself.
        """
        return self.predict(inputs), np.zeros((len(inputs), 0), np.float32)

    def predict_with_vectors(self, inputs: Array) -> tuple[Array, Array, Array]:
        """Run the model, and return the features and the vectors that its novelty is measured in.

        Parameters
        ----------
        inputs : (pictures, height, width, channels) float32

        Returns
        -------
        outputs : (pictures, outputs) float32
        features : (pictures, features) float32
            As `predict_with_features` returns them.
        vectors : (pictures, values) float32
            The input of the last `novelty_layer`; of a convolution's the mean over all positions.
        """
        outputs, features = self.predict_with_features(inputs)
        return outputs, features, features

    def describe(self, input_size: tuple[int, int]) -> Architecture:
        """Return the layers, as they are for an input of this height and width.

        Raises
        ------
        ModelError
            Not among its `abilities`.
        """
        raise self._refusal(Ability.LAYERS)

    def feature_maps(self, layer: str, inputs: Array) -> FeatureMaps:
        """Return a layer's output for one picture.

        Parameters
        ----------
        layer : str
            As `Architecture.find` takes it.
        inputs : (1, height, width, channels) float32

        Raises
        ------
        ModelError
            There is no such layer, its output is no map and no vector, or this is not among its
            `abilities`.
        """
        raise self._refusal(Ability.LAYERS)

    def weights(self, layer: str) -> dict[str, Array]:
        """Return the arrays of a layer by what they are called: "kernel", "bias", "gamma".

        Kernels of convolutions are (height, width, inputs, filters), those of depthwise ones
        (height, width, channels, multiplier), those of dense layers (inputs, units), whatever the
        format.

        Raises
        ------
        ModelError
            There is no such layer, or this is not among its `abilities`.
        """
        raise self._refusal(Ability.WEIGHTS)

    def scores(self, inputs: Array) -> Array:
        """Return the score of each class before softmax or sigmoid.

        Parameters
        ----------
        inputs : (pictures, height, width, channels) float32

        Returns
        -------
        (pictures, outputs) float32
            Logits, or where the model does not tell them, the logarithm of its probabilities; of a
            single unit, the score of the second of two classes alone.
        """
        raise self._refusal(Ability.GRADIENTS)

    def layer_gradients(self, layer: str, inputs: Array, output: int) -> tuple[Array, Array]:
        """Return what a layer returns, and how a score changes with it.

        Parameters
        ----------
        layer : str
        inputs : (pictures, height, width, channels) float32
        output : int
            Of which of `scores`.

        Returns
        -------
        activations, gradients : (pictures, height, width, filters) float32
            Channels last; (pictures, units) of a layer without space.
        """
        raise self._refusal(Ability.GRADIENTS)

    def input_gradients(self, inputs: Array, output: int) -> Array:
        """Return how a score changes with each input: the shape of `inputs`, float32."""
        raise self._refusal(Ability.GRADIENTS)

    def layer_run(self, layer: str, inputs: Array) -> LayerRun:
        """Return what a layer takes and returns for one picture; of a shared layer, its first use.

        Parameters
        ----------
        layer : str
        inputs : (1, height, width, channels) float32

        Raises
        ------
        ModelError
            There is no such layer, it returns several arrays, or this is not among its `abilities`.
        """
        raise self._refusal(Ability.ARITHMETIC)

    def value_gradients(self, layer: str, place: tuple[int, int, int], inputs: Array) -> Array:
        """Return how one value of a layer changes with each input.

        Parameters
        ----------
        layer : str
        place : (int, int, int)
            Row, column and channel in `FeatureMaps.maps`; row and column are 0 for a layer without
            space.
        inputs : (1, height, width, channels) float32

        Returns
        -------
        (height, width, channels) float32
            0 where the value does not depend on the input.
        """
        raise self._refusal(Ability.GRADIENTS)

    def edit(self, edits: tuple[Edit, ...]) -> None:
        """Make the model as its file has it, but for these changes.

        Raises
        ------
        ModelError
            One of them does not fit its layer, or this is not among its `abilities`.
        """
        if edits:
            raise self._refusal(Ability.EDITS)

    def save(self) -> npt.NDArray[np.uint8]:
        """Return the content of a file of this model as it was changed: (bytes,) uint8.

        Raises
        ------
        ModelError
            Not among its `abilities`.
        """
        raise self._refusal(Ability.EDITS)

    def redrawn_weights(self, seed: int) -> AbstractContextManager[None]:
        """Let the model compute with weights drawn anew, all of them, until the context ends.

        As before training: kernels as He et al. (2015) draw them, biases 0, normalisation without
        effect; a preparation of the input that is part of the model stays.

        Raises
        ------
        ModelError
            Not among its `abilities`.
        """
        raise self._refusal(Ability.EDITS)

    def classify(self, picture: Picture, use: ModelUse) -> Classified:
        """Classify one picture of any size.

        Raises
        ------
        ModelError
            The model returned no usable numbers, or tells no classes apart.
        """
        inputs = use.preparation.prepare(picture)[None]
        (found,) = self.classify_each(inputs, use)
        if isinstance(found, ModelError):
            raise found
        return found

    def classify_each(self, inputs: Array, use: ModelUse) -> list[Classified | ModelError]:
        """Classify prepared pictures, each with an answer or the reason why it has none.

        Parameters
        ----------
        inputs : (pictures, height, width, channels) float32

        Raises
        ------
        ModelError
            The model cannot be run, or tells no classes apart.
        """
        self._check_tells_classes(use)
        outputs, features, vectors = self.predict_with_vectors(inputs)
        features = np.nan_to_num(features)
        found: list[Classified | ModelError] = []
        novelty = self._novelty(np.nan_to_num(vectors))
        for output, far, embedding in zip(outputs, novelty, fold(features), strict=True):
            try:
                shares = self._probabilities(output[None], use)[0]
                known = float(far) if np.isfinite(far) else None
                found.append(Classified(tuple(map(float, shares)), known, embedding))
            except ModelError as error:
                found.append(error)
        return found

    @property
    def novelty_layer(self) -> Layer:
        """The kind of layer whose input tells how far a picture is from the training pictures."""
        return "dense" if self._statistics is None else self._statistics.layer

    def _novelty(self, vectors: Array) -> Array:
        """Return how far pictures are from the training pictures, (n,); NaN where unknown."""
        if self._statistics is None or vectors.shape[1] != self._statistics.means.shape[1]:
            return np.full(len(vectors), np.nan, np.float32)
        return self._statistics.novelty(vectors)

    @cached_property
    def _statistics(self) -> NoveltyStatistics | None:
        """What the run says of its training pictures, if anything that can be used."""
        if self.run is None:
            return None
        try:
            return NoveltyStatistics.read(self.run.folder, self.run.card)
        except ModelError as error:
            print(error.sentence, file=sys.stderr)  # noqa: T201  # into the process's log
            return None

    def _check_tells_classes(self, use: ModelUse) -> None:
        if use.outputs == "independent":
            raise ModelError(
                f"“{self.name}” decides about each class alone, with a sigmoid: any number of them "
                "may be right, so that a picture has no class."
            )
        if use.outputs == "other":
            raise ModelError(
                f"“{self.name}” ends with neither softmax, a sigmoid nor plain scores: what it "
                "returns are no probabilities of classes."
            )

    def _probabilities(self, outputs: Array, use: ModelUse) -> npt.NDArray[np.float64]:
        """Return the probabilities of one picture, (1, classes), or raise ModelError."""
        found = outputs.astype(np.float64)
        if found.ndim > 2 or not use.class_count:
            raise ModelError(
                f"“{self.name}” returns {found.size:,} values for a picture, not one for each "
                "class: it does not classify, but its layers can be looked at."
            )
        shares = to_probabilities(found, use.outputs, use.class_count)
        if shares.shape != (1, use.class_count):
            values = "a single value" if found.size == 1 else f"{found.size:,} values"
            raise ModelError(
                f"“{self.name}” returns {values} for a picture: not the probabilities of "
                f"{use.class_count:,} classes."
            )
        if reason := reason_against_outputs(shares):
            raise ModelError(f"“{self.name}” gives no usable numbers for this picture: {reason}.")
        return shares.astype(np.float64)

    def _refusal(self, ability: Ability) -> ModelError:
        article = "An" if self.format[0] in "AEIOU" else "A"
        return ModelError(f"{article} {self.format} model cannot {ability.value}.")
