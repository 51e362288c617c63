"""The probabilities of one prediction as bars, each in its class's colour."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.core.models.prediction import Prediction
from explorer.core.text.percent import format_percent
from explorer.views.common.theme import QUIET_SHARE, SPACING_PX, class_color, faint

MOST_ROWS = 8
ROW_HEIGHT_PX = 36
BAR_HEIGHT_PX = 10
MOST_HIGH_ROWS = 4
LOW_ROW_HEIGHT_PX = 26
LOW_BAR_HEIGHT_PX = 6
"""Of more classes than that, so that they leave room to what is below them."""
TRACK_SHARE = 0.12  # of the text's colour: seen in the light and in the dark


class ProbabilityBars(QWidget):
    """Draws one row per class: its name, its probability, a bar.

    Of many classes, those are the likeliest, and one row is of all others together.

    Parameters
    ----------
    most_rows : int
        How many classes have room.
    """

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        super().__init__()
        self._most_rows = most_rows
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rows: tuple[tuple[int, str, float], ...] = ()
        """Each class shown: its place among all, its name and its probability."""
        self._rest: tuple[str, float] | None = None

    def set_prediction(self, prediction: Prediction) -> None:
        """Draw another prediction."""
        pairs = zip(prediction.classes, prediction.probabilities, strict=True)
        rows = [(place, name, share) for place, (name, share) in enumerate(pairs)]
        left_out = len(rows) - self._most_rows
        if left_out > 0:
            rows.sort(key=lambda row: row[2], reverse=True)
        self.rows = tuple(rows[: self._most_rows])
        self._rest = None
        if left_out > 0:
            share = max(0.0, sum(prediction.probabilities) - sum(row[2] for row in self.rows))
            self._rest = (f"{left_out:,} {'other' if left_out == 1 else 'others'}", share)
        told = [f"{name} {format_percent(share)}" for _, name, share in self._lines]
        self.setAccessibleName(", ".join(told))
        self.updateGeometry()
        self.update()

    @property
    def _lines(self) -> list[tuple[int | None, str, float]]:
        """What is drawn: the place of each class, None for all others; a name; a probability."""
        lines: list[tuple[int | None, str, float]] = list(self.rows)
        return lines if self._rest is None else [*lines, (None, *self._rest)]

    @property
    def _heights(self) -> tuple[int, int]:
        """The height of a row and of its bar."""
        if len(self._lines) > MOST_HIGH_ROWS:
            return LOW_ROW_HEIGHT_PX, LOW_BAR_HEIGHT_PX
        return ROW_HEIGHT_PX, BAR_HEIGHT_PX

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(240, self._heights[0] * max(len(self._lines), 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, metrics = self.width(), self.fontMetrics()
        text = self.palette().text().color()
        row_height, bar_height = self._heights
        low = Qt.AlignmentFlag.AlignBottom
        for row, (place, name, share) in enumerate(self._lines):
            top = row * row_height
            line = QRectF(0, top, width, row_height - bar_height - 4)
            painter.setPen(text)
            percent = format_percent(share)
            room = width - metrics.horizontalAdvance(percent) - SPACING_PX
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | low, shown)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | low, percent)
            bar = QRectF(0, line.bottom() + 2, width, bar_height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faint(text, TRACK_SHARE))
            painter.drawRoundedRect(bar, 3, 3)
            bar.setWidth(max(width * share, 1))
            painter.setBrush(faint(text, QUIET_SHARE) if place is None else class_color(place))
            painter.drawRoundedRect(bar, 3, 3)
        painter.end()
