"""Sort the paths that a person dropped or named: pictures, folders, models, kernels."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.core.files.names import printable_name
from explorer.core.images.npy import read_npy_header
from explorer.core.kernels.kernel import MAX_EDGE

_MODEL_SUFFIXES = frozenset((".keras", ".h5", ".hdf5", ".tflite", ".onnx", ".pt", ".pth"))
_KERNEL_SUFFIXES = frozenset((".json", ".csv", ".npy"))
_MOST_NAMES = 3


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


def name_paths(paths: Sequence[Path]) -> str:
    """Name at least one path in a sentence: “a”, “b” and 3 more."""
    names = [f"“{printable_name(path)}”" for path in paths]
    rest = len(names) - _MOST_NAMES
    if rest > 0:
        names = [*names[:_MOST_NAMES], f"{rest:,} more"]
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _sort(paths: Sequence[Path], kind: Callable[[Path], str]) -> PathsByKind:
    found: defaultdict[str, list[Path]] = defaultdict(list)
    for path in paths:
        found[kind(path)].append(path)
    return PathsByKind(**{name: tuple(each) for name, each in found.items()})


def _kind(path: Path) -> str:
    try:
        if path.is_dir():
            return "models" if (path / "card.json").is_file() else "folders"
    except (OSError, ValueError):
        return "pictures"  # its reader says what is wrong
    if path.suffix.lower() == ".npy" and _is_picture_sized(path):
        return "pictures"
    return _kind_by_suffix(path)


def _kind_by_suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix in _MODEL_SUFFIXES:
        return "models"
    return "kernels" if suffix in _KERNEL_SUFFIXES else "pictures"


def _is_picture_sized(path: Path) -> bool:
    """Say whether an array is larger than any kernel; its values are not read."""
    try:
        if not path.is_file():  # a pipe would block
            return False
        with path.open("rb") as file:
            shape = read_npy_header(file.read(2000)).shape
    except Exception:  # a stranger's bytes: the reader of kernels says what is wrong
        return False
    return len(shape) > 2 or max(shape, default=0) > MAX_EDGE
