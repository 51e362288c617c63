"""What mouse, wheel and keys do to a kernel's cells, and how these are drawn."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QPalette, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.core.kernels.brush import Brush
from explorer.core.kernels.kernel import Kernel
from explorer.views.common.kernel.editor import KernelEditor
from tests.support.diverging import diverging_color

GX = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CONTROL = Qt.KeyboardModifier.ControlModifier


class Bench:
    """An editor that gets what it asks for, as the page gives it."""

    def __init__(self, qtbot: QtBot, weights: object, size: tuple[int, int] = (288, 288)) -> None:
        self.window = QWidget()
        self.editor = KernelEditor()
        self.neighbour = QLineEdit()
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.editor)
        layout.addWidget(self.neighbour)
        self.editor.setFixedSize(*size)
        self.edits: list[np.ndarray] = []
        self.strokes = 0
        self.refusals: list[str] = []
        self.pointed: list[object] = []
        self.editor.weights_edited.connect(self._give)
        self.editor.stroke_ended.connect(self._end)
        self.editor.refused.connect(self.refusals.append)
        self.editor.pointed.connect(self.pointed.append)
        self.show(weights)
        self.window.show()
        qtbot.addWidget(self.window)
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        self.editor.setFocus()
        qtbot.waitUntil(self.editor.hasFocus)

    @property
    def weights(self) -> list[list[float]]:
        return self.editor.kernel.weights.tolist()

    @property
    def field(self) -> QLineEdit:
        return self.editor.findChild(QLineEdit)

    @property
    def _target(self) -> QWidget:
        return self.field if self.field.hasFocus() else self.editor

    def show(self, weights: object) -> None:
        self.editor.set_kernel(Kernel("k", np.array(weights, float)))

    def center(self, row: int, column: int) -> QPoint:
        return self.editor.cell_rect(row, column).center()

    def stroke(self, *cells: tuple[int, int], button: Qt.MouseButton = LEFT, keys=None) -> None:
        keys = keys or Qt.KeyboardModifier.NoModifier
        QTest.mousePress(self.editor, button, keys, self.center(*cells[0]))
        for cell in cells[1:]:
            QTest.mouseMove(self.editor, self.center(*cell))
        QTest.mouseRelease(self.editor, button, keys, self.center(*cells[-1]))

    def key(self, code: Qt.Key, keys=Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self._target, code, keys)

    def type(self, text: str) -> None:
        for mark in text:
            QTest.keyClicks(self._target, mark)

    def wheel(self, row: int, column: int, delta: int, keys=CONTROL) -> bool:
        place = QPointF(self.center(row, column))
        event = QWheelEvent(
            place,
            self.editor.mapToGlobal(place),
            QPoint(),
            QPoint(0, delta),
            LEFT & RIGHT,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.editor, event)
        return event.isAccepted()

    def _give(self, kernel_index: int, weights: np.ndarray) -> None:
        assert kernel_index == 0
        self.edits.append(weights)
        self.editor.set_kernel(Kernel("k", weights))

    def _end(self) -> None:
        self.strokes += 1


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot, GX)


# Strokes


def test_the_left_button_raises_and_the_right_one_lowers(bench):
    bench.stroke((0, 0), (0, 1))
    assert bench.weights[0] == [-0.8, 0.2, 1]
    bench.stroke((2, 2), button=RIGHT)
    assert bench.weights[2] == [-1, 0, 0.8]
    bench.stroke((1, 1), keys=Qt.KeyboardModifier.ShiftModifier)
    assert bench.weights[1] == [-2, -0.2, 2]
    assert bench.strokes == 3


def test_what_is_told_is_a_table_of_its_own(bench):
    shown = bench.editor.kernel
    bench.stroke((0, 0))
    assert bench.edits[0].dtype == np.float64
    assert bench.edits[0].shape == (3, 3)
    assert shown.weights.tolist() == GX


def test_the_widget_never_changes_what_it_shows_by_itself(bench):
    bench.editor.weights_edited.disconnect()
    bench.stroke((0, 0), (2, 2))
    bench.key(Qt.Key.Key_Delete)
    bench.type("5")
    bench.key(Qt.Key.Key_Return)
    assert bench.weights == GX


def test_a_fast_stroke_leaves_no_gap(qtbot):
    bench = Bench(qtbot, np.zeros((31, 31)))
    bench.stroke((3, 2), (13, 29))
    painted = np.argwhere(np.array(bench.weights) != 0)
    assert painted[:, 1].tolist() == list(range(2, 30))
    assert (np.abs(np.diff(painted[:, 0])) <= 1).all()
    assert len(bench.edits) == 2  # the press, and all of the movement at once


def test_a_stroke_beyond_the_edge_comes_back(bench):
    QTest.mousePress(bench.editor, LEFT, pos=bench.center(0, 2))
    QTest.mouseMove(bench.editor, QPoint(bench.editor.width() + 200, 50))
    QTest.mouseMove(bench.editor, bench.center(2, 2))
    QTest.mouseRelease(bench.editor, LEFT, pos=bench.center(2, 2))
    assert bench.weights[2] == [-1, 0, 1.2]
    assert bench.strokes == 1


def test_strokes_do_not_grow_with_what_they_paint(qtbot):
    bench = Bench(qtbot, np.zeros((3, 3)))
    for _ in range(3):
        bench.stroke((1, 1))
    assert bench.weights[1][1] == 0.3  # of 1, since there was no largest weight
    bench.show([[5, 0, 0]])
    bench.stroke((0, 1))
    assert bench.weights == [[5, 0.5, 0]]


def test_the_brush_decides_strength_reach_and_symmetry(bench):
    bench.editor.set_brush(Brush(strength=0.5, symmetry="antisymmetric"))
    bench.stroke((0, 0))
    assert bench.weights == [[0, 0, 1], [-2, 0, 2], [-1, 0, 0]]
    bench.show(np.zeros((3, 3)))
    bench.editor.set_brush(Brush(strength=0.5, radius=1))
    bench.stroke((1, 1))
    assert bench.weights[1] == [0.25, 0.5, 0.25]
    assert bench.weights[0][0] == pytest.approx(0.5 * (1 + np.cos(np.pi * np.sqrt(0.5))) / 2)


def test_the_wheel_nudges_one_cell_with_control_and_scrolls_without(bench):
    bench.editor.set_brush(Brush(radius=2))
    bench.stroke((0, 2))  # the focus is here, the mouse was moved here: it scrolls nevertheless
    before, strokes = bench.weights, bench.strokes
    assert not bench.wheel(1, 1, 120, Qt.KeyboardModifier.NoModifier)
    assert bench.weights == before
    bench.show(GX)
    bench.strokes -= strokes
    assert bench.wheel(1, 1, 120)
    assert bench.weights == [[-1, 0, 1], [-2, 0.2, 2], [-1, 0, 1]]
    bench.wheel(1, 1, -60)
    assert bench.weights[1][1] == 0.2
    bench.wheel(1, 1, -60)
    assert bench.weights[1][1] == 0
    assert bench.strokes == 0
    bench.wheel(0, 0, 120)
    assert bench.strokes == 1  # that of the cell before
    bench.key(Qt.Key.Key_Right)
    assert bench.strokes == 2
    bench.show([[1, 2, 3]])
    assert not bench.wheel(2, 0, 120)


# Keys


def test_arrows_home_and_end_move(bench):
    control = Qt.KeyboardModifier.ControlModifier
    visited = []
    for code, keys in (
        (Qt.Key.Key_Right, None),
        (Qt.Key.Key_Down, None),
        (Qt.Key.Key_Home, None),
        (Qt.Key.Key_End, None),
        (Qt.Key.Key_Right, None),
        (Qt.Key.Key_Home, control),
        (Qt.Key.Key_Up, None),
        (Qt.Key.Key_End, control),
        (Qt.Key.Key_Left, None),
    ):
        bench.key(code, keys or Qt.KeyboardModifier.NoModifier)
        visited.append(bench.editor.focused_cell)
    assert visited == [(0, 1), (1, 1), (1, 0), (1, 2), (1, 2), (0, 0), (0, 0), (2, 2), (2, 1)]
    assert bench.pointed[-1] == (2, 1)
    assert bench.editor.accessibleDescription() == "row 2, column 1: 0"


def test_numbers_are_typed_over_and_tab_goes_on(bench):
    bench.type("-4.5")
    assert bench.field.isVisible()
    bench.key(Qt.Key.Key_Tab)
    assert bench.weights[0] == [-4.5, 0, 1]
    assert bench.field.isVisible()
    assert bench.field.text() == "0"
    bench.type("7")
    bench.key(Qt.Key.Key_Return)
    assert bench.weights[0] == [-4.5, 7, 1]
    assert not bench.field.isVisible()
    assert bench.editor.hasFocus()
    assert bench.editor.focused_cell == (0, 1)
    bench.key(Qt.Key.Key_F2)
    bench.type("3")
    bench.key(Qt.Key.Key_Down)
    assert bench.weights[0] == [-4.5, 3, 1]
    assert bench.editor.focused_cell == (1, 1)
    assert bench.strokes == 3


def test_tab_leaves_the_cells_when_nothing_is_typed(bench):
    bench.key(Qt.Key.Key_Tab)
    assert bench.neighbour.hasFocus()


def test_delete_makes_zero_and_page_up_and_down_nudge(bench):
    bench.key(Qt.Key.Key_Delete)
    assert bench.weights[0] == [0, 0, 1]
    bench.key(Qt.Key.Key_PageUp)
    bench.key(Qt.Key.Key_PageUp)
    assert bench.weights[0] == [0.4, 0, 1]
    bench.key(Qt.Key.Key_PageDown)
    assert bench.weights[0] == [0.2, 0, 1]
    assert bench.strokes == 4


def test_escape_keeps_the_weight(bench):
    bench.type("9")
    bench.key(Qt.Key.Key_Escape)
    assert not bench.field.isVisible()
    assert bench.editor.hasFocus()
    assert bench.edits == []


def test_an_opened_cell_that_is_left_as_it_is_keeps_every_digit(qtbot):
    bench = Bench(qtbot, [[1 / 9, 0]])
    bench.key(Qt.Key.Key_Return)
    assert bench.field.text() == "0.1111111111"
    bench.key(Qt.Key.Key_Return)
    assert bench.edits == []


def test_what_was_typed_is_taken_when_the_focus_leaves(bench):
    bench.type("6")
    bench.neighbour.setFocus()
    assert bench.weights[0] == [6, 0, 1]
    assert bench.neighbour.hasFocus()


@pytest.mark.parametrize("text", ["+", "1,5", "1e309", "1e7"])
def test_what_is_no_weight_marks_the_cell(bench, text):
    bench.key(Qt.Key.Key_Right)
    bench.type(text)
    bench.key(Qt.Key.Key_Tab)
    assert bench.weights == GX
    assert bench.editor.refused_cell == bench.editor.focused_cell == (0, 1)
    assert len(bench.refusals) == 1
    rect = bench.editor.cell_rect(0, 1)
    bench.neighbour.setFocus()
    edge = bench.editor.grab().toImage().pixelColor(rect.left() + 1, rect.center().y())
    assert edge == QColor(200, 0, 0)
    bench.editor.setFocus()
    bench.type("1")
    bench.key(Qt.Key.Key_Return)
    assert bench.editor.refused_cell is None


def test_another_size_closes_what_is_typed(bench):
    bench.key(Qt.Key.Key_End)
    bench.type("8")
    bench.show([[1, 2]])
    assert not bench.field.isVisible()
    assert bench.edits == []
    assert bench.editor.focused_cell == (0, 0)


def test_an_equal_kernel_does_not_disturb_who_types(bench):
    bench.type("8")
    bench.show(GX)
    assert bench.field.hasFocus()
    assert bench.field.text() == "8"


# Drawing


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (8, 8), (2, 31), (31, 1), (31, 31), (9, 4)])
def test_every_cell_has_the_colour_of_its_weight(qtbot, shape):
    weights = np.random.default_rng(5).normal(size=shape)
    weights.flat[0] = 0
    bench = Bench(qtbot, weights)
    bench.neighbour.setFocus()
    image = bench.editor.grab().toImage()
    largest = np.abs(weights).max()
    for row in range(shape[0]):
        for column in range(shape[1]):
            rect = bench.editor.cell_rect(row, column)
            assert bench.editor.rect().contains(rect)
            got = image.pixelColor(rect.left() + 1, rect.top() + 1)
            expected = diverging_color(weights[row, column], largest)
            for part in ("red", "green", "blue"):
                assert abs(getattr(got, part)() - getattr(expected, part)()) <= 1


def test_after_a_stroke_the_picture_is_that_of_a_new_editor(qtbot):
    start = np.random.default_rng(6).normal(size=(7, 5)).round(1)
    bench = Bench(qtbot, start)
    bench.editor.grab()
    for cells in (((0, 0), (6, 4)), ((3, 3),), ((2, 2), (2, 4), (5, 1))):
        bench.stroke(*cells)
        bench.editor.grab()
    fresh = Bench(qtbot, bench.weights)
    for each in (bench, fresh):
        each.neighbour.setFocus()
        each.editor._hover(None)
    assert bench.editor.grab().toImage() == fresh.editor.grab().toImage()


def has_ink(bench: Bench, row: int, column: int) -> bool:
    """Tell whether a cell holds more than one colour."""
    bench.neighbour.setFocus()
    image = bench.editor.grab().toImage()
    rect = bench.editor.cell_rect(row, column).adjusted(1, 1, -1, -1)
    colors = {
        image.pixel(x, y)
        for x in range(rect.left(), rect.right())
        for y in range(rect.top(), rect.bottom())
    }
    return len(colors) > 1


@pytest.mark.parametrize(
    ("weights", "size", "is_written"),
    [
        (GX, 288, True),
        (np.full((8, 8), 1 / 64), 288, True),
        (np.eye(11), 288, True),
        (np.full((15, 15), 0.25), 288, False),
        (np.full((15, 15), 0.25), 900, True),
        (np.full((9, 9), -0.0123), 288, False),
    ],
)
def test_numbers_stand_in_the_cells_where_they_fit(qtbot, weights, size, is_written):
    bench = Bench(qtbot, weights, (size, size))
    assert bench.editor.shows_numbers == is_written
    assert has_ink(bench, 0, 0) == is_written


def test_the_exact_weight_is_told_on_hover(qtbot):
    bench = Bench(qtbot, np.full((31, 31), -1 / 3))
    QTest.mouseMove(bench.editor, bench.center(4, 7))
    assert bench.pointed[-1] == (4, 7)
    assert bench.editor.toolTip() == "row 4, column 7: −0.3333333333"
    bench.key(Qt.Key.Key_Right)
    QTest.mouseMove(bench.editor, QPoint(1, 1))  # beside the cells: the focused one is told
    assert bench.pointed[-1] == (0, 1)
    assert bench.editor.toolTip() == ""
    bench.neighbour.setFocus()
    assert bench.pointed[-1] is None


def test_dark_and_light_palettes_are_followed(bench):
    bench.neighbour.setFocus()
    bench.editor.grab()
    palette = bench.editor.palette()
    palette.setColor(QPalette.ColorRole.Mid, QColor(1, 2, 3))
    bench.editor.setPalette(palette)
    rect = bench.editor.cell_rect(0, 0)
    image = bench.editor.grab().toImage()
    assert image.pixelColor(rect.right() + 1, rect.center().y()) == QColor(1, 2, 3)


def test_a_rectangle_is_as_high_as_its_cells_need(qtbot):
    bench = Bench(qtbot, np.ones((3, 9)))
    editor = bench.editor
    assert editor.heightForWidth(289) == 3 * 32 + 1
    bench.show(np.ones((31, 3)))
    assert editor.heightForWidth(288) == 288
    bench.show([[1]])
    assert editor.heightForWidth(288) < 200
