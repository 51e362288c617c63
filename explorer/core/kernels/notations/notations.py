"""Read matrices as other programs and articles write them, and write them so, too."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from explorer.core.kernels.kernel import MAX_EDGE, Kernel
from explorer.core.kernels.notations.c import read_braces
from explorer.core.kernels.notations.latex import read_latex
from explorer.core.kernels.notations.matlab import read_matlab
from explorer.core.kernels.notations.python import read_python
from explorer.core.kernels.notations.values import MatrixError, Reading
from explorer.core.kernels.text import parse_filter
from explorer.errors import KernelError

MatrixStyle = Literal["numpy", "matlab", "csv", "latex"]
MATRIX_STYLES: tuple[MatrixStyle, ...] = ("numpy", "matlab", "csv", "latex")
MAX_CHARACTERS = 40_000

_NAME = "pasted kernel"
_MAX_DENOMINATOR = 1024
# The largest kernel as fractions, twice over.
_MAX_NUMBERS = 4 * MAX_EDGE * MAX_EDGE
_NUMBER = re.compile(r"\d[\d.]*(?:[eE][-+]?\d+)?")
_LATEX = re.compile(r"\\[A-Za-z]")
_ASSIGNED = re.compile(r"\A\s*[A-Za-z]\w*\s*=\s*")
_PYTHON = re.compile(
    r"\b(?:np|numpy|torch|tf|jnp|math)\s*\.|\b(?:array|matrix|tensor)\s*\(|\b(?:ones|zeros)\s*\(\("
)
# A semicolon, or two numbers with nothing but space between them, or what only MATLAB has.
_MATLAB = re.compile(r";|[\d.)\]]\s+[-+]?[\d.(\[]|\b(?:ones|zeros|eye)\s*\(|\.[*/^]|%|'")


@dataclass(frozen=True)
class PastedMatrix:
    """A matrix that was read from a text.

    Attributes
    ----------
    kernel : Kernel
    note : str
        A sentence on how it was read, where it might have been meant otherwise; mostly empty.
    """

    kernel: Kernel
    note: str = ""


def parse_matrix(text: str) -> Kernel:
    """Read a matrix as `read_matrix` does, without its note."""
    return read_matrix(text).kernel


def read_matrix(text: str) -> PastedMatrix:
    r"""Read a matrix as it was copied from a program, a table or an article.

    Parameters
    ----------
    text : str
        "np.array([[1, 1], [1, 1]]) / 4", "[1 2 1; 0 0 0; -1 -2 -1] / 8", lines of numbers parted by
        tabs, commas, semicolons or spaces, "{{1, 1}, {1, 1}}", or
        "\frac{1}{4} \begin{bmatrix} 1 & 1 \\ …". Nothing of it is ever run.

    Raises
    ------
    KernelError
        It is no matrix of numbers, or larger than 31x31; the sentence says where or why.
    """
    if len(text) > MAX_CHARACTERS or len(_NUMBER.findall(text)) > _MAX_NUMBERS:
        raise _no_matrix("the text is too long")
    text = text.replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", " ").strip()
    try:
        if _LATEX.search(text):
            return _pasted(Reading(read_latex(text)))
        table = _ASSIGNED.sub("", text)
        if not re.search(r"[\[\](){}]|[A-DF-Za-df-z]{2}", table):
            return PastedMatrix(parse_filter(table, _NAME, title=_NAME).kernels[0])
        if "{" in text:
            return _pasted(read_braces(text))
        is_python = _PYTHON.search(text) or not _MATLAB.search(text)
        return _pasted(read_python(text) if is_python else Reading(read_matlab(text)))
    except MatrixError as error:
        raise _no_matrix(str(error)) from error


def format_matrix(kernel: Kernel, style: MatrixStyle) -> str:
    """Write the weights so that `parse_matrix` reads exactly the same ones.

    Fractions of a common whole number are written as such: [1 2 1] / 4.

    Parameters
    ----------
    kernel : Kernel
    style : {"numpy", "matlab", "csv", "latex"}
    """
    return _FORMATS[style](kernel.weights)


def _no_matrix(reason: str) -> KernelError:
    return KernelError(f"This does not look like a matrix: {reason}. Paste e.g. [[1, 2], [3, 4]].")


def _pasted(reading: Reading) -> PastedMatrix:
    if not reading.value.ndim:
        raise MatrixError("it is a single number")
    kernel = Kernel(_NAME, np.atleast_2d(reading.value))
    size = f"{kernel.rows} rows of {kernel.columns}"
    note = f"Each line was read as a row: {size}. For a single row, write the list on one line."
    return PastedMatrix(kernel, note if reading.is_laid_out else "")


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


def _as_csv(weights: npt.NDArray[np.float64]) -> str:
    return "\n".join(",".join(row) for row in _cells(weights)) + "\n"


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
    "csv": _as_csv,
    "latex": _as_latex,
}
