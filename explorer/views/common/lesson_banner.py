"""What a lesson says to look at, above the pictures, until it is closed."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from explorer.views.common.controls.icon_button import IconButton
from explorer.views.common.labels.selectable_text import SelectableText
from explorer.views.common.layouts import in_row


class LessonBanner(QWidget):
    """A title and sentences, and a button to close them; hidden while there are none.

    Signals
    -------
    close_wanted()
    """

    close_wanted = Signal()

    def __init__(self, close_tip: str) -> None:
        super().__init__()
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setWordWrap(True)
        SelectableText(self._text)
        self.close_button = IconButton("close", "Close the lesson", close_tip, is_flat=True)
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.close_button.clicked.connect(self.close_wanted)
        in_row((self._text, 1), (self.close_button, Qt.AlignmentFlag.AlignTop), of=self)
        self.hide()

    @property
    def text(self) -> str:
        """What is said; empty while nothing is."""
        return "" if self.isHidden() else self._text.text()

    def show_lesson(self, title: str, look_at: str) -> None:
        """Say what to look at."""
        self._text.setText(f"<b>{escape(title)}.</b> {escape(look_at)}")
        self.show()
