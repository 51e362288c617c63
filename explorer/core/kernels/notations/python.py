"""Read matrices as NumPy writes them: a few functions and the rules of arithmetic, nothing else."""

import ast
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence

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

# Python's own parser can be brought down by nesting and by chains of signs: neither reaches it.
_MAX_NESTING = 20
_CHAIN = re.compile(r"(?:[-+~*][\s()]*){12}")
_PROMPT = re.compile(r"^(?:>>>|\.\.\.) ?", re.MULTILINE)
_MODULES = frozenset({"np", "numpy", "math", "torch", "tf", "cv2", "jnp"})
_UNUSED_KEYWORDS = frozenset({"dtype", "device", "requires_grad"})
_KINDS = re.compile(r"u?int(8|16|32|64)?|float(16|32|64|_)?|double|single|CV_(32|64)F")


def read_python(text: str) -> Reading:
    """Read the matrices that a script assigns or ends with.

    Parameters
    ----------
    text : str
        "k = np.array([[1, 0, -1]] * 3)" is no NumPy: lists are arrays here. Imports and kinds of
        numbers (dtype) are passed over. A list of numbers alone whose lines are of one length is
        meant as it is laid out, though to NumPy it is a single row.

    Raises
    ------
    MatrixError
        It holds anything but numbers, lists, arithmetic and the functions below.
    """
    text = textwrap.dedent(_PROMPT.sub("", text)).strip()
    depth = _depth_of(text)
    if depth > _MAX_NESTING or text.count("**") > _MAX_NESTING or _CHAIN.search(text):
        raise MatrixError("it is nested too deeply")
    try:
        statements = ast.parse(text).body
        return _Reader().run(statements)
    except SyntaxError as error:
        is_open = error.msg.endswith("was never closed")
        kind = NotClosedError if is_open else NotUnderstoodError
        raise kind(error.lineno or 1, error.offset or 1) from error
    except (RecursionError, MemoryError) as error:
        raise MatrixError("it is nested too deeply") from error
    except MatrixError:
        raise
    except ValueError as error:  # a null byte, half a surrogate pair, thousands of digits
        raise MatrixError("it contains characters that are not text") from error


def _depth_of(text: str) -> int:
    depth = most = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        most = max(most, depth)
    return most


