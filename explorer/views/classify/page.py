"""The Classify page: each picture's class and probability, and what went wrong with the rest."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from explorer.core.datasets.left_out import LeftOut
from explorer.core.models.prediction import Prediction
from explorer.core.text.class_words import ask_which
from explorer.state.classify.classify_state import ClassifyState
from explorer.state.classify.kept_rows import KeptRows
from explorer.state.classify.nearest_state import NearestState
from explorer.state.classify.result_rows import NEITHER, ResultRow, files_by_class, path_of
from explorer.state.classify.results_table import PREDICTION_ROLE
from explorer.state.classify.watching_state import WatchingState
from explorer.state.shared.copying_state import CopyingState
from explorer.state.shared.model_state import ModelState
from explorer.views.classify.card.facts import Facts
from explorer.views.classify.card.photo_card import PhotoCard
from explorer.views.classify.commands import COMMANDS
from explorer.views.classify.filter_bar import FilterBar
from explorer.views.classify.progress_row import ProgressRow
from explorer.views.classify.results_view import ResultsView
from explorer.views.classify.second_model_choice import SecondModelChoice
from explorer.views.common.command_action import CommandButton
from explorer.views.common.controls.job_row import JobRow
from explorer.views.common.dialogs.folder_dialogs import ask_for_folder
from explorer.views.common.dialogs.save_dialog import SaveKind, ask_where_to_save
from explorer.views.common.empty_page import EmptyPage
from explorer.views.common.flow_row import FlowRow
from explorer.views.common.inspector import Inspector
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.model_panel import ModelPanel
from explorer.views.common.page import Page
from explorer.views.common.theme import SPACING_PX

_KINDS = (
    SaveKind("CSV", (".csv",)),
    SaveKind("JSON", (".json",)),
    SaveKind("Kaggle submission: id,label", (".csv",)),
)

CARD = "photo"
"""The place on the page where one photo is seen large; the other is the table."""


class ClassifyPage(Page):
    """A table of predictions, or one photo, with what is known of the chosen one beside it.

    Signals
    -------
    picture_wanted(Path)
        A person wants this file as the current picture.
    loose_picture_wanted(callable)
        The same of a picture without a file, which the function returns.
    """

    picture_wanted = Signal(object)
    loose_picture_wanted = Signal(object)

    def __init__(
        self,
        state: ClassifyState,
        watching: WatchingState,
        copying: CopyingState,
        nearest: NearestState,
        kept_rows: KeptRows,
        models: ModelState,
    ) -> None:
        super().__init__()
        self.state: ClassifyState = state
        self.watching: WatchingState = watching
        self.copying: CopyingState = copying
        self.nearest: NearestState = nearest
        self._kept_rows = kept_rows
        self._models = models
        self._has_picture = state.picture is not None
        self._is_opened = False  # a row, by a person, who wants to see it large
        self._asked: ResultRow | None = None
        self.table = ResultsView(state.table)
        self.card = PhotoCard()
        self.filter = FilterBar()
        self.undo_stack = state.undo_stack
        self.declare(COMMANDS)
        self.empty = EmptyPage(
            "",
            "Drop photos or a folder anywhere in this window.",
            *(CommandButton(self.action(name)) for name in ("add_pictures", "add_folder", "watch")),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._build_results())
        self.inspector: QWidget = self._build_inspector()
        self._watched = ElidedLabel()
        self._unwatch = CommandButton(self.action("watch"))
        copying.progress_changed.connect(self.commands_changed)  # before the row, which reads it
        stop = CommandButton(self.action("cancel_copying"))
        rows = JobRow(copying, "Copying files", stop), in_row((self._watched, 1), self._unwatch)
        left = in_column(*rows, (self._stack, 1))
        in_row((left, 1), self.inspector, of=self, spacing=2 * SPACING_PX, margin=SPACING_PX)

        state.progress_changed.connect(self._show_progress)
        state.current_changed.connect(self._show_chosen)
        state.other_changed.connect(self._show_progress)
        state.rows_added.connect(self._on_rows_added)
        state.picture_changed.connect(self._on_picture_changed)
        state.table.dataChanged.connect(self._show_chosen)
        models.model_changed.connect(self._show_question)
        watching.changed.connect(self._show_watched)
        self._show_question()
        self._show_watched()
        self._show_progress()

    @property
    def chosen_row(self) -> ResultRow | None:
        """The chosen row."""
        index = self.table.chosen
        return self.state.table.row_at(index) if index.isValid() else None

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
    def has_many_rows(self) -> bool:
        """Whether there is a table to go back to."""
        return self.state.total_count > 1

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
    def can_look(self) -> bool:
        """Whether there is a picture that other pages could show."""
        prediction = self.shown_prediction
        return prediction is not None and not prediction.error

    @property
    def is_card_shown(self) -> bool:
        """Whether one photo is seen large."""
        total = self.state.total_count
        return total == 1 or (total > 1 and self._is_opened)

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

    @property
    def place(self) -> str:
        return CARD if self._is_opened and self.is_card_shown else ""

    def enter(self) -> None:
        self._show_chosen()  # what came while another page was seen

    def resume(self) -> None:
        if self._kept_rows.is_waiting:
            if self.is_card_shown:  # a photo that was asked for stays large before all others
                self._set_opened(True)
            self._kept_rows.restore()

    def go_to(self, place: str) -> None:
        self._set_opened(place == CARD)

    def _build_results(self) -> QWidget:
        names = ("add_pictures", "add_folder", "watch", "save", "clear")
        self._buttons = {name: CommandButton(self.action(name)) for name in names}
        self._steps = [CommandButton(self.action(name)) for name in ("table", "previous", "next")]
        self.table.activated.connect(self._on_activated)
        self.table.selectionModel().selectionChanged.connect(self._show_chosen)
        self.card.closed.connect(self.show_table)
        self.filter.changed.connect(self._on_filter)
        self._cancel = CommandButton(self.action("cancel"))
        self._rest = CommandButton(self.action("classify_rest"))
        self._left_out = CommandButton(self.action("left_out"))
        clear = CommandButton(self.action("clear"))
        self._progress = ProgressRow(self.state, self._left_out, self._cancel, self._rest, clear)
        self._views = QStackedWidget()
        self._views.addWidget(self.table)
        self._views.addWidget(self.card)
        results = QWidget()
        top = FlowRow(*self._steps, *self._buttons.values())
        in_column(top, self._progress, self.filter, (self._views, 1), of=results)
        return results

    def _build_inspector(self) -> QWidget:
        self.model = ModelPanel(self._models)
        self.second = SecondModelChoice(self.state, self._models)
        self.facts = Facts(self.nearest)
        self.facts.nearest.chosen.connect(self._open_near)
        self._to = [CommandButton(self.action(name)) for name in ("why", "network", "filter")]
        self._show_button = CommandButton(self.action("show"))
        inspector = Inspector()
        for widget in (self.model, self.second, self.facts, self._show_button):
            inspector.column.addWidget(widget)
        inspector.column.addLayout(in_row(*((button, 1) for button in self._to)))
        inspector.column.addStretch(1)
        return inspector

    def _show_question(self) -> None:
        current = self._models.current
        self.empty.heading.setText(ask_which(current.classes if current else ()))

    def _show_watched(self) -> None:
        self._watched.setText(self.watching.sentence)
        self._watched.setVisible(bool(self.watching.sentence))
        self._unwatch.setVisible(self.watching.folder is not None)
        self._show_buttons()
        self.commands_changed.emit()

    def _show_progress(self) -> None:
        state, counts = self.state, self.state.counts
        total, folder = counts.total, state.search.folder
        if not total:
            self._is_opened = False
        self._stack.setCurrentIndex(1 if total or folder is not None else 0)
        is_card = self.is_card_shown
        if is_card and not self.has_chosen_row:
            self.table.choose_row(0)
        self._views.setCurrentWidget(self.card if is_card else self.table)
        self.filter.setVisible(not is_card and total > 1)
        self.filter.show_counts(counts, state.left_count, is_compared=state.other_model is not None)
        self._cancel.setVisible(self.is_running)
        self._left_out.setVisible(bool(self.left_out))
        self._rest.setVisible(self.has_rest)
        # Of a single photo there is nothing to count, and the photo stays where it is.
        is_single = total == 1 and folder is None and not (self.left_out or self.has_rest)
        self._progress.setVisible(not is_single)
        self._progress.refresh()
        self._show_buttons()
        self._show_chosen()

    def _show_buttons(self) -> None:
        """Show in a row what there is to do: a small window has no room for more."""
        is_card, is_many = self.is_card_shown, self.has_many_rows
        for button in self._steps:
            button.setVisible(is_card and is_many)
        for name, button in self._buttons.items():
            is_here = {
                "watch": self.watching.folder is None and not is_card,
                "clear": is_card and self._progress.isHidden(),  # which has one of its own
            }
            button.setVisible(is_here.get(name, True) and not (is_card and is_many))

    def _show_chosen(self) -> None:
        self.commands_changed.emit()
        row, prediction, is_card = self.chosen_row, self.shown_prediction, self.is_card_shown
        self._show_button.setVisible(self.can_show_chosen and not is_card)
        for button in self._to:
            button.setVisible(prediction is not None)
        waiting = self.table.chosen_verdict
        model = self._models.current
        doubt = "" if model is None or model.card is None else model.card.doubt_of_likeness
        self.facts.show_prediction(prediction, waiting, doubt=doubt, has_words=not is_card)
        other = self.state.other_model
        second = self.state.other_current if row is None else row.other
        self.facts.show_other("" if other is None else other.name, second)
        if is_card:
            self._show_card(row)
        file = self.state.picture
        is_current = file is not None and (row is None or path_of(file) == row.path)
        self.nearest.look_at(self.state.current if is_card and is_current else None)

    def _show_card(self, row: ResultRow | None) -> None:
        file = self.state.picture
        if row is not None and row.prediction is not None and row.prediction.error:
            self.card.show_failure(row.prediction)
        elif file is not None and (row is None or path_of(file) == row.path):
            # Else it is being opened: until then the last one stays.
            known = None if row is None else row.prediction
            self.card.show_photo(file, known or self.state.current)
        elif self.state.total_count == 1 and row is not self._asked and self.isVisible():
            # It came with a folder: nobody opened it. Once: where that fails, its row says so.
            self._asked = row
            if row is not None and not self.state.is_becoming_current(row):
                self._open_chosen()

    def _on_rows_added(self, place: int) -> None:
        self.table.choose_row(place)
        row, total = self.chosen_row, self.state.total_count
        is_single = row is not None and self.state.is_becoming_current(row)
        # A photo after another is seen as that one was; of many, the table tells.
        self._set_opened(is_single and (self._is_opened or total == 2))

    def _on_picture_changed(self) -> None:
        """Speak of a picture that came while this page is looked at, not of the chosen row."""
        index, file = self.table.chosen, self.state.picture
        is_first, self._has_picture = not self._has_picture, True
        self._show_chosen()
        if is_first:  # the one of last time, or a sample: nobody asked for it now
            return
        if not self.isVisible() or not index.isValid() or file is None:
            return
        if str(path_of(file)) != index.data(PREDICTION_ROLE).path:
            self.table.choose_none()

    def _on_filter(self) -> None:
        self.state.table.set_filter(self.filter.filter)
        self._show_progress()

    def _on_activated(self, index: QModelIndex) -> None:
        if index.isValid():
            self.table.choose_row(index.row())
            self._set_opened(True)
            self._open_chosen()
            self.card.view.setFocus()

    def _open_chosen(self) -> None:
        """Make the chosen row's picture the current one."""
        row = self.chosen_row
        if row is None:
            return
        self.state.follow(row)
        if row.read is None:
            self.picture_wanted.emit(row.path)
        else:
            self.loose_picture_wanted.emit(row.read)

    def _open_near(self, path: Path) -> None:
        """See a picture of the dataset large, as another row."""
        self.state.add_current(path)
        self._set_opened(True)
        self.picture_wanted.emit(path)

    def _set_opened(self, is_opened: bool) -> None:
        if is_opened != self._is_opened:
            self._is_opened = is_opened
            self._show_progress()
            self.place_changed.emit()

    def show_table(self) -> None:
        """Go back from one photo to all of them."""
        if self.has_many_rows:
            self._set_opened(False)
            self.table.setFocus()

    def step(self, distance: int) -> None:
        """Look at another photo: -1 for the one above in the table, 1 for the one below."""
        place = self.table.chosen.row() + distance
        if 0 <= place < len(self.state.table.shown):
            self.table.choose_row(place)
            self._open_chosen()

    def can_step(self, distance: int) -> bool:
        """Return whether there is another photo."""
        place = self.table.chosen.row() + distance
        return self.is_card_shown and 0 <= place < len(self.state.table.shown)

    def look_in(self, page: str, part: str = "") -> None:
        """Look at the picture that the inspector speaks of on another page."""
        row, file = self.chosen_row, self.state.picture
        if row is not None and (file is None or path_of(file) != row.path):
            self._open_chosen()
        self.page_wanted.emit(page, part)

    def choose_files(self) -> None:
        """Ask for pictures to classify."""
        names, _ = QFileDialog.getOpenFileNames(self, "Choose pictures to classify")
        self.pictures_chosen.emit(tuple(Path(name) for name in names))

    def choose_folder(self) -> None:
        """Ask for a folder of pictures to classify."""
        folder = ask_for_folder(self, "Choose a folder of pictures")
        if folder is not None:
            self.state.add_folder(folder)

    def watch(self) -> None:
        """Ask for a folder to watch; where one is watched, end that."""
        if self.watching.folder is not None:
            self.watching.stop()
            return
        folder = ask_for_folder(self, "Choose a folder whose new photos are classified")
        if folder is not None:
            self.watching.start(folder)

    def copy_by_class(self) -> None:
        """Ask for a folder, and copy the files of the chosen rows into one there for each class."""
        rows = [self.state.table.row_at(index) for index in self.table.chosen_ones]
        files = files_by_class(rows)
        if not files:
            self.copying.tell_nothing()
            return
        target = ask_for_folder(self, "Copy the pictures into folders by class in…")
        if target is not None:
            self.copying.copy(files, target, unnamed=NEITHER)

    def save(self) -> None:
        """Ask for a file and what kind it is to be, and write the table into it."""
        place = ask_where_to_save(self, "Save the table", "predictions.csv", _KINDS)
        if place is not None:
            path, kind = place
            state = self.state
            (state.exports.save_csv, state.exports.save_json, state.exports.save_submission)[kind](
                path
            )

    def copy_row(self) -> None:
        """Put the chosen rows into the clipboard, as they stand in the table."""
        rows = [self.state.table.row_at(index) for index in self.table.chosen_ones]
        if rows:
            QGuiApplication.clipboard().setText(self.state.exports.rows_text(rows))

    def copy_table(self) -> None:
        """Put the whole table into the clipboard."""
        QGuiApplication.clipboard().setText(self.state.exports.table_text)

    def show_chosen(self) -> None:
        """Make the chosen row's picture the current one, and see it large."""
        self._on_activated(self.table.chosen)
