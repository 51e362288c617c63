"""A small plot with two axes, in the colours of the theme: it is looked at, not dragged."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QGraphicsGridLayout, QWidget

from explorer.views.common.layouts import in_column
from explorer.views.common.theme import faint

LEAST_HEIGHT_PX, MOST_HEIGHT_PX = 100, 240
POINT_PX = 8

Values = npt.NDArray[np.floating[Any]]


class Plot(QWidget):
    """Two axes; each kind of plot draws into them in `draw`.

    It calls `redraw` once it is made, and whenever it shows something else.

    Parameters
    ----------
    across, up : sequence of (float, str)
        The ticks of each axis, ascending.
    x_range, y_range : (float, float)
        What is shown.
    x_title, y_title : str, optional
        What the axes are, with units; without one an axis has ticks alone.
    """

    def __init__(
        self,
        across: Sequence[tuple[float, str]],
        up: Sequence[tuple[float, str]],
        x_range: tuple[float, float],
        y_range: tuple[float, float],
        x_title: str = "",
        y_title: str = "",
    ) -> None:
        super().__init__()
        # Not a PlotWidget, whose menus nobody needs and nothing deletes.
        self._view = pg.GraphicsView(self)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self._titles = (y_title, x_title)
        self._axes = [pg.AxisItem(side) for side in ("left", "bottom")]
        for axis in self._axes:
            axis.linkToView(self._box)
            axis.enableAutoSIPrefix(False)  # or a title of small numbers has “(x0.001)” behind it
            axis.setStyle(hideOverlappingLabels=False)
        self.set_axes(across, up, x_range, y_range)
        grid = QGraphicsGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addItem(self._axes[0], 0, 0)
        grid.addItem(self._box, 0, 1)
        grid.addItem(self._axes[1], 1, 1)
        whole = pg.GraphicsWidget()
        whole.setLayout(grid)
        self._view.setCentralItem(whole)
        self._items: list[Any] = []
        self.setMinimumHeight(LEAST_HEIGHT_PX)
        self.setMaximumHeight(MOST_HEIGHT_PX)
        in_column(self._view, of=self)

    @property
    def curve_count(self) -> int:
        """How many lines and points are drawn."""
        return len(self._items)

    @property
    def text_color(self) -> QColor:
        """The colour of texts on it."""
        return self.palette().color(QPalette.ColorRole.WindowText)

    def set_axes(
        self,
        across: Sequence[tuple[float, str]],
        up: Sequence[tuple[float, str]],
        x_range: tuple[float, float],
        y_range: tuple[float, float],
    ) -> None:
        """Show other ranges, with other ticks."""
        self._box.setRange(xRange=x_range, yRange=y_range, padding=0)
        for axis, ticks in zip(self._axes, (up, across), strict=True):
            axis.setTicks([list(ticks)])

    def draw(self) -> None:
        """Draw what is to be seen, from nothing."""

    def redraw(self) -> None:
        """Draw all again, in the colours of the theme."""
        self._view.setBackground(self.palette().color(QPalette.ColorRole.Window))
        for axis, title in zip(self._axes, self._titles, strict=True):
            axis.setPen(faint(self.text_color, 0.5))
            axis.setTextPen(self.text_color)
            if title:
                axis.setLabel(title, color=self.text_color.name())
        for item in self._items:
            self._box.removeItem(item)
        self._items.clear()
        self.draw()

    def add_line(
        self, x: Values, y: Values, color: QColor, width: float, *, is_dashed: bool = False
    ) -> None:
        """Draw a line through points."""
        style = Qt.PenStyle.DashLine if is_dashed else Qt.PenStyle.SolidLine
        pen = pg.mkPen(color, width=width, style=style)
        self.add(pg.PlotCurveItem(x, y, pen=pen, antialias=True))

    def add_point(self, x: float, y: float, color: QColor) -> None:
        """Mark a point."""
        pen = pg.mkPen(self.text_color, width=1)
        self.add(pg.ScatterPlotItem(x=[x], y=[y], size=POINT_PX, pen=pen, brush=color))

    def add(self, item: Any) -> None:
        """Draw an item of pyqtgraph's, until all is drawn again."""
        self._box.addItem(item, ignoreBounds=True)
        self._items.append(item)

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(160, LEAST_HEIGHT_PX)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.redraw()
