"""The sliders of a family follow the kernel through undo and redo."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyle, QStyleOptionSlider
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.parametric import PARAMETRIC_KERNELS, find_parametric
from explorer.core.kernels.presets import find_preset
from explorer.state.filter.filter_state import FilterState
from explorer.state.filter.user_kernels_state import UserKernelsState
from explorer.state.shared.notices import Notices
from explorer.views.filter.inspector import FilterInspector
from explorer.views.filter.kernel.parametric_panel import ParametricPanel

LEFT = Qt.MouseButton.LeftButton


class Bench:
    """An inspector and the state that it shows."""

    def __init__(self, qtbot: QtBot, pool: TaskPool, folder: Path) -> None:
        notices = Notices()
        self.state = FilterState(pool, notices)
        self.inspector = FilterInspector(self.state, UserKernelsState(folder, notices), notices)
        qtbot.addWidget(self.inspector)
        with qtbot.waitExposed(self.inspector):
            self.inspector.show()

    @property
    def family(self) -> ParametricPanel:
        return self.inspector.kernel_panel.parametric

    def choose(self, key: str) -> None:
        actions = self.inspector.kernel_panel.parametric_button.menu().actions()
        actions[PARAMETRIC_KERNELS.index(find_parametric(key))].trigger()

    def drag(self, key: str) -> None:
        """Drag a slider's handle to the right, over some places."""
        slider = self.family.rows[key].slider
        option = QStyleOptionSlider()
        slider.initStyleOption(option)
        part = QStyle.SubControl.SC_SliderHandle
        handle = slider.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, part, slider
        )
        place = handle.center()
        QTest.mousePress(slider, LEFT, pos=place)
        for _ in range(3):
            place += QPoint(10, 0)
            QTest.mouseMove(slider, place)
        QTest.mouseRelease(slider, LEFT, pos=place)

    def assert_sliders_made_the_kernel(self) -> None:
        convolution, family = self.state.settings.convolution, self.family.parametric
        assert convolution is not None
        assert family is not None
        kernel = convolution.filter.kernels[0]
        assert family.make(self.family.values, kernel.rows, kernel.columns) == kernel
        for row, parameter in zip(self.family.rows.values(), family.parameters, strict=True):
            place = round((row.box.value() - parameter.low) / parameter.step)
            assert row.slider.value() == place


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    pool = TaskPool()
    yield Bench(qtbot, pool, tmp_path)
    pool.close()


def test_undo_and_redo_move_the_sliders(bench: Bench):
    bench.choose("gaussian")
    bench.drag("sigma")
    dragged = bench.family.values["sigma"]
    QTest.keyClick(bench.inspector.kernel_panel.kernel_size.down, Qt.Key.Key_Up)
    steps = bench.state.undo_stack
    assert steps.count() == 3
    steps.undo()
    bench.assert_sliders_made_the_kernel()
    assert bench.family.values == {"sigma": dragged}
    steps.undo()
    bench.assert_sliders_made_the_kernel()
    assert bench.family.values == {"sigma": 1.4} != {"sigma": dragged}
    steps.redo()
    bench.assert_sliders_made_the_kernel()
    assert bench.family.values == {"sigma": dragged}
    steps.redo()
    bench.assert_sliders_made_the_kernel()
    assert steps.count() == 3  # to follow is no edit


def test_undo_brings_the_family_before_back(bench: Bench):
    bench.choose("gaussian")
    bench.choose("gabor")
    bench.drag("angle")
    bench.state.undo_stack.undo()
    bench.assert_sliders_made_the_kernel()
    bench.state.undo_stack.undo()
    assert list(bench.family.rows) == ["sigma"]
    bench.assert_sliders_made_the_kernel()


def test_a_slider_goes_on_from_what_undo_brought_back(bench: Bench):
    bench.choose("gabor")
    bench.drag("wavelength")
    bench.drag("angle")
    bench.state.undo_stack.undo()
    bench.drag("phase")
    assert bench.family.values["angle"] == 0
    bench.assert_sliders_made_the_kernel()


def test_the_sliders_do_not_pass_for_those_of_another_kernel(bench: Bench):
    def choose_gabor() -> None:
        bench.choose("gabor")
        assert bench.family.title.text() == "Gabor"

    steps = bench.state.undo_stack
    choose_gabor()
    steps.undo()
    assert bench.family.title.text() == "Gabor (not in use)"
    steps.redo()
    assert bench.family.title.text() == "Gabor"
    # Kept under a name of one's own it is still theirs.
    convolution = bench.state.settings.convolution
    assert convolution is not None
    kernel = Kernel("my waves", convolution.filter.kernels[0].weights)
    bench.state.adopt_kept(Filter("my waves", (kernel,), "my waves"))
    assert bench.family.title.text() == "Gabor"
    bench.state.choose_filter(find_preset("gx"))
    assert bench.family.title.text() == "Gabor (not in use)"
    QTest.keyClick(bench.family.rows["angle"].slider, Qt.Key.Key_Right)
    assert bench.family.title.text() == "Gabor"
    bench.state.choose_filter(find_preset("gx"))
    choose_gabor()


def test_a_kernel_of_no_family_leaves_the_sliders_and_gives_its_size(bench: Bench):
    bench.choose("gaussian")
    bench.drag("sigma")
    before = bench.family.values
    bench.state.choose_filter(find_preset("box-8x8"))
    assert bench.family.values == before
    QTest.keyClick(bench.family.rows["sigma"].slider, Qt.Key.Key_Right)
    convolution = bench.state.settings.convolution
    assert convolution is not None
    assert convolution.filter.kernels[0].weights.shape == (8, 8)
    bench.assert_sliders_made_the_kernel()
