"""What a lesson says to look at, above the pictures, until it is closed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from explorer.core.filters.lessons import Lesson
from explorer.views.common.controls.icon_button import IconButton
from explorer.views.common.labels.selectable_text import SelectableText
from explorer.views.common.layouts import in_row


class LessonBar(QWidget):
    """Shows a lesson's title and sentences, and a button to close it."""

    def __init__(self) -> None:
        super().__init__()
        self.lesson: Lesson | None = None
        self._text = QLabel()
        self._text.setWordWrap(True)
        SelectableText(self._text)
        tip = "Close the lesson; the steps are kept"
        self.close_button = IconButton("close", "Close the lesson", tip, is_flat=True)
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        in_row((self._text, 1), (self.close_button, Qt.AlignmentFlag.AlignTop), of=self)
        self.hide()

    @property
    def text(self) -> str:
        """What is said; empty while nothing is."""
        return "" if self.isHidden() else self._text.text()

    def show_lesson(self, lesson: Lesson | None) -> None:
        """Say what to look at in a lesson; None hides the bar."""
        self.lesson = lesson
        if lesson is not None:
            self._text.setText(f"<b>{lesson.title}.</b> {lesson.look_at}")
        self.setVisible(lesson is not None)
