"""What the Dataset page notes for the next start."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from explorer.core.datasets.layouts import Layout
from explorer.core.files.json_text import JSONError, read_json, write_json


@dataclass(frozen=True)
class DatasetMemory:
    """The folder that was open, and how a person wants folders to be read.

    Attributes
    ----------
    folder : Path or None
    layouts : tuple of (Path, Layout)
        The newest last.
    """

    folder: Path | None = None
    layouts: tuple[tuple[Path, Layout], ...] = ()

    @classmethod
    def from_text(cls, text: str) -> "DatasetMemory":
        """Read a note; what is none is as if nothing was noted."""
        with suppress(JSONError):
            return read_json(text, cls)
        with suppress(JSONError):  # of before there were layouts
            return cls(read_json(text, Path))
        return cls()

    @property
    def text(self) -> str:
        """The note, of ASCII characters; empty where there is nothing to note."""
        return "" if self == DatasetMemory() else write_json(self)
