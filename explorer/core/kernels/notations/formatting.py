"""Write matrices as other programs and articles write them."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from explorer.core.kernels.kernel import Kernel

MatrixStyle = Literal["numpy", "matlab", "table", "latex"]

_MAX_DENOMINATOR = 1024


def format_matrix(kernel: Kernel, style: MatrixStyle) -> str:
    """Write the weights so that `parse_matrix` reads exactly the same ones.

    Fractions of a common whole number are written as such: [1 2 1] / 4.

    Parameters
    ----------
    style : {"numpy", "matlab", "table", "latex"}
    """
    return _FORMATS[style](kernel.weights)


def _as_numpy(weights: npt.NDArray[np.float64]) -> str:
    table, divisor = _over_common(weights, lambda whole, divisor: whole / divisor)
    rows = ",\n          ".join(f"[{', '.join(row)}]" for row in _cells(table))
    return f"np.array([{rows}])" + (f" / {divisor}" if divisor > 1 else "")


def _as_matlab(weights: npt.NDArray[np.float64]) -> str:
    table, divisor = _over_common(weights, lambda whole, divisor: whole / divisor)
    rows = ";\n ".join(" ".join(row) for row in _cells(table))
    return f"[{rows}]" + (f" / {divisor}" if divisor > 1 else "")


def _as_latex(weights: npt.NDArray[np.float64]) -> str:
    table, divisor = _over_common(weights, lambda whole, divisor: 1 / divisor * whole)
    rows = " \\\\\n".join(" & ".join(row) for row in _cells(table))
    factor = rf"\frac{{1}}{{{divisor}}}" if divisor > 1 else ""
    return f"{factor}\\begin{{bmatrix}}\n{rows}\n\\end{{bmatrix}}"


def _as_table(weights: npt.NDArray[np.float64]) -> str:
    """Write a line per row and a tab between cells, as spreadsheets take it."""
    return "\n".join("\t".join(row) for row in _cells(weights)) + "\n"


def _cells(table: npt.NDArray[np.float64]) -> Sequence[Sequence[str]]:
    """Write each number with as many digits as tell it from every other; 3 rather than 3.0."""
    return [[repr(value).removesuffix(".0") for value in row] for row in table.tolist()]


def _over_common(
    weights: npt.NDArray[np.float64],
    divide: Callable[[npt.NDArray[np.float64], int], npt.NDArray[np.float64]],
) -> tuple[npt.NDArray[np.float64], int]:
    """Return whole numbers and what to divide them by, where that gives exactly the weights."""
    distinct = np.unique(weights)
    for divisor in range(1, _MAX_DENOMINATOR + 1):
        if np.array_equal(divide(np.round(distinct * divisor), divisor), distinct):
            return np.round(weights * divisor), divisor
    return weights, 1


_FORMATS: dict[MatrixStyle, Callable[[npt.NDArray[np.float64]], str]] = {
    "numpy": _as_numpy,
    "matlab": _as_matlab,
    "table": _as_table,
    "latex": _as_latex,
}
