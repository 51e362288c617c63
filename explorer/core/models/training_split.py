"""Which pictures a model was trained on, by their content."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_text
from explorer.core.files.writing import write_atomically
from explorer.errors import ModelError

SPLIT_FILE = "split.csv"
MOST_PICTURES = 1_000_000

Part = Literal["train", "validation", "test"]

_PARTS: dict[str, Part] = {"train": "train", "validation": "validation", "test": "test"}
_HEADER = "sha256,split"
_LONGEST = 32
_SHORTEST = 6
"""Bytes of a SHA-256: of 20,000 pictures, one of 10 billion others is taken for one by chance."""
_MOST_FILE_BYTES = 80_000_000


@dataclass(frozen=True)
class TrainingSplit:
    """Which picture was in which split of a run.

    Attributes
    ----------
    parts : mapping of bytes to str
        The split by the first bytes of the SHA-256 of a picture file's content.
    digest_length : int
        How many bytes of the SHA-256 are known, 6 to 32.
    """

    parts: Mapping[bytes, Part]
    digest_length: int

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read a run's `split.csv`; None where the run has none.

        Each row has a picture's SHA-256, or the beginning of it, and its split.

        Raises
        ------
        ModelError
            The file cannot be read or is not what train.py writes.
        """
        file = folder / SPLIT_FILE
        if not file.exists():
            return None
        name = printable_name(f"{folder.name}/{SPLIT_FILE}")
        text = read_text(file, _MOST_FILE_BYTES, name=name, error=ModelError)
        try:
            return cls._parse(text)
        except ValueError as error:
            raise ModelError.not_opened(name, str(error)) from error

    @classmethod
    def _parse(cls, text: str) -> Self:
        if text.count("\n") > MOST_PICTURES + 1:
            raise ValueError(f"it lists more than {MOST_PICTURES:,} pictures")
        header, *lines = text.split("\n")
        if header != _HEADER:
            raise ValueError(f"it does not begin with “{_HEADER}”")
        parts: dict[bytes, Part] = {}
        length = 0
        for number, line in enumerate(lines, start=2):
            if not line:
                continue
            digest, _, part = line.partition(",")
            try:
                key, value = bytes.fromhex(digest), _PARTS[part]
            except (ValueError, KeyError) as error:
                raise ValueError(f"line {number} is not a SHA-256 and a split") from error
            length = length or len(key)
            if len(key) != length or not _SHORTEST <= length <= _LONGEST:
                raise ValueError(f"line {number} has a SHA-256 of another length")
            if parts.setdefault(key, value) != value:
                raise ValueError(f"line {number} puts a picture into a second split")
        return cls(parts, length)

    def part_of(self, digest: bytes) -> Part | None:
        """Return the split that a picture was in; None if it was in none.

        Parameters
        ----------
        digest : bytes
            The SHA-256 of the picture file's content, 32 bytes.
        """
        return self.parts.get(digest[: self.digest_length])


def write_split(folder: Path, digests: Mapping[Part, Iterable[str]]) -> None:
    """Write `split.csv`, in the order of the SHA-256, which tells nothing of names or classes.

    Parameters
    ----------
    digests : mapping of str to iterable of str
        The SHA-256 of each picture file's content by split, in hexadecimal digits.

    Raises
    ------
    OSError
        The file could not be written.
    """
    rows = {
        f"{digest[: 2 * _SHORTEST]},{part}" for part, all_ in digests.items() for digest in all_
    }
    write_atomically(folder / SPLIT_FILE, "\n".join([_HEADER, *sorted(rows), ""]).encode())
