"""Read matrices as C, JavaScript and Mathematica write them, such as k[1][2] = {{1, 2}}."""

import re
from collections.abc import Iterator

import numpy as np

from explorer.core.kernels.notations.python import read_python
from explorer.core.kernels.notations.values import MatrixError, Named, Reading, left_over

# "static const float k[3][3] =", "let k: number[][] =", "k =".
_DECLARED = re.compile(
    r"\A[^={]*?(?P<name>[A-Za-z]\w*)\s*(?P<edges>(?:\[\s*\w*\s*\]\s*)*)(?::[^=]*)?="
)
_KEYWORDS = r"(?:const|let|var|auto|final|static|constexpr|float|double|int)\b"
_DECLARATION = re.compile(rf"^\s*{_KEYWORDS}[^\n=]*=", re.MULTILINE)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_SUFFIX = re.compile(r"(?<=[\d.])[fFlL]\b")
_LISTS = str.maketrans("{}", "[]")


def is_declaration(text: str) -> bool:
    """Tell whether a text has braces, or begins lines as C and JavaScript declare variables."""
    return "{" in text or _DECLARATION.search(text) is not None


def read_declarations(text: str) -> Reading:
    """Read the values of initializers or of a list, as of Python's lists.

    Parameters
    ----------
    text : str
        "const float k[3][3] = {{1.f, 2.f}, {3.f, 4.f}};": of what is declared the name and the size
        count; the suffixes of numbers are passed over.

    Raises
    ------
    MatrixError
        As `read_python`.
    """
    text = _SUFFIX.sub(" ", _COMMENT.sub(_blank, text))
    matrices: list[Named] = []
    is_laid_out = False
    for start, end in _statements(text):
        # Blanks in place of what is passed over: a place that is not understood stays where it is.
        before = re.sub(r"[^\n]", " ", text[:start])
        value = text[start:end].rstrip().translate(_LISTS)
        declared = _DECLARED.match(text[start:end])
        if declared is not None:
            # Within an open bracket new lines mean nothing.
            value = _blank(declared) + value[declared.end() :]
            value = f"({(before + value)[1:]}"
            if value.count("[") <= value.count("]"):  # else a brace is what is not closed
                value += ")"
        else:
            value = before + value
        reading = read_python(value)
        is_laid_out |= reading.is_laid_out
        for matrix in reading.matrices:
            matrices.append(matrix if declared is None else _declared(matrix, declared))
    return Reading(left_over(matrices, ()), is_laid_out)


def _statements(text: str) -> Iterator[tuple[int, int]]:
    """Cut at semicolons, and where a line outside of brackets declares another variable."""
    declared = {found.start() for found in _DECLARATION.finditer(text)}
    start = depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        is_cut = sign == ";" or (place in declared and depth == 0)
        if is_cut and text[start:place].strip():
            yield start, place
        if is_cut:
            start = place + (sign == ";")
    if text[start:].strip():
        yield start, len(text)


def _declared(matrix: Named, declared: re.Match[str]) -> Named:
    """Give a matrix the name and the size of its declaration: float k[2][2] = {1, 2, 3, 4}."""
    edges = [int(edge) for edge in re.findall(r"\d+", declared["edges"])]
    value = matrix.value
    if value.ndim == 1 and len(edges) == 2:
        if value.size != edges[0] * edges[1]:
            raise MatrixError(
                f"it has {value.size} numbers, but is declared as {edges[0]}×{edges[1]}"
            )
        value = np.reshape(value, edges)
    return Named(declared["name"], value)


def _blank(passed: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", passed.group())
