"""The sliders of a parametric kernel: changes apply at once."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from explorer.core.kernels.kernel import Kernel
from explorer.core.kernels.parametric import Parameter, ParametricKernel
from explorer.errors import KernelError
from explorer.views.common.controls.icon_button import IconButton
from explorer.views.common.controls.number_box import HEIGHT_PX, NumberBox
from explorer.views.common.controls.wheel_guard import WheelGuard
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.theme import SPACING_PX

ROOMY_EDGE = 9
NOT_SHOWN = " (not in use)"
_BOX_WIDTH_PX = 84


class _Setting(NamedTuple):
    """A parametric kernel and the positions of its sliders."""

    parametric: ParametricKernel
    values: Mapping[str, float]


class ParametricPanel(QWidget):
    """One row per parameter, for kernels of a given size.

    It remembers the setting that made each kernel, so that undo moves the sliders as well. While
    another kernel is shown, its title says so; moving a slider applies it again.

    Signals
    -------
    edited(Kernel)
        A person wants this kernel.
    edit_ended()
        A slider was let go, or a number typed.
    refused(sentence)
        There is no such kernel.
    """

    edited = Signal(object)
    edit_ended = Signal()
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.parametric: ParametricKernel | None = None
        self._size = (3, 3)
        self._made: Kernel | None = None
        self._settings: dict[Kernel, _Setting] = {}
        self.rows: dict[str, ParameterRow] = {}
        self.title = QLabel()
        name, tip = "Close the parametric kernel", "Close; the kernel is kept"
        self._close = IconButton("close", name, tip, is_flat=True)
        self._close.clicked.connect(self.hide)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACING_PX)
        self._grid.setVerticalSpacing(SPACING_PX // 2)
        self._grid.setColumnStretch(1, 1)
        top = in_row((self.title, 1), self._close, spacing=0)
        in_column(top, self._grid, of=self, spacing=SPACING_PX // 2)

    @property
    def values(self) -> Mapping[str, float]:
        """What the sliders say, by the parameters' keys."""
        return {key: one.box.value() for key, one in self.rows.items()}

    def is_made_here(self, kernel: Kernel) -> bool:
        """Tell whether a kernel is the one that the sliders say, whatever it is called."""
        return self._made is not None and np.array_equal(self._made.weights, kernel.weights)

    def show_kernel(self, kernel: Kernel) -> None:
        """Move the sliders to where they made a kernel, without telling; others move none."""
        self._size = kernel.rows, kernel.columns
        setting = self._settings.get(kernel)
        if setting is not None and not self.is_made_here(kernel):
            self._show_parametric(setting.parametric)
            for key, value in setting.values.items():
                self.rows[key].show_value(value)
            self._made = kernel
        self._show_title(is_shown=self.is_made_here(kernel))

    def choose_parametric(self, parametric: ParametricKernel, rows: int, columns: int) -> None:
        """Offer a formula's sliders, at its defaults, and make its kernel of that size.

        One of a length in pixels is made at least 9×9: less has no room for a bell or a wave.
        """
        has_lengths = any(parameter.unit == "px" for parameter in parametric.parameters)
        if has_lengths and max(rows, columns) < ROOMY_EDGE:
            rows = columns = ROOMY_EDGE
        self._size = rows, columns
        self._show_parametric(parametric)
        for parameter in parametric.parameters:
            self.rows[parameter.key].show_value(parameter.default)
        self._make()
        self.end_edit()

    def set_size(self, rows: int, columns: int) -> None:
        """Make the kernel anew, of another size."""
        self._size = (rows, columns)
        self._make()

    def end_edit(self) -> None:
        """Remember the kernel that an edit ends with: undo comes back to no other."""
        if self.parametric is not None and self._made is not None:
            self._settings[self._made] = _Setting(self.parametric, self.values)
        self.edit_ended.emit()

    def _show_parametric(self, parametric: ParametricKernel) -> None:
        """Offer a formula's sliders."""
        if parametric is self.parametric:
            return
        self.parametric = parametric
        for one in self.rows.values():
            one.remove()
        self.rows = {}
        last: QWidget = self._close
        for line, parameter in enumerate(parametric.parameters):
            made = self.rows[parameter.key] = ParameterRow(parameter, self)
            made.add_to(self._grid, line)
            last = made.follow(last)
            made.edited.connect(self._make)
            made.edit_ended.connect(self.end_edit)

    def _show_title(self, *, is_shown: bool) -> None:
        """Say which formula it is, and whether the kernel that is shown is the sliders' one."""
        if self.parametric is None:
            return
        role = QPalette.ColorRole.WindowText if is_shown else QPalette.ColorRole.PlaceholderText
        again = "" if is_shown else " Move a slider to apply it again."
        self.title.setText(f"{self.parametric.name}{'' if is_shown else NOT_SHOWN}")
        self.title.setToolTip(f"{self.parametric.explanation}{again}")
        for label in (self.title, *(one.label for one in self.rows.values())):
            label.setForegroundRole(role)

    def _make(self) -> None:
        if self.parametric is None:
            return
        self._made = None
        try:
            self._made = self.parametric.make(self.values, *self._size)
        except KernelError as error:
            self._show_title(is_shown=False)
            self.refused.emit(error.sentence)
        else:
            self._show_title(is_shown=True)
            self.edited.emit(self._made)


