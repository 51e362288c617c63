"""Painting on a kernel: a soft round brush, with optional symmetry."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from explorer.core.kernels.kernel import MAX_EDGE, MAX_WEIGHT, Weights
from explorer.errors import KernelError

Cell = tuple[int, int]
"""Row and column."""

Symmetry = Literal[
    "none",
    "mirror left-right",
    "mirror top-bottom",
    "symmetric",
    "antisymmetric",
    "rotational",
]

_KEPT_DIGITS = 10


@dataclass(frozen=True)
class Brush:
    """How a stroke changes the weights.

    Attributes
    ----------
    strength : float
        What one touch adds, as a fraction of the kernel's largest weight: above 0, at most 1.
    radius : float
        The radius, in cells: 0 is a single cell; at most 31.
    symmetry : str
        Which cells change too: none; the mirrored cell; the cell rotated by 180° about the centre,
        with the same sign ("symmetric") or the opposite one ("antisymmetric"); the cells rotated by
        90°, 180° and 270° ("rotational"; only 180° where rows and columns differ).

    Raises
    ------
    KernelError
        The strength or the radius is out of range.
    """

    strength: float = 0.1
    radius: float = 0.0
    symmetry: Symmetry = "none"

    def __post_init__(self) -> None:
        if not 0 < self.strength <= 1:
            raise KernelError("The strength of a brush must be above 0 % and at most 100 %.")
        if not 0 <= self.radius <= MAX_EDGE:
            raise KernelError(f"The radius of a brush must be 0 to {MAX_EDGE} cells.")

    def amount(self, largest: float) -> float:
        """Return what one touch adds, to two digits, in a kernel whose largest weight is given.

        A kernel of zeros is painted as if its largest weight were 1.
        """
        return float(f"{self.strength * (largest or 1.0):.2g}")


def paint(weights: Weights, row: int, column: int, amount: float, brush: Brush) -> Weights:
    """Return the weights after one touch.

    Parameters
    ----------
    weights : (rows, columns) float64
    row, column : int
        The touched cell, inside the kernel.
    amount : float
        What the touch adds in its middle; the strength of the brush is not applied again.
    brush : Brush
        Its radius and symmetry. Touches that overlap do not add up: each cell changes once, by
        the nearest of them. Where an antisymmetric touch meets itself, in the centre, the weight
        becomes 0.

    Returns
    -------
    (rows, columns) float64
        A new array, within plus and minus a million.
    """
    touch = np.zeros(weights.shape)
    for row_there, column_there in partners(weights.shape, row, column, brush.symmetry):
        there = _footprint(weights.shape, row_there, column_there, brush.radius)
        touch = np.maximum(touch, there)
    if brush.symmetry == "antisymmetric":
        here = _footprint(weights.shape, row, column, brush.radius)
        touch = here - here[::-1, ::-1]
    change = touch * amount
    # Rounded, so that ten touches of 0.1 make 1 and not 0.9999999; the rest stays to the bit.
    digits = _KEPT_DIGITS - (math.floor(math.log10(abs(amount))) if amount else 0)
    raised = np.round(weights + change, min(max(digits, 0), 20))
    painted = np.where(change == 0, weights, np.clip(raised, -MAX_WEIGHT, MAX_WEIGHT))
    if brush.symmetry == "antisymmetric":
        painted[_is_centre(weights.shape) & (here > 0)] = 0.0
    return painted


def partners(shape: tuple[int, ...], row: int, column: int, symmetry: Symmetry) -> list[Cell]:
    """Return the touched cell and its symmetric partners, each once, the touched one first."""
    rows, columns = shape
    down, across = rows - 1 - row, columns - 1 - column
    cells = [(row, column)]
    if symmetry == "mirror left-right":
        cells.append((row, across))
    elif symmetry == "mirror top-bottom":
        cells.append((down, column))
    elif symmetry != "none":
        cells.append((down, across))
    if symmetry == "rotational" and rows == columns:
        cells += [(column, down), (across, row)]
    return list(dict.fromkeys(cells))


def cells_between(start: Cell, end: Cell) -> Iterator[Cell]:
    """Yield the cells of a straight line, each touching the one before: without start, with end."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    for step in range(1, steps + 1):
        share = step / steps
        row = start[0] + math.floor((end[0] - start[0]) * share + 0.5)
        yield row, start[1] + math.floor((end[1] - start[1]) * share + 0.5)


def _footprint(shape: tuple[int, ...], row: int, column: int, radius: float) -> Weights:
    """Return how much of a touch each cell gets: 1 in the middle, a cosine bell, 0 outside."""
    rows = np.arange(shape[0])[:, None] - row
    columns = np.arange(shape[1])[None, :] - column
    distance = np.hypot(rows, columns) / (radius + 1)
    bell: Weights = np.where(distance < 1, (1 + np.cos(np.pi * distance)) / 2, 0.0)
    return bell


def _is_centre(shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Return which cell a turn by 180° leaves in its place: none where a length is even."""
    mask = np.zeros(shape, bool)
    if shape[0] % 2 and shape[1] % 2:
        mask[shape[0] // 2, shape[1] // 2] = True
    return mask
