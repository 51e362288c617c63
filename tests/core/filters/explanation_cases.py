"""Random pictures, operations and places for the tests of the arithmetic."""

import numpy as np
from hypothesis import strategies as st

from explorer.core.convolution.geometry import BORDERS, MODES, Geometry
from explorer.core.filters.steps import (
    NEURON_PATTERNS,
    Convolution,
    Dense,
    Pooling,
    Relu,
    Shuffle,
)
from explorer.core.kernels.kernel import Filter, Kernel

SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def pictures(draw) -> np.ndarray:
    """Draw planes as a picture gives them, grey or colour, whole numbers or not."""
    size = draw(st.integers(1, 14)), draw(st.integers(1, 14))
    shape = draw(st.sampled_from([size, (*size, 3)]))
    generator = np.random.default_rng(draw(SEEDS))
    if draw(st.booleans()):
        return generator.integers(0, 256, shape).astype(np.float32)
    return (generator.random(shape) * 255).astype(np.float32)


@st.composite
def geometries(draw) -> Geometry:
    small = st.integers(1, 3)
    return Geometry(
        draw(st.sampled_from(MODES)),
        draw(st.sampled_from(BORDERS)),
        (draw(small), draw(small)),
        (draw(small), draw(small)),
        draw(st.booleans()),
    )


@st.composite
def convolutions(draw) -> Convolution:
    edges = st.one_of(st.integers(1, 5), st.integers(1, 31))
    shape = draw(edges), draw(edges)
    generator = np.random.default_rng(draw(SEEDS))
    if draw(st.booleans()):
        tables = generator.integers(-3, 4, (2, *shape)).astype(float)
    else:
        tables = generator.normal(size=(2, *shape)) * 10 ** draw(st.integers(-3, 3))
    kernels = Kernel("A", tables[0]), Kernel("B", tables[1])
    filter = Filter("own", kernels[: draw(st.integers(1, 2))], "own")
    offset = draw(st.sampled_from([0.0, 5.0, -0.25, 1e-3]))
    return Convolution(filter, draw(geometries()), offset)


@st.composite
def poolings(draw) -> Pooling:
    small = st.integers(1, 4)
    size, stride = (draw(small), draw(small)), (draw(small), draw(small))
    return Pooling(draw(st.sampled_from(["max", "average"])), size, stride)


@st.composite
def dense_steps(draw) -> Dense:
    patterns = draw(st.lists(st.sampled_from(NEURON_PATTERNS), min_size=2, max_size=4))
    return Dense(tuple(patterns), draw(st.integers(0, 9)), draw(st.sampled_from([None, 1, 2])))


local_operations = st.one_of(
    convolutions(), poolings(), st.just(Relu()), st.builds(Shuffle, st.integers(0, 9))
)
operations = st.one_of(local_operations, dense_steps())


@st.composite
def places(draw, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Draw a row, a column and a channel of an array."""
    channels = shape[2] if len(shape) == 3 else 1
    return (
        draw(st.integers(0, shape[0] - 1)),
        draw(st.integers(0, shape[1] - 1)),
        draw(st.integers(0, channels - 1)),
    )
