"""How one output value of a step comes about: computed in float64, straight from the definition.

Nothing here goes through the code that filters whole pictures, so the two can be held against each
other. Only what is drawn by lot, a dense step's weights and a shuffle's order, comes from there.
"""

import math
import weakref
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from explorer.core.geometry import continue_positions
from explorer.core.kernels import Kernel
from explorer.core.pipeline import dense_weights, shuffle_permutation
from explorer.core.steps import Convolution, Dense, Operation, Pooling, PoolingKind, Relu, Shuffle
from explorer.core.weighted_sums import Planes

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

WHITE = 255.0
LARGEST_CONTRIBUTIONS = 3
MOST_EXACT = 10_000  # so many numbers are added without any rounding in between


@dataclass(frozen=True, eq=False)
class WindowSum:
    """The values of a window times the weights of one kernel, added up.

    Attributes
    ----------
    name : str
        The kernel's.
    weights : (rows, columns) float64
        As they lie on the picture: turned by 180°, except for correlation.
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
        """The sum of the products' magnitudes: what the total's error is measured by."""
        return add(np.abs(self.products))


@dataclass(frozen=True, eq=False)
class ConvolutionSum:
    """One response: the sum over a window and an offset, or the length of two sums.

    Attributes
    ----------
    input_rows, input_columns : tuple of int
        The input's rows and columns under the weights: may lie outside, and dilation leaves gaps.
    inside : (rows, columns) bool
        Which values are the input's own; the others are the border's.
    values : (rows, columns) float64
        The window.
    is_turned : bool
        Whether the kernel was turned by 180°, as convolution is defined.
    sums : tuple of WindowSum
        One, or two.
    offset : float
        Added to a single sum; 0 for two.
    result : float
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
        """The sum of the magnitudes of all that is added: what the result's error is measured by.

        The offset is one of them: the steps add it in float32, which rounds a large one more than
        all products of a small kernel.
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
    result : float
    """

    kind: PoolingKind
    input_rows: tuple[int, ...]
    input_columns: tuple[int, ...]
    values: Numbers
    winner: tuple[int, int] | None
    result: float


@dataclass(frozen=True)
class RectifiedValue:
    """A value of the input, and what is positive of it."""

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
class Contribution:
    """What one value of the input adds to a neuron's score: value * weight / 255."""

    row: int
    column: int
    channel: int
    value: float
    weight: float
    product: float


@dataclass(frozen=True)
class NeuronScore:
    """One neuron of a dense step.

    Attributes
    ----------
    name : str
        Its pattern.
    score : float
        The sum of all contributions.
    share : float
        Its part after softmax, 0 to 1.
    here : float
        What the place asked about adds to the score, with all its channels.
    largest : tuple of Contribution
        The few that add or take away most, the largest first.
    rest : float
        What the others add up to.
    rest_count : int
        How many others there are.
    size : float
        The sum of all contributions' magnitudes.
    """

    name: str
    score: float
    share: float
    here: float
    largest: tuple[Contribution, ...]
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
    neurons : tuple of NeuronScore
    highest : int
        Which of them scores highest.
    """

    input_rows: tuple[int, ...]
    input_columns: tuple[int, ...]
    neurons: tuple[NeuronScore, ...]
    highest: int

    @property
    def result(self) -> float:
        """What the place adds to the highest score."""
        return self.neurons[self.highest].here


Arithmetic = ConvolutionSum | PooledWindow | RectifiedValue | MovedValue | NeuronScores


def explain(
    planes: Planes, operation: Operation, row: int, column: int, channel: int = 0
) -> Arithmetic:
    """Compute one value that an operation puts out, keeping every number it is made of.

    Parameters
    ----------
    planes : (height, width) or (height, width, 3) float32
        What goes into the operation; must not be changed afterwards.
    operation : Operation
    row, column : int
        The value's place in what comes out; for a dense step, a place in what goes in.
    channel : int
        0, or up to 2 of a colour picture; a dense step takes all of them.

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
        return _explain_dense(planes, operation, row, column)
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
            order = shuffle_permutation(height * width, operation.seed)
            from_row, from_column = divmod(int(order[row * width + column]), width)
            value = float(plane[from_row, from_column])
            return MovedValue((from_row,), (from_column,), value)


def add(numbers: Numbers) -> float:
    """Add up with a single rounding; very many numbers, pairwise.

    Parameters
    ----------
    numbers : float64, any shape
        Infinite ones give an infinite sum, or none (NaN).
    """
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


def _explain_dense(planes: Planes, operation: Dense, row: int, column: int) -> NeuronScores:
    _check_place(row, column, planes.shape)
    neurons, weights = _score_neurons(_Same(planes), operation)
    pixel = planes[row, column].astype(np.float64)
    placed = tuple(
        replace(neuron, here=add(pixel * own / WHITE))
        for neuron, own in zip(neurons, weights[:, row, column], strict=True)
    )
    highest = int(np.argmax([neuron.score for neuron in placed]))
    return NeuronScores((row,), (column,), placed, highest)


class _Same:
    """Stands for an array, equal to itself alone, without keeping it alive."""

    def __init__(self, planes: Planes) -> None:
        self.planes = weakref.ref(planes)
        self._identity = id(planes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.planes() is other.planes() is not None

    def __hash__(self) -> int:
        return self._identity


@lru_cache(maxsize=1)  # the mouse asks about one place after another
def _score_neurons(same: _Same, operation: Dense) -> tuple[tuple[NeuronScore, ...], Planes]:
    """Score all neurons, and return their weights; what a place adds waits until it is known."""
    planes = same.planes()
    assert planes is not None  # the caller holds it
    weights = dense_weights(operation, planes.shape)
    neurons = [
        _score(name, planes, own) for name, own in zip(operation.neurons, weights, strict=True)
    ]
    scores = np.array([neuron.score for neuron in neurons])
    with np.errstate(invalid="ignore"):  # infinity less infinity, where a row of steps ran over
        powers = np.exp(scores - scores.max())
    shares = (powers / powers.sum()).tolist()
    shared = (replace(neuron, share=share) for neuron, share in zip(neurons, shares, strict=True))
    return tuple(shared), weights


def _score(name: str, planes: Planes, weights: npt.NDArray[np.float32]) -> NeuronScore:
    """Add up one neuron; its share waits for the others."""
    channels = planes.shape[2] if planes.ndim == 3 else 1
    products = planes.ravel().astype(np.float64)
    with np.errstate(invalid="ignore"):
        products *= weights.ravel()
    products /= WHITE
    sizes = np.abs(products)
    count = min(LARGEST_CONTRIBUTIONS, len(products))
    # The largest in any order, then these few sorted: a large picture has millions.
    chosen = np.argpartition(sizes, len(sizes) - count)[-count:]
    chosen = chosen[np.argsort(-sizes[chosen], kind="stable")]
    largest = []
    for index in chosen.tolist():
        place, channel = divmod(index, channels)
        row, column = divmod(place, planes.shape[1])
        value, weight = float(planes.flat[index]), float(weights.flat[index])
        largest.append(Contribution(row, column, channel, value, weight, float(products[index])))
    score = add(products)
    products[chosen] = 0.0
    return NeuronScore(
        name=name,
        score=score,
        share=0.0,
        here=0.0,
        largest=tuple(largest),
        rest=add(products),
        rest_count=len(products) - count,
        size=add(sizes),
    )


def _check_place(row: int, column: int, limits: tuple[int, ...]) -> None:
    if not (0 <= row < limits[0] and 0 <= column < limits[1]):
        raise IndexError(f"no place ({row}, {column}) in a size of {limits[0]}×{limits[1]}")
