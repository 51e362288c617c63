"""The kernel of a step: choose one, draw on it, and everything else that can be done to it."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QSizePolicy, QTabBar, QToolButton, QWidget

from explorer.core.convolution.geometry import Size
from explorer.core.kernels.brush import Cell
from explorer.core.kernels.kernel import MAX_EDGE, Filter, Kernel
from explorer.core.kernels.parametric import ParametricKernel
from explorer.core.kernels.presets import PRESET_GROUPS
from explorer.views.common.command_action import fill_menu
from explorer.views.common.controls.axis_pair import AxisPair
from explorer.views.common.controls.icon_button import IconButton
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.kernel.editor import KernelEditor
from explorer.views.common.layouts import in_column, in_row, label_of
from explorer.views.common.theme import COUNTING
from explorer.views.filter.kernel import commands
from explorer.views.filter.kernel.brush_bar import BrushBar
from explorer.views.filter.kernel.chooser import FilterChooser
from explorer.views.filter.kernel.parametric_panel import ParametricPanel

USER_KERNELS = "My kernels"
HINT = "Drag to raise, right-drag to lower, or type."


class KernelPanel(QWidget):
    """Shows a filter and tells what a person wants done to it; `editor` tells of its weights.

    Signals
    -------
    open_wanted(), paste_wanted()
        Another filter is wanted: one from a file, the clipboard's.
    size_chosen(rows, columns)
        Another size is wanted.
    transform_chosen(Transform), gradient_toggled(bool)
        The kernels are to be transformed; to be two, or one.
    save_wanted(), save_own_wanted(), rename_own_wanted(Filter), delete_own_wanted(Filter)
        The filter is to be kept: in a file, among my kernels; one of mine is to change or to go.
    copy_wanted(style)
        The shown kernel is wanted as text: "numpy", "matlab", "table" or "latex".
    kernel_chosen(kernel_index)
        Another of two kernels is shown.
    """

    size_chosen = Signal(int, int)
    transform_chosen = Signal(object)
    open_wanted: Signal = Signal()
    save_wanted: Signal = Signal()
    save_own_wanted: Signal = Signal()
    rename_own_wanted: Signal = Signal(object)
    delete_own_wanted: Signal = Signal(object)
    paste_wanted: Signal = Signal()
    copy_wanted = Signal(str)
    gradient_toggled = Signal(bool)
    kernel_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._filter: Filter | None = None
        self._user_kernels: tuple[Filter, ...] = ()
        self.preset = FilterChooser("Kernel preset")
        self.menu = IconButton("more", "Kernel menu", "Open, save, paste and copy kernels")
        self.menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.kernel_size = AxisPair(
            "Size", MAX_EDGE, "New cells around the kernel are 0.", axes=("Rows", "Columns")
        )
        self.kernel_size.edited.connect(self._on_size)
        self.enlarge = IconButton("enlarge", "Enlarge the kernel", "Draw on an enlarged kernel")
        self.enlarge.setCheckable(True)
        self.tabs = _tab_bar()
        self.tabs.currentChanged.connect(self._on_tab)
        self.editor = KernelEditor()
        self.editor.pointed.connect(self._show_cell)
        self.cell = QLabel(HINT)
        self.cell.setToolTip(COUNTING)
        self.cell.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.cell.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.brushes = BrushBar()
        self.brushes.brush_changed.connect(self.editor.set_brush)
        self.transform = _button("Transform", "Rotate, flip or scale the weights")
        self.parametric_button = _button("Parametric", "Make a kernel from a formula, with sliders")
        self.gradient = _button(commands.TWO_KERNELS.text, commands.TWO_KERNELS.tip)
        self.gradient.setCheckable(True)
        self.gradient.clicked.connect(self._on_gradient)
        self.parametric = ParametricPanel()
        self.parametric.hide()
        self.kernel_size.edit_ended.connect(self.parametric.end_edit)
        self._fill_menus()
        self._lay_out()
        self.set_user_kernels(())

    @property
    def kernel_index(self) -> int:
        """Which of the filter's kernels is shown and edited: 0 or 1."""
        return max(self.tabs.currentIndex(), 0)

    @property
    def is_pair(self) -> bool:
        """Whether two kernels are applied."""
        return self._filter is not None and len(self._filter.kernels) == 2

    def toggle_gradient(self) -> None:
        """Want two kernels, or one."""
        self.gradient_toggled.emit(not self.is_pair)

    def show_filter(self, shown: Filter) -> None:
        """Show a filter: its name, its kernels, its size."""
        if shown == self._filter:
            return
        self._filter = shown
        self.preset.show_filter(shown)
        names = [kernel.name for kernel in shown.kernels]
        if names != [self.tabs.tabToolTip(place) for place in range(self.tabs.count())]:
            self._show_tabs(names)
        is_pair = len(names) == 2
        self.gradient.setChecked(is_pair)
        self._show_kernel()

    def set_user_kernels(self, kernels: tuple[Filter, ...]) -> None:
        """Offer a person's own kernels below the presets."""
        self._user_kernels = kernels
        groups = [(group.name, group.filters) for group in PRESET_GROUPS]
        self.preset.set_groups([*groups, (USER_KERNELS, kernels)])

    def set_enlarged(self, is_enlarged: bool) -> None:
        """Show whether the editor is large elsewhere, without telling."""
        with QSignalBlocker(self.enlarge):
            self.enlarge.setChecked(is_enlarged)

    def _fill_menus(self) -> None:
        menu = QMenu(self.menu)
        fill_menu(menu, commands.FILES, self)
        menu.addSeparator()
        fill_menu(menu, [commands.PASTE_MATRIX], self)
        fill_menu(menu.addMenu("&Copy as"), commands.COPIES, self)
        self.menu.setMenu(menu)
        self.transform.setMenu(QMenu(self.transform))
        fill_menu(self.transform.menu(), commands.TRANSFORM, self)
        self.parametric_button.setMenu(QMenu(self.parametric_button))
        fill_menu(self.parametric_button.menu(), commands.PARAMETRIC, self)

    def _lay_out(self) -> None:
        top = in_row((self.preset, 1), self.menu)
        label = label_of(self.kernel_size, "Si&ze", "Rows × columns of the kernel")
        size = in_row(label, self.kernel_size, 1, self.enlarge)
        kernel = self.tabs, self.editor, self.cell, self.brushes
        buttons = in_row((self.transform, 1), (self.parametric_button, 1), (self.gradient, 1))
        in_column(top, size, *kernel, buttons, self.parametric, of=self)

    def _show_tabs(self, names: list[str]) -> None:
        kept = self.kernel_index
        with QSignalBlocker(self.tabs):
            while self.tabs.count():
                self.tabs.removeTab(0)
            for name in names:
                self.tabs.setTabToolTip(self.tabs.addTab(name.replace("&", "&&")), name)
            self.tabs.setCurrentIndex(min(kept, len(names) - 1))
        self.tabs.setVisible(len(names) == 2)

    def _kernel(self) -> Kernel | None:
        return None if self._filter is None else self._filter.kernels[self.kernel_index]

    def _show_kernel(self) -> None:
        kernel = self._kernel()
        if kernel is not None:
            self.editor.set_kernel(kernel, self.kernel_index)
            self.kernel_size.show_size((kernel.rows, kernel.columns))
            self.brushes.set_square(kernel.rows == kernel.columns)
            self.parametric.show_kernel(kernel)

    def _show_cell(self, cell: Cell | None) -> None:
        kernel = self.editor.kernel
        text, role = HINT, QPalette.ColorRole.PlaceholderText
        if cell is not None and kernel is not None:
            role = QPalette.ColorRole.WindowText
            weight = f"{kernel.weights[cell]:.10g}".replace("-", "−")
            text = f"Row {cell[0]}, column {cell[1]}: {weight}"
        if text != self.cell.text():
            self.cell.setText(text)
            self.cell.setForegroundRole(role)

    @property
    def own(self) -> Filter | None:
        """Which of a person's own kernels is shown, by name or by weights."""
        shown = self._filter
        for own in self._user_kernels:
            if shown is not None and own.key == shown.key:
                return own
        for own in self._user_kernels:
            if shown is not None and [one.weights.tolist() for one in own.kernels] == [
                one.weights.tolist() for one in shown.kernels
            ]:
                return own
        return None

    def open_parametric(self, parametric: ParametricKernel) -> None:
        """Make the kernel from a formula."""
        kernel = self._kernel()
        if kernel is not None:
            self.parametric.show()
            self.parametric.choose_parametric(parametric, kernel.rows, kernel.columns)

    def _on_size(self, size: Size) -> None:
        kernel = self._kernel()
        is_parametric = (
            self.parametric.isVisibleTo(self)
            and kernel is not None
            and self.parametric.is_made_here(kernel)
        )
        if is_parametric:  # its formula knows what belongs into the new cells
            self.parametric.set_size(*size)
        else:
            self.size_chosen.emit(*size)

    def _on_tab(self) -> None:
        self._show_kernel()
        self.kernel_chosen.emit(self.kernel_index)

    def _on_gradient(self, is_wanted: bool) -> None:
        self.gradient.setChecked(self.is_pair)
        self.gradient_toggled.emit(is_wanted)


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setMinimumSize(1, HEIGHT_PX)
    return button


def _tab_bar() -> QTabBar:
    tabs = QTabBar()
    tabs.setAccessibleName("Which kernel")
    tabs.setDrawBase(False)
    tabs.setElideMode(Qt.TextElideMode.ElideMiddle)
    tabs.setUsesScrollButtons(False)
    tabs.setMinimumHeight(HEIGHT_PX)
    return tabs
