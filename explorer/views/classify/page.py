"""The Classify page: each picture's class and probability, and what went wrong with the rest."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLayout, QProgressBar, QStackedWidget, QWidget

from explorer.core.datasets.left_out import LeftOut
from explorer.core.files.names import printable_name, shorten_name
from explorer.core.models.prediction import Prediction
from explorer.core.text.percent import format_percent
from explorer.state.classify.classify_state import ClassifyState
from explorer.state.classify.result_rows import path_of
from explorer.state.classify.results_table import PREDICTION_ROLE
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.timers import make_timer
from explorer.views.classify.commands import COMMANDS
from explorer.views.classify.results_view import ResultsView
from explorer.views.common.command_action import CommandButton
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.empty_page import EmptyPage
from explorer.views.common.folder_dialogs import ask_for_folder
from explorer.views.common.inspector import Inspector
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.model_panel import ModelPanel
from explorer.views.common.page import Page
from explorer.views.common.pictures.probability_bars import ProbabilityBars
from explorer.views.common.save_dialog import SaveKind, ask_where_to_save
from explorer.views.common.theme import INSPECTOR_WIDTH_PX, SPACING_PX

BUSY_AFTER_MS = 200
MOST_NAMED = 4
NAME_LENGTH = 36
LONGEST_NAMES = 60
"""Of all classes, in characters: they stand on one line."""


class ClassifyPage(Page):
    """A table of predictions, and the chosen one beside it.

    Signals
    -------
    picture_wanted(Path)
        A person wants this file as the current picture.
    loose_picture_wanted(callable)
        The same of a picture without a file, which the function returns.
    """

    picture_wanted = Signal(object)
    loose_picture_wanted = Signal(object)

    def __init__(self, state: ClassifyState, models: ModelState) -> None:
        super().__init__()
        self.state: ClassifyState = state
        self._models = models
        self._has_picture = state.picture is not None
        self.table = ResultsView(state.table)
        self.undo_stack = state.undo_stack
        self.declare(COMMANDS)
        self.empty = EmptyPage(
            "",
            "Drop photos or a folder anywhere in this window. Each picture gets a class and a "
            "probability.",
            *(CommandButton(self.action(name)) for name in ("add_pictures", "add_folder")),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._build_results())
        self.inspector: QWidget = self._build_inspector()
        in_row((self._stack, 1), self.inspector, of=self, spacing=2 * SPACING_PX, margin=SPACING_PX)

        # A file is written before anybody looks; only on a slow disk it is told that it lasts.
        self._patience = make_timer(self, BUSY_AFTER_MS, self._show_progress)

        state.saving_changed.connect(self._on_saving)
        state.progress_changed.connect(self._show_progress)
        state.current_changed.connect(self._show_chosen)
        state.rows_added.connect(self.table.choose_row)
        state.picture_changed.connect(self._on_picture_changed)
        state.table.dataChanged.connect(self._show_chosen)
        models.model_changed.connect(self._show_question)
        self._show_question()
        self._show_progress()

    @property
    def shown_prediction(self) -> Prediction | None:
        """The prediction in the inspector: of the chosen row, else of the current picture."""
        index = self.table.chosen
        if index.isValid():
            chosen: Prediction = index.data(PREDICTION_ROLE)
            return chosen
        return self.state.current

    @property
    def has_rows(self) -> bool:
        """Whether there are pictures in the table."""
        return self.state.total_count > 0

    @property
    def has_chosen_row(self) -> bool:
        """Whether a row is chosen."""
        return self.table.chosen.isValid()

    @property
    def can_show_chosen(self) -> bool:
        """Whether the chosen row's picture can be looked at on the other pages."""
        prediction = self.shown_prediction
        return self.has_chosen_row and prediction is not None and not prediction.error

    @property
    def is_running(self) -> bool:
        """Whether pictures are being looked for or classified."""
        return self.state.waiting_count > 0 or self.state.search.folder is not None

    @property
    def has_rest(self) -> bool:
        """Whether there are pictures without a result that could be classified now."""
        state = self.state
        has_model = state.model is not None
        return has_model and not self.is_running and state.left_count + state.failed_count > 0

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """What lies in the folders that were added and has no row."""
        return self.state.search.left_out

    @property
    def is_busy(self) -> bool:
        return self.state.is_busy

    def _build_results(self) -> QWidget:
        names = ("add_pictures", "add_folder", "save_csv", "clear")
        buttons = [CommandButton(self.action(name)) for name in names]
        self.table.activated.connect(self._on_activated)
        self.table.selectionModel().selectionChanged.connect(self._show_chosen)
        results = QWidget()
        in_column(in_row(*buttons, 1), self._build_progress(), (self.table, 1), of=results)
        return results

    def _build_progress(self) -> QLayout:
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(SPACING_PX)
        self._progress.setMaximumWidth(INSPECTOR_WIDTH_PX // 2)
        self._progress.setAccessibleName("Progress")
        self._count = ElidedLabel()  # it may name a file
        self._count.setMinimumHeight(HEIGHT_PX)  # so that nothing jumps as Cancel goes
        self._cancel = CommandButton(self.action("cancel"))
        self._rest = CommandButton(self.action("classify_rest"))
        self._left_out = CommandButton(self.action("left_out"))
        return in_row((self._progress, 1), self._count, 1, self._left_out, self._cancel, self._rest)

    def _build_inspector(self) -> QWidget:
        self.model = ModelPanel(self._models)
        self._verdict = plain_label(wraps=True, scale=1.6)
        self._name = plain_label(wraps=True)
        for label in (self._name, self._verdict):
            label.setMinimumWidth(1)  # a long name must not push the others out of the column
        self._bars = ProbabilityBars()
        self._show_button = CommandButton(self.action("show"))
        inspector = Inspector()
        for widget in (self.model, self._name, self._verdict, self._bars, self._show_button):
            inspector.column.addWidget(widget)
        inspector.column.addStretch(1)
        return inspector

    def _show_question(self) -> None:
        current = self._models.current
        self.empty.heading.setText(ask_which(current.classes if current else ()))

    def _show_progress(self) -> None:
        total, done = self.state.total_count, self.state.done_count
        folder, files = self.state.search.folder, self.state.search.files
        self._stack.setCurrentIndex(1 if total or folder is not None else 0)
        is_running = self.state.waiting_count > 0
        # How many pictures there will be is not known while a folder is looked through.
        self._progress.setRange(0, 0 if folder is not None and not is_running else max(total, 1))
        self._progress.setValue(done)
        self._progress.setVisible(is_running or folder is not None)
        self._cancel.setVisible(self.is_running)
        self._left_out.setVisible(bool(self.left_out))
        self._rest.setVisible(self.has_rest)
        text = f"{total:,} {'picture' if total == 1 else 'pictures'}"
        if done < total:
            text = f"{done:,} of {text}"
        if self.state.failed_count:
            text += f", {self.state.failed_count:,} failed"
        if folder is not None:
            found = f": {files:,} {'file' if files == 1 else 'files'}" if files else "…"
            where = f"“{shorten_name(printable_name(folder))}”{found}"
            text = f"{text}; scanning {where}" if total else f"Scanning {where}"
        saved = self.state.saved_file
        if saved is not None and not self._patience.isActive():
            text += f"; writing “{printable_name(saved)}”…"
        self._count.setText(text)
        self._show_chosen()

    def _on_saving(self) -> None:
        if self.state.saved_file is None:
            self._patience.stop()
            self._show_progress()
        elif not self._patience.isActive():
            self._patience.start()

    def _show_chosen(self) -> None:
        self.commands_changed.emit()
        prediction = self.shown_prediction
        self._show_button.setVisible(self.can_show_chosen)
        if prediction is None:
            self._name.setText("")
            self._name.setToolTip("")
            self._verdict.setText("")
            self._bars.set_prediction(Prediction(""))
            return
        name = printable_name(Path(prediction.path))
        self._name.setText(shorten_name(name, NAME_LENGTH))
        self._name.setToolTip(name)
        self._verdict.setText(verdict(prediction) or self.table.chosen_verdict)
        self._bars.set_prediction(prediction)

    def _on_picture_changed(self) -> None:
        """Speak of a picture that came while this page is looked at, not of the chosen row."""
        index, file = self.table.chosen, self.state.picture
        is_first, self._has_picture = not self._has_picture, True
        if is_first:  # the one of last time, or a sample: nobody asked for it now
            return
        if not self.isVisible() or not index.isValid() or file is None:
            return
        if str(path_of(file)) != index.data(PREDICTION_ROLE).path:
            self.table.choose_none()

    def _on_activated(self, index: QModelIndex) -> None:
        if index.isValid():
            row = self.state.table.row_at(index)
            if row.read is None:
                self.picture_wanted.emit(row.path)
            else:
                self.loose_picture_wanted.emit(row.read)

    def choose_files(self) -> None:
        """Ask for pictures to classify."""
        names, _ = QFileDialog.getOpenFileNames(self, "Choose pictures to classify")
        self.pictures_chosen.emit(tuple(Path(name) for name in names))

    def choose_folder(self) -> None:
        """Ask for a folder of pictures to classify."""
        folder = ask_for_folder(self, "Choose a folder of pictures")
        if folder is not None:
            self.state.add_folder(folder)

    def save_csv(self) -> None:
        """Ask for a file, and write the table into it."""
        place = ask_where_to_save(
            self, "Save the table", "predictions.csv", [SaveKind("CSV", (".csv",))]
        )
        if place is not None:
            self.state.save_csv(place[0])

    def copy_row(self) -> None:
        """Put the chosen row into the clipboard."""
        index = self.table.chosen
        if index.isValid():
            text = self.state.row_text(index.data(PREDICTION_ROLE))
            QGuiApplication.clipboard().setText(text)

    def copy_table(self) -> None:
        """Put the whole table into the clipboard."""
        QGuiApplication.clipboard().setText(self.state.table_text)

    def show_chosen(self) -> None:
        """Make the chosen row's picture the current one."""
        self._on_activated(self.table.chosen)


def verdict(prediction: Prediction) -> str:
    """Return a prediction in words: "dog, 98.7 %"; empty where there is none yet."""
    if prediction.error:
        return prediction.error.sentence_without_name  # which stands above it
    if prediction.probability is None:
        return ""
    return f"{shorten_name(prediction.label)}, {format_percent(prediction.probability)}"


def ask_which(classes: Sequence[str]) -> str:
    """Return what a model that knows these classes answers, as a question.

    Parameters
    ----------
    classes : sequence of str
        In the order of the model's outputs; none where there is no model.
    """
    if not classes:
        return "What does the picture show?"
    if len(classes) > MOST_NAMED or sum(map(len, classes)) > LONGEST_NAMES:
        return f"Which of {len(classes):,} classes is it?"
    is_plural = any(name.endswith("s") and not name.endswith("ss") for name in classes)
    if len(classes) <= 2 and not is_plural:
        return f"Is it {' or '.join(map(_with_article, classes))}?"
    names = " or ".join(filter(None, (", ".join(classes[:-1]), classes[-1])))
    return f"Which is it: {names}?"


def _with_article(name: str) -> str:
    return f"{'an' if name[:1].casefold() in tuple('aeiou') else 'a'} {name}"
