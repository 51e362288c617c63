"""Scan a folder into samples and labels, and split them."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.core.pictures import PICTURE_SUFFIXES, is_picture_file, natural_key
from explorer.errors import DatasetError

MAX_FILES = 100_000

_FLAT_NAME = re.compile(r"(?P<label>[^.]+)\.\d+\.[^.]+")
_TRAINING_FOLDERS = ("train", "training")
_VALIDATION_FOLDERS = ("validation", "valid", "val", "test")


@dataclass(frozen=True)
class Sample:
    """One labelled picture file.

    Attributes
    ----------
    path : Path
    label : str or None
        Its class; None where the folder does not tell.
    is_validation : bool
        Whether the folder itself holds it back from training.
    """

    path: Path
    label: str | None
    is_validation: bool = False


@dataclass(frozen=True)
class Dataset:
    """A scanned folder.

    Attributes
    ----------
    folder : Path
    classes : tuple of str
        The labels found, sorted; empty for a folder of unlabelled pictures.
    samples : tuple of Sample
        In natural order (cat.2 before cat.10), validation samples last.
    skipped : int
        How many files are no pictures by their name and first bytes.
    """

    folder: Path
    classes: tuple[str, ...]
    samples: tuple[Sample, ...]
    skipped: int

    def counts(self) -> dict[str, int]:
        """Return how many samples each class has, in the order of `classes`."""
        found = Counter(sample.label for sample in self.samples)
        return {name: found[name] for name in self.classes}


def find_pictures(folder: Path, *, is_cancelled: Callable[[], bool] = lambda: False) -> list[Path]:
    """Find every picture file below a folder, in natural order; links to folders are not followed.

    Raises
    ------
    DatasetError
        The folder cannot be read, has too many files, or holds no picture.
    """
    pictures = [path for path in _walk(folder, is_cancelled) if is_picture_file(path)]
    if not pictures and not is_cancelled():
        raise DatasetError(f"There are no pictures in “{folder.name or folder}”.")
    return sorted(pictures, key=lambda path: (str(path.parent), natural_key(path)))


def scan_dataset(folder: Path, *, is_cancelled: Callable[[], bool] = lambda: False) -> Dataset:
    """Open a folder as a dataset.

    Three layouts are known: flat files named `label.N.suffix` (Kaggle's), one folder per class,
    and `train/` + `validation/` holding one folder per class each. Any other folder of pictures
    opens unlabelled.

    Raises
    ------
    DatasetError
        As `find_pictures`.
    """
    if not folder.is_dir():
        raise DatasetError(f"“{folder.name or folder}” is not a folder.")
    samples: list[Sample] = []
    skipped = 0
    for path in _walk(folder, is_cancelled):
        if not is_picture_file(path):
            skipped += 1
            continue
        parts = path.relative_to(folder).parts[:-1]
        is_validation = bool(parts) and parts[0].casefold() in _VALIDATION_FOLDERS
        if parts and parts[0].casefold() in (*_TRAINING_FOLDERS, *_VALIDATION_FOLDERS):
            parts = parts[1:]
        label = parts[0] if parts else _label_of_flat_name(path.name)
        samples.append(Sample(path, label, is_validation))
    if not samples:
        raise DatasetError(f"There are no pictures in “{folder.name or folder}”.")
    if not any(not sample.is_validation for sample in samples):
        samples = [Sample(sample.path, sample.label) for sample in samples]
    samples.sort(key=lambda s: (s.is_validation, str(s.path.parent), natural_key(s.path)))
    classes = tuple(sorted({sample.label for sample in samples if sample.label is not None}))
    return Dataset(folder, classes, tuple(samples), skipped)


def split_stratified(
    samples: list[Sample], ratio: float, seed: int
) -> tuple[list[Sample], list[Sample]]:
    """Split off a share of each class, chosen by a seeded shuffle.

    Parameters
    ----------
    samples : list of Sample
    ratio : float
        The share to hold back, 0 to 1; of each class the rounded share, at least one sample
        where it has two or more.
    seed : int
        The same seed and samples give the same split.

    Returns
    -------
    kept, held_back : list of Sample
        Both in the order of `samples`.
    """
    generator = np.random.default_rng(seed)
    held: set[int] = set()
    for label in sorted({sample.label or "" for sample in samples}):
        members = [i for i, sample in enumerate(samples) if (sample.label or "") == label]
        count = round(len(members) * ratio)
        if ratio > 0 and len(members) > 1:
            count = min(max(count, 1), len(members) - 1)
        held.update(int(i) for i in generator.permutation(members)[:count])
    kept = [sample for i, sample in enumerate(samples) if i not in held]
    return kept, [samples[i] for i in sorted(held)]


def take_stratified(samples: list[Sample], limit: int, seed: int) -> list[Sample]:
    """Take about `limit` samples, each class in proportion, chosen by a seeded shuffle."""
    if limit >= len(samples):
        return samples
    _, taken = split_stratified(samples, limit / len(samples), seed)
    return taken


def _label_of_flat_name(name: str) -> str | None:
    match = _FLAT_NAME.fullmatch(name)
    if match and ("." + name.rsplit(".", 1)[1].lower()) in PICTURE_SUFFIXES:
        return match["label"]
    return None


def _walk(folder: Path, is_cancelled: Callable[[], bool]) -> Iterator[Path]:
    """Yield every entry below a folder that is no folder; a link to a folder is passed over."""
    waiting, count = [folder], 0
    while waiting:
        current = waiting.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError as error:
            if current == folder:
                reason = error.strerror or error
                raise DatasetError(f"“{folder.name or folder}” was not opened: {reason}.") from error
            continue
        for entry in entries:
            if is_cancelled():
                return
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            elif not (entry.is_symlink() and entry.is_dir()):
                count += 1
                if count > MAX_FILES:
                    raise DatasetError(f"“{folder.name}” has more than {MAX_FILES:,} files.")
                yield Path(entry.path)
