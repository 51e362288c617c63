"""A person draws a kernel and watches the picture follow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from scipy.signal import convolve2d, correlate2d

from explorer.core.kernels.presets import find_preset
from explorer.views.filter.page import FilterPage
from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import (
    choose,
    grey_of,
    make_photo,
    mid_grey,
    type_number,
    wait_for,
    weights,
)
from tests.journeys.travel import drop_files


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (60, 80), 3)


def watched(method: Callable[..., None], values: list[Any]) -> Callable[..., None]:
    """Return a method that also notes its first argument."""

    def call(value: Any, **others: Any) -> None:
        values.append(value)
        method(value, **others)

    return call


def center(page: FilterPage, row: int, column: int) -> QPoint:
    return page.kernel_panel.editor.cell_rect(row, column).center()


def test_strokes_raise_lower_and_undo(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        assert isinstance(page, FilterPage)
        assert weights(page) == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]

        # One stroke of the left button over the upper row: each cell rises by a tenth of 2.
        editor = page.kernel_panel.editor
        QTest.mousePress(editor, Qt.MouseButton.LeftButton, pos=center(page, 0, 0))
        for column in (1, 2):
            QTest.mouseMove(editor, center(page, 0, column))
        QTest.mouseRelease(editor, Qt.MouseButton.LeftButton, pos=center(page, 0, 2))
        assert weights(page)[0] == [-0.8, 0.2, 1.2]

        # A click of the right button lowers one cell.
        QTest.mouseClick(editor, Qt.MouseButton.RightButton, pos=center(page, 2, 2))
        assert weights(page)[2] == [-1, 0, 0.8]
        kernel = np.array(weights(page))
        wait_for(qtbot, page, mid_grey(convolve2d(grey_of(photo), kernel, "same")))

        # Undo takes back the click, then the whole stroke at once.
        for _ in range(2):
            QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert weights(page) == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
        QTest.keyClick(
            window,
            Qt.Key.Key_Z,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
        )
        assert weights(page)[0] == [-0.8, 0.2, 1.2]

    assert journey([str(photo)], steps) == 0


def test_numbers_are_typed_with_the_keyboard(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        editor = page.kernel_panel.editor
        editor.setFocus()
        QTest.keyClick(editor, Qt.Key.Key_Right)
        QTest.keyClick(editor, Qt.Key.Key_Down)
        field = editor.findChild(QLineEdit)
        QTest.keyClicks(editor, "7")
        assert field.isVisible()
        QTest.keyClicks(field, ".5")
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert weights(page)[1][1] == 7.5
        # Tab goes on to the next cell.
        QTest.keyClick(editor, Qt.Key.Key_Return)
        QTest.keyClick(field, Qt.Key.Key_Tab)
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field, "-4")
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert weights(page)[1] == [-2, 7.5, -4]
        kernel = np.array(weights(page))
        choose(page.inspector.display_fold, page.inspector.display_panel.choice, "clip")
        wait_for(qtbot, page, convolve2d(grey_of(photo), kernel, "same"))

    assert journey([str(photo)], steps) == 0


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e308", "1,5", "dog"])
def test_what_is_no_weight_marks_the_cell_and_changes_nothing(
    text: str, journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        editor = page.kernel_panel.editor
        before = weights(page)
        editor.edit_cell()
        field = editor.findChild(QLineEdit)
        field.setText(text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert editor.refused_cell == (0, 0)
        assert window.notice_bar.text
        assert weights(page) == before

    assert journey([str(photo)], steps) == 0


def test_colour_and_geometry(journey: Callable[..., int], qtbot: QtBot, photo: Path) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        inspector = page.inspector
        geometry, fold = inspector.geometry_panel, inspector.geometry_fold
        choose(inspector.display_fold, inspector.display_panel.choice, "clip")
        choose(fold, geometry.source, "color")
        with Image.open(photo) as image:
            planes = np.asarray(image).astype(float)
        kernel = np.array(weights(page))
        expected = np.stack([convolve2d(planes[..., i], kernel, "same") for i in range(3)], axis=2)
        wait_for(qtbot, page, expected)
        choose(fold, geometry.mode, "valid")
        expected = np.stack([convolve2d(planes[..., i], kernel, "valid") for i in range(3)], axis=2)
        wait_for(qtbot, page, expected)
        choose(fold, geometry.source, "grey")
        choose(fold, geometry.mode, "full")
        choose(fold, geometry.border, "reflect")
        grey = grey_of(photo)
        wait_for(qtbot, page, convolve2d(grey, kernel, "full", boundary="symm"))
        choose(fold, geometry.kind, "correlation")
        wait_for(qtbot, page, correlate2d(grey, kernel, "full", boundary="symm"))
        type_number(geometry.stride.down, 2)
        wait_for(qtbot, page, correlate2d(grey, kernel, "full", boundary="symm")[::2, ::2])
        assert "62 + 0" not in geometry.output_size.text
        assert "+ 1 = 31" in geometry.output_size.text

    assert journey([str(photo)], steps) == 0


def test_a_value_is_followed_pinned_and_walked_on(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        kernel = np.array(weights(page))
        qtbot.waitUntil(lambda: page.result.pixels is not None)
        exact = convolve2d(grey_of(photo), kernel, "same")
        shown: list[Any] = []
        page.arithmetic.show_value = watched(page.arithmetic.show_value, shown)
        qtbot.wait(50)
        canvas = page.result.canvas
        where = canvas.mapFrom(page.result, page.result.position_of(20, 30).toPoint())
        QTest.mouseMove(canvas, where)
        qtbot.waitUntil(lambda: bool(shown) and shown[-1] is not None)
        assert shown[-1].result == pytest.approx(exact[20, 30], abs=1e-3)
        (window_of_value,) = page.original.windows
        assert window_of_value.getRect() == (29, 19, 3, 3)

        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=where)
        qtbot.waitUntil(page.arithmetic.unpin_button.isEnabled)
        elsewhere = page.result.position_of(40, 50).toPoint()
        QTest.mouseMove(canvas, canvas.mapFrom(page.result, elsewhere))
        qtbot.wait(50)
        assert shown[-1].result == pytest.approx(exact[20, 30], abs=1e-3)
        QTest.mouseClick(page.arithmetic.forward_button, Qt.MouseButton.LeftButton)
        assert shown[-1].result == pytest.approx(exact[20, 31], abs=1e-3)

        # Playing walks on and builds the result up.
        QTest.mouseClick(page.arithmetic.play_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: (page.result.reveal or 0) > 20 * 80 + 33, timeout=5000)
        QTest.mouseClick(page.arithmetic.play_button, Qt.MouseButton.LeftButton)
        assert page.result.reveal is None

    assert journey([str(photo)], steps) == 0


def test_the_gradient_magnitude_has_two_kernels(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        panel = page.kernel_panel
        panel.preset.chosen.emit(find_preset("gradient"))
        grey = grey_of(photo)
        gx = convolve2d(grey, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], "same")
        gy = convolve2d(grey, [[1, 2, 1], [0, 0, 0], [-1, -2, -1]], "same")
        wait_for(qtbot, page, np.hypot(gx, gy))
        assert panel.tabs.isVisible()
        panel.tabs.setCurrentIndex(1)
        assert weights(page) == [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]
        QTest.mouseClick(panel.gradient, Qt.MouseButton.LeftButton)  # back to one
        qtbot.waitUntil(lambda: not panel.tabs.isVisible())
        assert weights(page) == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]

    assert journey([str(photo)], steps) == 0


def test_the_enlarged_editor_draws_on_the_same_kernel(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        QTest.mouseClick(page.kernel_panel.enlarge, Qt.MouseButton.LeftButton)
        editor = page.enlarged.editor
        assert editor.isVisible()
        QTest.mouseClick(editor, Qt.MouseButton.LeftButton, pos=editor.cell_rect(1, 1).center())
        assert weights(page)[1] == [-2, 0.2, 2]
        QTest.keyClick(editor, Qt.Key.Key_Escape)
        assert not editor.isVisible()
        assert not page.kernel_panel.enlarge.isChecked()

    assert journey([str(photo)], steps) == 0


def test_dropped_files_and_pasted_pixels_become_the_current_picture(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    kernel_file = tmp_path / "left.json"
    kernel_file.write_text("[[0, 0, 1]]")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"")

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        drop_files(window, [photo])
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("photo.png  80×60"))
        drop_files(window, [kernel_file])
        qtbot.waitUntil(lambda: weights(page) == [[0, 0, 1]])
        shifted = np.pad(grey_of(photo), ((0, 0), (1, 0)))[:, :-1]
        wait_for(qtbot, page, shifted)

        # A bad file is a sentence, and the last good picture stays.
        drop_files(window, [broken])
        qtbot.waitUntil(lambda: "the file is empty" in window.notice_bar.text)
        assert window.picture_label.text().startswith("photo.png")

        image = QImage(40, 30, QImage.Format.Format_RGB888)
        image.fill(Qt.GlobalColor.red)
        QGuiApplication.clipboard().setImage(image)
        QTest.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("pasted picture  40×30"))

    assert journey([], steps) == 0
