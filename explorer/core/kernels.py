"""Kernels and filters: the small tables of weights that slide over a picture, and their files."""

import io
import json
import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from explorer.errors import KernelError

MAX_EDGE = 31
MAX_WEIGHT = 1e6
MAX_FILE_BYTES = 1_000_000

_OWN = "own kernel"
_Cell = TypeVar("_Cell")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


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
        The weights are not such a table; the sentence says where and why.
    """

    name: str
    weights: npt.NDArray[np.float64]

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
        """How many rows the table has."""
        return int(self.weights.shape[0])

    @property
    def columns(self) -> int:
        """How many columns the table has."""
        return int(self.weights.shape[1])

    @cached_property
    def total(self) -> float:
        """The sum of the weights: how a constant picture is scaled."""
        return float(self.weights.sum())

    @cached_property
    def absolute_total(self) -> float:
        """The sum of the weights' magnitudes: how large a response can become."""
        return float(np.abs(self.weights).sum())

    def with_weight(self, row: int, column: int, value: float) -> "Kernel":
        """Return this kernel with one weight changed.

        Raises
        ------
        KernelError
            The value is not a finite number of sensible size.
        """
        weights = self.weights.copy()
        weights[row, column] = value
        return Kernel(self.name, weights)


@dataclass(frozen=True)
class Filter:
    """What is applied to a picture: one kernel, or the gradient magnitude of two.

    Attributes
    ----------
    name : str
        For a person: "Box blur 3×3".
    kernels : tuple of Kernel
        One: convolution. Two of equal size: the hypotenuse of both responses.
    key : str
        What the command line calls it: "box-3x3".
    """

    name: str
    kernels: tuple[Kernel, ...]
    key: str

    def __post_init__(self) -> None:
        if len(self.kernels) not in (1, 2):
            raise _refusal(self.name, f"a filter has one or two kernels, not {len(self.kernels)}")
        if len({kernel.weights.shape for kernel in self.kernels}) > 1:
            raise _refusal(self.name, "its two kernels differ in size")


def find_preset(name: str) -> Filter:
    """Return the preset of that key or name; case, spaces and hyphens do not matter.

    Raises
    ------
    KernelError
        There is none; the sentence lists them.
    """
    wanted = _squeeze(name)
    for preset in PRESETS:
        if wanted in (_squeeze(preset.key), _squeeze(preset.name)):
            return preset
    raise KernelError(f"There is no kernel called “{_shorten(name)}”; there are {_preset_names()}.")


def parse_weight(text: str) -> float:
    """Read one weight as a person types it: digits with a decimal point.

    Raises
    ------
    KernelError
        It is empty, not a number, or not of a sensible size.
    """
    try:
        return _parse_weight(text)
    except ValueError as error:
        raise KernelError(f"The weight was not changed: {error}.") from error


def parse_kernel(text: str) -> Kernel:
    """Read a kernel written as JSON: '[[1, 0], [0, -1]]', or '[1, 2, 1]' for one row.

    Raises
    ------
    KernelError
        The text is no such list; the sentence names the row and column where possible.
    """
    return Kernel(_OWN, _weights_from_lists(_OWN, _load_json(_OWN, text)))


def parse_table(text: str) -> Kernel:
    """Read a kernel as a spreadsheet copies it: a line per row; tab, semicolon, comma or space.

    Raises
    ------
    KernelError
        A cell is no number or rows differ in length; the sentence names row and column.
    """
    return Kernel(_OWN, _weights_from_table(_OWN, text))


def read_kernel(path: Path) -> Filter:
    """Read a kernel file: JSON, a table (CSV), or NumPy's NPY; told apart by content.

    Parameters
    ----------
    path : Path
        An ordinary file of at most 1 MB. JSON holds a list of rows, or
        {"name": ..., "weights": rows}, or {"name": ..., "kernels": [rows, rows]}.

    Raises
    ------
    KernelError
        One sentence naming the file and the reason.
    """
    name, title = path.name, path.stem
    data = _read_bytes(path)
    if data.startswith(b"\x93NUMPY"):
        tables = [_weights_from_npy(name, data)]
    else:
        text = _decode(name, data)
        if text.lstrip().startswith(("[", "{")):
            content = _load_json(name, text)
            if isinstance(content, dict):
                title = _title_of(content) or title
            tables = [_weights_from_lists(name, rows) for rows in _row_lists_of(name, content)]
        else:
            tables = [_weights_from_table(name, text)]
    # What is refused is called by the file's name, what is accepted by its title.
    checked = Filter(name, tuple(Kernel(name, table) for table in tables), str(path))
    return replace(
        checked, name=title, kernels=tuple(replace(one, name=title) for one in checked.kernels)
    )


