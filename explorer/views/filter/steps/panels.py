"""The inspector's panels of the other steps: pooling, ReLU, shuffle, fully connected."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from explorer.core.convolution.geometry import Size, name_size
from explorer.core.filters.steps import (
    MAX_NEURONS,
    MAX_POOL,
    MAX_SEED,
    NEURON_PATTERNS,
    TOTAL_WEIGHT,
    Dense,
    NeuronPattern,
    Pooling,
    Relu,
    Shuffle,
)
from explorer.core.text.glossary import define
from explorer.views.common.controls.axis_pair import AxisPair
from explorer.views.common.controls.choice_box import Choice, ChoiceBox
from explorer.views.common.controls.controlled_check_box import ControlledCheckBox
from explorer.views.common.controls.number_box import HEIGHT_PX, NumberBox
from explorer.views.common.labels.fixed_height_label import FixedHeightLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import add_field, field_grid, in_column, in_row, label_of
from explorer.views.filter.steps.neuron_row import NeuronRow

LABEL_WIDTH_PX = 64


class StepPanel(QWidget):
    """Shows and changes the settings of one kind of step.

    Signals
    -------
    operation_changed(operation)
        A person wants this operation.
    edit_ended()
        The edit told last is complete.
    """

    operation_changed = Signal(object)
    edit_ended = Signal()


class ReluPanel(StepPanel):
    """Says what ReLU does; there is nothing to set."""

    def __init__(self) -> None:
        super().__init__()
        in_column(_sentence(define("ReLU")), of=self)

    def show_operation(self, operation: Relu) -> None:
        """Show nothing else: there is only one ReLU."""


class ShufflePanel(StepPanel):
    """The seed of a shuffle, and a button for another."""

    def __init__(self) -> None:
        super().__init__()
        self.seed = NumberBox("Seed", 0, MAX_SEED)
        self.seed.setToolTip(
            "Each seed gives another permutation; the same seed always gives the same one."
        )
        self.seed.edited.connect(self._want)
        self.seed.edit_ended.connect(self.edit_ended)
        self.again = QPushButton("Shuffle again")
        self.again.setMinimumHeight(HEIGHT_PX)
        self.again.setToolTip("Use the next seed")
        self.again.clicked.connect(self._on_again)
        what = _sentence(
            "Every pixel moves to a random position, with all its channels: the values are the "
            "same, but the neighbourhoods are lost."
        )
        label = label_of(self.seed, "Seed", self.seed.toolTip())
        in_column(what, in_row(label, (self.seed, 1), self.again), of=self)

    def show_operation(self, operation: Shuffle) -> None:
        """Show a shuffle."""
        self.seed.show_number(operation.seed)

    def _want(self, seed: float) -> None:
        self.operation_changed.emit(Shuffle(round(seed)))

    def _on_again(self) -> None:
        self._want((round(self.seed.value()) + 1) % (MAX_SEED + 1))
        self.edit_ended.emit()


class PoolingPanel(StepPanel):
    """Type, size and stride of a pooling step, and the output size."""

    def __init__(self) -> None:
        super().__init__()
        self._operation = Pooling()
        self.kind = ChoiceBox(
            "Type of pooling",
            [
                Choice("max", "Largest value (max)", define("max pooling")),
                Choice("average", "Mean (average)", define("average pooling")),
            ],
        )
        self.size_pair = AxisPair("Size", MAX_POOL, define("window"), axes=("Rows", "Columns"))
        self.stride = AxisPair("Stride", MAX_POOL, define("stride"))
        self.output_size = FixedHeightLabel("Output size", 2)
        self.output_size.setToolTip(define("output size"))
        self.kind.chosen.connect(lambda kind: self._want(kind=kind))
        self.kind.chosen.connect(self.edit_ended)  # connected last: the wish is told first
        self.size_pair.edited.connect(self._want_size)
        self.stride.edited.connect(lambda stride: self._want(stride=stride))
        for pair in (self.size_pair, self.stride):
            pair.edit_ended.connect(self.edit_ended)
        grid = field_grid(LABEL_WIDTH_PX)
        add_field(grid, "Type", self.kind, self.kind.toolTip())
        add_field(grid, "Window", self.size_pair)
        add_field(grid, "Stride", self.stride)
        in_column(_sentence(define("pooling")), grid, self.output_size, of=self)

    def show_operation(self, operation: Pooling, input_size: Size | None = None) -> None:
        """Show a pooling step and, where the height and width of its input are known, its size."""
        self._operation = operation
        self.kind.choose(operation.kind)
        self.size_pair.show_size(operation.size)
        self.stride.show_size(operation.stride)
        self.output_size.set_text("" if input_size is None else _write_size(operation, input_size))

    def _want(self, **changes: Any) -> None:
        self.operation_changed.emit(replace(self._operation, **changes))

    def _want_size(self, size: Size) -> None:
        # Windows that lie side by side go on doing so.
        is_tiling = self._operation.stride == self._operation.size
        self._want(size=size, stride=size if is_tiling else self._operation.stride)


class DensePanel(StepPanel):
    """The neurons of a fully connected step, and the number of weights."""

    def __init__(self) -> None:
        super().__init__()
        self._operation = Dense()
        self._shuffle_seed: int | None = None
        self.rows: list[NeuronRow] = []
        self.weight_count = FixedHeightLabel("Weights", 3)
        self.weight_count.setToolTip(define("fully connected"))
        self.neurons = NumberBox("Neurons", 2, MAX_NEURONS)
        self.neurons.setToolTip(f"How many neurons, 2 to {MAX_NEURONS}. {define('neuron')}")
        self.neurons.edited.connect(self._want_count)
        self.seed = NumberBox("Seed of the random weights", 0, MAX_SEED)
        self.seed.setToolTip("The same seed always gives the same random weights.")
        self.seed.edited.connect(lambda seed: self._want(seed=round(seed)))
        for box in (self.neurons, self.seed):
            box.edit_ended.connect(self.edit_ended)
        self.alike = ControlledCheckBox("Shuffle the weights likewise")
        self.alike.clicked.connect(self._on_alike)
        self._rows_layout = in_column()
        what = _sentence(
            "Flatten → fully connected → softmax: every neuron sees every value. "
            f"Score = Σ weight × value / 255; at most {TOTAL_WEIGHT / 2:g} for white under all "
            "positive weights (orange) and black under all negative ones (blue)."
        )
        grid = field_grid(LABEL_WIDTH_PX)
        add_field(grid, "Neurons", self.neurons, self.neurons.toolTip())
        add_field(grid, "Seed", self.seed, self.seed.toolTip())
        in_column(what, self._rows_layout, grid, self.alike, self.weight_count, of=self)
        self.show_operation(self._operation)

    def show_operation(
        self,
        operation: Dense,
        scores: Sequence[float] | npt.NDArray[np.float32] | None = None,
        probabilities: Sequence[float] | npt.NDArray[np.float32] | None = None,
        input_shape: tuple[int, ...] | None = None,
        *,
        weight_pictures: Sequence[npt.NDArray[np.uint8]] = (),
        shuffle_seed: int | None = None,
    ) -> None:
        """Show a fully connected step.

        Parameters
        ----------
        operation : Dense
        scores, probabilities : (neurons,) float, optional
            The sums and their softmax; omitted while unknown.
        input_shape : tuple of int, optional
            Of what goes in: (height, width) or (height, width, 3).
        weight_pictures : sequence of (h, w, 3) uint8, optional
            Of each neuron, as `weight_picture` draws them.
        shuffle_seed : int, optional
            The seed of the shuffle before it, as `shuffle_before` returns it.
        """
        self._operation, self._shuffle_seed = operation, shuffle_seed
        count = len(operation.neurons)
        self._set_rows(count)
        is_known = scores is not None and probabilities is not None and len(scores) == count
        for index, (row, pattern) in enumerate(zip(self.rows, operation.neurons, strict=True)):
            row.show_neuron(
                pattern,
                score=float(scores[index]) if scores is not None and is_known else None,
                probability=float(probabilities[index])
                if probabilities is not None and is_known
                else 0.0,
                weights=weight_pictures[index] if index < len(weight_pictures) else None,
            )
        self.neurons.show_number(count)
        self.seed.show_number(operation.seed)
        self.seed.setEnabled("random" in operation.neurons)
        self._show_alike()
        self.weight_count.set_text(
            "" if input_shape is None else _write_weights(input_shape, neurons=count)
        )

    @property
    def _is_alike(self) -> bool:
        shuffled_by, seed = self._operation.shuffled_by, self._shuffle_seed
        return shuffled_by is not None and (seed is None or shuffled_by == seed)

    def _show_alike(self) -> None:
        self.alike.setChecked(self._is_alike)
        self.alike.setEnabled(self._is_alike or self._shuffle_seed is not None)
        self.alike.setToolTip(
            "Move every weight along with its pixel: the scores are then those of the unshuffled "
            "picture."
            if self.alike.isEnabled()
            else "Needs a Shuffle step before this one, with no convolution or pooling in between."
        )

    def _set_rows(self, count: int) -> None:
        while len(self.rows) < count:
            self._add_row(len(self.rows))
        while len(self.rows) > count:
            row = self.rows.pop()
            self._rows_layout.removeWidget(row)
            row.hide()
            row.deleteLater()

    def _add_row(self, index: int) -> None:
        row = NeuronRow(index + 1)
        row.pattern_chosen.connect(lambda pattern: self._want_pattern(index, pattern))
        self.rows.append(row)
        self._rows_layout.addWidget(row)

    def _want(self, **changes: Any) -> None:
        self.operation_changed.emit(replace(self._operation, **changes))

    def _want_pattern(self, index: int, pattern: NeuronPattern) -> None:
        neurons = list(self._operation.neurons)
        neurons[index] = pattern
        self._want(neurons=tuple(neurons))
        self.edit_ended.emit()

    def _want_count(self, value: float) -> None:
        count, neurons = round(value), self._operation.neurons
        added = (NEURON_PATTERNS[i % len(NEURON_PATTERNS)] for i in range(len(neurons), count))
        self._want(neurons=(*neurons[:count], *added))

    def _on_alike(self) -> None:
        self._want(shuffled_by=None if self._is_alike else self._shuffle_seed)
        self.edit_ended.emit()


def _sentence(text: str) -> QLabel:
    label = plain_label(text, wraps=True, is_quiet=True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    return label


def _write_size(operation: Pooling, input_size: Size) -> str:
    lines = []
    for axis, length, window, step in zip(
        ("height", "width"), input_size, operation.size, operation.stride, strict=True
    ):
        if window > length:
            rows, columns = operation.size
            return (
                f"A {rows}×{columns} window does not fit into {name_size(input_size)}: "
                "choose a smaller one."
            )
        result = (length - window) // step + 1
        lines.append(f"{axis} ⌊({length} − {window}) / {step}⌋ + 1 = {result}")
    return "\n".join(lines)


def _write_weights(shape: tuple[int, ...], *, neurons: int) -> str:
    inputs = math.prod(shape)
    height, width, *planes = shape
    product = " × ".join(str(length) for length in (width, height, *planes))
    return (
        f"{product} = {inputs:,} inputs\n"
        f"{inputs:,} inputs × {neurons} neurons =\n{inputs * neurons:,} weights"
    )
