"""One facet with figures: its histogram, of which a person takes a range."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QDoubleSpinBox, QSizePolicy, QWidget

from explorer.core.catalogue.facets import BINS, Counts, Range, RangeFacet
from explorer.state.dataset.dataset_state import DatasetState
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.controls.wheel_guard import WheelGuard
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.theme import SPACING_PX, faint

HEIGHT = 56
_IS_FRACTION = "confidence"


class RangeFacetView(QWidget):
    """The histogram and the two limits as numbers.

    Parameters
    ----------
    state : DatasetState
    facet : RangeFacet
    """

    def __init__(self, state: DatasetState, facet: RangeFacet) -> None:
        super().__init__()
        self._state = state
        self._facet = facet
        self.histogram = RangeHistogram(facet.title)
        self.limits = tuple(self._make_box(name) for name in ("least", "largest"))
        to = plain_label("to")
        row = in_row((self.limits[0], 1), to, (self.limits[1], 1))
        in_column(self.histogram, row, of=self, spacing=SPACING_PX // 2)
        self.histogram.range_wanted.connect(self._choose)
        self.show_facet(facet)

    def _make_box(self, name: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setAccessibleName(f"{self._facet.title}, {name}")
        box.setKeyboardTracking(False)
        box.setMinimumHeight(HEIGHT_PX)
        is_fraction = self._facet.name == _IS_FRACTION
        box.setSuffix("\N{NO-BREAK SPACE}%" if is_fraction else "\N{NO-BREAK SPACE}px")
        box.setDecimals(1 if is_fraction else 0)
        WheelGuard(box)
        box.valueChanged.connect(self._on_typed)
        return box

    @property
    def _factor(self) -> float:
        return 100.0 if self._facet.name == _IS_FRACTION else 1.0

    def show_facet(self, facet: RangeFacet) -> None:
        """Show the facet as it is now."""
        self._facet = facet
        choice = self._chosen
        counts = self._state.counts_of(facet.name)
        self.histogram.show_counts(counts, (facet.least, facet.largest), choice)
        for box, value in zip(self.limits, choice or (facet.least, facet.largest), strict=True):
            box.blockSignals(True)
            box.setRange(facet.least * self._factor, facet.largest * self._factor)
            if not box.hasFocus() or round(value * self._factor, box.decimals()) != box.value():
                box.setValue(value * self._factor)
            box.blockSignals(False)

    @property
    def summary(self) -> str:
        """What is chosen, in a few words."""
        if self._chosen is None:
            return ""
        return f"{self.limits[0].text()} to {self.limits[1].text()}"

    @property
    def _chosen(self) -> Range | None:
        choice = self._state.query.choices.get(self._facet.name)
        return choice if isinstance(choice, tuple) else None

    def _on_typed(self) -> None:
        least, largest = (box.value() / self._factor for box in self.limits)
        self._choose((min(least, largest), max(least, largest)))

    def _choose(self, wanted: Range | None) -> None:
        facet = self._facet
        # Rounded numbers must not leave the pictures at the ends out.
        if wanted is not None:
            step = 0.5 / self._factor / 10 ** self.limits[0].decimals()
            if wanted[0] <= facet.least + step and wanted[1] >= facet.largest - step:
                wanted = None
        self._state.choose(facet.name, wanted)


class RangeHistogram(QWidget):
    """Bars; a drag takes a range, a double click all. Keys: arrows move it, Shift its upper end.

    Signals
    -------
    range_wanted(Range or None)
    """

    range_wanted = Signal(object)

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAccessibleName(f"Histogram of {title}")
        self.setToolTip("Drag over a range to show its pictures; double-click for all")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._counts: Counts = np.zeros(BINS, np.int64)
        self._span: Range = (0.0, 1.0)
        self._choice: Range | None = None
        self._from: float | None = None

    def show_counts(self, counts: Counts, span: Range, choice: Range | None) -> None:
        """Show other bars, and which range is chosen."""
        self._counts, self._span, self._choice = counts, span, choice
        self.setAccessibleDescription(
            "all" if choice is None else f"{choice[0]:.3g} to {choice[1]:.3g}"
        )
        self.update()

    def _value_at(self, x: float) -> float:
        share = min(max(x / max(self.width(), 1), 0.0), 1.0)
        return self._span[0] + share * (self._span[1] - self._span[0])

    def _x_of(self, value: float) -> float:
        least, largest = self._span
        return (value - least) / max(largest - least, 1e-12) * self.width()

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(160, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        palette = self.palette()
        text = palette.color(QPalette.ColorRole.Text)
        highlight = palette.color(QPalette.ColorRole.Highlight)
        # By the square root: one full bin must not flatten all others.
        heights = np.sqrt(self._counts / max(int(self._counts.max(initial=0)), 1))
        width = self.width() / BINS
        chosen = self._choice or self._span
        for place, height in enumerate(heights.tolist()):
            if height > 0:
                middle = self._value_at((place + 0.5) * width)
                color = highlight if chosen[0] <= middle <= chosen[1] else faint(text, 0.3)
                tall = max(height * (self.height() - 1), 1.0)
                painter.fillRect(
                    QRectF(place * width, self.height() - tall, max(width - 1, 1), tall), color
                )
        painter.setPen(QPen(QColor(faint(text, 0.4))))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        if self._choice is not None:
            painter.setPen(QPen(text, 1))
            for value in self._choice:
                x = round(min(self._x_of(value), self.width() - 1))
                painter.drawLine(x, 0, x, self.height())
        if self.hasFocus():
            painter.setPen(highlight)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = self._value_at(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            to = self._value_at(event.position().x())
            if abs(self._x_of(to) - self._x_of(self._from)) >= 2:
                self.range_wanted.emit((min(self._from, to), max(self._from, to)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._from = None
        self.range_wanted.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = (self._span[1] - self._span[0]) / BINS
        ways = {Qt.Key.Key_Left: -step, Qt.Key.Key_Right: step}
        if event.key() not in ways:
            super().keyPressEvent(event)
            return
        least, largest = self._choice or self._span
        move = ways[Qt.Key(event.key())]
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            largest = min(max(largest + move, least), self._span[1])
        else:
            least = min(max(least + move, self._span[0]), largest)
        self.range_wanted.emit((least, largest))
