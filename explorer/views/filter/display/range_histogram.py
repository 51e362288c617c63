"""How often each value occurs, and the two ends of the range that is drawn, to be dragged."""

from math import floor, log10
from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.core.filters.display import Histogram
from explorer.views.common.pictures.value_scale import color_gradient
from explorer.views.common.theme import faint, format_number

BARS_HEIGHT_PX = 64
SCALE_HEIGHT_PX = 12
GRIP_HEIGHT_PX = 16
GRIP_WIDTH_PX = 14
HEIGHT_PX = BARS_HEIGHT_PX + SCALE_HEIGHT_PX + GRIP_HEIGHT_PX
GRAB_PX = 14  # to either side of an end

# Of the axis: what is kept free at its sides, and between the ends.
_MARGIN = 0.04
_LEAST_GAP = 0.002

_End = Literal["low", "high"]
_KEY_STEPS = {
    Qt.Key.Key_Left: -0.01,
    Qt.Key.Key_Down: -0.01,
    Qt.Key.Key_Right: 0.01,
    Qt.Key.Key_Up: 0.01,
    Qt.Key.Key_PageDown: -0.1,
    Qt.Key.Key_PageUp: 0.1,
}


class RangeHistogram(QWidget):
    """Bars over a scale of the colours drawn; an end is dragged, or moved with the arrow keys.

    Tab goes from the low end to the high one. Home and End move an end to the smallest and the
    largest value; with Shift the arrows move it by a tenth.

    Signals
    -------
    range_wanted(low, high)
        A person wants the range to have these ends; while dragging, one after another.
    edit_ended()
        The end or the key was let go.
    """

    range_wanted = Signal(float, float)
    edit_ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._histogram: Histogram | None = None
        self._low, self._high = 0.0, 255.0
        self._is_colored = False
        self._is_mirrored = False
        self._axis = self._find_axis()
        self._active: _End = "low"
        self._grip_offset = 0.0
        self._is_dragging = False
        self._is_edited = False
        self._describe()

    @property
    def ends(self) -> tuple[float, float]:
        """The values at the two ends."""
        return self._low, self._high

    def show_range(
        self,
        low: float,
        high: float,
        histogram: Histogram | None,
        *,
        is_colored: bool = False,
        is_mirrored: bool = False,
    ) -> None:
        """Show the ends of the range over the values that there are.

        Parameters
        ----------
        low, high : float
        histogram : Histogram or None
        is_colored : bool
            The scale goes from blue over a neutral zero to orange, not from black to white.
        is_mirrored : bool
            Both ends move alike, so that zero stays in the middle.
        """
        new = (low, high, histogram, is_colored, is_mirrored)
        if new == (self._low, self._high, self._histogram, self._is_colored, self._is_mirrored):
            return
        self._low, self._high, self._histogram, self._is_colored, self._is_mirrored = new
        if not self._is_dragging:  # an axis that moves would pull the end from under the mouse
            self._axis = self._find_axis()
        self._describe()
        self.update()

    def position_of(self, value: float) -> float:
        """Return where on the axis a value lies, in pixels from the left."""
        start, stop = self._axis
        room = self.width() - GRIP_WIDTH_PX
        return GRIP_WIDTH_PX / 2 + room * (value - start) / (stop - start)

    def _value_at(self, x: float) -> float:
        """Return the roundest value at a place that is no other pixel's."""
        start, stop = self._axis
        room = max(1, self.width() - GRIP_WIDTH_PX)
        share = min(max((x - GRIP_WIDTH_PX / 2) / room, 0.0), 1.0)
        return _round_to(start + (stop - start) * share, (stop - start) / room)

    def _find_axis(self) -> tuple[float, float]:
        low, high = self._low, self._high
        if self._histogram is not None:
            low, high = min(low, self._histogram.low), max(high, self._histogram.high)
        margin = (high - low) * _MARGIN or max(abs(low), 1.0) * _MARGIN
        return low - margin, high + margin

    def _describe(self) -> None:
        low, high = format_number(self._low), format_number(self._high)
        self.setAccessibleName(f"Displayed range, from {low} to {high}")
        self.setAccessibleDescription(f"the arrow keys move the {self._active} end")
        self.setToolTip(
            f"From {self._low:.9g} to {self._high:.9g}. Drag an end, or move it with the "
            "arrow keys. Bars: histogram of the values (square root of the counts)."
        )

    def _activate(self, end: _End) -> None:
        self._active = end
        self._describe()
        self.update()

    def _nearest_end(self, x: float) -> _End:
        low, high = self.position_of(self._low), self.position_of(self._high)
        if low == high:
            return "low" if x < low else "high"
        return "low" if abs(x - low) < abs(x - high) else "high"

    def _move(self, value: float) -> None:
        """Ask for the active end at a value; it never passes the other one."""
        gap = (self._axis[1] - self._axis[0]) * _LEAST_GAP
        low, high = self._low, self._high
        if self._is_mirrored:
            largest = max(value if self._active == "high" else -value, gap)
            low, high = -largest, largest
        elif self._active == "low":
            low = min(value, high - gap)
        else:
            high = max(value, low + gap)
        if (low, high) != (self._low, self._high):
            self._is_edited = True
            self.range_wanted.emit(low, high)

    def _end_edit(self) -> None:
        if self._is_edited:
            self._is_edited = False
            self.edit_ended.emit()

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, HEIGHT_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            x = event.position().x()
            self._activate(self._nearest_end(x))
            at = self.position_of(self._low if self._active == "low" else self._high)
            is_grabbed = abs(x - at) <= GRAB_PX
            self._grip_offset = at - x if is_grabbed else 0.0
            self._is_dragging = True
            if not is_grabbed:
                self._move(self._value_at(x))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._is_dragging:
            self._move(self._value_at(x + self._grip_offset))
            return
        ends = (self.position_of(self._low), self.position_of(self._high))
        is_near = min(abs(x - end) for end in ends) <= GRAB_PX
        shape = Qt.CursorShape.SizeHorCursor if is_near else Qt.CursorShape.ArrowCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._is_dragging:
            self._is_dragging = False
            self._axis = self._find_axis()
            self.update()
            self._end_edit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, (start, stop) = Qt.Key(event.key()), self._axis
        now = self._low if self._active == "low" else self._high
        if key in _KEY_STEPS:
            share = _KEY_STEPS[key]
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                share /= 10
            step = (stop - start) * share
            self._move(_round_to(now + step, abs(step) / 4))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._histogram is not None:
            is_home = key == Qt.Key.Key_Home
            self._move(self._histogram.low if is_home else self._histogram.high)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():
            self._end_edit()
        super().keyReleaseEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        target: _End = "high" if next else "low"
        if self._active != target:
            self._activate(target)
            return True
        return super().focusNextPrevChild(next)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() == Qt.FocusReason.TabFocusReason:
            self._activate("low")
        elif event.reason() == Qt.FocusReason.BacktabFocusReason:
            self._activate("high")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._end_edit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = self.palette().color(QPalette.ColorRole.WindowText)
        left, right = self.position_of(self._low), self.position_of(self._high)
        painter.fillRect(QRectF(0, 0, self.width(), BARS_HEIGHT_PX), faint(text, 0.06))
        self._draw_bars(painter, text)
        colors = color_gradient(left, right, is_colored=self._is_colored)
        painter.fillRect(QRectF(0, BARS_HEIGHT_PX, self.width(), SCALE_HEIGHT_PX), colors)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # The active one last, so that it lies on top.
        for end in sorted(("low", "high"), key=lambda one: one == self._active):
            self._draw_end(painter, left if end == "low" else right, end == self._active)
        painter.end()

    def _draw_bars(self, painter: QPainter, color: QColor) -> None:
        histogram = self._histogram
        if histogram is None or not histogram.counts.any():
            return
        edges = np.linspace(histogram.low, histogram.high, len(histogram.counts) + 1)
        heights = np.sqrt(histogram.counts / histogram.counts.max()) * (BARS_HEIGHT_PX - 4)
        # The middle of a bar decides whether it counts as drawn.
        middles = (edges[:-1] + edges[1:]) / 2
        is_inside = (middles >= self._low) & (middles <= self._high)
        start, stop = self._axis
        places = GRIP_WIDTH_PX / 2 + (self.width() - GRIP_WIDTH_PX) * (edges - start) / (
            stop - start
        )
        bars = zip(places[:-1], places[1:], heights, is_inside, strict=True)
        inside, outside = faint(color, 0.75), faint(color, 0.3)
        for left, right, height, is_drawn in bars:
            if height > 0:
                bar = QRectF(left, BARS_HEIGHT_PX - height, max(right - left, 1.0), height)
                painter.fillRect(bar, inside if is_drawn else outside)

    def _draw_end(self, painter: QPainter, x: float, is_active: bool) -> None:
        palette = self.palette()
        is_focused = is_active and self.hasFocus()
        line = palette.color(QPalette.ColorRole.WindowText)
        if is_focused:
            line = palette.color(QPalette.ColorRole.Highlight)
        painter.setPen(QPen(line, 2 if is_focused else 1.25))
        painter.drawLine(QPointF(x, 0), QPointF(x, BARS_HEIGHT_PX))
        top, half = float(BARS_HEIGHT_PX + SCALE_HEIGHT_PX - 4), (GRIP_WIDTH_PX - 2) / 2
        bottom = HEIGHT_PX - 1.5
        painter.setBrush(line if is_focused else palette.color(QPalette.ColorRole.Button))
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(x, top),
                    QPointF(x + half, top + half),
                    QPointF(x + half, bottom),
                    QPointF(x - half, bottom),
                    QPointF(x - half, top + half),
                ]
            )
        )


def _round_to(value: float, precision: float) -> float:
    """Return the roundest decimal number within a precision of a value."""
    if precision <= 0:
        return value
    digits = -floor(log10(precision))
    return round(value, digits) + 0.0  # no minus zero
