"""Checkpoints: all that training needs to go on as if it had never stopped, in one file each."""

import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct, convert
from msgspec.structs import asdict

from explorer.core.files.json_text import read_json, write_json
from explorer.core.files.reading import open_regular
from explorer.core.training.history import find_best
from explorer.errors import ModelError

KEPT = 2

Arrays = tuple[npt.NDArray[np.generic], ...]


@dataclass(frozen=True)
class Checkpoint:
    """The state of training between two epochs.

    Attributes
    ----------
    epoch : int
        How many epochs are done.
    batch_size : int
        Pictures per step; smaller than asked for where memory did not suffice.
    rate_factor : float
        What the learning rate is multiplied with; below 1 after numbers overflowed.
    rows : tuple of mappings
        The history so far, a row for each epoch.
    variables : tuple of arrays
        Of the network and its optimizer.
    best : tuple of arrays
        The network's weights after the best epoch, see `find_best`; empty before the
        first epoch.
    """

    epoch: int
    batch_size: int
    rate_factor: float
    rows: tuple[Mapping[str, float], ...]
    variables: Arrays
    best: Arrays

    @property
    def is_finite(self) -> bool:
        """Whether no variable overflowed."""
        return all(np.isfinite(array).all() for array in self.variables)

    def fits(self, other: "Checkpoint") -> bool:
        """Whether it is of the same network and optimizer."""
        return [a.shape for a in self.variables] == [a.shape for a in other.variables]

    @property
    def byte_count(self) -> int:
        """The size of its file, but for a few kilobytes."""
        return sum(array.nbytes for array in (*self.variables, *self.best))

    @property
    def best_epoch(self) -> int:
        """The number of the epoch whose weights are kept of these rows, 0 before any."""
        return find_best(self.rows) + 1 if self.rows else 0


class Checkpoints:
    """The checkpoints of one run: the newest two stay; the folder is made with the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint beside the others and reopen it; then the oldest goes.

        Raises
        ------
        OSError
            It could not be written; the others are as they were.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"epoch-{checkpoint.epoch:05}.npz"
        temporary = file.with_suffix(".tmp")
        try:
            with temporary.open("wb") as stream:
                np.savez(stream, **_to_arrays(checkpoint))
                stream.flush()
                os.fsync(stream.fileno())
            if _read(temporary) is None:
                raise OSError(f"“{file.name}” could not be read back")
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
        files = self._files()
        following = files.index(file) + 1
        # Those of later epochs are damaged, or this one would have gone on from them.
        for one in (*files[: max(0, following - KEPT)], *files[following:]):
            one.unlink()

    @property
    def epochs(self) -> list[int]:
        """After which epochs there is a checkpoint."""
        return [int(file.stem.removeprefix("epoch-")) for file in self._files()]

    @property
    def byte_count(self) -> int:
        """What those that are there take."""
        return sum(file.stat().st_size for file in self._files())

    def load(self, note: Callable[[str], None] = lambda sentence: None) -> Checkpoint | None:
        """Return the newest checkpoint that is whole, None where none was ever written.

        Parameters
        ----------
        note : callable
            Told of each newer one that is damaged.

        Raises
        ------
        ModelError
            All are damaged.
        """
        files = self._files()
        for file in reversed(files):
            checkpoint = _read(file)
            if checkpoint is not None:
                return checkpoint
            note(f"“{file.name}” is damaged and was left out.")
        if files:
            names = " and ".join(f"“{file.name}”" for file in files)
            raise ModelError(
                f"The run cannot be resumed: {names} in “{self.folder}” "
                f"{'is' if len(files) == 1 else 'are'} damaged. Restore an undamaged copy, or "
                f"remove “{self.folder.parent}” and start again without --resume."
            )
        return None

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("epoch-*.npz"))


class _Facts(Struct):
    """What a checkpoint holds besides arrays."""

    epoch: int
    batch_size: int
    rate_factor: float
    rows: tuple[dict[str, float], ...]


def _to_arrays(checkpoint: Checkpoint) -> dict[str, Any]:
    facts = convert(checkpoint, _Facts, from_attributes=True)
    return {
        "facts": np.frombuffer(write_json(facts).encode(), np.uint8),
        **{f"variable-{i}": array for i, array in enumerate(checkpoint.variables)},
        **{f"best-{i}": array for i, array in enumerate(checkpoint.best)},
    }


def _read(file: Path) -> Checkpoint | None:
    """Return a file's checkpoint, None when it is cut short or damaged."""
    try:
        # Zip archives carry a checksum of each member, which reading compares.
        with open_regular(file) as stream, np.load(stream, allow_pickle=False) as archive:
            facts = read_json(archive["facts"].tobytes().decode(), _Facts)
            variables, best = (_members(archive, name) for name in ("variable", "best"))
            return Checkpoint(**asdict(facts), variables=variables, best=best)
    except (
        OSError,
        EOFError,
        ValueError,
        KeyError,
        TypeError,
        NotImplementedError,  # of zipfile: a damaged header asks for what it lacks
        RuntimeError,
        zipfile.BadZipFile,
    ):
        return None


def _members(archive: Mapping[str, npt.NDArray[np.generic]], name: str) -> Arrays:
    count = sum(member.startswith(f"{name}-") for member in archive)
    return tuple(archive[f"{name}-{i}"] for i in range(count))
