"""Sums weighted by a column times a row, in one way through the picture, by compiled code.

OpenCV's two passes over 3x3 take longer than its one of nine products. Here both passes are made
line by line, while the line is in the processor's cache. `native/separable.c` does it; it is
compiled when the program is installed, where there is a C compiler (`setup/compile_native.py`).
"""

import ctypes
import os
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from explorer.core.convolution.geometry import Border, Size, continue_positions
from explorer.core.convolution.parallel import parallel_for
from explorer.core.convolution.rounding_error import Weights

Values = npt.NDArray[np.float32]
Places = npt.NDArray[np.int32]
Padding = tuple[Size, Size]

LIBRARY = Path(__file__).parent / "native" / "separable.so"

# As in native/separable.c.
_GROUP = 4
# So many products are worth waking a thread for, which takes 0.1 to 0.2 ms.
_WORTH_A_THREAD = 4_000_000

_SIZE = ctypes.c_ssize_t
_ARRAY = ctypes.c_void_p


def is_compiled() -> bool:
    """Say whether there is compiled code: else `Product` can do nothing."""
    return _load() is not None


class Product:
    """A column times a row, made ready to weigh pictures with.

    Parameters
    ----------
    column : (rows,) float64
    row : (columns,) float64
    """

    def __init__(self, column: Weights, row: Weights) -> None:
        self._factors = _Factors(column.astype(np.float32), row.astype(np.float32))

    def slide(self, planes: Values, padding: Padding, border: Border) -> Values:
        """Add up weighted neighbours wherever the table lies inside the continued planes.

        Parameters
        ----------
        planes : (height, width) or (height, width, channels) float32
        padding : ((above, below), (left, right))
            How far the planes are continued first, in pixels.
        border : {"zero", "replicate", "reflect", "wrap"}
            With what.

        Returns
        -------
        Values
            A new array, (height + above + below - rows + 1,
            width + left + right - columns + 1, ...) float32, computed in float32: down first, then
            across, by groups of terms (`group`).

        Raises
        ------
        MemoryError
            There is no room for a line.
        """
        planes = np.ascontiguousarray(planes, np.float32)
        frame, factors = _make_frame(planes.shape, padding, border), self._factors
        height, width = frame.height - factors.rows + 1, frame.full_width - factors.columns + 1
        sums = np.empty((height, width, *planes.shape[2:]), np.float32)
        work = sums.size * (factors.rows + factors.columns)
        if work < 2 * _WORTH_A_THREAD:
            _weigh(frame, factors, planes, sums, (0, height))
            return sums
        # Twice as many as cores, so that one that comes late finds something left.
        count = min(2 * (os.cpu_count() or 1), work // _WORTH_A_THREAD)
        edges = [height * number // count for number in range(count + 1)]
        parallel_for(lambda lines: _weigh(frame, factors, planes, sums, lines), pairwise(edges))
        return sums


def group(weights: Weights) -> list[Weights]:
    """Cut the weights of one axis into groups that are added up before they join the sum."""
    first = weights.size if weights.size < 2 else 2 + (weights.size - 2) % _GROUP
    starts = range(first, weights.size, _GROUP)
    return [weights[:first], *(weights[start : start + _GROUP] for start in starts)]


# What is handed over by address is made once and kept: making it takes as long as a small picture.


class _Factors(ctypes.Structure):
    _fields_ = (("column", _ARRAY), ("row", _ARRAY), ("rows", _SIZE), ("columns", _SIZE))

    rows: int
    columns: int

    def __init__(self, column: Values, row: Values) -> None:
        super().__init__(column.ctypes.data, row.ctypes.data, column.size, row.size)
        self.kept = column, row
        self.address = ctypes.addressof(self)


class _Frame(ctypes.Structure):
    _fields_ = (
        *(("width", _SIZE), ("channels", _SIZE)),
        *(("lines", _ARRAY), ("left", _ARRAY), ("right", _ARRAY)),
        *(("lefts", _SIZE), ("rights", _SIZE)),
    )

    def __init__(
        self, size: tuple[int, int, int], lines: Places, left: Places, right: Places
    ) -> None:
        addresses = lines.ctypes.data, left.ctypes.data, right.ctypes.data
        super().__init__(size[1], size[2], *addresses, left.size, right.size)
        self.kept = lines, left, right
        self.address = ctypes.addressof(self)
        self.height, self.full_width = lines.size, left.size + size[1] + right.size


@lru_cache(maxsize=64)
def _make_frame(shape: tuple[int, ...], padding: Padding, border: Border) -> _Frame:
    height, width, channels = (*shape, 1)[:3]
    before, after = padding[1]
    columns = _continue(width, before, after, border)
    lines = _continue(height, *padding[0], border)
    size = height, width, channels
    return _Frame(size, lines, columns[:before], columns[before + width :])


def _continue(length: int, before: int, after: int, border: Border) -> Places:
    """Return which of a picture's rows, or columns, stands at each place, -1 where none does."""
    positions = np.arange(-before, length + after)
    sources = continue_positions(positions, length, border).astype(np.int32)
    if border == "zero":
        sources[(positions < 0) | (positions >= length)] = -1
    return sources


def _weigh(
    frame: _Frame, factors: _Factors, planes: Values, sums: Values, lines: tuple[int, int]
) -> None:
    library = _load()
    assert library is not None, "see is_compiled"
    failed = library.weigh_separably(
        frame.address, factors.address, planes.ctypes.data, sums.ctypes.data, *lines
    )
    if failed:
        raise MemoryError


@cache
def _load() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(str(LIBRARY))
    except OSError:
        return None
    library.weigh_separably.argtypes = [_ARRAY, _ARRAY, _ARRAY, _ARRAY, _SIZE, _SIZE]
    library.weigh_separably.restype = ctypes.c_int
    return library
