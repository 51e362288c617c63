"""A collapsible section with a title."""

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from explorer.views.common.layouts import in_column
from explorer.views.common.theme import QUIET_SHARE, SPACING_PX, faint

HEADER_HEIGHT_PX = 32
_CHEVRON_PX = 8


class Fold(QWidget):
    """A title that opens and closes the widget below it; closed, it can show a summary.

    Parameters
    ----------
    title : str
    body : QWidget
        The content; hidden, it is neither painted nor laid out.
    is_open : bool, optional

    Signals
    -------
    toggled(is_open)
        A person opened or closed it.
    """

    toggled = Signal(bool)

    def __init__(self, title: str, body: QWidget, *, is_open: bool = False) -> None:
        super().__init__()
        self.header = FoldHeader(title)
        self.body = body
        in_column(self.header, body, of=self, spacing=SPACING_PX // 2)
        self.header.wanted.connect(self._on_wanted)
        self.set_open(is_open)

    @property
    def is_open(self) -> bool:
        """Whether the body is shown."""
        return self.header.is_open

    def set_open(self, is_open: bool) -> None:
        """Open or close without a signal."""
        self.header.set_open(is_open)
        self.body.setVisible(is_open)

    def open(self) -> None:
        """Open it as a hand does."""
        self._on_wanted(True)

    def set_summary(self, summary: str) -> None:
        """Set a short summary, shown next to the title while closed."""
        self.header.set_summary(summary)

    def _on_wanted(self, is_open: bool) -> None:
        if is_open != self.is_open:
            self.set_open(is_open)
            self.toggled.emit(is_open)


class FoldHeader(QAbstractButton):
    """The title with its arrowhead: a click, Space or Enter turn it, Right opens, Left closes.

    Signals
    -------
    wanted(is_open)
        A person wants it open, or closed.
    """

    wanted = Signal(bool)

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setText(title)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.is_open = False
        self.summary = ""
        self.clicked.connect(self._on_clicked)
        self._describe()

    def set_open(self, is_open: bool) -> None:
        """Turn the arrowhead."""
        if is_open != self.is_open:
            self.is_open = is_open
            self._describe()
            self.update()

    def set_summary(self, summary: str) -> None:
        """Say in a few words what is folded away."""
        if summary != self.summary:
            self.summary = summary
            self._describe()
            self.update()

    def _on_clicked(self) -> None:
        self.wanted.emit(not self.is_open)

    def _describe(self) -> None:
        state = "open" if self.is_open else "folded"
        self.setAccessibleDescription(f"{state}; {self.summary}" if self.summary else state)
        self.setToolTip(f"{self.text()}: {self.summary}" if self.summary else self.text())

    # Qt overrides.

    def sizeHint(self) -> QSize:
        title = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(title + 4 * SPACING_PX, HEADER_HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.wanted.emit(key == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = self.palette().color(QPalette.ColorRole.WindowText)
        if self.isDown() or self.underMouse():
            painter.fillRect(self.rect(), faint(text, 0.14 if self.isDown() else 0.07))
        self._draw_arrowhead(painter)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(text)
        inside = self.rect().adjusted(3 * SPACING_PX, 0, -SPACING_PX // 2, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | middle, self.text())
        if not self.is_open and self.summary:
            used = painter.fontMetrics().horizontalAdvance(self.text()) + 2 * SPACING_PX
            self._draw_summary(painter, inside.adjusted(used, 0, 0, 0))
        if self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _draw_summary(self, painter: QPainter, room: QRect) -> None:
        painter.setFont(self.font())
        painter.setPen(faint(self.palette().color(QPalette.ColorRole.WindowText), QUIET_SHARE))
        mode = Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(self.summary, mode, room.width())
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, side, text)

    def _draw_arrowhead(self, painter: QPainter) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self.palette().color(QPalette.ColorRole.WindowText), 1.75)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.translate(1.5 * SPACING_PX, self.height() / 2)
        painter.rotate(90 if self.is_open else 0)
        half = _CHEVRON_PX / 2
        points = [QPointF(-half / 2, -half), QPointF(half / 2, 0), QPointF(-half / 2, half)]
        painter.drawPolyline(points)
        painter.restore()
