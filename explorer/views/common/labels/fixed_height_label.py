"""A label of fixed height: when its text changes, nothing around it moves."""

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget


class FixedHeightLabel(QWidget):
    """A fixed number of lines of wrapped text. Unlike QLabel, it never triggers a new layout.

    A single line that is too long is elided in the middle, several at the end.

    Parameters
    ----------
    name : str
        What a screen reader says before the text.
    lines : int
        The number of lines.
    """

    def __init__(self, name: str, lines: int) -> None:
        super().__init__()
        self._name = name
        self._lines = lines
        self.text = ""
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text != self.text:
            self.text = text
            self.setAccessibleName(f"{self._name}: {text}")
            self.update()

    def _overflows(self, text: str) -> bool:
        """Tell whether a text of several words takes more lines than there are."""
        box = QRect(0, 0, self.width(), 0)
        needed = self.fontMetrics().boundingRect(box, int(Qt.TextFlag.TextWordWrap), text)
        return " " in text and needed.height() > self._room.height()

    @property
    def _room(self) -> QRect:
        """What the lines take: with some fonts, wrapped ones are higher than the font says."""
        lines = "\n".join("A" * self._lines)
        box = QRect(0, 0, self.width(), 0)
        return self.fontMetrics().boundingRect(box, int(Qt.TextFlag.TextWordWrap), lines)

    # Qt overrides.

    def sizeHint(self) -> QSize:
        return QSize(120, self._room.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        start = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        text = self.text
        if self._lines == 1:  # what does not fit is left out where it is missed least
            middle = Qt.TextElideMode.ElideMiddle
            text = self.fontMetrics().elidedText(text, middle, self.width())
        while self._overflows(text):
            text = f"{text.rpartition(' ')[0]}…"
        painter.drawText(self.rect(), start | Qt.TextFlag.TextWordWrap, text)
        painter.end()
