"""The right-hand part of a page: one column of a fixed width."""

from PySide6.QtWidgets import QWidget

from explorer.views.common.layouts import in_column
from explorer.views.common.theme import INSPECTOR_WIDTH_PX


class Inspector(QWidget):
    """An empty column; `column` takes what belongs in it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(INSPECTOR_WIDTH_PX)
        self.column = in_column(of=self)
