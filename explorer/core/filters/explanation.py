"""How one output value of a step is computed: in float64, straight from the definition.

This is independent of the code that filters whole pictures, so each can be checked against the
other. Only random numbers, a dense step's weights and a shuffle's permutation, are shared.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from explorer.core.convolution.geometry import continue_positions
from explorer.core.filters.pipeline import neuron_weights, shuffle_permutation
from explorer.core.filters.steps import (
    Convolution,
    Dense,
    Operation,
    Pooling,
    PoolingKind,
    Relu,
    Shuffle,
)
from explorer.core.images.planes import Planes
from explorer.core.kernels.kernel import Kernel

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

WHITE = 255.0
LARGEST_CONTRIBUTIONS = 3
_STRIP_PLACES = 65_536  # their products stay in the processor's cache
MOST_EXACT = 10_000  # so many numbers are added without any rounding in between


@dataclass(frozen=True, eq=False)
class WindowSum:
    """The values of a window times the weights of one kernel, added up.

    Attributes
    ----------
    name : str
        The kernel's.
    weights : (rows, columns) float64
        As applied to the window: rotated by 180°, except for correlation.
    products : (rows, columns) float64
    total : float
        The sum of the products.
    """

    name: str
    weights: Numbers
    products: Numbers
    total: float

    @property
    def size(self) -> float:
        """The sum of the absolute products, to which the error of the total is relative."""
        return add(np.abs(self.products))


@dataclass(frozen=True, eq=False)
class ConvolutionSum:
    """One response: a weighted sum plus a bias, or the magnitude of two sums.

    Attributes
    ----------
    input_rows, input_columns : tuple of int
        The input's rows and columns under the weights: may lie outside, and dilation leaves gaps.
    inside : (rows, columns) bool
        Which values are the input's own; the others are the border's.
    values : (rows, columns) float64
        The window.
    is_turned : bool
        Whether the kernel was rotated by 180°, as convolution is defined.
    sums : tuple of WindowSum
        One, or two.
    offset : float
        Added to a single sum; 0 for two.
    """

    input_rows: tuple[int, ...]
    input_columns: tuple[int, ...]
    inside: npt.NDArray[np.bool_]
    values: Numbers
    is_turned: bool
    sums: tuple[WindowSum, ...]
    offset: float
    result: float

    @property
    def size(self) -> float:
        """The sum of the absolute terms, to which the error of the result is relative.

        The bias is one of them: the steps add it in float32, where a large one is rounded by more
        than all products of a small kernel.
        """
        return math.fsum((*(one.size for one in self.sums), abs(self.offset)))


@dataclass(frozen=True, eq=False)
class PooledWindow:
    """The largest value of a window, or its mean.

    Attributes
    ----------
    kind : {"max", "average"}
    input_rows, input_columns : tuple of int
        The window's rows and columns in the input.
    values : (rows, columns) float64
    winner : (int, int) or None
        Row and column within the window of the largest value, the first of several equal ones;
        None for a mean.
    """

    kind: PoolingKind
    input_rows: tuple[int, ...]
    input_columns: tuple[int, ...]
    values: Numbers
    winner: tuple[int, int] | None
    result: float


@dataclass(frozen=True)
class RectifiedValue:
    """An input value, and max(0, value)."""

    input_rows: tuple[int, ...]
    input_columns: tuple[int, ...]
    value: float
    result: float


@dataclass(frozen=True)
class MovedValue:
    """Where in the input a shuffled value came from, and the value."""

    input_rows: tuple[int, ...]
    input_columns: tuple[int, ...]
    result: float


@dataclass(frozen=True)
class NeuronScore:
    """One neuron of a dense step.

    Attributes
    ----------
    name : str
        Its pattern.
    score : float
        The sum of all contributions.
    probability : float
        Its softmax, 0 to 1.
    here : float
        The contribution of the requested pixel to the score, over all channels.
    largest : tuple of float
        The few contributions with the largest magnitude, the largest first.
    rest : float
        The sum of the others.
    rest_count : int
        The number of others.
    size : float
        The sum of the absolute contributions.
    """

    name: str
    score: float
    probability: float
    here: float
    largest: tuple[float, ...]
    rest: float
    rest_count: int
    size: float


@dataclass(frozen=True)
class NeuronScores:
    """All neurons of a dense step.

    Attributes
    ----------
    input_rows, input_columns : tuple of int
        The place asked about.
    highest : int
        Which of them scores highest.
    """

    input_rows: tuple[int, ...]
    input_columns: tuple[int, ...]
    neurons: tuple[NeuronScore, ...]
    highest: int

    @property
    def result(self) -> float:
        """The contribution of the pixel to the highest score."""
        return self.neurons[self.highest].here


@dataclass(frozen=True, eq=False)
class NeuronTotals:
    """The scores of a dense step, computed once, and the contribution of every pixel.

    Attributes
    ----------
    planes : Planes
        What goes into the step.
    neurons : tuple of NeuronScore
        Without what a place adds.
    added : tuple of (height, width) float32
        The contribution of each pixel to the score of each neuron, over all channels.
    """

    planes: Planes
    operation: Dense
    neurons: tuple[NeuronScore, ...]
    added: tuple[npt.NDArray[np.float32], ...]

    def is_of(self, planes: Planes, operation: Operation) -> bool:
        """Return whether a step makes these of this very array."""
        return self.planes is planes and self.operation == operation

    def at(self, row: int, column: int) -> NeuronScores:
        """Return scores and one pixel's contribution to each; IndexError where there is none."""
        _check_place(row, column, self.planes.shape)
        placed = tuple(
            replace(neuron, here=float(added[row, column]))
            for neuron, added in zip(self.neurons, self.added, strict=True)
        )
        highest = int(np.argmax([neuron.score for neuron in placed]))
        return NeuronScores((row,), (column,), placed, highest)


