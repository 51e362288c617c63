"""Explanations of a prediction: the methods, the maps that they return, and what judges them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from explorer.core.layers.layers import LayerInfo
from explorer.errors import ModelError

Method = Literal[
    "grad-cam",
    "grad-cam++",
    "hirescam",
    "integrated-gradients",
    "smoothgrad",
    "occlusion",
    "rise",
]

Measure = Literal["deletion", "insertion", "road"]
"""What judges a map: the curves of Petsiuk et al. (2018), or ROAD of Rong et al. (2022)."""
MEASURES: tuple[Measure, ...] = ("deletion", "insertion", "road")

Values = npt.NDArray[np.float32]


@dataclass(frozen=True)
class MethodInfo:
    """What a method is and needs.

    Attributes
    ----------
    title : str
        For a person.
    source : str
        Who published it.
    meaning : str
        What a value of its map is, in one sentence.
    needs_gradients : bool
        Whether it works only for formats that compute gradients.
    has_layer : bool
        Whether it looks at a layer, which can be chosen; the others look at the input.
    is_magnitude : bool
        Whether what matters is how large a value is, not whether it is positive.
    """

    title: str
    source: str
    meaning: str
    needs_gradients: bool = True
    has_layer: bool = False
    is_magnitude: bool = False


METHODS: dict[Method, MethodInfo] = {
    "grad-cam": MethodInfo(
        "Grad-CAM",
        "Selvaraju et al., 2017",
        "The layer's maps, each weighted by the mean gradient of the class's score.",
        has_layer=True,
    ),
    "grad-cam++": MethodInfo(
        "Grad-CAM++",
        "Chattopadhay et al., 2018",
        "The layer's maps, weighted by their positive gradients, so that several objects count.",
        has_layer=True,
    ),
    "hirescam": MethodInfo(
        "HiResCAM",
        "Draelos and Carin, 2020",
        "The layer's maps times the gradient at each position: what each adds to the score.",
        has_layer=True,
    ),
    "integrated-gradients": MethodInfo(
        "integrated gradients",
        "Sundararajan et al., 2017",
        "How much each pixel adds to the score, between a black picture and this one.",
    ),
    "smoothgrad": MethodInfo(
        "SmoothGrad",
        "Smilkov et al., 2017",
        "How the score changes as a pixel becomes lighter, on average over noisy copies.",
        is_magnitude=True,
    ),
    "occlusion": MethodInfo(
        "occlusion",
        "Zeiler and Fergus, 2014",
        "How far the score falls where a patch of the picture's mean colour covers it.",
        needs_gradients=False,
    ),
    "rise": MethodInfo(
        "RISE",
        "Petsiuk et al., 2018",
        "How much higher the score is, on average, where this pixel is left uncovered at random.",
        needs_gradients=False,
    ),
}
"""Every method, in the order in which it is offered."""


def grid_of(layer: LayerInfo) -> tuple[int, int] | None:
    """Return the height and width of a layer's maps; None where it has no space."""
    shape = layer.map_shape
    return (shape[0], shape[1]) if len(shape) == 3 and shape[0] * shape[1] > 1 else None


def why_no_gradients(method: Method, model_format: str) -> str:
    """Say why a method cannot explain a model of a format, and what can."""
    return (
        f"{METHODS[method].title} needs gradients, which no model in the format {model_format} "
        "gives: occlusion and RISE explain it without."
    )


FAINT = 1e-6
"""Of a score: a map that is nowhere further above 0 has no positive evidence, but rounding."""


@dataclass(frozen=True, eq=False)
class ExplanationPart:
    """One of the parts of an explanation: the sum of all parts' maps is the map.

    Attributes
    ----------
    parts : int
        How many there are.
    layer : str
        Which layer was looked at; empty for methods without.
    maps : (classes, height, width) float32
        Of each class asked for.
    scores : tuple of float
        Of each class asked for: its logit.
    span_scores : tuple of (float, float)
        The same at both ends of the `span` of integrated gradients; empty for other methods.
    """

    parts: int
    layer: str
    maps: Values
    scores: tuple[float, ...]
    span_scores: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Explanation:
    """Maps of the evidence for classes.

    Attributes
    ----------
    method : str
    layer : str
        Which layer was looked at; empty for methods without.
    classes : tuple of int
    maps : (classes, height, width) float32
        As the method computes them: signed, at the resolution of the layer or the input.
    scores : tuple of float
        The logit of each class.
    notes : tuple of str
        What must be known to read them, a sentence each.
    """

    method: Method
    layer: str
    classes: tuple[int, ...]
    maps: Values
    scores: tuple[float, ...]
    notes: tuple[str, ...] = ()

    def map_of(self, index: int) -> Values:
        """Return the map of a class: (height, width) float32.

        Raises
        ------
        ModelError
            It was not asked for.
        """
        if index not in self.classes:
            raise ModelError(f"There is no map of class {index}.")
        found: Values = self.maps[self.classes.index(index)]
        return found

    def is_rounding(self, index: int) -> bool:
        """Return whether a map is nowhere further from 0 than rounding carries it."""
        if METHODS[self.method].is_magnitude:  # of another measure than the score
            return not self.map_of(index).any()
        score = self.scores[self.classes.index(index)]
        return not has_positive_evidence(np.abs(self.map_of(index)), score)

    def has_evidence(self, index: int) -> bool:
        """Return whether anything in the picture speaks for a class.

        Without, there is nothing to show: scaled to its greatest value, rounding would look like
        evidence, or the whole map be red.
        """
        return has_positive_evidence(self.map_of(index), self.scores[self.classes.index(index)])


def has_positive_evidence(values: Values, score: float) -> bool:
    """Return whether a map is anywhere above 0, further than rounding carries it."""
    return float(values.max()) > FAINT * max(1.0, abs(score))


def importance_of(values: Values, method: Method) -> Values:
    """Return a map by which positions can be ordered, the most important first: the same shape."""
    return np.abs(values) if METHODS[method].is_magnitude else values


@dataclass(frozen=True, eq=False)
class JudgementPart:
    """How a prediction changes as pixels are removed in the order of one map.

    Attributes
    ----------
    deletion, insertion : tuple of float
        Probabilities of the class, as more and more of the pixels are removed, or shown, the most
        important ones first.
    road : float
        -0.5 to 0.5.
    """

    deletion: tuple[float, ...]
    insertion: tuple[float, ...]
    road: float

    @property
    def deletion_area(self) -> float:
        """The area under the deletion curve, 0 to 1; the smaller, the better."""
        return area_under(self.deletion)

    @property
    def insertion_area(self) -> float:
        """The area under the insertion curve, 0 to 1; the larger, the better."""
        return area_under(self.insertion)

    @property
    def total(self) -> float:
        """All three in one number: insertion less deletion, and ROAD; the larger, the better."""
        return self.insertion_area - self.deletion_area + self.road


def area_under(curve: tuple[float, ...]) -> float:
    """Return the area under a curve between 0 and 1, by the trapezoidal rule."""
    return float((sum(curve) - (curve[0] + curve[-1]) / 2) / (len(curve) - 1))
