"""The Network page: a model's layers, and what each makes of the current picture."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QTreeView,
    QWidget,
)

from explorer import paths
from explorer.core.network.lessons import NetworkLesson
from explorer.state.network.network_state import NetworkState
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.notices import Notices
from explorer.views.common.command_action import fill_menu
from explorer.views.common.dialogs.folder_dialogs import ask_for_model
from explorer.views.common.empty_page import EmptyPage
from explorer.views.common.inspector import Inspector
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.lesson_banner import LessonBanner
from explorer.views.common.model_panel import ModelPanel
from explorer.views.common.parted_page import PartedPage
from explorer.views.common.theme import SPACING_PX
from explorer.views.network.architecture.layer_view import LayerView
from explorer.views.network.commands import COMMANDS, list_lesson_commands
from explorer.views.network.maps.part import MapsPart
from explorer.views.network.memory import NetworkMemory
from explorer.views.network.part import PARTS, Part

TABLE_SHARE = 0.45
"""The table gets no more of the width by itself, unless it needs it for its first figures: the
maps are what the page is for."""
LEAST_MIDDLE_PX = 240


class NetworkPage(PartedPage):
    """The layers at the left; in the middle one of several parts, chosen by its tab.

    Parameters
    ----------
    state : NetworkState
    models : ModelState
    notices : Notices
    parts : sequence of Part
        Besides the maps, in the order of `PARTS`.
    """

    def __init__(
        self,
        state: NetworkState,
        models: ModelState,
        notices: Notices,
        parts: Sequence[Part] = (),
    ) -> None:
        super().__init__(PARTS, "Ways of looking at the network")
        self.state: NetworkState = state
        self._models = models
        self._is_entered = False
        self._notices = notices
        self.layer_view: LayerView = LayerView()
        self.table: QTreeView = self.layer_view.tree
        self.maps: MapsPart = MapsPart(state, self)
        self.parts: tuple[Part, ...]
        self.add_parts((self.maps, *parts))
        self._empty = EmptyPage(
            "Look inside a network",
            "There is no model yet. Drop a model here: .keras, .h5, .tflite, .onnx, a SavedModel, "
            "or a run folder made by train.py.",
            "Open a model…",
        )
        self.model = ModelPanel(models)
        self.inspector: QWidget = self._build_inspector()
        self.lessons = QToolButton()
        self.lesson: NetworkLesson | None = None
        """The lesson that is open."""
        self.lesson_bar = LessonBanner("Close the lesson; what is shown stays")
        self._stack = QStackedWidget()
        self._is_table_fitted = True
        self._lay_out()
        self.declare(COMMANDS)

        self.layer_view.layer_chosen.connect(state.choose_layer)
        self._empty.button.clicked.connect(self._on_open)
        self.lessons.menu().aboutToShow.connect(self._fill_lessons)
        self.lesson_bar.close_wanted.connect(self.close_lesson)
        state.layers_changed.connect(self._show_lesson)
        models.model_changed.connect(self._show_models)
        models.settled.connect(self._begin)
        state.layers_changed.connect(self._show_layers)
        state.choice_changed.connect(self._show_choice)
        for signal in (state.maps_changed, state.activity_changed):
            signal.connect(self.commands_changed)
        state.choice_changed.connect(self.memory_changed)
        state.maps_changed.connect(self.place_changed)
        self._show_models()
        self._show_layers()

    @property
    def has_maps(self) -> bool:
        """Whether there are maps to look at."""
        return self.state.shown is not None

    @property
    def has_failed(self) -> bool:
        """Whether the maps could not be computed."""
        return bool(self.state.failure)

    @property
    def part(self) -> Part:
        """The part that is shown."""
        return self.parts[self.tabs.currentIndex()]

    @property
    def is_busy(self) -> bool:
        if not self.isVisible():  # nobody waits for what is not seen
            return False
        return self.state.is_busy or self.part.is_busy

    @property
    def memory(self) -> str:
        return NetworkMemory(self.state.layer or "", self.part.name).write()

    @property
    def place(self) -> str:
        shown = self.state.shown
        if shown is None or shown.model != self._models.current:
            return ""
        return NetworkMemory(shown.feature_maps.layer.name, self.part.name).write()

    def go_to(self, place: str) -> None:
        noted = NetworkMemory.read(place)
        self.show_part(noted.part)
        if noted.layer:
            self.state.choose_layer(noted.layer)

    def enter(self) -> None:
        self._is_entered = True
        self._begin()
        self.part.enter()

    def _begin(self) -> None:
        """Look into the current model, unless another is about to take its place."""
        if self._is_entered and not self._models.is_reading:
            self.state.activate()

    def _build_inspector(self) -> QWidget:
        inspector = Inspector()
        inspector.column.addWidget(self.model)
        inspector.column.addWidget(self.panels, 1)
        return inspector

    def _lay_out(self) -> None:
        self.lessons.setText("Lessons")
        self.lessons.setToolTip("Ready-made experiments")
        self.lessons.setMinimumHeight(28)
        self.lessons.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.lessons.setMenu(QMenu(self.lessons))
        head = in_row((self.tabs, 1), self.lessons)
        self.views.setMinimumWidth(LEAST_MIDDLE_PX)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(2 * SPACING_PX)
        self._splitter.addWidget(self.layer_view)
        self._splitter.addWidget(self.views)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.splitterMoved.connect(self._leave_table_width)
        self._splitter.installEventFilter(self)
        # Over the layers as well: at 1280 pixels the maps alone have no room for all tabs.
        whole = QWidget()
        in_column(self.lesson_bar, head, (self._splitter, 1), of=whole, spacing=SPACING_PX // 2)
        self._stack.addWidget(whole)
        self._stack.addWidget(self._empty)
        in_row((self._stack, 1), self.inspector, of=self, spacing=2 * SPACING_PX, margin=SPACING_PX)

    # From the state to the screen.

    def _show_models(self) -> None:
        current = self._models.current
        self._stack.setCurrentIndex(1 if current is None else 0)
        self.inspector.setEnabled(current is not None)
        self._show_about()
        self._begin()

    def _show_about(self) -> None:
        is_known = self.state.has_layers and self.state.model == self._models.current
        self.model.set_layers(self.state.layers if is_known else ())

    def _show_layers(self) -> None:
        self.layer_view.show_layers(self.state.architecture)
        self._fit_table()
        self._show_about()
        self._show_choice()

    def _fit_table(self) -> None:
        """Make the table as wide as its columns, within its share, until the hand decides."""
        room = self._splitter.width() - self._splitter.handleWidth()
        if self._is_table_fitted and self.layer_view.wanted_width and room > 0:
            least = min(self.layer_view.least_width, room - LEAST_MIDDLE_PX)
            width = min(self.layer_view.wanted_width, max(round(room * TABLE_SHARE), least))
            self._splitter.setSizes([width, room - width])

    def _leave_table_width(self) -> None:
        self._is_table_fitted = False

    def _show_choice(self) -> None:
        self.layer_view.show_chosen(self.state.layer)

    # From the hand to the state.

    def start_lesson(self, lesson: NetworkLesson) -> None:
        """Open the model, the picture and the place that a lesson is about."""
        model = next((one for one in self._models.models if one.name == lesson.model), None)
        if model is None:
            self._notices.warn(f"The lesson needs the model “{lesson.model}”, which is not there.")
            return
        self.lesson = lesson
        self.state.choose_layer(lesson.layer)
        self.state.set_order(lesson.order)
        self._models.choose(model)
        for path in paths.sample_pictures():
            if path.name == lesson.picture:
                self.pictures_chosen.emit((path,))
        self.show_part(lesson.part)
        for part in self.parts:
            part.follow(lesson)
        self._show_lesson()

    def close_lesson(self) -> None:
        """Say no more what to look at."""
        self.lesson = None
        self._show_lesson()

    def _show_lesson(self) -> None:
        lesson, architecture = self.lesson, self.state.architecture
        if lesson is None:
            self.lesson_bar.hide()
        elif architecture is not None and self.state.has_layers:
            if self.state.model is not None and self.state.model.name == lesson.model:
                self.lesson_bar.show_lesson(lesson.title, lesson.tell(architecture))
            else:
                self.close_lesson()  # another model was opened

    def _fill_lessons(self) -> None:
        menu = self.lessons.menu()
        if menu.isEmpty():
            fill_menu(menu, list_lesson_commands(), self)

    def copy_python(self) -> None:
        """Put a script that computes what is shown into the clipboard."""
        QGuiApplication.clipboard().setText(self.part.python)
        self._notices.hint("Copied a Python script that computes what is shown.", page="network")

    def _on_open(self) -> None:
        file = ask_for_model(self)
        if file is not None:
            self._models.open_path(file)

    # Qt overrides.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.layer_view.wanted_width:
            self.layer_view.measure()
            self._fit_table()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._splitter:
            self._fit_table()
        return super().eventFilter(watched, event)