Arithmetic = ConvolutionSum | PooledWindow | RectifiedValue | MovedValue | NeuronScores


def explain_value(
    planes: Planes,
    operation: Operation,
    row: int,
    column: int,
    channel: int = 0,
    order: npt.NDArray[np.int32] | None = None,
) -> Arithmetic:
    """Compute one output value of an operation, keeping every number involved.

    Parameters
    ----------
    planes : (height, width) or (height, width, 3) float32
        What goes into the operation; must not be changed afterwards.
    row, column : int
        The value's place in what comes out; for a dense step, a place in what goes in.
    channel : int
        0, or up to 2 of a colour picture; a dense step takes all of them, and longer than any
        other: who asks about many places keeps its `add_up_neurons`.
    order : (height * width,) int32, optional
        Of a shuffle: its permutation, else made anew, which takes long for a large picture.

    Returns
    -------
    Arithmetic
        float64; its result lies within 1e-6 times the sum of the magnitudes of all that is added,
        the products and the offset, of what `pipeline.apply_operation` puts there.

    Raises
    ------
    KernelError
        No window fits into the picture.
    IndexError
        There is no such place.
    """
    if isinstance(operation, Dense):
        return add_up_neurons(planes, operation).at(row, column)
    plane = planes[:, :, channel] if planes.ndim == 3 else planes
    match operation:
        case Convolution():
            return _explain_convolution(plane, operation, row, column)
        case Pooling():
            return _explain_pooling(plane, operation, row, column)
        case Relu():
            _check_place(row, column, plane.shape)
            value = float(plane[row, column])
            return RectifiedValue((row,), (column,), value, max(value, 0.0))
        case Shuffle():
            _check_place(row, column, plane.shape)
            height, width = plane.shape
            if order is None:
                order = shuffle_permutation(height * width, operation.seed)
            from_row, from_column = divmod(int(order[row * width + column]), width)
            value = float(plane[from_row, from_column])
            return MovedValue((from_row,), (from_column,), value)


def add(numbers: Numbers) -> float:
    """Sum with a single rounding; very many numbers, pairwise. Infinities sum as in float64."""
    if numbers.size > MOST_EXACT or not np.isfinite(numbers).all():
        with np.errstate(invalid="ignore"):
            return float(numbers.sum())
    return math.fsum(numbers.ravel().tolist())


def _explain_convolution(
    plane: Planes, operation: Convolution, row: int, column: int
) -> ConvolutionSum:
    geometry, kernels = operation.geometry, operation.filter.kernels
    height, width = plane.shape
    size = kernels[0].rows, kernels[0].columns  # two are of equal size
    _check_place(row, column, geometry.output_size((height, width), size))
    top, left = geometry.window_start(size, row, column)
    rows = top + geometry.dilation[0] * np.arange(size[0], dtype=np.int64)
    columns = left + geometry.dilation[1] * np.arange(size[1], dtype=np.int64)
    inside = np.outer((rows >= 0) & (rows < height), (columns >= 0) & (columns < width))
    sources = np.ix_(
        continue_positions(rows, height, geometry.border),
        continue_positions(columns, width, geometry.border),
    )
    values = plane[sources].astype(np.float64)
    if geometry.border == "zero":
        values[~inside] = 0.0
    is_turned = not geometry.is_correlation
    sums = tuple(_sum_window(values, kernel, is_turned=is_turned) for kernel in kernels)
    if len(sums) == 1:
        offset, result = operation.offset, sums[0].total + operation.offset
    else:
        offset, result = 0.0, math.hypot(*(one.total for one in sums))
    return ConvolutionSum(
        input_rows=tuple(rows.tolist()),
        input_columns=tuple(columns.tolist()),
        inside=inside,
        values=values,
        is_turned=is_turned,
        sums=sums,
        offset=offset,
        result=result,
    )


