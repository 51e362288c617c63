"""The Filter page: a row of steps, the picture before and after the chosen one, live."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from explorer.core.filters.explanation import Arithmetic, explain_value
from explorer.core.filters.panel_layout import FOLDS, LINKS, PanelLayout
from explorer.core.filters.settings import FilterSettings
from explorer.core.filters.step_names import step_name
from explorer.core.filters.steps import Dense, Operation
from explorer.core.images.planes import Source
from explorer.state.filter.filter_state import FilterState
from explorer.state.filter.sweep_state import SweepState
from explorer.state.filter.user_kernels_state import UserKernelsState
from explorer.state.shared.notices import Notices
from explorer.views.common.command import Command
from explorer.views.common.command_action import fill_menu
from explorer.views.common.controls.axis_pair import AxisPair
from explorer.views.common.controls.fold import Fold
from explorer.views.common.labels.fixed_height_label import FixedHeightLabel
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.page import Page
from explorer.views.common.theme import SPACING_PX
from explorer.views.filter.arithmetic.panel import ArithmeticPanel
from explorer.views.filter.commands import EXPORTS, list_lesson_commands, list_presets
from explorer.views.filter.display.panel import describe_clipping, describe_ends
from explorer.views.filter.export_actions import ExportActions
from explorer.views.filter.inspector import FilterInspector
from explorer.views.filter.kernel.enlarged_editor import EnlargedEditor
from explorer.views.filter.kernel.panel import USER_KERNELS
from explorer.views.filter.lesson_bar import LessonBar
from explorer.views.filter.memory import FilterMemory
from explorer.views.filter.picture_pair import PicturePair, ViewedPart
from explorer.views.filter.source_menu import SourceMenu
from explorer.views.filter.steps.strip import StepStrip

SOURCE_NAMES: dict[Source, str] = {
    "grey": "grey",
    "color": "three colour channels",
    "red": "red channel",
    "green": "green channel",
    "blue": "blue channel",
}
PLANE_NAMES = ("red", "green", "blue")


class FilterPage(Page):
    """The pictures, the arithmetic of one value, the row of steps, and the inspector."""

    def __init__(
        self,
        state: FilterState,
        sweep: SweepState,
        user_kernels: UserKernelsState,
        notices: Notices,
    ) -> None:
        super().__init__()
        self.state: FilterState = state
        self._sweep = sweep
        self._user_kernels = user_kernels
        self.undo_stack = state.undo_stack
        self.pictures = PicturePair()
        self.original, self.result = self.pictures.original, self.pictures.result
        self._above_steps = QWidget()
        self.enlarged = EnlargedEditor(self._above_steps)
        self.inspector: FilterInspector = FilterInspector(state, user_kernels, notices)
        self.kernel_panel = self.inspector.kernel_panel
        self.arithmetic = ArithmeticPanel()
        self.strip = StepStrip()
        self.sources = SourceMenu(self.strip)
        self.exports: ExportActions = ExportActions(state, notices, self.pictures)
        self.declare(EXPORTS)
        self.lessons = _menu_button("Lessons", "Ready-made experiments")
        self.save_button = _menu_button("Save", "Save the result or the figure")
        self.copy_button = _menu_button("Copy", "Copy the result, the figure or a Python script")
        self.lesson_bar = LessonBar(state)
        self.scale = FixedHeightLabel("Colour scale", 2)
        self._lay_out()
        self._connect()
        self._show_settings()
        self._show_result()

    @property
    def panel_layout(self) -> PanelLayout:
        """How the tools lie."""
        return PanelLayout(
            self.kernel_panel.brushes.brush,
            tuple(name for name, pair in self._pairs.items() if not pair.link.isChecked()),
            tuple(name for name, fold in self._folds.items() if fold.is_open),
            self._sweep.speed,
        )

    def set_panel_layout(self, panel_layout: PanelLayout) -> None:
        """Lay the tools out as they were."""
        self.kernel_panel.brushes.set_brush(panel_layout.brush)
        for name, pair in self._pairs.items():
            pair.set_linked(name not in panel_layout.unlinked)
        self.inspector.open_folds([self._folds[name] for name in panel_layout.open_folds])
        self._sweep.set_speed(panel_layout.speed)
        self.arithmetic.set_speed(panel_layout.speed)

    @property
    def is_busy(self) -> bool:
        return self.state.is_busy

    @property
    def memory(self) -> str:
        return FilterMemory.of(self.state.settings, self.panel_layout).write()

    @property
    def viewport(self) -> ViewedPart:
        return self.pictures.viewed_part

    def restore_viewport(self, viewport: ViewedPart | None) -> None:
        self.pictures.restore_viewport(viewport)

    def commands(self) -> Iterable[Command["FilterPage"]]:
        return list_presets(USER_KERNELS, self._user_kernels.kernels)

    @property
    def _folds(self) -> dict[str, Fold]:
        inspector = self.inspector
        folds = inspector.geometry_fold, inspector.display_fold, inspector.analysis_fold
        return dict(zip(FOLDS, folds, strict=True))

    @property
    def _pairs(self) -> dict[str, AxisPair]:
        geometry, pooling = self.inspector.geometry_panel, self.inspector.pooling_panel
        pairs = geometry.stride, geometry.dilation, pooling.size_pair, pooling.stride
        return dict(zip(LINKS, (self.kernel_panel.kernel_size, *pairs), strict=True))

    def open_file(self, path: Path) -> None:
        self.inspector.files.open_path(path)

    def open_text(self, text: str) -> bool:
        return self.inspector.files.apply_text(text)

    def has_step(self, kind: type[Operation]) -> bool:
        """Return whether there is a step of a kind in the row."""
        return any(isinstance(step.operation, kind) for step in self.state.settings.steps)

    def choose_step_of(self, kind: type[Operation]) -> None:
        """Choose the first step of a kind, unless one of that kind is chosen."""
        settings = self.state.settings
        if not isinstance(settings.step.operation, kind):
            kinds = [isinstance(step.operation, kind) for step in settings.steps]
            self.state.select_step(kinds.index(True))

    def _lay_out(self) -> None:
        self.lessons.menu().aboutToShow.connect(self._fill_lessons)
        for button, menu in ((self.save_button, "File"), (self.copy_button, "Edit")):
            button.menu().addActions(
                [action for action in self.menu_actions if action.command.menu[0] == menu]
            )
        bar = in_row((self.scale, 1), self.lessons, self.save_button, self.copy_button)
        parts = self.lesson_bar, (self.pictures, 1), bar, self.arithmetic
        in_column(*parts, of=self._above_steps)
        left = in_column((self._above_steps, 1), self.strip)
        in_row((left, 1), self.inspector, of=self, spacing=2 * SPACING_PX, margin=SPACING_PX)

    def _connect(self) -> None:
        state, sweep = self.state, self._sweep
        state.settings_changed.connect(self._show_settings)
        state.result_changed.connect(self._show_result)
        state.result_changed.connect(self.commands_changed)
        state.settings_changed.connect(self.memory_changed)
        state.details_changed.connect(self._show_details)
        state.preview_changed.connect(self._show_preview)
        self.original.view_changed.connect(lambda: state.set_viewport(self.pictures.viewport))
        sweep.changed.connect(self._show_place)
        for place in (self.pictures, self.arithmetic):  # elsewhere, letters choose from lists
            next_plane = QShortcut(QKeySequence("C"), place, sweep.next_channel)
            next_plane.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.pictures.hovered.connect(lambda row, column: sweep.hover((row, column)))
        self.pictures.aimed.connect(lambda row, column: sweep.move((row, column)))
        self.pictures.left.connect(lambda: sweep.hover(None))
        self.pictures.clicked.connect(lambda row, column: sweep.pin((row, column)))
        self.pictures.double_clicked.connect(sweep.take_back_pin)
        self.arithmetic.play_toggled.connect(lambda is_on: sweep.play() if is_on else sweep.stop())
        self.arithmetic.stepped.connect(sweep.step)
        self.arithmetic.speed_changed.connect(sweep.set_speed)
        self.arithmetic.unpin_button.clicked.connect(sweep.unpin)
        self.arithmetic.plane_button.clicked.connect(sweep.next_channel)
        self.strip.step_selected.connect(state.select_step)
        self.strip.step_toggled.connect(state.switch_step)
        self.strip.step_removed.connect(state.remove_step)
        self.strip.step_moved.connect(state.move_step)
        self.strip.add_button.step_added.connect(state.add_step)
        self.strip.input_clicked.connect(self._offer_sources)
        self.sources.source_chosen.connect(state.set_source)
        self.sources.source_chosen.connect(state.end_edit)  # connected last: the wish is told first
        self.sources.input_wanted.connect(lambda: state.select_step(0))
        self.kernel_panel.enlarge.toggled.connect(self._enlarge)
        self.inspector.connect_editor(self.enlarged.editor)
        self.enlarged.closed.connect(lambda: self.kernel_panel.set_enlarged(False))
        self.enlarged.editor.set_brush(self.kernel_panel.brushes.brush)
        self.kernel_panel.brushes.brush_changed.connect(self.enlarged.editor.set_brush)
        self.kernel_panel.brushes.brush_changed.connect(lambda brush: self.memory_changed.emit())
        for pair in self._pairs.values():
            pair.link.toggled.connect(lambda is_on: self.memory_changed.emit())
        self.arithmetic.speed_changed.connect(lambda speed: self.memory_changed.emit())
        for fold in self._folds.values():
            fold.toggled.connect(lambda is_open: self.memory_changed.emit())
        self.kernel_panel.kernel_chosen.connect(lambda index: self._show_settings())

    def _show_settings(self) -> None:
        convolution = self.state.settings.convolution
        if convolution is None:
            self.enlarged.hide()
            self.kernel_panel.set_enlarged(False)
        elif self.enlarged.isVisible():
            kernels = convolution.filter.kernels
            index = min(self.kernel_panel.kernel_index, len(kernels) - 1)
            self.enlarged.editor.set_kernel(kernels[index], index)
        self._show_strip()

    def _show_result(self) -> None:
        result, stopped = self.state.result, self.state.stopped
        place = self._sweep.place
        spot = None if place is None else self.pictures.spot_of(place)
        if stopped is not None:
            self.pictures.show_stopped(stopped, input_name=_name_input(len(stopped.outputs)))
            self._sweep.set_size((0, 0))
            self._say(stopped.problem)
            self._show_strip()
        if result is None:
            return
        step = result.settings.step
        after = step_name(step.operation) if step.is_on else "Switched off"
        if result.scores is not None and isinstance(step.operation, Dense):
            highest = step.operation.neurons[int(result.scores.argmax())]
            after = f"Contribution of each value to the score of “{highest}”"
        before = _name_input(result.settings.selected)
        self.pictures.show_result(result, input_name=before, result_name=after)
        # Another step has other values at the same spot.
        place = None if spot is None else self.pictures.value_at(spot)
        self._sweep.set_size((result.response.shape[0], result.response.shape[1]), place)
        shown = result.shown
        self._say(
            self.state.problem
            or f"{describe_ends(shown, is_color=result.response.ndim == 3)} "
            f"{describe_clipping(shown.clipped_fraction)}"
        )
        self._show_place()

    def _say(self, text: str) -> None:
        """Write below the pictures; where that is too narrow, the tooltip has all of it."""
        self.scale.set_text(text)
        self.scale.setToolTip(text)

    def _show_preview(self) -> None:
        if self.state.preview is not None:
            self.pictures.show_sample(self.state.preview)

    def _show_details(self) -> None:
        self._show_strip()
        result = self.state.result
        if result is not None and result.scores is not None:
            self._show_place()  # which waits for them

    def _show_strip(self) -> None:
        settings, details = self.state.settings, self.state.details
        made, stopped = self.state.result or self.state.stopped, self.state.stopped
        sizes: tuple[tuple[int, ...], ...] = ()
        stop: int | None = None
        if made is not None and _are_alike(made.settings, settings):
            sizes = (made.source_shape, *(output.shape for output in made.outputs))
            stop = len(made.outputs) if made.problem else None
        thumbnails: tuple[npt.NDArray[np.uint8], ...] = ()
        if stopped is not None:
            thumbnails = stopped.thumbnails
        elif details is not None and _are_alike(details.settings, settings):
            thumbnails = details.thumbnails
        self.strip.show_steps(
            settings.steps,
            settings.selected,
            sizes,
            thumbnails,
            source=SOURCE_NAMES[settings.source],
            stop=stop,
        )

    def _show_place(self) -> None:
        result, sweep = self.state.result, self._sweep
        place = sweep.place
        arithmetic: Arithmetic | None = None
        if result is not None and place is not None and result.is_step_on:
            operation = result.settings.step.operation
            if isinstance(operation, Dense):
                neurons = self.state.neurons
                arithmetic = None if neurons is None else neurons.at(*place)
            else:
                channel = sweep.channel if result.inputs.ndim == 3 else 0
                arithmetic = explain_value(
                    result.inputs, operation, *place, channel, order=result.order
                )
        self.pictures.show_place(arithmetic, place)
        self.result.set_reveal(sweep.revealed)
        has_planes = result is not None and result.scores is None and result.inputs.ndim == 3
        # Also while no value is followed: the mouse leaves the pictures on its way to the button.
        plane = f"{PLANE_NAMES[sweep.channel]} channel" if has_planes else ""
        text = "" if place is None else f"column {place[1]}, row {place[0]}"
        if text and result is not None and result.scores is not None:
            text += "" if arithmetic is not None else ": computing the scores…"
        elif text and plane:
            text += f", {plane}"
        self.arithmetic.show_value(
            arithmetic,
            place=text,
            is_pinned=sweep.is_pinned,
            is_playing=sweep.is_playing,
            plane=plane,
        )

    def _offer_sources(self) -> None:
        settings = self.state.settings
        card = self.strip.input_card
        self.sources.open_above(card, settings.source, is_shown=settings.selected == 0)

    def _fill_lessons(self) -> None:
        menu = self.lessons.menu()
        if menu.isEmpty():
            fill_menu(menu, list_lesson_commands(), self)

    # Qt overrides.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # What no widget of the page had a use for.
        if event.key() == Qt.Key.Key_Escape and self.enlarged.isVisible():
            self.kernel_panel.set_enlarged(False)
            self.enlarged.hide()
        elif event.key() == Qt.Key.Key_Escape and self._sweep.is_pinned:
            self._sweep.stop()
            self._sweep.unpin()
        else:
            super().keyPressEvent(event)

    def _enlarge(self, is_large: bool) -> None:
        if is_large:
            self.enlarged.open()
            self._show_settings()
        else:
            self.enlarged.hide()


def _menu_button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMinimumHeight(28)
    button.setMenu(QMenu(button))
    return button


def _name_input(index: int) -> str:
    """Return what comes into a step, in words."""
    return "Original" if index == 0 else f"After step {index}"


def _are_alike(made: FilterSettings, wanted: FilterSettings) -> bool:
    """Return whether what was made for some steps can stand for others until theirs is ready."""
    return [type(step.operation) for step in made.steps] == [
        type(step.operation) for step in wanted.steps
    ]
