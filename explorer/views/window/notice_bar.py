"""The bar above the page that shows one notice: a sentence and a way to close it."""

import time

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from explorer.state.shared.notices import Notice
from explorer.views.common.controls.focus_return import FocusReturn
from explorer.views.common.controls.icon_button import IconButton
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_row
from explorer.views.common.theme import SPACING_PX, faint, icon

_WARNING = QColor(230, 159, 0)
_TINT_SHARE = 0.25

HINT_S, WARNING_S = 8.0, 30.0
"""How long a notice stays at least, to be read."""


class NoticeBar(QWidget):
    """Shows the newest notice until it is closed, withdrawn, outdated, or another comes."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = QLabel()
        self._text = plain_label(wraps=True, is_selectable=True)
        self._text.setMinimumWidth(1)  # a long name must not make the window as wide
        self.action_button = QPushButton()
        self.action_button.clicked.connect(self._on_action)
        self._notice: Notice | None = None
        self._shown_at = 0.0
        self._page = ""
        self.close_button = IconButton("close", "Close this notice", is_flat=True)
        self.close_button.clicked.connect(self._close)
        layout = in_row(self._sign, (self._text, 1), self.action_button, self.close_button, of=self)
        layout.setContentsMargins(SPACING_PX, SPACING_PX // 2, SPACING_PX, SPACING_PX // 2)
        self._focus = FocusReturn(self)
        self._tint_sign()
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown; empty while the bar is hidden."""
        return "" if self.isHidden() else self._text.text()

    def show_notice(self, notice: Notice) -> None:
        """Show a notice in place of the one before."""
        self._notice = notice
        self._shown_at = time.monotonic()
        self.action_button.setText(notice.action_text)
        self.action_button.setVisible(bool(notice.action_text))
        self._tint_sign()
        self._text.setText(notice.sentence)
        self.update()
        self._show_where_it_belongs()

    def withdraw(self, topic: str) -> None:
        """Close the notice if it is about this topic."""
        if self._notice is not None and self._notice.topic == topic:
            self._close()

    def outdate(self) -> None:
        """Close a notice of long ago: a person has gone on to something else since."""
        notice = self._notice
        if notice is not None and notice.topic != "program":
            is_short = not notice.is_warning and notice.action is None
            least_s = HINT_S if is_short else WARNING_S
            if time.monotonic() - self._shown_at > least_s:
                self._close()

    def set_page(self, name: str) -> None:
        """Say which page is shown below: some notices speak of one alone."""
        self._page = name
        self._show_where_it_belongs()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        # Covering what is behind, so that texts keep their contrast, light and dark.
        color = _WARNING if self._is_warning else self.palette().highlight().color()
        painter.fillRect(self.rect(), faint(color, _TINT_SHARE))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint_sign()

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