class ParameterRow(QObject):
    """A name, a slider and a field for one parameter, all of one mind.

    Signals
    -------
    edited()
        The value is another.
    edit_ended()
        The slider was let go, or the number typed.
    """

    edited = Signal()
    edit_ended = Signal()

    def __init__(self, parameter: Parameter, parent: QObject) -> None:
        super().__init__(parent)
        self._low, self._step = parameter.low, parameter.step
        decimals = max(math.ceil(-math.log10(parameter.step)), 0)
        self.label = QLabel(parameter.name)
        self.box = NumberBox(parameter.name, parameter.low, parameter.high, decimals=decimals)
        self.box.setSingleStep(parameter.step)
        if parameter.unit:
            self.box.setSuffix("°" if parameter.unit == "°" else f" {parameter.unit}")
        self.box.setFixedWidth(_BOX_WIDTH_PX)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(parameter.name)
        self.slider.setMinimumHeight(HEIGHT_PX)
        self.slider.setRange(0, round((parameter.high - parameter.low) / parameter.step))
        WheelGuard(self.slider)
        self._widgets = (self.label, self.slider, self.box)
        for widget in self._widgets:
            widget.setToolTip(parameter.explanation)
        self.show_value(parameter.default)
        self.slider.valueChanged.connect(self._on_slider)
        self.slider.sliderReleased.connect(self.edit_ended)
        self.box.edited.connect(self._on_box)
        self.box.edit_ended.connect(self.edit_ended)

    def show_value(self, value: float) -> None:
        """Show another value, without telling."""
        self.box.show_number(value)
        self._move_slider(value)

    def add_to(self, grid: QGridLayout, line: int) -> None:
        """Take a line of a grid."""
        for column, widget in enumerate(self._widgets):
            grid.addWidget(widget, line, column)

    def follow(self, last: QWidget) -> QWidget:
        """Come behind a widget on the way of the Tab key; return what comes last now."""
        for widget in (self.slider, self.box):
            QWidget.setTabOrder(last, widget)
            last = widget
        return last

    def remove(self) -> None:
        """Leave the grid for good."""
        for widget in self._widgets:
            widget.hide()
            widget.deleteLater()
        self.deleteLater()

    def _on_slider(self, place: int) -> None:
        self.box.show_number(self._low + place * self._step)
        self.edited.emit()
        if not self.slider.isSliderDown():  # moved by keys, or by a click beside the handle
            self.edit_ended.emit()

    def _on_box(self, value: float) -> None:
        self._move_slider(value)
        self.edited.emit()

    def _move_slider(self, value: float) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(round((value - self._low) / self._step))
