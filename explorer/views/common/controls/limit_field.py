"""A field for one number of any size: displayed rounded, edited exactly."""

from math import isfinite

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from explorer.views.common.controls.number_box import HEIGHT_PX, leave_undo_to_window
from explorer.views.common.theme import format_number

MAX_LIMIT = 1e30


class LimitField(QLineEdit):
    """Shows three significant digits; all of them with the focus.

    Signals
    -------
    edited(value)
        Another number was typed and confirmed with Enter or by leaving the field. Invalid input is
        reverted.
    """

    edited = Signal(float)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.value = 0.0
        self.setAccessibleName(name)
        self.setMinimumHeight(HEIGHT_PX)
        self.editingFinished.connect(self._on_finished)
        self._write()

    def show_number(self, value: float) -> None:
        """Show another number without a signal; typing is not interrupted."""
        if value != self.value:
            self.value = value
            if not (self.hasFocus() and self.isModified()):
                self._write()

    def _write(self) -> None:
        exact = f"{self.value:.9g}"
        self.setText(exact if self.hasFocus() else format_number(self.value))
        self.setToolTip(f"{self._name}: {exact}")
        self.setModified(False)

    def _on_finished(self) -> None:
        if not self.isModified():
            return
        value = _parse(self.text())
        self.setModified(False)
        if value is not None and value != self.value:
            self.edited.emit(value)
        self._write()

    # Qt overrides.

    def event(self, event: QEvent) -> bool:
        is_free = event.type() == QEvent.Type.ShortcutOverride and not self.isModified()
        return (is_free and leave_undo_to_window(event)) or super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._write()
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.isModified():
            self._write()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self._write()
            self.selectAll()
        else:
            super().keyPressEvent(event)


def _parse(text: str) -> float | None:
    try:
        value = float(text.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        return None
    return value if isfinite(value) and abs(value) <= MAX_LIMIT else None
