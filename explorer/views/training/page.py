"""The Training page: train a network, compare runs, look back at their epochs."""

from collections.abc import Sequence

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from explorer.views.common.inspector import Inspector
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.part import Part
from explorer.views.common.parted_page import PartedPage
from explorer.views.common.theme import SPACING_PX
from explorer.views.training.commands import COMMANDS
from explorer.views.training.part import PARTS


class TrainingPage(PartedPage):
    """One of several parts, chosen by its tab.

    Parameters
    ----------
    parts : sequence of Part
        In the order of `PARTS`.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__(PARTS, "What is seen of trainings")
        self.add_parts(parts)
        self.declare(COMMANDS)
        inspector = Inspector()
        inspector.column.addWidget(self.panels, 1)
        self.inspector: QWidget = inspector
        whole = QWidget()
        in_column(self.tabs, (self.views, 1), of=whole, spacing=SPACING_PX // 2)
        in_row((whole, 1), self.inspector, of=self, spacing=2 * SPACING_PX, margin=SPACING_PX)

    @property
    def is_busy(self) -> bool:
        return self.isVisible() and self.part.is_busy

    @property
    def memory(self) -> str:
        return self.part.name

    @property
    def place(self) -> str:
        return self.part.name

    def go_to(self, place: str) -> None:
        self.show_part(place)

    # Qt overrides.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.part.enter()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.part.leave()
