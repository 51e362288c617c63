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

from explorer.core.geometry import Border, Size, continue_positions
from explorer.core.threads import computing_threads

Values = npt.NDArray[np.float32]
Weights = npt.NDArray[np.float64]

LIBRARY = Path(__file__).parent / "native" / "separable.so"

# As in native/separable.c.
_GROUP = 4
# So many products are worth waking a thread for: 0.1 to 0.2 ms.
_WORTH_A_THREAD = 4_000_000

_SIZE = ctypes.c_ssize_t
_ARRAY = ctypes.c_void_p


def is_compiled() -> bool:
    """Say whether there is compiled code: else `slide` cannot be called."""
    return _load() is not None


def group(weights: Weights) -> list[Weights]:
    """Cut the weights of one axis into groups that are added up before they join the sum."""
    first = weights.size if weights.size < 2 else 2 + (weights.size - 2) % _GROUP
    return [weights[:first], *np.split(weights[first:], (weights.size - first) // _GROUP or 1)]


def slide(
    planes: Values,
    column: Weights,
    row: Weights,
    *,
    padding: tuple[Size, Size],
    border: Border,
) -> Values:
    """Add up neighbours, each weighted by its row's entry of a column times its column's of a row.

    Parameters
    ----------
    planes : (height, width) or (height, width, channels) float32
    column : (rows,) float64
    row : (columns,) float64
    padding : ((above, below), (left, right))
        How far the planes are continued first, in pixels.
    border : {"zero", "replicate", "reflect", "wrap"}
        With what.

    Returns
    -------
    Values
        A new array, (height + above + below - rows + 1, width + left + right - columns + 1, ...)
        float32, computed in float32: down first, then across, by groups of terms (`group`).

    Raises
    ------
    MemoryError
        There is no room for a line.
    """
    library = _load()
    assert library is not None, "see is_compiled"
    planes = np.ascontiguousarray(planes, np.float32)
    height, width, *channels = planes.shape
    lines = _continue(height, *padding[0], border)
    left, right = padding[1]
    places = _continue(width, left, right, border)
    count = len(lines) - column.size + 1
    sums = np.empty((count, len(places) - row.size + 1, *channels), np.float32)
    down, across = np.asarray(column, np.float32), np.asarray(row, np.float32)

    def fill(first: int, last: int) -> None:
        failed = library.weigh_separably(
            planes.ctypes.data,
            width,
            channels[0] if channels else 1,
            lines.ctypes.data,
            places.ctypes.data,
            left,
            places[left + width :].ctypes.data,
            right,
            down.ctypes.data,
            down.size,
            across.ctypes.data,
            across.size,
            sums.ctypes.data,
            first,
            last,
        )
        if failed:
            raise MemoryError

    work = sums.size * (down.size + across.size)
    shares = max(1, min(os.cpu_count() or 1, work // _WORTH_A_THREAD))
    parts = list(pairwise(count * share // shares for share in range(shares + 1)))
    others = [computing_threads().submit(fill, first, last) for first, last in parts[1:]]
    fill(*parts[0])
    for other in others:
        other.result()
    return sums


@lru_cache(maxsize=64)
def _continue(length: int, before: int, after: int, border: Border) -> npt.NDArray[np.int32]:
    """Return which of a picture's rows, or columns, stands at each place, -1 where none does."""
    positions = np.arange(-before, length + after)
    sources = continue_positions(positions, length, border).astype(np.int32)
    if border == "zero":
        sources[(positions < 0) | (positions >= length)] = -1
    return sources


@cache
def _load() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(str(LIBRARY))
    except OSError:
        return None
    library.weigh_separably.argtypes = [
        *(_ARRAY, _SIZE, _SIZE),  # planes, width, channels
        *(_ARRAY, _ARRAY, _SIZE, _ARRAY, _SIZE),  # lines, left and how many, right and how many
        *(_ARRAY, _SIZE, _ARRAY, _SIZE),  # the column and the row
        *(_ARRAY, _SIZE, _SIZE),  # sums, from which line to which
    ]
    library.weigh_separably.restype = ctypes.c_int
    return library
