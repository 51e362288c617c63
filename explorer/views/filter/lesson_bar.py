"""What a lesson says to look at, above the pictures, until it is closed."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from explorer.core.filters.lessons import Lesson
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.labels.selectable_text import SelectableText
from explorer.views.common.theme import SPACING_PX, icon


class LessonBar(QWidget):
    """Shows a lesson's title and sentences, and a button to close it.

    Signals
    -------
    closed()
        A person has seen enough of it.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lesson: Lesson | None = None
        self._text = QLabel()
        self._text.setWordWrap(True)
        SelectableText(self._text)
        self.close_button = QToolButton()
        self.close_button.setAutoRaise(True)
        self.close_button.setFixedSize(HEIGHT_PX, HEIGHT_PX)
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.close_button.setAccessibleName("Close the lesson")
        self.close_button.setToolTip("Close the lesson; the steps are kept")
        self.close_button.clicked.connect(self.closed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING_PX)
        layout.addWidget(self._text, stretch=1)
        layout.addWidget(self.close_button, alignment=Qt.AlignmentFlag.AlignTop)
        self._draw_icons()
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

    def _draw_icons(self) -> None:
        self.close_button.setIcon(icon("close", self.palette()))

    # Qt overrides.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()
