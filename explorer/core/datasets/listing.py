"""List the pictures below a folder, and what is left out with the reason; any depth, any names."""

import os
import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from explorer.core.datasets.folder_names import is_system_folder
from explorer.core.datasets.left_out import (
    ARRAY,
    HIDDEN,
    LISTED_ALREADY,
    NO_PICTURE,
    SYSTEM_FOLDER,
    TRAINING_RUN,
    LeftOut,
    describe_left_out,
)
from explorer.core.files.names import printable_name
from explorer.core.files.reading import open_regular
from explorer.core.images.read import PICTURE_SUFFIXES, natural_key
from explorer.core.images.signatures import formats_of
from explorer.core.images.strangers import name_stranger
from explorer.errors import DatasetError, reason_of

MAX_FILES = 100_000

_REASONS: dict[type[OSError], str] = {
    FileNotFoundError: "there is no such folder",
    NotADirectoryError: "it is not a folder",
}
_HEAD = 2048
"""So many first bytes tell what a file is."""

# Stricter than the decoder asks: these few bytes also begin other files.
_DOUBTFUL: dict[tuple[str, ...], re.Pattern[bytes]] = {
    ("PPM",): re.compile(rb"P[1-7Ff]\s+(#|\d)"),
    ("ICO",): re.compile(rb"\x00\x00\x01\x00[^\x00]\x00..\x00\x00", re.S),
}

_Identity = tuple[int, int]


class ListedPicture(NamedTuple):
    """A picture, and the names of the folders between the opened folder and it."""

    path: Path
    folders: tuple[str, ...]


@dataclass(frozen=True)
class Listing:
    """What lies below a folder.

    Attributes
    ----------
    pictures : tuple of ListedPicture
        In natural order (cat.2 before cat.10), those of a folder before those of its subfolders.
    left_out : tuple of LeftOut
        Everything else; a folder that is not entered counts once.
    """

    pictures: tuple[ListedPicture, ...]
    left_out: tuple[LeftOut, ...]


def list_pictures(folder: Path, *, is_cancelled: Callable[[], bool] = lambda: False) -> Listing:
    """List every picture below a folder.

    A file is a picture by its suffix, or else by its first bytes. A file with such a suffix is
    listed even if it is damaged: opening it says why it cannot be shown. Linked folders are
    entered, each folder once. Hidden files and folders, those that a system keeps for itself, and
    training runs are left out.

    Parameters
    ----------
    is_cancelled : callable
        Called between files; once it returns True, what was found so far is returned.

    Raises
    ------
    DatasetError
        The folder cannot be read, has too many files, or contains no picture.
    """
    walk = _Walk(folder, is_cancelled)
    walk.run()
    pictures = walk.pictures()
    if not pictures and not walk.is_over:
        sentence = f"There are no pictures in “{printable_name(folder)}”"
        if walk.left_out:
            sentence += f": {describe_left_out(walk.left_out)}"
        raise DatasetError(f"{sentence}.")
    return Listing(tuple(pictures), tuple(walk.left_out))


