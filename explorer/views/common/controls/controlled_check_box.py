"""A check box whose state is set only by the program."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QCheckBox, QWidget

from explorer.views.common.controls.number_box import HEIGHT_PX


class ControlledCheckBox(QCheckBox):
    """A click only emits `clicked`; `setChecked` changes the state."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setMinimumSize(HEIGHT_PX, HEIGHT_PX)

    # Qt overrides.

    def hitButton(self, place: QPoint) -> bool:
        return self.rect().contains(place)

    def nextCheckState(self) -> None:
        """Stay as it is."""
