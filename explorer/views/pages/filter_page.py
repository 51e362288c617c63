"""The Filter page: a kernel, the picture, and the filtered picture, live."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from explorer.core.display import DISPLAYS
from explorer.core.filtering import BORDERS, MODES
from explorer.core.kernels import PRESETS, Kernel, read_kernel
from explorer.errors import KernelError
from explorer.state.filter_state import FilterResult, FilterState
from explorer.state.notices import Notices
from explorer.views.look import SPACING_PX, format_number, format_share, icon
from explorer.views.widgets.inspector import Inspector
from explorer.views.widgets.kernel_editor import KernelEditor
from explorer.views.widgets.picture_view import PictureView

_VALUE_HINT = "Move over a picture to read its values before and after."
_MODE_TEXTS = {
    "full": "Full: wherever the kernel touches the picture",
    "same": "Same: as large as the picture",
    "valid": "Valid: only where the kernel fits inside",
}
_BORDER_TEXTS = {
    "zero": "Zero: black beyond the edges",
    "replicate": "Replicate: the edge pixel goes on",
    "reflect": "Reflect: mirrored at the edge",
    "wrap": "Wrap: the opposite side goes on",
}
_DISPLAY_TEXTS = {
    "clip": "Clip: 0 black, 255 white",
    "abs": "Absolute: distance from 0",
    "offset": "Offset: 0 is mid grey, half contrast",
    "stretch": "Stretch: least black, greatest white",
}


class FilterPage(QWidget):
    """Original and result side by side, with the kernel and its settings beside them."""

    def __init__(self, state: FilterState, notices: Notices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._notices = notices
        self.original = PictureView("Original picture")
        self.result = PictureView("Filtered picture")
        self.result.link_to(self.original)
        self._original_title = QLabel("Original")
        self._result_title = QLabel("Result")
        self._value = QLabel(_VALUE_HINT)
        self._scale = QLabel(" ")
        for label in (self._value, self._scale):
            label.setFixedHeight(label.fontMetrics().height() + SPACING_PX // 2)
        self.inspector = self._build_inspector()

        pictures = QHBoxLayout()
        pictures.setSpacing(SPACING_PX)
        for title, view in (
            (self._original_title, self.original),
            (self._result_title, self.result),
        ):
            column = QVBoxLayout()
            column.setSpacing(SPACING_PX // 2)
            column.addWidget(title)
            column.addWidget(view, stretch=1)
            pictures.addLayout(column, stretch=1)
        left = QVBoxLayout()
        left.addLayout(pictures, stretch=1)
        left.addWidget(self._value)
        left.addWidget(self._scale)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING_PX, SPACING_PX, SPACING_PX, SPACING_PX)
        layout.setSpacing(2 * SPACING_PX)
        layout.addLayout(left, stretch=1)
        layout.addWidget(self.inspector)

        for view in (self.original, self.result):
            view.hovered.connect(self._on_hovered)
            view.left.connect(self._on_left)
        state.settings_changed.connect(self._show_settings)
        state.result_changed.connect(self._show_result)
        self._show_settings()
        self._show_result()

    @property
    def value_text(self) -> str:
        """The line about the pixel under the mouse."""
        return self._value.text()

    @property
    def scale_text(self) -> str:
        """The line about how values are drawn."""
        return self._scale.text()

    def _build_inspector(self) -> QWidget:
        self.preset = QComboBox()
        self.preset.setAccessibleName("Preset")
        for preset in PRESETS:
            self.preset.addItem(preset.name)
        self.preset.activated.connect(self._on_preset)
        open_button = QPushButton(icon("open", self.palette()), "Open kernel…")
        open_button.setToolTip("Open a kernel from a JSON, CSV or NPY file")
        open_button.clicked.connect(self._on_open)
        self.kernel_tabs = QTabBar()
        self.kernel_tabs.setAccessibleName("Which kernel")
        self.kernel_tabs.setDrawBase(False)
        self.kernel_tabs.currentChanged.connect(self._show_kernel)
        self.editor = KernelEditor()
        self.editor.weight_edited.connect(self._on_weight_edited)
        self.editor.stroke_ended.connect(self._state.end_stroke)
        self.editor.refused.connect(self._notices.warn)
        self._facts = QLabel()
        self._facts.setWordWrap(True)
        help_text = QLabel("Drag over cells: left raises, right lowers. Or type a number.")
        help_text.setWordWrap(True)
        help_text.setForegroundRole(help_text.palette().ColorRole.PlaceholderText)

        self.color = QCheckBox("Filter in colour")
        self.color.toggled.connect(self._state.set_color)
        self.mode = _choice("Mode", [_MODE_TEXTS[name] for name in MODES])
        self.mode.activated.connect(lambda index: self._state.set_mode(MODES[index]))
        self.border = _choice("Border", [_BORDER_TEXTS[name] for name in BORDERS])
        self.border.activated.connect(lambda index: self._state.set_border(BORDERS[index]))
        self.display = _choice(
            "Display", ["Automatic, by the kernel", *(_DISPLAY_TEXTS[name] for name in DISPLAYS)]
        )
        self.display.activated.connect(self._on_display)

        inspector = Inspector()
        layout = inspector.column
        top = QHBoxLayout()
        top.addWidget(self.preset, stretch=1)
        top.addWidget(open_button)
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        for text, widget in (
            ("&Mode", self.mode),
            ("&Border", self.border),
            ("Dis&play", self.display),
        ):
            form.addRow(text, widget)
        layout.addLayout(top)
        layout.addWidget(self.kernel_tabs)
        layout.addWidget(self.editor)
        layout.addWidget(help_text)
        layout.addWidget(self._facts)
        layout.addWidget(self.color)
        layout.addLayout(form)
        layout.addStretch(1)
        return inspector

    def _current_kernel(self) -> Kernel:
        kernels = self._state.settings.filter.kernels
        return kernels[min(max(self.kernel_tabs.currentIndex(), 0), len(kernels) - 1)]

    def _show_settings(self) -> None:
        settings = self._state.settings
        keys = [preset.key for preset in PRESETS]
        key = settings.filter.key
        self.preset.setCurrentIndex(keys.index(key) if key in keys else -1)
        self.preset.setPlaceholderText(settings.filter.name)
        names = [kernel.name for kernel in settings.filter.kernels]
        shown = [self.kernel_tabs.tabText(i) for i in range(self.kernel_tabs.count())]
        if names != shown:
            with QSignalBlocker(self.kernel_tabs):
                while self.kernel_tabs.count():
                    self.kernel_tabs.removeTab(0)
                for name in names:
                    self.kernel_tabs.addTab(name)
        self.kernel_tabs.setVisible(len(names) > 1)
        self._show_kernel()
        with QSignalBlocker(self.color):
            self.color.setChecked(settings.is_color)
        self.mode.setCurrentIndex(MODES.index(settings.mode))
        self.border.setCurrentIndex(BORDERS.index(settings.border))
        self.border.setEnabled(settings.mode != "valid")
        display = settings.display
        self.display.setCurrentIndex(0 if display is None else 1 + DISPLAYS.index(display))

    def _show_kernel(self) -> None:
        kernel = self._current_kernel()
        self.editor.set_kernel(kernel)
        self._facts.setText(
            f"{kernel.rows}×{kernel.columns}, sum {format_number(kernel.total)}: "
            f"{_explain_sum(kernel.total)}"
        )

    def _show_result(self) -> None:
        result = self._state.result
        if result is None:
            return
        self.original.set_pixels(result.original)
        self.result.set_pixels(result.shown.pixels, origin=_origin(result))
        height, width = result.original.shape[:2]
        self._original_title.setText(f"Original, {width}×{height}")
        height, width = result.response.shape[:2]
        self._result_title.setText(f"{result.settings.filter.name}, {width}×{height}")
        shown = result.shown
        self._scale.setText(
            f"Black is {format_number(shown.low)}, white is {format_number(shown.high)}; "
            f"{format_share(shown.clipped_share)} of the values are outside."
        )

    def _on_hovered(self, column: int, row: int) -> None:
        result = self._state.result
        if result is None:
            return
        if self.sender() is self.result:
            top, left = _origin(result)
            row, column = row + top, column + left
        top, left = _origin(result)
        before = _value_text(result.original, row, column)
        after = _value_text(result.response, row - top, column - left)
        self._value.setText(f"column {column}, row {row}: {before} → {after}")

    def _on_left(self) -> None:
        self._value.setText(_VALUE_HINT)

    def _on_preset(self, index: int) -> None:
        self._state.choose_filter(PRESETS[index])

    def _on_weight_edited(self, row: int, column: int, value: float) -> None:
        try:
            self._state.set_weight(max(self.kernel_tabs.currentIndex(), 0), row, column, value)
        except KernelError as error:
            self._notices.warn(error.sentence)

    def _on_display(self, index: int) -> None:
        self._state.set_display(None if index == 0 else DISPLAYS[index - 1])

    def _on_open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "Open kernel", "", "Kernels (*.json *.csv *.npy);;All files (*)"
        )
        if name:
            self.open_kernel(Path(name))

    def open_kernel(self, path: Path) -> None:
        """Apply a kernel file."""
        try:
            self._state.choose_filter(read_kernel(path))
        except KernelError as error:
            self._notices.warn(error.sentence)


def _choice(name: str, texts: list[str]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.addItems(texts)
    box.setMinimumContentsLength(12)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box


def _explain_sum(total: float) -> str:
    if abs(total - 1) < 1e-6:
        return "keeps the brightness."
    if abs(total) < 1e-6:
        return "flat areas become 0, only changes remain."
    return "brightens flat areas." if total > 1 else "darkens flat areas."


def _origin(result: FilterResult) -> tuple[int, int]:
    """Return where the result's first pixel lies on the original, so that both zoom as one."""
    rows = max(kernel.rows for kernel in result.settings.filter.kernels)
    columns = max(kernel.columns for kernel in result.settings.filter.kernels)
    if result.settings.mode == "full":
        return -((rows - 1) // 2), -((columns - 1) // 2)
    if result.settings.mode == "valid":
        return rows - 1 - (rows - 1) // 2, columns - 1 - (columns - 1) // 2
    return 0, 0


def _value_text(values: npt.NDArray[Any], row: int, column: int) -> str:
    if not (0 <= row < values.shape[0] and 0 <= column < values.shape[1]):
        return "outside"
    cell = np.atleast_1d(values[row, column])
    text = ", ".join(format_number(float(value)) for value in cell)
    return f"({text})" if len(cell) > 1 else text
