"""How the probability falls as pixels are removed, and rises as they are shown."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QGraphicsGridLayout, QWidget

from explorer.core.explanation.judgement import Judgement
from explorer.views.common.layouts import in_column
from explorer.views.common.theme import NEGATIVE, POSITIVE, faint

LEAST_HEIGHT_PX, MOST_HEIGHT_PX = 100, 240
LINE_PX = 2.5
_TICKS_UP = [(0, "0"), (0.5, "0.5"), (1, "1")]
_TICKS_ACROSS = [(0, "0"), (50, "50"), (100, "100")]


class Curves(QWidget):
    """Draws both curves of a map, thick, and those of the random maps, thin."""

    def __init__(self) -> None:
        super().__init__()
        # Not a PlotWidget, whose menus nobody needs and nothing deletes.
        self._view = pg.GraphicsView(self)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self._box.setRange(xRange=(-2, 110), yRange=(-0.05, 1.05), padding=0)
        self._axes = [pg.AxisItem(side) for side in ("left", "bottom")]
        for axis, ticks in zip(self._axes, (_TICKS_UP, _TICKS_ACROSS), strict=True):
            axis.linkToView(self._box)
            axis.setTicks([ticks])
            axis.setStyle(hideOverlappingLabels=False)
        grid = QGraphicsGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addItem(self._axes[0], 0, 0)
        grid.addItem(self._box, 0, 1)
        grid.addItem(self._axes[1], 1, 1)
        whole = pg.GraphicsWidget()
        whole.setLayout(grid)
        self._view.setCentralItem(whole)
        self._curves: list[Any] = []
        self.setMinimumHeight(LEAST_HEIGHT_PX)
        self.setMaximumHeight(MOST_HEIGHT_PX)
        in_column(self._view, of=self)
        self._judgement: Judgement | None = None
        self._draw()

    @property
    def curve_count(self) -> int:
        """How many curves are drawn."""
        return len(self._curves)

    def show_judgement(self, judgement: Judgement | None) -> None:
        """Draw the curves of a judgement; None draws none."""
        if judgement is not self._judgement:
            self._judgement = judgement
            self._draw()

    def _draw(self) -> None:
        text = self.palette().color(QPalette.ColorRole.WindowText)
        self._view.setBackground(self.palette().color(QPalette.ColorRole.Window))
        for axis in self._axes:
            axis.setPen(faint(text, 0.5))
            axis.setTextPen(text)
        for curve in self._curves:
            self._box.removeItem(curve)
        self._curves.clear()
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
        pen = pg.mkPen(color, width=width)
        item = pg.PlotCurveItem(across, np.array(curve), pen=pen, antialias=True)
        self._box.addItem(item, ignoreBounds=True)
        self._curves.append(item)

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(160, LEAST_HEIGHT_PX)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
