"""Run the row of steps on a picture and make what the Filter page shows of it."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from explorer.core.filters.display import (
    Display,
    Histogram,
    Shown,
    automatic_display,
    histogram,
    show,
)
from explorer.core.filters.explanation import NeuronTotals, add_up_neurons
from explorer.core.filters.pipeline import (
    Pipeline,
    neuron_weights,
    shuffle_permutation,
    softmax,
)
from explorer.core.filters.settings import FilterSettings
from explorer.core.filters.step_thumbnails import thumbnail, weight_picture
from explorer.core.filters.steps import Convolution, Dense, Operation, Pooling, Relu, Shuffle, Step
from explorer.core.images.planes import Planes, Source, to_planes
from explorer.errors import KernelError


class Placement(NamedTuple):
    """Where a step's output lies over its input, in the input's pixels.

    Attributes
    ----------
    top, left : float
        The corner of the output's first pixel.
    down, across : float
        How far its pixels lie apart.
    """

    top: float = 0.0
    left: float = 0.0
    down: float = 1.0
    across: float = 1.0

    def within(self, outer: "Placement") -> "Placement":
        """Return where it lies over what its input lies over, in that one's pixels."""
        return Placement(
            outer.top + outer.down * self.top,
            outer.left + outer.across * self.left,
            outer.down * self.down,
            outer.across * self.across,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class RowResult:
    """What there is of a row of steps, however far it came.

    Attributes
    ----------
    settings : FilterSettings
        What it was made with.
    inputs : Planes
        What goes into the chosen step, or into the one that cannot be done: (h, w) or (h, w, 3)
        float32.
    shown_input : Shown
        `inputs` as drawn.
    input_placement : Placement
        Where `inputs` lies over the picture.
    source_shape : tuple of int
        The shape of what goes into the first step.
    outputs : tuple of Planes
        What comes out of each step, up to one that cannot be done.
    problem : str
        Why the step behind the last of `outputs` cannot be done; empty where all can.
    """

    settings: FilterSettings
    inputs: Planes
    shown_input: Shown
    input_placement: Placement
    source_shape: tuple[int, ...]
    outputs: tuple[Planes, ...]
    problem: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class FilterResult(RowResult):
    """What the chosen step makes of the picture.

    Attributes
    ----------
    response : Planes
        What comes out; of a fully connected step, the contribution of each value to the highest
        score.
    shown : Shown
        `response` as drawn.
    placement : Placement
        Where `response` lies over `inputs`.
    scores : (neurons,) float32 or None
        Of a fully connected step.
    probabilities : (neurons,) float32 or None
        Their softmax; sums to 1.
    weight_pictures : tuple of (h, w, 3) uint8
        The weights of each of its neurons, small.
    order : (h * w,) int32 or None
        Of a shuffle: the permutation, which takes too long to make it where a mouse moves.
    """

    response: Planes
    shown: Shown
    placement: Placement
    scores: npt.NDArray[np.float32] | None = None
    probabilities: npt.NDArray[np.float32] | None = None
    weight_pictures: tuple[npt.NDArray[np.uint8], ...] = ()
    order: npt.NDArray[np.int32] | None = None

    @property
    def is_step_on(self) -> bool:
        """Whether the chosen step does anything."""
        return self.settings.step.is_on


@dataclass(frozen=True, eq=False, kw_only=True)
class StoppedRow(RowResult):
    """What there is where the chosen step, or one before it, cannot be done.

    Attributes
    ----------
    thumbnails : tuple of uint8 arrays
        The picture as it goes in, then each of `outputs`.
    """

    thumbnails: tuple[npt.NDArray[np.uint8], ...]


@dataclass(frozen=True, eq=False)
class ResultDetails:
    """What may arrive a moment after the picture.

    Attributes
    ----------
    settings : FilterSettings
        What it was made with.
    histogram : Histogram
        Of the chosen step's response.
    thumbnails : tuple of uint8 arrays
        The picture as it goes in, then each step's output.
    neurons : NeuronTotals or None
        Of a fully connected step; they take longer and come last.
    """

    settings: FilterSettings
    histogram: Histogram
    thumbnails: tuple[npt.NDArray[np.uint8], ...]
    neurons: NeuronTotals | None = None


class SourcePicture:
    """A picture as float planes, made when first asked for, once for each way to take it."""

    def __init__(self, picture: npt.NDArray[np.uint8]) -> None:
        self.picture = picture
        self._made: dict[Source, tuple[Planes, npt.NDArray[np.uint8]]] = {}
        self._thumbnails: dict[Source, npt.NDArray[np.uint8]] = {}

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.picture.shape[0], self.picture.shape[1]

    def planes(self, source: Source) -> Planes:
        """Return the planes to compute with, (h, w) or (h, w, 3) float32, 0-255."""
        return self._take(source)[0]

    def shown(self, source: Source) -> npt.NDArray[np.uint8]:
        """Return how the planes look."""
        return self._take(source)[1]

    def thumbnail(self, source: Source) -> npt.NDArray[np.uint8]:
        """Return how the planes look, small."""
        if source not in self._thumbnails:
            self._thumbnails[source] = thumbnail(self.shown(source))
        return self._thumbnails[source]

    def _take(self, source: Source) -> tuple[Planes, npt.NDArray[np.uint8]]:
        if source not in self._made:
            planes = to_planes(self.picture, source)
            shown = self.picture if source == "color" else show(planes, "clip").pixels
            self._made[source] = (planes, shown)
        return self._made[source]


def filter_picture(
    picture: SourcePicture,
    settings: FilterSettings,
    pipeline: Pipeline,
    display: Display | None = None,
) -> FilterResult | StoppedRow:
    """Run the steps; draw the chosen one's input and output.

    One that cannot be done with what comes into it ends the row, and what is returned says why: a
    `StoppedRow` where it is the chosen one or stands before it.

    Parameters
    ----------
    pipeline : Pipeline
        Keeps what earlier runs left unchanged.
    display : str, optional
        How to draw the chosen step's output, whatever the settings say.
    """
    planes = picture.planes(settings.source)
    at, problem = settings.selected, ""
    try:
        outputs = pipeline.run(planes, settings.steps)
    except KernelError as error:
        outputs = pipeline.outputs
        number = f"Step {len(outputs) + 1}: " if len(settings.steps) > 1 else ""
        problem = number + error.sentence
    reached = min(at, len(outputs))
    inputs, shown_input = _input_of(reached, picture, settings, outputs)
    row = RowResult(
        settings=settings,
        inputs=inputs,
        shown_input=shown_input,
        input_placement=_place_input(reached, settings),
        source_shape=planes.shape,
        outputs=outputs,
        problem=problem,
    )
    if len(outputs) <= at:
        return StoppedRow(**vars(row), thumbnails=_thumbnails(picture, settings, outputs))
    step = settings.step
    if step.is_on and isinstance(step.operation, Dense):
        return _weigh(row, step.operation)
    order = None
    if step.is_on and isinstance(step.operation, Shuffle):
        height, width = inputs.shape[:2]
        order = shuffle_permutation(height * width, step.operation.seed)
    return FilterResult(
        **vars(row),
        response=outputs[at],
        shown=show(outputs[at], display or effective_display(settings), step.range),
        placement=place(step.operation) if step.is_on else Placement(),
        order=order,
    )


def detail(picture: SourcePicture, result: FilterResult) -> ResultDetails:
    """Count the response's values, and reduce every step's output to a thumbnail."""
    shown = result.shown
    counted = histogram(result.response, of_magnitudes=shown.display == "abs")
    thumbnails = _thumbnails(picture, result.settings, result.outputs, shown.display)
    return ResultDetails(result.settings, counted, thumbnails)


def detail_neurons(details: ResultDetails, result: FilterResult) -> ResultDetails:
    """Add up what the neurons of a fully connected step make of all values."""
    dense = result.settings.step.operation
    assert isinstance(dense, Dense)
    return replace(details, neurons=add_up_neurons(result.inputs, dense))


def place(operation: Operation) -> Placement:
    """Return where an operation's output lies over its input."""
    if isinstance(operation, Convolution):
        geometry = operation.geometry
        shape = operation.filter.kernels[0].weights.shape
        start, extent = geometry.window_start(shape, 0, 0), geometry.extent(shape)
        stride = geometry.stride
        top, left = (
            first + length // 2 - (step - 1) / 2
            for first, length, step in zip(start, extent, stride, strict=True)
        )
        return Placement(top, left, *stride)
    if isinstance(operation, Pooling):
        (rows, columns), (down, across) = operation.size, operation.stride
        return Placement((rows - down) / 2, (columns - across) / 2, down, across)
    return Placement()


def effective_display(settings: FilterSettings) -> Display:
    """Return the display in force for the chosen step."""
    return display_of(settings.steps, settings.selected)


def display_of(steps: tuple[Step, ...], index: int) -> Display:
    """Return how to draw a step's output.

    As was chosen for it; else by the last convolution that no ReLU has cut at zero.
    """
    chosen = steps[index].display
    if chosen is not None:
        return chosen
    for step in reversed(steps[: index + 1]):
        if not step.is_on:
            continue
        if isinstance(step.operation, Relu):
            return "clip"
        if isinstance(step.operation, Dense):
            return "diverging"
        if isinstance(step.operation, Convolution):
            return automatic_display(step.operation.filter)
    return "clip"


def _input_of(
    index: int, picture: SourcePicture, settings: FilterSettings, outputs: tuple[Planes, ...]
) -> tuple[Planes, Shown]:
    """Return what comes into a step, and how that looks."""
    if index == 0:
        pixels = picture.shown(settings.source)
        return picture.planes(settings.source), Shown(pixels, 0.0, 0.0, 255.0, "clip")
    before = index - 1
    display, value_range = display_of(settings.steps, before), settings.steps[before].range
    return outputs[before], show(outputs[before], display, value_range)


def _place_input(index: int, settings: FilterSettings) -> Placement:
    """Return where what comes into a step lies over the picture."""
    placement = Placement()
    for step in settings.steps[:index]:
        if step.is_on:
            placement = place(step.operation).within(placement)
    return placement


def _thumbnails(
    picture: SourcePicture,
    settings: FilterSettings,
    outputs: tuple[Planes, ...],
    chosen: Display | None = None,
) -> tuple[npt.NDArray[np.uint8], ...]:
    """Reduce the picture and every output; the chosen step's may be drawn in another way."""
    steps = settings.steps
    thumbnails = [picture.thumbnail(settings.source)]
    for index, output in enumerate(outputs):
        if output.ndim > 1:
            display = (index == settings.selected and chosen) or display_of(steps, index)
            thumbnails.append(show(thumbnail(output), display, steps[index].range).pixels)
        else:
            bars = softmax(output).astype(np.float32)[None].repeat(2, axis=0)
            thumbnails.append(show(bars * np.float32(255), "clip").pixels)
    return tuple(thumbnails)


def _weigh(row: RowResult, dense: Dense) -> FilterResult:
    """Show what each value adds to the highest score: weight times value."""
    inputs, settings = row.inputs, row.settings
    scores = np.asarray(row.outputs[settings.selected], np.float32)
    # One neuron's at a time: all of them would be several times as large as the picture.
    weights = neuron_weights(dense, int(scores.argmax()), inputs.shape)
    added = weights * inputs / np.float32(255)
    # A colour picture's planes add up: the colours of a diverging map are taken by the sign.
    response = added.sum(axis=2) if added.ndim == 3 else added
    return FilterResult(
        **vars(row),
        response=response,
        shown=show(response, effective_display(settings), settings.step.range),
        placement=Placement(),
        scores=scores,
        probabilities=softmax(scores).astype(np.float32),
        weight_pictures=tuple(
            weight_picture(neuron_weights(dense, number, inputs.shape))
            for number in range(len(dense.neurons))
        ),
    )
