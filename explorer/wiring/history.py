"""Alt+Left and Alt+Right: where a person was, noted and gone back to."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from explorer.state.network.network_state import NetworkState
from explorer.state.shared.history import History, Place
from explorer.state.shared.model_state import ModelState
from explorer.state.shared.picture_state import PictureState
from explorer.views.filter.picture_pair import PicturePair
from explorer.views.window.main_window import MainWindow


class HistoryNavigation(QObject):
    """Notes each place that is left, and makes the window stand at it again.

    Parameters
    ----------
    trail : History
    window : MainWindow
    pictures : PictureState
    models : ModelState
    looking : NetworkState
    pair : callable
        Returns the Filter page's two pictures, None before that page is built.
    """

    def __init__(
        self,
        history: History,
        window: MainWindow,
        pictures: PictureState,
        models: ModelState,
        network: NetworkState,
        pair: Callable[[], PicturePair | None],
    ) -> None:
        super().__init__(window)
        self._history = history
        self._window = window
        self._pictures = pictures
        self._models = models
        self._network = network
        self._pair = pair
        # Of what one gesture changes, such as a dropped run, all is one place.
        self._noting = QTimer(self)
        self._noting.setSingleShot(True)
        self._noting.setInterval(0)
        self._noting.timeout.connect(lambda: history.visit(self._place()))
        for changed in (
            *(pictures.picture_changed, models.model_changed),
            *(network.maps_changed, window.page_shown),
        ):
            changed.connect(lambda *values: self._note_place_soon())
        pictures.opening_failed.connect(lambda: history.give_up(self._place()))
        history.changed.connect(
            lambda: window.allow_history(back=history.can_go_back, forward=history.can_go_forward)
        )
        window.history_wanted.connect(self._go)

    def _note_place_soon(self) -> None:
        if not self._noting.isActive():
            self._note_viewport()
            self._noting.start()

    def _note_viewport(self) -> None:
        pair = self._pair()
        if pair is not None:
            self._history.note_viewport(pair.viewed_part)

    def _place(self) -> Place:
        file, run = self._pictures.current, self._models.current
        shown = self._network.shown
        layer = ""
        if self._window.page_name == "network" and shown is not None and shown.run == run:
            layer = shown.feature_maps.layer.name
        return Place(
            page=self._window.page_name,
            picture=None if file is None else file.path,
            pixels=file if file is not None and file.path is None else None,
            model=None if run is None else run.folder,
            layer=layer,
        )

    def _go(self, distance: int) -> None:
        self._note_viewport()
        self._history.visit(self._place())
        place, file, run = self._history.go(distance), self._pictures.current, self._models.current
        if place is None:
            return
        if place.model is not None and (run is None or run.folder != place.model):
            self._models.reopen(place.model)
        if place.layer:
            self._network.choose_layer(place.layer)
        self._window.show_page(place.page)
        pair = self._pair()
        if pair is not None:
            pair.restore_viewport(place.viewport)
        if place.pixels is not None and place.pixels is not file:
            self._pictures.show(place.pixels)
        elif place.picture is not None and (file is None or file.path != place.picture):
            self._pictures.open_file(place.picture)
        self._note_place_soon()
