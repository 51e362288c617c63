"""The Dataset page: the pictures of a folder, and beside them what a model makes of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QMimeData,
    QObject,
    QPoint,
    Qt,
    QUrl,
    Slot,
)
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QMenu,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QWidget,
)

from explorer.core.catalogue.columns import Places
from explorer.core.catalogue.query import Query
from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.datasets.layouts import LAYOUTS
from explorer.core.datasets.left_out import LeftOut, describe_left_out
from explorer.core.datasets.sentences import OTHER_FOLDER, describe_reading
from explorer.core.files.names import printable_name, shorten_name
from explorer.core.images.read import PictureFile
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.getting_state import GettingState
from explorer.state.dataset.shown import Pick
from explorer.state.dataset.survey_state import SurveyState
from explorer.state.shared.copying_state import CopyingState
from explorer.state.shared.notices import Notices
from explorer.views.common.command import escaped
from explorer.views.common.command_action import CommandButton
from explorer.views.common.controls.job_row import JobRow
from explorer.views.common.dialogs.folder_dialogs import ask_for_dataset, ask_for_folder
from explorer.views.common.empty_page import EmptyPage
from explorer.views.common.images import image_of
from explorer.views.common.inspector import Inspector
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.part import Part
from explorer.views.common.parted_page import PartedPage
from explorer.views.common.theme import INSPECTOR_WIDTH_PX, SPACING_PX, icon
from explorer.views.dataset.commands import COMMANDS, DECISIONS
from explorer.views.dataset.getting_question import ask_before_download
from explorer.views.dataset.memory import DatasetMemory
from explorer.views.dataset.part import PARTS
from explorer.views.dataset.picture_commands import PICTURE_COMMANDS
from explorer.views.dataset.pictures.part import PicturesPart
from explorer.views.dataset.survey_row import SurveyRow

LONGEST_READING = 120
LEAST_PART_PX = 320
LEAST_BOTH_PX = 660
"""In less, the grid makes room for the part that is shown."""
GRID_SHARE = 0.4
"""Of the width, until the hand decides."""


class Shown(NamedTuple):
    """What is seen of the pictures, to come back to."""

    folder: Path | None
    query: Query
    picked: Pick | None
    query_before: Query
    selected: Places
    current: int | None
    scroll: int


class DatasetPage(PartedPage):
    """The grid of pictures; beside it one of several parts, chosen by its tab.

    Parameters
    ----------
    state : DatasetState
    survey : SurveyState
    getting : GettingState
    copying : CopyingState
    notices : Notices
    memory : DatasetMemory, optional
        What was noted last time.
    parts : sequence of Part
        Besides the pictures, in the order of `PARTS`.
    """

    def __init__(
        self,
        state: DatasetState,
        survey: SurveyState,
        getting: GettingState,
        copying: CopyingState,
        notices: Notices,
        memory: DatasetMemory | None = None,
        parts: Sequence[Part] = (),
    ) -> None:
        super().__init__(PARTS, "Ways of looking at the dataset")
        self.state: DatasetState = state
        self.survey: SurveyState = survey
        self.getting: GettingState = getting
        self.copying: CopyingState = copying
        self._notices = notices
        memory = memory or DatasetMemory()
        self._remembered = memory.folder
        state.layouts |= dict(memory.layouts)
        self.pictures = PicturesPart(state)
        self.grid = self.pictures.grid
        self.add_parts((self.pictures, *parts))
        self.declare(COMMANDS)
        self.empty = EmptyPage(
            "Browse a dataset",
            "Open a folder of labelled pictures: one subfolder per class, or files named like "
            "cat.1.jpg. Or try the example.",
            "Open folder…",
            *(CommandButton(self.action(name)) for name in ("open_example", "get_public")),
        )
        self.empty.button.clicked.connect(self.ask_for_folder)
        self.inspector: QWidget = self._build_inspector()
        self._picked = state.picked
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._build_browser())
        rows = self._build_progress(), *self._build_jobs()
        in_column(*rows, (self._stack, 1), of=self, margin=SPACING_PX)

        self.tabs.currentChanged.connect(self._share_room)
        self.grid.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.grid.customContextMenuRequested.connect(self._open_menu)
        state.picture_copied.connect(self._copy)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.find_names)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        state.dataset_changed.connect(self._show_dataset)
        state.pick_coming.connect(self.place_changed)
        for changed in (state.query_changed, state.selection_changed, state.embedding_changed):
            changed.connect(self.commands_changed)
        state.query_changed.connect(self._make_room_for_pick)
        state.progress_changed.connect(self._show_progress)
        state.dataset_changed.connect(self.memory_changed)
        state.opening_failed.connect(self.resume)
        self._show_dataset()

    @property
    def is_busy(self) -> bool:
        return self.state.is_busy or (self.isVisible() and self.part.is_busy)

    @property
    def place(self) -> str:
        picked = self.state.picked
        return self.part.name if picked is None else f"{self.part.name} {picked.number}"

    def go_to(self, place: str) -> None:
        self.show_part(place.split()[0] if place else "")

    @property
    def viewport(self) -> "Shown":
        state = self.state
        return Shown(
            state.folder,
            state.query,
            state.picked,
            state.query_before,
            state.selected,
            state.current,
            self.grid.verticalScrollBar().value(),
        )

    def restore_viewport(self, viewport: Any) -> None:
        # Another current picture (None) leaves the grid as it is.
        if isinstance(viewport, Shown) and viewport.folder == self.state.folder:
            state = self.state
            self._picked = viewport.picked
            state.show_again(viewport.query, viewport.picked, viewport.query_before)
            state.select(viewport.selected, viewport.current)
            self.grid.scroll_to(viewport.scroll)

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

    def _build_jobs(self) -> Sequence[QWidget]:
        for job in (
            self.survey,
            self.getting,
            self.copying,
        ):  # before the rows, which hide dead buttons
            job.progress_changed.connect(self.commands_changed)
        stops = (CommandButton(self.action(name)) for name in ("pause_getting", "cancel_getting"))
        arriving = JobRow(self.getting, "Getting a dataset", *stops)
        stop = CommandButton(self.action("cancel_copying"))
        names = ("classify_all", "cancel_classifying")
        known = SurveyRow(self.survey, *(CommandButton(self.action(name)) for name in names))
        return known, arriving, JobRow(self.copying, "Copying files", stop)

    def _build_browser(self) -> QWidget:
        self.views.setMinimumWidth(LEAST_PART_PX)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(2 * SPACING_PX)
        self._splitter.addWidget(self.pictures.browser)
        self._splitter.addWidget(self.views)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.splitterMoved.connect(self._note_share)
        self._splitter.installEventFilter(self)
        self._grid_share = GRID_SHARE
        left = QWidget()
        in_column(self.tabs, (self._splitter, 1), of=left, spacing=SPACING_PX // 2)
        browser = QWidget()
        in_row((left, 1), self.inspector, of=browser, spacing=2 * SPACING_PX)
        self._share_room()
        return browser

    # How the grid and the other parts share the width.

    @property
    def has_room_for_both(self) -> bool:
        """Whether the grid stays beside the other parts."""
        return self._splitter.width() >= LEAST_BOTH_PX

    def _share_room(self) -> None:
        is_alone = self.part is self.pictures
        self.views.setVisible(not is_alone)
        self.pictures.browser.setVisible(is_alone or self.has_room_for_both)
        if not is_alone and self.has_room_for_both:
            room = self._splitter.width() - self._splitter.handleWidth()
            grid = round(room * self._grid_share)
            self._splitter.setSizes([grid, room - grid])

    def _note_share(self) -> None:
        sizes = self._splitter.sizes()
        self._grid_share = sizes[0] / max(sum(sizes), 1)

    def _make_room_for_pick(self) -> None:
        """Show the grid when pictures were picked out of a part that covers it."""
        picked = self.state.picked
        if picked is not self._picked and picked is not None and not self.has_room_for_both:
            self.show_part("pictures")
        self._picked = picked

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._splitter:
            self._share_room()
        return super().eventFilter(watched, event)

    def _build_inspector(self) -> QWidget:
        self._title = plain_label()
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._facts = plain_label(wraps=True, is_quiet=True)
        self.open_button = QPushButton(icon("open-folder", self.palette()), "Open folder…")
        self.open_button.setMinimumHeight(28)
        self.open_button.clicked.connect(self.ask_for_folder)
        self.layout_button: QPushButton = QPushButton("Read as")
        self.layout_button.setToolTip("Choose what the folders and the names of the files mean")
        self.layout_button.setMinimumHeight(28)
        self.layout_menu = QMenu(self.layout_button)
        self.layout_button.setMenu(self.layout_menu)
        self.left_out_button = CommandButton(self.action("left_out"))
        inspector = Inspector()
        inspector.column.addLayout(in_row((self._title, 1), self.open_button))
        inspector.column.addWidget(self._facts)
        inspector.column.addLayout(in_row(self.layout_button, self.left_out_button, 1))
        inspector.column.addWidget(self.panels, stretch=1)
        return inspector

    @Slot()
    def _show_dataset(self) -> None:
        dataset = self.state.dataset
        if dataset is None:
            self._stack.setCurrentIndex(0)
            return
        name = printable_name(dataset.folder)
        room = INSPECTOR_WIDTH_PX - self.open_button.sizeHint().width() - SPACING_PX
        metrics = self._title.fontMetrics()
        self._title.setText(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room))
        self._title.setToolTip(printable_name(str(dataset.folder)))
        is_chosen = dataset.folder in self.state.layouts
        self._facts.setText(describe(dataset, is_chosen=is_chosen))
        self._fill_layout_menu(dataset)
        self.left_out_button.setVisible(bool(self.left_out))
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
    def _show_progress(self) -> None:
        folder = self.state.scanned_folder
        self.commands_changed.emit()
        self.progress.setVisible(folder is not None)
        if folder is not None:
            files = self.state.scanned_files
            found = f": {_many(files, 'file')}" if files else "…"
            name = shorten_name(printable_name(folder))
            self._progress_text.setText(f"Scanning “{name}”{found}")

    # What is done with a picture.

    def choose_current(self) -> None:
        """Make the current sample the current picture of all pages."""
        sample = self.state.current_sample
        if sample is not None:
            self.state.choose_sample(sample)

    def look_in(self, page: str, part: str = "") -> None:
        """Look at the current sample on another page."""
        self.choose_current()
        self.page_wanted.emit(page, part)

    @property
    def _selected_samples(self) -> Sequence[Sample]:
        dataset, state = self.state.dataset, self.state
        if dataset is None or state.current is None:
            return ()
        return [dataset.samples[place] for place in state.selected.tolist() or [state.current]]

    def copy_paths(self) -> None:
        """Put the paths of the selected samples into the clipboard, as text and as files."""
        files = [sample.path for sample in self._selected_samples]
        carried = QMimeData()
        carried.setText("\n".join(str(file) for file in files))
        carried.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        QGuiApplication.clipboard().setMimeData(carried)

    def copy_by_class(self) -> None:
        """Ask for a folder, and copy the selected samples into a folder there for each class."""
        files = [(sample.path, sample.label) for sample in self._selected_samples]
        target = ask_for_folder(self, "Copy the pictures into folders by class in…")
        if target is not None:
            self.copying.copy(files, target, unnamed="no label")

    def show_in_folder(self) -> None:
        """Open the folder of the current sample."""
        sample = self.state.current_sample
        if sample is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(sample.path.parent)))
            where = printable_name(str(sample.path))
            self._notices.hint(f"The picture is “{where}”.", topic="picture")

    def show_everything(self) -> None:
        """Take back the pick, or else the choices and the search."""
        if self.state.picked is not None:
            self.state.clear_pick()
        else:
            self.state.reset_choices()

    def _copy(self, file: PictureFile) -> None:
        QGuiApplication.clipboard().setImage(image_of(file.picture))

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("picture")
        menu.addActions([self.action(one.name) for one in PICTURE_COMMANDS])
        if self.has_part("health"):
            menu.addSeparator()
            menu.addActions([self.action(one.name) for one in DECISIONS])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.grid.viewport().mapToGlobal(place))

    def find_names(self) -> None:
        """Put the cursor into the search field."""
        if not self.pictures.browser.isVisible():
            self.show_part("pictures")
        self.pictures.find_names()


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
