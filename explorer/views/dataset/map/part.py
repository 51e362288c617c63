"""The map: all pictures as points; those that the model finds alike lie together."""

import numpy as np
from PySide6.QtWidgets import QComboBox, QProgressBar, QPushButton, QStackedWidget, QWidget

from explorer.core.catalogue.columns import Places
from explorer.core.text.percent import format_percent
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.map_state import MapState
from explorer.state.dataset.survey_state import SurveyState
from explorer.views.common.controls.number_box import HEIGHT_PX
from explorer.views.common.controls.wheel_guard import WheelGuard
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.part import Part
from explorer.views.common.theme import SPACING_PX
from explorer.views.dataset.absence import Absence
from explorer.views.dataset.map.colors import COLORINGS
from explorer.views.dataset.map.legend import Legend
from explorer.views.dataset.map.map_view import MapView
from explorer.views.dataset.map.preview import Preview

LASSO = "lasso on the map"
NOTHING_YET = "The map is drawn from what the model sees in each picture: classify them first."
_HINT = (
    "Draw around points to see their pictures; Shift adds to them, Ctrl takes away. "
    "Wheel zooms, right button pans, 0 shows all."
)


class MapPart(Part):
    """The map, its colours, and the picture under the mouse."""

    name = "map"

    def __init__(self, dataset: DatasetState, state: MapState, survey: SurveyState) -> None:
        super().__init__()
        self._dataset = dataset
        self._state = state
        self.map = MapView()
        self.absence = Absence(survey)
        self.note = self.absence.sentence
        self._stack = QStackedWidget()
        self._bar = QProgressBar()
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(SPACING_PX)
        self._bar.setAccessibleName("Drawing the map")
        self._bar_text = plain_label(is_quiet=True)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setMinimumHeight(HEIGHT_PX)
        self.cancel_button.clicked.connect(state.cancel)
        self._working = QWidget()
        in_row((self._bar, 1), self._bar_text, self.cancel_button, of=self._working)
        self._stack.addWidget(self.map)
        self._stack.addWidget(self.absence)
        self.view = QWidget()
        in_column(self._working, (self._stack, 1), of=self.view)
        self._build_panel()

        self.map.hovered.connect(self._on_hovered)
        self.map.clicked.connect(dataset.reveal)
        self.map.lassoed.connect(self._on_lassoed)
        state.map_changed.connect(self._show_map)
        state.progress_changed.connect(self._show_progress)
        dataset.facets_changed.connect(self._show_colors)
        dataset.query_changed.connect(self._show_shown)
        dataset.selection_changed.connect(self._show_current)
        self._show_map()
        self._show_progress()

    def enter(self) -> None:
        self._state.enter()
        self._show_map()

    def leave(self) -> None:
        self._state.leave()

    @property
    def is_busy(self) -> bool:
        return self._state.is_running

    def draw_anew(self) -> None:
        """Draw the whole map again."""
        self._state.draw_anew()

    @property
    def can_draw(self) -> bool:
        """Whether there is anything to draw the map of."""
        return self._state.has_vectors and not self._state.is_running

    def _build_panel(self) -> None:
        self.colors = QComboBox()
        self.colors.setAccessibleName("Colour by")
        self.colors.setMinimumHeight(HEIGHT_PX)
        for name, title, _ in COLORINGS:
            self.colors.addItem(title, name)
        WheelGuard(self.colors)
        self.colors.activated.connect(self._show_colors)
        self.legend = Legend()
        self.preview = Preview(self._dataset)
        self.anew = QPushButton("Draw it anew")
        self.anew.setToolTip(
            "Draw the whole map again, with all pictures; until then, new pictures are placed "
            "on the old map"
        )
        self.anew.setMinimumHeight(HEIGHT_PX)
        self.anew.clicked.connect(self.draw_anew)
        hint = plain_label(_HINT, wraps=True, is_quiet=True)
        by = plain_label("Colour by")
        by.setBuddy(self.colors)
        self.panel = QWidget()
        in_column(
            self.preview,
            in_row(by, (self.colors, 1)),
            self.legend,
            hint,
            in_row(self.anew, 1),
            of=self.panel,
        )

    # From the states to the screen.

    def _show_map(self) -> None:
        positions, dataset = self._state.positions, self._dataset.dataset
        is_there = positions is not None and dataset is not None
        if positions is not None and dataset is not None:
            if len(positions) == len(dataset.samples):
                self.map.show_points(positions)
                self._show_colors()
        else:
            self.map.show_points(np.empty((0, 2), np.float32))
        self._stack.setCurrentIndex(0 if is_there else 1)

    def _show_progress(self) -> None:
        state = self._state
        self._working.setVisible(state.is_running)
        self._bar.setValue(round(100 * state.fraction))
        self._bar_text.setText(f"Drawing the map: {format_percent(state.fraction)}")
        self.anew.setEnabled(self.can_draw)
        if state.positions is None:
            text = "The map appears here." if state.is_running else NOTHING_YET
            self.absence.tell(text, needs_pass=not state.is_running)
        self.commands_changed.emit()

    def _show_colors(self) -> None:
        dataset, columns = self._dataset.dataset, self._dataset.columns
        if dataset is None or self._state.positions is None:
            return
        name, _, color = COLORINGS[self.colors.currentIndex()]
        if columns is None and name != COLORINGS[0][0]:
            self.colors.setCurrentIndex(0)
            color = COLORINGS[0][2]
        coloring = color(dataset, columns)
        self.map.show_colors(coloring)
        self.legend.show_coloring(coloring)
        self._show_shown()

    def _show_shown(self) -> None:
        self.map.show_shown(self._dataset.narrowed.mask)

    def _show_current(self) -> None:
        self.map.show_current(self._dataset.current)
        if self.map.hovered_place is None:
            self.preview.show_place(self._dataset.current)

    # From the hand to the states.

    def _on_hovered(self, place: int | None) -> None:
        self.preview.show_place(self._dataset.current if place is None else place)

    def _on_lassoed(self, places: Places, kind: str) -> None:
        picked = self._dataset.picked
        before = np.empty(0, np.int64) if picked is None else picked.places
        if kind == "subtract" and picked is None and self._dataset.dataset is not None:
            before = np.arange(len(self._dataset.dataset.samples))
        if kind == "add":
            places = np.union1d(before, places)
        elif kind == "subtract":
            places = np.setdiff1d(before, places)
        if len(places):
            self._dataset.pick(places, LASSO)
        elif kind != "add":
            self._dataset.clear_pick()
