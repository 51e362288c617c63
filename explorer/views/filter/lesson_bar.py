"""What a lesson says to look at, above the pictures, until it is closed."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from explorer.core.filters.lessons import Lesson
from explorer.state.filter.filter_state import FilterState
from explorer.views.common.controls.icon_button import IconButton
from explorer.views.common.labels.selectable_text import SelectableText
from explorer.views.common.layouts import in_row
from explorer.views.filter.commands import list_lessons


class LessonBar(QWidget):
    """Shows the title and the sentences of the lesson that is set, and a button to close it."""

    def __init__(self, state: FilterState) -> None:
        super().__init__()
        self._state = state
        self.lesson: Lesson | None = None
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setWordWrap(True)
        SelectableText(self._text)
        tip = "Close the lesson; the steps are kept"
        self.close_button = IconButton("close", "Close the lesson", tip, is_flat=True)
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.close_button.clicked.connect(state.close_lesson)
        state.settings_changed.connect(self._show_lesson)
        in_row((self._text, 1), (self.close_button, Qt.AlignmentFlag.AlignTop), of=self)
        self.hide()
        self._show_lesson()

    @property
    def text(self) -> str:
        """What is said; empty while nothing is."""
        return "" if self.isHidden() else self._text.text()

    def _show_lesson(self) -> None:
        key = self._state.settings.lesson
        if key != ("" if self.lesson is None else self.lesson.key):
            self.lesson = next((one for one in list_lessons() if one.key == key), None)
            if self.lesson is not None:
                title, look_at = escape(self.lesson.title), escape(self.lesson.look_at)
                self._text.setText(f"<b>{title}.</b> {look_at}")
            self.setVisible(self.lesson is not None)
