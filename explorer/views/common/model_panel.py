"""Choose the current model, and see its accuracy and where its weights are."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QWidget

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.layers.layers import LayerInfo
from explorer.core.models.model import Model
from explorer.core.text.percent import NO_BREAK_SPACE, format_percent
from explorer.state.shared.model_state import ModelState
from explorer.views.common.controls.fold import Fold
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.controls.wheel_guard import WheelGuard
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column
from explorer.views.common.theme import SPACING_PX

MOST_CLASSES = 4
LONGEST_CLASS = 32


class ModelPanel(QWidget):
    """Lists the runs and describes the current one."""

    def __init__(self, models: ModelState) -> None:
        super().__init__()
        self._models = models
        self._layers: tuple[LayerInfo, ...] = ()
        self._described: Path | None = None
        self.choice = QComboBox()
        self.choice.setAccessibleName("Model")
        self.choice.setMinimumHeight(HEIGHT_PX)
        self.choice.setPlaceholderText("No model yet")
        # As wide as there is room: a long name must not push the others out of the column.
        self.choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.choice.setMinimumContentsLength(8)
        WheelGuard(self.choice)
        self.choice.activated.connect(self._on_chosen)
        self.about = plain_label(wraps=True, is_selectable=True)
        self.about.setMinimumWidth(1)
        self.details = Fold("About", self.about)
        in_column(self.choice, self.details, of=self, spacing=SPACING_PX // 2)
        models.model_changed.connect(self._show)
        self._show()

    def set_layers(self, layers: tuple[LayerInfo, ...]) -> None:
        """Set the layers of the current model, once they are known."""
        self._layers = layers
        self._show_about()

    def _show(self) -> None:
        models, current = self._models.models, self._models.current
        with QSignalBlocker(self.choice):
            self.choice.clear()
            self.choice.addItems([model.name for model in models])
            folders = [model.path for model in models]
            self.choice.setCurrentIndex(-1 if current is None else folders.index(current.path))
        self._layers = ()
        path = None if current is None else current.path
        if path is None or path != self._described:  # not at each edit: it may have been opened
            # What is to be doubted is never folded away by itself.
            has_doubts = current is not None and current.card is not None and current.card.warnings
            self.details.set_open(current is None or bool(has_doubts))
        self._described = path
        self._show_about()

    def _show_about(self) -> None:
        current = self._models.current
        if current is None:
            self.about.setText("Train a model with train.py, or open a run folder.")
            self.details.set_summary("")
        else:
            self.about.setText(describe_model(current, self._layers))
            self.details.set_summary(summarize_model(current))

    def _on_chosen(self, index: int) -> None:
        self._models.choose(self._models.models[index])


def name_classes(classes: Sequence[str]) -> str:
    """Return what a model tells apart: "cat or dog", "120 classes (ash, beech, birch, …)"."""
    names = [shorten_name(name, LONGEST_CLASS) for name in classes]
    if len(names) <= MOST_CLASSES:
        return " or ".join(names)
    return f"{len(names):,} classes ({', '.join(names[: MOST_CLASSES - 1])}, …)"


def summarize_model(model: Model) -> str:
    """Describe a model in a few words: what it tells apart, and how well."""
    classes = name_classes(model.classes)
    if model.card is None:
        return classes
    return f"{format_percent(model.card.metrics.accuracy)} accuracy, {classes}"


def describe_model(model: Model, layers: tuple[LayerInfo, ...]) -> str:
    """Describe a model: its accuracy, on which pictures, what is to be doubted, its weights."""
    card = model.card
    if card is None:
        return name_classes(model.classes)
    metrics = card.metrics
    low, high = metrics.interval
    text = (
        f"{name_classes(card.classes)}: {format_percent(metrics.accuracy)} accuracy "
        f"(95{NO_BREAK_SPACE}% interval {format_percent(low)} to {format_percent(high)}) on "
        f"{card.metrics_split}. "
        f"{card.parameters:,} parameters"
    )
    heaviest = max(layers, key=lambda layer: layer.parameters, default=None)
    if heaviest is not None and card.parameters:
        share = heaviest.parameters / card.parameters
        text += f", {format_percent(share)} of them in {printable_name(heaviest.name)}"
    return " ".join(filter(None, [f"{text}.", *card.warnings, card.doubt_of_likeness]))
