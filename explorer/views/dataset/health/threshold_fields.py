"""The thresholds that decide what is listed of one kind."""

from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from explorer.core.health.issues import DEFAULTS, THRESHOLD_NAMES, Kind
from explorer.state.dataset.health_state import HealthState
from explorer.views.common.controls.number_box import HEIGHT_PX, NumberBox
from explorer.views.common.layouts import add_field, field_grid, in_column, in_row

MOST = 100
MOST_BITS = 64
LEAST_STEP = 0.01
TITLES = {
    "near_duplicate_bits": "Different bits, at most",
    "near_duplicate": "Distance below",
    "most_share": "Listed up to this share",
}
"""Of the thresholds that are not the only one of their kind; the others are just that."""


class ThresholdFields(QWidget):
    """A number for each threshold of the shown kind, and a button for the usual ones."""

    def __init__(self, state: HealthState) -> None:
        super().__init__()
        self._state = state
        self.boxes: dict[str, NumberBox] = {}
        """Every threshold there is, by its name in `Thresholds`; those of the kind are visible."""
        self._labels: dict[str, QLabel] = {}
        grid = field_grid(0)
        for name in THRESHOLD_NAMES:
            self._add(name, grid)
        self.reset_button = QPushButton("Reset all")
        self.reset_button.setToolTip("Let all kinds begin where they usually do")
        self.reset_button.setMinimumHeight(HEIGHT_PX)
        self.reset_button.clicked.connect(state.reset_thresholds)
        in_column(in_row(grid, 1), in_row(self.reset_button, 1), of=self)

    def _add(self, name: str, grid: QGridLayout) -> None:
        title, usual = TITLES.get(name, "Threshold"), vars(DEFAULTS)[name]
        is_count = name == "near_duplicate_bits"
        box = NumberBox(title, 0, MOST_BITS if is_count else MOST, decimals=0 if is_count else 4)
        box.setSingleStep(1 if is_count else max(usual / 10, LEAST_STEP))
        box.setToolTip(f"Usually {usual:g}")
        box.edited.connect(lambda value: self._state.set_threshold(name, value))
        self.boxes[name] = box
        self._labels[name] = add_field(grid, title, box)

    def show_kind(self, kind: Kind | None) -> None:
        """Show the thresholds of a kind; None where no kind is chosen."""
        names = () if kind is None else kind.threshold_names
        thresholds = self._state.thresholds
        for name, box in self.boxes.items():
            box.show_number(vars(thresholds)[name])
            for widget in (self._labels[name], box):
                widget.setVisible(name in names)
        is_changed = thresholds != DEFAULTS
        self.reset_button.setEnabled(is_changed)
        self.setVisible(bool(names) or is_changed)
