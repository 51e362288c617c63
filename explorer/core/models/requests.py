"""Requests to a child process: each is a value that names the type of its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, TypeVar, get_args

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from explorer.core.images.read import Picture
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.arithmetic import ValueArithmetic
from explorer.core.layers.effective_field import EffectiveField
from explorer.core.layers.filmstrip import Filmstrip
from explorer.core.layers.layers import FeatureMaps
from explorer.core.layers.weights import LayerWeights
from explorer.core.models.explanations import ExplanationPart, Measure, Method, Values
from explorer.core.models.messages import ErrorMessage
from explorer.core.models.model_use import ModelUse
from explorer.core.models.survey import GREATEST_PROBABILITY, Surveyed
from explorer.errors import ExplorerError

Answer = TypeVar("Answer")

Probabilities = tuple[Annotated[float, Meta(ge=0, le=GREATEST_PROBABILITY)], ...]
"""One for each class, in the order of the model's outputs: each 0 to 1, together 1."""


SECONDS_PER_PICTURE = 2.0
"""How much longer a request for several pictures may take, for each but the first."""


@dataclass(frozen=True, eq=False)
class Classified:
    """What a model says of one picture.

    Attributes
    ----------
    probabilities : Probabilities
    novelty : float or None
        How far the picture is from everything that the model was trained on, in units of the
        threshold: above 1 it does not look like any class. None where that is not known.
    embedding : (features,) float32
        As `ModelAdapter.predict_with_features` has it, folded to at most `MOST_FEATURES`; empty
        where the model has none.
    """

    probabilities: Probabilities
    novelty: Annotated[float, Meta(ge=0)] | None = None
    embedding: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))

    def __post_init__(self) -> None:
        """See that an embedding from another process is a vector."""
        if self.embedding.ndim != 1 or self.embedding.dtype != np.float32:
            raise ValueError("an embedding that is no vector of float32")


@dataclass(frozen=True, eq=False)
class Request(Generic[Answer]):
    """A request whose answer is of the type that its class names in brackets.

    Attributes
    ----------
    limit_s : float
        How long the answer may take, in seconds; then the process counts as hung.
    model : ModelUse
        The model that it is about, and how that is used.
    """

    limit_s: ClassVar[float] = 60.0

    model: ModelUse

    @classmethod
    def answer_type(cls) -> Any:
        """Return the type of the answer, which what comes back is checked against."""
        return get_args(cls.__orig_bases__[0])[0]  # type: ignore[attr-defined]

    @property
    def time_limit_s(self) -> float:
        """How long this one's answer may take."""
        return self.limit_s

    def parts(self) -> "Sequence[Request[Answer]]":
        """Return what is asked for one by one where a process ended over the whole; mostly none."""
        return ()

    def join(self, answers: "Sequence[Answer | ExplorerError]") -> Answer:
        """Return the answer that those to its parts amount to."""
        raise NotImplementedError(f"a {type(self).__name__} has no parts")


@dataclass(frozen=True, eq=False)
class ClassifyFile(Request[Classified]):
    """Read a picture file and classify it."""

    path: Path


@dataclass(frozen=True, eq=False)
class ClassifyContent(Request[Classified]):
    """Classify a picture file whose bytes come along, since the process cannot open it.

    Attributes
    ----------
    name : str
        What messages call it.
    content : (bytes,) uint8
        The whole file.
    """

    name: str
    content: npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class SurveyFiles(Request[Surveyed]):
    """Read picture files, decode each once, and find out all that a pass wants to know.

    Attributes
    ----------
    paths : tuple of Path
        Some 30: the message then costs nothing beside the work.
    is_measured : bool
        Whether figures, hashes, digests and embeddings are wanted, and not answers alone.
    """

    paths: tuple[Path, ...]
    is_measured: bool = True

    @property
    def time_limit_s(self) -> float:
        """How long the answer may take: more for more pictures."""
        return self.limit_s + SECONDS_PER_PICTURE * (len(self.paths) - 1)

    def parts(self) -> "Sequence[Request[Surveyed]]":
        """Return a request for each picture."""
        return [replace(self, paths=(path,)) for path in self.paths]

    def join(self, answers: Sequence[Surveyed | ExplorerError]) -> Surveyed:
        """Return the answers in the order of the pictures."""
        return Surveyed.joined(answers)


@dataclass(frozen=True, eq=False)
class SurveyContents(Request[Surveyed]):
    """The same of files whose bytes come along, since the process cannot open them.

    Attributes
    ----------
    names : tuple of str
        What messages call them.
    sizes : tuple of int
        Of each file, in bytes.
    content : (bytes,) uint8
        The files, one behind the other.
    errors : dict of int to ErrorMessage
        Why one could not be read, by its place; its size is 0.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    content: npt.NDArray[np.uint8]
    errors: dict[int, ErrorMessage]
    is_measured: bool = True


@dataclass(frozen=True, eq=False)
class ClassifyPicture(Request[Classified]):
    """Classify a picture that is in memory.

    Attributes
    ----------
    picture : Picture
        (height, width, 3) uint8, RGB; of the model's input size it is small on its way.
    """

    picture: Picture


@dataclass(frozen=True, eq=False)
class OpenModel(Request[str]):
    """Open a model, so that what is wrong with it is told once; the answer is its format."""


@dataclass(frozen=True, eq=False)
class ReadArchitecture(Request[Architecture]):
    """Read a model's layers out of its file, without the framework that would run it."""


