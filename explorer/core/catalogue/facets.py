"""Facets: what the pictures of a dataset are narrowed down by, each with its counts."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.core.catalogue.columns import Floats, Places
from explorer.core.catalogue.searchable import Mask

Range = tuple[float, float]
"""The least and the largest figure, both included."""

Choice = frozenset[str] | Range
"""What is chosen of a facet: some of its values, or a range."""

Choices = Mapping[str, Choice]
"""What is chosen, by the names of the facets; a facet that is not there narrows nothing."""

Counts = npt.NDArray[np.int64]

BINS = 32


class Facet(ABC):
    """One property of all pictures.

    Attributes
    ----------
    name : str
    title : str
        As a person reads it.
    """

    name: str
    title: str

    @abstractmethod
    def matches(self, choice: Choice) -> Mask:
        """Return which pictures a choice lets through: (n,) bool."""

    @abstractmethod
    def count(self, among: Mask) -> Counts:
        """Return how many of some pictures each value, or each bin, has."""


@dataclass(frozen=True, eq=False)
class ValueFacet(Facet):
    """A property with one of a few values, such as the label.

    Attributes
    ----------
    values : tuple of str
    codes : (n,) int
        Which of `values` each picture has; -1 where none is known.
    color_places : tuple of int
        Where the values are classes: the place of each class's colour; otherwise empty.
    """

    name: str
    title: str
    values: tuple[str, ...]
    codes: npt.NDArray[np.integer]
    color_places: tuple[int, ...] = ()

    def matches(self, choice: Choice) -> Mask:
        """See `Facet`."""
        allowed = np.zeros(len(self.values) + 1, bool)  # the last is for -1
        allowed[[place for place, value in enumerate(self.values) if value in choice]] = True
        return np.asarray(allowed[self.codes])

    def count(self, among: Mask) -> Counts:
        """See `Facet`: (values,) int."""
        return np.bincount(self.codes[among] + 1, minlength=len(self.values) + 1)[1:]


@dataclass(frozen=True, eq=False)
class ListFacet(Facet):
    """Lists of pictures that may overlap, such as the issues of health.

    Attributes
    ----------
    values : tuple of str
    members : tuple of (m,) int
        The places of the pictures that have each value.
    total : int
        The number of all pictures.
    """

    name: str
    title: str
    values: tuple[str, ...]
    members: tuple[Places, ...]
    total: int

    def matches(self, choice: Choice) -> Mask:
        """See `Facet`."""
        found = np.zeros(self.total, bool)
        for value, places in zip(self.values, self.members, strict=True):
            if value in choice:
                found[places] = True
        return found

    def count(self, among: Mask) -> Counts:
        """See `Facet`: (values,) int."""
        return np.array([np.count_nonzero(among[one]) for one in self.members], np.int64)


@dataclass(frozen=True, eq=False)
class RangeFacet(Facet):
    """A figure of each picture, such as the model's confidence.

    Attributes
    ----------
    figures : (n,) float32
        NaN where unknown; a picture without a figure is in no range.
    least, largest : float
        What its histogram spans.
    """

    name: str
    title: str
    figures: Floats
    least: float
    largest: float

    def matches(self, choice: Choice) -> Mask:
        """See `Facet`."""
        assert isinstance(choice, tuple)
        least, largest = choice
        return np.asarray((self.figures >= least) & (self.figures <= largest))

    def count(self, among: Mask) -> Counts:
        """Return the histogram: (BINS,) int."""
        figures = self.figures[among & ~np.isnan(self.figures)]
        return np.histogram(figures, BINS, (self.least, self.largest))[0].astype(np.int64)


@dataclass(frozen=True, eq=False)
class Narrowed:
    """What is left of a dataset.

    Attributes
    ----------
    mask : (n,) bool
        The pictures that every choice lets through.
    counts : dict of str to int array
        For each facet, how many pictures each of its values has among those that all *other*
        facets let through: what choosing it instead would show.
    """

    mask: Mask
    counts: Mapping[str, Counts]


def narrow(facets: Sequence[Facet], choices: Choices, within: Mask) -> Narrowed:
    """Apply choices.

    Parameters
    ----------
    facets : sequence of Facet
        Choices of others are left aside.
    within : (n,) bool
        What is let through by a search, say; it holds for all counts.
    """
    refusals = np.zeros(len(within), np.uint8)
    refused: dict[str, Mask] = {}
    for facet in facets:
        if facet.name in choices:
            refused[facet.name] = ~facet.matches(choices[facet.name])
            refusals += refused[facet.name]
    counts = {}
    for facet in facets:
        own = refused.get(facet.name)
        others = refusals == (0 if own is None else own)
        counts[facet.name] = facet.count(within & others)
    return Narrowed(within & (refusals == 0), counts)
