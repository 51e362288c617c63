"""Which pictures changed sides between two models: wrong before and right now, or the reverse."""

from dataclasses import dataclass

import numpy as np

from explorer.core.catalogue.columns import Columns, Places


@dataclass(frozen=True, eq=False)
class SideChanges:
    """What two models say of the same labelled pictures.

    Attributes
    ----------
    count : int
        How many pictures both have judged.
    righted, wronged : (m,) int
        The places of those that only the second, or only the first, classifies as labelled.
    """

    count: int
    righted: Places
    wronged: Places


def compare_sides(before: Columns, now: Columns) -> SideChanges:
    """Compare two models on the pictures that both have judged; of one dataset, in one order."""
    is_judged = before.is_judged & now.is_judged
    righted = is_judged & ~before.is_right & now.is_right
    wronged = is_judged & before.is_right & ~now.is_right
    return SideChanges(
        int(np.count_nonzero(is_judged)), np.flatnonzero(righted), np.flatnonzero(wronged)
    )
