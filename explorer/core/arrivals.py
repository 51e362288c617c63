"""Sort the paths that a person dropped or named: pictures, folders, models, kernels."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_MODEL_SUFFIXES = frozenset((".keras", ".h5", ".hdf5", ".tflite", ".onnx", ".pt", ".pth"))
_KERNEL_SUFFIXES = frozenset((".json", ".csv", ".npy"))


@dataclass(frozen=True)
class Arrivals:
    """Paths by what they are; a file of no known kind counts as a picture: its reader says no."""

    pictures: tuple[Path, ...] = field(default=())
    folders: tuple[Path, ...] = field(default=())
    models: tuple[Path, ...] = field(default=())
    kernels: tuple[Path, ...] = field(default=())


def sort_arrivals(paths: Sequence[Path]) -> Arrivals:
    """Look at each path once; touches the disk, so not for the GUI thread.

    Parameters
    ----------
    paths : sequence of Path
    """
    sorted_paths: dict[str, list[Path]] = {
        "pictures": [],
        "folders": [],
        "models": [],
        "kernels": [],
    }
    for path in paths:
        sorted_paths[_kind(path)].append(path)
    return Arrivals(**{kind: tuple(found) for kind, found in sorted_paths.items()})


def _kind(path: Path) -> str:
    suffix = path.suffix.lower()
    try:
        if path.is_dir():
            return "models" if (path / "card.json").is_file() else "folders"
    except (OSError, ValueError):
        return "pictures"  # its reader says what is wrong
    if suffix in _MODEL_SUFFIXES:
        return "models"
    return "kernels" if suffix in _KERNEL_SUFFIXES else "pictures"
