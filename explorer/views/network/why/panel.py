"""What is explained and how, beside the maps."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QProgressBar, QPushButton, QSlider, QWidget

from explorer.core.explanation.overlay import Colors
from explorer.core.files.names import printable_name, shorten_name
from explorer.core.models.explanations import METHODS
from explorer.state.network.explanation_state import ExplanationState
from explorer.state.network.occluder_state import FILLS, LEAST_SHARE, MOST_SHARE, OccluderState
from explorer.views.common.controls.controlled_check_box import ControlledCheckBox
from explorer.views.common.controls.number_box import NumberBox
from explorer.views.common.controls.wheel_guard import WheelGuard
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import add_field, field_grid, in_column, in_row
from explorer.views.common.pictures.color_scale import ColorScale
from explorer.views.network.why.texts import describe_explanation

LABEL_WIDTH_PX = 64
SCALE_HEIGHT_PX = 96

_METHOD_NAMES = tuple(METHODS)
_COLORS: tuple[tuple[Colors, str], ...] = (
    ("diverging", "Blue to orange"),
    ("viridis", "Evidence alone, dark to light"),
)
_FILL_TEXTS = {"grey": "Mean colour", "blur": "Blurred"}


class WhyPanel(QWidget):
    """Method, layer, classes, colours, the judgement and the occluder.

    Signals
    -------
    saving()
        A person wants to save the maps.
    """

    saving = Signal()

    def __init__(self, state: ExplanationState, occluder: OccluderState) -> None:
        super().__init__()
        self._state = state
        self._occluder = occluder
        self.method_choice = _choice("Method")
        for method in METHODS.values():
            title = f"{method.title[0].upper()}{method.title[1:]}"
            self.method_choice.addItem(f"{title} ({method.source.split()[-1]})")
        self.layer_choice = _choice("Layer that is looked at")
        self.class_choices = (_choice("Class at the left"), _choice("Class at the right"))
        self.color_choice = _choice("Colours of the maps")
        self.color_choice.addItems([text for _, text in _COLORS])
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setAccessibleName("Opacity of the maps")
        self.opacity.setRange(0, 100)
        WheelGuard(self.opacity)
        self.scale = ColorScale()
        self.scale.setFixedHeight(SCALE_HEIGHT_PX)
        self.facts = plain_label(wraps=True, is_quiet=True, is_selectable=True)
        self.facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.judge_button = QPushButton("Judge these maps")
        self.judge_button.setToolTip(
            "Remove pixels in the order of each map, and redraw the model's weights"
        )
        self.stop_button = QPushButton("Stop")
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName("Progress")
        self.save_button = QPushButton("Save…")
        self.redrawn_box = ControlledCheckBox("As with redrawn &weights")
        self.redrawn_box.setToolTip(
            "Show the maps of the same network with all weights drawn anew, as before training"
        )
        self.occluder_box = ControlledCheckBox("&Occluder")
        self.occluder_box.setToolTip(
            "Cover a part of the picture: drag it over the maps, size it with the wheel, "
            "move it with the arrow keys"
        )
        self.size_box = NumberBox("Size of the occluder", LEAST_SHARE * 100, MOST_SHARE * 100)
        self.size_box.setSuffix(" %")
        self.fill_choice = _choice("What covers")
        self.fill_choice.addItems([_FILL_TEXTS[fill] for fill in FILLS])
        self._lay_out()
        self._connect()
        self.show_all()

    def _lay_out(self) -> None:
        grid = field_grid(LABEL_WIDTH_PX)
        add_field(grid, "M&ethod", self.method_choice)
        add_field(grid, "&Layer", self.layer_choice)
        add_field(grid, "Le&ft", self.class_choices[0])
        add_field(grid, "&Right", self.class_choices[1])
        add_field(grid, "&Colours", self.color_choice)
        add_field(grid, "O&pacity", self.opacity)
        buttons = in_row((self.judge_button, 1), self.stop_button, self.save_button)
        occluder = in_row(self.occluder_box, (self.size_box, 1), (self.fill_choice, 1))
        shown = in_row(self.scale, (self.facts, 1))
        in_column(grid, shown, buttons, self.bar, self.redrawn_box, occluder, of=self)

    def _connect(self) -> None:
        state, occluder = self._state, self._occluder
        self.method_choice.activated.connect(
            lambda place: state.choose_method(_METHOD_NAMES[place])
        )
        self.layer_choice.activated.connect(
            lambda place: state.choose_layer(state.layers[place - 1] if place else "")
        )
        for place, choice in enumerate(self.class_choices):
            choice.activated.connect(lambda index, at=place: state.choose_class(at, index))
        self.color_choice.activated.connect(lambda place: state.set_colors(_COLORS[place][0]))
        self.opacity.valueChanged.connect(lambda value: state.set_opacity(value / 100))
        self.judge_button.clicked.connect(state.judge)
        self.stop_button.clicked.connect(state.stop)
        self.save_button.clicked.connect(self.saving)
        self.redrawn_box.clicked.connect(
            lambda: state.show_redrawn(is_wanted=not state.is_redrawn_shown)
        )
        self.occluder_box.clicked.connect(lambda: occluder.switch(is_on=not occluder.is_on))
        self.size_box.edited.connect(lambda percent: occluder.set_share(percent / 100))
        self.fill_choice.activated.connect(lambda place: occluder.set_fill(FILLS[place]))
        state.choice_changed.connect(self.show_all)
        state.maps_changed.connect(self.show_all)
        state.progress_changed.connect(self._show_progress)
        state.judgements_changed.connect(self._show_progress)
        occluder.occluder_changed.connect(self._show_occluder)

    def show_all(self) -> None:
        """Show what is chosen, and what can be."""
        state = self._state
        for place, method in enumerate(_METHOD_NAMES):
            reason = state.why_not(method)
            model = self.method_choice.model()
            if isinstance(model, QStandardItemModel):  # as Qt makes it
                item = model.item(place)
                item.setEnabled(not reason)
                item.setToolTip(reason or METHODS[method].meaning)
        self.method_choice.setCurrentIndex(_METHOD_NAMES.index(state.method))
        self.method_choice.setToolTip(METHODS[state.method].source)
        self._show_layers()
        count = 0 if state.model is None else len(state.model.classes)
        names = [shorten_name(state.class_name(index)) for index in range(count)]
        for at, choice in enumerate(self.class_choices):
            _fill(choice, names)
            has_class = at < len(state.classes)
            choice.setEnabled(has_class)
            choice.setCurrentIndex(state.classes[at] if has_class else -1)
        self.color_choice.setCurrentIndex([key for key, _ in _COLORS].index(state.colors))
        self.opacity.setValue(round(state.opacity * 100))
        limit, is_signed = state.limit, state.colors == "diverging"
        self.scale.set_range(-limit if is_signed else 0.0, limit, is_signed=is_signed)
        found = state.explanation
        self.scale.setVisible(found is not None)
        facts = "" if found is None else describe_explanation(found)
        reasons = {state.why_not(method) for method in _METHOD_NAMES} - {""}
        if reasons:  # the same for all of them, but for the method's name
            facts = " ".join(filter(None, (facts, state.why_not("grad-cam"))))
        self.facts.setText(printable_name(facts))
        self._show_progress()
        self._show_occluder()

    def _show_layers(self) -> None:
        state = self._state
        automatic = "Automatic"
        if not state.layer and state.explanation is not None and state.explanation.layer:
            automatic = f"Automatic: {state.explanation.layer}"
        _fill(self.layer_choice, [printable_name(name) for name in (automatic, *state.layers)])
        chosen = state.layers.index(state.layer) + 1 if state.layer in state.layers else 0
        self.layer_choice.setCurrentIndex(chosen)
        self.layer_choice.setEnabled(METHODS[state.method].has_layer)

    def _show_progress(self) -> None:
        state = self._state
        is_working = state.is_busy or state.is_judging
        self.judge_button.setEnabled(state.can_judge)
        self.stop_button.setEnabled(is_working)
        self.save_button.setEnabled(state.explanation is not None)
        self.redrawn_box.setChecked(state.is_redrawn_shown)
        judgements = state.judgements.values()
        self.redrawn_box.setEnabled(any(one.redrawn_map is not None for one in judgements))
        self.bar.setEnabled(is_working)
        self.bar.setValue(round(100 * state.share) if is_working else 0)

    def _show_occluder(self) -> None:
        occluder = self._occluder
        self.occluder_box.setChecked(occluder.is_on)
        self.size_box.show_number(round(occluder.share * 100))
        self.fill_choice.setCurrentIndex(FILLS.index(occluder.fill))
        for control in (self.size_box, self.fill_choice):
            control.setEnabled(occluder.is_on)


def _choice(name: str) -> QComboBox:
    choice = QComboBox()
    choice.setAccessibleName(name)
    choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(8)
    WheelGuard(choice)
    return choice


def _fill(choice: QComboBox, texts: list[str]) -> None:
    if texts != [choice.itemText(place) for place in range(choice.count())]:
        choice.clear()
        choice.addItems(texts)
