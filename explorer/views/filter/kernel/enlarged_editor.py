"""The kernel's cells as large as the page, for a projector or a fine hand."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QWidget

from explorer.views.common.kernel.editor import KernelEditor
from explorer.views.common.layouts import in_column
from explorer.views.common.theme import SPACING_PX


class EnlargedEditor(QWidget):
    """A second editor of the same kernel that covers a widget; Esc closes it.

    Signals
    -------
    closed()
        Esc was pressed.
    """

    closed = Signal()

    def __init__(self, covered: QWidget) -> None:
        super().__init__(covered)
        self._covered = covered
        self.editor = KernelEditor()
        self.editor.setAccessibleName("Enlarged kernel")
        self.setAutoFillBackground(True)
        hint = QLabel(
            "Drag over the cells to raise weights, with the right button to lower them. Esc closes."
        )
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        in_column((self.editor, 1), hint, of=self, margin=SPACING_PX)
        covered.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Cover the widget and take the keyboard."""
        self.setGeometry(self._covered.rect())
        self.show()
        self.raise_()
        self.editor.setFocus()

    # Qt overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._covered.rect())
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self.closed.emit()
        else:
            super().keyPressEvent(event)
