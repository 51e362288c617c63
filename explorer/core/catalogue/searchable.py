"""A dataset whose names can be searched on every key press."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.core.datasets.dataset import Dataset
from explorer.core.files.names import printable_name

Mask = npt.NDArray[np.bool_]
"""Which pictures: (n,) bool, in the order of `Dataset.samples`."""


@dataclass(frozen=True, eq=False)
class SearchableDataset:
    """A dataset and its names.

    Attributes
    ----------
    dataset : Dataset
    names : tuple of str
        Each sample's file name, printable.
    folded : tuple of str
        The same without upper case, to be searched.
    """

    dataset: Dataset
    names: tuple[str, ...]
    folded: tuple[str, ...]

    @classmethod
    def of(cls, dataset: Dataset) -> "SearchableDataset":
        """Prepare a dataset; takes some tenths of a second for many thousands of pictures."""
        _ = dataset.label_codes, dataset.split_codes  # known from now on, also to the window
        names = tuple(printable_name(sample.path) for sample in dataset.samples)
        return cls(dataset, names, tuple(name.casefold() for name in names))

    @property
    def count(self) -> int:
        """The number of samples."""
        return len(self.names)

    def search(self, text: str) -> Mask:
        """Return which file names contain a text, in any case; all where it is empty."""
        if not text:
            return np.ones(self.count, bool)
        text = text.casefold()
        return np.fromiter((text in name for name in self.folded), bool, self.count)
