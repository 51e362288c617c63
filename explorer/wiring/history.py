"""Alt+Left and Alt+Right: where a person was, noted and gone back to."""

from PySide6.QtCore import QObject

from explorer.state.shared.history import Place
from explorer.state.shared.timers import make_timer
from explorer.views.window.main_window import MainWindow
from explorer.wiring.states import States


class HistoryNavigation(QObject):
    """Notes each place that is left, and makes the window stand at it again."""

    def __init__(self, states: States, window: MainWindow) -> None:
        super().__init__(window)
        history, pictures, models = states.history, states.pictures, states.models
        self._history, self._pictures, self._models = history, pictures, models
        self._window = window
        # Of what one gesture changes, such as a dropped model, all is one place.
        self._noting = make_timer(self, 0, self._note_place)
        self._is_noting = False
        for changed in (
            *(pictures.picture_changed, models.model_changed),
            *(window.pages.place_changed, window.page_shown),
        ):
            changed.connect(lambda *values: self._note_place_soon())
        pictures.opening_failed.connect(self._give_up)
        history.changed.connect(
            lambda: window.allow_history(back=history.can_go_back, forward=history.can_go_forward)
        )
        window.history_wanted.connect(self._go)

    def _note_place_soon(self) -> None:
        if not self._is_noting:
            self._is_noting = True
            self._note_viewports()
        self._noting.start()

    def _note_place(self) -> None:
        if self._pictures.is_busy:  # a page that is shown for its sake is one place with it
            return
        self._is_noting = False
        self._history.visit(self._place())

    def _give_up(self) -> None:
        self._history.give_up(self._place())
        self._noting.start()

    def _note_viewports(self) -> None:
        built = self._window.pages.built
        self._history.note_viewports({name: page.viewport for name, page in built.items()})

    def _place(self) -> Place:
        file, model, name = self._pictures.current, self._models.current, self._window.page_name
        return Place(
            page=name,
            picture=None if file is None else file.path,
            pixels=file if file is not None and file.path is None else None,
            model=None if model is None else model.path,
            within=self._window.page(name).place,
        )

    def _go(self, distance: int) -> None:
        if not self._is_noting:
            self._note_viewports()
        self._is_noting = False
        self._history.visit(self._place())
        place, file, model = (
            self._history.go(distance),
            self._pictures.current,
            self._models.current,
        )
        if place is None:
            return
        if place.model is not None and (model is None or model.path != place.model):
            self._models.reopen(place.model)
        self._window.page(place.page).go_to(place.within)
        self._window.show_page(place.page)
        for name, page in self._window.pages.built.items():
            page.restore_viewport(place.viewports.get(name))
        if place.pixels is not None and place.pixels is not file:
            self._pictures.show(place.pixels)
        elif place.picture is not None and (file is None or file.path != place.picture):
            self._pictures.open_file(place.picture)
        self._note_place_soon()
