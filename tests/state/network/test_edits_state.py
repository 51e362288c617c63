"""Edits of a model with undo, what is asked about them, and trials on a dataset."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from explorer.background.tasks import TaskPool
from explorer.core.datasets.dataset import Sample
from explorer.core.images.read import picture_from_pixels
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import FeatureMaps, LayerInfo
from explorer.core.model_files.kept import recall
from explorer.core.models.assumptions import Assumed
from explorer.core.models.model import Model
from explorer.core.models.model_use import Edit
from explorer.core.models.preparation import Preparation
from explorer.core.models.requests import (
    Classified,
    ClassifyFile,
    ClassifyPicture,
    ComputeFeatureMaps,
    DescribeLayers,
    ReadArchitecture,
    SaveModel,
)
from explorer.core.models.run_folder import read_run
from explorer.errors import ModelError
from explorer.state.network.batch_state import BatchState
from explorer.state.network.edits_state import EditsState
from explorer.state.network.network_state import NetworkState
from explorer.state.shared.notices import Notices
from tests.support.held_worker import HeldWorker
from tests.support.tiny_runs import make_paper_run

LAYER = LayerInfo("conv_1", "Conv2D", (6, 6, 3), 12)
KERNEL = np.array([[1.0, 2.0], [3.0, 4.0]])


class Worker(HeldWorker):
    """Answers at once: each edit lowers the probability of the first class by a tenth."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def ask(self, request, *, done, failed, is_urgent=False):
        self.asked.append(request)
        super().ask(request, done=done, failed=failed)

    def answer_all(self):
        QApplication.processEvents()
        while self.open:
            one = self.open.pop(0)
            one.done(self.answer_to(one.request))
            QApplication.processEvents()

    def answer_to(self, request):
        first = 0.7 - 0.3 * len(request.model.edits)
        match request:
            case ReadArchitecture() | DescribeLayers():
                return Architecture("Keras 3", (), (), (LAYER,))
            case ComputeFeatureMaps():
                return FeatureMaps(LAYER, np.full((6, 6, 3), first, np.float32))
            case ClassifyPicture() | ClassifyFile():
                return Classified((first, 1 - first))
            case SaveModel():
                return np.frombuffer(b"a model", np.uint8)


class Bench:
    def __init__(self, qtbot, folder: Path):
        self.pool, self.worker, notices = TaskPool(), Worker(), Notices()
        self.notices: list[str] = []
        notices.posted.connect(lambda notice: self.notices.append(notice.sentence))
        self.network = NetworkState(self.worker, lambda model: self.worker, self.pool, notices)
        self.edits = EditsState(self.network, lambda model: self.worker, self.pool, notices)
        self.batch = BatchState(self.edits, lambda model: self.worker)
        self.model = Model.of_run(read_run(make_paper_run(folder / "one")))
        self.qtbot = qtbot

    def settle(self):
        def is_settled():
            self.worker.answer_all()
            return not (self.network.is_busy or self.edits.is_busy or self.worker.open)

        self.qtbot.waitUntil(is_settled)

    def begin(self):
        pixels = np.zeros((9, 9, 3), np.uint8)
        self.edits.set_model(self.model)
        self.network.set_picture(picture_from_pixels(pixels, "black"))
        self.network.activate()
        self.edits.enter()
        self.settle()


@pytest.fixture
def bench(qtbot, tmp_path):
    made = Bench(qtbot, tmp_path)
    made.begin()
    yield made
    made.pool.close()


def test_an_edit_changes_maps_and_prediction_and_nothing_else_is_read_again(bench):
    assert bench.edits.before == bench.edits.after == (0.7, pytest.approx(0.3))
    read = [one for one in bench.worker.asked if isinstance(one, ReadArchitecture)]
    bench.edits.mute("conv_1", 1)
    bench.settle()
    assert bench.edits.before == (0.7, pytest.approx(0.3))
    assert bench.edits.after == (pytest.approx(0.4), pytest.approx(0.6))
    assert bench.network.shown.model.edits == (Edit("conv_1", 1, "mute"),)
    assert bench.network.shown.feature_maps.maps[0, 0, 0] == pytest.approx(0.4)
    assert bench.edits.maps_before.maps[0, 0, 0] == pytest.approx(0.7)
    assert [one for one in bench.worker.asked if isinstance(one, ReadArchitecture)] == read


def test_every_edit_can_be_undone_and_done_again(bench):
    edits = bench.edits
    edits.mute("conv_1", 1)
    edits.swap("conv_1", 0, 2)
    edits.set_kernel("conv_1", 2, 1, KERNEL)
    assert [one.kind for one in edits.edits] == ["mute", "swap", "kernel"]
    np.testing.assert_array_equal(edits.kernel_of("conv_1", 2, 1), KERNEL)
    edits.undo_stack.undo()
    assert edits.kernel_of("conv_1", 2, 1) is None
    edits.reset()
    assert edits.edits == ()
    edits.undo_stack.undo()
    assert [one.kind for one in edits.edits] == ["mute", "swap"]
    edits.undo_stack.undo()
    edits.undo_stack.undo()
    assert edits.edits == ()
    assert not edits.undo_stack.canUndo()
    edits.undo_stack.redo()
    assert edits.is_muted("conv_1", 1)
    assert edits.undo_stack.undoText() == "mute map 2 of conv_1"


