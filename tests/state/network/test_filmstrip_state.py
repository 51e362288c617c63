"""The film is asked for once for each picture and way through the network."""

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.core.images.read import picture_from_pixels
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.filmstrip import Filmstrip
from explorer.core.layers.layers import FeatureMaps, LayerInfo
from explorer.core.models.model import Model
from explorer.core.models.requests import ComputeFeatureMaps, ComputeFilmstrip
from explorer.core.models.run_folder import read_run
from explorer.errors import ModelError
from explorer.state.network.filmstrip_state import FilmstripState
from explorer.state.network.network_state import NetworkState
from explorer.state.shared.notices import Notices
from tests.support.held_worker import HeldWorker
from tests.support.tiny_runs import make_paper_run

LAYERS = (
    LayerInfo("input", "InputLayer", (8, 8, 3), 0),
    LayerInfo("left", "Conv2D", (8, 8, 2), 1, sources=("input",)),
    LayerInfo("right", "Conv2D", (8, 8, 2), 1, sources=("input",)),
    LayerInfo("sum", "Add", (8, 8, 2), 0, sources=("left", "right")),
)
FOUND = Architecture("Keras", (), (), LAYERS)


def test_the_way_through_a_layer_leads_from_input_to_output() -> None:
    assert FOUND.path_through("left") == ("input", "left", "sum")
    assert FOUND.path_through("right") == ("input", "right", "sum")
    assert FOUND.path_through("sum") == ("input", "left", "sum")


def test_a_film_is_asked_for_once_for_each_picture_and_way(qtbot: QtBot, tmp_path: Path) -> None:
    pool, worker = TaskPool(), HeldWorker()
    network = NetworkState(worker, lambda model: worker, pool, Notices())  # type: ignore[arg-type, return-value]
    film = FilmstripState(network)
    asked: list[tuple[str, ...]] = []

    def answer() -> bool:
        for one in list(worker.open):
            if isinstance(one.request, ComputeFilmstrip):
                worker.open.remove(one)
                asked.append(one.request.layers)
                if "right" in one.request.layers:
                    one.failed(ModelError("No."))
                else:
                    frames = np.zeros((1, 8, 8), np.float32)
                    one.done(Filmstrip(("left",), (1,), (False,), frames))
            elif isinstance(one.request, ComputeFeatureMaps):
                layer = FOUND.find(one.request.layer)
                worker.answer(FeatureMaps(layer, np.ones(layer.output_shape, np.float32)))
            else:
                worker.answer(FOUND)
        return not network.is_busy and not worker.open

    network.set_model(Model.of_run(read_run(make_paper_run(tmp_path / "run"))))
    network.set_picture(picture_from_pixels(np.zeros((9, 9, 3), np.uint8), "one"))
    network.activate()
    qtbot.waitUntil(answer)
    assert asked == []  # nobody sees it
    film.set_wanted(True)
    qtbot.waitUntil(answer)
    assert asked == [("input", "left", "sum")]
    assert film.film is not None
    assert film.film.maps == (1,)
    network.choose_layer("sum")  # on the same way
    qtbot.waitUntil(answer)
    assert len(asked) == 1
    network.choose_layer("right")
    qtbot.waitUntil(answer)
    assert asked[1:] == [("input", "right", "sum")]
    assert (film.film, film.failure) == (None, "No.")
    network.set_picture(picture_from_pixels(np.ones((9, 9, 3), np.uint8), "two"))
    network.choose_layer("left")
    qtbot.waitUntil(answer)
    assert asked[-1] == ("input", "left", "sum")
    pool.close()