def _sum_window(values: Numbers, kernel: Kernel, *, is_turned: bool) -> WindowSum:
    weights = kernel.weights[::-1, ::-1] if is_turned else kernel.weights
    with np.errstate(invalid="ignore"):  # 0 times infinity, where a row of steps ran over
        products = values * weights
    return WindowSum(kernel.name, weights, products, add(products))


def _explain_pooling(plane: Planes, operation: Pooling, row: int, column: int) -> PooledWindow:
    height, width = (
        max((length - size) // stride + 1, 0)  # whole windows only
        for length, size, stride in zip(plane.shape, operation.size, operation.stride, strict=True)
    )
    _check_place(row, column, (height, width))
    top, left = row * operation.stride[0], column * operation.stride[1]
    rows = tuple(range(top, top + operation.size[0]))
    columns = tuple(range(left, left + operation.size[1]))
    values = plane[np.ix_(rows, columns)].astype(np.float64)
    if operation.kind == "average":
        return PooledWindow("average", rows, columns, values, None, add(values) / values.size)
    winner = divmod(int(np.argmax(values)), values.shape[1])
    return PooledWindow("max", rows, columns, values, winner, float(values[winner]))


def add_up_neurons(planes: Planes, operation: Dense) -> NeuronTotals:
    """Compute the scores of all neurons of a dense step; seconds for a large picture.

    Parameters
    ----------
    planes : (height, width) or (height, width, 3) float32
        What goes into the step; must not be changed afterwards.

    Returns
    -------
    NeuronTotals
        float64, except for what each place adds.
    """
    totals = [
        _add_up_neuron(name, planes, neuron_weights(operation, number, planes.shape))
        for number, name in enumerate(operation.neurons)
    ]
    scores = np.array([neuron.score for neuron, _ in totals])
    with np.errstate(invalid="ignore"):  # infinity less infinity, where a row of steps ran over
        powers = np.exp(scores - scores.max())
    probabilities = (powers / powers.sum()).tolist()
    neurons = tuple(
        replace(neuron, probability=probability)
        for (neuron, _), probability in zip(totals, probabilities, strict=True)
    )
    return NeuronTotals(planes, operation, neurons, tuple(added for _, added in totals))


def _add_up_neuron(
    name: str, planes: Planes, weights: npt.NDArray[np.float32]
) -> tuple[NeuronScore, npt.NDArray[np.float32]]:
    """Score one neuron, whose probability waits for the others; and return what each place adds.

    Strip by strip: all products at once would take many times the picture's memory.
    """
    channels = planes.shape[2] if planes.ndim == 3 else 1
    values, factors = planes.ravel(), weights.ravel()
    length = _STRIP_PLACES * channels
    strips = [slice(start, start + length) for start in range(0, len(values), length)]
    added = np.empty(planes.shape[:2], np.float32)
    sums, sizes = np.zeros(len(strips)), np.zeros(len(strips))
    candidates = []
    for number, strip in enumerate(strips):
        products = _multiply(values[strip], factors[strip])
        places = slice(strip.start // channels, strip.stop // channels)
        with np.errstate(invalid="ignore", over="ignore"):
            added.ravel()[places] = products.reshape(-1, channels).sum(axis=1)
        magnitudes = np.abs(products)
        sums[number], sizes[number] = add(products), add(magnitudes)
        candidates.append(strip.start + _largest(magnitudes))
    found = np.concatenate(candidates)
    chosen = found[_largest(np.abs(_multiply(values[found], factors[found])))]
    rests = sums.copy()
    for number in set((chosen // length).tolist()):
        strip = strips[number]
        products = _multiply(values[strip], factors[strip])
        products[chosen[chosen // length == number] - strip.start] = 0.0
        rests[number] = add(products)
    neuron = NeuronScore(
        name=name,
        score=add(sums),
        probability=0.0,
        here=0.0,
        largest=tuple(_multiply(values[chosen], factors[chosen]).tolist()),
        rest=add(rests),
        rest_count=len(values) - len(chosen),
        size=add(sizes),
    )
    return neuron, added


def _multiply(values: Planes, weights: npt.NDArray[np.float32]) -> Numbers:
    """Return what values add to a score."""
    products = values.astype(np.float64)
    with np.errstate(invalid="ignore"):  # 0 times infinity, where a row of steps ran over
        products *= weights
    products /= WHITE
    return products


def _largest(sizes: Numbers) -> Places:
    """Return where the few largest are, the largest first."""
    count = min(LARGEST_CONTRIBUTIONS, len(sizes))
    # In any order, then these few sorted: there may be many.
    chosen = np.argpartition(sizes, len(sizes) - count)[-count:]
    return chosen[np.argsort(-sizes[chosen], kind="stable")]


def _check_place(row: int, column: int, limits: tuple[int, ...]) -> None:
    if not (0 <= row < limits[0] and 0 <= column < limits[1]):
        raise IndexError(f"no place ({row}, {column}) in a size of {limits[0]}×{limits[1]}")
