"""What a part says where it has nothing to show yet."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from explorer.state.dataset.survey_state import SurveyState
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.theme import SPACING_PX

BUTTON_HEIGHT_PX = 32


class Absence(QWidget):
    """A sentence, with the button that starts a pass where that is what it takes."""

    def __init__(self, survey: SurveyState) -> None:
        super().__init__()
        self._survey = survey
        self._needs_pass = False
        self.sentence = plain_label(wraps=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.start_button = QPushButton("Classify all")
        self.start_button.setMinimumHeight(BUTTON_HEIGHT_PX)
        self.start_button.clicked.connect(survey.start)
        row = in_row(1, self.start_button, 1)
        in_column(2, self.sentence, row, 3, of=self, spacing=2 * SPACING_PX, margin=2 * SPACING_PX)
        survey.progress_changed.connect(self._show_button)
        self._show_button()

    def tell(self, sentence: str, *, needs_pass: bool = False) -> None:
        """Say something else; `needs_pass`: a pass would change that."""
        self.sentence.setText(sentence)
        self._needs_pass = needs_pass
        self._show_button()

    def _show_button(self) -> None:
        self.start_button.setVisible(self._needs_pass and self._survey.can_start)
