"""Copy files into folders by class: nothing is moved, nothing overwritten."""

import errno
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from explorer.core.files.names import file_name
from explorer.core.files.reading import open_regular
from explorer.errors import reason_of

_RESERVED = frozenset(
    (
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
    )
)
"""What Windows takes for a device, whatever follows the first full stop."""
_ENDS_ALL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS))
"""After these no further file will fit either."""


@dataclass(frozen=True)
class CopyOutcome:
    """What became of files that were to be copied.

    Attributes
    ----------
    copied : dict of str to int
        How many files came into each folder.
    failures : tuple of (Path, str)
        The others, with half a sentence why; without those after which it was given up.
    is_whole : bool
        Whether all were tried: it was neither cancelled nor is the disk full.
    """

    copied: dict[str, int]
    failures: tuple[tuple[Path, str], ...]
    is_whole: bool


def folder_names(labels: Iterable[str | None], *, unnamed: str) -> dict[str | None, str]:
    """Return a folder name for each label: safe on every system, different for different labels.

    Parameters
    ----------
    labels : iterable of str or None
    unnamed : str
        The name for None.
    """
    names: dict[str | None, str] = {None: unnamed}
    taken = {unnamed.casefold()}
    for label in sorted({label for label in labels if label is not None}):
        plain = file_name(label, otherwise="class")
        if plain.casefold() in _RESERVED:
            plain += "_"
        name, number = plain, 1
        while name.casefold() in taken:  # some systems take “Cat” and “cat” for the same
            number += 1
            name = f"{plain} {number}"
        taken.add(name.casefold())
        names[label] = name
    return names


def copy_by_class(
    files: Sequence[tuple[Path, str | None]],
    target: Path,
    *,
    unnamed: str,
    met: Callable[[int], None] = lambda done: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> CopyOutcome:
    """Copy each file into the folder of its class below `target`.

    A name that is taken there gets a number. A file that lies in that very folder stays as it is.

    Parameters
    ----------
    files : sequence of (Path, str or None)
        With their classes.
    unnamed : str
        The folder of those without a class.
    met : callable
        Told how many are done.
    is_cancelled : callable
        Asked before each file.
    """
    names = folder_names((label for _, label in files), unnamed=unnamed)
    copied: Counter[str] = Counter()
    failures: list[tuple[Path, str]] = []
    for done, (path, label) in enumerate(files):
        if is_cancelled():
            return CopyOutcome(dict(copied), tuple(failures), False)
        met(done)
        try:
            _copy(path, target / names[label])
        except (OSError, ValueError) as error:
            failures.append((path, reason_of(error)))
            if isinstance(error, OSError) and error.errno in _ENDS_ALL:
                return CopyOutcome(dict(copied), tuple(failures), False)
        else:
            copied[names[label]] += 1
    return CopyOutcome(dict(copied), tuple(failures), True)


def _copy(path: Path, folder: Path) -> None:
    with open_regular(path) as source:
        folder.mkdir(parents=True, exist_ok=True)
        if os.path.samefile(path.parent, folder):
            return
        number = 1
        while True:
            copy = folder / (path.name if number == 1 else f"{path.stem} {number}{path.suffix}")
            try:
                file = copy.open("xb")
                break
            except FileExistsError:
                number += 1
        try:
            with file:
                shutil.copyfileobj(source, file)
        except BaseException:
            with suppress(OSError):  # a second failure would hide the first
                copy.unlink()
            raise
    with suppress(OSError):  # the times of the file, where the system lets them be set
        shutil.copystat(path, copy)
