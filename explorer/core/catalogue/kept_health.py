"""What takes long to find out about a dataset's health, kept for the next start."""

import io
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.files.reading import read_whole
from explorer.core.files.writing import write_own
from explorer.errors import ExplorerError

Arrays = Mapping[str, npt.NDArray[Any]]

MOST_FILES = 50
_MOST_BYTES = 200_000_000


def read_arrays(folder: Path, key: str) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays that were kept under a key; none where there are none, or damaged ones."""
    file = _file(folder, key)
    if not file.exists():
        return {}
    try:
        content = read_whole(file, _MOST_BYTES, name=file.name, error=ExplorerError)
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            return dict(found)
    except (ExplorerError, OSError, ValueError, KeyError, zipfile.BadZipFile):
        return {}  # it can be found out again


def write_arrays(folder: Path, key: str, arrays: Arrays) -> None:
    """Keep arrays under a key; those that were written longest ago make room for them."""
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **dict(arrays))
    with suppress(OSError):  # it can be found out again
        write_own(_file(folder, key), content.getvalue())
        files = sorted(folder.glob("*.npz"), key=lambda file: file.stat().st_mtime)
        for file in files[:-MOST_FILES]:
            file.unlink(missing_ok=True)


def _file(folder: Path, key: str) -> Path:
    return folder / f"{key}.npz"
