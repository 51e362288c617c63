"""One line of text, with dots in its middle where there is no room."""

from textwrap import fill

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel

TIP_WIDTH = 80
"""Of a line in a tooltip, in characters: Qt wraps none."""


class ElidedLabel(QLabel):
    """One line of plain text of any width; the tooltip has all of it.

    It is cut in the middle: the ends of names tell them apart.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)

    # Qt overrides.

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(fill(text, TIP_WIDTH))

    def minimumSizeHint(self) -> QSize:
        dots = self.fontMetrics().horizontalAdvance("…")
        return QSize(min(dots, self.sizeHint().width()), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, room = QPainter(self), self.contentsRect()
        mode = Qt.TextElideMode.ElideMiddle
        text = self.fontMetrics().elidedText(self.text(), mode, room.width())
        self.style().drawItemText(
            painter,
            room,
            self.alignment(),
            self.palette(),
            self.isEnabled(),
            text,
            self.foregroundRole(),
        )
        painter.end()
