"""Read matrices as MATLAB writes them: rows parted by semicolons or lines, cells by spaces."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from explorer.core.kernels.errors import count_columns
from explorer.core.kernels.notations import values as values
from explorer.core.kernels.notations.values import (
    MatrixError,
    Named,
    NotClosedError,
    NotUnderstoodError,
    Reading,
    Value,
)

_MAX_NESTING = 20
_TOKEN = re.compile(
    r"(?P<space>(?:[ \t\r]|\.\.\.[^\n]*\n)+)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<name>[A-Za-z]\w*)"
    r"|(?P<sign>\.[*/^']|[-+*/^'=,;\n()\[\]])"
)
_SUM, _PRODUCT, _POWER, _TRANSPOSE = range(0, 8, 2)
_BINDINGS = {
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", ".*", "./"), _PRODUCT),
    **dict.fromkeys(("^", ".^"), _POWER),
    **dict.fromkeys(("'", ".'"), _TRANSPOSE),
}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    place: int
    is_after_space: bool
    is_after_line: bool = False


def read_matlab(text: str) -> Reading:
    """Read the matrices that a script assigns or ends with.

    Parameters
    ----------
    text : str
        "h = [1 2 1; 0 0 0; -1 -2 -1]/8;" with %-comments.

    Raises
    ------
    MatrixError
        It holds anything but numbers, matrices, arithmetic, `ones`, `zeros`, `eye` and the like.
    """
    return _Reader(text).read()


class _Reader:
    """Reads operands, and the signs between them by how tightly they bind."""

    def __init__(self, text: str) -> None:
        self._text = re.sub(r"%[^\n]*", "", text).strip().rstrip(";,. \t\n")
        self._tokens = _tokens(self._text)
        self._next = 0
        self._depth = 0
        self._names: dict[str, Value] = {}
        self._used: set[str] = set()

    def read(self) -> Reading:
        results: list[Named] = []
        while not results or self._token.kind != "end":
            name = ""
            if self._token.kind == "name" and self._tokens[self._next + 1].text == "=":
                name = self._token.text
                self._next += 2
            results.append(Named(name, self._expression()))
            if name:
                self._names[name] = results[-1].value
                self._used.discard(name)
            is_over = self._token.is_after_line or self._token.kind == "end"
            while self._take(";", ","):
                is_over = True
            if not is_over:
                raise self._not_understood()
        return Reading(values.left_over(results, self._used))

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _is_at(self, *signs: str) -> bool:
        return self._tokens[self._next].text in signs

    def _take(self, *signs: str) -> str | None:
        """Pass over one of these signs, if it is next."""
        text = self._tokens[self._next].text
        if text not in signs:
            return None
        self._next += 1
        return text

    def _expect(self, sign: str) -> None:
        if self._take(sign) is None:
            raise self._not_understood()

    def _expression(self, least: int = 0, *, in_row: bool = False) -> Value:
        """Read as far as the signs bind at least so tightly."""
        has_sign, is_negative = self._is_at("+", "-"), False
        while sign := self._take("+", "-"):
            is_negative ^= sign == "-"
        # -2^2 is -(2^2), but 2^-3^2 is (2^-3)^2 in MATLAB.
        result = self._expression(max(least, _POWER)) if has_sign else self._primary()
        result = -result if is_negative else result
        while True:
            sign, is_after_space = self._token.text, self._token.is_after_space
            # "1/9 [1 1 1]" is no MATLAB, but formulas are written so. A space parts cells.
            is_factor = sign in ("(", "[") and not (in_row and is_after_space)
            # Below a matrix another one begins; below a number stands what it scales.
            is_factor &= not (self._token.is_after_line and result.ndim)
            binding = _PRODUCT if is_factor else _BINDINGS.get(sign, -1)
            if binding < least or (in_row and sign in ("+", "-") and self._begins_a_cell()):
                return result
            if sign in ("'", ".'") and is_after_space:
                raise self._not_understood()
            self._next += not is_factor
            if sign in ("'", ".'"):
                result = np.atleast_2d(result).T
            else:
                right = self._expression(binding + 1, in_row=in_row)
                result = _OPERATIONS["*" if is_factor else sign](result, right)

    def _begins_a_cell(self) -> bool:
        """Tell [1 -2] from [1 - 2] and [1-2]."""
        sign, *after = self._tokens[self._next : self._next + 2]
        return sign.is_after_space and not any(token.is_after_space for token in after)

    def _primary(self) -> Value:
        token = self._token
        self._depth += 1
        if self._depth > _MAX_NESTING:
            raise MatrixError("it is nested too deeply")
        if token.kind == "number":
            self._next += 1
            result = values.number(token.text)
        elif token.kind == "name":
            result = self._call(token.text)
        elif self._take("("):
            result = self._expression()
            self._expect(")")
        elif self._take("["):
            result = self._matrix()
        else:
            raise self._not_understood()
        self._depth -= 1
        return result

    def _call(self, name: str) -> Value:
        if name in self._names:
            self._next += 1
            self._used.add(name)
            return self._names[name]
        if name == "pi":
            self._next += 1
            return values.check(np.pi)
        function = _FUNCTIONS.get(name)
        if function is None:
            raise self._not_understood()
        self._next += 1
        self._expect("(")
        arguments = [self._expression()]
        while self._take(","):
            arguments.append(self._expression())
        self._expect(")")
        try:
            return values.check(function(*arguments))
        except TypeError as error:  # not as many arguments as it takes
            raise MatrixError(f"the arguments of “{name}” are not supported") from error

    def _matrix(self) -> Value:
        """Read what follows a bracket; rows and cells may be matrices themselves."""
        rows: list[Value] = []
        cells: list[Value] = []
        width = height = 0
        while True:
            if self._is_at(";", "\n", "]"):
                if cells:
                    rows.append(self._joined(cells, number=len(rows)))
                    height += len(rows[-1])
                    values.check_edges(height, width)
                    cells, width = [], 0
                if self._take("]"):
                    return self._stacked(rows)
                self._next += 1
                continue
            if cells and not self._take(",") and not self._token.is_after_space:
                raise self._not_understood()
            while self._take("\n"):
                pass
            cells.append(self._expression(in_row=True))
            width += 1 if cells[-1].size == 1 else cells[-1].shape[-1]
            values.check_edges(1, width)

    def _joined(self, cells: list[Value], *, number: int) -> Value:
        if not any(cell.ndim for cell in cells):
            return np.array([cells])
        try:
            return np.hstack([np.atleast_2d(cell) for cell in cells])
        except ValueError as error:
            raise MatrixError(f"the matrices in row {number} differ in height") from error

    def _stacked(self, rows: list[Value]) -> Value:
        if not rows:
            raise MatrixError("it is empty")
        for number, row in enumerate(rows):
            if row.shape[1] != rows[0].shape[1]:
                has = f"row {number} has {count_columns(row.shape[1])}"
                raise MatrixError(f"{has}, row 0 has {rows[0].shape[1]}")
        return values.check(np.vstack(rows))

    def _not_understood(self) -> MatrixError:
        if self._token.kind == "end":
            opened: list[int] = []
            for token in self._tokens:
                if token.text in ("(", "["):
                    opened.append(token.place)
                elif token.text in (")", "]") and opened:
                    opened.pop()
            if opened:
                return NotClosedError(*_line_and_column(self._text, opened[-1]))
        return _not_understood(self._text, self._token.place)


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    place, is_after_space, is_after_line, depth = 0, False, False, 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise _not_understood(text, place)
        sign = found.group()
        depth += (sign == "[") - (sign == "]")
        # Outside of brackets a new line is no token: most often it means nothing.
        if found.lastgroup != "space" and (sign != "\n" or depth > 0):
            tokens.append(_Token(found.lastgroup, sign, place, is_after_space, is_after_line))
            is_after_line = False
        is_after_line |= sign == "\n"
        is_after_space = found.lastgroup == "space"
        place = found.end()
    return [*tokens, _Token("end", "", place, False)]


def _not_understood(text: str, place: int) -> NotUnderstoodError:
    return NotUnderstoodError(*_line_and_column(text, place))


def _line_and_column(text: str, place: int) -> tuple[int, int]:
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def _size(*sizes: Value) -> tuple[int, int]:
    """Return rows and columns of ones(3), ones(3, 5) and ones([3 5])."""
    numbers = [values.whole(size) for one in sizes for size in np.ravel(one)]
    if len(numbers) not in (1, 2):
        raise MatrixError("a matrix in it is not 2-D")
    return numbers[0], numbers[-1]


def _divide(left: Value, right: Value) -> Value:
    if right.size > 1:
        raise MatrixError("it divides by a matrix")
    return values.divide(left, right.reshape(()))


_OPERATIONS: dict[str, Callable[[Value, Value], Value]] = {
    "+": values.add,
    "-": values.subtract,
    "*": values.matrix_product,
    "/": _divide,
    ".*": values.multiply,
    "./": values.divide,
    "^": values.power,  # of matrices only the numbers are raised
    ".^": values.power,
}
_FUNCTIONS: dict[str, Callable[..., Value]] = {
    **values.FUNCTIONS,
    "ones": lambda *sizes: values.filled(_size(*sizes), 1),
    "zeros": lambda *sizes: values.filled(_size(*sizes)),
    "eye": lambda *sizes: values.identity(*_size(*sizes)),
}