def filter_from_text(text: str) -> Filter:
    """Return the filter that a command line names: a preset, a JSON literal, or a file.

    Parameters
    ----------
    text : str
        "gx", "[[1, 0], [0, -1]]" or "sharper.json". A preset goes before a file of that name.

    Raises
    ------
    KernelError
        It is none of the three, or the file is no kernel.
    """
    text = text.strip()
    if text.startswith("["):
        kernel = parse_kernel(text)
        return Filter(_OWN, (kernel,), json.dumps(kernel.weights.tolist()))
    try:
        return find_preset(text)
    except KernelError as error:
        if not text or not _exists(Path(text)):
            message = f"“{_shorten(text)}” is neither a file nor a kernel: there are "
            raise KernelError(message + f"{_preset_names()}.") from error
    return read_kernel(Path(text))


def _check_weights(name: str, weights: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return a read-only copy of the weights, or say what is wrong with them."""
    try:
        array = np.array(weights, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        raise _refusal(name, "it is not a table of numbers") from error
    if array.ndim != 2:
        raise _refusal(name, f"it has {array.ndim} dimensions instead of rows and columns")
    if array.size == 0:
        raise _refusal(name, "it is empty")
    if max(array.shape) > MAX_EDGE:
        raise _too_large(name, *array.shape)
    for problem, reason in (
        (~np.isfinite(array), "is not a finite number"),
        (np.abs(array) > MAX_WEIGHT, "is beyond a million"),
    ):
        if problem.any():
            row, column = np.argwhere(problem)[0]
            raise _refusal(name, f"row {row + 1}, column {column + 1} {reason}")
    array += 0.0  # turns -0.0 into 0.0, so that equal kernels hash alike
    array.flags.writeable = False
    return array


def _refusal(name: str, reason: str) -> KernelError:
    return KernelError(f"“{_shorten(name)}” cannot be used: {reason}.")


def _too_large(name: str, rows: int, columns: int) -> KernelError:
    return _refusal(name, f"it is {rows}×{columns}, the most is {MAX_EDGE}×{MAX_EDGE}")


def _squeeze(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold().replace("×", "x")


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _preset_names() -> str:
    return ", ".join(preset.key for preset in PRESETS)


def _title_of(content: dict[str, object]) -> str:
    title = content.get("name")
    return " ".join(title.split())[:60] if isinstance(title, str) else ""


def _row_lists_of(name: str, content: object) -> list[object]:
    """Return the lists of rows that a JSON file holds, unchecked, at most one too many."""
    if not isinstance(content, dict):
        return [content]
    if "weights" in content:
        return [content["weights"]]
    kernels = content.get("kernels")
    if not isinstance(kernels, list):
        raise _refusal(name, "it has neither “weights” nor “kernels”")
    return [one.get("weights") if isinstance(one, dict) else one for one in kernels[:3]]


def _load_json(name: str, text: str) -> object:
    if len(text) > MAX_FILE_BYTES:
        raise _refusal(name, "the text is too long")
    try:
        # Infinity and NaN are no JSON, though Python reads them: let the cell be named instead.
        return json.loads(text)
    except RecursionError as error:
        raise _refusal(name, "its lists are nested too deeply") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, character {error.colno}"
        raise _refusal(name, f"it is not valid JSON at {where}") from error
    except ValueError as error:  # Python refuses integers of thousands of digits
        raise _refusal(name, "it contains a number that is far too long") from error


def _weights_from_lists(name: str, content: object) -> npt.NDArray[np.float64]:
    if not isinstance(content, list):
        raise _refusal(name, "it is not a list of rows")
    rows = content if any(isinstance(row, list) for row in content) else [content]
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list):
            raise _refusal(name, f"row {number} is not a list of numbers")
    return _weights_from_rows(name, rows, _weight_from_json)


def _weights_from_table(name: str, text: str) -> npt.NDArray[np.float64]:
    if len(text) > MAX_FILE_BYTES:
        raise _refusal(name, "the text is too long")
    lines = [line for line in text.splitlines() if line.strip()]
    separator = next((mark for mark in "\t;," if mark in text), None)
    rows = [line.strip(" ").split(separator) for line in lines]
    return _weights_from_rows(name, rows, _parse_weight)


def _weights_from_rows(
    name: str, rows: list[list[_Cell]], read: Callable[[_Cell], float]
) -> npt.NDArray[np.float64]:
    width = max((len(row) for row in rows), default=0)
    if len(rows) > MAX_EDGE or width > MAX_EDGE:
        raise _too_large(name, len(rows), width)
    weights = np.zeros((len(rows), width))
    for i, row in enumerate(rows):
        if len(row) != width:
            reason = f"row {i + 1} has {len(row)} columns, another has {width}"
            raise _refusal(name, reason)
        for j, cell in enumerate(row):
            try:
                weights[i, j] = read(cell)
            except ValueError as error:
                raise _refusal(name, f"row {i + 1}, column {j + 1}: {error}") from error
    return weights


def _weight_from_json(cell: object) -> float:
    if isinstance(cell, str):
        return _parse_weight(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise ValueError("it is not a number")
    return _sensible(cell)


def _parse_weight(text: str) -> float:
    """Read a cell; ValueError with a reason that fits into a sentence."""
    cell = text.strip().replace("\N{MINUS SIGN}", "-")
    if not cell:
        raise ValueError("it is empty")
    if _NUMBER.fullmatch(cell):
        return _sensible(float(cell))
    if _NUMBER.fullmatch(cell.replace(",", ".", 1)):
        raise ValueError(f"“{_shorten(cell)}” needs a decimal point, not a comma")
    raise ValueError(f"“{_shorten(cell)}” is not a number")


def _sensible(value: float) -> float:
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("it is not a finite number")
    if abs(value) > MAX_WEIGHT:
        raise ValueError("it is beyond a million")
    return float(value)


def _exists(path: Path) -> bool:
    try:
        os.stat(path)
    except PermissionError:
        return True  # reading it will tell
    except (OSError, ValueError):  # missing, or no name that the system takes
        return False
    return True


def _read_bytes(path: Path) -> bytes:
    try:
        # stat first: opening a FIFO or a device would block or never end.
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise _unopened(path, "it is a folder")
        if not stat.S_ISREG(status.st_mode):
            raise _unopened(path, "it is not an ordinary file")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise _unopened(path, "there is no such file any more") from error
    except PermissionError as error:
        raise _unopened(path, "permission denied") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _unopened(path, f"the system says: {reason}") from error
    if not data:
        raise _unopened(path, "the file is empty")
    if len(data) > MAX_FILE_BYTES:
        raise _unopened(path, "a kernel file has at most 1 MB")
    return data


def _unopened(path: Path, reason: str) -> KernelError:
    return KernelError(f"“{_shorten(path.name)}” was not opened: {reason}.")


def _decode(name: str, data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _refusal(name, "it is neither text nor a NumPy file") from error


def _weights_from_npy(name: str, data: bytes) -> npt.NDArray[np.float64]:
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        read_header = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, kind = read_header(file)
        # The header first: it can promise an array far larger than the file.
        if kind.kind not in "iuf":
            raise _refusal(name, "it does not hold plain numbers")
        if len(shape) not in (1, 2):
            raise _refusal(name, f"it has {len(shape)} dimensions instead of rows and columns")
        if max(shape) > MAX_EDGE:
            raise _too_large(name, *(shape if len(shape) == 2 else (1, shape[0])))
        file.seek(0)
        array = np.lib.format.read_array(file, allow_pickle=False)
    except KernelError:
        raise
    except Exception as error:  # a stranger's bytes: NumPy raises several kinds
        raise _refusal(name, "the NumPy file is damaged") from error
    return np.atleast_2d(array).astype(np.float64)


def _preset(key: str, name: str, table: Sequence[Sequence[float]], *, over: float = 1) -> Filter:
    return Filter(name, (Kernel(name, np.array(table, np.float64) / over),), key)


_GX = _preset("gx", "Gx", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
_GY = _preset("gy", "Gy", [[1, 2, 1], [0, 0, 0], [-1, -2, -1]])
_BINOMIAL = (1, 4, 6, 4, 1)

PRESETS: tuple[Filter, ...] = (
    _preset("identity", "Identity", [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    _preset("box-3x3", "Box blur 3×3", [[1] * 3] * 3, over=9),
    _preset("box-8x8", "Box blur 8×8", [[1] * 8] * 8, over=64),
    _GX,
    _GY,
    Filter("Gradient magnitude", (*_GX.kernels, *_GY.kernels), "gradient"),
    _preset("sharpen", "Sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    _preset("outline", "Outline", [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    _preset("emboss", "Emboss", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
    _preset("gaussian", "Gaussian 5×5", [[a * b for b in _BINOMIAL] for a in _BINOMIAL], over=256),
)
