"""The file that keeps a map, so that it is there at once next time."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from explorer.core.embedding.map import Floats, Reduction
from explorer.core.files.own_arrays import Arrays, read_own_arrays, write_own_arrays

MOST_BYTES = 1_000_000_000
_KINDS = {
    "digests": (np.uint8, 2),
    "reduced": (np.float32, 2),
    "positions": (np.float32, 2),
    "mean": (np.float32, 1),
    "components": (np.float32, 2),
}


@dataclass(frozen=True, eq=False)
class KeptMap:
    """A map, and what is needed to place further pictures on it.

    Attributes
    ----------
    digests : (n, 32) uint8
        The SHA-256 of each picture's file: pictures are known by their content.
    reduced : (n, k) float32
    positions : (n, 2) float32
    reduction : Reduction
    """

    digests: npt.NDArray[np.uint8]
    reduced: Floats
    positions: Floats
    reduction: Reduction

    def find(self, digests: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        """Return which of its pictures each of some files is: (m,) int, -1 for a new one."""
        place = {digest.tobytes(): index for index, digest in enumerate(self.digests)}
        return np.array([place.get(one.tobytes(), -1) for one in digests], np.int64)

    def with_new(
        self, digests: npt.NDArray[np.uint8], reduced: Floats, positions: Floats
    ) -> "KeptMap":
        """Return it with further pictures."""
        return KeptMap(
            np.concatenate([self.digests, digests]),
            np.concatenate([self.reduced, reduced]),
            np.concatenate([self.positions, positions]),
            self.reduction,
        )


def read_map(path: Path) -> KeptMap | None:
    """Read a map; None where there is none, or none that can be used."""
    found = read_own_arrays(path, MOST_BYTES)
    if {name: (one.dtype.type, one.ndim) for name, one in found.items()} != _KINDS:
        return None
    digests, reduced, positions, mean, components = (found[name] for name in _KINDS)
    kept = KeptMap(digests, reduced, positions, Reduction(mean, components))
    return kept if _fits_together(kept) else None


def _fits_together(kept: KeptMap) -> bool:
    count, dimensions = len(kept.digests), kept.reduction.components.shape[-1]
    return (
        kept.digests.shape == (count, 32)
        and kept.positions.shape == (count, 2)
        and kept.reduced.shape == (count, dimensions)
        and kept.reduction.components.shape == (len(kept.reduction.mean), dimensions)
        and bool(np.isfinite(kept.positions).all())
    )


def write_map(path: Path, kept: KeptMap) -> None:
    """Write a map, whole or not at all; OSError where it cannot be written."""
    arrays: Arrays = {
        "digests": kept.digests,
        "reduced": kept.reduced,
        "positions": kept.positions,
        "mean": kept.reduction.mean,
        "components": kept.reduction.components,
    }
    write_own_arrays(path, arrays)
