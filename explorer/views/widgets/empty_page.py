"""What an empty page shows: what it is for, and the one action that fills it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from explorer.views.look import SPACING_PX


class EmptyPage(QWidget):
    """A sentence and a button.

    Parameters
    ----------
    title : str
        What the page is for, in a few words.
    sentence : str
        What to do.
    button : str
        What the action is called.
    """

    def __init__(
        self, title: str, sentence: str, button: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        heading = QLabel(title)
        font = heading.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        heading.setFont(font)
        text = QLabel(sentence)
        text.setWordWrap(True)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text.setMaximumWidth(480)
        text.setMinimumWidth(320)
        self.button = QPushButton(button)
        self.button.setMinimumHeight(32)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * SPACING_PX)
        layout.addStretch(2)
        for widget in (heading, text, self.button):
            layout.addWidget(widget, alignment=Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)
