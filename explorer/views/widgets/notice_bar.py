"""The bar above the page that shows one notice: a sentence and a way to close it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from explorer.state.notices import Notice
from explorer.views.look import SPACING_PX, icon
from explorer.views.widgets.focus_return import FocusReturn


class NoticeBar(QWidget):
    """Shows the newest notice until it is closed or another comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.ToolTipBase)
        self._sign = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setForegroundRole(QPalette.ColorRole.ToolTipText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.action_button = QPushButton()
        self.action_button.clicked.connect(self._on_action)
        self._notice: Notice | None = None
        close = QToolButton()
        close.setAutoRaise(True)
        close.setIcon(icon("close", self.palette()))
        close.setToolTip("Close this notice")
        close.setAccessibleName("Close this notice")
        close.setMinimumSize(28, 28)
        close.clicked.connect(self._close)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING_PX, SPACING_PX // 2, SPACING_PX, SPACING_PX // 2)
        layout.addWidget(self._sign)
        layout.addWidget(self._text, stretch=1)
        layout.addWidget(self.action_button)
        layout.addWidget(close)
        self._focus = FocusReturn(self)
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
        name = "warning" if notice.is_warning else "info"
        self._sign.setPixmap(icon(name, self.palette()).pixmap(20, 20))
        self._text.setText(notice.sentence)
        self.show()

    def _close(self) -> None:
        self._focus.give_back()
        self.hide()

    def _on_action(self) -> None:
        if self._notice is not None and self._notice.action is not None:
            self._close()
            self._notice.action()
