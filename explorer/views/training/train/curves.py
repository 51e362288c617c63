"""The curves of a training while it runs: what its history.csv holds, and nothing else."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from explorer.core.training.history import find_best
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.pictures.plot import Plot, Values
from explorer.views.common.theme import SPACING_PX, class_color, faint
from explorer.views.training.ticks import round_ticks

LINE_PX = 2.0
LEAST_RATE_PX = 128
"""So that the title of its axis is seen whole."""
TRAINING_COLOR, VALIDATION_COLOR = class_color(0), class_color(1)
_SWATCH_PX = 12

Rows = Sequence[Mapping[str, float]]


class LivePlot(Plot):
    """Some columns of the history over the epochs; a point marks the best epoch.

    Parameters
    ----------
    title : str
        What they are, for the axis.
    columns : sequence of (str, QColor)
        Of `history.csv`; the point is on the last.
    is_marked : bool
        Whether the best epoch is marked.
    """

    def __init__(
        self, title: str, columns: Sequence[tuple[str, QColor]], *, is_marked: bool = True
    ) -> None:
        super().__init__([], [], (0, 1), (0, 1), "epoch", title)
        self.setMaximumHeight(16_777_215)  # Qt's own limit: none
        self.setAccessibleName(f"{title} of each epoch".capitalize())
        self._columns = tuple(columns)
        self._is_marked = is_marked
        self._rows: tuple[Mapping[str, float], ...] = ()
        self._planned = 0
        self.redraw()

    def show_rows(self, rows: Rows, planned: int) -> None:
        """Draw another history.

        Parameters
        ----------
        rows : sequence of mapping
        planned : int
            The maximum number of epochs.
        """
        if (tuple(rows), planned) == (self._rows, self._planned):
            return
        self._rows, self._planned = tuple(rows), planned
        values = np.concatenate([self.values(name) for name, _ in self._columns] or [np.empty(0)])
        values = values[np.isfinite(values)]
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
        margin = 0.08 * (high - low) or 0.05 * max(abs(high), 1e-3)
        last = max(planned, len(rows), 2)
        self.set_axes(
            round_ticks(1, last, is_whole=True),
            round_ticks(low, high),
            (0.5, last + 0.5),
            (low - margin, high + margin),
        )
        self.redraw()

    def values(self, column: str) -> Values:
        """Return what is drawn of a column, a value for each epoch."""
        return np.array([row[column] for row in self._rows])

    def draw(self) -> None:
        if not self._rows:
            return
        epochs = np.arange(1.0, len(self._rows) + 1)
        for name, color in self._columns:
            self.add_line(epochs, self.values(name), color, LINE_PX)
            if len(self._rows) == 1:  # a line of one point is none
                self.add_point(1.0, float(self.values(name)[0]), color)
        if self._is_marked:
            best = find_best(self._rows)
            name, color = self._columns[-1]
            y = float(self.values(name)[best])
            if math.isfinite(y):
                self.add_point(best + 1.0, y, color)


class CurveLegend(QWidget):
    """What the colours are."""

    def __init__(self) -> None:
        super().__init__()
        self._best = 0
        self.setAccessibleName("Colours of the curves")

    def show_best(self, epoch: int) -> None:
        """Name the best epoch; 0: there is none yet."""
        if epoch != self._best:
            self._best = epoch
            self.update()

    @property
    def _entries(self) -> list[tuple[str, QColor | None]]:
        best = f"● best epoch so far: {self._best:,}" if self._best else ""
        return [("training", TRAINING_COLOR), ("validation", VALIDATION_COLOR), (best, None)]

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(160, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text_color = self.palette().color(QPalette.ColorRole.WindowText)
        left = 0
        for text, color in self._entries:
            if color is not None:
                top = (self.height() - _SWATCH_PX) // 2
                painter.fillRect(QRect(left, top, _SWATCH_PX, _SWATCH_PX), color)
                left += _SWATCH_PX + SPACING_PX // 2
            painter.setPen(text_color if color is not None else faint(text_color, 0.8))
            room = QRect(left, 0, self.width() - left, self.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
            left += self.fontMetrics().horizontalAdvance(text) + 2 * SPACING_PX
        painter.end()


class LiveCurves(QWidget):
    """Loss and accuracy side by side, the learning rate below them."""

    def __init__(self) -> None:
        super().__init__()
        self.loss = LivePlot("loss", [("loss", TRAINING_COLOR), ("val_loss", VALIDATION_COLOR)])
        self.accuracy = LivePlot(
            "accuracy", [("accuracy", TRAINING_COLOR), ("val_accuracy", VALIDATION_COLOR)]
        )
        self.rate = LivePlot("learning rate", [("learning_rate", class_color(2))], is_marked=False)
        self.rate.setMinimumHeight(LEAST_RATE_PX)
        self.legend = CurveLegend()
        in_column(
            self.legend,
            (in_row((self.loss, 1), (self.accuracy, 1)), 5),
            (self.rate, 2),
            of=self,
            spacing=SPACING_PX // 2,
        )

    def show_rows(self, rows: Rows, planned: int) -> None:
        """Draw another history; `planned`: the maximum number of epochs."""
        for plot in (self.loss, self.accuracy, self.rate):
            plot.show_rows(rows, planned)
        self.legend.show_best(find_best(rows) + 1 if rows else 0)
