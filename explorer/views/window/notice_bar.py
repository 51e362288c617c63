"""The bar over the page that shows one notice: a sentence and a way to close it."""

from PySide6.QtCore import QEvent, QObject, QRectF
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPalette, QPen, QShowEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from explorer.state.shared.notices import Notice
from explorer.state.shared.timers import make_timer
from explorer.views.common.controls.focus_return import FocusReturn
from explorer.views.common.controls.icon_button import IconButton
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_row
from explorer.views.common.theme import SPACING_PX, faint, icon, text_scale

_WARNING = QColor(230, 159, 0)
_TINT_SHARE = 0.25
_EDGE_SHARE = 0.6

HINT_S, WARNING_S = 8.0, 30.0
"""How long a notice is seen before it leaves; longer, where it can be answered."""
WIDEST_PX = 720


class NoticeBar(QWidget):
    """Shows the newest notice until it has been read, is closed or withdrawn, or another comes.

    It lies over the bottom of the page, so that nothing moves when it comes and goes. Its time runs
    only while a person can read it: not in a window behind another one, and not while the mouse or
    the focus is on it. One about the program itself stays until it is closed.

    Parameters
    ----------
    covered : QWidget
        What it lies over.
    """

    def __init__(self, covered: QWidget) -> None:
        super().__init__(covered)
        self._covered = covered
        self._sign = QLabel()
        self._text = plain_label(wraps=True, is_selectable=True)
        self._text.setMinimumWidth(1)  # a long name must not make the window as wide
        self.action_button = QPushButton()
        self.action_button.clicked.connect(self._on_action)
        self._notice: Notice | None = None
        self._time = make_timer(self, 1, self._leave)
        self._page = ""
        self.close_button = IconButton("close", "Close this notice", is_flat=True)
        self.close_button.clicked.connect(self._close)
        self._row = in_row(
            self._sign, (self._text, 1), self.action_button, self.close_button, of=self
        )
        self._row.setContentsMargins(SPACING_PX, SPACING_PX // 2, SPACING_PX, SPACING_PX // 2)
        self._focus = FocusReturn(self)
        self._tint_sign()
        covered.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown; empty while the bar is hidden."""
        return "" if self.isHidden() else self._text.text()

    def show_notice(self, notice: Notice) -> None:
        """Show a notice in place of the one before."""
        self._notice = notice
        self.action_button.setText(notice.action_text)
        self.action_button.setVisible(bool(notice.action_text))
        self._tint_sign()
        self._text.setText(notice.sentence)
        self.update()
        self._show_where_it_belongs()
        if self.isVisible():
            self._begin()

    def withdraw(self, topic: str) -> None:
        """Close the notice if it is about this topic."""
        if self._notice is not None and self._notice.topic == topic:
            self._close()

    def set_page(self, name: str) -> None:
        """Say which page is shown below: some notices speak of one alone."""
        self._page = name
        self._show_where_it_belongs()

    @property
    def _is_warning(self) -> bool:
        return self._notice is not None and self._notice.is_warning

    def _tint_sign(self) -> None:
        sign = icon("warning" if self._is_warning else "info", self.palette())
        self._sign.setPixmap(sign.pixmap(20, 20))

    def _show_where_it_belongs(self) -> None:
        notice = self._notice
        self.setVisible(notice is not None and notice.page in ("", self._page))

    def _close(self) -> None:
        self._focus.give_back()
        self._notice = None
        self._show_where_it_belongs()

    def _on_action(self) -> None:
        action = None if self._notice is None else self._notice.action
        if action is not None:
            self._close()
            action()

    def _begin(self) -> None:
        """Take its place, in front; from now on it is read."""
        self._place()
        self.raise_()
        notice = self._notice
        if notice is None or notice.topic == "program":
            self._time.stop()
            return
        is_short = not notice.is_warning and notice.action is None
        self._time.start(round(1000 * (HINT_S if is_short else WARNING_S)))

    def _leave(self) -> None:
        focused = QApplication.focusWidget()
        is_held = self.underMouse() or (focused is not None and self.isAncestorOf(focused))
        if is_held or not self.isActiveWindow():
            self._time.start()  # once more
        else:
            self._close()

    def _place(self) -> None:
        room = self._covered.rect()
        self._row.activate()
        text = self._text.fontMetrics().boundingRect(self._text.text()).width()
        wanted = self._row.minimumSize().width() + text + SPACING_PX
        widest = min(room.width() - 4 * SPACING_PX, round(WIDEST_PX * text_scale(self.font())))
        width = min(wanted, widest)
        height = self._row.totalHeightForWidth(width)
        left = (room.width() - width) // 2
        self.setGeometry(left, room.height() - height - SPACING_PX, width, height)

    # Qt overrides.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._begin()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._time.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._covered:
            self._place()
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint_sign()
        elif event.type() == QEvent.Type.FontChange:
            self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Covering what is behind, so that texts keep their contrast, light and dark.
        color = _WARNING if self._is_warning else self.palette().highlight().color()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(faint(color, _EDGE_SHARE)))
        for fill in (self.palette().color(QPalette.ColorRole.Window), faint(color, _TINT_SHARE)):
            painter.setBrush(fill)
            painter.drawRoundedRect(box, SPACING_PX / 2, SPACING_PX / 2)
        painter.end()
