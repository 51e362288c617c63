"""What is assumed of a model, a field each, with where it comes from below."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QWidget

from explorer.core.model_files.opening import FROM_CARD
from explorer.core.models.card import MAX_EDGE
from explorer.core.models.model import Model
from explorer.core.models.preparation import SCALINGS
from explorer.state.network.find_out_table import CHANNEL_TEXTS, RESIZE_TEXTS, SCALING_TEXTS
from explorer.state.network.preparation_state import PreparationState
from explorer.views.common.controls.choice_box import Choice, ChoiceBox
from explorer.views.common.controls.number_box import HEIGHT_PX, NumberBox
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row, label_of
from explorer.views.common.model_panel import name_classes
from explorer.views.common.theme import SPACING_PX

LABEL_WIDTH_PX = 80

_RESIZES = {
    "stretch": "The picture fills the input; its aspect ratio is ignored.",
    "crop": "The middle of the picture is used; what lies beside it is cut off.",
    "pad": "The whole picture is used, with black around it.",
}
_CHANNELS = {
    "rgb": "Red first, as most models take it.",
    "bgr": "Blue first, as models that were trained with Caffe or OpenCV take it.",
}
_SCALINGS = {
    "none": "The values as they are in the picture; models that scale them themselves take these.",
    "unit": "Divided by 255.",
    "signed": "Divided by 127.5, less 1.",
    "imagenet": "0 to 1, less ImageNet's mean and divided by its standard deviation for each "
    "channel, as PyTorch's models take it.",
}
_OUTPUTS = {
    "probabilities": ("Probabilities", "Of each class, or of the second of two."),
    "logits": ("Logits", "Scores that softmax turns into probabilities."),
    "independent": ("Independent", "A probability for each class alone: several may be right."),
    "other": ("Other", "Values that tell no probabilities: it classifies nothing."),
}


class PreparationFields(QWidget):
    """Size, resizing, channels, range, outputs and class names of the current model."""

    def __init__(self, state: PreparationState) -> None:
        super().__init__()
        self._state = state
        self.height_box = NumberBox("Height of the input", 1, MAX_EDGE)
        self.width_box = NumberBox("Width of the input", 1, MAX_EDGE)
        self.resize_box = ChoiceBox(
            "Resizing", [Choice(key, RESIZE_TEXTS[key], tip) for key, tip in _RESIZES.items()]
        )
        self.channels_box = ChoiceBox(
            "Channels", [Choice(key, CHANNEL_TEXTS[key], tip) for key, tip in _CHANNELS.items()]
        )
        self.scaling_box = ChoiceBox(
            "Range", [Choice(key, SCALING_TEXTS[key], _SCALINGS[key]) for key in SCALINGS]
        )
        self.outputs_box = ChoiceBox(
            "Outputs", [Choice(key, *texts) for key, texts in _OUTPUTS.items()]
        )
        self.classes = plain_label(wraps=True, is_selectable=True)
        self.names_button = _button("Names from a &file…")
        self.forget_button = _button("&Back to what was assumed")
        self.origins: dict[str, QLabel] = {}
        size = QWidget()
        in_row((self.height_box, 1), QLabel("×"), (self.width_box, 1), of=size, spacing=4)
        in_column(
            *self._field("Si&ze", "size", size),
            *self._field("&Resizing", "resize", self.resize_box),
            *self._field("&Channels", "channels", self.channels_box),
            *self._field("Ra&nge", "scaling", self.scaling_box),
            *self._field("&Outputs", "outputs", self.outputs_box),
            *self._field("Classes", "classes", self.classes),
            self.names_button,
            self.forget_button,
            of=self,
            spacing=SPACING_PX // 2,
        )
        self._connect()
        self._show()

    def _field(self, text: str, field: str, widget: QWidget) -> tuple[QWidget, QLabel]:
        origin = self.origins[field] = plain_label(wraps=True, is_quiet=True)
        row = QWidget()
        label = label_of(widget, text)
        label.setFixedWidth(LABEL_WIDTH_PX)
        in_row(label, (widget, 1), of=row)
        return row, origin

    def _connect(self) -> None:
        state = self._state
        for box in (self.height_box, self.width_box):
            box.edit_ended.connect(self._on_size)
        for field, choice in (
            ("resize", self.resize_box),
            ("channels", self.channels_box),
            ("scaling", self.scaling_box),
            ("outputs", self.outputs_box),
        ):
            choice.chosen.connect(lambda key, name=field: state.choose(name, key))
        self.names_button.clicked.connect(self._on_names)
        self.forget_button.clicked.connect(state.forget_choices)
        state.preparation_changed.connect(self._show)

    def _show(self) -> None:
        model, origins = self._state.model, self._state.origins
        if model is None:
            return
        preparation = model.preparation
        height, width = preparation.size
        self.height_box.show_number(height)
        self.width_box.show_number(width)
        is_fixed = origins["size"] == "from the file" or model.card is not None
        for box in (self.height_box, self.width_box):
            box.setEnabled(not is_fixed)
            box.setToolTip("The model takes no other size." if is_fixed else "")
        self.resize_box.choose(preparation.resize)
        if preparation.channels == "grey":
            self.channels_box.refuse("Grey: the model takes one channel")
        else:
            self.channels_box.choose(preparation.channels)
        self.scaling_box.choose(preparation.scaling)
        self.outputs_box.choose(model.outputs)
        self._show_classes(model)
        for field, label in self.origins.items():
            label.setText(_sentence(origins[field]))
        self.forget_button.setEnabled(self._state.has_choices)

    def _show_classes(self, model: Model) -> None:
        self.classes.setText(name_classes(model.classes) or "None: it tells no classes apart")
        self.names_button.setEnabled(bool(model.classes))

    def _on_size(self) -> None:
        self._state.choose("size", (int(self.height_box.value()), int(self.width_box.value())))

    def _on_names(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "Names of the classes", filter="Names (*.txt *.json *.csv);;All files (*)"
        )
        if name:
            self._state.read_names(Path(name))


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setMinimumHeight(HEIGHT_PX)
    return button


def _sentence(origin: str) -> str:
    """Return where something comes from, as a sentence for a person."""
    text = "From the card of the run" if origin == FROM_CARD else origin
    return f"{text[:1].upper()}{text[1:]}."
