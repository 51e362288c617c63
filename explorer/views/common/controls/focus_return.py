"""Returns the focus to where it was before it entered a widget that is about to hide."""

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication, QWidget

# Another window, or a menu, gives the focus back on its own: that is no coming.
_RETURNS = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class FocusReturn(QObject):
    """Remembers from where, and how, the focus entered a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._before: QWidget | None = None
        self._reason = Qt.FocusReason.OtherFocusReason
        for part in widget.findChildren(QWidget):
            part.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    def give_back(self) -> None:
        """Put the focus back, visibly if it had come by the keyboard.

        To be called before the widget hides: Qt would then move the focus to the next one, as if
        Tab had been pressed.
        """
        focused = QApplication.focusWidget()
        if focused is None or not self._widget.isAncestorOf(focused):
            return
        before = self._before
        if before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus(self._reason)
        else:
            focused.clearFocus()

    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        is_coming = new is not None and self._widget.isAncestorOf(new)
        # None is another window's: what was remembered before is still true.
        if is_coming and old is not None and not self._widget.isAncestorOf(old):
            self._before = old

    # Qt overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.gotFocus() and event.reason() not in _RETURNS:
            self._reason = event.reason()
        return False
