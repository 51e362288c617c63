"""Choose a second model, whose predictions stand beside those of the current one."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox

from explorer.state.classify.classify_state import ClassifyState
from explorer.state.shared.model_state import ModelState
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.controls.wheel_guard import WheelGuard

NONE = "Compare with…"


class SecondModelChoice(QComboBox):
    """Lists every model but the current one."""

    def __init__(self, state: ClassifyState, models: ModelState) -> None:
        super().__init__()
        self._state, self._models = state, models
        self.setAccessibleName("Model to compare with")
        self.setMinimumHeight(HEIGHT_PX)
        # As wide as there is room: a long name must not push the others out of the column.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        WheelGuard(self)
        self.activated.connect(self._on_chosen)
        models.model_changed.connect(self._list)
        state.other_changed.connect(self._list)
        self._list()

    def _list(self) -> None:
        current, other = self._models.current, self._state.other_model
        self._others = [
            model for model in self._models.models if model.path != (current and current.path)
        ]
        if other is not None and other not in self._others:  # gone, or used otherwise by now
            again = next((model for model in self._others if model.path == other.path), None)
            self._state.compare_with(again)
            other = again
        with QSignalBlocker(self):
            self.clear()
            first = NONE if other is None else "No comparison"
            self.addItems([first, *(f"Compare with {model.name}" for model in self._others)])
            self.setCurrentIndex(0 if other is None else 1 + self._others.index(other))
        self.setEnabled(bool(self._others))

    def _on_chosen(self, index: int) -> None:
        self._state.compare_with(self._others[index - 1] if index else None)
