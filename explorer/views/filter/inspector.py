"""The inspector of the Filter page: the chosen step's own panel, then what all steps share."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from explorer.core.convolution.geometry import Size
from explorer.core.filters.display import DISPLAY_NAMES
from explorer.core.filters.steps import Dense, Pooling, Relu, Shuffle, shuffle_before
from explorer.core.kernels.transforms import resize
from explorer.state.filter.filter_state import FilterState
from explorer.state.filter.user_kernels_state import UserKernelsState
from explorer.state.shared.notices import Notices
from explorer.views.common.controls.fold import Fold
from explorer.views.common.kernel.editor import KernelEditor
from explorer.views.common.layouts import in_column
from explorer.views.common.theme import INSPECTOR_WIDTH_PX, SPACING_PX
from explorer.views.filter.display.panel import DisplayPanel
from explorer.views.filter.geometry_panel import GeometryPanel, summarize
from explorer.views.filter.kernel.analysis_panel import AnalysisPanel
from explorer.views.filter.kernel.files import KernelFiles
from explorer.views.filter.kernel.panel import KernelPanel
from explorer.views.filter.steps.panels import (
    DensePanel,
    PoolingPanel,
    ReluPanel,
    ShufflePanel,
)


class FilterInspector(QScrollArea):
    """Shows the settings and turns what is done to them into the state's verbs."""

    def __init__(
        self, state: FilterState, user_kernels: UserKernelsState, notices: Notices
    ) -> None:
        super().__init__()
        self._state = state
        self._notices = notices
        self.kernel_panel = KernelPanel()
        self.files = KernelFiles(state, user_kernels, notices, self)
        self.pooling_panel = PoolingPanel()
        self.dense_panel = DensePanel()
        self.shuffle_panel = ShufflePanel()
        self.relu_panel = ReluPanel()
        self.geometry_panel = GeometryPanel()
        self.display_panel = DisplayPanel()
        self.analysis_panel = AnalysisPanel()
        self.geometry_fold = Fold("Geometry", self.geometry_panel)
        self.display_fold = Fold("Display", self.display_panel)
        self.analysis_fold = Fold("Kernel analysis", self.analysis_panel)

        self._folds = (self.geometry_fold, self.display_fold, self.analysis_fold)
        inside = QWidget()
        parts = self.kernel_panel, *self._step_panels, *self._folds
        in_column(*parts, 1, of=inside).setContentsMargins(0, 0, SPACING_PX, 0)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFixedWidth(INSPECTOR_WIDTH_PX)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

        self._connect_kernel_panel(user_kernels)
        self._connect_others()
        state.settings_changed.connect(self._show_settings)
        state.result_changed.connect(self._show_result)
        state.details_changed.connect(self._show_display)
        for fold in self._folds:
            fold.toggled.connect(lambda is_open: self._show_opened())
        self._show_settings()

    def connect_editor(self, editor: KernelEditor) -> None:
        """Let an editor of the shown kernel edit it."""
        editor.weights_edited.connect(self._state.set_weights)
        editor.stroke_ended.connect(self._state.end_edit)
        editor.refused.connect(self._notices.warn)

    def _connect_kernel_panel(self, user_kernels: UserKernelsState) -> None:
        panel, state = self.kernel_panel, self._state
        panel.preset.chosen.connect(state.choose_filter)
        self.connect_editor(panel.editor)
        panel.parametric.edit_ended.connect(state.end_edit)
        panel.parametric.refused.connect(self._notices.warn)
        panel.kernel_chosen.connect(lambda index: self._show_analysis())
        panel.size_chosen.connect(self._resize)
        panel.transform_chosen.connect(
            lambda transform: state.transform_kernels(transform.name, transform.apply)
        )
        panel.parametric.edited.connect(
            lambda kernel: state.set_weights(panel.kernel_index, kernel.weights, kernel.name)
        )
        panel.gradient_toggled.connect(state.set_gradient)
        files = self.files
        panel.open_wanted.connect(files.open)
        panel.save_wanted.connect(files.save)
        panel.save_own_wanted.connect(files.save_own)
        panel.rename_own_wanted.connect(files.rename_own)
        panel.delete_own_wanted.connect(files.delete_own)
        panel.paste_wanted.connect(files.paste)
        panel.copy_wanted.connect(lambda style: files.copy(style, panel.kernel_index))
        user_kernels.changed.connect(lambda: panel.set_user_kernels(user_kernels.kernels))
        panel.set_user_kernels(user_kernels.kernels)
        user_kernels.renamed.connect(state.rename_filter)

    def _connect_others(self) -> None:
        state = self._state
        self.geometry_panel.geometry_changed.connect(state.set_geometry)
        self.geometry_panel.source_chosen.connect(state.set_source)
        self.geometry_panel.offset.edited.connect(state.set_offset)
        self.display_panel.display_chosen.connect(state.set_display)
        self.display_panel.range_changed.connect(state.set_range)
        for panel in (self.geometry_panel, self.display_panel, *self._step_panels):
            panel.edit_ended.connect(state.end_edit)
        for step_panel in self._step_panels:
            step_panel.operation_changed.connect(state.set_operation)

    @property
    def _step_panels(self) -> tuple[PoolingPanel, DensePanel, ShufflePanel, ReluPanel]:
        return self.pooling_panel, self.dense_panel, self.shuffle_panel, self.relu_panel

    def _show_settings(self) -> None:
        settings = self._state.settings
        operation, convolution = settings.step.operation, settings.convolution
        self.kernel_panel.setVisible(convolution is not None)
        self.geometry_fold.setVisible(convolution is not None)
        self.analysis_fold.setVisible(convolution is not None)
        self.pooling_panel.setVisible(isinstance(operation, Pooling))
        self.dense_panel.setVisible(isinstance(operation, Dense))
        self.shuffle_panel.setVisible(isinstance(operation, Shuffle))
        self.relu_panel.setVisible(isinstance(operation, Relu))
        if convolution is not None:
            self.kernel_panel.show_filter(convolution.filter)
            self.geometry_fold.set_summary(summarize(convolution.geometry))
            self._show_analysis()
        display = DISPLAY_NAMES[self._state.display]
        self.display_fold.set_summary(
            display if settings.step.range is None else f"{display}, fixed"
        )
        self._show_geometry()
        self._show_step_panel()

    def open_folds(self, folds: Sequence[Fold]) -> None:
        """Open these sections, and close the others."""
        for fold in self._folds:
            fold.set_open(fold in folds)
        self._show_opened()

    def _show_opened(self) -> None:
        """Bring a section up to date that was closed until now."""
        self._show_settings()
        self._show_display()

    def _show_result(self) -> None:
        self._show_geometry()
        self._show_step_panel()
        self._show_display()

    def _show_analysis(self) -> None:
        convolution = self._state.settings.convolution
        if convolution is not None and self.analysis_fold.is_open:
            kernels = convolution.filter.kernels
            index = min(self.kernel_panel.kernel_index, len(kernels) - 1)
            self.analysis_panel.show_kernel(kernels[index])

    def _show_geometry(self) -> None:
        settings, convolution = self._state.settings, self._state.settings.convolution
        if convolution is None or not self.geometry_fold.is_open:
            return
        kernel = convolution.filter.kernels[0]
        self.geometry_panel.show_geometry(
            convolution.geometry,
            settings.source,
            offset=convolution.offset,
            picture_size=self._input_size() or self._state.picture_size,
            kernel_size=(kernel.rows, kernel.columns),
            is_gradient=len(convolution.filter.kernels) > 1,
        )

    def _input_size(self) -> Size | None:
        """Return height and width of what comes into the chosen step; None where nothing does."""
        result, stopped, at = self._state.result, self._state.stopped, self._state.settings.selected
        if result is not None and result.settings.selected == at:
            return result.inputs.shape[0], result.inputs.shape[1]
        if stopped is not None and at == stopped.settings.selected == len(stopped.outputs):
            return stopped.inputs.shape[0], stopped.inputs.shape[1]
        return None

    def _show_step_panel(self) -> None:
        settings, result = self._state.settings, self._state.result
        is_current = result is not None and result.settings == settings
        match settings.step.operation:
            case Dense() as dense:
                seed = shuffle_before(settings.steps, settings.selected)
                if result is not None and is_current:
                    self.dense_panel.show_operation(
                        dense,
                        result.scores,
                        result.probabilities,
                        result.inputs.shape,
                        weight_pictures=result.weight_pictures,
                        shuffle_seed=seed,
                    )
                else:
                    self.dense_panel.show_operation(dense, shuffle_seed=seed)
            case Pooling() as pooling:
                self.pooling_panel.show_operation(pooling, self._input_size())
            case Shuffle() as shuffle:
                self.shuffle_panel.show_operation(shuffle)
            case Relu() as relu:
                self.relu_panel.show_operation(relu)

    def _show_display(self) -> None:
        result, details = self._state.result, self._state.details
        if not self.display_fold.is_open:
            return
        if result is None:
            self.display_panel.show_nothing()
            return
        settings = result.settings
        counted = details.histogram if details is not None else None
        self.display_panel.show_display(
            settings.step.display,
            result.shown.display,
            settings.step.range,
            result.shown,
            counted,
        )

    def _resize(self, rows: int, columns: int) -> None:
        self._state.transform_kernels("resize kernel", lambda kernel: resize(kernel, rows, columns))
