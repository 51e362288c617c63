"""What stands over the page while something is dragged: what letting go will do."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from explorer.views.common.theme import SPACING_PX, faint

VEIL_SHARE = 0.35
LARGER = 1.4


class DropHint(QWidget):
    """A frame and a sentence over the whole of its parent, out of the way of mouse and drag.

    Parameters
    ----------
    parent : QWidget
        What it covers.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * LARGER)
        self.setFont(font)
        self._sentence = ""
        self._covered = parent
        parent.installEventFilter(self)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says; empty while hidden."""
        return "" if self.isHidden() else self._sentence

    def show_sentence(self, sentence: str) -> None:
        """Say something over the page."""
        self._sentence = sentence
        self.setAccessibleName(sentence)
        self._cover()
        self.raise_()
        self.show()
        self.update()

    def _cover(self) -> None:
        self.setGeometry(self._covered.rect())

    # Qt overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._cover()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.fillRect(self.rect(), faint(palette.color(QPalette.ColorRole.Window), VEIL_SHARE))
        accent = palette.color(QPalette.ColorRole.Highlight)
        painter.setPen(QPen(accent, 3))
        inset = SPACING_PX
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), SPACING_PX, SPACING_PX
        )
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = self.rect().adjusted(8 * inset, 8 * inset, -8 * inset, -8 * inset)
        text = QRectF(painter.boundingRect(room, flags, self._sentence))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        pad = 2 * SPACING_PX
        painter.drawRoundedRect(text.adjusted(-pad, -pad, pad, pad), SPACING_PX, SPACING_PX)
        painter.setPen(palette.color(QPalette.ColorRole.HighlightedText))
        painter.drawText(text, flags, self._sentence)
