"""A view box that zooms no further than it is allowed to."""

from collections.abc import Callable
from typing import Any

import pyqtgraph as pg


class ZoomBox(pg.ViewBox):  # type: ignore[misc]
    """Asks before a gesture zooms.

    Its own `setLimits` would hold back whatever is shown: a fit to a tiny picture, full size, and
    a view that is linked to one with other limits.

    Parameters
    ----------
    limit : callable
        Takes the factor by which more is to be seen, above 1, or less, below 1; returns the factor
        that is allowed.
    """

    def __init__(self, limit: Callable[[float], float]) -> None:
        super().__init__(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0.01)
        self._limit = limit

    # pyqtgraph overrides: the wheel, a drag with the right button and the keys all come here.

    def scaleBy(self, s: Any = None, center: Any = None, x: Any = None, y: Any = None) -> None:
        wanted = s[1] if s is not None else y  # the aspect is locked: across follows down
        if wanted is not None:
            factor = self._limit(float(wanted))
            super().scaleBy((factor, factor), center=center)
