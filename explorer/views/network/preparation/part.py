"""How pictures are prepared: what the model sees in the middle, what is assumed beside it."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from explorer.core.network.python_export import export_input
from explorer.state.network.find_out_state import FindOutState
from explorer.state.network.network_state import NetworkState
from explorer.state.network.preparation_state import PreparationState
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column
from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.common.theme import format_number
from explorer.views.network.part import Part
from explorer.views.network.preparation.fields import PreparationFields
from explorer.views.network.preparation.find_out_panel import FindOutPanel


class PreparationPart(Part):
    """The picture as the model sees it, what is assumed of the model, and Find out."""

    name = "preparation"

    def __init__(
        self,
        network: NetworkState,
        state: PreparationState,
        find_out: FindOutState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._network = network
        self._state = state
        self._find_out = find_out
        self.caption = plain_label(wraps=True)
        self.seen = PictureView("What the model sees")
        self.find_out = FindOutPanel(find_out, state)
        self.fields = self.panel = PreparationFields(state)
        self.view = QWidget()
        in_column(self.caption, (self.seen, 3), (self.find_out, 2), of=self.view)
        state.seen_changed.connect(self._show)
        self.seen.show_nothing("No picture is open.")

    @property
    def python(self) -> str:
        script = self._network.script
        return "" if script is None else export_input(script)

    def enter(self) -> None:
        self._state.enter()

    def leave(self) -> None:
        self._state.leave()

    @property
    def is_busy(self) -> bool:
        return self._find_out.is_busy

    def _show(self) -> None:
        seen = self._state.seen
        if seen is None:
            return
        self.seen.set_pixels(seen.pixels)
        height, width = seen.pixels.shape[:2]
        low, high, mean = (format_number(value) for value in (seen.low, seen.high, seen.mean))
        self.caption.setText(
            f"What the model sees: {width}×{height}, values {low} to {high}, mean {mean}"
        )
