"""A dataset: the pictures of a folder with their labels."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from explorer.core.datasets.folder_names import SPLITS, Split
from explorer.core.datasets.left_out import LeftOut
from explorer.core.datasets.readings import Reading, Readings


@dataclass(frozen=True)
class Sample:
    """One labelled picture file.

    Attributes
    ----------
    label : str or None
        Its class; None if unknown.
    split : {"validation", "test"} or None
        The split that the dataset assigns it to; None for any.
    """

    path: Path
    label: str | None
    split: Split | None = None


@dataclass(frozen=True)
class Dataset:
    """A scanned folder.

    Attributes
    ----------
    classes : tuple of str
        The labels found, sorted; empty for a folder of unlabelled pictures.
    samples : tuple of Sample
        In natural order (cat.2 before cat.10), those of the predefined validation and test sets
        last.
    left_out : tuple of LeftOut
        The files and folders that are not among them.
    readings : Readings or None
        How the folder can be read; None where nothing was found before the scan was cancelled.
    reading : Reading or None
        How it was read.
    """

    folder: Path
    classes: tuple[str, ...]
    samples: tuple[Sample, ...]
    left_out: tuple[LeftOut, ...] = ()
    readings: Readings | None = None
    reading: Reading | None = None

    @cached_property
    def label_codes(self) -> npt.NDArray[np.int64]:
        """Which of `classes` each label is: (n,) int; one more for no label."""
        place = {label: index for index, label in enumerate(self.classes)}
        last = len(place)
        return np.array([place.get(one.label or "", last) for one in self.samples], np.int64)

    @cached_property
    def split_codes(self) -> npt.NDArray[np.int8]:
        """Which of `SPLITS` each sample is in, by its folder; the first where in none: (n,) int."""
        return np.array([SPLITS.index(one.split or SPLITS[0]) for one in self.samples], np.int8)

    def counts(self) -> dict[str, int]:
        """Return how many samples each class has, in the order of `classes`."""
        found = Counter(sample.label for sample in self.samples)
        return {name: found[name] for name in self.classes}
