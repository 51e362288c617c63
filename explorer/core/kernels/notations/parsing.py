"""Read matrices as other programs and articles write them."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from explorer.core.kernels.gradient import pair
from explorer.core.kernels.kernel import MAX_EDGE, Filter, Kernel
from explorer.core.kernels.notations.c import is_declaration, read_declarations
from explorer.core.kernels.notations.latex import read_latex
from explorer.core.kernels.notations.matlab import read_matlab
from explorer.core.kernels.notations.python import read_python
from explorer.core.kernels.notations.values import MatrixError, Named, Reading
from explorer.core.kernels.text import is_yaml, parse_filter, parse_weight, tidy_name
from explorer.errors import KernelError

MAX_CHARACTERS = 40_000

_NAME = "pasted kernel"
# The largest kernel as fractions, twice over, for two kernels.
_MAX_NUMBERS = 8 * MAX_EDGE * MAX_EDGE
_NUMBER = re.compile(r"\d[\d.]*(?:[eE][-+]?\d+)?")
_LATEX = re.compile(r"\\[A-Za-z]")
_JSON_OBJECT = re.compile(r'\{\s*"')
_ASSIGNED = re.compile(r"\A\s*[A-Za-z]\w*\s*=\s*")
# As MATLAB prints a matrix with a common factor, and as formulas are written.
_SCALE = re.compile(r"\A\s*([-+]?[\d.]+(?:e[-+]?\d+)?(?:\s*/\s*\d+)?)\s*\*\s*(?=[-+\d.])", re.I)
_ROW_IN_BRACKETS = re.compile(r"\A[\[({]([^\[\](){}]*)[\])}]\s*[,;]?\Z")
_PYTHON = re.compile(
    r"\b(?:np|numpy|torch|tf|jnp|math)\s*\.|\b(?:array|matrix|tensor)\s*\(|\b(?:ones|zeros)\s*\(\("
)
# A semicolon, or two numbers with nothing but space between them, or what only MATLAB has.
_MATLAB = re.compile(
    r";|[\d.)]\s+[-+]?[\d.(\[]|\][ \t]+[-+]?[\d.(\[]|\b(?:ones|zeros|eye)\s*\(|\.[*/^]|%|'"
    r"|\A[^,]*\]\s+\[[^,]*\Z"  # NumPy prints a column so: [[1]\n [2]]
)
_LEAST_SQUARE = 9


@dataclass(frozen=True)
class Pasted:
    """What was read from a text.

    Attributes
    ----------
    filter : Filter
        One kernel, or the two of a gradient.
    note : str
        A sentence on how it was read, where it might have been meant otherwise; mostly empty.
    """

    filter: Filter
    note: str = ""


def parse_matrix(text: str, name: str = _NAME) -> Pasted:
    r"""Read one matrix, or two, as copied from a program, a table or an article.

    Parameters
    ----------
    text : str
        "np.array([[1, 1], [1, 1]]) / 4", "[1 2 1; 0 0 0; -1 -2 -1] / 8", lines of numbers parted by
        tabs, commas, semicolons or spaces, "{{1, 1}, {1, 1}}", YAML, JSON, or
        "\frac{1}{4} \begin{bmatrix} 1 & 1 \\ …". Nothing of it is ever run.
    name : str
        What the filter is called, unless the text says so.

    Raises
    ------
    KernelError
        It is no matrix of numbers, it is larger than 31x31, or there are more than two; the
        sentence says where or why.
    """
    if len(text) > MAX_CHARACTERS or len(_NUMBER.findall(text)) > _MAX_NUMBERS:
        raise _no_matrix("the text is too long")
    text = text.replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", " ").strip()
    try:
        if _JSON_OBJECT.match(text) or is_yaml(text):
            return Pasted(parse_filter(text, name, title=name))
        if _LATEX.search(text):
            return _pasted(read_latex(text), name)
        table = _without_brackets(_ASSIGNED.sub("", text))
        scale = _SCALE.match(table)
        if scale:
            table = table[scale.end() :]
        if not re.search(r"[\[\](){}]|[A-DF-Za-df-z]{2}", table):
            weights = parse_filter(table, name, title=name).kernels[0].weights
            if scale:
                weights = weights * parse_weight(scale[1])
            is_laid_out = len(weights) > 1 or "\t" in table  # as a spreadsheet copies a row
            return _pasted(Reading((Named("", weights if is_laid_out else weights[0]),)), name)
        read = _reader_of(text)
        return _pasted(read(text), name, is_row=read is read_matlab and "[[" not in text)
    except MatrixError as error:
        raise _no_matrix(str(error)) from error


def _reader_of(text: str) -> Callable[[str], Reading]:
    if is_declaration(text):
        return read_declarations
    return read_python if _PYTHON.search(text) or not _MATLAB.search(text) else read_matlab


def _without_brackets(text: str) -> str:
    """Turn lines that are a row in brackets each into a table."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    rows = [_ROW_IN_BRACKETS.match(line) for line in lines]
    if len(rows) > 1 and all(rows):
        return "\n".join(row[1] for row in rows if row)
    return text


def _no_matrix(reason: str) -> KernelError:
    return KernelError(f"This does not look like a matrix: {reason}. Paste e.g. [[1, 2], [3, 4]].")


def _pasted(reading: Reading, name: str, *, is_row: bool = False) -> Pasted:
    """Make kernels of what was read; `is_row` says that one row may have been meant as several."""
    matrices = reading.matrices
    if not all(matrix.value.ndim for matrix in matrices):
        raise MatrixError("it is a single number")
    if len(matrices) > 2:
        names = ", ".join(matrix.name for matrix in matrices if matrix.name)
        listed = f" ({names})" if names else ""
        raise MatrixError(f"it holds {len(matrices)} matrices{listed}, not one or two")
    note = ""
    kernels = []
    for matrix in matrices:
        weights = np.atleast_2d(matrix.value)
        count, edge = weights.size, math.isqrt(weights.size)
        is_flat = len(weights) == 1 and count >= _LEAST_SQUARE and edge * edge == count
        if is_flat and matrix.value.ndim == 1:
            weights = weights.reshape(edge, edge)
            note = (
                f"{count} numbers in a row were read as {edge}×{edge}. For a single row, use [[ ]]."
            )
        elif is_flat and is_row:
            note = (
                f"{count} numbers were read as a single row. For {edge}×{edge}, end rows with “;”."
            )
        kernels.append(Kernel(tidy_name(matrix.name) or name, weights))
    if reading.is_laid_out:
        size = f"{kernels[0].rows} rows of {kernels[0].columns}"
        note = f"Each line was read as a row: {size}. For a single row, write the list on one line."
    if len(kernels) == 1:
        return Pasted(Filter(name, (replace(kernels[0], name=name),), ""), note)
    return Pasted(pair(*kernels), note)
