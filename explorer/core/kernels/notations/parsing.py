"""Read matrices as other programs and articles write them."""

import re
from dataclasses import dataclass

import numpy as np

from explorer.core.kernels.kernel import MAX_EDGE, Kernel
from explorer.core.kernels.notations.c import read_braces
from explorer.core.kernels.notations.latex import read_latex
from explorer.core.kernels.notations.matlab import read_matlab
from explorer.core.kernels.notations.python import read_python
from explorer.core.kernels.notations.values import MatrixError, Reading
from explorer.core.kernels.text import parse_filter
from explorer.errors import KernelError

MAX_CHARACTERS = 40_000

_NAME = "pasted kernel"
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
    note : str
        A sentence on how it was read, where it might have been meant otherwise; mostly empty.
    """

    kernel: Kernel
    note: str = ""


def parse_matrix(text: str) -> PastedMatrix:
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


def _no_matrix(reason: str) -> KernelError:
    return KernelError(f"This does not look like a matrix: {reason}. Paste e.g. [[1, 2], [3, 4]].")


def _pasted(reading: Reading) -> PastedMatrix:
    if not reading.value.ndim:
        raise MatrixError("it is a single number")
    kernel = Kernel(_NAME, np.atleast_2d(reading.value))
    size = f"{kernel.rows} rows of {kernel.columns}"
    note = f"Each line was read as a row: {size}. For a single row, write the list on one line."
    return PastedMatrix(kernel, note if reading.is_laid_out else "")
