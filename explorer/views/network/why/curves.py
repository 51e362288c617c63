"""How the probability falls as pixels are removed, and rises as they are shown."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from explorer.core.explanation.judgement import Judgement
from explorer.views.common.layouts import in_column
from explorer.views.common.theme import NEGATIVE, POSITIVE, faint

LEAST_HEIGHT_PX, MOST_HEIGHT_PX = 100, 240
LINE_PX = 2.5


class Curves(QWidget):
    """Draws both curves of a map, thick, and those of the random maps, thin."""

    def __init__(self) -> None:
        super().__init__()
        self._plot = pg.PlotWidget()
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.setYRange(0, 1, padding=0.06)
        self._plot.setXRange(0, 100, padding=0.06)
        self._plot.getAxis("bottom").setTicks([[(0, "0"), (50, "50"), (100, "100")]])
        self._plot.getAxis("left").setTicks([[(0, "0"), (0.5, "0.5"), (1, "1")]])
        self._plot.setFocusPolicy(self.focusPolicy())
        self.setMinimumHeight(LEAST_HEIGHT_PX)
        self.setMaximumHeight(MOST_HEIGHT_PX)
        in_column(self._plot, of=self)
        self._judgement: Judgement | None = None
        self._draw()

    @property
    def curve_count(self) -> int:
        """How many curves are drawn."""
        return len(self._plot.listDataItems())

    def show_judgement(self, judgement: Judgement | None) -> None:
        """Draw the curves of a judgement; None draws none."""
        if judgement is not self._judgement:
            self._judgement = judgement
            self._draw()

    def _draw(self) -> None:
        text = self.palette().color(QPalette.ColorRole.WindowText)
        self._plot.setBackground(self.palette().color(QPalette.ColorRole.Window))
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(faint(text, 0.5))
            axis.setTextPen(text)
        self._plot.clear()
        judgement = self._judgement
        if judgement is None:
            return
        for part in judgement.random:
            self._add(part.deletion, faint(NEGATIVE, 0.4), 1)
            self._add(part.insertion, faint(POSITIVE, 0.4), 1)
        self._add(judgement.own.deletion, NEGATIVE, LINE_PX)
        self._add(judgement.own.insertion, POSITIVE, LINE_PX)
        own = judgement.own
        self.setAccessibleName(
            f"Deletion curve, area {own.deletion_area:.2f}; "
            f"insertion curve, area {own.insertion_area:.2f}"
        )

    def _add(self, curve: tuple[float, ...], color: QColor, width: float) -> None:
        across = np.linspace(0, 100, len(curve))
        self._plot.plot(across, curve, pen=pg.mkPen(color, width=width), antialias=True)

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(160, LEAST_HEIGHT_PX)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
