"""Kernels and filters: small matrices of weights that slide over a picture."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from explorer.core.kernels.errors import kernel_error

Weights = npt.NDArray[np.float64]
"""(rows, columns) float64."""

MAX_EDGE = 31
MAX_WEIGHT = 1e6


@dataclass(frozen=True, eq=False)
class Kernel:
    """One two-dimensional kernel.

    Attributes
    ----------
    name : str
        What to call it: "Gx", "my kernel".
    weights : (rows, columns) float64
        1x1 to 31x31, finite, between minus and plus one million; read-only.

    Raises
    ------
    KernelError
        The weights are not such a matrix; the sentence says where and why.
    """

    name: str
    weights: Weights

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", _check_weights(self.name, self.weights))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Kernel):
            return NotImplemented
        return self.name == other.name and np.array_equal(self.weights, other.weights)

    def __hash__(self) -> int:
        return hash((self.name, self.weights.shape, self.weights.tobytes()))

    @property
    def rows(self) -> int:
        """The number of rows."""
        return int(self.weights.shape[0])

    @property
    def columns(self) -> int:
        """The number of columns."""
        return int(self.weights.shape[1])

    @cached_property
    def total(self) -> float:
        """The sum of the weights: the factor by which a uniform picture is scaled."""
        return float(self.weights.sum())

    @cached_property
    def absolute_total(self) -> float:
        """The sum of the absolute weights: the largest possible gain."""
        return float(np.abs(self.weights).sum())

    def with_weight(self, row: int, column: int, value: float) -> "Kernel":
        """Return this kernel with one weight changed.

        Raises
        ------
        KernelError
            The value is not finite or is out of range.
        """
        weights = self.weights.copy()
        weights[row, column] = value
        return Kernel(self.name, weights)


@dataclass(frozen=True)
class Filter:
    """One kernel, or two whose gradient magnitude is taken.

    Attributes
    ----------
    name : str
        For the user: "Box blur 3×3".
    kernels : tuple of Kernel
        One: convolution. Two of equal size: the magnitude of both responses.
    key : str
        Its name on the command line and in files: "box-3x3".
    """

    name: str
    kernels: tuple[Kernel, ...]
    key: str

    def __post_init__(self) -> None:
        if len(self.kernels) not in (1, 2):
            raise kernel_error(
                self.name, f"a filter has one or two kernels, not {len(self.kernels)}"
            )
        if len({kernel.weights.shape for kernel in self.kernels}) > 1:
            raise kernel_error(self.name, "its two kernels differ in size")


def check_size(name: str, rows: int, columns: int) -> None:
    """Raise KernelError where a matrix has more than 31 rows or columns."""
    if max(rows, columns) > MAX_EDGE:
        raise kernel_error(name, f"it is {rows}×{columns}; the maximum is {MAX_EDGE}×{MAX_EDGE}")


def _check_weights(name: str, weights: npt.ArrayLike) -> Weights:
    """Return a read-only copy of the weights, or say what is wrong with them."""
    try:
        array = np.array(weights, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        raise kernel_error(name, "it is not a matrix of numbers") from error
    if array.ndim != 2:
        raise kernel_error(name, f"it has {array.ndim} dimensions instead of 2")
    if array.size == 0:
        raise kernel_error(name, "it is empty")
    check_size(name, *array.shape)
    for problem, reason in (
        (~np.isfinite(array), "is not a finite number"),
        (np.abs(array) > MAX_WEIGHT, "is beyond ±1,000,000"),
    ):
        if problem.any():
            row, column = np.argwhere(problem)[0]
            raise kernel_error(name, f"row {row}, column {column} {reason}")
    array += 0.0  # turns -0.0 into 0.0, so that equal kernels hash alike
    array.flags.writeable = False
    return array
