"""Scan a folder into samples and labels, and split them."""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from explorer.core.files.names import printable_name
from explorer.core.images.read import PICTURE_SUFFIXES, is_picture_file, natural_key
from explorer.errors import DatasetError, reason_of

MAX_FILES = 100_000

_FLAT_NAME = re.compile(r"(?P<label>[^.]+)\.\d+(?P<suffix>\.[^.]+)")
_REASONS: dict[type[OSError], str] = {
    FileNotFoundError: "there is no such folder",
    NotADirectoryError: "it is not a folder",
    PermissionError: "permission denied",
}
_VALIDATION_FOLDERS = frozenset({"validation", "valid", "val", "test", "test1"})
_SPLIT_FOLDERS = _VALIDATION_FOLDERS | {"train", "training"}


@dataclass(frozen=True)
class Sample:
    """One labelled picture file.

    Attributes
    ----------
    label : str or None
        Its class; None if unknown.
    is_predefined_test : bool
        Whether the dataset assigns it to the test set.
    """

    path: Path
    label: str | None
    is_predefined_test: bool = False


@dataclass(frozen=True)
class Dataset:
    """A scanned folder.

    Attributes
    ----------
    classes : tuple of str
        The labels found, sorted; empty for a folder of unlabelled pictures.
    samples : tuple of Sample
        In natural order (cat.2 before cat.10), those of the predefined test set last.
    skipped : int
        The number of files that are hidden or, by name and first bytes, not pictures; an unreadable
        folder counts as one.
    """

    folder: Path
    classes: tuple[str, ...]
    samples: tuple[Sample, ...]
    skipped: int

    def counts(self) -> dict[str, int]:
        """Return how many samples each class has, in the order of `classes`."""
        found = Counter(sample.label for sample in self.samples)
        return {name: found[name] for name in self.classes}


class _Found(NamedTuple):
    """A picture, and the names of the folders between the opened folder and it."""

    path: Path
    folders: tuple[str, ...]
    is_predefined_test: bool = False


def find_pictures(folder: Path, *, is_cancelled: Callable[[], bool] = lambda: False) -> list[Path]:
    """Find every picture file below a folder, in natural order.

    Hidden files and folders and links to folders are skipped. A link to a file counts as a picture
    by its name, even if it is broken: opening it says why it cannot be shown.

    Parameters
    ----------
    is_cancelled : callable
        Called between files; once it returns True, the files found so far are returned.

    Raises
    ------
    DatasetError
        The folder cannot be read, has too many files, or contains no picture.
    """
    found, _ = _find(folder, is_cancelled)
    return [picture.path for picture in found]


def scan_dataset(folder: Path, *, is_cancelled: Callable[[], bool] = lambda: False) -> Dataset:
    """Open a folder as a dataset.

    Three layouts are supported: flat files named `label.N.suffix` (Kaggle's), one folder per class,
    and `train/` beside `validation/` (or `valid/`, `val/`, `test/`), each in one of the first two
    layouts. Any other folder of pictures opens unlabelled. In detail:

    - A single outer folder, such as one from an unpacked archive, is descended into, unless it is
    the only class: then its pictures lie directly in it and have no flat names. - Names like
    `train` mean a split only if all sibling folders do; next to `car/` and `boat/`, `train/` is a
    class of trains. - Class folders alone decide the label of everything below them, however deep;
    pictures outside them stay unlabelled. - Without training pictures, as in `test/` alone, there
    is no predefined test set.

    Parameters
    ----------
    is_cancelled : callable
        As for `find_pictures`.

    Raises
    ------
    DatasetError
        As `find_pictures`.
    """
    found, skipped = _find(folder, is_cancelled)
    found = _strip_outer_folders(found)
    if all(picture.is_predefined_test for picture in found):
        found = [picture._replace(is_predefined_test=False) for picture in found]
    has_class_folders = any(picture.folders for picture in found)
    samples = [
        Sample(
            picture.path,
            _label_of_folders(picture) if has_class_folders else _label_of_flat_name(picture),
            picture.is_predefined_test,
        )
        for picture in found
    ]
    samples.sort(key=lambda sample: sample.is_predefined_test)
    classes = tuple(sorted({sample.label for sample in samples if sample.label is not None}))
    return Dataset(folder, classes, tuple(samples), skipped)


