"""The graph that is laid out while it is shown, and the fully connected layer beside it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.core.layers.architecture import Architecture, TensorSpec
from explorer.core.layers.layers import LayerInfo
from explorer.core.network.dense_layer import DenseLayer
from explorer.state.network.architecture_state import ArchitectureState


class Network(QObject):
    """Takes the place of the Network page's state."""

    layers_changed = Signal()

    def __init__(self):
        super().__init__()
        self.architecture = None

    def show(self, architecture):
        self.architecture = architecture
        self.layers_changed.emit()


NESTED = Architecture(
    "Keras",
    (TensorSpec("in", (None, None, 3)),),
    (),
    (
        LayerInfo("in", "InputLayer", (), 0),
        LayerInfo("base/a", "ReLU", (), 0, sources=("in",)),
        LayerInfo("base/b", "ReLU", (), 0, sources=("base/a",)),
    ),
    input_size=(96, 64),
)


@pytest.fixture
def network():
    return Network()


@pytest.fixture
def state(network, qtbot):
    pool = TaskPool()
    state = ArchitectureState(network, pool)
    yield state
    qtbot.waitUntil(lambda: not state.is_busy)
    pool.close()


def names(state):
    return [] if state.graph is None else [box.name for box in state.graph.boxes]


def test_the_graph_is_laid_out_while_it_is_shown(state, network, qtbot):
    network.show(NESTED)
    assert not state.is_busy
    state.enter()
    qtbot.waitUntil(lambda: names(state) == ["in", "base/a", "base/b"])
    state.toggle("base/b")
    qtbot.waitUntil(lambda: names(state) == ["in", "base"])
    state.toggle("base")
    qtbot.waitUntil(lambda: len(names(state)) == 3)
    state.toggle("in")  # in no model
    assert not state.is_busy
    state.fold_all()
    state.open_all()  # before the last one is done
    qtbot.waitUntil(lambda: not state.is_busy and len(names(state)) == 3)
    network.show(None)
    assert state.graph is None


def test_many_layers_begin_folded_and_too_many_are_told(state, network, qtbot):
    many = tuple(LayerInfo(f"base/{number}", "ReLU", (), 0) for number in range(1200))
    network.show(replace(NESTED, layers=many))
    state.enter()
    qtbot.waitUntil(lambda: names(state) == ["base"])
    state.open_all()
    qtbot.waitUntil(lambda: bool(state.failure))
    assert "1,200 layers to draw" in state.failure
    assert state.graph is None
    state.fold_all()
    qtbot.waitUntil(lambda: names(state) == ["base"])
    assert state.failure == ""


def test_the_fully_connected_layer_takes_what_the_model_takes(state, network):
    state.set_dense(DenseLayer(units=10))
    network.show(NESTED)
    assert state.dense == DenseLayer(10, 96, 64, 3)
    network.show(replace(NESTED, input_size=None))
    assert state.dense == DenseLayer(10, 96, 64, 3)
