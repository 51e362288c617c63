"""The geometry of a convolution: mode, border, stride, dilation, source, bias and output size."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from explorer.core.convolution.geometry import (
    BORDERS,
    MAX_DILATION,
    MAX_STRIDE,
    MODES,
    Geometry,
    Size,
)
from explorer.core.images.planes import SOURCES, Source
from explorer.core.text.glossary import define, terms
from explorer.errors import KernelError
from explorer.views.common.controls.axis_pair import AxisPair
from explorer.views.common.controls.choice_box import Choice, ChoiceBox
from explorer.views.common.controls.number_box import NumberBox
from explorer.views.common.labels.fixed_height_label import FixedHeightLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import add_field, field_grid, in_column, in_row
from explorer.views.common.theme import SPACING_PX, icon

MAX_OFFSET = 1e6
LABEL_WIDTH_PX = 64
SIZE_LINES = 4

_MODE_TEXTS = {
    "full": "Full: every overlap",
    "same": "Same: picture size at stride 1",
    "valid": "Valid: complete overlaps only",
}
_BORDER_TEXTS = {
    "zero": "Zero: black outside",
    "replicate": "Replicate: repeats the edge",
    "reflect": "Reflect: mirrored at the edge",
    "wrap": "Wrap: from the opposite side",
}
SOURCE_TEXTS = {
    "grey": "Grey: brightness",
    "color": "Colour: each channel",
    "red": "Red channel",
    "green": "Green channel",
    "blue": "Blue channel",
}
_KINDS = ("convolution", "correlation")
_KIND_TEXTS = {
    "convolution": "Convolution: rotated 180°",
    "correlation": "Correlation: not rotated",
}

WHY_NO_BORDER = "“Valid” needs no border."
WHY_NO_OFFSET = "The gradient magnitude has no bias."
DIFFERENCE = "Convolution rotates the kernel by 180°; the layers of a CNN do not: they correlate."
SIZE_FORMULA = "⌊(picture + padding − kernel) / stride⌋ + 1"
SIZE_TOOLTIP = "With dilation d, a kernel of size k covers d × (k − 1) + 1 pixels."


class GeometryPanel(QWidget):
    """Mode, border, stride, dilation, kind, source and bias, and the output size.

    Signals
    -------
    geometry_changed(geometry)
        A person wants this `Geometry`.
    source_chosen(source)
        A person wants this source: one of `SOURCES`.
    edit_ended()
        The edit told last is complete.
    """

    geometry_changed = Signal(object)
    source_chosen = Signal(str)
    edit_ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._geometry = Geometry()
        self.mode = ChoiceBox("Mode", _choices(MODES, _MODE_TEXTS))
        self.border = ChoiceBox("Border", _choices(BORDERS, _BORDER_TEXTS))
        self.stride = AxisPair("Stride", MAX_STRIDE, define("stride"))
        self.dilation = AxisPair("Dilation", MAX_DILATION, define("dilation"))
        self.kind = ChoiceBox("Convolution or correlation", _choices(_KINDS, _KIND_TEXTS))
        self.source = ChoiceBox("Source", _choices(SOURCES, SOURCE_TEXTS))
        self.offset = NumberBox("Bias", -MAX_OFFSET, MAX_OFFSET, decimals=3)
        self.sign = QLabel()
        # So many lines are kept free for the sentence that an impossible setting needs.
        self.output_size = FixedHeightLabel("Output size", SIZE_LINES)
        self._lay_out()

        self.mode.chosen.connect(lambda mode: self._want(mode=mode))
        self.border.chosen.connect(lambda border: self._want(border=border))
        self.kind.chosen.connect(lambda kind: self._want(is_correlation=kind == "correlation"))
        self.source.chosen.connect(self.source_chosen)
        self.stride.edited.connect(lambda stride: self._want(stride=stride))
        self.dilation.edited.connect(lambda dilation: self._want(dilation=dilation))
        for choice in (self.mode, self.border, self.kind, self.source):
            choice.chosen.connect(self.edit_ended)  # connected last: the wish is told first
        for field in (self.stride, self.dilation, self.offset):
            field.edit_ended.connect(self.edit_ended)
        self.show_geometry(
            self._geometry, "grey", offset=0.0, picture_size=None, kernel_size=(3, 3)
        )

    def show_geometry(
        self,
        geometry: Geometry,
        source: Source,
        *,
        offset: float,
        picture_size: Size | None,
        kernel_size: Size,
        is_gradient: bool = False,
    ) -> None:
        """Show the settings of a convolution; only what differs is drawn anew.

        Parameters
        ----------
        geometry : Geometry
        source : {"grey", "color", "red", "green", "blue"}
        offset : float
            In grey values.
        picture_size : (int, int) or None
            Height and width of what goes in; None where there is no picture yet.
        kernel_size : (int, int)
            Rows and columns.
        is_gradient : bool, optional
            Two kernels are applied, so that there is no bias.
        """
        self._geometry = geometry
        self.mode.choose(geometry.mode)
        if geometry.mode == "valid":
            self.border.refuse(WHY_NO_BORDER)
        else:
            self.border.choose(geometry.border)
        self.stride.show_size(geometry.stride)
        self.dilation.show_size(geometry.dilation)
        self.kind.choose("correlation" if geometry.is_correlation else "convolution")
        self.source.choose(source)
        self.offset.show_number(offset)
        self.offset.setEnabled(not is_gradient)
        self.offset.setToolTip(WHY_NO_OFFSET if is_gradient else f"{offset:.9g}. {define('bias')}")
        self._show_size(picture_size, kernel_size)

    def _show_size(self, picture: Size | None, kernel: Size) -> None:
        text, is_possible = "no picture yet", True
        if picture is not None:
            try:
                text = self._geometry.describe_size(picture, kernel)
            except KernelError as error:
                text, is_possible = error.sentence, False
        if is_possible == self.sign.isVisibleTo(self):
            self.sign.setPixmap(icon("warning", self.palette()).pixmap(16, 16))
            self.sign.setVisible(not is_possible)
        self.output_size.set_text(text)

    def _lay_out(self) -> None:
        grid = field_grid(LABEL_WIDTH_PX)
        rows = (
            ("Mode", define("padding"), self.mode),
            ("Border", define("border"), self.border),
            ("Stride", define("stride"), self.stride),
            ("Dilation", define("dilation"), self.dilation),
            ("Kernel", DIFFERENCE, self.kind),
            ("Source", define("source"), self.source),
            ("Bias", define("bias"), self.offset),
        )
        for text, explanation, field in rows:
            add_field(grid, text, field, explanation)
            if field is self.kind:
                difference = plain_label(DIFFERENCE, wraps=True, is_quiet=True)
                grid.addWidget(difference, grid.rowCount(), 0, 1, 2)
        close = SPACING_PX // 2
        sign = self.sign, Qt.AlignmentFlag.AlignTop
        size = in_row(sign, (self.output_size, 1), spacing=close)
        formula = plain_label(SIZE_FORMULA, is_quiet=True)
        title = QLabel("Output size")
        title.setToolTip(define("output size"))
        self.output_size.setToolTip(define("output size"))
        formula.setToolTip(SIZE_TOOLTIP)
        layout = in_column(grid, title, formula, size, of=self, spacing=close)
        layout.insertSpacing(1, close)

    def _want(self, **changes: Any) -> None:
        self.geometry_changed.emit(replace(self._geometry, **changes))


def summarize(geometry: Geometry) -> str:
    """Return the settings in a few words, for a folded title."""
    words = [geometry.mode if geometry.mode == "valid" else f"{geometry.mode}, {geometry.border}"]
    if geometry.stride != (1, 1):
        words.append(f"stride {_write(geometry.stride)}")
    if geometry.dilation != (1, 1):
        words.append(f"dilation {_write(geometry.dilation)}")
    if geometry.is_correlation:
        words.append("correlation")
    return ", ".join(words)


def _choices(keys: Sequence[str], texts: Mapping[str, str]) -> list[Choice]:
    known = terms()
    return [Choice(key, texts[key], define(key if key in known else "source")) for key in keys]


def _write(size: Size) -> str:
    return f"{size[0]}×{size[1]}"
