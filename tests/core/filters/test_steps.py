"""The steps as values: what they refuse, what they are called, by what a row is shuffled."""

import math

import pytest

from explorer.core.filters.step_names import shape_text, step_name
from explorer.core.filters.steps import (
    MAX_SEED,
    Convolution,
    Dense,
    Pooling,
    Relu,
    Shuffle,
    Step,
    shuffle_before,
)
from explorer.core.kernels.presets import find_preset
from explorer.errors import KernelError


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Pooling(size=(0, 2)), "The size and stride of pooling"),
        (lambda: Pooling(stride=(2, 65)), "The size and stride of pooling"),
        (lambda: Shuffle(-1), "A seed is"),
        (lambda: Shuffle(MAX_SEED + 1), "A seed is"),
        (lambda: Dense(seed=-1), "A seed is"),
        (lambda: Dense(shuffled_by=-1), "A seed is"),
        (lambda: Dense(("centre",)), "A fully connected step has 2 to 8 neurons"),
        (lambda: Dense(("centre",) * 9), "A fully connected step has 2 to 8 neurons"),
        (lambda: Convolution(find_preset("gx"), offset=math.nan), "The bias must be"),
        (lambda: Convolution(find_preset("gx"), offset=-1e7), "The bias must be"),
    ],
)
def test_impossible_values_are_refused(make, sentence):
    with pytest.raises(KernelError, match=sentence):
        make()


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        (Convolution(find_preset("gx")), "Convolution: Sobel x (Gx)"),
        (Convolution(find_preset("gradient")), "Gradient magnitude"),
        (Relu(), "ReLU"),
        (Pooling(), "Max pooling 2×2"),
        (Pooling("average", (3, 2), (1, 2)), "Average pooling 3×2 / 1×2"),
        (Shuffle(), "Shuffle"),
        (Dense(), "Fully connected"),
    ],
)
def test_every_step_has_a_name(operation, name):
    assert step_name(operation) == name


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((375, 500), "500×375"),
        ((375, 500, 3), "500×375×3"),
        ((4,), "4 scores"),
        (None, "–"),
    ],
)
def test_shapes_are_written_width_first(shape, text):
    assert shape_text(shape) == text


GX = Convolution(find_preset("gx"))


@pytest.mark.parametrize(
    ("row", "seed"),
    [
        ([], None),
        ([GX], None),
        ([Shuffle(3)], 3),
        ([GX, Shuffle(3), Relu()], 3),
        ([Shuffle(3), GX], None),
        ([Shuffle(3), Pooling()], None),
        ([Shuffle(3), Shuffle(3)], None),
    ],
)
def test_the_seed_that_shuffled_what_comes_in(row, seed):
    steps = [*map(Step, row), Step(Dense())]
    assert shuffle_before(steps, len(row)) == seed


def test_a_step_that_is_off_does_not_stand_between_shuffle_and_neurons():
    steps = [Step(Shuffle(5), is_on=False), Step(GX, is_on=False), Step(Dense())]
    assert shuffle_before(steps, 2) == 5
    assert shuffle_before(steps, 0) is None
