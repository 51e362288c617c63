"""Run a picture through the steps: convolution, ReLU, pooling, shuffle, fully connected."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.convolution.geometry import name_size
from explorer.core.convolution.plan import plan_convolution
from explorer.core.filters.steps import (
    TOTAL_WEIGHT,
    Convolution,
    Dense,
    NeuronPattern,
    Operation,
    Pooling,
    Relu,
    Shuffle,
    Step,
)
from explorer.core.images.planes import Planes
from explorer.errors import KernelError

# Weights of so many values are kept from one run to the next: 64 MB.
_KEPT_WEIGHTS = 16_000_000


class Pipeline:
    """Runs steps one after the other, and only from the first that changed since the last run.

    It holds the outputs of the last run and nothing older. Use it from one thread at a time.
    """

    def __init__(self) -> None:
        self._planes: Planes | None = None
        self._done: list[Operation | None] = []
        self._outputs: list[Planes] = []

    @property
    def outputs(self) -> tuple[Planes, ...]:
        """What the last run put out: of one that a step stopped, what came before that step."""
        return tuple(self._outputs)

    def run(
        self,
        planes: Planes,
        steps: Sequence[Step],
    ) -> tuple[Planes, ...]:
        """Return what comes out of every step.

        Parameters
        ----------
        planes : (height, width) or (height, width, 3) float32, 0-255
            Not to be changed afterwards: the same array means the same picture.
        steps : sequence of Step
            One that is off passes its input on, the very same array.

        Returns
        -------
        tuple of Planes
            One for each step, read-only; a `Dense` gives scores.

        Raises
        ------
        KernelError
            A step cannot work on what it is given.
        """
        wanted = [step.operation if step.is_on else None for step in steps]
        old = self._outputs if planes is self._planes else []
        kept = 0
        while kept < min(len(wanted), len(old)) and wanted[kept] == self._done[kept]:
            kept += 1
        self._planes, self._done, self._outputs = planes, wanted[:kept], old[:kept]
        for number, operation in enumerate(wanted[kept:], kept):
            values = self._outputs[-1] if self._outputs else planes
            if operation is not None:
                values = apply_operation(values, operation)
                values.flags.writeable = False
            self._done.append(operation)
            self._outputs.append(values)
            # One by one: the next output takes the memory over, which fresh memory would not.
            if number < len(old):
                old[number] = values
        return tuple(self._outputs)


def apply_operation(planes: Planes, operation: Operation) -> Planes:
    """Apply one operation to a picture, a response or a map.

    Parameters
    ----------
    planes : (height, width) or (height, width, 3) float32
    operation : Convolution, Relu, Pooling, Shuffle or Dense

    Returns
    -------
    Planes
        A new float32 array; of a `Dense` the scores, (neurons,) float32.

    Raises
    ------
    KernelError
        No window of a kernel or of the pooling fits into the planes.
    """
    if isinstance(operation, Convolution):
        kernels, geometry = operation.filter.kernels, operation.geometry
        geometry.output_size(planes.shape[:2], kernels[0].weights.shape)  # or why none fits
        response, *others = [plan_convolution(kernel, geometry)(planes) for kernel in kernels]
        for other in others:
            cv2.magnitude(response, other, magnitude=response)
        if operation.offset and not others:
            response += np.float32(operation.offset)
        return response
    if isinstance(operation, Relu):
        return np.maximum(planes, np.float32(0))
    if isinstance(operation, Pooling):
        return _pool(planes, operation)
    if isinstance(operation, Shuffle):
        return _shuffle(planes, operation.seed)
    return _score(planes, operation)


def softmax(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Turn scores into probabilities: exp(s) over the sum of all exp(s).

    Parameters
    ----------
    scores : (neurons,) float32

    Returns
    -------
    (neurons,) float64
        0-1, summing to 1.
    """
    powers = np.exp(scores.astype(np.float64) - scores.max(initial=-np.inf))
    return np.asarray(powers / powers.sum())


@lru_cache(maxsize=1)
def shuffle_permutation(count: int, seed: int) -> npt.NDArray[np.int32]:
    """Return where shuffled pixels come from: position i gets what was at permutation[i].

    Parameters
    ----------
    count : int
        Height times width; positions count in reading order.
    seed : int
        At least 0.

    Returns
    -------
    (count,) int32
        Equal to `numpy.random.default_rng(seed).permutation(count)`; read-only.
    """
    permutation = np.random.default_rng(seed).permutation(np.arange(count, dtype=np.int32))
    permutation.flags.writeable = False
    return permutation


