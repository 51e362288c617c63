"""The empty state of a page: its purpose, and the action that fills it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from explorer.views.common.theme import SPACING_PX


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
        self._heading = QLabel(title)
        self._heading.setTextFormat(Qt.TextFormat.PlainText)
        font = self._heading.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        self._heading.setFont(font)
        text = QLabel(sentence)
        text.setWordWrap(True)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text.setMaximumWidth(480)
        text.setMinimumWidth(320)
        # Not by an alignment flag: the layout would reckon the height for the whole page's width.
        sentence_row = QHBoxLayout()
        sentence_row.addStretch(1)
        sentence_row.addWidget(text, stretch=100)
        sentence_row.addStretch(1)
        self.button = QPushButton(button)
        self.button.setMinimumHeight(32)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * SPACING_PX)
        layout.addStretch(2)
        layout.addWidget(self._heading, alignment=Qt.AlignmentFlag.AlignCenter)
        layout.addLayout(sentence_row)
        layout.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)

    @property
    def title(self) -> str:
        """What the page is for, in a few words."""
        return self._heading.text()

    def set_title(self, title: str) -> None:
        """Say in other words what the page is for."""
        self._heading.setText(title)
