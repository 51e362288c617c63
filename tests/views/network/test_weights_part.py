"""The kernels as pictures."""

from pathlib import Path

import numpy as np
import pytest
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
from explorer.views.network.weights.part import WeightsPart
from tests.support.held_worker import HeldWorker
from tests.support.tiny_runs import make_paper_run


@pytest.mark.parametrize(("inputs", "units"), [(5, 12), (12, 5)])
def test_filters_of_1x1_lie_along_the_longer_side(
    qtbot: QtBot, tmp_path: Path, inputs: int, units: int
) -> None:
    pool, reader, runner = TaskPool(), HeldWorker(), HeldWorker()
    network = NetworkState(reader, lambda model: HeldWorker(), pool, Notices())  # type: ignore[arg-type, return-value]
    state = WeightsState(network, lambda model: runner)  # type: ignore[arg-type, return-value]
    part = WeightsPart(network, state)
    qtbot.addWidget(part.view)
    qtbot.addWidget(part.panel)
    part.enter()
    network.set_model(Model.of_run(read_run(make_paper_run(tmp_path / "one"))))
    network.activate()
    reader.answer(Architecture("Keras", (), (), (LayerInfo("fc", "Dense", (units,), 60),)))
    kernel = np.arange(60, dtype=np.float32).reshape(inputs, units)
    runner.answer(describe_weights("fc", "Dense", {"kernel": kernel}))
    part.matrix.clicked.emit(7, 2)  # column, row
    (window,) = part.matrix.windows
    assert (window.x(), window.y()) == (7, 2)
    chosen = (state.filter_index, state.input_index)
    assert chosen == ((7, 2) if units > inputs else (2, 7))
    pool.close()
