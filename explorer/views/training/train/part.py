"""Train: start a training, and watch it."""

from PySide6.QtWidgets import QWidget

from explorer.state.training.training_state import TrainingState
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column
from explorer.views.common.part import Part


class TrainPart(Part):
    """What is trained, and what could be."""

    name = "train"

    def __init__(self, state: TrainingState) -> None:
        super().__init__()
        self.state = state
        self.view = QWidget()
        self.about = plain_label("A training is started and watched here.", wraps=True)
        in_column(self.about, 1, of=self.view)
        self.panel = QWidget()

    def enter(self) -> None:
        self.state.enter()

    def leave(self) -> None:
        self.state.leave()
