"""What was picked out, above the grid, and what shows everything again."""

from PySide6.QtWidgets import QWidget

from explorer.state.dataset.dataset_state import DatasetState
from explorer.views.common.controls.icon_button import IconButton
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.layouts import in_row
from explorer.views.common.theme import SPACING_PX


class PickChip(QWidget):
    """One sentence with a button that takes the pick back; hidden where there is none."""

    def __init__(self, state: DatasetState) -> None:
        super().__init__()
        self._state = state
        self.sentence = ElidedLabel()
        self.close_button = IconButton("close", "Show all pictures again", is_flat=True)
        self.close_button.clicked.connect(state.clear_pick)
        in_row(self.close_button, (self.sentence, 1), of=self, spacing=SPACING_PX // 2)
        state.query_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        picked = self._state.picked
        self.setVisible(picked is not None)
        if picked is not None:
            count = len(picked.places)
            self.sentence.setText(
                f"{count:,} {'picture' if count == 1 else 'pictures'}: {picked.sentence}"
            )