def split_stratified(
    samples: list[Sample], ratio: float, seed: int
) -> tuple[list[Sample], list[Sample]]:
    """Split off a fraction of each class, chosen by a seeded shuffle.

    Parameters
    ----------
    ratio : float
        The fraction to split off, 0 to 1; rounded for each class, but at least one sample of a
        class with two or more.
    seed : int
        The same seed and samples give the same split.

    Returns
    -------
    rest, taken : list of Sample
        Both in the order of `samples`.
    """
    generator = np.random.default_rng(seed)
    members_of: defaultdict[str, list[int]] = defaultdict(list)
    for i, sample in enumerate(samples):
        members_of[sample.label or ""].append(i)
    taken: set[int] = set()
    for _, members in sorted(members_of.items()):
        count = round(len(members) * ratio)
        if ratio > 0 and len(members) > 1:
            count = min(max(count, 1), len(members) - 1)
        taken.update(int(i) for i in generator.permutation(members)[:count])
    rest = [sample for i, sample in enumerate(samples) if i not in taken]
    return rest, [samples[i] for i in sorted(taken)]


def take_stratified(samples: list[Sample], limit: int, seed: int) -> list[Sample]:
    """Take about `limit` samples, each class in proportion, chosen by a seeded shuffle."""
    if limit >= len(samples):
        return samples
    _, taken = split_stratified(samples, limit / len(samples), seed)
    return taken


def _find(folder: Path, is_cancelled: Callable[[], bool]) -> tuple[list[_Found], int]:
    """Return the pictures below a folder, and how many files are none."""
    found, skipped = [], 0
    for candidate in _walk(folder, is_cancelled):
        if is_picture_file(candidate.path):
            found.append(candidate)
        else:
            skipped += 1
    if not found and not is_cancelled():
        raise DatasetError(f"There are no pictures in “{printable_name(folder)}”.")
    return found, skipped


def _walk(folder: Path, is_cancelled: Callable[[], bool]) -> Iterator[_Found]:
    """Yield each file and unreadable folder below a folder; do not enter hidden or linked ones."""
    waiting = [_Found(folder, ())]
    count = 0
    while waiting:
        current = waiting.pop()
        try:
            entries = _list_naturally(current.path)
        except OSError as error:
            if current.path == folder:
                raise _refusal(folder, error) from error
            yield current
            continue
        folders: list[_Found] = []
        for entry in entries:
            if is_cancelled():
                return
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith("."):
                    folders.append(_Found(path, (*current.folders, entry.name)))
            elif not (entry.is_symlink() and os.path.isdir(path)):  # False for a loop of links
                count += 1
                if count > MAX_FILES:
                    name = printable_name(folder)
                    raise DatasetError(f"“{name}” has more than {MAX_FILES:,} files.")
                yield _Found(path, current.folders)
        waiting.extend(reversed(folders))


def _list_naturally(folder: Path) -> list[os.DirEntry[str]]:
    """List a folder in natural order, no further than it takes to see that it is too large."""
    with os.scandir(folder) as listing:
        entries = list(islice(listing, MAX_FILES + 1))
    # Twice, since sorting keeps every other thread waiting: what is nearly in order sorts faster,
    # and plain names do anyway. With 20,000 files the longest wait is a third of what it was.
    entries.sort(key=lambda entry: entry.name)
    # The name itself last: cat.1 and cat.01 must not change places from one scan to the next.
    return sorted(entries, key=lambda entry: (natural_key(entry), entry.name))


def _refusal(folder: Path, error: OSError) -> DatasetError:
    reason = _REASONS.get(type(error)) or reason_of(error)
    return DatasetError.not_opened(printable_name(folder), reason)


def _strip_outer_folders(found: list[_Found]) -> list[_Found]:
    """Strip the folders around the classes, noting which of them are test sets."""
    while True:
        tops = {picture.folders[0] for picture in found if picture.folders}
        if tops and all(name.casefold() in _SPLIT_FOLDERS for name in tops):
            found = [
                picture._replace(
                    folders=picture.folders[1:],
                    is_predefined_test=picture.folders[0].casefold() in _VALIDATION_FOLDERS,
                )
                if picture.folders
                else picture
                for picture in found
            ]
        elif len(tops) == 1 and all(
            len(picture.folders) > 1 or (picture.folders and _label_of_flat_name(picture))
            for picture in found
        ):
            found = [picture._replace(folders=picture.folders[1:]) for picture in found]
        else:
            return found


def _label_of_folders(picture: _Found) -> str | None:
    return picture.folders[0] if picture.folders else None


def _label_of_flat_name(picture: _Found) -> str | None:
    match = _FLAT_NAME.fullmatch(picture.path.name)
    return match["label"] if match and match["suffix"].lower() in PICTURE_SUFFIXES else None
