"""The Dataset page: the pictures of a folder as a grid, with their classes beside it."""

from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSignalBlocker, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from explorer.core.datasets.scan import Dataset, Sample
from explorer.core.files.json_text import write_json
from explorer.core.files.names import printable_name, shorten_name
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.sample_list import SAMPLE_ROLE
from explorer.state.shared.notices import Notices
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
from explorer.views.dataset.thumbnail_grid import ThumbnailGrid


class DatasetPage(Page):
    """A search field and the grid, with the classes in the inspector.

    Parameters
    ----------
    state : DatasetState
    notices : Notices
    remembered : Path, optional
        The folder that was open last time.
    """

    def __init__(
        self, state: DatasetState, notices: Notices, remembered: Path | None = None
    ) -> None:
        super().__init__()
        self.state: DatasetState = state
        self._notices = notices
        self._remembered = remembered
        self._current: Sample | None = None
        self.declare(COMMANDS)
        self.empty = EmptyPage(
            "Browse a dataset",
            "Open a folder of labelled pictures: one subfolder per class, or files named like "
            "cat.1.jpg. Any classes will do.",
            "Open folder…",
        )
        self.empty.button.clicked.connect(self.ask_for_folder)
        self.grid = ThumbnailGrid(state.samples)
        self.inspector: QWidget = self._build_inspector()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._build_browser())
        in_column(self._build_progress(), (self._stack, 1), of=self, margin=SPACING_PX)

        self.grid.chosen.connect(state.choose_sample)
        self.grid.selectionModel().currentChanged.connect(self._on_current_changed)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.find_names)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        state.dataset_changed.connect(self._show_dataset)
        state.query_changed.connect(self._show_filter)
        state.progress_changed.connect(self._show_progress)
        state.dataset_changed.connect(self.memory_changed)
        state.opening_failed.connect(self.resume)
        self._show_dataset()

    @property
    def is_busy(self) -> bool:
        return self.state.is_busy

    @property
    def memory(self) -> str:
        folder = self.state.folder or self._remembered
        return "" if folder is None else write_json(folder)  # ASCII, whatever its name

    def resume(self) -> None:
        # Not before it is seen: that reads thousands of files.
        if self._remembered is not None and self.state.folder is None and self.isVisible():
            folder, self._remembered = self._remembered, None
            self.state.open_folder(folder, is_reopened=True)

    def ask_for_folder(self) -> None:
        """Let a person choose a folder, and open it."""
        folder = ask_for_dataset(self)
        if folder is not None:
            self.state.open_folder(folder)

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
        self.classes = ClassList()
        self.classes.label_chosen.connect(self._on_label_chosen)
        inspector = Inspector()
        inspector.column.addLayout(in_row((self._title, 1), self.open_button))
        inspector.column.addWidget(self._facts)
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
        self._facts.setText(describe(dataset))
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


def describe(dataset: Dataset) -> str:
    """Return what the inspector says of a dataset."""
    pictures, classes = len(dataset.samples), len(dataset.classes)
    test = sum(sample.is_predefined_test for sample in dataset.samples)
    text = f"{_many(pictures, 'picture')}, {_many(classes, 'class', 'classes')}"
    if test:
        text += f"; {test:,} of them in the test set"
    text += "."
    if dataset.skipped:
        are = "is no picture" if dataset.skipped == 1 else "are no pictures"
        text += f" Skipped {_many(dataset.skipped, 'file')} that {are}."
    return text


def _many(count: int, one: str, more: str = "") -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {more or one + 's'}"