def test_a_stroke_is_one_step_and_the_next_another(bench):
    edits = bench.edits
    for value in (1.0, 2.0, 3.0):
        edits.set_kernel("conv_1", 0, 0, KERNEL * value)
    edits.end_edit()
    edits.set_kernel("conv_1", 0, 0, KERNEL * 9)
    assert len(edits.edits) == 1  # one kernel has one set of weights
    assert edits.undo_stack.count() == 2
    edits.undo_stack.undo()
    np.testing.assert_array_equal(edits.kernel_of("conv_1", 0, 0), KERNEL * 3)


def test_muting_again_gives_the_channel_back(bench):
    bench.edits.mute("conv_1", 1)
    bench.edits.scale("conv_1", 0, 2.0)
    assert bench.edits.factor_of("conv_1", 0) == 2.0
    bench.edits.mute("conv_1", 1)
    assert [one.kind for one in bench.edits.edits] == ["scale"]


def test_an_edit_that_does_not_fit_is_taken_back_and_told(bench):
    bench.edits.set_kernel("conv_1", 0, 0, KERNEL)
    bench.qtbot.waitUntil(lambda: any(map(is_edited, bench.worker.open)))
    for one in list(bench.worker.open):
        bench.worker.open.remove(one)
        one.failed(ModelError("The kernels of layer “conv_1” are 3×3, not 2×2."))
    bench.settle()
    assert bench.edits.edits == ()
    assert not bench.edits.undo_stack.canUndo()
    assert not bench.edits.undo_stack.canRedo()
    assert any("3×3, not 2×2" in text for text in bench.notices)
    assert not bench.network.failure


def is_edited(asked):
    return isinstance(asked.request, ClassifyPicture) and asked.request.model.edits


def test_another_model_begins_without_edits(bench, tmp_path):
    bench.edits.mute("conv_1", 1)
    bench.edits.set_model(bench.model)  # told again, as when the list of models changes
    assert len(bench.edits.edits) == 1
    bench.edits.set_model(Model.of_run(read_run(make_paper_run(tmp_path / "two"))))
    assert bench.edits.edits == ()
    assert bench.network.model.edits == ()
    assert not bench.edits.undo_stack.canUndo()


def test_the_edited_model_is_saved(bench, tmp_path):
    bench.edits.mute("conv_1", 1)
    bench.edits.save(tmp_path / "edited.keras")
    bench.settle()
    bench.qtbot.waitUntil(lambda: "Saved “edited.keras”." in bench.notices)
    assert (tmp_path / "edited.keras").read_bytes() == b"a model"
    # How it is used stands in no Keras file: it is opened as it was.
    base = bench.edits.base
    file = Model(tmp_path / "edited.keras", ("class 1", "class 2"), Preparation((5, 5)), "logits")
    found = recall(Assumed(file, {})).model
    assert (found.preparation, found.classes) == (base.preparation, base.classes)
    assert (found.outputs, found.card, found.edits) == (base.outputs, None, ())
    (saved,) = [one for one in bench.worker.asked if isinstance(one, SaveModel)]
    assert saved.model.edits == (Edit("conv_1", 1, "mute"),)


def test_only_keras_models_are_changed(bench, monkeypatch):
    assert bench.edits.absence == ""
    monkeypatch.setattr(bench.network, "architecture", Architecture("LiteRT", (), (), (LAYER,)))
    told = "Only Keras models can be changed; this is a model for LiteRT."
    assert bench.edits.absence == told


def samples(count):
    return [Sample(Path(f"/{n}.jpg"), ("cat", "dog")[n % 2]) for n in range(count)]


def test_edits_are_tried_on_a_dataset(bench):
    assert not bench.batch.can_run
    bench.batch.set_samples(samples(1_000))
    bench.edits.mute("conv_1", 1)
    bench.batch.start()
    bench.settle()
    assert not bench.batch.is_running
    assert bench.batch.total == len(bench.batch.compared) == 200
    assert bench.batch.compared[1].sample.path == Path("/5.jpg")  # spread over all of it
    assert len(bench.batch.changed) == 200  # .7 becomes .4
    rights = [one.sample.label for one in bench.batch.compared]
    before, after = bench.batch.accuracies
    assert before == pytest.approx(rights.count("cat") / 200)
    assert after == pytest.approx(rights.count("dog") / 200)
    bench.worker.asked.clear()
    bench.edits.mute("conv_1", 2)
    assert bench.batch.is_outdated
    bench.batch.start()
    bench.settle()
    asked = [one for one in bench.worker.asked if isinstance(one, ClassifyFile)]
    assert len(asked) == 200  # what the model says without edits is known by now
    assert not bench.batch.is_outdated


def test_a_trial_can_be_stopped(bench):
    bench.batch.set_samples(samples(5))
    bench.batch.start()
    (first,) = bench.worker.open
    bench.batch.cancel()
    assert not bench.batch.is_running
    bench.worker.open.clear()
    first.done(Classified((0.7, 0.3)))  # comes too late
    assert bench.batch.compared == []
    assert bench.worker.open == []


def test_pictures_that_cannot_be_read_are_counted(bench):
    bench.batch.set_samples(samples(2))
    bench.batch.start()
    bench.worker.fail(ModelError("It cannot be read."))
    bench.settle()
    assert (bench.batch.unread, len(bench.batch.compared)) == (1, 1)
