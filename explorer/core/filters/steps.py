"""The steps of the Filter page: together a small convolutional network, built by hand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from explorer.core.convolution.geometry import Geometry, Size
from explorer.core.filters.display import Display
from explorer.core.kernels.kernel import MAX_WEIGHT, Filter
from explorer.errors import KernelError

MAX_POOL = 64
MAX_NEURONS = 8
MAX_SEED = 2**32 - 1
TOTAL_WEIGHT = 20.0
"""The sum of the absolute weights of a neuron."""

PoolingKind = Literal["max", "average"]
NeuronPattern = Literal["centre", "left to right", "top to bottom", "random"]
NEURON_PATTERNS: tuple[NeuronPattern, ...] = ("centre", "left to right", "top to bottom", "random")


@dataclass(frozen=True)
class Convolution:
    """Apply one kernel, or two and take the magnitude of both responses, hypot(a, b).

    Attributes
    ----------
    offset : float
        The bias, added to every response of a single kernel, in grey levels; within ±1,000,000.
    """

    filter: Filter
    geometry: Geometry = field(default_factory=Geometry)
    offset: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.offset) and abs(self.offset) <= MAX_WEIGHT):
            raise KernelError("The bias must be between −1,000,000 and 1,000,000.")


@dataclass(frozen=True)
class Relu:
    """Rectified linear unit: max(0, v)."""


@dataclass(frozen=True)
class Pooling:
    """Take the maximum or the mean of each window that lies entirely inside.

    Attributes
    ----------
    kind : {"max", "average"}
    size, stride : (int, int)
        Rows and columns, 1 to 64; Keras's MaxPooling2D and AveragePooling2D with "valid" padding.
    """

    kind: PoolingKind = "max"
    size: Size = (2, 2)
    stride: Size = (2, 2)

    def __post_init__(self) -> None:
        if not all(1 <= length <= MAX_POOL for length in (*self.size, *self.stride)):
            raise KernelError(f"The size and stride of pooling must be 1 to {MAX_POOL}.")


@dataclass(frozen=True)
class Shuffle:
    """Permute the pixels, in the same way for every picture of one size.

    Attributes
    ----------
    seed : int
        Decides the permutation: 0 to 2**32 - 1.
    """

    seed: int = 1

    def __post_init__(self) -> None:
        _check_seed(self.seed)


@dataclass(frozen=True)
class Dense:
    """Flatten, then a few neurons with a weight for every value, then softmax.

    Neuron n scores sum(weights_n * values) / 255. The absolute weights sum to `TOTAL_WEIGHT`, so
    that scores are a few units for pictures of any size: with weights of constant size, scores
    would grow with the picture, and softmax would saturate.

    Attributes
    ----------
    neurons : tuple of str
        The pattern of each neuron's weights, 2 to 8.
    seed : int
        Decides the weights of "random": 0 to 2**32 - 1.
    shuffled_by : int or None
        Shuffle the weights as `Shuffle` of that seed shuffles pixels.
    """

    neurons: tuple[NeuronPattern, ...] = NEURON_PATTERNS
    seed: int = 1
    shuffled_by: int | None = None

    def __post_init__(self) -> None:
        if not 2 <= len(self.neurons) <= MAX_NEURONS:
            raise KernelError(f"A fully connected step has 2 to {MAX_NEURONS} neurons.")
        _check_seed(self.seed)
        _check_seed(self.shuffled_by or 0)


Operation = Convolution | Relu | Pooling | Shuffle | Dense


@dataclass(frozen=True)
class Step:
    """One operation, and how its output is displayed.

    Attributes
    ----------
    is_on : bool
        Off, it passes its input through.
    display : str or None
        The display mode; None chooses it by the operations so far.
    range : (float, float) or None
        The values shown as black and white; None chooses them by `display`.
    """

    operation: Operation
    is_on: bool = True
    display: Display | None = None
    range: tuple[float, float] | None = None


def shuffle_before(steps: Sequence[Step], index: int) -> int | None:
    """Return the seed of the shuffle before a step, on or off.

    None unless there is exactly one, with no step after it that depends on neighbouring pixels.
    """
    seeds = []
    for step in reversed(steps[:index]):
        if isinstance(step.operation, Shuffle):
            seeds.append(step.operation.seed)
        elif step.is_on and not isinstance(step.operation, Relu) and not seeds:
            return None
    return seeds[0] if len(seeds) == 1 else None


def _check_seed(seed: int) -> None:
    if not 0 <= seed <= MAX_SEED:
        raise KernelError(f"A seed is an integer from 0 to {MAX_SEED:,}.")