class _Reader:
    """Walks through the statements; knows the names that they assign."""

    def __init__(self) -> None:
        self._names: dict[str, Value] = {}
        self._used: set[str] = set()
        self._lists = 0  # that are open around what is read
        self._laid_out: tuple[int, ...] | None = None

    def run(self, statements: Sequence[ast.stmt]) -> Reading:
        results: list[Named] = []
        for statement in statements:
            match statement:
                case ast.Import() | ast.ImportFrom():
                    continue
                case ast.Expr(value=node):
                    results.append(Named("", self.value(node)))
                case ast.Assign(targets=[ast.Name(id=name)], value=node):
                    results.append(self._assign(name, self.value(node)))
                case ast.AugAssign(target=ast.Name(id=name) as target, op=sign, value=node):
                    results.append(self._assign(name, self._operate(sign, target, node, statement)))
                case _:
                    raise _not_understood(statement)
        matrices = values.left_over(results, self._used)
        return Reading(matrices, is_laid_out=matrices[0].value.shape == self._laid_out)

    def _assign(self, name: str, value: Value) -> Named:
        self._names[name] = value
        self._used.discard(name)
        return Named(name, value)

    def value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=int() | float() as content) if not isinstance(content, bool):
                try:
                    return values.check(float(content))
                except OverflowError as error:
                    raise MatrixError("a number in it is not finite") from error
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return self._stack(items)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.value(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.value(operand)
            case ast.BinOp(left=left, op=sign, right=right):
                return self._operate(sign, left, right, node)
            case ast.Name(id=name) if name in self._names:
                self._used.add(name)
                return self._names[name]
            case ast.Name(id="pi") | ast.Attribute(value=ast.Name(), attr="pi"):
                return values.check(np.pi)
            case ast.Attribute(value=inner, attr="T"):
                return self.value(inner).T
            case ast.Call():
                return self._call(node)
        raise _not_understood(node)

    def _operate(self, sign: ast.operator, left: ast.expr, right: ast.expr, at: ast.AST) -> Value:
        operation = _OPERATIONS.get(type(sign))
        if operation is None:
            raise _not_understood(at)
        return operation(self.value(left), self.value(right))

    def _stack(self, items: Sequence[ast.expr]) -> Value:
        columns = 0 if self._lists else _columns_of(items)
        values.check_edges(*((len(items) // columns, columns) if columns else (len(items),)))
        self._lists += 1
        rows = [self.value(item) for item in items]
        self._lists -= 1
        if columns and not any(row.ndim for row in rows):
            table = values.check(np.reshape(rows, (-1, columns)))
            self._laid_out = table.shape
            return table
        for count, row in enumerate(rows):
            if row.shape != rows[0].shape:
                has = f"row {count} has {count_columns(row.size)}"
                raise MatrixError(f"{has}, row 0 has {rows[0].size}")
        return values.check(np.array(rows))

    def _call(self, call: ast.Call) -> Value:
        if any(one.arg not in _UNUSED_KEYWORDS for one in call.keywords):
            raise _not_understood(call)
        # np.float32([[1]]) and np.ones((3, 3), np.float32): what kind of number does not matter.
        arguments = [self.value(one) for one in call.args if not _is_kind(one)]
        match call.func:
            case ast.Name(id=name):
                pass
            case ast.Attribute(value=ast.Name(id=module), attr=name) if (
                module in _MODULES and module not in self._names
            ):
                pass
            case ast.Attribute(value=inner, attr=name) if name in _METHODS:
                arguments = [self.value(inner), *arguments]
            case _:
                raise _not_understood(call)
        if name == "reshape":
            self._laid_out = None  # what it is to be is said
        function = _FUNCTIONS.get(name)
        if function is None:
            raise _not_understood(call)
        try:
            return values.check(function(*arguments))
        except TypeError as error:  # not as many arguments as it takes
            raise _not_understood(call) from error


def _columns_of(items: Sequence[ast.expr]) -> int:
    """Return how many items stand on each line, if they make a table of several; else 0."""
    lengths = set(Counter(item.lineno for item in items).values())
    (columns,) = lengths if len(lengths) == 1 else (0,)
    return columns if 1 < columns < len(items) else 0


def _is_kind(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.Constant(value=str() as name):
            return _KINDS.fullmatch(name) is not None
    return False


def _not_understood(node: ast.AST) -> NotUnderstoodError:
    return NotUnderstoodError(getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1)


def _shape(sizes: Value) -> list[int]:
    return [values.whole(size) for size in np.atleast_1d(sizes)]


def _eye(rows: Value, columns: Value | None = None) -> Value:
    return values.identity(values.whole(rows), values.whole(rows if columns is None else columns))


def _reshape(array: Value, *sizes: Value) -> Value:
    shape = [int(size) for one in sizes for size in np.atleast_1d(one)]
    try:
        return array.reshape(shape)
    except ValueError as error:
        raise MatrixError("the numbers do not fill the given shape") from error


def _sum(array: Value) -> Value:
    return values.check(array.sum())


def _as_it_is(array: Value) -> Value:
    return array


_OPERATIONS: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: values.add,
    ast.Sub: values.subtract,
    ast.Mult: values.multiply,
    ast.Div: values.divide,
    ast.Pow: values.power,
    ast.MatMult: values.matrix_product,
}
_METHODS = frozenset({"astype", "copy", "sum", "transpose", "reshape"})
_FUNCTIONS: dict[str, Callable[..., Value]] = {
    **values.FUNCTIONS,
    **dict.fromkeys(
        ("array", "asarray", "matrix", "tensor", "constant", "astype", "copy"), _as_it_is
    ),
    **dict.fromkeys(("float16", "float32", "float64", "int32", "int64", "float"), _as_it_is),
    "ones": lambda shape: values.filled(_shape(shape), 1),
    "zeros": lambda shape: values.filled(_shape(shape)),
    "full": lambda shape, content: values.multiply(values.filled(_shape(shape), 1), content),
    "eye": _eye,
    "identity": _eye,
    "outer": values.outer,
    "sum": _sum,
    "transpose": lambda array: array.T,
    "reshape": _reshape,
}
