"""How the probability falls as pixels are removed, and rises as they are shown."""

import numpy as np
from PySide6.QtGui import QColor

from explorer.core.explanation.judgement import Judgement
from explorer.views.common.pictures.plot import Plot
from explorer.views.common.theme import NEGATIVE, POSITIVE, faint

LINE_PX = 2.5
_TICKS_UP = [(0, "0"), (0.5, "0.5"), (1, "1")]
_TICKS_ACROSS = [(0, "0"), (50, "50"), (100, "100")]


class Curves(Plot):
    """Draws both curves of a map, thick, and those of the random maps, thin."""

    def __init__(self) -> None:
        super().__init__(_TICKS_ACROSS, _TICKS_UP, (-2, 110), (-0.05, 1.05))
        self._judgement: Judgement | None = None
        self.redraw()

    def show_judgement(self, judgement: Judgement | None) -> None:
        """Draw the curves of a judgement; None draws none."""
        if judgement is not self._judgement:
            self._judgement = judgement
            self.redraw()

    def draw(self) -> None:
        judgement = self._judgement
        if judgement is None:
            return
        for part in judgement.random:
            self._add(part.deletion, faint(NEGATIVE, 0.4), 1)
            self._add(part.insertion, faint(POSITIVE, 0.4), 1)
        own = judgement.own
        self._add(own.deletion, NEGATIVE, LINE_PX)
        self._add(own.insertion, POSITIVE, LINE_PX)
        self.setAccessibleName(
            f"Deletion curve, area {own.deletion_area:.2f}; "
            f"insertion curve, area {own.insertion_area:.2f}"
        )

    def _add(self, curve: tuple[float, ...], color: QColor, width: float) -> None:
        self.add_line(np.linspace(0, 100, len(curve)), np.array(curve), color, width)
