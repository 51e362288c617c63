"""The filmstrip: one small map of every layer on the way through the network."""

from typing import Any

from PySide6.QtCore import QObject, Signal

from explorer.background.worker_process import WorkerProcess
from explorer.core.layers.filmstrip import Filmstrip
from explorer.core.models.requests import ComputeFilmstrip
from explorer.errors import ExplorerError
from explorer.state.network.network_state import NetworkState

_Wish = tuple[Any, Any, tuple[str, ...]]


class FilmstripState(QObject):
    """Asks for the film while it is wanted, once the maps of the chosen layer are there.

    Parameters
    ----------
    network : NetworkState

    Signals
    -------
    film_changed()
        `film` or `failure` has another value.
    """

    film_changed = Signal()

    def __init__(self, network: NetworkState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._network = network
        self._is_wanted = False
        self._asked: _Wish | None = None
        self.film: Filmstrip | None = None
        """The newest film; None before the first."""
        self.failure = ""
        """Why there is none, in one sentence."""
        network.maps_changed.connect(self._advance)

    @property
    def is_busy(self) -> bool:
        """Whether a film is on its way."""
        return self._asked is not None and self.film is None and not self.failure

    def set_wanted(self, is_wanted: bool) -> None:
        """Begin to ask, or ask no more: whether the film is seen."""
        self._is_wanted = is_wanted
        self._advance()

    def _advance(self) -> None:
        network = self._network
        worker, model, seen, shown = network.worker, network.model, network.input, network.shown
        if not self._is_wanted or worker is None or model is None or seen is None or shown is None:
            return
        if network.architecture is None or not network.has_layers:
            return
        path = network.architecture.path_through(shown.feature_maps.layer.name)
        wish: _Wish = (model.use, network.file, path)
        if wish == self._asked:
            return
        self._asked = wish
        self._ask(worker, ComputeFilmstrip(model.use, path, seen), wish)

    def _ask(self, worker: WorkerProcess, request: ComputeFilmstrip, wish: _Wish) -> None:
        def take(film: Filmstrip) -> None:
            if wish == self._asked:
                self.film, self.failure = film, ""
                self.film_changed.emit()

        def fail(error: ExplorerError) -> None:
            if wish == self._asked:
                self.film, self.failure = None, error.sentence
                self.film_changed.emit()

        worker.ask(request, done=take, failed=fail)
