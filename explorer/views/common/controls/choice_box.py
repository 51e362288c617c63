"""A combo box whose entries each have an explanation."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QComboBox

from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.controls.wheel_guard import WheelGuard
from explorer.views.common.theme import QUIET_SHARE, faint


@dataclass(frozen=True)
class Choice:
    """One entry.

    Attributes
    ----------
    key : str
        Its name in the code.
    text : str
        What the list shows.
    explanation : str
        One sentence for the tooltip.
    """

    key: str
    text: str
    explanation: str


class ChoiceBox(QComboBox):
    """Shows the chosen entry; tooltips explain it and the others.

    Parameters
    ----------
    name : str
        What a screen reader says.
    choices : sequence of Choice

    Signals
    -------
    chosen(key)
        A person wants this one.
    """

    chosen = Signal(str)

    def __init__(self, name: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._choices = tuple(choices)
        self.setAccessibleName(name)
        self.setMinimumHeight(HEIGHT_PX)
        # As wide as the layout allows, not as the longest text.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        for place, choice in enumerate(self._choices):
            self.addItem(choice.text)
            self.setItemData(place, choice.explanation, Qt.ItemDataRole.ToolTipRole)
        WheelGuard(self)
        self.activated.connect(self._on_activated)

    @property
    def key(self) -> str | None:
        """The key of the chosen entry; None while there is no choice."""
        place = self.currentIndex()
        return None if place < 0 else self._choices[place].key

    def choose(self, key: str) -> None:
        """Choose an entry without a signal."""
        place = next(place for place, choice in enumerate(self._choices) if choice.key == key)
        if place != self.currentIndex():
            self.setCurrentIndex(place)
        self.setToolTip(self._choices[place].explanation)
        self.setEnabled(True)

    def refuse(self, reason: str) -> None:
        """Allow no choice, and show why."""
        palette = self.palette()
        readable = faint(
            palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText), QUIET_SHARE
        )
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.PlaceholderText, readable)
        self.setPalette(palette)
        self.setPlaceholderText(reason)
        self.setCurrentIndex(-1)
        self.setToolTip(reason)
        self.setEnabled(False)

    def _on_activated(self, place: int) -> None:
        self.chosen.emit(self._choices[place].key)