class _Walk:
    """One walk through a folder."""

    def __init__(self, folder: Path, is_cancelled: Callable[[], bool]) -> None:
        self._root = folder
        self._is_cancelled = is_cancelled
        self._blocks: list[tuple[tuple[str, ...], list[ListedPicture]]] = []
        self._links: deque[tuple[Path, tuple[str, ...]]] = deque()
        self._entered: set[_Identity] = set()
        self._files = 0
        self._has_followed = False
        self.is_over = False
        self.left_out: list[LeftOut] = []

    def pictures(self) -> list[ListedPicture]:
        if self._has_followed:  # links are followed last, and stand where their names belong
            self._blocks.sort(key=lambda block: [_sort_key(name) for name in block[0]])
        return [picture for _, block in self._blocks for picture in block]

    def run(self) -> None:
        self._enter(self._root, ())
        # A link is followed after all folders: where both lead to one, its own place counts.
        for parent in self._root.resolve().parents if self._links else ():
            self._entered.add(_identify(parent))
        while self._links and not self.is_over:
            self._has_followed = True
            self._enter(*self._links.popleft())

    def _enter(self, path: Path, folders: tuple[str, ...]) -> None:
        waiting = [(path, folders)]
        while waiting and not self.is_over:
            path, folders = waiting.pop()
            try:
                identity = _identify(path)
                if identity in self._entered:
                    self.left_out.append(LeftOut(path, LISTED_ALREADY))
                    continue
                entries = _list_naturally(path)
            except OSError as error:
                if path == self._root:
                    raise _refusal(path, error) from error
                self.left_out.append(LeftOut.refused(path, error))
                continue
            self._entered.add(identity)
            if path != self._root and _is_run(path, entries):
                self.left_out.append(LeftOut(path, TRAINING_RUN))
                continue
            waiting.extend(reversed(self._sort_out(entries, folders)))

    def _sort_out(
        self, entries: list[os.DirEntry[str]], folders: tuple[str, ...]
    ) -> list[tuple[Path, tuple[str, ...]]]:
        """Keep the pictures among a folder's entries; return the folders to enter."""
        found: list[ListedPicture] = []
        subfolders: list[tuple[Path, tuple[str, ...]]] = []
        self._blocks.append((folders, found))
        for entry in entries:
            if self._is_cancelled():
                self.is_over = True
                break
            path, name = Path(entry.path), entry.name
            if _is_folder(entry):
                if name.startswith("."):
                    self.left_out.append(LeftOut(path, HIDDEN))
                elif is_system_folder(name):
                    self.left_out.append(LeftOut(path, SYSTEM_FOLDER))
                else:
                    into = self._links if entry.is_symlink() else subfolders
                    into.append((path, (*folders, name)))
                continue
            self._files += 1
            if self._files > MAX_FILES:
                root = printable_name(self._root)
                raise DatasetError(f"“{root}” has more than {MAX_FILES:,} files.")
            if fault := why_left_out(path):
                self.left_out.append(fault)
            else:
                found.append(ListedPicture(path, folders))
        return subfolders


def why_left_out(path: Path) -> LeftOut | None:
    """Return a file with the reason why it is not listed; None where it is a picture.

    Parameters
    ----------
    path : Path
        Its suffix decides if it is a picture's; otherwise its first bytes are read.
    """
    name = path.name
    if name.startswith("."):
        return LeftOut(path, HIDDEN)
    if os.path.splitext(name)[1].lower() in PICTURE_SUFFIXES:
        return None
    try:
        with open_regular(path) as file:
            start = file.read(_HEAD)
    except (OSError, ValueError) as error:
        return LeftOut.refused(path, error)
    formats = formats_of(start)
    if formats == ("NPY",):
        return LeftOut(path, ARRAY)
    doubtful = _DOUBTFUL.get(formats)
    if formats and (doubtful is None or doubtful.match(start)):
        return None
    return LeftOut(path, (name_stranger(start) or NO_PICTURE).removeprefix("it is "))


def _list_naturally(folder: Path) -> list[os.DirEntry[str]]:
    """List a folder in natural order, no further than it takes to see that it is too large."""
    with os.scandir(folder) as listing:
        entries = list(islice(listing, MAX_FILES + 1))
    # Twice, since sorting keeps every other thread waiting: what is nearly in order sorts faster,
    # and plain names do anyway. With 20,000 files the longest wait is a third of what it was.
    entries.sort(key=lambda entry: entry.name)
    # The name itself last: cat.1 and cat.01 must not change places from one scan to the next.
    return sorted(entries, key=lambda entry: (natural_key(entry), entry.name))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Say whether an entry is a folder or leads to one."""
    try:
        return os.path.isdir(entry) if entry.is_symlink() else entry.is_dir(follow_symlinks=False)
    except OSError:  # some file systems look it up, and it may be gone
        return False


def _sort_key(name: str) -> tuple[tuple[str | int, ...], str]:
    return natural_key(Path(name)), name


def _identify(folder: Path) -> _Identity:
    found = os.stat(folder)
    return found.st_dev, found.st_ino


def _is_run(path: Path, entries: list[os.DirEntry[str]]) -> bool:
    """Say whether a folder is what train.py writes: its curves are no pictures to learn from."""
    names = {entry.name for entry in entries}
    return path.suffix == ".partial" or bool(names & {"card.json", "model.keras"})


def _refusal(folder: Path, error: OSError) -> DatasetError:
    reason = _REASONS.get(type(error)) or reason_of(error)
    if isinstance(error, NotADirectoryError):
        with suppress(OSError), open_regular(folder) as file:
            reason = name_stranger(file.read(_HEAD)) or reason
    return DatasetError.not_opened(printable_name(folder), reason)
