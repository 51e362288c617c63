"""Read matrices as C and Mathematica write them: {{1, 2, 1}, {2, 4, 2}, {1, 2, 1}} / 16."""

import re

from explorer.core.kernels.notations.python import read_python
from explorer.core.kernels.notations.values import Reading

_DECLARED = re.compile(r"\A[^={]*=")
_SUFFIX = re.compile(r"(?<=[\d.])[fFlL]\b")
_LISTS = str.maketrans("{}", "[]")


def read_braces(text: str) -> Reading:
    """Read the value of an initializer or a list, as of Python's lists.

    Parameters
    ----------
    text : str
        "const float k[3][3] = {{1.f, 2.f}, {3.f, 4.f}};": what is declared, the suffixes of numbers
        and a semicolon behind are passed over.

    Raises
    ------
    MatrixError
        As `read_python`.
    """
    # Blanks in place of what is passed over: a place that is not understood stays where it is.
    value, is_declared = _DECLARED.subn(_blank, _SUFFIX.sub(" ", text))
    value = value.rstrip().rstrip(";").translate(_LISTS)
    if is_declared and value.count("[") <= value.count("]"):  # else a brace is what is not closed
        value += ")"
    return read_python(value)


def _blank(declared: re.Match[str]) -> str:
    """Return an open bracket, within which new lines mean nothing, and as many blanks."""
    return "(" + re.sub(r"[^\n]", " ", declared.group()[1:])
