"""A button with an icon in the colour of the text, whatever the palette."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QToolButton

from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.theme import icon


class IconButton(QToolButton):
    """An icon, its name for a screen reader, and a tooltip, by default the same.

    Parameters
    ----------
    icon_name : str
        The name of a file in `resources/icons`.
    name : str
    tip : str, optional
    is_flat : bool, optional
        Without a frame until the mouse is over it.
    """

    def __init__(self, icon_name: str, name: str, tip: str = "", *, is_flat: bool = False) -> None:
        super().__init__()
        self._icon_name = icon_name
        self.setAutoRaise(is_flat)
        self.setMinimumSize(HEIGHT_PX, HEIGHT_PX)
        self.setAccessibleName(name)
        self.setToolTip(tip or name)
        self._tint()

    def show_icon(self, icon_name: str) -> None:
        """Show another icon."""
        self._icon_name = icon_name
        self._tint()

    def _tint(self) -> None:
        self.setIcon(icon(self._icon_name, self.palette()))

    # Qt overrides.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
