"""Which weights are shown, and when."""

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import LayerInfo
from explorer.core.layers.weights import describe_weights
from explorer.core.models.model import Model
from explorer.core.models.run_folder import read_run
from explorer.state.network.network_state import NetworkState
from explorer.state.network.weights_state import WeightsState
from explorer.state.shared.notices import Notices
from tests.support.held_worker import HeldWorker
from tests.support.tiny_runs import make_paper_run

FOUND = Architecture("Keras", (), (), (LayerInfo("conv", "Conv2D", (8, 8, 4), 112),))


def test_another_models_weights_are_not_left_standing(qtbot: QtBot, tmp_path: Path) -> None:
    pool, reader, runner = TaskPool(), HeldWorker(), HeldWorker()
    one, two = (Model.of_run(read_run(make_paper_run(tmp_path / name))) for name in ("one", "two"))
    network = NetworkState(reader, lambda model: HeldWorker(), pool, Notices())  # type: ignore[arg-type, return-value]
    state = WeightsState(network, lambda model: runner)  # type: ignore[arg-type, return-value]
    state.enter()
    network.set_model(one)
    network.activate()
    reader.answer(FOUND)
    runner.answer(describe_weights("conv", "Conv2D", {"kernel": np.ones((3, 3, 3, 4))}))
    assert state.filters is not None
    assert state.filters.count == 4
    network.set_model(two)
    reader.answer(FOUND)
    assert state.weights is None
    assert state.is_busy
    pool.close()
