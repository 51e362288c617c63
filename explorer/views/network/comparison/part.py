"""Two sides of the page: the current model and picture, and what they are compared with."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QComboBox, QFileDialog, QPushButton, QStackedWidget, QWidget

from explorer.core.files.names import printable_name
from explorer.core.layers.feature_grid import color_map
from explorer.core.models.prediction import Prediction
from explorer.core.network.lessons import NetworkLesson
from explorer.core.network.python_export import export_maps
from explorer.state.network.comparison_state import SUBJECTS, ComparisonState, Subject
from explorer.state.network.network_state import NetworkState
from explorer.state.shared.model_state import ModelState
from explorer.views.common.controls.choice_box import Choice, ChoiceBox
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row, label_of
from explorer.views.common.pictures.color_scale import ColorScale
from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.common.theme import SPACING_PX
from explorer.views.network.comparison.side import ComparisonSide
from explorer.views.network.part import Part

MAP_HEIGHT_PX = 130

_CHOICES = (
    Choice("model", "Another model", "Both models see the same picture."),
    Choice("picture", "Another picture", "The model sees both pictures."),
    Choice("edits", "The model unedited", "The same model and picture, without the changes."),
)
_CHOOSE = {
    "model": "Choose in “Model” what to compare with. More models can be opened or dropped.",
    "picture": "Choose a picture to compare with.",
    "edits": "The model has no edits: there is nothing to compare it with.",
}


class ComparisonPart(Part):
    """The maps of the chosen layer, and of the layer that stands for it at the other side.

    Layer, map, position and enlargement are the same at both sides.
    """

    name = "compare"

    def __init__(
        self, state: ComparisonState, models: ModelState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._models = models
        self.left = ComparisonSide(state.network, "Current")
        self.right = ComparisonSide(state.other, "Compared with it")
        self.match = plain_label(wraps=True)
        self.view = QWidget()
        sides = in_row((self.left, 1), (self.right, 1), spacing=2 * SPACING_PX)
        in_column((sides, 1), self.match, of=self.view, spacing=SPACING_PX // 2)
        self.view.installEventFilter(self)
        self.subject = ChoiceBox("What to compare with", _CHOICES)
        self.model_choice = QComboBox()
        self.picture_button = QPushButton("Choose a &picture…")
        self.picture_name = ElidedLabel()
        self._chooser = QStackedWidget()
        self.maps = [PictureView("Chosen map"), PictureView("Chosen map, compared with")]
        self.difference = PictureView("Difference of both maps")
        self.scale, self.difference_scale = ColorScale(), ColorScale()
        self.difference_title = ElidedLabel()
        self.panel = self._build_panel()
        self._is_following = False

        self.subject.chosen.connect(self._on_subject)
        self.model_choice.activated.connect(self._on_model)
        self.picture_button.clicked.connect(self.choose_picture)
        for side in (self.left, self.right):
            side.grid.map_chosen.connect(state.network.choose_map)
        for side, other in ((self.left, self.right), (self.right, self.left)):
            side.grid.view.view_changed.connect(
                lambda side=side, other=other: self._follow(side, other)
            )
        state.comparison_changed.connect(self._show)
        models.model_changed.connect(self._list_models)
        self._list_models()
        self._show()

    def follow(self, lesson: NetworkLesson) -> None:
        for model in self._models.models:
            if model.name == lesson.other_model:
                self._state.compare_model(model)

    @property
    def python(self) -> str:
        texts = []
        for side in (self._state.network, self._state.other):
            script, shown = side.script, side.shown
            if script is None or shown is None:
                return ""
            texts.append(export_maps(script, shown.feature_maps.layer.name))
        return f"{texts[0]}first = maps\n\n{texts[1]}second = maps\n"

    def enter(self) -> None:
        self._tell_room()
        self._state.enter()

    def leave(self) -> None:
        self._state.leave()

    @property
    def is_busy(self) -> bool:
        return self._state.is_busy

    def choose_model(self) -> None:
        """Let a person choose another model to compare with."""
        self._state.choose_subject("model")
        self.model_choice.setFocus()
        self.model_choice.showPopup()

    def choose_picture(self) -> None:
        """Let a person choose another picture to compare with."""
        self._state.choose_subject("picture")
        name, _ = QFileDialog.getOpenFileName(self.view, "Compare with a picture")
        if name:
            self._state.open_picture(Path(name))

    def compare_edits(self) -> None:
        """Put the model as it was beside the edited one."""
        self._state.choose_subject("edits")

    @property
    def can_compare_edits(self) -> bool:
        """Whether the model has any edits."""
        return self._state.can_compare_edits

    def _build_panel(self) -> QWidget:
        self.model_choice.setAccessibleName("Model to compare with")
        models = QWidget()
        in_row(label_of(self.model_choice, "&Model"), (self.model_choice, 1), of=models)
        picture = QWidget()
        in_row(self.picture_button, (self.picture_name, 1), of=picture)
        for page in (models, picture, QWidget()):
            self._chooser.addWidget(page)
        for view in (*self.maps, self.difference):
            view.setFixedHeight(MAP_HEIGHT_PX)
        self.scale.setFixedHeight(MAP_HEIGHT_PX)
        self.difference_scale.setFixedHeight(MAP_HEIGHT_PX)
        self.maps_title = ElidedLabel()
        panel = QWidget()
        in_column(
            in_row(label_of(self.subject, "Compare &with"), (self.subject, 1)),
            self._chooser,
            self.maps_title,
            in_row(*((view, 1) for view in self.maps), self.scale),
            self.difference_title,
            in_row((self.difference, 1), self.difference_scale),
            of=panel,
        ).setContentsMargins(0, SPACING_PX, 0, 0)
        return panel

    # From the state to the screen.

    def _list_models(self) -> None:
        models = self._models.models
        for model in models:
            self._state.renew_model(model)
        self.model_choice.clear()
        self.model_choice.addItems([model.name for model in models])
        self._show_model()

    def _show_model(self) -> None:
        models, chosen = self._models.models, self._state.model
        self.model_choice.setCurrentIndex(models.index(chosen) if chosen in models else -1)

    def _show(self) -> None:
        state = self._state
        self.subject.choose(state.subject)
        self._show_model()
        self._chooser.setCurrentIndex(SUBJECTS.index(state.subject))
        self.picture_name.setText("" if state.file is None else printable_name(state.file.name))
        why_none = self._why_none()
        self.left.show_maps()
        self.right.show_maps(why_none=why_none)
        self.left.show_prediction(*self._prediction_of(state.network))
        nothing: tuple[None, str] = (None, "")
        self.right.show_prediction(*(nothing if why_none else self._prediction_of(state.other)))
        self.match.setText("" if why_none else self._match_text())
        self._show_chosen(is_shown=not why_none)
        self._follow(self.left, self.right)

    def _why_none(self) -> str:
        state = self._state
        if state.subject == "edits" and not state.can_compare_edits:
            return _CHOOSE["edits"]
        if not state.is_complete:
            return _CHOOSE[state.subject]
        if state.match is None and state.other.has_layers and state.network.has_layers:
            return "The other model has no layer like this one."
        return ""

    def _prediction_of(self, side: NetworkState) -> tuple[Prediction | None, str]:
        found, model = self._state.prediction_of(side), side.model
        if found is not None or model is None or side.failure:
            return found, ""
        return None, "Classifying…" if model.classes else "It tells no classes apart."

    def _match_text(self) -> str:
        match = self._state.match
        if match is None or match.has_same_name:
            return ""
        name = printable_name(match.name)
        return f"The other model has no layer of this name: “{name}” is as deep in it."

    def _show_chosen(self, *, is_shown: bool) -> None:
        """Show the chosen map of both sides in the same colours, and their difference."""
        found = [_chosen_map(state) for state in (self._state.network, self._state.other)]
        maps = [one for one in found if one is not None]
        is_pair = is_shown and len(maps) == 2
        for view in (*self.maps, self.scale):
            view.setVisible(is_pair)
        self.maps_title.setVisible(is_pair)
        has_difference = is_pair and maps[0].shape == maps[1].shape
        for widget in (self.difference, self.difference_scale, self.difference_title):
            widget.setVisible(has_difference)
        if not is_pair:
            return
        low = float(min(one.min() for one in maps))
        high = float(max(one.max() for one in maps))
        is_signed = low < 0
        if is_signed:
            high = max(-low, high)
            low = -high
        number = self._state.network.map_index + 1
        self.maps_title.setText(f"Map {number} of both, in the same colours")
        for view, values in zip(self.maps, maps, strict=True):
            view.set_pixels(color_map(values, low, high, is_signed=is_signed))
        self.scale.set_range(low, high, is_signed=is_signed)
        if has_difference:
            difference = maps[0] - maps[1]
            reach = float(np.abs(difference).max())
            self.difference_title.setText("Left less right" if reach else "Left less right: equal")
            self.difference.set_pixels(color_map(difference, -reach, reach, is_signed=True))
            self.difference_scale.set_range(-reach, reach, is_signed=True)

    def _follow(self, side: ComparisonSide, other: ComparisonSide) -> None:
        """Let one side see the same part of the same map as the other, as large."""
        if not self._is_following:
            self._is_following = True
            other.grid.follow(side.grid)
            self._is_following = False

    def _tell_room(self) -> None:
        """Tell both states in which shape of room they lay out their maps."""
        width, height = self.left.room
        for state in (self._state.network, self._state.other):
            state.set_aspect(max(width, 1) / max(height, 1))

    # From the hand to the state.

    def _on_subject(self, key: str) -> None:
        subjects: dict[str, Subject] = {"model": "model", "picture": "picture", "edits": "edits"}
        self._state.choose_subject(subjects[key])

    def _on_model(self, index: int) -> None:
        if 0 <= index < len(self._models.models):
            self._state.compare_model(self._models.models[index])

    # Qt overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.view and self.view.isVisible():
            self._tell_room()
        return super().eventFilter(watched, event)


def _chosen_map(state: NetworkState) -> npt.NDArray[np.float32] | None:
    """Return the chosen map of a side; None where it has none, or vectors."""
    shown = state.shown
    if shown is None or shown.feature_maps.maps.ndim != 3:
        return None
    maps = shown.feature_maps.maps
    return maps[:, :, min(state.map_index, maps.shape[2] - 1)]
