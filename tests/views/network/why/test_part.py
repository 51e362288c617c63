"""What the Why tab shows, and what mouse and keys do there; a model in NumPy answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.core.images.read import picture_from_pixels
from explorer.core.layers.layers import FeatureMaps
from explorer.core.models.model import Model
from explorer.core.models.preparation import Preparation
from explorer.core.models.requests import (
    ClassifyPicture,
    ComputeFeatureMaps,
    DescribeLayers,
    ExplainClass,
    JudgeExplanation,
    ReadArchitecture,
)
from explorer.errors import ExplorerError, ModelError
from explorer.ml.explanation.explain import explain
from explorer.ml.explanation.judge import judge
from explorer.state.network.explanation_state import ExplanationState
from explorer.state.network.network_state import NetworkState
from explorer.state.network.occluder_state import OccluderState
from explorer.state.shared.notices import Notices
from explorer.views.common.images import pixels_of
from explorer.views.network.why.part import WhyPart
from tests.support.held_worker import HeldWorker
from tests.support.plain_models import PooledModel

SIZE = (24, 24)
PICTURE = np.full((*SIZE, 3), 60, np.uint8)
PICTURE[4:12, 4:12] = (250, 60, 60)
MODEL = Model(Path("plain.model"), ("cat", "dog"), Preparation(SIZE, scaling="unit"))
# Red speaks for a dog, blue for a cat.
ADAPTER = PooledModel(np.eye(3), [[3.0], [0.0], [-6.0]], 1.5)
FORMAT = "Keras 3"


@dataclass
class Bench:
    """The tab and its settings in a window, whose processes the test answers for."""

    network: NetworkState
    state: ExplanationState
    occluder: OccluderState
    part: WhyPart
    worker: HeldWorker
    window: QWidget
    qtbot: QtBot
    adapter: PooledModel
    pool: TaskPool
    format: str = FORMAT

    def close(self) -> None:
        self.part.leave()
        self.pool.close()

    def reply(self, request):
        architecture = replace(self.adapter.describe(SIZE), format=self.format)
        match request:
            case ReadArchitecture() | DescribeLayers():
                return architecture
            case ComputeFeatureMaps(_, layer):
                info = architecture.find(layer)
                return FeatureMaps(info, np.ones(info.output_shape, np.float32))
            case ClassifyPicture(use, picture):
                return self.adapter.classify(picture, use)
            case ExplainClass():
                return explain(self.adapter, request)
            case JudgeExplanation():
                return judge(self.adapter, request)
        raise NotImplementedError

    def step(self) -> None:
        """Answer what is asked now."""
        for asked in list(self.worker.open):
            self.worker.open.remove(asked)
            try:
                answer = self.reply(asked.request)
            except ExplorerError as error:
                asked.failed(error)
            else:
                asked.done(answer)

    def answer_all(self) -> None:
        def is_done() -> bool:
            self.step()
            return not self.worker.open and not self.network.is_busy

        self.qtbot.waitUntil(is_done, timeout=20_000)

    @property
    def column(self):
        return self.part.columns[1]  # of “dog”, which is what the model sees

    def at(self, row: int, column: int) -> QPoint:
        """Return where a pixel lies on the canvas of the right picture."""
        view = self.column.view
        return view.canvas.mapFrom(view, view.position_of(row, column).toPoint())


def make(
    qtbot: QtBot,
    adapter: PooledModel = ADAPTER,
    model_format: str = FORMAT,
    model: Model = MODEL,
) -> Bench:
    pool, worker, notices = TaskPool(), HeldWorker(), Notices()
    network = NetworkState(worker, lambda model: worker, pool, notices)  # type: ignore[arg-type, return-value]
    state = ExplanationState(
        network,
        lambda model: worker,  # type: ignore[arg-type, return-value]
        lambda model: worker,  # type: ignore[arg-type, return-value]
        pool,
        notices,
    )
    occluder = OccluderState(network, lambda model: worker)  # type: ignore[arg-type, return-value]
    part = WhyPart(network, state, occluder)
    window = QWidget()
    row = QHBoxLayout(window)
    row.addWidget(part.view, 1)
    row.addWidget(part.panel)
    qtbot.addWidget(window)
    window.resize(900, 640)
    bench = Bench(
        network, state, occluder, part, worker, window, qtbot, adapter, pool, model_format
    )
    network.set_model(model)
    network.set_picture(picture_from_pixels(PICTURE, "photo.png"))
    window.show()
    part.enter()
    bench.answer_all()
    return bench


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = make(qtbot)
    yield made
    made.close()


def test_both_classes_stand_side_by_side_on_one_scale_with_the_layer_named(bench: Bench) -> None:
    left, right = bench.part.columns
    assert left.title.text().startswith("cat · 26.")
    assert right.title.text().startswith("dog · 73.")
    explanation = bench.state.explanation
    assert np.allclose(explanation.maps[0], -explanation.maps[1])
    assert bench.part.controls.layer_choice.currentText() == "Automatic: body/maps"
    limit = float(np.abs(explanation.maps).max())
    scale = bench.part.controls.scale
    assert (scale.low, scale.high) == (-limit, limit)
    for column, sign in ((left, -1), (right, 1)):
        pixels = column.view.pixels.astype(int)
        inside, outside = pixels[8, 8], pixels[20, 20]
        is_orange = inside[0] > inside[2]
        assert is_orange == (sign > 0)
        assert abs(outside[0] - outside[2]) < abs(inside[0] - inside[2])


def test_a_click_judges_both_maps_one_after_the_other_and_shows_their_curves(bench: Bench) -> None:
    controls = bench.part.controls
    assert [column.verdict.text() for column in bench.part.columns] == ["Not judged yet."] * 2
    QTest.mouseClick(controls.judge_button, Qt.MouseButton.LeftButton)
    assert bench.column.verdict.text() == "Judging this map…"
    assert controls.stop_button.isEnabled()
    bench.step()
    assert controls.bar.value() > 0
    bench.answer_all()
    assert bench.column.verdict.text().startswith("This map is better than chance")
    assert "its dependence on the weights was not tested" in bench.column.verdict.text()
    assert "A plain model cannot be changed" in bench.column.verdict.toolTip()
    for column in bench.part.columns:
        assert column.curves.isVisible()
        assert column.curves.curve_count == 14
    assert not controls.judge_button.isEnabled()
    own = bench.state.judgements[1].own
    assert own.deletion[0] == pytest.approx(bench.state.probabilities[1], abs=1e-6)


def test_the_maps_of_redrawn_weights_take_the_place_of_the_maps(qtbot: QtBot) -> None:
    class Redrawable(PooledModel):
        @contextmanager
        def redrawn_weights(self, seed):
            kept, self.head = self.head, np.random.default_rng(seed).normal(size=self.head.shape)
            yield
            self.head = kept

    bench = make(qtbot, Redrawable(np.eye(3), ADAPTER.head, 1.5))
    box, drawn = bench.part.controls.redrawn_box, bench.column.view.pixels
    assert not box.isEnabled()
    bench.part.judge()
    bench.answer_all()
    assert len(bench.state.judgements[1].similarities) == 2
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert box.isChecked()
    assert not np.array_equal(bench.column.view.pixels, drawn)
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert np.array_equal(bench.column.view.pixels, drawn)
    bench.close()


def test_what_is_on_its_way_can_be_stopped(bench: Bench) -> None:
    controls = bench.part.controls
    QTest.mouseClick(controls.judge_button, Qt.MouseButton.LeftButton)
    bench.step()
    QTest.mouseClick(controls.stop_button, Qt.MouseButton.LeftButton)
    bench.answer_all()
    assert not bench.state.judgements
    assert controls.judge_button.isEnabled()
    bench.state.choose_method("rise")
    bench.step()
    QTest.mouseClick(controls.stop_button, Qt.MouseButton.LeftButton)
    bench.answer_all()
    assert bench.state.explanation.method == "grad-cam"  # the last good one stays


def test_nobody_is_asked_once_another_tab_is_shown(bench: Bench) -> None:
    bench.state.choose_method("rise")
    bench.step()
    bench.part.leave()
    bench.answer_all()
    assert bench.state.explanation.method == "grad-cam"
    bench.part.enter()
    bench.answer_all()
    assert bench.state.explanation.method == "rise"


def test_another_picture_is_explained_and_judged_anew(bench: Bench) -> None:
    bench.state.judge()
    bench.answer_all()
    bench.network.set_picture(picture_from_pixels(PICTURE[:, ::-1].copy(), "turned.png"))
    bench.answer_all()
    assert not bench.state.judgements
    assert bench.state.explanation.maps[1][8, 16] > 0


def test_the_occluder_is_dragged_sized_by_the_wheel_and_moved_by_keys(bench: Bench) -> None:
    QTest.mouseClick(bench.part.controls.occluder_box, Qt.MouseButton.LeftButton)
    assert bench.occluder.is_on
    canvas, seen = bench.column.view.canvas, bench.column.view.visible_rect
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=bench.at(20, 20))
    QTest.mouseMove(canvas, bench.at(8, 8))
    assert bench.worker.open  # the model is asked while the hand moves
    bench.answer_all()
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=bench.at(8, 8))
    assert bench.column.view.visible_rect == seen  # the picture did not move along
    rows, columns = bench.occluder.box
    assert (len(rows), len(columns)) == (6, 6)
    assert 8 in rows
    assert 8 in columns
    before, now = bench.state.probabilities[1], bench.occluder.probabilities[1]
    covered = PICTURE.copy()
    covered[rows.start : rows.stop, columns.start : columns.stop] = np.rint(
        PICTURE.mean(axis=(0, 1))
    )
    assert now == pytest.approx(ADAPTER.classify(covered, MODEL.use).probabilities[1])
    assert now < before
    assert f"(−{(before - now) * 100:.1f} points)" in bench.column.covered.text()
    spot = QPointF(bench.at(8, 8))
    wheel = QWheelEvent(
        spot,
        canvas.mapToGlobal(spot),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, wheel)
    bench.answer_all()
    assert len(bench.occluder.box[0]) == 8
    middle = bench.occluder.middle
    QTest.keyClick(bench.column.view, Qt.Key.Key_Right)
    bench.answer_all()
    assert bench.occluder.middle[1] == pytest.approx(middle[1] + 1 / 24, abs=0.03)
    QTest.mouseClick(bench.part.controls.occluder_box, Qt.MouseButton.LeftButton)
    bench.answer_all()
    assert not bench.column.covered.isVisible()
    assert bench.column.view.windows == []


def test_the_patch_may_be_the_picture_blurred(bench: Bench) -> None:
    bench.part.toggle_occluder()
    bench.occluder.move_to(8, 4)
    bench.occluder.set_fill("blur")
    bench.answer_all()
    rows, columns = bench.occluder.box
    patch = bench.occluder.covered[rows.start : rows.stop, columns.start : columns.stop]
    assert len(np.unique(patch[:, :, 0])) > 3
    assert np.array_equal(bench.occluder.covered[20:], PICTURE[20:])


@pytest.mark.parametrize("size", [-1.0, 1e-11])
def test_without_positive_evidence_it_says_so_and_shows_the_picture(
    qtbot: QtBot, size: float
) -> None:
    """Also where there is a little, which may be rounding."""
    bench = make(qtbot, PooledModel(size * np.ones((3, 4)), np.ones((4, 1)), 0.7))
    for column in bench.part.columns:
        assert column.verdict.text().startswith("No positive evidence")
        assert np.array_equal(column.view.pixels, PICTURE)
    bench.close()


def test_a_format_without_gradients_is_explained_by_what_needs_none(qtbot: QtBot) -> None:
    bench = make(qtbot, model_format="ONNX")
    controls = bench.part.controls
    assert bench.state.explanation.method == "occlusion"
    model = controls.method_choice.model()
    enabled = [model.item(place).isEnabled() for place in range(model.rowCount())]
    assert enabled == [False] * 5 + [True] * 2
    sentence = (
        "Grad-CAM needs gradients, which no model in the format ONNX gives: occlusion and RISE "
        "explain it without."
    )
    assert model.item(0).toolTip() == sentence
    assert sentence in controls.facts.text()
    assert not controls.layer_choice.isEnabled()
    bench.close()


def test_classes_that_are_independent_of_each_other_are_explained_without_a_prediction(
    qtbot: QtBot,
) -> None:
    adapter = PooledModel(np.eye(3), np.array([[3, 1, 0], [0, 0, 2], [-6, 1, 0]]), 0.5)
    bench = make(
        qtbot, adapter, model=replace(MODEL, outputs="independent", classes=("a", "b", "c"))
    )
    assert [column.title.text() for column in bench.part.columns] == ["a", "b"]
    choice = bench.part.controls.class_choices[1]
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Down)
    bench.answer_all()
    assert bench.state.classes == (0, 2)
    bench.close()


def test_what_fails_is_a_sentence_with_a_way_to_try_again(qtbot: QtBot) -> None:
    class Broken(PooledModel):
        is_broken = True

        def layer_gradients(self, layer, inputs, output):
            if self.is_broken:
                raise ModelError("Something is missing.")
            return super().layer_gradients(layer, inputs, output)

    adapter = Broken(np.eye(3), ADAPTER.head, 1.5)
    bench = make(qtbot, adapter)
    assert bench.part.waiting.label.text().startswith("Something is missing.")
    adapter.is_broken = False
    QTest.mouseClick(bench.part.waiting.button, Qt.MouseButton.LeftButton)
    bench.answer_all()
    assert bench.part.has_maps
    bench.close()


def test_opacity_colours_and_classes_are_chosen(bench: Bench) -> None:
    controls = bench.part.controls
    drawn = bench.column.view.pixels
    controls.opacity.setFocus()
    QTest.keyClick(controls.opacity, Qt.Key.Key_Home)
    assert bench.state.opacity == 0
    assert np.array_equal(bench.column.view.pixels, PICTURE)
    QTest.keyClick(controls.opacity, Qt.Key.Key_End)
    assert not np.array_equal(bench.column.view.pixels, drawn)
    QTest.keyClick(controls.color_choice, Qt.Key.Key_Down)
    assert bench.state.colors == "viridis"
    assert controls.scale.low == 0
    QTest.keyClick(controls.class_choices[0], Qt.Key.Key_Down)
    bench.answer_all()
    assert bench.state.classes == (1, 0)
    assert bench.part.columns[0].title.text().startswith("dog")


def test_maps_are_saved_as_values_and_copied_as_a_picture(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "maps.npy"

    def choose(dialog: QFileDialog) -> int:
        dialog.selectNameFilter(dialog.nameFilters()[1])
        dialog.filterSelected.emit(dialog.nameFilters()[1])
        dialog.selectFile(str(target))
        return 1

    monkeypatch.setattr(QFileDialog, "exec", choose)
    QTest.mouseClick(bench.part.controls.save_button, Qt.MouseButton.LeftButton)
    bench.qtbot.waitUntil(target.is_file, timeout=5000)
    bench.qtbot.waitUntil(lambda: target.stat().st_size > 2 * 24 * 24 * 4, timeout=5000)
    assert np.array_equal(np.load(target), bench.state.explanation.maps)
    bench.part.copy()
    copied = pixels_of(QGuiApplication.clipboard().image())
    assert copied.shape == (24, 48, 3)
    assert np.array_equal(copied[:, 24:], bench.column.view.pixels)
