"""Keep decoded pictures between runs: a file of pixels and a small JSON for each set of files."""

import errno
import math
import os
import secrets
import shutil
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from explorer.core.files.json_text import read_json, write_json
from explorer.core.files.writing import write_atomically

CACHE_LIMIT_BYTES = 8 * 10**9


class _Facts(Struct):
    """What is said of a file of pixels, in a JSON file beside it."""

    shape: tuple[int, int, int, int]
    data_hash: str
    reasons: dict[str, str]
    checksum: int = 0

    def check(self, checksum: int) -> int:
        """Return a CRC-32 of the pixels, whose own is `checksum`, and of what is said of them."""
        text = write_json((self.shape, self.data_hash, self.reasons))
        return zlib.crc32(text.encode("ascii"), checksum)


class DecodedCache:
    """A folder of decoded pictures that never grows far: what was not used for longest goes.

    It is made with the first entry.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str) -> tuple[dict[int, str], npt.NDArray[np.uint8]] | None:
        """Return what is kept of a set of files, None where it is nothing or damaged.

        Returns
        -------
        failures : dict of int to str
            Why a file was left out, by its place in the set.
        pictures : (n, height, width, 3) uint8
            Memory-mapped, read-only.
        """
        pixels = self._pixels(key)
        if not (pixels.is_file() and pixels.with_suffix(".json").is_file()):
            return None  # opening a pipe would wait for who writes to it
        try:
            text = pixels.with_suffix(".json").read_text(encoding="utf-8")
            facts = read_json(text, _Facts)
            pictures = map_pictures(pixels, facts.shape)
            failures = {int(place): reason for place, reason in facts.reasons.items()}
            checksum = facts.check(zlib.crc32(pictures.data))
            is_whole = (pixels.stat().st_size, checksum) == (pictures.nbytes, facts.checksum)
        except (OSError, ValueError, ArithmeticError):
            return None
        if not is_whole:
            return None
        with suppress(OSError):  # a folder that can only be read will do
            os.utime(pixels)
        return failures, pictures

    @contextmanager
    def new_file(self, byte_count: int) -> Iterator[Path]:
        """Make room and lend a name for a file of pixels; what is not adopted is removed.

        Raises
        ------
        OSError
            There is no room, or the folder cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._make_room(byte_count)
        check_room(self._folder, byte_count)
        file = self._folder / f"{secrets.token_hex(8)}.tmp"
        try:
            yield file
        finally:
            with suppress(OSError):
                file.unlink(missing_ok=True)

    def adopt(
        self,
        file: Path,
        key: str,
        *,
        shape: tuple[int, int, int, int],
        checksum: int,
        failures: Mapping[int, str],
        data_hash: str,
    ) -> npt.NDArray[np.uint8]:
        """Move a whole file of pixels, from `new_file` and closed, into its place; map it.

        Parameters
        ----------
        checksum : int
            The CRC-32 of the pixels.
        data_hash : str
            What the cards of models trained on these files say; for people who look.

        Raises
        ------
        OSError
            It could not be moved or its JSON not be written.
        """
        pixels = self._pixels(key)
        reasons = {str(place): reason for place, reason in failures.items()}
        facts = _Facts(shape, data_hash, reasons)
        facts.checksum = facts.check(checksum)
        for path in (pixels, pixels.with_suffix(".json")):
            if not path.is_file():
                path.unlink(missing_ok=True)  # nothing is written into a pipe
        # The pixels last: alone neither means anything.
        text = write_json(facts, indent=1)
        write_atomically(pixels.with_suffix(".json"), text.encode("ascii"))
        file.replace(pixels)
        return map_pictures(pixels, shape)

    def _pixels(self, key: str) -> Path:
        return self._folder / f"{key}.pixels"

    def _make_room(self, byte_count: int) -> None:
        """Remove what was not used for longest, until so many bytes more are within the limit."""
        # Unfinished files of runs that were killed count, too.
        files = [path for path in self._folder.iterdir() if path.suffix in (".pixels", ".tmp")]
        status = {path: path.stat() for path in files}
        total = sum(one.st_size for one in status.values())
        free = shutil.disk_usage(self._folder).free
        allowed = min(CACHE_LIMIT_BYTES, total + free) - byte_count
        for path in sorted(files, key=lambda path: status[path].st_mtime_ns):
            if total <= allowed:
                break
            total -= status[path].st_size
            # Another run may be reading it: where files can go all the same, it keeps its pages.
            with suppress(OSError):
                path.unlink()
                path.with_suffix(".json").unlink(missing_ok=True)


def map_pictures(file: Path | BinaryIO, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Map a file of pixels into memory, to be read only.

    Raises
    ------
    OSError, ValueError
        It cannot be read, or it is shorter than the shape says.
    """
    if math.prod(shape) == 0:  # nothing is no map
        return np.empty(shape, np.uint8)
    return np.memmap(file, dtype=np.uint8, mode="r", shape=shape)


def check_room(folder: Path, byte_count: int) -> None:
    """Raise OSError at once where so many bytes would not fit, rather than after minutes."""
    if shutil.disk_usage(folder).free < byte_count:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
