"""Whether to believe a map: one sentence, and the figures that it rests on."""

import math
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.models.explanations import JudgementPart, Values

RANDOM_MAPS = 6
REDRAWS = 2

MARGIN_NEEDED = 2.2
"""How many standard deviations a map must be better than the mean of the random ones.

Of six random maps, one more would be so far above their mean in 5 % of cases: the quantile 0.95 of
Student's t with 5 degrees of freedom is 2.015, and a single value scatters about the mean of six by
√(1 + 1/6) standard deviations.
"""
LEAST_SPREAD = 0.001
"""Of the random maps: where they agree to less than 0.1 percentage points, the model answers to
none of them, and so small a difference is no evidence."""
SAME_FROM = 0.7
"""The rank correlation from which two maps count as the same: half of the variance of the ranks of
one, 0.7², is then that of the other. Its sign does not count: with weights drawn anew, edges may
speak against a class as well as for it."""


HOW = (
    "Deletion replaces pixels by the picture's mean colour, insertion shows them in the blurred "
    "picture, those with most evidence first, in 16 steps; ROAD imputes 20, 40, 60 and 80 % from "
    "their neighbours. A random map is the map turned, mirrored and moved."
)
"""What is done with the pixels, for a person."""


@dataclass(frozen=True, eq=False)
class Judgement:
    """What judges a map.

    Attributes
    ----------
    has_evidence : bool
        Whether the map is above 0 anywhere.
    own : JudgementPart
        With the pixels in the order of the map.
    random : tuple of JudgementPart
        The same with the map turned, mirrored and moved at random.
    similarities : tuple of float
        0 to 1: how alike the map is to the one of the model with redrawn weights, for each time
        that they were redrawn; empty where that was impossible.
    redrawn_map : (height, width) float32 or None
        The last of those maps.
    problem : str
        Why the weights were not redrawn, in one sentence.
    """

    has_evidence: bool
    own: JudgementPart
    random: tuple[JudgementPart, ...]
    similarities: tuple[float, ...] = ()
    redrawn_map: Values | None = None
    problem: str = ""

    @property
    def margin(self) -> float:
        """How many standard deviations the map is better than the random ones."""
        totals = [each.total for each in self.random]
        return (self.own.total - fmean(totals)) / max(stdev(totals), LEAST_SPREAD)

    @property
    def is_better_than_chance(self) -> bool:
        """Whether removing the pixels in the order of the map has more effect than in others."""
        return self.margin >= MARGIN_NEEDED

    @property
    def similarity(self) -> float | None:
        """How alike the maps with redrawn weights are, on average; None where unknown."""
        return fmean(self.similarities) if self.similarities else None

    @property
    def depends_on_weights(self) -> bool:
        """Whether the map changes with the weights, as far as that is known."""
        return self.similarity is None or self.similarity < SAME_FROM

    @property
    def verdict(self) -> str:
        """Whether to believe the map, and why, in one sentence."""
        if not self.has_evidence:
            return "No positive evidence: nothing in the picture speaks for this class."
        if not self.depends_on_weights:
            return (
                "Do not believe this map: with all weights drawn anew it looks the same "
                f"(rank correlation {self.similarity:.2f}), so it shows the picture, not what the "
                "model learned."
            )
        deviations = f"{self.margin:.1f} standard deviations".replace("-", "−")
        if not self.is_better_than_chance:
            return (
                "Do not believe this map: removing pixels in its order tells the model no more "
                f"than in a random one ({deviations} better; {MARGIN_NEEDED} are needed)."
            )
        tested = (
            "its dependence on the weights was not tested"
            if self.similarity is None
            else f"it changes with the weights (rank correlation {self.similarity:.2f})"
        )
        return f"This map is better than chance by {deviations}, and {tested}."


def rank_correlation(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> float:
    """Return Spearman's rank correlation of two maps, -1 to 1; 0 where one of them is constant.

    Parameters
    ----------
    first, second : (height, width) float
    """
    ranks = [_ranks(values.reshape(-1)) for values in (first, second)]
    centred = [values - values.mean() for values in ranks]
    below = math.sqrt(float((centred[0] ** 2).sum() * (centred[1] ** 2).sum()))
    return float((centred[0] * centred[1]).sum()) / below if below > 0 else 0.0


def _ranks(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the ranks of values; equal ones share the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[places]
