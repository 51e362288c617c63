"""What is asked of the network process, when, and what becomes of its answers."""

import os
import signal
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.background.worker_process import WorkerProcess
from explorer.core.images.read import PictureFile, picture_from_pixels
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.feature_grid import tile_layer
from explorer.core.layers.layers import FeatureMaps, LayerInfo
from explorer.core.models.model import Model
from explorer.core.models.requests import ComputeFeatureMaps, DescribeLayers, ReadArchitecture
from explorer.core.models.run_folder import read_run
from explorer.errors import ModelError
from explorer.state.network.network_state import NetworkState
from explorer.state.shared.notices import Notice, Notices
from tests.support.held_worker import HeldWorker
from tests.support.processes import ids_of
from tests.support.tiny_runs import make_paper_run

LAYERS = (
    LayerInfo("rescaling", "Rescaling", (24, 24, 3), 0),
    LayerInfo("conv_1", "Conv2D", (24, 24, 5), 140),
    LayerInfo("dense_1", "Dense", (7,), 860),
)


def picture(seed: int, size: tuple[int, int] = (40, 60)) -> PictureFile:
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
    return picture_from_pixels(pixels, f"picture {seed}")


def maps_of(name: str, seed: int = 0) -> FeatureMaps:
    layer = next(layer for layer in LAYERS if layer.name == name)
    values = np.random.default_rng(seed).normal(size=layer.output_shape).astype(np.float32)
    return FeatureMaps(layer, values)


@dataclass
class Bench:
    """A state with a worker that the test answers for."""

    state: NetworkState
    worker: HeldWorker
    qtbot: QtBot
    model: Model
    other: Model
    notices: list[Notice] = field(default_factory=list)

    def wait_for(self, model: Model, layer: str | None = None) -> None:
        """Wait until exactly this is asked: a layer's maps, or the layers where none is named."""
        self.qtbot.waitUntil(lambda: len(self.worker.open) == 1)
        request = self.worker.open[0].request
        assert request.model == model.use
        if layer is None:
            assert isinstance(request, ReadArchitecture)
        else:
            assert isinstance(request, ComputeFeatureMaps)
            assert request.layer == layer

    def answer_layers(self, layers: tuple[LayerInfo, ...] = LAYERS) -> None:
        """Answer what the file tells of the layers, then what the framework does."""
        found = Architecture("Keras", (), (), layers)
        self.worker.answer(found)
        self.qtbot.waitUntil(lambda: len(self.worker.open) == 1)
        assert isinstance(self.worker.open[0].request, DescribeLayers)
        self.worker.answer(found)

    def rest(self) -> None:
        self.qtbot.waitUntil(lambda: not self.state.is_busy)

    def show_conv_1(self, seed: int = 1) -> None:
        """Bring the state to where it shows the maps of conv_1."""
        self.state.set_model(self.model)
        self.state.set_picture(picture(seed))
        self.state.activate()
        self.wait_for(self.model)
        self.answer_layers()
        self.wait_for(self.model, "conv_1")
        self.worker.answer(maps_of("conv_1"))
        self.rest()


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path):
    pool, worker, notices = TaskPool(), HeldWorker(), Notices()
    state = NetworkState(worker, lambda model: worker, pool, notices)  # type: ignore[arg-type, return-value]
    found = Bench(
        state,
        worker,
        qtbot,
        Model.of_run(read_run(make_paper_run(tmp_path / "one"))),
        Model.of_run(read_run(make_paper_run(tmp_path / "two"))),
    )
    notices.posted.connect(found.notices.append)
    yield found
    pool.close()


def test_nothing_is_asked_before_the_page_is_shown(bench):
    bench.state.set_model(bench.model)
    bench.state.set_picture(picture(1))
    bench.state.choose_layer("conv_1")
    assert bench.worker.open == []
    assert not bench.state.is_busy
    bench.state.activate()
    assert bench.state.is_busy
    bench.wait_for(bench.model)


