"""The pages at the left of the window: an icon and a name each."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QToolBar, QWidget

from explorer.views.common.page_spec import PageSpec
from explorer.views.common.theme import ICON_EDGE_PX, icon

BUTTON_SIZE = QSize(72, 56)


class PageBar(QToolBar):
    """Shows the actions that show pages.

    Parameters
    ----------
    pages : mapping of PageSpec to QAction
        In their order.
    """

    def __init__(self, pages: Mapping[PageSpec[Any], QAction], parent: QWidget) -> None:
        super().__init__("Pages", parent)
        self._pages = dict(pages)
        self.setMovable(False)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(ICON_EDGE_PX, ICON_EDGE_PX))
        self.toggleViewAction().setEnabled(False)
        group = QActionGroup(self)
        for action in self._pages.values():
            group.addAction(action)
            self.addAction(action)
            self.widgetForAction(action).setMinimumSize(BUTTON_SIZE)
        self._tint_icons()

    def _tint_icons(self) -> None:
        for spec, action in self._pages.items():
            action.setIcon(icon(spec.icon, self.palette()))

    # Qt overrides.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint_icons()
