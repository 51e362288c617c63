"""A spin box that also signals the end of an edit."""

import re

from PySide6.QtCore import QEvent, QLocale, QObject, QSignalBlocker, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QToolTip

from explorer.views.common.controls.wheel_guard import WheelGuard

HEIGHT_PX = 28
_NUMBER = re.compile(r"[+-]?\d{0,12}(\.\d{0,12})?([eE][+-]?\d?)?")
_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress)
_RELEASES = (QEvent.Type.MouseButtonRelease, QEvent.Type.KeyRelease, QEvent.Type.FocusOut)


class NumberBox(QDoubleSpinBox):
    """A number to type, or to step with arrow keys, buttons and wheel.

    Parameters
    ----------
    name : str
        What a screen reader says.
    low, high : float
        The range.
    decimals : int, optional
        The number of decimals; trailing zeros are not shown.

    Signals
    -------
    edited(value)
        A person wants this number; while an arrow or a key is held, one after another.
    edit_ended()
        The arrow or the key was released, or the number was typed.
    """

    edited = Signal(float)
    edit_ended = Signal()

    def __init__(self, name: str, low: float, high: float, *, decimals: int = 0) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setLocale(QLocale.c())
        self.setDecimals(decimals)
        self.setRange(low, high)
        self.setKeyboardTracking(False)
        self.setMinimumHeight(HEIGHT_PX)
        self._is_held = False
        self._is_edited = False
        WheelGuard(self)
        self.installEventFilter(self)
        # Qt goes on calling a text modified that was taken as it stands.
        self.editingFinished.connect(lambda: self.lineEdit().setModified(False))
        self.valueChanged.connect(self._on_changed)

    def show_number(self, value: float) -> None:
        """Show a number without a signal; typing is interrupted only by a different number."""
        shown = min(max(round(value, self.decimals()), self.minimum()), self.maximum())
        if shown != self.value():
            with QSignalBlocker(self):
                self.setValue(shown)

    def _on_changed(self, value: float) -> None:
        self._is_edited = True
        self.edited.emit(value)
        if not self._is_held:
            self._end()

    def _end(self) -> None:
        self._is_held = False
        if self._is_edited:
            self._is_edited = False
            self.edit_ended.emit()

    # Qt overrides.

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let any number be typed: refusing the 0 of 50 would leave a 5 that nobody wants."""
        text = text.replace(",", ".") if self.decimals() else text
        state, text, position = super().validate(text, position)
        if state == QValidator.State.Invalid and _NUMBER.fullmatch(text):
            state = QValidator.State.Intermediate
        return state, text, position

    def fixup(self, text: str) -> str:
        """Take the limit that is nearest to a number out of range, and say so."""
        try:
            value = float(text)
        except ValueError:
            return text  # what was there before comes back
        taken = min(max(value, self.minimum()), self.maximum())
        text = self.textFromValue(taken)
        if taken != value:
            word = "largest" if taken < value else "smallest"
            place = self.mapToGlobal(self.rect().bottomLeft())
            QToolTip.showText(place, f"{text} is the {word} number here", self)
        return text

    def textFromValue(self, value: float) -> str:
        return f"{round(value, self.decimals()):.12g}"

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and not self.lineEdit().isModified():
            return leave_undo_to_window(event)
        is_repeated = isinstance(event, QKeyEvent) and event.isAutoRepeat()
        if kind in _PRESSES:
            self._is_held = True
        elif kind in _RELEASES and not is_repeated:
            self._end()
        return False


def leave_undo_to_window(event: QEvent) -> bool:
    """Keep a field in which nothing is being typed from claiming the keys of Undo and Redo.

    Returns
    -------
    bool
        Whether the event asked for one of them, and is answered.
    """
    keys = QKeySequence.StandardKey
    if not isinstance(event, QKeyEvent) or not any(map(event.matches, (keys.Undo, keys.Redo))):
        return False
    event.ignore()
    return True