def test_the_picture_is_sent_small_as_the_run_takes_it(bench):
    bench.state.set_model(bench.model)
    file = picture(3, size=(400, 300))
    bench.state.set_picture(file)
    bench.state.activate()
    bench.answer_layers()
    bench.wait_for(bench.model, "conv_1")
    sent = bench.worker.open[0].request.picture
    alone = Image.fromarray(file.picture).resize((24, 24), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(sent, np.asarray(alone))


def test_maps_and_mosaic_come_together(bench):
    told = []
    bench.state.maps_changed.connect(lambda: told.append(bench.state.shown.feature_maps))
    bench.show_conv_1()
    expected = maps_of("conv_1")
    assert bench.state.layers == LAYERS
    assert bench.state.layer == "conv_1"  # the first convolution, without being asked
    assert len(told) == 1
    np.testing.assert_array_equal(bench.state.shown.feature_maps.maps, expected.maps)
    mosaic = bench.state.shown.mosaic
    np.testing.assert_array_equal(mosaic.pixels, tile_layer(expected).pixels)


@pytest.mark.parametrize(
    ("sizes", "first"),
    [(((1, 1), (3, 3)), "conv_2"), (((1, 1), (1, 1)), "conv_1"), (((3, 3), (1, 1)), "conv_1")],
)
def test_a_convolution_of_single_pixels_is_not_shown_first(bench, sizes, first):
    layers = [
        LayerInfo(f"conv_{number}", "Conv2D", (24, 24, 5), 140, kernel_size=size)
        for number, size in enumerate(sizes, start=1)
    ]
    bench.state.set_model(bench.model)
    bench.state.activate()
    bench.answer_layers((LAYERS[0], *layers))
    assert bench.state.layer == first


def test_a_layer_chosen_before_the_layers_are_known_is_kept(bench):
    bench.state.choose_layer("dense_1")
    bench.state.set_model(bench.model)
    bench.state.set_picture(picture(1))
    bench.state.activate()
    bench.answer_layers()
    bench.wait_for(bench.model, "dense_1")


def test_hurried_choices_never_queue_up(bench):
    bench.show_conv_1()
    for name in ["dense_1", "rescaling", "conv_1", "rescaling", "dense_1", "rescaling"]:
        bench.state.choose_layer(name)
        assert len(bench.worker.open) <= 1
    bench.wait_for(bench.model, "dense_1")
    bench.worker.answer(maps_of("dense_1"))
    # The late answer is dropped, the last maps stay, and only the newest wish is asked.
    assert bench.state.shown.feature_maps.layer.name == "conv_1"
    bench.wait_for(bench.model, "rescaling")
    bench.worker.answer(maps_of("rescaling"))
    bench.rest()
    assert bench.state.shown.feature_maps.layer.name == "rescaling"
    assert bench.worker.open == []


def test_maps_of_an_earlier_picture_are_dropped(bench):
    bench.show_conv_1()
    shown = bench.state.shown
    bench.state.set_picture(picture(2))
    bench.wait_for(bench.model, "conv_1")
    newest = picture(3)
    bench.state.set_picture(newest)
    bench.worker.answer(maps_of("conv_1", seed=2))
    assert bench.state.shown is shown
    bench.wait_for(bench.model, "conv_1")
    bench.worker.answer(maps_of("conv_1", seed=3))
    bench.rest()
    assert bench.state.shown.file is newest
    np.testing.assert_array_equal(
        bench.state.shown.feature_maps.maps, maps_of("conv_1", seed=3).maps
    )


def test_answers_of_an_earlier_run_are_dropped(bench):
    bench.show_conv_1()
    shown = bench.state.shown
    bench.state.set_picture(picture(2))
    bench.wait_for(bench.model, "conv_1")
    maps = bench.worker.open[0]
    bench.state.set_model(bench.other)
    bench.wait_for(bench.other)  # without waiting for the maps
    layers = bench.worker.open[0]
    bench.state.set_model(bench.model)
    maps.done(maps_of("conv_1", seed=9))
    layers.done(Architecture("Keras", (), (), LAYERS[:1]))
    assert bench.state.layers == LAYERS
    assert bench.state.shown is shown
    bench.wait_for(bench.model, "conv_1")


def test_the_same_run_again_asks_nothing(bench):
    bench.show_conv_1()
    bench.state.set_model(Model.of_run(read_run(bench.model.path)))
    assert bench.worker.open == []
    assert not bench.state.is_busy


def test_the_maps_stay_until_the_layers_of_another_run_are_there(bench):
    bench.show_conv_1()
    shown = bench.state.shown
    bench.state.choose_map(3)
    bench.state.set_model(bench.other)
    bench.wait_for(bench.other)
    assert bench.state.shown is shown
    bench.answer_layers()
    bench.wait_for(bench.other, "conv_1")
    assert bench.state.shown is None  # they would be taken for the other's
    bench.worker.answer(maps_of("conv_1", seed=5))
    bench.rest()
    assert bench.state.shown.model == bench.other


def test_no_run_shows_nothing(bench):
    bench.show_conv_1()
    bench.state.set_model(None)
    assert bench.state.layers == ()
    assert bench.state.shown is None
    assert bench.worker.open == []


def test_a_model_that_does_not_open_leaves_nothing_of_the_last_one(bench):
    bench.show_conv_1()
    bench.state.set_model(bench.other)
    bench.wait_for(bench.other)
    bench.worker.fail(ModelError("“two/model.keras” was not opened: the file is damaged."))
    assert [notice.sentence for notice in bench.notices] == [bench.state.failure]
    assert "damaged" in bench.state.failure
    assert bench.state.layers == ()
    assert bench.state.shown is None
    assert not bench.state.is_busy
    assert bench.worker.open == []  # it is not asked over and over
    bench.state.set_model(bench.model)
    assert bench.state.failure == ""
    bench.wait_for(bench.model)


def test_maps_that_fail_leave_the_last_ones_and_may_be_tried_again(bench):
    bench.show_conv_1()
    bench.state.choose_layer("dense_1")
    bench.worker.fail(ModelError("The network process ended unexpectedly."))
    assert bench.state.failure == "The network process ended unexpectedly."
    assert bench.state.shown.feature_maps.layer.name == "conv_1"
    assert bench.worker.open == []
    bench.state.retry()
    assert bench.state.failure == ""
    bench.worker.answer(maps_of("dense_1"))
    bench.rest()
    assert bench.state.shown.feature_maps.layer.name == "dense_1"


def test_a_failure_that_nobody_waits_for_is_not_told(bench):
    bench.show_conv_1()
    bench.state.choose_layer("dense_1")
    bench.state.choose_layer("rescaling")
    bench.worker.fail(ModelError("too late"))
    assert bench.notices == []
    assert bench.state.failure == ""
    bench.wait_for(bench.model, "rescaling")


def test_the_chosen_map_stays_within_the_maps_there_are(bench):
    bench.state.choose_map(3)
    assert bench.state.map_index == 0
    bench.show_conv_1()
    for wish, index in ((3, 3), (99, 4), (-1, 0), (2, 2)):
        bench.state.choose_map(wish)
        assert bench.state.map_index == index


def test_the_chosen_map_stays_for_the_next_picture_but_not_for_another_layer(bench):
    bench.show_conv_1()
    bench.state.choose_map(4)
    bench.state.set_picture(picture(2))
    bench.wait_for(bench.model, "conv_1")
    bench.worker.answer(maps_of("conv_1", seed=2))
    bench.rest()
    assert bench.state.map_index == 4
    bench.state.choose_layer("rescaling")
    assert bench.state.map_index == 4  # still that of what is shown
    bench.worker.answer(maps_of("rescaling"))
    bench.rest()
    assert bench.state.map_index == 0


def test_another_scale_is_drawn_without_asking_the_network(bench):
    bench.show_conv_1()
    bench.state.set_scale("all")
    bench.rest()
    assert bench.worker.open == []
    expected = tile_layer(maps_of("conv_1"), scale="all")
    np.testing.assert_array_equal(bench.state.shown.mosaic.pixels, expected.pixels)


def test_starting_is_told(bench):
    bench.state.set_model(bench.model)
    told = []
    bench.state.activity_changed.connect(lambda: told.append(bench.state.is_starting))
    bench.worker.set_status("starting")
    bench.worker.set_status("ready")
    assert told[-2:] == [True, False]


def test_the_network_process_sleeps_until_it_is_needed_and_then_answers(
    qtbot: QtBot, models_folder: Path
):
    pool, worker, notices = TaskPool(), WorkerProcess("network", None), Notices()
    told: list[Notice] = []
    notices.posted.connect(told.append)
    state = NetworkState(worker, lambda model: worker, pool, notices)
    try:
        state.set_model(Model.of_run(read_run(models_folder / "keras-only")))
        state.set_picture(picture(1))
        assert not ids_of("network")
        state.activate()
        assert ids_of("network")
        assert state.is_starting
        qtbot.waitUntil(lambda: state.shown is not None, timeout=120_000)
        assert [layer.name for layer in state.layers][:3] == ["picture", "rescaling", "conv_1"]
        assert state.shown.feature_maps.maps.shape == (24, 24, 32)
        state.choose_layer("probabilities")
        qtbot.waitUntil(lambda: state.shown.feature_maps.maps.shape == (2,), timeout=30_000)
        assert state.shown.feature_maps.maps.sum() == pytest.approx(1, abs=1e-6)
        # A process killed at work is started anew, and the answer comes after all.
        (before,) = ids_of("network")
        state.set_picture(picture(2))
        os.kill(before, signal.SIGKILL)
        shown = state.shown
        qtbot.waitUntil(lambda: state.shown is not shown, timeout=120_000)
        assert before not in ids_of("network")
        assert told == []
    finally:
        pool.close()
        worker.close()


def test_a_layer_without_maps_says_so_and_shows_no_other_layers_maps(bench):
    bench.show_conv_1()
    layers = (*LAYERS, LayerInfo("lstm", "LSTM", (12, 5), 100))
    bench.state.set_model(bench.other)
    bench.wait_for(bench.other)
    assert not bench.state.has_layers  # those of the run before
    bench.answer_layers(layers)
    bench.wait_for(bench.other, "conv_1")
    bench.worker.answer(maps_of("conv_1"))
    bench.rest()
    bench.state.choose_layer("lstm")
    assert bench.state.absence == (
        "Layer “lstm” has no feature maps: it returns 12 vectors of 5 values, whose "
        "places in the picture are not known."
    )
    assert bench.state.shown is None
    assert bench.worker.open == []
    assert not bench.notices
    bench.state.choose_layer("dense_1")
    assert not bench.state.absence
    bench.wait_for(bench.other, "dense_1")


def test_the_first_layer_chosen_has_maps(bench):
    bench.state.set_model(bench.model)
    bench.state.set_picture(picture(1))
    bench.state.activate()
    bench.wait_for(bench.model)
    bench.answer_layers((LayerInfo("conv", "Conv1D", (12, 5), 100, kernel_size=(3,)), *LAYERS[2:]))
    bench.wait_for(bench.model, "dense_1")


def test_a_notice_of_what_failed_goes_with_the_next_wish(bench):
    bench.show_conv_1()
    withdrawn = []
    bench.state.choose_layer("dense_1")
    bench.wait_for(bench.model, "dense_1")
    bench.worker.fail(ModelError("It failed."))
    assert [notice.topic for notice in bench.notices] == ["network"]
    bench.state._notices.withdrawn.connect(withdrawn.append)
    bench.state.choose_layer("conv_1")
    assert withdrawn == ["network"]


@pytest.mark.parametrize("is_same_process", [False, True])
def test_another_model_does_not_wait_for_the_last_one(
    qtbot: QtBot, tmp_path: Path, is_same_process: bool
):
    """Its process may be starting TensorFlow, which reading a file needs nothing of."""
    pool, reader, slow = TaskPool(), HeldWorker(), HeldWorker()
    quick = slow if is_same_process else HeldWorker()
    one, two = (Model.of_run(read_run(make_paper_run(tmp_path / name))) for name in ("one", "two"))
    workers = {one.path: slow, two.path: quick}
    state = NetworkState(reader, lambda model: workers[model.path], pool, Notices())  # type: ignore[arg-type, return-value]
    state.set_model(one)
    state.activate()
    reader.answer(Architecture("Keras", (), (), LAYERS))
    qtbot.waitUntil(lambda: len(slow.open) == 1)
    late = slow.open[0]
    state.set_model(two)
    reader.answer(Architecture("ONNX", (), (), LAYERS[1:]))
    assert state.has_layers
    assert state.layers == LAYERS[1:]
    assert [asked.request.model for asked in quick.open] == [two.use]
    late.done(Architecture("Keras", (), (), LAYERS))
    late.failed(ModelError("too late"))
    assert state.layers == LAYERS[1:]
    assert state.failure == ""
    assert state.is_busy
    pool.close()


def test_no_script_is_written_of_what_none_of_its_lines_could_load(bench, tmp_path):
    bench.show_conv_1()
    assert bench.state.script is not None
    folder = tmp_path / "saved"
    folder.mkdir()
    bench.state.model = replace(bench.model, path=folder, card=None)
    assert bench.state.script is None
