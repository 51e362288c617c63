"""The Dataset page: the pictures of a folder as a grid, with their classes beside it."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSignalBlocker, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.datasets.layouts import LAYOUTS
from explorer.core.datasets.left_out import LeftOut, describe_left_out
from explorer.core.datasets.sentences import OTHER_FOLDER, describe_reading
from explorer.core.files.names import printable_name, shorten_name
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.getting_state import GettingState
from explorer.state.dataset.sample_list import SAMPLE_ROLE
from explorer.state.shared.notices import Notices
from explorer.views.common.command import escaped
from explorer.views.common.command_action import CommandButton
from explorer.views.common.empty_page import EmptyPage
from explorer.views.common.folder_dialogs import ask_for_dataset
from explorer.views.common.inspector import Inspector
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.page import Page
from explorer.views.common.theme import INSPECTOR_WIDTH_PX, SPACING_PX, icon
from explorer.views.dataset.class_list import ClassList
from explorer.views.dataset.commands import COMMANDS
from explorer.views.dataset.getting_row import GettingRow, ask_before_download
from explorer.views.dataset.memory import DatasetMemory
from explorer.views.dataset.thumbnail_grid import ThumbnailGrid

LONGEST_READING = 120


class DatasetPage(Page):
    """A search field and the grid, with the classes in the inspector.

    Parameters
    ----------
    state : DatasetState
    getting : GettingState
    notices : Notices
    memory : DatasetMemory, optional
        What was noted last time.
    """

    def __init__(
        self,
        state: DatasetState,
        getting: GettingState,
        notices: Notices,
        memory: DatasetMemory | None = None,
    ) -> None:
        super().__init__()
        self.state: DatasetState = state
        self.getting: GettingState = getting
        self._notices = notices
        memory = memory or DatasetMemory()
        self._remembered = memory.folder
        state.layouts |= dict(memory.layouts)
        self._current: Sample | None = None
        self.declare(COMMANDS)
        self.empty = EmptyPage(
            "Browse a dataset",
            "Open a folder of labelled pictures: one subfolder per class, or files named like "
            "cat.1.jpg. Any classes will do. Or begin with the example, which the program draws.",
            "Open folder…",
            *(CommandButton(self.action(name)) for name in ("open_example", "get_public")),
        )
        self.empty.button.clicked.connect(self.ask_for_folder)
        self.grid = ThumbnailGrid(state.samples)
        self.inspector: QWidget = self._build_inspector()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._build_browser())
        stops = (CommandButton(self.action(name)) for name in ("pause_getting", "cancel_getting"))
        arriving = GettingRow(getting, *stops)
        in_column(self._build_progress(), arriving, (self._stack, 1), of=self, margin=SPACING_PX)

        self.grid.chosen.connect(state.choose_sample)
        self.grid.selectionModel().currentChanged.connect(self._on_current_changed)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.find_names)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        state.dataset_changed.connect(self._show_dataset)
        state.query_changed.connect(self._show_filter)
        state.progress_changed.connect(self._show_progress)
        state.dataset_changed.connect(self.memory_changed)
        state.opening_failed.connect(self.resume)
        getting.progress_changed.connect(self.commands_changed)
        self._show_dataset()

    @property
    def is_busy(self) -> bool:
        return self.state.is_busy

    @property
    def memory(self) -> str:
        folder = self.state.folder or self._remembered
        return DatasetMemory(folder, tuple(self.state.layouts.items())).text

    def resume(self) -> None:
        # Not before it is seen: that reads thousands of files.
        if self._remembered is not None and self.state.folder is None and self.isVisible():
            folder, self._remembered = self._remembered, None
            self.state.open_folder(folder, is_reopened=True)

    @property
    def can_choose_layout(self) -> bool:
        """Whether the open folder can be read in several ways."""
        dataset = self.state.dataset
        return bool(dataset and dataset.readings and len(dataset.readings.ranked) > 1)

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """What lies below the open folder and is not shown."""
        return self.state.dataset.left_out if self.state.dataset else ()

    def ask_for_folder(self) -> None:
        """Let a person choose a folder, and open it."""
        folder = ask_for_dataset(self)
        if folder is not None:
            self.state.open_folder(folder)

    def get_public(self) -> None:
        """Download the public dataset if a person says so; where it is there, open it."""
        if self.getting.is_there or ask_before_download(self, self.getting):
            self.getting.get_public()

    def _build_progress(self) -> QWidget:
        self._progress_text = ElidedLabel()
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setFixedSize(INSPECTOR_WIDTH_PX // 2, SPACING_PX)
        bar.setAccessibleName("Scanning the folder")
        self.cancel = CommandButton(self.action("cancel"))
        self.progress = QWidget()
        in_row(bar, (self._progress_text, 1), self.cancel, of=self.progress)
        self.progress.hide()
        return self.progress

    def _build_browser(self) -> QWidget:
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search names")
        self.search.setAccessibleName("Search names")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumHeight(28)
        self.search.setTextMargins(SPACING_PX // 2, 0, SPACING_PX // 2, 0)
        self.search.setMaximumWidth(320)
        self.search.textChanged.connect(self._on_searched)
        self.search.returnPressed.connect(self.grid.setFocus)
        self.count = plain_label()
        top = in_row((self.search, 1), self.count, 1, spacing=2 * SPACING_PX)
        left = in_column(top, (self.grid, 1))
        browser = QWidget()
        in_row((left, 1), self.inspector, of=browser, spacing=2 * SPACING_PX)
        return browser

    def _build_inspector(self) -> QWidget:
        self._title = plain_label()
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._facts = plain_label(wraps=True, is_quiet=True)
        self.open_button = QPushButton(icon("open-folder", self.palette()), "Open folder…")
        self.open_button.setMinimumHeight(28)
        self.open_button.clicked.connect(self.ask_for_folder)
        self.layout_button: QToolButton = QToolButton()
        self.layout_button.setText("Read as")
        self.layout_button.setToolTip("Choose what the folders and the names of the files mean")
        self.layout_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.layout_button.setMinimumHeight(28)
        self.layout_menu = QMenu(self.layout_button)
        self.layout_button.setMenu(self.layout_menu)
        self.left_out_button = CommandButton(self.action("left_out"))
        self.classes = ClassList()
        self.classes.label_chosen.connect(self._on_label_chosen)
        inspector = Inspector()
        inspector.column.addLayout(in_row((self._title, 1), self.open_button))
        inspector.column.addWidget(self._facts)
        inspector.column.addLayout(in_row(self.layout_button, self.left_out_button, 1))
        inspector.column.addWidget(self.classes, stretch=1)
        return inspector

    @Slot()
    def _show_dataset(self) -> None:
        dataset = self.state.dataset
        if dataset is None:
            self._stack.setCurrentIndex(0)
            return
        self._current = None
        name = printable_name(dataset.folder)
        room = INSPECTOR_WIDTH_PX - self.open_button.sizeHint().width() - SPACING_PX
        metrics = self._title.fontMetrics()
        self._title.setText(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room))
        self._title.setToolTip(printable_name(str(dataset.folder)))
        is_chosen = dataset.folder in self.state.layouts
        self._facts.setText(describe(dataset, is_chosen=is_chosen))
        self._fill_layout_menu(dataset)
        self.left_out_button.setVisible(bool(self.left_out))
        self.classes.show_counts(self.state.counts)
        self._show_filter()
        self._stack.setCurrentIndex(1)
        self.commands_changed.emit()
        # The keys go on from the first picture, as where Qt finds none when the focus comes.
        first = self.state.samples.index(0)
        keep = QItemSelectionModel.SelectionFlag.NoUpdate
        self.grid.selectionModel().setCurrentIndex(first, keep)
        self.grid.scrollToTop()
        self.grid.setFocus()

    def _fill_layout_menu(self, dataset: Dataset) -> None:
        self.layout_menu.clear()
        ranked = () if dataset.readings is None else dataset.readings.ranked
        for reading in ranked:
            text = f"{LAYOUTS[reading.layout].capitalize()} ({describe_reading(reading)})"
            action = self.layout_menu.addAction(escaped(shorten_name(text, LONGEST_READING)))
            action.setCheckable(True)
            action.setChecked(reading is dataset.reading)
            action.triggered.connect(
                lambda checked=False, layout=reading.layout: self.state.read_as(layout)
            )
        self.layout_button.setVisible(self.can_choose_layout)

    @Slot()
    def _show_filter(self) -> None:
        dataset, state = self.state.dataset, self.state
        assert dataset is not None
        if self.search.text() != state.text:
            with QSignalBlocker(self.search):
                self.search.setText(state.text)
        self.classes.select_label(state.label)
        shown, total = state.samples.rowCount(), len(dataset.samples)
        self.count.setText(f"{shown:,} of {total:,}")
        among = f" in “{printable_name(state.label)}”" if state.label else ""
        self.grid.set_empty_text(f"No file name{among} contains “{state.text}”.")
        row = None if self._current is None else state.samples.row_of(self._current)
        if row is not None:
            index = state.samples.index(row)
            self.grid.setCurrentIndex(index)
            self.grid.scrollTo(index)

    @Slot()
    def _show_progress(self) -> None:
        folder = self.state.scanned_folder
        self.commands_changed.emit()
        self.progress.setVisible(folder is not None)
        if folder is not None:
            files = self.state.scanned_files
            found = f": {_many(files, 'file')}" if files else "…"
            name = shorten_name(printable_name(folder))
            self._progress_text.setText(f"Scanning “{name}”{found}")

    def _on_searched(self, text: str) -> None:
        self.state.set_query(self.state.label, text)

    def _on_label_chosen(self, label: str | None) -> None:
        self.state.set_query(label, self.state.text)

    def _on_current_changed(self, index: QModelIndex) -> None:
        if index.isValid():  # a search takes the current row away; the sample is remembered
            self._current = index.data(SAMPLE_ROLE)

    def find_names(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()


def describe(dataset: Dataset, *, is_chosen: bool) -> str:
    """Return what the inspector says of a dataset.

    Parameters
    ----------
    dataset : Dataset
    is_chosen : bool
        Whether a person said how its folder is to be read.
    """
    sentences = [_many(len(dataset.samples), "picture")]
    if dataset.reading is not None:
        sentences[0] += f": {describe_reading(dataset.reading)}"
    readings = dataset.readings
    if readings is not None and not readings.is_clear and not is_chosen:
        sentences.append(
            f"This folder can be read in several ways: see “Read as”, or {OTHER_FOLDER} instead"
        )
    if dataset.left_out:
        sentences.append(describe_left_out(dataset.left_out))
    return ". ".join(sentences) + "."


def _many(count: int, one: str, more: str = "") -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {more or one + 's'}"
