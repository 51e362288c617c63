"""A person draws with every brush, of every size, and starts from presets, families and text."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot
from scipy.signal import convolve2d

from explorer.views.filter.page import FilterPage
from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import (
    GX,
    LEFT,
    STROKE,
    choose,
    drag,
    drag_slider,
    grey_of,
    make_photo,
    middle,
    pick,
    redo,
    turn_wheel,
    type_number,
    undo,
    wait_for,
    weights,
)
from tests.journeys.saving import save_as

CONTROL = Qt.KeyboardModifier.ControlModifier

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)

# Where a stroke over the upper left cell of 3x3 cells shows, by the brush's symmetry.
TOUCHED = {
    "none": {(0, 0): 1},
    "mirror left-right": {(0, 0): 1, (0, 2): 1},
    "mirror top-bottom": {(0, 0): 1, (2, 0): 1},
    "symmetric": {(0, 0): 1, (2, 2): 1},
    "antisymmetric": {(0, 0): 1, (2, 2): -1},
    "rotational": {(0, 0): 1, (0, 2): 1, (2, 2): 1, (2, 0): 1},
}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (60, 80), 6)


def test_every_symmetry_of_the_brush_paints_its_partners(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        panel, display = page.kernel_panel, page.inspector.display_panel
        choose(page.inspector.display_fold, display.choice, "clip")
        for symmetry, touched in TOUCHED.items():
            choose(page.inspector.display_fold, panel.brushes.symmetry, symmetry)
            QTest.mouseClick(panel.editor, LEFT, pos=middle(panel.editor, 0, 0))
            expected = GX.copy()
            for cell, sign in touched.items():
                expected[cell] += sign * STROKE
            np.testing.assert_allclose(weights(page), expected, err_msg=symmetry)
            wait_for(qtbot, page, convolve2d(grey_of(photo), expected, "same"))
            undo(window)
            assert weights(page) == GX.tolist()

    assert journey([str(photo)], steps) == 0


def test_who_scrolls_past_the_kernel_leaves_it_as_it_is(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        inspector, editor = page.inspector, page.kernel_panel.editor
        for fold in (inspector.geometry_fold, inspector.display_fold, inspector.analysis_fold):
            fold.set_open(True)
        bar = inspector.verticalScrollBar()
        qtbot.waitUntil(lambda: bar.maximum() > 300)
        QTest.mouseMove(editor, middle(editor, 1, 1))
        before = editor.mapToGlobal(QPoint())
        bar.setValue(120)
        assert editor.mapToGlobal(QPoint()) != before
        turn_wheel(editor, middle(editor, 1, 1), 1)
        assert weights(page) == GX.tolist()
        QTest.mouseMove(editor, middle(editor, 1, 2))
        turn_wheel(editor, middle(editor, 1, 2), 1)
        assert weights(page) == GX.tolist()
        turn_wheel(editor, middle(editor, 1, 2), 1, CONTROL)
        assert weights(page)[1] == [-2, 0, 2 + STROKE]

    assert journey([str(photo)], steps) == 0


def test_the_wheel_nudges_and_the_brush_has_strength_and_radius(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        panel, editor = page.kernel_panel, page.kernel_panel.editor
        QTest.mouseMove(editor, middle(editor, 1, 1))
        turn_wheel(editor, middle(editor, 1, 1), 2, CONTROL)
        assert weights(page)[1] == [-2, 2 * STROKE, 2]
        turn_wheel(editor, middle(editor, 1, 1), -3, CONTROL)
        assert weights(page)[1] == [-2, pytest.approx(-STROKE), 2]
        assert panel.cell.text() == "Row 1, column 1: −0.2"
        # One cell's notches are undone together, another's on their own.
        QTest.mouseMove(editor, middle(editor, 0, 1))
        turn_wheel(editor, middle(editor, 0, 1), 1, CONTROL)
        assert weights(page)[0] == [-1, STROKE, 1]
        undo(window)
        assert weights(page)[0] == [-1, 0, 1]
        assert weights(page)[1] == [-2, pytest.approx(-STROKE), 2]
        undo(window)
        assert weights(page) == GX.tolist()

        # Half of the largest weight, and less of it the farther from the touched cell.
        type_number(panel.brushes.strength, 50)
        type_number(panel.brushes.radius, 1)
        QTest.mouseClick(editor, Qt.MouseButton.RightButton, pos=middle(editor, 1, 1))
        change = np.array(weights(page)) - GX
        assert change[1, 1] == -1
        beside, diagonal = change[1, 0], change[0, 0]
        assert change[1, 1] < beside < diagonal <= 0
        np.testing.assert_allclose(change, change.T)
        np.testing.assert_allclose(change, change[::-1, ::-1])

    assert journey([str(photo)], steps) == 0


def test_kernels_of_even_rectangular_smallest_and_largest_size_are_drawn(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        grey = grey_of(photo)
        panel, editor = page.kernel_panel, page.kernel_panel.editor
        choose(page.inspector.display_fold, page.inspector.display_panel.choice, "clip")
        type_number(panel.kernel_size.down, 4)  # both are linked
        assert np.shape(weights(page)) == (4, 4)
        QTest.mouseClick(panel.kernel_size.link, LEFT)
        type_number(panel.kernel_size.across, 7)
        assert np.shape(weights(page)) == (4, 7)
        wait_for(qtbot, page, convolve2d(grey, weights(page), "same"))

        type_number(panel.kernel_size.across, 31)
        type_number(panel.kernel_size.down, 31)
        assert not editor.shows_numbers
        start, end = middle(editor, 20, 3), middle(editor, 20, 25)
        drag(editor, start, end)
        np.testing.assert_allclose(np.array(weights(page))[20], [0] * 3 + [STROKE] * 23 + [0] * 5)
        wait_for(qtbot, page, convolve2d(grey, weights(page), "same"))

        type_number(panel.kernel_size.down, 1)
        type_number(panel.kernel_size.across, 1)
        editor.setFocus()
        QTest.keyClicks(editor, "2")
        QTest.keyClick(editor.focusWidget(), Qt.Key.Key_Return)
        assert weights(page) == [[2]]
        wait_for(qtbot, page, 2 * grey)

    assert journey([str(photo)], steps) == 0


def test_each_of_two_kernels_is_drawn_in_its_own_tab(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        grey, panel = grey_of(photo), page.kernel_panel
        editor, tabs = panel.editor, panel.tabs
        choose(page.inspector.display_fold, page.inspector.display_panel.choice, "clip")

        def show_kernel(place: int) -> None:
            QTest.mouseClick(tabs, LEFT, pos=tabs.tabRect(place).center())
            assert tabs.currentIndex() == place

        def wait_for_length_of(first: np.ndarray, second: np.ndarray) -> None:
            a, b = (convolve2d(grey, kernel, "same") for kernel in (first, second))
            wait_for(qtbot, page, np.hypot(a, b))

        assert not tabs.isVisible()
        QTest.mouseClick(panel.gradient, LEFT)
        assert tabs.isVisible()
        assert weights(page) == GX.tolist()
        turned = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]], float)
        wait_for_length_of(GX, turned)

        # A stroke over the middle row and a number typed where it ended, of the second alone.
        show_kernel(1)
        assert weights(page) == turned.tolist()
        drag(editor, middle(editor, 1, 0), middle(editor, 1, 1), middle(editor, 1, 2))
        second = turned.copy()
        second[1] = STROKE
        assert weights(page) == second.tolist()
        wait_for_length_of(GX, second)
        for key in (Qt.Key.Key_Minus, Qt.Key.Key_6, Qt.Key.Key_Return):
            QTest.keyClick(QApplication.focusWidget(), key)  # the first one opens a field
        second[1, 2] = -6
        assert weights(page) == second.tolist()
        wait_for_length_of(GX, second)

        show_kernel(0)
        assert weights(page) == GX.tolist()
        QTest.mouseClick(editor, Qt.MouseButton.RightButton, pos=middle(editor, 0, 1))
        first = GX.copy()
        first[0, 1] = -STROKE
        assert weights(page) == first.tolist()
        wait_for_length_of(first, second)
        show_kernel(1)
        assert weights(page) == second.tolist()

        # Steps go back in the order they were taken, whichever kernel is shown.
        undo(window)
        wait_for_length_of(GX, second)
        for _ in range(2):
            undo(window)
        assert weights(page) == turned.tolist()
        wait_for_length_of(GX, turned)

    assert journey([str(photo)], steps) == 0


def test_a_preset_is_searched_for_and_chosen(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        box = page.kernel_panel.preset
        QTest.mouseClick(box, LEFT, pos=box.rect().center())
        assert box.popup.isVisible()
        QTest.keyClicks(box.popup.search, "box 8")
        QTest.keyClick(box.popup.search, Qt.Key.Key_Return)
        assert not box.popup.isVisible()
        assert weights(page) == [[1 / 64] * 8] * 8
        wait_for(qtbot, page, convolve2d(grey_of(photo), np.full((8, 8), 1 / 64), "same"))
        # The next of the list, without opening it.
        QTest.keyClick(box, Qt.Key.Key_Up)
        assert weights(page) != [[1 / 64] * 8] * 8

    assert journey([str(photo)], steps) == 0


def test_the_sliders_of_every_family_are_dragged(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        panel, display = page.kernel_panel, page.inspector.display_panel
        choose(page.inspector.display_fold, display.choice, "clip")
        names = [action.text() for action in panel.parametric_button.menu().actions()]
        assert len(names) == 9
        for name in names:
            pick(qtbot, panel.parametric_button, name)
            for number, row in enumerate(panel.parametric.rows.values()):
                before, value = weights(page), row.box.value()
                drag_slider(row.slider, 0.2 + 0.15 * number)
                dragged = weights(page)
                assert row.box.value() != value, name
                assert dragged != before, name
                undo(window)  # the whole drag at once
                assert weights(page) == before, name
                redo(window)
                assert weights(page) == dragged, name
            wait_for(qtbot, page, convolve2d(grey_of(photo), dragged, "same"))

        # A number typed beside the slider is exact: at 90° Sobel is Gy.
        pick(qtbot, panel.parametric_button, "Sobel")
        type_number(panel.parametric.rows["angle"].box, 90)
        type_number(panel.kernel_size.down, 3)
        np.testing.assert_allclose(weights(page), np.rot90(GX), atol=1e-12)

    assert journey([str(photo)], steps) == 0


def test_every_transform_does_what_it_is_called(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    start = np.array([[1, 2, 3], [4, 5, -7]], float)
    expected = {
        "Flip horizontally": np.fliplr(start),
        "Flip vertically": np.flipud(start),
        "Rotate 90° clockwise": np.rot90(start, -1),
        "Rotate 90° anticlockwise": np.rot90(start),
        "Transpose": start.T,
        "Negate": -start,
        "Normalise to sum 1": start / start.sum(),
        "Normalise to sum 0": start - start.mean(),
        "Normalise to L1 norm 1": start / np.abs(start).sum(),
    }

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        panel = page.kernel_panel
        QGuiApplication.clipboard().setText("[1 2 3; 4 5 -7]")
        pick(qtbot, panel.menu, "Paste matrix")
        assert [action.text() for action in panel.transform.menu().actions()] == list(expected)
        for name, transformed in expected.items():
            pick(qtbot, panel.transform, name)
            np.testing.assert_allclose(weights(page), transformed, atol=1e-12, err_msg=name)
            undo(window)
            assert weights(page) == start.tolist()

    assert journey([str(photo)], steps) == 0


def test_matrices_of_every_language_are_pasted_and_copied(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    matrix = [[1, -2.5], [0, 4]]
    texts = (
        "np.array([[1, -2.5], [0, 4]])",
        "[1 -2.5; 0 4]",
        "1,-2.5\n0,4",
        r"\begin{bmatrix} 1 & -2.5 \\ 0 & 4 \end{bmatrix}",
    )

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        menu, clipboard = page.kernel_panel.menu, QGuiApplication.clipboard()
        for text in texts:
            clipboard.setText(text)
            pick(qtbot, menu, "Paste matrix")
            assert weights(page) == matrix, text
            undo(window)
            assert weights(page) == GX.tolist()
        # What was copied as text gives the same kernel again.
        for style in ("NumPy", "MATLAB", "Table", "LaTeX"):
            clipboard.clear()
            pick(qtbot, menu, "Copy as", style)
            assert clipboard.text(), style
            QTest.keyClick(page.kernel_panel.editor, Qt.Key.Key_Delete)
            assert weights(page) != GX.tolist()
            pick(qtbot, menu, "Paste matrix")
            assert weights(page) == GX.tolist(), style

    assert journey([str(photo)], steps) == 0


@pytest.mark.parametrize("suffix", [".json", ".csv", ".npy"])
def test_a_kernel_is_written_and_read(
    suffix: str,
    journey: Callable[..., int],
    qtbot: QtBot,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / f"mine{suffix}"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *words: (str(file), ""))

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        panel = page.kernel_panel
        assert isinstance(page, FilterPage)
        QTest.mouseClick(panel.editor, LEFT, pos=middle(panel.editor, 1, 1))
        kept = weights(page)
        save_as(lambda: pick(qtbot, panel.menu, "Save as…"), file)
        assert file.is_file()
        undo(window)
        pick(qtbot, panel.menu, "Open…")
        assert weights(page) == kept

    assert journey([str(photo)], steps) == 0


def test_a_kernels_name_without_suffix_gets_the_chosen_kinds(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    table = tmp_path / "kk.csv"

    def steps(window: MainWindow) -> None:
        panel = window.page("filter").kernel_panel
        save = lambda: pick(qtbot, panel.menu, "Save as…")  # noqa: E731
        assert save_as(save, tmp_path / "kk", "Table") == ""
        assert np.loadtxt(table, delimiter=",").tolist() == GX.tolist()
        table.write_text("mine")
        assert "kk.csv already exists" in save_as(
            save, tmp_path / "kk", "Table", is_replacing=False
        )
        assert table.read_text() == "mine"

    assert journey([str(photo)], steps) == 0
    assert sorted(tmp_path.iterdir()) == [table, photo]
