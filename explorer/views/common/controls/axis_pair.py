"""Two integers, vertical and horizontal, that can be linked to be equal."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QLabel, QWidget

from explorer.core.convolution.geometry import Size
from explorer.views.common.controls.icon_button import IconButton
from explorer.views.common.controls.number_box import HEIGHT_PX, NumberBox
from explorer.views.common.layouts import in_row
from explorer.views.common.theme import SPACING_PX


class AxisPair(QWidget):
    """Chooses a stride, a dilation or a size; linked, one number sets both.

    Parameters
    ----------
    name : str
        For instance "Stride".
    most : int
        The largest number; the least is 1.
    explanation : str
        One sentence, for the tooltips.
    axes : (str, str), optional
        The names of the two numbers; by default "Vertical stride" and "Horizontal stride".

    Signals
    -------
    edited(size)
        A person wants these (down, across).
    edit_ended()
        The edit is complete.
    """

    edited = Signal(object)
    edit_ended = Signal()

    def __init__(
        self, name: str, most: int, explanation: str, *, axes: tuple[str, str] | None = None
    ) -> None:
        super().__init__()
        down, across = axes or (f"Vertical {name.lower()}", f"Horizontal {name.lower()}")
        self.down = NumberBox(down, 1, most)
        self.across = NumberBox(across, 1, most)
        self.down.setToolTip(f"{down} (1 to {most}). {explanation}")
        self.across.setToolTip(f"{across} (1 to {most}). {explanation}")
        both = f"{down.lower()} and {across.lower()}"
        self.link = IconButton("link", f"Link {both}", f"Keep {both} equal")
        self.link.setCheckable(True)
        self.link.setChecked(True)
        self.setFixedHeight(HEIGHT_PX)
        fields = (self.down, 1), QLabel("×"), (self.across, 1)
        in_row(*fields, self.link, of=self, spacing=SPACING_PX // 2)
        self.setFocusProxy(self.down)

        self.down.edited.connect(self._on_down)
        self.across.edited.connect(self._on_across)
        self.down.edit_ended.connect(self.edit_ended)
        self.across.edit_ended.connect(self.edit_ended)
        self.link.toggled.connect(self._on_linked)

    @property
    def size_shown(self) -> Size:
        """The numbers in the two fields: (down, across)."""
        return round(self.down.value()), round(self.across.value())

    def show_size(self, size: Size) -> None:
        """Show (down, across); different numbers remove the link."""
        self.down.show_number(size[0])
        self.across.show_number(size[1])
        if size[0] != size[1]:
            self.set_linked(False)

    def set_linked(self, is_linked: bool) -> None:
        """Link or unlink the numbers without a signal; different ones stay unlinked."""
        down, across = self.size_shown
        with QSignalBlocker(self.link):
            self.link.setChecked(is_linked and down == across)
        self._draw_link()

    def _on_down(self, value: float) -> None:
        steps = round(value)
        self.edited.emit((steps, steps if self.link.isChecked() else self.size_shown[1]))

    def _on_across(self, value: float) -> None:
        steps = round(value)
        self.edited.emit((steps if self.link.isChecked() else self.size_shown[0], steps))

    def _on_linked(self, is_linked: bool) -> None:
        self._draw_link()
        down, across = self.size_shown
        if is_linked and down != across:
            self.edited.emit((down, down))
            self.edit_ended.emit()

    def _draw_link(self) -> None:
        self.link.show_icon("link" if self.link.isChecked() else "unlink")
