"""Which pictures a model was trained on, by their content."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_text
from explorer.errors import ModelError

SPLIT_FILE = "split.csv"
MOST_PICTURES = 2_000_000

Part = Literal["train", "validation", "test"]

_PARTS: dict[str, Part] = {"train": "train", "validation": "validation", "test": "test"}
_HEADER = "sha256,split"
_FEWEST_BYTES = 6
_MOST_FILE_BYTES = 150_000_000


@dataclass(frozen=True)
class TrainingSplit:
    """Which picture was in which split of a run.

    Attributes
    ----------
    parts : mapping of bytes to str
        The split by the first bytes of the SHA-256 of a file's content.
    digest_length : int
        How many bytes of it are kept, 6 to 32.
    """

    parts: Mapping[bytes, Part]
    digest_length: int

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read a run's `split.csv`; None where the run has none.

        Raises
        ------
        ModelError
            The file cannot be read or is not what train.py writes.
        """
        file = folder / SPLIT_FILE
        if not file.exists():
            return None
        name = f"{printable_name(folder.name)}/{SPLIT_FILE}"
        text = read_text(file, _MOST_FILE_BYTES, name=name, error=ModelError)
        try:
            return cls._parse(text)
        except ValueError as error:
            raise ModelError.not_opened(name, str(error)) from error

    @classmethod
    def _parse(cls, text: str) -> Self:
        header, *lines = text.splitlines()
        if header != _HEADER:
            raise ValueError(f"it does not begin with “{_HEADER}”")
        if len(lines) > MOST_PICTURES:
            raise ValueError(f"it lists more than {MOST_PICTURES:,} pictures")
        parts: dict[bytes, Part] = {}
        length = 0
        for number, line in enumerate(lines, start=2):
            digest, _, part = line.partition(",")
            try:
                key = bytes.fromhex(digest)
                parts[key] = _PARTS[part]
            except (ValueError, KeyError) as error:
                raise ValueError(f"line {number} is not a SHA-256 and a split") from error
            length = length or len(key)
            if len(key) != length or not _FEWEST_BYTES <= length <= 32:
                raise ValueError(f"line {number} has a SHA-256 of another length")
        return cls(parts, length)

    def part_of(self, digest: bytes) -> Part | None:
        """Return the split that a picture was in; None if it was in none.

        Parameters
        ----------
        digest : bytes
            The SHA-256 of the picture file's content, 32 bytes.
        """
        return self.parts.get(digest[: self.digest_length])
