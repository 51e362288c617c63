"""Arrays that the program keeps for itself, in files that may be damaged all the same."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.files.reading import read_whole
from explorer.core.files.writing import write_own
from explorer.errors import ExplorerError

Arrays = Mapping[str, npt.NDArray[Any]]


def read_own_arrays(file: Path, most_bytes: int) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a file by name; none where there is no file or it is damaged."""
    try:
        content = read_whole(file, most_bytes, name=file.name, error=ExplorerError)
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            return dict(found)
    except Exception:  # of many kinds, of zipfile's and NumPy's: it can be found out again
        return {}


def write_own_arrays(file: Path, arrays: Arrays) -> None:
    """Write arrays, whole or not at all; OSError where they cannot be written."""
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **dict(arrays))
    write_own(file, content.getvalue())
