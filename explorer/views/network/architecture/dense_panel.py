"""What a fully connected layer would take instead: a sentence whose numbers are a person's own."""

from dataclasses import asdict, replace

from PySide6.QtWidgets import QWidget

from explorer.state.network.architecture_state import ArchitectureState
from explorer.views.common.controls.number_box import NumberBox
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import add_field, field_grid, in_column
from explorer.views.common.theme import SPACING_PX

_FIELDS = (
    ("units", "&Units", 1, 1_000_000),
    ("height", "&Height", 1, 100_000),
    ("width", "&Width", 1, 100_000),
    ("channels", "&Channels", 1, 100_000),
    ("bytes_each", "&Bytes each", 1, 16),
)


class DensePanel(QWidget):
    """Five numbers, and what follows from them."""

    def __init__(self, state: ArchitectureState) -> None:
        super().__init__()
        self._state = state
        self.sentence = plain_label(wraps=True, is_selectable=True)
        self.boxes: dict[str, NumberBox] = {}
        grid = field_grid(80, SPACING_PX // 2)
        for name, text, low, high in _FIELDS:
            box = self.boxes[name] = NumberBox(text.replace("&", ""), low, high)
            box.edited.connect(lambda value, name=name: self._on_edited(name, value))
            add_field(grid, text, box)
        title = plain_label("Fully connected instead", is_quiet=True)
        in_column(title, grid, self.sentence, of=self, spacing=SPACING_PX // 2)
        state.dense_changed.connect(self._show)
        self._show()

    def _on_edited(self, name: str, value: float) -> None:
        self._state.set_dense(replace(self._state.dense, **{name: int(value)}))

    def _show(self) -> None:
        dense = self._state.dense
        for name, number in asdict(dense).items():
            self.boxes[name].show_number(number)
        self.sentence.setText(dense.sentence)
