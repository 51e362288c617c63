"""The Classify page: each picture's class and probability, and what went wrong with the rest."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from explorer.core.predictions import Prediction
from explorer.core.share_text import format_share
from explorer.state.classify_state import ClassifyState
from explorer.state.model_state import ModelState
from explorer.state.results_table import PREDICTION_ROLE
from explorer.views.look import SPACING_PX
from explorer.views.save_dialog import SaveKind, ask_where_to_save
from explorer.views.widgets.empty_page import EmptyPage
from explorer.views.widgets.inspector import Inspector
from explorer.views.widgets.model_panel import ModelPanel
from explorer.views.widgets.probability_bars import ProbabilityBars
from explorer.views.widgets.results_view import ResultsView


class ClassifyPage(QWidget):
    """A table of predictions, and the chosen one beside it.

    Signals
    -------
    picture_wanted(Path)
        A person wants this file as the current picture.
    """

    picture_wanted = Signal(object)

    def __init__(
        self, state: ClassifyState, models: ModelState, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._models = models
        self.table = ResultsView(state.table)
        self.table.activated.connect(self._on_activated)
        self.table.selectionModel().currentRowChanged.connect(self._show_chosen)
        self._empty = EmptyPage(
            "Is it a cat or a dog?",
            "Drop photos or a folder anywhere on this window. Each gets its class and its "
            "probability.",
            "Choose pictures…",
        )
        self._empty.button.clicked.connect(self._choose_files)
        self._progress = QProgressBar()
        self._progress.setAccessibleName("Progress")
        self._cancel = QPushButton("Cancel")
        self._cancel.clicked.connect(state.cancel)
        self._count = QLabel()

        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()
        for text, action in (
            ("Add pictures…", self._choose_files),
            ("Add folder…", self._choose_folder),
            ("Save CSV…", self._save_csv),
            ("Clear", state.clear),
        ):
            button = QPushButton(text)
            button.clicked.connect(action)
            top.addWidget(button)
        top.addStretch(1)
        top.addWidget(self._count)
        top.addWidget(self._progress)
        top.addWidget(self._cancel)
        column.addLayout(top)
        column.addWidget(self.table, stretch=1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(full)

        self.inspector = self._build_inspector()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING_PX, SPACING_PX, SPACING_PX, SPACING_PX)
        layout.setSpacing(2 * SPACING_PX)
        layout.addWidget(self._stack, stretch=1)
        layout.addWidget(self.inspector)

        state.progress_changed.connect(self._show_progress)
        state.current_changed.connect(self._show_chosen)
        state.table.dataChanged.connect(self._show_chosen)
        self._show_progress()
        self._show_chosen()

    @property
    def shown_prediction(self) -> Prediction | None:
        """The prediction in the inspector: of the chosen row, else of the current picture."""
        index = self.table.currentIndex()
        if index.isValid():
            chosen: Prediction = index.data(PREDICTION_ROLE)
            return chosen
        return self._state.current

    def _build_inspector(self) -> QWidget:
        self.model = ModelPanel(self._models)
        self._verdict = QLabel()
        self._verdict.setWordWrap(True)
        font = self._verdict.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        self._verdict.setFont(font)
        self._name = QLabel()
        self._name.setWordWrap(True)
        self._bars = ProbabilityBars()
        self._show_button = QPushButton("Make it the current picture")
        self._show_button.clicked.connect(lambda: self._on_activated(self.table.currentIndex()))
        inspector = Inspector()
        for widget in (self.model, self._name, self._verdict, self._bars, self._show_button):
            inspector.column.addWidget(widget)
        inspector.column.addStretch(1)
        return inspector

    def _show_progress(self) -> None:
        total, done = self._state.total_count, self._state.done_count
        self._stack.setCurrentIndex(1 if total else 0)
        self._progress.setRange(0, max(total, 1))
        self._progress.setValue(done)
        is_running = done < total
        self._progress.setVisible(is_running)
        self._cancel.setVisible(is_running)
        noun = "picture" if total == 1 else "pictures"
        self._count.setText(f"{done:,} of {total:,}" if is_running else f"{total:,} {noun}")
        self._show_chosen()

    def _show_chosen(self) -> None:
        prediction = self.shown_prediction
        has_row = self.table.currentIndex().isValid()
        self._show_button.setVisible(has_row)
        if prediction is None:
            self._name.setText("")
            self._verdict.setText("")
            self._bars.set_prediction(Prediction(""))
            return
        self._name.setText(Path(prediction.path).name)
        self._verdict.setText(verdict(prediction))
        self._bars.set_prediction(prediction)

    def _on_activated(self, index: QModelIndex) -> None:
        if index.isValid():
            self.picture_wanted.emit(Path(index.data(PREDICTION_ROLE).path))

    def _choose_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Choose pictures to classify")
        self._state.add_files([Path(name) for name in names])

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Choose a folder of pictures")
        if name:
            self._state.add_folder(Path(name))

    def _save_csv(self) -> None:
        place = ask_where_to_save(
            self, "Save the table", "predictions.csv", [SaveKind("CSV", (".csv",))]
        )
        if place is not None:
            self._state.save_csv(place[0])


def verdict(prediction: Prediction) -> str:
    """Return a prediction in words: "dog, 98.7 %"."""
    if prediction.error:
        return prediction.error
    if prediction.probability is None:
        return "waiting…"
    return f"{prediction.label}, {format_share(prediction.probability)}"
