"""What stands in place of the maps until there are any."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.theme import SPACING_PX


class Waiting(QWidget):
    """A sentence, a bar while something is being computed, a button where that failed."""

    def __init__(self) -> None:
        super().__init__()
        self.label = plain_label(wraps=True)
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(240)  # less where the room is narrow
        self._bar.setMinimumWidth(SPACING_PX)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName("Working")
        self.button = QPushButton("Try again")
        self.button.setMinimumHeight(32)
        middle = in_row(1, (self._bar, 100), 1)
        button = (self.button, Qt.AlignmentFlag.AlignHCenter)
        in_column(2, self.label, middle, button, 3, of=self, spacing=2 * SPACING_PX)

    def show_text(self, text: str, *, is_busy: bool, has_failed: bool) -> None:
        """Say what is going on, or why there is nothing."""
        self.label.setText(text)
        self._bar.setVisible(is_busy)
        self.button.setVisible(has_failed and not is_busy)
