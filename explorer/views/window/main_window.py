"""The window: the pages at the left, the page, the notice over it, the status below."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPaintEvent,
    QShortcut,
    QShowEvent,
    QUndoGroup,
)
from PySide6.QtWidgets import QFileDialog, QLabel, QMainWindow, QWidget

from explorer.views.common.command import Command
from explorer.views.common.dialogs.folder_dialogs import ask_for_dataset, ask_for_model, ask_for_run
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column
from explorer.views.common.page import Page
from explorer.views.common.page_spec import PageSpec
from explorer.views.common.theme import SPACING_PX, app_icon, make_quiet_text_readable
from explorer.views.window.commands import list_page_commands, list_stand_ins, list_window_commands
from explorer.views.window.drop_hint import DropHint
from explorer.views.window.drop_payload import (
    DropPayload,
    carries_model,
    describe_drop,
    has_payload,
    read_payload,
)
from explorer.views.window.guides import Guides
from explorer.views.window.menus import Menus
from explorer.views.window.model_menu import ModelMenu
from explorer.views.window.notice_bar import NoticeBar
from explorer.views.window.page_bar import PageBar
from explorer.views.window.page_stack import PageStack
from explorer.views.window.picture_menu import PictureMenu

FIRST_SIZE = QSize(1280, 800)
FRAME_SIZE = QSize(16, 48)
"""Room for the frame and the title around a window, whose size is not known before it stands."""

_SIDE_KEYS = {Qt.MouseButton.BackButton: -1, Qt.MouseButton.ForwardButton: 1}


class MainWindow(QMainWindow):
    """Holds the pages, the menus and the bars.

    Parameters
    ----------
    specs : sequence of PageSpec
        The pages, in their order.
    build : callable
        Makes a page of its spec, when it is shown first.

    Attributes
    ----------
    pages : PageStack
    picture_menu : PictureMenu
        Has signals of its own for recent files and the webcam; a chosen file is carried in.
    model_menu : ModelMenu
        Has signals of its own.
    may_close : callable
        Asked before the window closes; whoever has a reason asks a person.
    can_go_back, can_go_forward : bool
        Whether there is a place to go to.
    guides : Guides
        Ctrl+K and F1.
    undo_group : QUndoGroup
        What Undo undoes: that of the page shown, or else of the one shown before.

    Signals
    -------
    payload_received(DropPayload)
        Something was dropped, pasted or chosen in a dialog.
    dataset_wanted(Path)
        A folder is to be opened as a dataset.
    model_expected()
        A model is over the window, or being looked for: what reads it may get ready.
    page_shown(str)
        Another page is shown.
    inspector_toggled()
        The inspector was shown or hidden.
    history_wanted(int)
        A person wants to go back, -1, or forward again, 1.
    first_painted()
        The window stands on the screen.
    closing()
        The window is about to close.
    """

    payload_received = Signal(object)
    dataset_wanted = Signal(object)
    model_expected = Signal()
    page_shown = Signal(str)
    inspector_toggled = Signal()
    history_wanted = Signal(int)
    first_painted = Signal()
    closing = Signal()

    def __init__(
        self, specs: Sequence[PageSpec[Any]], build: Callable[[PageSpec[Any]], Page]
    ) -> None:
        super().__init__()
        self.setWindowTitle("ConvNet Explorer")
        self.setWindowIcon(app_icon())
        self.setAcceptDrops(True)
        self.resize(self._first_size())
        self._is_painted = False
        self.can_go_back = self.can_go_forward = False
        self.undo_group = QUndoGroup(self)
        self.pages = PageStack(specs, build, self.undo_group)
        self._center = QWidget()
        self.notice_bar = NoticeBar(self._center)
        in_column(self.pages, of=self._center)
        self.setCentralWidget(self._center)
        self.picture_label, self.prediction_label = self._add_label(), self._add_label()
        self.training_label = self._add_label(is_permanent=True)
        self.process_label = self._add_label(is_permanent=True)
        self.may_close: Callable[[], bool] = lambda: True
        self._build_menus(specs)
        self._drop_hint = DropHint(self._center)
        self.pages.pictures_chosen.connect(lambda paths: self._carry(paths, are_pictures=True))
        self.pages.page_wanted.connect(self.show_part)
        undo = self.undo_group
        for changed in (
            *(undo.canUndoChanged, undo.canRedoChanged),
            *(undo.undoTextChanged, undo.redoTextChanged),
        ):
            changed.connect(lambda value: self._menus.refresh())

    def _build_menus(self, specs: Sequence[PageSpec[Any]]) -> None:
        self._menus = menus = Menus(self.menuBar(), list_stand_ins(), self)
        menus.add((*list_page_commands(specs), *list_window_commands()), self)
        bar = PageBar({spec: menus.action(f"show_{spec.name}") for spec in specs}, self)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, bar)
        self.picture_menu = PictureMenu(menus.action("open_picture"), menus.action("paste"), self)
        self.picture_menu.file_wanted.connect(lambda path: self._carry([path], are_pictures=True))
        self.model_menu = ModelMenu(menus.action("open_model"), self)
        menus.insert(self.picture_menu)
        menus.insert(self.model_menu)
        self.guides = Guides(self, self._center, menus, (self.picture_menu, self.model_menu))
        # Where no place is left to go to, the keys do nothing, rather than what arrows do where
        # the focus is: move a list, choose another picture.
        self._nowhere = [QShortcut(QKeySequence(keys), self) for keys in ("Alt+Left", "Alt+Right")]
        self.allow_history(back=False, forward=False)

    def _add_label(self, *, is_permanent: bool = False) -> QLabel:
        label = plain_label(is_selectable=True)
        label.setContentsMargins(SPACING_PX, 0, SPACING_PX, 0)
        add = self.statusBar().addPermanentWidget if is_permanent else self.statusBar().addWidget
        add(label)
        return label

    def _first_size(self) -> QSize:
        """Return the size that is wished for, as far as the screen has room for it."""
        if QGuiApplication.platformName() == "offscreen":  # drawn into a file: no screen in the way
            return FIRST_SIZE
        return FIRST_SIZE.boundedTo(self.screen().availableGeometry().size() - FRAME_SIZE)

    # Pages.

    @property
    def page_name(self) -> str:
        """The name of the page shown."""
        return self.pages.shown_name

    def page(self, name: str) -> Page:
        """Return a page, built now if it was not before."""
        return self.pages.page(name)

    def show_page(self, name: str) -> None:
        """Show a page."""
        page = self.pages.show_page(name)
        self._menus.show_page(page)
        self.notice_bar.set_page(name)
        page.enter()
        self.page_shown.emit(name)

    def show_part(self, name: str, part: str) -> None:
        """Show a part of a page; empty: as it was left."""
        if part:
            self.page(name).show_part(part)
        self.show_page(name)

    @property
    def is_inspector_shown(self) -> bool:
        """Whether the pages show their inspectors."""
        return self.pages.is_inspector_shown

    def show_inspector(self, is_shown: bool) -> None:
        """Show or hide the inspectors of all pages."""
        if is_shown != self.is_inspector_shown:
            self.pages.show_inspectors(is_shown)
            self._menus.refresh()
            self.inspector_toggled.emit()

    # What others tell it.

    def come_to_front(self) -> None:
        """Show the window above the others, as far as the desktop lets it."""
        if self.isMinimized():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def allow_history(self, *, back: bool, forward: bool) -> None:
        """Say whether there is a place to go back to, and one to go forward to."""
        self.can_go_back, self.can_go_forward = back, forward
        for nowhere, is_possible in zip(self._nowhere, (back, forward), strict=True):
            nowhere.setEnabled(not is_possible)
        self._menus.refresh()

    def add_commands(self, commands: Iterable[Command[Any]], target: object) -> None:
        """Put commands of somebody else's into the menus that they name."""
        self._menus.add(commands, target)

    # Commands.

    def open_pictures(self) -> None:
        """Ask for pictures to open."""
        names, _ = QFileDialog.getOpenFileNames(self, "Open picture")
        self._carry([Path(name) for name in names], are_pictures=True)

    def open_dataset(self) -> None:
        """Ask for a folder to open as a dataset."""
        folder = ask_for_dataset(self)
        if folder is not None:
            self.dataset_wanted.emit(folder)

    def open_model(self) -> None:
        """Ask for a model file to open."""
        self.model_expected.emit()
        file = ask_for_model(self)
        self._carry([] if file is None else [file])

    def open_run(self) -> None:
        """Ask for a run folder or a SavedModel to open."""
        folder = ask_for_run(self)
        self._carry([] if folder is None else [folder])

    def paste(self) -> None:
        """Open what is in the clipboard."""
        carried = read_payload(QGuiApplication.clipboard().mimeData())
        self.payload_received.emit(replace(carried, is_pasted=True))

    def undo(self) -> None:
        """Undo what was done last on the page shown."""
        self.undo_group.undo()

    def redo(self) -> None:
        """Do again what was undone last on the page shown."""
        self.undo_group.redo()

    def toggle_full_screen(self) -> None:
        """Fill the screen, or not any more."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def _carry(self, paths: Sequence[Path], *, are_pictures: bool = False) -> None:
        if paths:
            self.payload_received.emit(DropPayload(paths=tuple(paths), are_pictures=are_pictures))

    # Qt overrides.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            # Not now: what is on its way to the other widgets is the palette without it.
            QTimer.singleShot(0, make_quiet_text_readable)
        if event.type() == QEvent.Type.WindowStateChange:
            self.pages.set_presentation(self.isFullScreen())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # What nothing on the page had a use for.
        if event.key() == Qt.Key.Key_Escape and self.guides.is_sheet_shown:
            self.guides.close()
        elif event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.toggle_full_screen()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.windowHandle().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The keys at the side of a mouse, before a widget under it gets them: a list would take
        # them for a click.
        if isinstance(event, QMouseEvent) and event.button() in _SIDE_KEYS:
            if event.type() == QEvent.Type.MouseButtonPress:
                self.history_wanted.emit(_SIDE_KEYS[event.button()])
            return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            self.first_painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_close():
            event.ignore()
            return
        self.closing.emit()
        self.guides.close()
        self.pages.set_presentation(False)
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if has_payload(event.mimeData()):
            event.acceptProposedAction()
            self._drop_hint.show_sentence(describe_drop(event.mimeData(), self.page_name))
            if carries_model(event.mimeData()):
                self.model_expected.emit()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_hint.hide()
        event.acceptProposedAction()
        self.payload_received.emit(read_payload(event.mimeData()))
