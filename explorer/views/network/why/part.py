"""The maps of two classes over the picture, side by side on one scale, and what judges them."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QWidget

from explorer.core.models.explanations import METHODS
from explorer.core.network.lessons import NetworkLesson
from explorer.core.network.python_export import export_explanation
from explorer.state.network.explanation_state import ExplanationState
from explorer.state.network.network_state import NetworkState
from explorer.state.network.occluder_state import OccluderState
from explorer.views.common.dialogs.save_dialog import SaveKind, ask_where_to_save
from explorer.views.common.images import image_of
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column
from explorer.views.common.theme import SPACING_PX
from explorer.views.network.maps.waiting import Waiting
from explorer.views.network.part import Part
from explorer.views.network.why.class_column import ClassColumn
from explorer.views.network.why.hand import OccluderHand
from explorer.views.network.why.panel import WhyPanel
from explorer.views.network.why.texts import (
    LEGEND,
    NO_EVIDENCE,
    describe_class,
    describe_covered,
    describe_score,
)

_KINDS = (SaveKind("Picture with the maps", (".png",)), SaveKind("Values of the maps", (".npy",)))


class WhyPart(Part):
    """Why the model answers as it does, for two classes at once."""

    name = "why"

    def __init__(
        self,
        network: NetworkState,
        state: ExplanationState,
        occluder: OccluderState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._network = network
        self._state = state
        self._occluder = occluder
        self.columns = (ClassColumn("Map of the left class"), ClassColumn("Map of the right class"))
        self.columns[0].view.link_to(self.columns[1].view)
        self.hands = tuple(OccluderHand(column.view, occluder) for column in self.columns)
        self.legend = plain_label(LEGEND, is_quiet=True, wraps=True)
        self.waiting = Waiting()
        self.panel = self._panel = WhyPanel(state, occluder)
        self.view = self._stack = QStackedWidget()
        whole = QWidget()
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACING_PX)
        grid.setVerticalSpacing(SPACING_PX // 2)
        for place, column in enumerate(self.columns):
            column.put_into(grid, place)
        in_column((grid, 1), self.legend, of=whole, spacing=SPACING_PX // 2)
        self._stack.addWidget(whole)
        self._stack.addWidget(self.waiting)

        self._panel.saving.connect(self.save)
        self.waiting.button.clicked.connect(state.retry)
        for signal in (
            state.maps_changed,
            state.choice_changed,
            state.judgements_changed,
            state.progress_changed,
            occluder.occluder_changed,
            occluder.probabilities_changed,
            network.activity_changed,
        ):
            signal.connect(self._show)
        self._show()

    @property
    def controls(self) -> WhyPanel:
        """The settings beside the maps."""
        return self._panel

    def enter(self) -> None:
        self._state.enter()

    def leave(self) -> None:
        self._state.leave()

    def follow(self, lesson: NetworkLesson) -> None:
        for method in METHODS:
            if method == lesson.method:
                self._state.choose_method(method)
                self._state.choose_layer(lesson.method_layer)

    @property
    def python(self) -> str:
        script, found = self._network.script, self._state.explanation
        if script is None or found is None:
            return ""
        return export_explanation(script, found.method, found.layer, found.classes[0])

    @property
    def is_busy(self) -> bool:
        return self._state.is_busy or self._occluder.is_busy

    @property
    def has_maps(self) -> bool:
        """Whether there are maps to look at."""
        return self._state.explanation is not None

    def judge(self) -> None:
        """Judge the maps that are shown."""
        self._state.judge()

    def stop(self) -> None:
        """Stop what is being computed."""
        self._state.stop()

    def toggle_occluder(self) -> None:
        """Cover a part of the picture, or show it whole."""
        self._occluder.switch(is_on=not self._occluder.is_on)
        if self._occluder.is_on:
            self.columns[0].view.setFocus()

    @property
    def has_occluder(self) -> bool:
        """Whether a part of the picture is covered."""
        return self._occluder.is_on

    def save(self) -> None:
        """Ask for a file, and write the maps into it: over the picture, or their values."""
        name = f"{self._state.maps_name}.png"
        place = ask_where_to_save(self.view, "Save explanation", name, _KINDS)
        if place is None:
            return
        if place[1] == 0:
            self._state.save_pixels(self._both(), place[0])
        else:
            self._state.save_maps(place[0])

    def copy(self) -> None:
        """Put the maps over the picture into the clipboard."""
        if self.has_maps:
            QGuiApplication.clipboard().setImage(image_of(self._both()))

    def _both(self) -> npt.NDArray[np.uint8]:
        """Return what both columns show, side by side."""
        shown = [column.view.pixels for column in self.columns]
        return np.hstack([pixels for pixels in shown if pixels is not None])

    # From the state to the screen.

    def _show(self) -> None:
        state, picture = self._state, self._state.picture
        has_something = state.explanation is not None and picture is not None
        self._stack.setCurrentIndex(0 if has_something else 1)
        if not has_something or picture is None:
            self._show_waiting()
            return
        shown = picture if self._occluder.covered is None else self._occluder.covered
        for place, column in enumerate(self.columns):
            if place < len(state.classes):
                self._show_class(column, state.classes[place], shown)
            else:
                column.hide()
        self.legend.setVisible(bool(state.judgements))

    def _show_class(self, column: ClassColumn, index: int, picture: npt.NDArray[np.uint8]) -> None:
        state, explanation = self._state, self._state.explanation
        is_known = explanation is not None and index in explanation.classes
        score = None
        instead = "Working…" if state.is_busy else ""
        if explanation is not None and is_known:
            score = explanation.scores[explanation.classes.index(index)]
            if not explanation.has_evidence(index):
                instead = NO_EVIDENCE
            elif state.is_judging:
                instead = "Judging this map…"
            else:
                instead = "Not judged yet."
        known = state.probabilities[index : index + 1]
        column.show_title(
            describe_class(state.class_name(index), known[0] if known else None),
            describe_score(score),
        )
        column.show_judgement(state.judgements.get(index), instead)
        pixels = state.drawn(index, picture)
        box = self._occluder.box if self._occluder.is_on else None
        windows = []
        if box is not None:
            rows, columns = (slice(each.start, each.stop) for each in box)
            if pixels is not picture:
                pixels = pixels.copy()
                pixels[rows, columns] = picture[rows, columns]
            windows = [QRectF(box[1].start, box[0].start, len(box[1]), len(box[0]))]
        column.view.set_pixels(pixels)
        column.view.set_windows(windows)
        now = self._occluder.probabilities[index : index + 1]
        covered = describe_covered(known[0], now[0]) if known and now else ""
        if self._occluder.is_on and not covered:
            covered = self._occluder.failure or " "
        column.show_covered(covered)

    def _show_waiting(self) -> None:
        state, network = self._state, self._network
        text = state.failure or network.failure
        is_busy = (state.is_busy or network.is_busy) and not text
        if is_busy:
            text = "Starting…" if network.is_starting else "Working…"
        self.waiting.show_text(
            text or "Open a picture to see why the model answers as it does.",
            is_busy=is_busy,
            has_failed=bool(state.failure or network.failure),
        )
