"""The full screen as a presentation: larger text and tools, for a projector."""

from PySide6.QtWidgets import QApplication, QWidget

from explorer.views.common.theme import INSPECTOR_WIDTH_PX

SCALE = 1.35


class Presentation:
    """Enlarges the text of the whole program, and the inspectors with the kernel in them."""

    def __init__(self) -> None:
        self._font = QApplication.font()
        self._scale = 1.0

    @property
    def is_on(self) -> bool:
        """Whether everything is large."""
        return self._scale != 1

    def set_on(self, is_on: bool) -> None:
        """Make everything large, or as it was."""
        if is_on == self.is_on:
            return
        if is_on:
            self._font = QApplication.font()
        self._scale = SCALE if is_on else 1.0
        font = QApplication.font()
        font.setPointSizeF(self._font.pointSizeF() * self._scale)
        QApplication.setFont(font)

    def fit_inspector(self, inspector: QWidget) -> None:
        """Give a page's inspector the width that goes with the text."""
        inspector.setFixedWidth(round(INSPECTOR_WIDTH_PX * self._scale))
