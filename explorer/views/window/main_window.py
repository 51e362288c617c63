"""The window: the pages at the left, the page, the notice above it, the status below."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
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
    QUndoStack,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QLabel,
    QMainWindow,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from explorer.core.desktop.page_help import read_page_help
from explorer.state.shared.notices import Notice
from explorer.views.common.labels.selectable_text import SelectableText
from explorer.views.common.theme import (
    ICON_EDGE_PX,
    SPACING_PX,
    app_icon,
    icon,
    make_quiet_text_readable,
)
from explorer.views.window.command_palette import CommandPalette
from explorer.views.window.commands import list_commands, list_shortcuts
from explorer.views.window.drop_hint import DropHint
from explorer.views.window.drop_payload import DropPayload, describe_drop, has_payload, read_payload
from explorer.views.window.export_menus import ExportMenus
from explorer.views.window.help_sheet import HelpSheet
from explorer.views.window.model_menu import ModelMenu
from explorer.views.window.notice_bar import NoticeBar
from explorer.views.window.picture_menu import PictureMenu
from explorer.views.window.presentation import Presentation

PageFactory = Callable[[], QWidget]

SMALLEST_PAGE_PX = 240
FIRST_SIZE = QSize(1280, 800)
FRAME_SIZE = QSize(16, 48)
"""Room for the frame and the title around a window, whose size is not known before it stands."""


_SIDE_KEYS = {Qt.MouseButton.BackButton: -1, Qt.MouseButton.ForwardButton: 1}


class MainWindow(QMainWindow):
    """Holds the pages; each is built when first shown.

    Parameters
    ----------
    pages : mapping of str to callable
        The pages' names in their order, and what builds each.
    undo_stack : QUndoStack

    Attributes
    ----------
    picture_menu : PictureMenu
        Has signals of its own for recent files and the webcam; a chosen file is carried in.
    model_menu : ModelMenu
        Has signals of its own.

    Signals
    -------
    payload_received(DropPayload)
        Something was dropped, pasted or chosen in a dialog.
    dataset_wanted(Path)
        A folder is to be opened as a dataset.
    page_shown(str)
        Another page is shown.
    inspector_toggled()
        The inspector was shown or hidden.
    undone()
        Something was undone or done again.
    history_wanted(int)
        A person wants to go back, -1, or forward again, 1.
    launcher_wanted(), about_wanted(), log_wanted(), reset_wanted()
        A person chose that in the Help menu.
    first_painted()
        The window stands on the screen.
    closing()
        The window is about to close.
    """

    payload_received = Signal(object)
    dataset_wanted = Signal(object)
    page_shown = Signal(str)
    inspector_toggled = Signal()
    undone = Signal()
    history_wanted = Signal(int)
    launcher_wanted = Signal()
    about_wanted = Signal()
    log_wanted = Signal()
    reset_wanted = Signal()
    first_painted = Signal()
    closing = Signal()

    def __init__(self, pages: Mapping[str, PageFactory], undo_stack: QUndoStack) -> None:
        super().__init__()
        self.setWindowTitle("ConvNet Explorer")
        self.setWindowIcon(app_icon())
        self.setAcceptDrops(True)
        self.resize(self._first_size())
        self._factories = dict(pages)
        self._built: dict[str, QWidget] = {}
        self._page_actions: dict[str, QAction] = {}
        self._is_painted = False
        self._is_inspector_shown = True
        self._presentation = Presentation()
        self._undo_stack = undo_stack
        self._palette: CommandPalette | None = None
        self._sheet: HelpSheet | None = None

        self.notice_bar = NoticeBar()
        self._stack = QStackedWidget()
        self._center = QWidget()
        layout = QVBoxLayout(self._center)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice_bar)
        layout.addWidget(_scrolled(self._stack), stretch=1)
        self.setCentralWidget(self._center)

        self.picture_label = QLabel()
        self.prediction_label = QLabel()
        self.process_label = QLabel()
        for label in (self.picture_label, self.prediction_label, self.process_label):
            label.setTextFormat(Qt.TextFormat.PlainText)
            SelectableText(label)
            label.setContentsMargins(SPACING_PX, 0, SPACING_PX, 0)
        self.statusBar().addWidget(self.picture_label)
        self.statusBar().addWidget(self.prediction_label)
        self.statusBar().addPermanentWidget(self.process_label)

        self._bar = self._build_page_bar()
        self._build_menus()
        self._drop_hint = DropHint(self._center)

    @property
    def page_name(self) -> str:
        """The name of the page shown."""
        shown = self._stack.currentWidget()
        return next((name for name, page in self._built.items() if page is shown), "")

    def page(self, name: str) -> QWidget:
        """Return a page, built now if it was not before."""
        if name not in self._built:
            self._built[name] = self._factories[name]()
            self._stack.addWidget(self._built[name])
            self._apply_inspector(self._built[name])
        return self._built[name]

    def show_page(self, name: str) -> None:
        """Show a page."""
        self._stack.setCurrentWidget(self.page(name))
        self._page_actions[name].setChecked(True)
        self._keeping.show_page(self.page(name))
        self.notice_bar.set_page(name)
        self._fill_sheet()
        self.page_shown.emit(name)

    @property
    def is_inspector_shown(self) -> bool:
        """Whether the pages show their inspectors."""
        return self._is_inspector_shown

    def show_inspector(self, is_shown: bool) -> None:
        """Show or hide the inspectors of all pages."""
        if is_shown == self._is_inspector_shown:
            return
        self._is_inspector_shown = is_shown
        self._inspector_action.setChecked(is_shown)
        for page in self._built.values():
            self._apply_inspector(page)
        self.inspector_toggled.emit()

    def come_to_front(self) -> None:
        """Show the window above the others, as far as the desktop lets it."""
        if self.isMinimized():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def allow_history(self, *, back: bool, forward: bool) -> None:
        """Say whether there is a place to go back to, and one to go forward to."""
        ways = ((self._back_action, back), (self._forward_action, forward))
        for (action, is_possible), nowhere in zip(ways, self._nowhere, strict=True):
            action.setEnabled(is_possible)
            nowhere.setEnabled(not is_possible)

    def show_notice(self, notice: Notice) -> None:
        """Show a notice above the page."""
        self.notice_bar.show_notice(notice)

    def withdraw_notice(self, topic: str) -> None:
        """Close the notice if it is about this topic."""
        self.notice_bar.withdraw(topic)

    def _first_size(self) -> QSize:
        """Return the size that is wished for, as far as the screen has room for it."""
        if QGuiApplication.platformName() == "offscreen":  # drawn into a file: no screen in the way
            return FIRST_SIZE
        return FIRST_SIZE.boundedTo(self.screen().availableGeometry().size() - FRAME_SIZE)

    def _build_page_bar(self) -> QToolBar:
        bar = QToolBar("Pages")
        bar.setMovable(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        bar.setIconSize(QSize(ICON_EDGE_PX, ICON_EDGE_PX))
        bar.toggleViewAction().setEnabled(False)
        group = QActionGroup(self)
        for number, name in enumerate(self._factories, start=1):
            action = QAction(name.capitalize(), self)
            action.setCheckable(True)
            action.setShortcut(QKeySequence(f"Ctrl+{number}"))
            action.setToolTip(f"{name.capitalize()} (Ctrl+{number})")
            action.triggered.connect(lambda checked=False, name=name: self.show_page(name))
            group.addAction(action)
            bar.addAction(action)
            bar.widgetForAction(action).setMinimumSize(72, 56)
            self._page_actions[name] = action
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, bar)
        self._tint_icons(bar)
        return bar

    def _tint_icons(self, bar: QToolBar) -> None:
        for name, action in self._page_actions.items():
            action.setIcon(icon(name, bar.palette()))

    def _build_menus(self) -> None:
        file = self.menuBar().addMenu("&File")
        open_picture = self._add(
            file, "&Open picture…", self._open_pictures, QKeySequence.StandardKey.Open
        )
        self._add(file, "Open &dataset folder…", self._open_dataset, QKeySequence("Ctrl+Shift+O"))
        open_model = self._add(file, "Open &model…", self._open_model)
        file.addSeparator()
        end_of_saving = file.addSeparator()
        self._add(file, "&Quit", self.close, QKeySequence.StandardKey.Quit)

        edit = self.menuBar().addMenu("&Edit")
        undo = self._undo_stack.createUndoAction(self, "&Undo")
        undo.setShortcuts(QKeySequence.StandardKey.Undo)
        redo = self._undo_stack.createRedoAction(self, "&Redo")
        redo.setShortcuts(QKeySequence.StandardKey.Redo)
        for action in (undo, redo):
            action.triggered.connect(lambda: self.undone.emit())
        edit.addActions([undo, redo])
        edit.addSeparator()
        paste = self._add(edit, "&Paste picture", self._paste, QKeySequence.StandardKey.Paste)
        self._keeping = ExportMenus(file, end_of_saving, edit, paste)

        view = self.menuBar().addMenu("&View")
        view.addActions(list(self._page_actions.values()))
        view.addSeparator()
        self._back_action = self._add(view, "&Back", lambda: self.history_wanted.emit(-1))
        self._back_action.setShortcuts([QKeySequence("Alt+Left"), QKeySequence("Back")])
        self._forward_action = self._add(view, "F&orward", lambda: self.history_wanted.emit(1))
        self._forward_action.setShortcuts([QKeySequence("Alt+Right"), QKeySequence("Forward")])
        # Where no place is left to go to, the keys do nothing, rather than what arrows do where
        # the focus is: move a list, choose another picture.
        self._nowhere = [QShortcut(QKeySequence(keys), self) for keys in ("Alt+Left", "Alt+Right")]
        self.allow_history(back=False, forward=False)
        view.addSeparator()
        self._inspector_action = self._add(
            view, "&Inspector", self._toggle_inspector, QKeySequence("F9")
        )
        self._inspector_action.setCheckable(True)
        self._inspector_action.setChecked(True)
        self._add(
            view, "&Presentation on the full screen", self._toggle_full_screen, QKeySequence("F11")
        )

        self.picture_menu = PictureMenu(open_picture, paste, self)
        self.picture_menu.file_wanted.connect(lambda path: self._carry([path], are_pictures=True))
        self.menuBar().addMenu(self.picture_menu)
        self.model_menu = ModelMenu(open_model, self)
        self.menuBar().addMenu(self.model_menu)

        guide = self.menuBar().addMenu("&Help")
        self._explain_action = self._add(
            guide, "&Explain this page", self._toggle_sheet, QKeySequence.StandardKey.HelpContents
        )
        self._explain_action.setCheckable(True)
        self._find_action = self._add(
            guide, "&Find a command…", self._find_command, QKeySequence("Ctrl+K")
        )
        guide.addSeparator()
        self._add(guide, "Show &log", self.log_wanted.emit)
        self._add(guide, "&Reset…", self.reset_wanted.emit)
        self._add(guide, "&Add to the applications menu", self.launcher_wanted.emit)
        guide.addSeparator()
        self._add(guide, "A&bout ConvNet Explorer", self.about_wanted.emit)

    def _add(
        self,
        menu: QMenu,
        text: str,
        action: Callable[[], object],
        shortcut: QKeySequence | QKeySequence.StandardKey | None = None,
    ) -> QAction:
        made = QAction(text, self)
        made.triggered.connect(lambda: action())
        if isinstance(shortcut, QKeySequence.StandardKey):
            made.setShortcuts(shortcut)
        elif shortcut is not None:
            made.setShortcut(shortcut)
        menu.addAction(made)
        return made

    def _open_pictures(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Open picture")
        self._carry([Path(name) for name in names], are_pictures=True)

    def _open_dataset(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open a folder of pictures as a dataset")
        if name:
            self.dataset_wanted.emit(Path(name))

    def _open_model(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open a run folder made by train.py")
        self._carry([Path(name)] if name else [])

    def _carry(self, paths: list[Path], *, are_pictures: bool = False) -> None:
        if paths:
            self.payload_received.emit(DropPayload(paths=tuple(paths), are_pictures=are_pictures))

    def _paste(self) -> None:
        carried = read_payload(QGuiApplication.clipboard().mimeData())
        self.payload_received.emit(replace(carried, is_pasted=True))

    def _find_command(self) -> None:
        if self._palette is None:  # not needed to start
            self._palette = CommandPalette(self)
        page = self.page(self.page_name)
        self._palette.open(lambda: list_commands(self.menuBar(), page, without=self._find_action))

    @property
    def command_palette(self) -> CommandPalette | None:
        """The list that finds commands; None before it was opened first."""
        return self._palette

    @property
    def help_sheet(self) -> HelpSheet | None:
        """What explains the page; None before it was opened first."""
        return self._sheet

    def _toggle_sheet(self) -> None:
        if self._sheet is None:  # not needed to start
            self._sheet = HelpSheet(self, self._center)
            self._sheet.closed.connect(lambda: self._explain_action.setChecked(False))
        if self._sheet.isVisible():
            self._sheet.close()
        else:
            self._explain_action.setChecked(True)
            self._sheet.open()
            self._fill_sheet()

    def _fill_sheet(self) -> None:
        """Let the sheet, where it is open, speak of the page shown."""
        if self._sheet is not None and self._sheet.isVisible():
            shortcuts = list_shortcuts(self.menuBar(), without=self._keeping.stand_ins)
            self._sheet.show_page(read_page_help(self.page_name), shortcuts)

    def _toggle_inspector(self) -> None:
        self.show_inspector(not self._is_inspector_shown)

    def _apply_inspector(self, page: QWidget) -> None:
        inspector = getattr(page, "inspector", None)
        if isinstance(inspector, QWidget):
            inspector.setVisible(self._is_inspector_shown)
            self._presentation.fit_inspector(inspector)

    def _toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    # Qt overrides.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._page_actions:
            self._tint_icons(self._bar)
            # Not now: what is on its way to the other widgets is the palette without it.
            QTimer.singleShot(0, make_quiet_text_readable)
        if event.type() == QEvent.Type.WindowStateChange:
            self._presentation.set_on(self.isFullScreen())
            for page in self._built.values():
                self._apply_inspector(page)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # What nothing on the page had a use for.
        if event.key() == Qt.Key.Key_Escape and self._sheet is not None and self._sheet.isVisible():
            self._sheet.close()
        elif event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self._toggle_full_screen()
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
        self.closing.emit()
        if self._sheet is not None:
            self._sheet.close()
        self._presentation.set_on(False)
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if has_payload(event.mimeData()):
            event.acceptProposedAction()
            self._drop_hint.show_sentence(describe_drop(event.mimeData(), self.page_name))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_hint.hide()
        event.acceptProposedAction()
        self.payload_received.emit(read_payload(event.mimeData()))


def _scrolled(pages: QWidget) -> QScrollArea:
    """Return an area that scrolls the pages where a screen is too small for them."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    area.setWidget(pages)
    pages.setAutoFillBackground(False)  # the area's ground is enough
    area.setMinimumSize(SMALLEST_PAGE_PX, SMALLEST_PAGE_PX)
    return area
