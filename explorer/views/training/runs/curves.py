"""The curves of several runs over each other, each run in its colour."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from explorer.core.training.runs import RunEntry
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.pictures.plot import Plot
from explorer.views.common.theme import SPACING_PX, class_color
from explorer.views.training.ticks import round_ticks

MOST_RUNS = 7
"""As many as there are colours."""
LINE_PX = 2.0
SIDE_SHARE = 0.04
"""Of the epochs: room for the last number on the axis."""
_SWATCH_PX = 12


class HistoryPlot(Plot):
    """One figure of each epoch, a line for each run.

    Parameters
    ----------
    column : str
        Of `history.csv`.
    title : str
        What it is, for its axis.
    """

    def __init__(self, column: str, title: str) -> None:
        super().__init__([], [], (0, 1), (0, 1), "epoch", title)
        self._column = column
        self._runs: tuple[RunEntry, ...] = ()
        self.redraw()

    def show_runs(self, runs: Sequence[RunEntry]) -> None:
        """Draw other runs."""
        self._runs = tuple(runs)
        epochs = max((len(run.rows) for run in runs), default=1)
        values = [row[self._column] for run in runs for row in run.rows]
        finite = [value for value in values if math.isfinite(value)]
        low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
        margin = 0.05 * (high - low) or 0.05 * max(abs(high), 1e-3)
        self.set_axes(
            round_ticks(1, max(epochs, 2), is_whole=True),
            round_ticks(low, high),
            (1 - SIDE_SHARE * epochs, max(epochs, 2) * (1 + SIDE_SHARE)),
            (low - margin, high + margin),
        )
        self.redraw()

    def draw(self) -> None:
        for place, run in enumerate(self._runs):
            if run.rows:
                x = np.arange(1.0, len(run.rows) + 1)
                y = np.array([row[self._column] for row in run.rows])
                self.add_line(x, y, class_color(place), LINE_PX)
                self.add_point(
                    float(run.best_epoch), float(y[run.best_epoch - 1]), class_color(place)
                )


class RunLegend(QWidget):
    """The name of each run behind its colour."""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self.setAccessibleName("Colours of the runs")

    def show_names(self, names: Sequence[str]) -> None:
        """Explain other colours."""
        self._names = tuple(names)
        self.setAccessibleDescription(", ".join(names))
        self.updateGeometry()
        self.update()

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(160, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._names:
            return
        painter = QPainter(self)
        width = self.width() // len(self._names)
        indent = _SWATCH_PX + SPACING_PX // 2
        left = 0
        for place, name in enumerate(self._names):
            top = (self.height() - _SWATCH_PX) // 2
            painter.fillRect(QRect(left, top, _SWATCH_PX, _SWATCH_PX), class_color(place))
            most = width - indent - SPACING_PX
            text = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, most)
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            room = QRect(left + indent, 0, most, self.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
            left += indent + self.fontMetrics().horizontalAdvance(text) + 2 * SPACING_PX
        painter.end()


class RunCurves(QWidget):
    """Validation loss and accuracy of the chosen runs; a point marks each run's best epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.loss = HistoryPlot("val_loss", "validation loss")
        self.accuracy = HistoryPlot("val_accuracy", "validation accuracy")
        self.legend = RunLegend()
        in_column(
            self.legend,
            in_row((self.loss, 1), (self.accuracy, 1)),
            of=self,
            spacing=SPACING_PX // 2,
        )

    def show_runs(self, runs: Sequence[RunEntry]) -> None:
        """Draw other runs; of many, the first ones."""
        shown = runs[:MOST_RUNS]
        names = [run.name for run in shown]
        if len(runs) > MOST_RUNS:
            names[-1] += f" ({len(runs) - MOST_RUNS:,} more are not drawn)"
        self.legend.show_names(names)
        for plot in (self.loss, self.accuracy):
            plot.show_runs(shown)
