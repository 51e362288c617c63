"""The curves of one class and the calibration diagram."""

import numpy as np
import pyqtgraph as pg

from explorer.core.evaluation.calibration import Calibration
from explorer.core.evaluation.confusion import ClassFigures
from explorer.core.evaluation.curves import Curves
from explorer.views.common.pictures.plot import Plot, Values
from explorer.views.common.theme import POSITIVE, class_color, faint

LINE_PX, POINT_PX = 2.0, 11
MOST_POINTS = 1000
"""Of a curve: more cannot be seen."""
HEIGHT_PX = 220
_TICKS = [(0.0, "0"), (0.5, "0.5"), (1.0, "1")]
_RANGE = (-0.04, 1.06)


class SharePlot(Plot):
    """Both axes go from 0 to 1."""

    def __init__(self, x_title: str, y_title: str) -> None:
        super().__init__(_TICKS, _TICKS, _RANGE, _RANGE, x_title, y_title)
        self.setFixedHeight(HEIGHT_PX)

    def add_diagonal(self) -> None:
        """Draw a dashed line from (0, 0) to (1, 1)."""
        ends = np.array([0.0, 1.0])
        self.add_line(ends, ends, faint(self.text_color, 0.4), 1, is_dashed=True)


class CurvePlot(SharePlot):
    """A curve of one class, with a point where the threshold is."""

    def __init__(self, x_title: str, y_title: str) -> None:
        super().__init__(x_title, y_title)
        self._curves: Curves | None = None
        self._color = class_color(0)
        self.point: tuple[float, float] | None = None
        """Where the threshold is; None where that is undefined."""
        self._mark = pg.ScatterPlotItem(size=POINT_PX)
        self.redraw()

    def show_curves(self, curves: Curves | None, positive: int) -> None:
        """Draw the curve of a class."""
        self._curves, self._color = curves, class_color(positive)
        self.redraw()

    def show_point(self, figures: ClassFigures, positive: int) -> None:
        """Mark what is counted at the threshold."""
        x, y = self.coordinates(figures, positive)
        self.point = None if np.isnan(x) or np.isnan(y) else (x, y)
        self._draw_point()

    def coordinates(self, figures: ClassFigures, positive: int) -> tuple[float, float]:
        """Return where the point of some figures is, NaN where nothing was counted."""
        raise NotImplementedError

    def points_of(self, curves: Curves) -> tuple[Values, Values]:
        """Return the points of a curve."""
        raise NotImplementedError

    def draw(self) -> None:
        if self._curves is not None:
            x, y = self.points_of(self._curves)
            if len(x) and not (np.isnan(x).any() or np.isnan(y).any()):
                kept = np.unique(np.linspace(0, len(x) - 1, min(len(x), MOST_POINTS)).astype(int))
                self.add_line(x[kept], y[kept], self._color, LINE_PX)
        self.add(self._mark)
        self._draw_point()

    def _draw_point(self) -> None:
        pen = pg.mkPen(self.text_color, width=2)
        places = [] if self.point is None else [self.point]
        self._mark.setData(pos=np.array(places).reshape(-1, 2), pen=pen, brush=self._color)


class RocPlot(CurvePlot):
    """How much of a class is found, and how much else is taken for it."""

    def __init__(self) -> None:
        super().__init__("false positive rate", "true positive rate")

    def coordinates(self, figures: ClassFigures, positive: int) -> tuple[float, float]:
        others = figures.total - int(figures.counts[positive])
        misses = int(figures.called[positive]) - int(figures.hits[positive])
        return misses / others if others else np.nan, float(figures.recalls[positive])

    def points_of(self, curves: Curves) -> tuple[Values, Values]:
        return curves.false_positive_rates, curves.true_positive_rates

    def draw(self) -> None:
        self.add_diagonal()
        super().draw()


class PrecisionRecallPlot(CurvePlot):
    """How much of what is taken for a class is of it, and how much of the class is found."""

    def __init__(self) -> None:
        super().__init__("recall", "precision")

    def coordinates(self, figures: ClassFigures, positive: int) -> tuple[float, float]:
        return float(figures.recalls[positive]), float(figures.precisions[positive])

    def points_of(self, curves: Curves) -> tuple[Values, Values]:
        return curves.recalls, curves.precisions


class CalibrationPlot(SharePlot):
    """How often the model is right, by how sure it is; the diagonal is perfect."""

    def __init__(self) -> None:
        super().__init__("confidence, mean of each bin", "share that is right")
        self._found: Calibration | None = None
        self.redraw()

    def show_calibration(self, found: Calibration | None) -> None:
        """Draw a diagram: a bar for each bin with its 95 % interval, wider with more pictures."""
        self._found = found
        self.redraw()

    def draw(self) -> None:
        self.add_diagonal()
        found = self._found
        if found is None or not found.counts.any():
            return
        filled = found.counts > 0
        x, y = found.confidences[filled], found.accuracies[filled]
        low, high = found.intervals[filled].T
        pen = pg.mkPen(faint(self.text_color, 0.6), width=1)
        self.add(pg.ErrorBarItem(x=x, y=y, top=high - y, bottom=y - low, beam=0.02, pen=pen))
        sizes = 5 + 12 * np.sqrt(found.counts[filled] / found.counts.max())
        point_pen = pg.mkPen(POSITIVE, width=1.5)
        brush = pg.mkBrush(faint(POSITIVE, 0.5))
        self.add(pg.ScatterPlotItem(x=x, y=y, size=sizes, pen=point_pen, brush=brush))

    @property
    def tip(self) -> str:
        """What each bin holds, a line for each."""
        found = self._found
        if found is None:
            return ""
        lines = [
            f"{found.edges[i]:.2f} – {found.edges[i + 1]:.2f}: {found.counts[i]:,} pictures, "
            f"{found.hits[i]:,} right"
            for i in np.flatnonzero(found.counts)
        ]
        return "\n".join([f"{len(found.counts)} bins of confidence; not empty:", *lines])
