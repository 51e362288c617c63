"""What is known of the dataset's pictures, and the pass that finds out the rest."""

from PySide6.QtWidgets import QWidget

from explorer.state.dataset.survey_state import SurveyState
from explorer.views.common.command_action import CommandButton
from explorer.views.common.controls.job_row import JobRow
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.layouts import in_column, in_row


class SurveyRow(QWidget):
    """An offer to classify what is not known; while a pass runs, how far it is.

    It keeps its height for as long as there is something to find out, so that nothing jumps.

    Parameters
    ----------
    survey : SurveyState
    start, stop : CommandButton
    """

    def __init__(self, survey: SurveyState, start: CommandButton, stop: CommandButton) -> None:
        super().__init__()
        self._survey = survey
        self.text = ElidedLabel()
        self._offer = QWidget()
        in_row(start, (self.text, 1), of=self._offer)
        self._job = JobRow(survey, "Classifying the dataset", stop)
        for row in (self._offer, self._job):
            row.setMinimumHeight(max(start.sizeHint().height(), stop.sizeHint().height()))
        in_column(self._offer, self._job, of=self)
        survey.progress_changed.connect(self._show)
        survey.columns_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        survey = self._survey
        self._offer.setVisible(survey.can_start)
        self.setVisible(survey.can_start or survey.is_running)
        if survey.model is not None:
            done, total, _ = survey.progress
            by = f"classified by “{survey.model.name}”"
            if survey.is_complete:
                self.text.setText(f"{survey.unread_count:,} of {total:,} could not be read")
            elif done:
                self.text.setText(f"{done:,} of {total:,} pictures are {by} so far")
            else:
                self.text.setText(f"None of these pictures is {by} yet")
