"""Evaluation: the confusion matrix, curves and figures, which follow the threshold."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QWidget,
)

from explorer.core.evaluation.confusion import Counts, most_confused
from explorer.core.files.names import printable_name
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.evaluation_state import EvaluationState, Group
from explorer.state.dataset.survey_state import SurveyState
from explorer.views.common.dialogs.save_dialog import SaveKind, ask_where_to_save
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.part import Part
from explorer.views.dataset.absence import Absence
from explorer.views.dataset.evaluation.class_table import ClassTable
from explorer.views.dataset.evaluation.matrix import MOST_ROWS, ConfusionMatrix
from explorer.views.dataset.evaluation.plot_grid import PlotGrid
from explorer.views.dataset.evaluation.plots import CalibrationPlot, PrecisionRecallPlot, RocPlot
from explorer.views.dataset.evaluation.texts import (
    NO_PASS,
    absence_of,
    describe_calibration,
    describe_counted,
    describe_curve,
    describe_probabilities,
    describe_share,
)
from explorer.views.dataset.evaluation.threshold_panel import ThresholdPanel

LIST_PX = 140
MOST_MISTAKES = 50
_GROUPS: tuple[tuple[Group, str, str], ...] = (
    ("unseen", "Unseen", "Pictures that the model was not trained on: only these tell accuracy"),
    ("seen", "Seen", "Pictures that the model was trained on"),
)
_PAIR = Qt.ItemDataRole.UserRole


class EvaluationPart(Part):
    """What the answers are worth; a cell of the matrix shows its pictures in the grid."""

    name = "evaluation"

    def __init__(self, dataset: DatasetState, state: EvaluationState, survey: SurveyState) -> None:
        super().__init__()
        self._dataset = dataset
        self.state = state
        self.matrix = ConfusionMatrix()
        self.matrix_title = plain_label(
            "Confusion matrix: rows are labels, columns are answers", wraps=True
        )
        self.mistakes = QListWidget()
        self.mistakes.setAccessibleName("The most frequent mistakes")
        self.mistakes.setFixedHeight(LIST_PX)
        self.mistakes_title = plain_label("The most frequent mistakes")
        self.roc, self.precision_recall = RocPlot(), PrecisionRecallPlot()
        self.calibration = CalibrationPlot()
        self.roc_title, self.precision_title = plain_label(wraps=True), plain_label(wraps=True)
        self.precision_title.setToolTip("AP, average precision: the area below the curve")
        self.calibration_title = plain_label(wraps=True)
        self.table = ClassTable()
        self.absence = Absence(survey)
        self.sentence = self.absence.sentence
        self.groups = QTabBar()
        self.groups.setAccessibleName("Which pictures are counted")
        self.groups.setDrawBase(False)
        for place, (_, title, tip) in enumerate(_GROUPS):
            self.groups.addTab(title)
            self.groups.setTabToolTip(place, tip)
        self.share = plain_label(wraps=True, is_selectable=True)
        self.probabilities = plain_label(wraps=True, is_selectable=True)
        self.counted = plain_label(wraps=True, is_quiet=True)
        self.remark = plain_label(wraps=True)
        self.threshold = ThresholdPanel(state)
        self.copy_button, self.save_button = (
            QPushButton("Copy figures"),
            QPushButton("Save figures…"),
        )
        self.view = self._stack = QStackedWidget()
        self._lay_out()
        self.panel = self._build_panel()

        self.matrix.cell_chosen.connect(state.choose_cell)
        self.mistakes.itemClicked.connect(self._on_mistake)
        self.mistakes.itemActivated.connect(self._on_mistake)
        self.groups.currentChanged.connect(self._choose_group)
        self.copy_button.clicked.connect(self.copy_figures)
        self.save_button.clicked.connect(self.save_figures)
        dataset.dataset_changed.connect(self._show_absence)
        dataset.facets_changed.connect(self._show_absence)
        state.evaluation_changed.connect(self._show)
        state.threshold_changed.connect(self._show_counts)
        self._show()

    def enter(self) -> None:
        self.state.enter()

    def leave(self) -> None:
        self.state.leave()

    @property
    def is_busy(self) -> bool:
        return self.state.is_busy

    @property
    def has_figures(self) -> bool:
        """Whether there are figures to copy or to save."""
        return self.state.report is not None

    def copy_figures(self) -> None:
        """Put the figures into the clipboard as a table."""
        if self.has_figures:
            QGuiApplication.clipboard().setText(self.state.csv)

    def save_figures(self) -> None:
        """Ask for a file, and write the figures into it."""
        if not self.has_figures:
            return
        kinds = [SaveKind("JSON", (".json",)), SaveKind("CSV", (".csv",))]
        place = ask_where_to_save(self.view, "Save the figures", "figures.json", kinds)
        if place is not None:
            self.state.save(place[0])

    def _lay_out(self) -> None:
        plots = (
            (self.roc_title, self.roc),
            (self.precision_title, self.precision_recall),
            (self.calibration_title, self.calibration),
        )
        page = QWidget()
        in_column(
            self.matrix_title,
            self.matrix,
            self.mistakes_title,
            self.mistakes,
            PlotGrid(plots),
            plain_label("Each class, with 95 % intervals"),
            self.table,
            1,
            of=page,
        )
        self._stack.addWidget(self.absence)
        self._stack.addWidget(_scrolled(page))

    def _build_panel(self) -> QWidget:
        panel = QWidget()
        in_column(
            in_row(self.groups, 1),
            self.share,
            self.probabilities,
            self.remark,
            self.threshold,
            self.counted,
            in_row(self.copy_button, self.save_button, 1),
            1,
            of=panel,
        )
        return _scrolled(panel)

    def _show_absence(self) -> None:
        """Say what to do where there are no figures."""
        absence = absence_of(self._dataset.dataset, self._dataset.columns)
        has_figures = self.has_figures and not absence
        text = absence or "The figures are being computed…"
        self.absence.tell(text, needs_pass=absence == NO_PASS)
        self._stack.setCurrentIndex(int(has_figures))
        self.panel.setVisible(has_figures)

    def _show(self) -> None:
        """Show the figures of other pictures, or of another class."""
        state = self.state
        self._show_absence()
        self.commands_changed.emit()
        report, columns, shown, sweep = state.report, state.columns, state.shown, state.sweep
        if report is None or columns is None or shown is None or sweep is None:
            return
        self.groups.setVisible(report.seen is not None)
        with QSignalBlocker(self.groups):
            self.groups.setCurrentIndex([group for group, *_ in _GROUPS].index(state.group))
        self.remark.setText(report.remark)
        self.remark.setVisible(bool(report.remark))
        self.counted.setText(describe_counted(columns, report))
        self.probabilities.setText(describe_probabilities(shown))
        positive = state.positive
        name = state.classes[positive]
        curves = sweep.curves
        self.roc.show_curves(curves, positive)
        self.precision_recall.show_curves(curves, positive)
        self.calibration.show_calibration(shown.calibration)
        self.calibration.setToolTip(self.calibration.tip)
        self.roc_title.setText(describe_curve("ROC", name, "area", curves.area))
        precision = curves.average_precision
        self.precision_title.setText(describe_curve("Precision–recall", name, "AP", precision))
        self.calibration_title.setText(describe_calibration(shown.calibration))
        for plot, title in (
            (self.roc, self.roc_title),
            (self.precision_recall, self.precision_title),
            (self.calibration, self.calibration_title),
        ):
            plot.setAccessibleName(title.text())
        self._show_counts()

    def _show_counts(self) -> None:
        """Show what is counted at the threshold."""
        state, shown, at = self.state, self.state.shown, self.state.at
        self.threshold.show_state()
        if shown is None or at is None:
            return
        self.share.setText(describe_share(at.figures, is_seen=state.group == "seen"))
        self.matrix.show_counts(state.classes, at.confusion)
        self.matrix.mark_cell(state.cell)
        self.roc.show_point(at.figures, state.positive)
        self.precision_recall.show_point(at.figures, state.positive)
        self.table.show_figures(state.classes, at.figures, shown)
        self._show_mistakes(at.confusion)

    def _show_mistakes(self, confusion: Counts) -> None:
        """List the most frequent mistakes where the matrix is too large to be overlooked."""
        is_large = len(self.state.classes) > MOST_ROWS
        self.mistakes.setVisible(is_large)
        self.mistakes_title.setVisible(is_large)
        if not is_large:
            return
        names = [printable_name(name) for name in self.state.classes]
        self.mistakes.clear()
        for one in most_confused(confusion, MOST_MISTAKES):
            text = f"{names[one.label]} classified as {names[one.answer]}: {one.count:,}"
            item = QListWidgetItem(text)
            item.setData(_PAIR, (one.label, one.answer))
            self.mistakes.addItem(item)

    def _on_mistake(self, item: QListWidgetItem) -> None:
        label, answer = item.data(_PAIR)
        if self.state.cell != (label, answer):
            self.state.choose_cell(label, answer)

    def _choose_group(self, place: int) -> None:
        self.state.choose_group(_GROUPS[place][0])


def _scrolled(content: QWidget) -> QScrollArea:
    """Return an area that shows a part of what it has no room for."""
    area = QScrollArea()
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    return area
