"""The brush of the kernel editor: its strength, its radius, its symmetry."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QGridLayout, QWidget

from explorer.core.kernels.brush import Brush
from explorer.views.common.controls.choice_box import Choice, ChoiceBox
from explorer.views.common.controls.number_box import NumberBox
from explorer.views.common.layouts import label_of
from explorer.views.common.theme import SPACING_PX

LARGEST_RADIUS = 15

_SYMMETRIES = (
    Choice("none", "None", "Paint only under the pointer."),
    Choice("mirror left-right", "Mirror ↔", "Also paint the horizontally mirrored cell."),
    Choice("mirror top-bottom", "Mirror ↕", "Also paint the vertically mirrored cell."),
    Choice("symmetric", "Symmetric", "Also paint the opposite cell (rotated by 180°)."),
    Choice(
        "antisymmetric",
        "Antisymmetric",
        "Paint the opposite cell with the opposite sign; the centre becomes 0.",
    ),
    Choice("rotational", "Rotational", "Also paint the cells rotated by 90°, 180° and 270°."),
)
_ROTATIONAL = len(_SYMMETRIES) - 1
_NOT_SQUARE = "Rotational symmetry needs a square kernel."


class BrushBar(QWidget):
    """Chooses how strokes paint.

    Signals
    -------
    brush_changed(Brush)
        Another brush was chosen.
    """

    brush_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.brush = Brush()
        self.strength = NumberBox("Brush strength", 1, 100)
        self.strength.setSuffix(" %")
        self.strength.setToolTip("How much a stroke adds, in % of the largest weight")
        self.strength.show_number(self.brush.strength * 100)
        self.radius = NumberBox("Brush radius", 0, LARGEST_RADIUS)
        self.radius.setToolTip("How many cells around the pointer change too, fading outwards")
        self.radius.show_number(self.brush.radius)
        self.symmetry = ChoiceBox("Brush symmetry", _SYMMETRIES)
        self.symmetry.choose(self.brush.symmetry)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(SPACING_PX)
        layout.setVerticalSpacing(SPACING_PX // 4)
        for column, (text, widget) in enumerate(
            (
                ("Stren&gth", self.strength),
                ("Ra&dius", self.radius),
                ("S&ymmetry", self.symmetry),
            )
        ):
            layout.addWidget(label_of(widget, text), 0, column)
            layout.addWidget(widget, 1, column)
        layout.setColumnStretch(2, 1)
        self.strength.edited.connect(lambda share: self._change(strength=share / 100))
        self.radius.edited.connect(lambda radius: self._change(radius=radius))
        self.symmetry.chosen.connect(self._on_symmetry)

    def set_brush(self, brush: Brush) -> None:
        """Choose a brush; rotational symmetry only where it is offered."""
        self.strength.show_number(brush.strength * 100)
        self.radius.show_number(brush.radius)
        self._change(strength=brush.strength, radius=brush.radius)
        model = self.symmetry.model()
        assert isinstance(model, QStandardItemModel)
        if brush.symmetry != "rotational" or model.item(_ROTATIONAL).isEnabled():
            self._on_symmetry(brush.symmetry)

    def set_square(self, is_square: bool) -> None:
        """Offer rotational symmetry for square kernels only; otherwise fall back to 180°."""
        model = self.symmetry.model()
        assert isinstance(model, QStandardItemModel)
        item = model.item(_ROTATIONAL)
        if item.isEnabled() == is_square:
            return
        item.setEnabled(is_square)
        item.setToolTip(_SYMMETRIES[_ROTATIONAL].explanation if is_square else _NOT_SQUARE)
        if not is_square and self.brush.symmetry == "rotational":
            self._on_symmetry("symmetric")

    def _on_symmetry(self, key: str) -> None:
        self.symmetry.choose(key)
        self._change(symmetry=key)

    def _change(self, **values: object) -> None:
        changed = replace(self.brush, **values)  # type: ignore[arg-type]
        if changed != self.brush:
            self.brush = changed
            self.brush_changed.emit(changed)
