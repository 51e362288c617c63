"""Small matrices to reckon with while a stranger's text is read: bounded in size, never endless."""

import math
from collections.abc import Callable, Container, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from explorer.core.kernels.errors import count_columns
from explorer.core.kernels.kernel import MAX_EDGE

Value = npt.NDArray[np.float64]
"""A number, a vector or a matrix: float64 of 0, 1 or 2 dimensions, no edge beyond 31."""


class Named(NamedTuple):
    """A value of a text, and the name that it is assigned to; mostly empty."""

    name: str
    value: Value


class Reading(NamedTuple):
    """What a text was read as.

    Attributes
    ----------
    matrices : tuple of Named
        One, or all that the text holds and does not go on to use.
    is_laid_out : bool
        Whether the lines of a list without inner brackets were taken for its rows.
    """

    matrices: tuple[Named, ...]
    is_laid_out: bool = False


class MatrixError(ValueError):
    """What was met in place of a matrix; its text fits into a sentence."""


class NotUnderstoodError(MatrixError):
    """What stands at a place of the text has no meaning there."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__(f"it could not be read at line {line}, character {column}")


class NotClosedError(MatrixError):
    """The text ends within a bracket, which began at a place of it."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__(f"the bracket at line {line}, character {column} is not closed")


def left_over(statements: Sequence[Named], used: Container[str]) -> tuple[Named, ...]:
    """Return the matrices that a text ends with: none of what it holds is dropped silently.

    Parameters
    ----------
    statements : sequence of Named
        In the order of the text; a name that is assigned again counts as its last value.
    used : container of str
        The names that later statements made use of.

    Returns
    -------
    tuple of Named
        Rows written one below the other are one matrix. Numbers count only where there is no
        matrix.

    Raises
    ------
    MatrixError
        There is nothing.
    """
    last = {one.name: one for one in statements if one.name}
    kept = [one for one in statements if not one.name or last[one.name] is one]
    left = [one for one in kept if one.value.ndim and one.name not in used]
    if not left:
        left = list(statements[-1:])
    if not left:
        raise MatrixError("it is empty")
    rows = [np.atleast_2d(one.value) for one in left]
    if len(rows) > 1 and not any(one.name for one in left) and {len(row) for row in rows} == {1}:
        for count, row in enumerate(rows):
            if row.size != rows[0].size:
                has = f"row {count} has {count_columns(row.size)}"
                raise MatrixError(f"{has}, row 0 has {rows[0].size}")
        return (Named("", check(np.vstack(rows))),)
    return tuple(left)


def number(text: str) -> Value:
    """Return the value of digits with a decimal point; ValueError where it is no number."""
    return check(np.float64(text))


def check(value: npt.ArrayLike) -> Value:
    """Return a value, or refuse it for its size or for being infinite."""
    array = np.asarray(value, np.float64)
    if not array.ndim:
        if not math.isfinite(array):
            raise MatrixError("a number in it is not finite")
        return array
    while array.ndim > 2 and len(array) == 1:  # the channels of PyTorch's weights
        array = array[0]
    if array.ndim > 2:
        raise MatrixError("it has more than 2 dimensions")
    check_edges(*array.shape)
    if not np.isfinite(array).all():
        raise MatrixError("a number in it is not finite")
    return array


def check_edges(*edges: int) -> None:
    """Refuse a matrix that is larger than a kernel may be, before it is made."""
    if max(edges, default=0) > MAX_EDGE:
        size = "×".join(map(str, edges)) if len(edges) > 1 else f"{edges[0]} long"
        raise MatrixError(f"it is {size}; the maximum is {MAX_EDGE}×{MAX_EDGE}")


def whole(value: npt.ArrayLike) -> int:
    """Return a number of rows or columns."""
    size = np.asarray(value, np.float64)
    if size.ndim or size != np.round(size) or not 0 <= size <= 1e9:
        raise MatrixError("a size in it is not an integer")
    return int(size)


def filled(shape: Sequence[int], content: float = 0) -> Value:
    """Return a vector or matrix of one number."""
    check_edges(*shape)
    return np.full(tuple(shape), content)


def identity(rows: int, columns: int) -> Value:
    """Return ones on the diagonal."""
    check_edges(rows, columns)
    return np.eye(rows, columns)


def outer(column: Value, row: Value) -> Value:
    """Return every product of two vectors."""
    check_edges(column.size, row.size)
    return check(np.outer(column, row))


def _elementwise(function: Callable[[Value, Value], Value], left: Value, right: Value) -> Value:
    try:
        with np.errstate(all="ignore"):
            return check(function(left, right))
    except MatrixError:
        raise
    except ValueError as error:
        raise MatrixError("the shapes of two matrices in it do not match") from error


add = partial(_elementwise, np.add)
subtract = partial(_elementwise, np.subtract)
multiply = partial(_elementwise, np.multiply)
power = partial(_elementwise, np.power)
"""Of floats, so that towers of powers cost nothing."""


def divide(left: Value, right: Value) -> Value:
    """Divide number by number."""
    if not np.all(right):
        raise MatrixError("it divides by 0")
    return _elementwise(np.divide, left, right)


def matrix_product(left: Value, right: Value) -> Value:
    """Multiply as matrices; a number scales."""
    if not (left.ndim and right.ndim):
        return multiply(left, right)
    return _elementwise(np.matmul, left, right)


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "fliplr": lambda array: np.fliplr(np.atleast_2d(array)),
    "flipud": lambda array: np.flipud(np.atleast_2d(array)),
    "rot90": lambda array: np.rot90(np.atleast_2d(array)),
    "sqrt": lambda array: power(array, np.asarray(0.5)),
}
"""Those that NumPy and MATLAB call alike."""