def dense_weights(dense: Dense, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Return the weights of every neuron for every value, scaled as `Dense` says.

    "centre": the middle half of the rows and columns against the rest, a mean minus a mean;
    "left to right" and "top to bottom": from -1 to 1 in even steps; "random": normally
    distributed, from `numpy.random.default_rng((seed, neuron))`.

    Parameters
    ----------
    shape : (height, width) or (height, width, 3)
        Of what the neurons look at; all channels get equal weights, except for "random".

    Returns
    -------
    (neurons, height, width) or (neurons, height, width, 3) float32
    """
    return np.stack([neuron_weights(dense, number, shape) for number in range(len(dense.neurons))])


@lru_cache(maxsize=1)
def _kept_weights(dense: Dense, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    return dense_weights(dense, shape)


def neuron_weights(dense: Dense, number: int, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Return those of `dense_weights` that join every value to one neuron."""
    if dense.neurons[number] == "random":
        generator = np.random.default_rng((dense.seed, number))
        pattern = generator.standard_normal(shape, dtype=np.float32)
    else:
        plane = _pattern(dense.neurons[number], shape[0], shape[1])
        pattern = np.empty(shape, np.float32)
        pattern[...] = plane.reshape(*plane.shape, *(1 for _ in shape[2:]))
    pattern *= np.float32(TOTAL_WEIGHT / np.abs(pattern).sum(dtype=np.float64))
    return pattern if dense.shuffled_by is None else _shuffle(pattern, dense.shuffled_by)


def _pattern(kind: NeuronPattern, height: int, width: int) -> npt.NDArray[np.float64]:
    if kind == "centre":
        top, left = height // 4, width // 4
        middle = (height - 2 * top) * (width - 2 * left)
        plane = np.full((height, width), -1 / max(1, height * width - middle))
        plane[top : height - top, left : width - left] = 1 / middle
        return plane
    if kind == "left to right":
        return np.broadcast_to(_ramp(width), (height, width))
    return np.broadcast_to(_ramp(height)[:, None], (height, width))


def _ramp(length: int) -> npt.NDArray[np.float64]:
    return np.linspace(-1, 1, length) if length > 1 else np.ones(1)


def _score(planes: Planes, dense: Dense) -> npt.NDArray[np.float32]:
    neurons: Iterable[npt.NDArray[np.float32]]
    if len(dense.neurons) * planes.size <= _KEPT_WEIGHTS:
        neurons = _kept_weights(dense, planes.shape)
    else:
        # One neuron's at a time: all of them would be several times as large as the picture.
        neurons = (neuron_weights(dense, n, planes.shape) for n in range(len(dense.neurons)))
    return np.array([_dot(weights, planes) / 255 for weights in neurons], np.float32)


def _dot(first: npt.NDArray[np.float32], second: npt.NDArray[np.float32]) -> float:
    """Add up the products in float64, a few at a time."""
    return float(np.einsum("i,i->", first.ravel(), second.ravel(), dtype=np.float64))


def _shuffle(planes: Planes, seed: int) -> Planes:
    height, width = planes.shape[:2]
    pixels = planes.reshape(height * width, *planes.shape[2:])
    shuffled = np.take(pixels, shuffle_permutation(height * width, seed), axis=0)
    return shuffled.reshape(planes.shape)


def _pool(planes: Planes, pooling: Pooling) -> Planes:
    (rows, columns), (down, across) = pooling.size, pooling.stride
    height, width = planes.shape[0] - rows + 1, planes.shape[1] - columns + 1
    if height < 1 or width < 1:
        raise KernelError(
            f"The {rows}×{columns} pooling window does not fit into its input of "
            f"{name_size(planes.shape[:2])}: choose a smaller one."
        )
    # The whole of it, then every n-th: OpenCV's passes are quicker than NumPy's steps.
    if pooling.kind == "max":
        pooled = cv2.dilate(planes, np.ones(pooling.size, np.uint8), anchor=(0, 0))
    else:
        pooled = cv2.blur(planes, (columns, rows), anchor=(0, 0))
    return np.array(pooled[:height:down, :width:across], np.float32, order="C")
