"""One side of a comparison: a model's maps of a picture, and what it says of it."""

from PySide6.QtWidgets import QStackedWidget, QWidget

from explorer.core.files.names import printable_name
from explorer.core.models.prediction import Prediction
from explorer.state.network.network_state import NetworkState
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column
from explorer.views.common.pictures.probability_bars import ProbabilityBars
from explorer.views.common.theme import SPACING_PX
from explorer.views.network.maps.feature_grid import FeatureGrid
from explorer.views.network.maps.map_texts import describe_maps
from explorer.views.network.maps.waiting import Waiting

MOST_CLASSES = 3


class ComparisonSide(QWidget):
    """Shows what a `NetworkState` has, as the maps' own part does, in half of the room.

    Parameters
    ----------
    state : NetworkState
    name : str
        What a screen reader says before all else.
    """

    def __init__(self, state: NetworkState, name: str) -> None:
        super().__init__()
        self._state = state
        self._name = name
        self.title = ElidedLabel()
        self.about = ElidedLabel()
        self.grid = FeatureGrid()
        self.waiting = Waiting()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.waiting)
        self.bars = ProbabilityBars(MOST_CLASSES)
        self.said = plain_label(wraps=True)
        in_column(
            self.title,
            self.about,
            (self._stack, 1),
            self.said,
            self.bars,
            of=self,
            spacing=SPACING_PX // 2,
        )
        self.waiting.button.clicked.connect(state.retry)

    @property
    def room(self) -> tuple[int, int]:
        """Width and height that the maps have."""
        return self._stack.width(), self._stack.height()

    def show_maps(self, *, why_none: str = "") -> None:
        """Draw what the state has now.

        Parameters
        ----------
        why_none : str
            Why there is nothing to show, where it is known here.
        """
        state, shown = self._state, self._state.shown
        model, file = state.model, state.file
        names = [printable_name(each.name) for each in (model, file) if each is not None]
        if model is not None and model.edits:
            names[0] += ", edited"
        self.title.setText(" · ".join(names))
        self.title.setAccessibleName(f"{self._name}: {', '.join(names)}")
        is_shown = shown is not None and not why_none
        self._stack.setCurrentIndex(0 if is_shown else 1)
        if shown is not None and is_shown:
            self.about.setText(describe_maps(shown))
            layer = shown.feature_maps.layer
            if self.grid.mosaic is not shown.mosaic:
                topic = (shown.model.path, layer.name, layer.map_shape, shown.order)
                self.grid.set_mosaic(shown.mosaic, topic)
            self.grid.set_chosen(state.map_index)
            return
        self.about.setText(" ")
        text = why_none or state.failure or state.absence
        if not text and state.is_busy:
            text = "Starting the process that runs it…" if state.is_starting else "Working…"
        has_failed = bool(state.failure) and not why_none
        self.waiting.show_text(text, is_busy=state.is_busy and not text, has_failed=has_failed)

    def show_prediction(self, prediction: Prediction | None, text: str) -> None:
        """Draw what the model says of its picture; where that is not known, a text."""
        if prediction is not None and prediction.error is not None:
            text, prediction = prediction.error.sentence, None
        self.bars.setVisible(prediction is not None)
        self.said.setVisible(prediction is None)
        self.said.setText(text)
        if prediction is not None:
            self.bars.set_prediction(prediction)
