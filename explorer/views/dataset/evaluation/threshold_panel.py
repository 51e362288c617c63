"""The threshold of one class: a slider, the exact number, and back to the most probable class."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QSlider, QWidget

from explorer.core.files.names import printable_name
from explorer.state.dataset.evaluation_state import EvaluationState
from explorer.views.common.command import escaped
from explorer.views.common.controls.number_box import HEIGHT_PX, NumberBox
from explorer.views.common.controls.wheel_guard import WheelGuard
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import add_field, field_grid, in_column, in_row
from explorer.views.dataset.evaluation.texts import describe_rule

STEPS = 1000
LABEL_PX = 64
USUAL = 0.5


class ThresholdPanel(QWidget):
    """Which class has the curves, and from which probability on pictures are taken for it."""

    def __init__(self, state: EvaluationState) -> None:
        super().__init__()
        self._state = state
        self._names: tuple[str, ...] = ()
        self.class_choice = QComboBox()
        self.class_choice.setAccessibleName("Class of the curves and of the threshold")
        self.class_choice.setMinimumHeight(HEIGHT_PX)
        self.class_choice.setMinimumContentsLength(8)
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.class_choice.setSizeAdjustPolicy(policy)
        WheelGuard(self.class_choice)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Threshold")
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(STEPS // 20)
        WheelGuard(self.slider)
        self.number = NumberBox("Threshold, exactly", 0, 1, decimals=6)
        self.number.setSingleStep(0.01)
        self.reset_button = QPushButton("Most probable class")
        self.reset_button.setToolTip("Take each picture for its most probable class: no threshold")
        self.reset_button.setMinimumHeight(HEIGHT_PX)
        self.rule = plain_label(wraps=True, is_quiet=True)
        grid = field_grid(LABEL_PX)
        add_field(grid, "Class", self.class_choice)
        add_field(grid, "Threshold", self.number)
        in_column(grid, self.slider, in_row(self.reset_button, 1), self.rule, of=self)
        self.class_choice.activated.connect(state.choose_class)
        self.slider.valueChanged.connect(lambda value: state.set_threshold(value / STEPS))
        self.number.edited.connect(state.set_threshold)
        self.reset_button.clicked.connect(lambda: state.set_threshold(None))

    def show_state(self) -> None:
        """Show which class is chosen, and its threshold."""
        state = self._state
        if state.classes != self._names:
            self._names = state.classes
            self.class_choice.clear()
            self.class_choice.addItems([escaped(printable_name(name)) for name in self._names])
        if not self._names:
            return
        self.class_choice.setCurrentIndex(state.positive)
        threshold = USUAL if state.threshold is None else state.threshold
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(threshold * STEPS))
        self.number.show_number(threshold)
        self.reset_button.setEnabled(state.threshold is not None)
        self.rule.setText(describe_rule(state.classes, state.positive, state.threshold))
