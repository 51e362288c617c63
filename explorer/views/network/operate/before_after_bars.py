"""The probabilities of the classes, without edits and with them."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.core.text.percent import format_percent
from explorer.views.common.theme import SPACING_PX, class_color, faint, text_scale

MOST_CLASSES = 5
ROW_PX, NAME_PX, TEXT_PX = 34, 96, 128
FAINT_SHARE = 0.45


class BeforeAfterBars(QWidget):
    """Two bars for each of the likeliest classes: before above, after below."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Probabilities before and after")
        self._classes: tuple[str, ...] = ()
        self.before: Sequence[float] | None = None
        """The probability of each class without edits."""
        self.after: Sequence[float] | None = None
        """The same with them."""

    def show_probabilities(
        self,
        classes: tuple[str, ...],
        before: Sequence[float] | None,
        after: Sequence[float] | None,
    ) -> None:
        """Draw other probabilities; None where they are not known yet."""
        self._classes, self.before, self.after = classes, before, after
        self.setAccessibleDescription("\n".join(self.lines))
        self.updateGeometry()
        self.update()

    @property
    def lines(self) -> list[str]:
        """What each pair of bars says: "cat: 98.1 % → 40.2 %"."""
        return [f"{self._classes[one]}: {self._text(one)}" for one in self._shown]

    @property
    def _shown(self) -> list[int]:
        """The classes that are likeliest, before or after."""
        known = [one for one in (self.before, self.after) if one is not None]
        count = min([len(self._classes), *map(len, known)]) if known else 0
        largest = {index: max(one[index] for one in known) for index in range(count)}
        return sorted(sorted(largest, key=lambda one: -largest[one])[:MOST_CLASSES])

    def _text(self, index: int) -> str:
        return " → ".join(
            "…" if one is None else format_percent(one[index]) for one in (self.before, self.after)
        )

    @property
    def _scale(self) -> float:
        return text_scale(self.font())

    # Qt overrides.

    def sizeHint(self) -> QSize:
        rows = max(len(self._shown), min(len(self._classes), 2), 1)
        return QSize(320, round(rows * ROW_PX * self._scale))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        height = ROW_PX * self._scale
        name_px, text_px = NAME_PX * self._scale, TEXT_PX * self._scale
        room = max(self.width() - name_px - text_px - 2 * SPACING_PX, 1)
        middle = Qt.AlignmentFlag.AlignVCenter
        for place, index in enumerate(self._shown):
            top = place * height
            painter.setPen(self.palette().text().color())
            name = painter.fontMetrics().elidedText(
                self._classes[index], Qt.TextElideMode.ElideRight, round(name_px - SPACING_PX)
            )
            painter.drawText(QRectF(0, top, name_px, height), middle, name)
            color = class_color(index)
            bar = (height - SPACING_PX) / 2
            for line, (found, ink) in enumerate(
                ((self.before, faint(color, FAINT_SHARE)), (self.after, color))
            ):
                if found is not None:
                    left = QRectF(
                        name_px, top + SPACING_PX / 2 + line * bar, room * found[index], bar - 1
                    )
                    painter.fillRect(left, ink)
            box = QRectF(self.width() - text_px, top, text_px, height)
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, self._text(index))
        painter.end()
