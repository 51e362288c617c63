"""Which value is followed, what is asked about it, and the kernel that is looked at."""

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from explorer.background.tasks import TaskPool
from explorer.core.images.read import picture_from_pixels
from explorer.core.kernels.kernel import Kernel
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.arithmetic import ValueArithmetic
from explorer.core.layers.effective_field import EffectiveField
from explorer.core.layers.layers import FeatureMaps, LayerInfo, ReceptiveField
from explorer.core.layers.weights import describe_weights
from explorer.core.models.model import Model
from explorer.core.models.requests import (
    ComputeFeatureMaps,
    DescribeLayers,
    ExplainValue,
    MeasureField,
    ReadArchitecture,
    ReadWeights,
)
from explorer.core.models.run_folder import read_run
from explorer.errors import ModelError
from explorer.state.network.network_state import NetworkState
from explorer.state.network.value_state import ValueState
from explorer.state.network.weights_state import WeightsState
from explorer.state.shared.notices import Notices
from tests.support.held_worker import HeldWorker
from tests.support.tiny_runs import make_paper_run

LAYERS = (
    LayerInfo(
        "conv_1",
        "Conv2D",
        (12, 12, 3),
        12,
        receptive_field=ReceptiveField((3, 3), (2, 2), (-1, -1)),
    ),
    LayerInfo("pool_1", "MaxPooling2D", (6, 6, 3), 0),
    LayerInfo("dense", "Dense", (4,), 12),
)
KERNEL = np.random.default_rng(1).normal(size=(3, 3, 2, 3)).astype(np.float32)


class Bench:
    def __init__(self, qtbot, folder):
        self.pool, self.worker, notices = TaskPool(), HeldWorker(), Notices()
        self.asked = []
        self.network = NetworkState(self.worker, lambda model: self.worker, self.pool, notices)
        self.value = ValueState(self.network, lambda model: self.worker)
        self.weights = WeightsState(self.network, lambda model: self.worker)
        self.qtbot = qtbot
        self.network.set_model(Model.of_run(read_run(make_paper_run(folder / "one"))))
        self.network.set_picture(picture_from_pixels(np.zeros((24, 24, 3), np.uint8), "black"))
        self.network.activate()
        self.settle()

    def settle(self):
        def is_settled():
            QApplication.processEvents()
            while self.worker.open:
                one = self.worker.open.pop(0)
                self.asked.append(one.request)
                one.done(self.answer_to(one.request))
            return not (self.network.is_busy or self.value.is_busy or self.worker.open)

        self.qtbot.waitUntil(is_settled)

    def answer_to(self, request):
        match request:
            case ReadArchitecture() | DescribeLayers():
                return Architecture("Keras 3", (), (), LAYERS)
            case ComputeFeatureMaps(layer=name):
                layer = next(one for one in LAYERS if one.name == name)
                maps = np.zeros(layer.output_shape, np.float32)
                if maps.ndim == 3:
                    maps[5, 3] = -2
                return FeatureMaps(layer, maps)
            case ExplainValue(row=row):
                return ValueArithmetic(framework=float(row))
            case MeasureField():
                return EffectiveField(np.ones((24, 24), np.float32))
            case ReadWeights(layer=name):
                kernel = {"kernel": KERNEL} if name == "conv_1" else {}
                return describe_weights(name, "Conv2D" if kernel else "MaxPooling2D", kernel)

    def of(self, kind):
        return [one for one in self.asked if isinstance(one, kind)]


@pytest.fixture
def bench(qtbot, tmp_path):
    made = Bench(qtbot, tmp_path)
    yield made
    made.value.leave()
    made.pool.close()


def test_nothing_is_asked_while_nobody_looks(bench):
    bench.value.point(1, 1)
    bench.settle()
    assert not bench.of(ExplainValue)
    bench.value.enter()
    bench.settle()
    assert bench.of(ExplainValue)
    bench.value.leave()
    bench.asked.clear()
    bench.value.point(2, 2)
    bench.settle()
    assert not bench.asked


def test_it_begins_at_the_strongest_value_and_follows_the_mouse_until_pinned(bench):
    bench.value.enter()
    bench.settle()
    assert bench.value.place == (5, 3)
    bench.value.point(7, 2)
    bench.settle()
    assert bench.value.explained == ("conv_1", 7, 2, 0)
    assert bench.value.arithmetic.framework == 7
    assert bench.value.field is not None
    assert [len(one) for one in bench.value.box] == [3, 3]
    assert bench.value.box[0].start == 13
    bench.value.pin(7, 2)
    bench.value.point(0, 0)
    assert bench.value.place == (7, 2)
    bench.value.step(-1, 0)
    assert bench.value.place == (6, 2)
    bench.value.step(99, 0)
    assert bench.value.place == (11, 2)
    bench.value.pin(11, 2)  # again: let go
    bench.value.point(0, 0)
    assert bench.value.place == (0, 0)


def test_while_one_is_computed_only_the_newest_waits(bench):
    bench.value.enter()
    bench.settle()
    bench.asked.clear()
    for row in range(1, 5):
        bench.value.point(row, 0)
    bench.settle()
    assert [one.row for one in bench.of(ExplainValue)] == [1, 4]
    assert [one.row for one in bench.of(MeasureField)] == [4]


def test_the_same_spot_is_followed_into_another_layer(bench):
    bench.value.enter()
    bench.settle()
    bench.value.pin(10, 4)
    bench.network.choose_layer("pool_1")
    bench.settle()
    assert bench.value.place == (5, 2)
    assert bench.value.explained == ("pool_1", 5, 2, 0)
    assert bench.value.box is None  # its receptive field is not known
    bench.network.choose_map(2)
    bench.settle()
    assert bench.value.explained == ("pool_1", 5, 2, 2)
    bench.network.choose_layer("dense")
    bench.settle()
    assert bench.value.explained == ("dense", 0, 0, 0)


def test_why_there_is_no_arithmetic_is_told(bench):
    bench.value.enter()
    bench.worker.open.pop(0).failed(ModelError("A LiteRT model cannot show its values."))
    assert bench.value.failure == "A LiteRT model cannot show its values."
    bench.settle()


def test_weights_are_read_once_for_a_layer_while_somebody_looks(bench):
    assert bench.weights.kernel is None
    bench.weights.enter()
    bench.settle()
    assert len(bench.of(ReadWeights)) == 1
    bench.network.choose_map(2)
    bench.weights.choose_input(1)
    assert bench.weights.filter_index == 2  # the one that makes the chosen map
    np.testing.assert_allclose(bench.weights.kernel.weights, KERNEL[:, :, 1, 2])
    assert bench.weights.kernel.name == "conv_1 3, channel 2"
    bench.weights.choose_filter(0)
    assert bench.network.map_index == 0
    bench.settle()
    assert len(bench.of(ReadWeights)) == 1
    bench.network.choose_layer("pool_1")
    bench.settle()
    assert bench.weights.weights.layer == "pool_1"
    assert bench.weights.filters is None
    assert bench.weights.kernel is None


def test_a_kernel_is_sent_and_one_is_offered(bench, qtbot):
    bench.weights.enter()
    bench.settle()
    with qtbot.waitSignal(bench.weights.kernel_sent) as sent:
        bench.weights.send()
    np.testing.assert_allclose(sent.args[0].weights, KERNEL[:, :, 0, 0])
    with qtbot.waitSignal(bench.weights.offer_changed):
        bench.weights.offer(Kernel("mine", np.eye(3)))
    assert bench.weights.offered.name == "mine"
