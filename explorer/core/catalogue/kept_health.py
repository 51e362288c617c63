"""What takes long to find out about a dataset's health, kept for the next start."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy.typing as npt

from explorer.core.files.own_arrays import Arrays, read_own_arrays, write_own_arrays

MOST_FILES = 50
_MOST_BYTES = 200_000_000


def read_arrays(folder: Path, key: str) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays that were kept under a key; none where there are none, or damaged ones."""
    return read_own_arrays(_file(folder, key), _MOST_BYTES)


def write_arrays(folder: Path, key: str, arrays: Arrays) -> None:
    """Keep arrays under a key; those that were written longest ago make room for them."""
    with suppress(OSError):  # it can be found out again
        write_own_arrays(_file(folder, key), arrays)
        files = sorted(folder.glob("*.npz"), key=lambda file: file.stat().st_mtime)
        for file in files[:-MOST_FILES]:
            file.unlink(missing_ok=True)


def _file(folder: Path, key: str) -> Path:
    return folder / f"{key}.npz"
