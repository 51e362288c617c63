"""Sort the paths that a person dropped or named: pictures, folders, models, kernels."""

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.core.files.reading import open_regular
from explorer.core.images.npy import read_npy_header
from explorer.core.images.signatures import formats_of
from explorer.core.kernels.kernel import MAX_EDGE
from explorer.core.model_files.kinds import (
    START,
    ModelKind,
    has_model_suffix,
    is_of_a_model,
    kind_of,
)

_KERNEL_SUFFIXES = frozenset((".json", ".csv", ".npy"))


@dataclass(frozen=True)
class PathsByKind:
    """Paths by what they are; a file of no known kind counts as a picture: its reader says no."""

    pictures: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    models: tuple[Path, ...] = ()
    kernels: tuple[Path, ...] = ()


def sort_paths(paths: Sequence[Path]) -> PathsByKind:
    """Look at each path once; touches the disk, so not for the GUI thread."""
    return _sort(paths, _kind)


def guess_kinds(paths: Sequence[Path]) -> PathsByKind:
    """Guess by the names alone, for a promise while dragging: no suffix means a folder."""
    return _sort(paths, lambda path: _kind_by_suffix(path) if path.suffix else "folders")


def _sort(paths: Sequence[Path], kind: Callable[[Path], str]) -> PathsByKind:
    found: defaultdict[str, list[Path]] = defaultdict(list)
    for path in paths:
        found[kind(path)].append(path)
    return PathsByKind(**{name: tuple(each) for name, each in found.items()})


def _kind(path: Path) -> str:
    # None raises an error: whoever opens it says what is wrong.
    if os.path.isdir(path):
        return "folders" if kind_of(path) is ModelKind.FOLDER else "models"
    kind = _kind_by_suffix(path)
    if kind == "pictures" and path.suffix:
        return kind
    start = _first_bytes(path)
    if _is_picture(start):
        return "pictures"
    return "models" if is_of_a_model(start) else kind


def _kind_by_suffix(path: Path) -> str:
    if has_model_suffix(path.name):
        return "models"
    return "kernels" if path.suffix.lower() in _KERNEL_SUFFIXES else "pictures"


def _first_bytes(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            return file.read(START)
    except (OSError, ValueError):
        return b""


def _is_picture(start: bytes) -> bool:
    """Say whether first bytes are a picture's, or those of an array larger than any kernel."""
    try:
        formats = formats_of(start)
        if formats != ("NPY",):
            return bool(formats)
        shape = read_npy_header(start).shape
    except Exception:  # a stranger's bytes: the reader of kernels says what is wrong
        return False
    return len(shape) > 2 or max(shape, default=0) > MAX_EDGE