@dataclass(frozen=True, eq=False)
class DescribeLayers(Request[Architecture]):
    """Open a model by its framework and describe its layers, with the shapes that they return."""

    limit_s: ClassVar[float] = 120.0


@dataclass(frozen=True, eq=False)
class ComputeFeatureMaps(Request[FeatureMaps]):
    """Compute the output of one layer for a picture.

    Attributes
    ----------
    layer : str
        Its name.
    picture : Picture
        As for `ClassifyPicture`.
    """

    limit_s: ClassVar[float] = 120.0

    layer: str
    picture: Picture


@dataclass(frozen=True, eq=False)
class SaveModel(Request[npt.NDArray[np.uint8]]):
    """Return the content of a model file with the edits in it: (bytes,) uint8."""

    limit_s: ClassVar[float] = 120.0


@dataclass(frozen=True, eq=False)
class ExplainValue(Request[ValueArithmetic]):
    """Compute one value of a layer by hand, beside what the framework computes.

    Attributes
    ----------
    layer : str
        Its name.
    row, column, channel : int
        The value's place in `FeatureMaps.maps`; row and column are 0 for a layer without space.
    picture : Picture
        As for `ClassifyPicture`.
    """

    limit_s: ClassVar[float] = 120.0

    layer: str
    row: int
    column: int
    channel: int
    picture: Picture


@dataclass(frozen=True, eq=False)
class MeasureField(Request[EffectiveField]):
    """Measure how one value of a layer changes with each pixel; as for `ExplainValue`."""

    limit_s: ClassVar[float] = 120.0

    layer: str
    row: int
    column: int
    channel: int
    picture: Picture


@dataclass(frozen=True, eq=False)
class ReadWeights(Request[LayerWeights]):
    """Read a layer's weights and measure them."""

    limit_s: ClassVar[float] = 120.0

    layer: str


@dataclass(frozen=True, eq=False)
class ComputeFilmstrip(Request[Filmstrip]):
    """Compute one small map of each of some layers.

    Attributes
    ----------
    layers : tuple of str
        Their names.
    picture : Picture
        As for `ClassifyPicture`.
    """

    limit_s: ClassVar[float] = 120.0

    layers: tuple[str, ...]
    picture: Picture


@dataclass(frozen=True, eq=False)
class ExplainClass(Request[ExplanationPart]):
    """Compute a part of the maps of the evidence for classes; their number comes with the first.

    Attributes
    ----------
    picture : Picture
        As for `ClassifyPicture`.
    method : str
    classes : tuple of int
        Of which classes.
    layer : str
        Which layer to look at; empty for the last one with space.
    part : int
        Which part, from 0.
    span : (float, float)
        Of integrated gradients: which piece of the path from the baseline, at 0, to the picture.
    seed : int
        Of noise and masks.
    redrawn : int
        0 for the model as it is; with another number its weights are drawn anew, seeded with that.
    """

    limit_s: ClassVar[float] = 300.0

    picture: Picture
    method: Method
    classes: tuple[int, ...]
    layer: str = ""
    part: int = 0
    span: tuple[float, float] = (0.0, 1.0)
    seed: int = 0
    redrawn: int = 0


@dataclass(frozen=True, eq=False)
class JudgeExplanation(Request[tuple[float, ...]]):
    """Remove pixels in the order of a map, and see how the prediction changes.

    The answer holds the probabilities of the class along a curve, or the one value of ROAD.

    Attributes
    ----------
    measure : {"deletion", "insertion", "road"}
        What is done with the pixels.
    picture : Picture
        As for `ClassifyPicture`.
    class_index : int
    importance : (height, width) float32
        Of each position of the map: the most important pixels first.
    random : int
        0 for the map itself; with another number it is turned, mirrored and moved at random, seeded
        with that.
    """

    limit_s: ClassVar[float] = 300.0

    measure: Measure
    picture: Picture
    class_index: int
    importance: Values
    random: int = 0


REQUESTS: Mapping[str, type[Request[Any]]] = {
    kind.__name__: kind
    for kind in (
        ClassifyFile,
        ClassifyContent,
        ClassifyPicture,
        SurveyFiles,
        SurveyContents,
        OpenModel,
        ReadArchitecture,
        DescribeLayers,
        ComputeFeatureMaps,
        SaveModel,
        ExplainValue,
        MeasureField,
        ReadWeights,
        ComputeFilmstrip,
        ExplainClass,
        JudgeExplanation,
    )
}
"""Every kind of request, by the name that it has in a message."""
