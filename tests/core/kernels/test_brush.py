"""The brush: what a touch changes, what it leaves, and that symmetries hold."""

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.kernels.brush import Brush, Symmetry, cells_between, paint, partners
from explorer.core.kernels.kernel import MAX_WEIGHT
from explorer.errors import KernelError

SYMMETRY_MAPS = {
    "mirror left-right": lambda w: w[:, ::-1],
    "mirror top-bottom": lambda w: w[::-1],
    "symmetric": lambda w: w[::-1, ::-1],
    "antisymmetric": lambda w: -w[::-1, ::-1],
    "rotational": np.rot90,
}


@st.composite
def touches(draw, *, square=False):
    rows = draw(st.integers(1, 9))
    columns = rows if square else draw(st.integers(1, 9))
    seed = draw(st.integers(0, 1000))
    weights = np.random.default_rng(seed).normal(size=(rows, columns))
    return weights, draw(st.integers(0, rows - 1)), draw(st.integers(0, columns - 1))


amounts = st.sampled_from([0.1, -0.25, 1.0, -3.0, 1e-4, 250.0])
radii = st.sampled_from([0, 0.5, 1, 2, 5])


@given(touches(), amounts)
def test_a_small_brush_changes_one_cell_and_leaves_the_others_to_the_bit(touch, amount):
    weights, row, column = touch
    before = weights.copy()
    painted = paint(weights, row, column, amount, Brush())
    assert painted[row, column] == pytest.approx(weights[row, column] + amount)
    painted[row, column] = weights[row, column]
    assert painted.tobytes() == weights.tobytes() == before.tobytes()


@given(touches(), amounts, radii)
def test_a_large_brush_is_a_round_bell(touch, amount, radius):
    weights, row, column = touch
    painted = paint(weights, row, column, amount, Brush(radius=radius))
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            distance = math.dist((i, j), (row, column))
            share = (1 + math.cos(math.pi * distance / (radius + 1))) / 2
            expected = share * amount if distance < radius + 1 else 0
            change = painted[i, j] - weights[i, j]
            assert change == pytest.approx(expected, abs=1e-9 * abs(amount))


def test_ten_touches_of_a_tenth_make_one():
    weights = np.zeros((3, 3))
    for _ in range(10):
        weights = paint(weights, 1, 1, 0.1, Brush())
    assert weights[1, 1] == 1.0


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1e5])
def test_small_and_large_kernels_are_painted_as_exactly(scale):
    weights = np.full((1, 2), scale)
    painted = paint(weights, 0, 0, 0.1 * scale, Brush())
    assert painted[0, 0] == pytest.approx(1.1 * scale, rel=1e-9)


@pytest.mark.parametrize("symmetry", SYMMETRY_MAPS)
@given(data=st.data())
def test_a_symmetric_kernel_stays_symmetric(symmetry, data):
    weights, row, column = data.draw(touches(square=symmetry == "rotational"))
    turn = SYMMETRY_MAPS[symmetry]
    turned = [weights]
    for _ in range(3):
        turned.append(turn(turned[-1]))
    weights = sum(turned) / 4
    brush = Brush(radius=data.draw(radii), symmetry=symmetry)
    amount = data.draw(amounts)
    painted = paint(weights, row, column, amount, brush)
    np.testing.assert_allclose(painted, turn(painted), atol=1e-9 * (1 + abs(amount)))
    if symmetry != "antisymmetric":
        # Once, even where the touch is its own partner.
        assert painted[row, column] - weights[row, column] == pytest.approx(amount)


@given(touches(), amounts, radii)
def test_the_centre_of_an_antisymmetric_touch_becomes_zero(touch, amount, radius):
    weights, row, column = touch
    rows, columns = weights.shape
    painted = paint(weights, row, column, amount, Brush(radius=radius, symmetry="antisymmetric"))
    if rows % 2 and columns % 2:
        centre = (rows // 2, columns // 2)
        is_touched = math.dist(centre, (row, column)) < radius + 1
        assert painted[centre] == (0 if is_touched else weights[centre])


def test_the_partners_of_a_cell():
    def found(symmetry, shape=(5, 5)):
        return partners(shape, 0, 1, symmetry)

    assert found("none") == [(0, 1)]
    assert found("mirror left-right") == [(0, 1), (0, 3)]
    assert found("mirror top-bottom") == [(0, 1), (4, 1)]
    assert found("symmetric") == found("antisymmetric") == [(0, 1), (4, 3)]
    assert set(found("rotational")) == {(0, 1), (4, 3), (1, 4), (3, 0)}
    # A quarter turn of a rectangle is another rectangle: the half turn stands in.
    assert found("rotational", (5, 3)) == [(0, 1), (4, 1)]
    for symmetry in get_args(Symmetry):
        assert partners((3, 3), 1, 1, symmetry) == [(1, 1)]


@given(
    st.tuples(st.integers(-5, 40), st.integers(-5, 40)),
    st.tuples(st.integers(-5, 40), st.integers(-5, 40)),
)
def test_a_line_of_cells_has_no_gaps(start, end):
    cells = list(cells_between(start, end))
    assert len(cells) == max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    path = [start, *cells]
    assert path[-1] == end
    for before, after in zip(path, cells, strict=False):
        assert max(abs(after[0] - before[0]), abs(after[1] - before[1])) == 1
    for row, column in cells:  # within half a cell of the straight line
        across = (end[0] - start[0]) * (column - start[1]) - (end[1] - start[1]) * (row - start[0])
        assert abs(across) / math.dist(start, end) <= 0.5 + 1e-9


def test_weights_stay_within_their_bounds():
    weights = np.array([[MAX_WEIGHT, -MAX_WEIGHT]])
    assert paint(weights, 0, 0, 5.0, Brush())[0, 0] == MAX_WEIGHT
    assert paint(weights, 0, 1, -5.0, Brush())[0, 1] == -MAX_WEIGHT


def test_the_strength_is_a_share_of_the_largest_weight():
    assert Brush(strength=0.1).amount(2) == 0.2
    assert Brush(strength=0.25).amount(1 / 9) == 0.028
    assert Brush(strength=0.1).amount(0) == 0.1


@pytest.mark.parametrize(
    "values", [{"strength": 0}, {"strength": 1.01}, {"radius": -1}, {"radius": 32}]
)
def test_impossible_brushes_are_refused(values):
    with pytest.raises(KernelError, match="brush"):
        Brush(**values)
