"""Names of files, short enough and printable, for a sentence."""

from pathlib import Path


def shorten_name(name: str, longest: int = 40) -> str:
    """Leave out the middle of a long name: its end tells files of one kind apart."""
    half = longest // 2
    return name if len(name) <= longest else f"{name[:half]}…{name[-half:]}"


def printable_name(file: Path | str) -> str:
    """Return the name of a file for a sentence: no control characters, no undecodable bytes."""
    name = (file.name or str(file)) if isinstance(file, Path) else file
    # Joiners hold emoji together.
    return "".join(sign if sign.isprintable() or sign == "\u200d" else "\ufffd" for sign in name)
