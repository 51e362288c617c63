"""Health: each kind of issue with its count and threshold; the grid shows its pictures."""

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QProgressBar, QPushButton, QStackedWidget, QWidget

from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.decisions_state import DecisionsState
from explorer.state.dataset.health_state import HealthState
from explorer.state.dataset.survey_state import SurveyState
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.part import Part
from explorer.views.dataset.absence import Absence
from explorer.views.dataset.health.decision_panel import DecisionPanel
from explorer.views.dataset.health.tables import IssueTable, KindTable
from explorer.views.dataset.health.threshold_fields import ThresholdFields


class HealthPart(Part):
    """What may be wrong, and what a person decides about it. Nothing is ever deleted."""

    name = "health"

    def __init__(
        self,
        dataset: DatasetState,
        state: HealthState,
        decisions: DecisionsState,
        survey: SurveyState,
    ) -> None:
        super().__init__()
        self._dataset = dataset
        self.state = state
        self.decisions = decisions
        self.kinds, self.issues = KindTable(), IssueTable()
        self.rule, self.note = plain_label(wraps=True), plain_label(wraps=True, is_quiet=True)
        self.thresholds = ThresholdFields(state)
        self.decision = DecisionPanel(dataset, state, decisions)
        self.absence = Absence(survey)
        self.sentence = self.absence.sentence
        self.view = self._stack = QStackedWidget()
        self._build_view()
        self.panel = QWidget()
        in_column(self.rule, self.thresholds, self.note, self.decision, of=self.panel)

        self.kinds.clicked.connect(self._choose)
        self.kinds.selectionModel().currentRowChanged.connect(self._choose)
        self.issues.clicked.connect(self._show_issue)
        self.issues.activated.connect(self._show_issue)
        self.cancel_button.clicked.connect(state.cancel)
        state.lists_changed.connect(self._show)
        state.progress_changed.connect(self._show_progress)
        dataset.dataset_changed.connect(self._show)
        dataset.facets_changed.connect(self._show_absence)
        dataset.selection_changed.connect(self.commands_changed)
        decisions.decisions_changed.connect(self._show_decisions)
        self._is_showing = False
        self._show()
        self._show_progress()

    def enter(self) -> None:
        self.state.enter()

    def leave(self) -> None:
        self.state.leave()

    @property
    def is_busy(self) -> bool:
        return self.state.is_busy

    @property
    def mark(self) -> str:
        count = len(self.decisions.decisions)
        return f"{count:,}" if count else ""

    def _build_view(self) -> None:
        self.progress_text = plain_label()
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Checking the dataset")
        self.cancel_button = QPushButton("Cancel")
        self.progress = QWidget()
        in_row(self.bar, (self.progress_text, 1), self.cancel_button, of=self.progress)
        page = QWidget()
        # Where there is little room, both have half of it.
        in_column(self.progress, (self.kinds, 1), (self.issues, 1), of=page)
        self._stack.addWidget(self.absence)
        self._stack.addWidget(page)

    def _choose(self, index: QModelIndex) -> None:
        if self._is_showing or not index.isValid():
            return
        name = self.kinds.kinds.lists[index.row()].kind.name
        if name != self.state.chosen or self._dataset.picked is None:
            self.state.choose(name)

    def _show_issue(self, index: QModelIndex) -> None:
        self.state.show_issue(index.row())

    def _show_absence(self) -> None:
        """Say what to do where nothing was checked."""
        dataset, state = self._dataset.dataset, self.state
        is_unknown = dataset is not None and self._dataset.columns is None and not state.lists
        if dataset is None:
            text = "Open a folder to check its pictures."
        elif is_unknown:
            text = "“Classify all” looks at each picture once; then they are checked."
        else:
            text = "The pictures are being checked…"
        self.absence.tell(text, needs_pass=is_unknown)
        is_there = bool(state.lists) or state.is_busy
        self._stack.setCurrentIndex(int(is_there))
        self.panel.setVisible(is_there)

    def _show(self) -> None:
        """Show other lists, or another kind."""
        state, dataset = self.state, self._dataset.dataset
        self._is_showing = True
        self.kinds.show_lists(state.lists, state.chosen)
        self._is_showing = False
        found = state.chosen_list
        paths = () if dataset is None else tuple(one.path for one in dataset.samples)
        self.issues.issues.show_issues(() if found is None else found.issues, paths)
        if found is None:
            self.rule.setText("Choose a kind to see its pictures, the worst first.")
            self.note.setText("")
        else:
            self.rule.setText(f"{found.kind.title}: {found.rule}.")
            self.note.setText(found.note)
        self.note.setVisible(bool(self.note.text()))
        self.thresholds.show_kind(None if found is None else found.kind)
        self._show_absence()
        self._show_decisions()

    def _show_decisions(self) -> None:
        self.issues.issues.show_decisions(self.decisions.decisions)
        self.decision.show_state()
        self.mark_changed.emit()
        self.commands_changed.emit()

    def _show_progress(self) -> None:
        step, done = self.state.step
        self.progress.setVisible(self.state.is_busy)
        self.progress_text.setText(step.capitalize() + "…" if step else "")
        self.bar.setValue(round(100 * done))
        self._show_absence()
