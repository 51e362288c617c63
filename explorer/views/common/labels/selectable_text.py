"""Text that can be selected with the mouse and copied with the usual key."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLabel


class SelectableText(QObject):
    """Makes a label's text selectable; while some of it is, the key for Copy copies that.

    By itself Qt would give the key to the menu's Copy, which copies a picture.
    """

    def __init__(self, label: QLabel) -> None:
        super().__init__(label)
        self._label = label
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.installEventFilter(self)

    # Qt overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_for_text = event.matches(QKeySequence.StandardKey.Copy)
            if is_for_text and self._label.hasSelectedText():
                event.accept()
                return True
        return False
