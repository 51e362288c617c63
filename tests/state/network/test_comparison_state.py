"""What is asked for both sides of a comparison, and which layer stands for which."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.core.images.read import PictureFile, picture_from_pixels
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import FeatureMaps, LayerInfo
from explorer.core.models.model import Model
from explorer.core.models.model_use import Edit
from explorer.core.models.preparation import Preparation
from explorer.core.models.requests import (
    Classified,
    ClassifyPicture,
    ComputeFeatureMaps,
    DescribeLayers,
    ReadArchitecture,
)
from explorer.errors import ModelError
from explorer.state.network.comparison_state import ComparisonState
from explorer.state.network.network_state import NetworkState
from explorer.state.shared.notices import Notices
from tests.support.held_worker import HeldWorker

LAYERS = {
    "one.onnx": (
        LayerInfo("conv_1", "Conv", (8, 6, 3), 0),
        LayerInfo("conv_2", "Conv", (4, 3, 5), 0),
        LayerInfo("head", "Gemm", (2,), 0),
    ),
    "two.tflite": (
        LayerInfo("conv_2", "CONV_2D", (7, 7, 2), 0),
        LayerInfo("top", "CONV_2D", (3, 3, 2), 0),
        LayerInfo("softmax", "SOFTMAX", (2,), 0),
    ),
}
ONE, TWO = (Model(Path(name), ("cat", "dog"), Preparation((8, 6))) for name in LAYERS)


def picture(seed: int) -> PictureFile:
    pixels = np.random.default_rng(seed).integers(0, 256, (20, 15, 3), dtype=np.uint8)
    return picture_from_pixels(pixels, f"picture {seed}")


@dataclass
class Bench:
    """Both sides, with a worker that answers by the model and the picture."""

    state: ComparisonState
    worker: HeldWorker
    qtbot: QtBot
    asked: list[object]

    def answer_all(self) -> None:
        def step() -> bool:
            for one in list(self.worker.open):
                self.worker.open.remove(one)
                self.asked.append(one.request)
                one.done(answer(one.request))
            state = self.state
            return not (state.is_busy or state.network.is_busy or self.worker.open)

        self.qtbot.waitUntil(step)

    def maps(self, side: NetworkState) -> np.ndarray:
        assert side.feature_maps is not None
        return side.feature_maps.maps


def answer(request):
    layers = LAYERS[request.model.path.name]
    if isinstance(request, (ReadArchitecture, DescribeLayers)):
        return Architecture("", (), (), layers)
    seed = int(request.picture.sum()) + len(request.model.edits)
    if isinstance(request, ClassifyPicture):
        share = seed % 100 / 100
        return Classified((share, 1 - share))
    layer = next(layer for layer in layers if layer.name == request.layer)
    values = np.random.default_rng(seed).normal(size=layer.output_shape).astype(np.float32)
    return FeatureMaps(layer, values)


@pytest.fixture
def bench(qtbot: QtBot):
    pool, worker, notices = TaskPool(), HeldWorker(), Notices()
    network, other = (NetworkState(worker, lambda model: worker, pool, notices) for _ in range(2))
    state = ComparisonState(network, other, lambda model: worker, pool, notices)
    found = Bench(state, worker, qtbot, [])
    network.set_picture(picture(1))
    network.set_model(ONE)
    network.activate()
    found.answer_all()
    found.asked.clear()
    yield found
    pool.close()


def test_nothing_is_asked_before_the_comparison_is_shown(bench):
    bench.state.compare_model(TWO)
    assert bench.worker.open == []
    bench.state.enter()
    bench.answer_all()
    models = {request.model.path.name for request in bench.asked}
    assert models == {"one.onnx", "two.tflite"}  # the first's probabilities, too


def test_the_other_model_sees_the_same_picture_at_the_layer_that_stands_for_this_one(bench):
    state = bench.state
    state.enter()
    state.compare_model(TWO)
    bench.answer_all()
    for layer, match, has_same_name in (
        ("conv_1", "conv_2", False),
        ("conv_2", "conv_2", True),
        ("head", "softmax", False),
    ):
        state.network.choose_layer(layer)
        bench.answer_all()
        assert (state.match.name, state.match.has_same_name) == (match, has_same_name)
        assert state.other.shown.feature_maps.layer.name == match
        assert state.other.shown.file is state.network.shown.file
    for side in (state.network, state.other):
        share = int(side.input.sum()) % 100 / 100
        assert state.prediction_of(side).probabilities == (share, 1 - share)


def test_another_picture_goes_through_the_same_model(bench):
    state = bench.state
    state.enter()
    state.compare_picture(picture(2))
    bench.answer_all()
    assert state.other.model == state.network.model == ONE
    assert state.other.shown.file.name == "picture 2"
    assert not np.array_equal(bench.maps(state.network), bench.maps(state.other))
    first = state.prediction_of(state.network).probabilities
    state.network.set_picture(picture(2))
    bench.answer_all()
    np.testing.assert_array_equal(bench.maps(state.network), bench.maps(state.other))
    assert state.prediction_of(state.network).probabilities != first


def test_the_model_before_its_edits_stands_beside_it(bench):
    state = bench.state
    state.enter()
    state.choose_subject("edits")
    bench.answer_all()
    assert not state.can_compare_edits
    state.network.set_model(ONE.with_edits((Edit("conv_1", 0, "mute"),)))
    bench.answer_all()
    assert state.can_compare_edits
    assert state.other.model == ONE
    assert state.network.layer == state.other.layer
    assert not np.array_equal(bench.maps(state.network), bench.maps(state.other))


def test_the_chosen_map_and_the_order_are_the_same_at_both_sides(bench):
    state = bench.state
    state.enter()
    state.compare_picture(picture(2))
    bench.answer_all()
    state.network.choose_map(2)
    state.network.set_order("strength")
    bench.answer_all()
    assert state.other.map_index == 2
    assert state.other.shown.order == "strength"


def test_a_model_that_fails_is_told_and_the_other_side_stays(bench):
    state = bench.state
    state.enter()
    state.compare_model(TWO)
    bench.qtbot.waitUntil(
        lambda: any(one.request.model.path == TWO.path for one in bench.worker.open)
    )
    for one in list(bench.worker.open):
        bench.worker.open.remove(one)
        is_other = one.request.model.path == TWO.path
        if is_other:
            one.failed(ModelError("“two.tflite” was not opened: it is damaged."))
        else:
            one.done(answer(one.request))
    bench.answer_all()
    assert state.other.failure == "“two.tflite” was not opened: it is damaged."
    assert state.network.shown is not None
    assert state.network.failure == ""


def test_after_leaving_nothing_more_is_asked_for_the_other_side(bench):
    state = bench.state
    state.enter()
    state.compare_model(TWO)
    bench.answer_all()
    state.leave()
    bench.asked.clear()
    state.network.choose_layer("conv_2")
    bench.answer_all()
    assert {request.model.path for request in bench.asked} == {ONE.path}
    assert all(isinstance(request, ComputeFeatureMaps) for request in bench.asked)
