"""Names of files, short enough and printable, for a sentence."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

MOST_NAMES = 5
MOST_BYTES = 200
"""What systems take is 255, with a suffix and "(copy)"."""


def shorten_name(name: str, longest: int = 40) -> str:
    """Leave out the middle of a long name: its end tells files of one kind apart."""
    half = longest // 2
    return name if len(name) <= longest else f"{name[:half]}…{name[-half:]}"


def printable_name(file: Path | str) -> str:
    """Return the name of a file for a sentence: no control characters, no undecodable bytes."""
    name = (file.name or str(file)) if isinstance(file, Path) else file
    if name.isprintable():
        return name
    return "".join(sign if _is_printable(sign) else "\ufffd" for sign in name)


def _is_printable(sign: str) -> bool:
    # Joiners hold emoji together; for Python, no space but the ordinary one can be printed.
    return sign.isprintable() or sign == "\u200d" or unicodedata.category(sign) == "Zs"


def list_names(names: Sequence[Path | str], *, quoted: bool = False) -> str:
    """Name a few of many in a sentence: cat, dog, fox, hen, owl and 3 more."""
    shown = [shorten_name(printable_name(name)) for name in names[:MOST_NAMES]]
    if quoted:
        shown = [f"“{name}”" for name in shown]
    rest = len(names) - len(shown)
    if rest:
        shown.append(f"{rest:,} more")
    return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)


def file_name(text: str, *, otherwise: str = "picture") -> str:
    """Return a name for a file without characters that are special on any system, not too long.

    Parameters
    ----------
    text : str
    otherwise : str
        The name where nothing is left of the text.
    """
    name = "".join(mark if mark.isalnum() or mark in " ×-+,()_" else "-" for mark in text)
    return name.encode()[:MOST_BYTES].decode(errors="ignore").strip("- ") or otherwise
