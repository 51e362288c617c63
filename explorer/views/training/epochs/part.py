"""Epochs: a slider over the kept epochs of a run, and what its network was like then."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QComboBox, QPushButton, QSlider, QStackedWidget, QWidget

from explorer.core.files.names import file_name, printable_name, shorten_name
from explorer.state.training.epochs_state import EpochsState
from explorer.state.training.film_state import FilmState
from explorer.views.common.command_action import CommandAction, CommandButton
from explorer.views.common.controls.job_row import JobRow
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.controls.wheel_guard import WheelGuard
from explorer.views.common.dialogs.save_dialog import SaveKind, ask_where_to_save
from explorer.views.common.images import pixels_of
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import add_field, field_grid, in_column, in_row
from explorer.views.common.part import Part
from explorer.views.common.theme import SPACING_PX
from explorer.views.training.epochs.commands import EPOCH_COMMANDS
from explorer.views.training.epochs.figure import EpochFigure

STARTING = "Starting TensorFlow; this takes a few seconds."
NOTHING = (
    "No run has kept its epochs yet. Begin one on Train: the first epoch can be looked at "
    "as soon as it has ended."
)
KEPT = (
    "A run keeps the networks of some of its epochs, early ones closer together. They take three "
    "times the room of its weights at most; --keep-epochs keeps more, or none."
)
MOST_EDGE_PX = 1600
"""Of an exported frame: larger ones are made smaller."""
LABEL_WIDTH_PX = 48


class EpochsPart(Part):
    """Scrubs through a training, plays it and exports it."""

    name = "epochs"

    def __init__(self, state: EpochsState, film: FilmState) -> None:
        super().__init__()
        self._is_entered = False
        self.state: EpochsState = state
        self.film: FilmState = film
        self._exporting: tuple[Path, bool] | None = None
        self._actions = {one.name: CommandAction(one, self, self) for one in EPOCH_COMMANDS}
        self.figure = EpochFigure()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Epoch")
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setTickInterval(1)
        self.play_button = CommandButton(self._actions["play_epochs"])
        self.run_choice = _choice("Run")
        self.layer_choice = _choice("Layer whose maps are shown")
        self.activity = ElidedLabel()
        self.activity.setForegroundRole(self.activity.palette().ColorRole.PlaceholderText)
        self.retry_button = QPushButton("Try again")
        self.cancel_button = QPushButton("Cancel")
        self.progress = JobRow(film, "Computing the epochs", self.cancel_button)
        self.absence = plain_label(NOTHING, wraps=True, is_quiet=True)
        self.absence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.absence.setMargin(4 * SPACING_PX)
        self.view = self._stack = QStackedWidget()
        self._build_view()
        self.panel = self._build_panel()

        self.slider.valueChanged.connect(self._on_slider)
        self.run_choice.activated.connect(self._on_run)
        self.layer_choice.activated.connect(
            lambda place: state.choose_layer(state.layers[place].name)
        )
        self.cancel_button.clicked.connect(self._cancel)
        self.retry_button.clicked.connect(state.retry)
        self.commands_changed.connect(self._refresh)
        state.run_changed.connect(self._show_run)
        state.choice_changed.connect(self._show_choice)
        state.shown_changed.connect(self._show_view)
        state.activity_changed.connect(self._show_activity)
        film.playing_changed.connect(self.commands_changed)
        film.ready.connect(self._on_ready)
        self._show_run()
        self._show_view()

    def _build_view(self) -> None:
        page = QWidget()
        in_column(
            (self.figure, 1),
            self.progress,
            in_row(self.play_button, (self.slider, 1)),
            in_row((self.activity, 1), self.retry_button),
            of=page,
        )
        self._stack.addWidget(self.absence)
        self._stack.addWidget(page)

    def _build_panel(self) -> QWidget:
        grid = field_grid(LABEL_WIDTH_PX)
        add_field(grid, "R&un", self.run_choice)
        add_field(grid, "&Layer", self.layer_choice)
        names = ("open_epoch_in_network", "open_epoch_in_classify", "save_epoch")
        buttons = [CommandButton(self._actions[name]) for name in names]
        self.export_button = CommandButton(self._actions["export_film"])
        panel = QWidget()
        in_column(
            grid,
            *buttons,
            self.export_button,
            plain_label(KEPT, wraps=True, is_quiet=True),
            of=panel,
        )
        return panel

    @property
    def is_busy(self) -> bool:
        return self.state.is_busy or self.film.is_busy

    def enter(self) -> None:
        if not self._is_entered:
            self._is_entered = True
            self.state.enter()

    def leave(self) -> None:
        if self._is_entered:
            self._is_entered = False
            self._exporting = None
            self.film.stop()
            self.state.leave()

    # What a person does.

    def toggle_film(self) -> None:
        """Play the film, or stop it."""
        if self.film.is_playing:
            self.film.stop()
        else:
            self._exporting = None
            self.film.play()

    def open_in(self, page: str) -> None:
        """Make the network of the chosen epoch the current model, and go to a page."""
        if self.state.epoch:
            self.state.open()
            self.page_wanted.emit(page, "")

    def save_epoch(self) -> None:
        """Ask for a file, and save the network of the chosen epoch."""
        if self.state.run is None:
            return
        name = f"{file_name(self.state.run.name, otherwise='run')}-epoch-{self.state.epoch}.keras"
        kinds = [SaveKind("Keras model", (".keras",))]
        place = ask_where_to_save(self.view, "Save this epoch", name, kinds)
        if place is not None:
            self.state.save_as(place[0])

    def export(self) -> None:
        """Ask for a file, and save what is shown of each epoch, once all are known."""
        run = self.state.run
        if run is None:
            return
        name = f"{file_name(run.name, otherwise='run')}-epochs.gif"
        kinds = [
            SaveKind("Animated GIF", (".gif",)),
            SaveKind("PNG files in a new folder", (".png",)),
        ]
        place = ask_where_to_save(self.view, "Export the film", name, kinds)
        if place is not None:
            path, kind = place
            self.film.stop()
            self._exporting = (path, kind == 0)
            self.film.prepare()

    def _cancel(self) -> None:
        self._exporting = None
        self.film.stop()

    def _on_slider(self, place: int) -> None:
        if place < len(self.state.epochs):
            if self.film.is_playing:
                self.film.stop()
            self.state.choose_epoch(self.state.epochs[place])

    def _on_run(self, place: int) -> None:
        self.state.choose_run(self.state.candidates[place].target)

    def _on_ready(self) -> None:
        if self._exporting is not None:
            self._draw_frames(self.film.frames, self.state.epoch, [])

    def _draw_frames(
        self, epochs: Sequence[int], before: int, drawn: list[npt.NDArray[np.uint8]]
    ) -> None:
        """Draw one epoch of the film at a time, so that the window goes on; then write all."""
        if self._exporting is None:
            self.state.choose_epoch(before)
            return
        if len(drawn) < len(epochs):
            self.state.choose_epoch(epochs[len(drawn)])
            drawn.append(_draw(self.figure, None if not drawn else drawn[0].shape))
            QTimer.singleShot(0, self, lambda: self._draw_frames(epochs, before, drawn))
            return
        (path, is_gif), self._exporting = self._exporting, None
        self.state.choose_epoch(before)
        if is_gif:
            self.film.save_gif(path, drawn)
        else:
            self.film.save_sequence(path.with_suffix(""), drawn, epochs)

    # From the state to the screen.

    def _show_run(self) -> None:
        state = self.state
        _fill(self.run_choice, [shorten_name(run.name) for run in state.candidates])
        targets = [run.target for run in state.candidates]
        if state.run is not None and state.run.target in targets:
            self.run_choice.setCurrentIndex(targets.index(state.run.target))
        _fill(self.layer_choice, [printable_name(layer.name) for layer in state.layers])
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(len(state.epochs) - 1, 0))
        self.slider.blockSignals(False)
        self.slider.setEnabled(len(state.epochs) > 1)
        self._stack.setCurrentIndex(int(bool(state.epochs)))
        self.panel.setEnabled(bool(state.epochs))
        self._show_choice()
        self._show_view()
        self.commands_changed.emit()

    def _show_choice(self) -> None:
        state = self.state
        names = [layer.name for layer in state.layers]
        if state.layer in names:
            self.layer_choice.setCurrentIndex(names.index(state.layer))
        if state.epoch in state.epochs:
            self.slider.blockSignals(True)
            self.slider.setValue(state.epochs.index(state.epoch))
            self.slider.blockSignals(False)
        self.slider.setToolTip(f"Epoch {state.epoch}" if state.epoch else "")
        self.commands_changed.emit()
        self._show_activity()

    def _show_view(self) -> None:
        state = self.state
        self.figure.show_picture(state.picture)
        self.figure.show_view(state.shown, state.run, state.layer or "")

    def _show_activity(self) -> None:
        state = self.state
        text = state.failure
        is_behind = state.shown is None or state.shown.epoch != state.epoch
        if not text and state.is_starting:
            text = STARTING
        elif not text and state.is_busy and is_behind:
            text = f"Computing epoch {state.epoch}…"
        self.activity.setText(text)
        self.retry_button.setVisible(bool(state.failure))

    def _refresh(self) -> None:
        for action in self._actions.values():
            action.refresh()


def _draw(figure: EpochFigure, shape: tuple[int, ...] | None) -> npt.NDArray[np.uint8]:
    """Draw a figure as it is seen; in a window that is made larger meanwhile, as the first was."""
    image = figure.grab().toImage()
    image.setDevicePixelRatio(1)
    limit = QSize(MOST_EDGE_PX, MOST_EDGE_PX) if shape is None else QSize(shape[1], shape[0])
    if shape is not None and image.size() != limit:
        image = image.scaled(limit)
    elif max(image.width(), image.height()) > MOST_EDGE_PX:
        image = image.scaled(
            limit,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    return pixels_of(image)


def _choice(name: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setMinimumHeight(HEIGHT_PX)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(8)
    WheelGuard(made)
    return made


def _fill(choice: QComboBox, texts: list[str]) -> None:
    """Offer other entries, without touching those that stay."""
    if [choice.itemText(place) for place in range(choice.count())] != texts:
        choice.clear()
        choice.addItems(texts)
