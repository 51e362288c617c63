"""F1: a small window beside the page that says what it is for and what the hand can do."""

from collections.abc import Iterable, Sequence
from html import escape

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPalette
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from explorer.core.desktop.page_help import HelpRow, PageHelp
from explorer.views.common.command import keys_of
from explorer.views.common.layouts import in_column
from explorer.views.common.theme import SPACING_PX, text_scale

WIDTH_PX = 400
HEIGHT_PX = 640
LEAST_HEIGHT_PX = 240
CELL = "padding: 3px 8px 3px 0px"
ARROWS = ("Left", "Right", "Up", "Down")


class HelpSheet(QWidget):
    """Explains a page; the window that it belongs to can be used as before.

    Parameters
    ----------
    window : QWidget
        To which it belongs.
    page : QWidget
        The part of the window that it may cover where the screen has no room beside the window.

    Signals
    -------
    closed()
        It is gone from the screen.
    """

    closed = Signal()

    def __init__(self, window: QWidget, page: QWidget) -> None:
        # A tool window stays above its own, whose keys go on working while it has the keyboard.
        super().__init__(window, Qt.WindowType.Tool)
        self._window = window
        self._page = page
        self._is_placed = False
        self.browser = QTextBrowser()
        self.browser.setAccessibleName("About this page")
        self.browser.setFrameShape(QFrame.Shape.NoFrame)
        self.browser.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self.browser.document().setDocumentMargin(2 * SPACING_PX)
        self.browser.document().setIndentWidth(2 * SPACING_PX)
        in_column(self.browser, of=self)
        self.setFocusProxy(self.browser)
        self.browser.installEventFilter(self)

    def show_page(self, told: PageHelp, shortcuts: Sequence[tuple[str, str]]) -> None:
        """Say what there is to say about a page.

        Parameters
        ----------
        told : PageHelp
        shortcuts : sequence of (str, str)
            The names and keys of what stands in the menus.
        """
        self.setWindowTitle(f"{told.title}: what this page is for")
        self.browser.setHtml(_write(told, shortcuts))

    def open(self) -> None:
        """Show it, beside its window where the screen has room, and give it the keyboard."""
        if not self._is_placed:
            self._is_placed = True  # from now on it stays where a person has moved it
            self._place()
        self.show()
        self.raise_()
        self.activateWindow()
        self.browser.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def _place(self) -> None:
        window, screen = self._window.frameGeometry(), self._window.screen().availableGeometry()
        corner = self._page.mapToGlobal(QPoint(SPACING_PX, SPACING_PX))
        frame = self._window.geometry().topLeft() - window.topLeft()
        room = min(screen.bottom() - corner.y(), window.bottom() - corner.y()) - frame.y()
        size = QSize(WIDTH_PX, HEIGHT_PX) * text_scale(self.font())
        self.resize(size.boundedTo(QSize(screen.width(), max(room, LEAST_HEIGHT_PX))))
        if window.right() + self.width() <= screen.right():
            corner.setX(window.right() + 1)
        elif window.left() - self.width() >= screen.left():
            corner.setX(window.left() - self.width())
        # Else over what goes into the page, rather than over what is worked with at the right.
        self.move(corner)

    # Qt overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Else the window's Copy would have the key, and copy what stands on the page.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_for_text = event.matches(QKeySequence.StandardKey.Copy)
            if is_for_text and self.browser.textCursor().hasSelection():
                event.accept()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if self._window.isVisible():
            self._window.activateWindow()  # whose focus is where it was
        self.closed.emit()


def describe_keys(keys: Sequence[str]) -> str:
    """Return keys as a person reads them: "Shift+Arrow keys", "Home, End".

    Parameters
    ----------
    keys : sequence of str
        As Qt writes them on every platform.
    """
    if len(keys) == len(ARROWS):
        for modifiers in {key.rpartition("+")[0] for key in keys}:
            before = f"{modifiers}+" if modifiers else ""
            if {f"{before}{arrow}" for arrow in ARROWS} == set(keys):
                return f"{_native(f'{before}Left').removesuffix(_native('Left'))}Arrow keys"
    return ", ".join(map(_native, keys))


def _native(keys: str) -> str:
    return keys_of(QKeySequence.fromString(keys)).replace("-", "−" if keys == "-" else "-")


def _write(told: PageHelp, shortcuts: Sequence[tuple[str, str]]) -> str:
    first = "".join(f"<li>{escape(sentence)}</li>" for sentence in told.first)
    parts = [f"<h2>{escape(told.title)}</h2><p>{escape(told.purpose)}</p>"]
    parts.append(f"<h4>Try first</h4><ol>{first}</ol>")
    if told.terms:
        words = (f"<p><b>{escape(term)}</b>: {escape(text)}</p>" for term, text in told.definitions)
        parts.append(f"<h4>Terms</h4>{''.join(words)}")
    parts += [_write_table(group.where, map(_read, group.rows)) for group in told.groups]
    parts.append(_write_table("In the menus", [(keys, name) for name, keys in shortcuts]))
    return "".join(parts)


def _read(row: HelpRow) -> tuple[str, str]:
    return row.by or describe_keys(row.keys), row.does


def _write_table(title: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = (
        f"<tr><td width='40%' style='{CELL}'>{escape(by)}</td>"
        f"<td style='{CELL}'>{escape(does)}</td></tr>"
        for by, does in rows
    )
    table = f"<table width='100%' cellspacing='0'>{''.join(lines)}</table>"
    return f"<h4>{escape(title)}</h4>{table}"
