"""How far a picture zooms: neither out of sight nor into a single pixel."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout
from pytestqt.qtbot import QtBot

from explorer.views.common.pictures.picture_view import PictureView
from tests.views.common.pictures.test_picture_view import show_linked

SMALLEST, LARGEST = 32, 200
MANY = 60


def show(qtbot: QtBot, rows: int, columns: int, **place: tuple[float, float]) -> PictureView:
    view = PictureView("Test picture")
    view.resize(400, 400)
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    view.set_pixels(np.zeros((rows, columns), np.uint8), **place)
    return view


def turn_wheel(view: PictureView, notches: int) -> None:
    middle = QPointF(view.canvas.rect().center())
    for _ in range(abs(notches)):
        event = QWheelEvent(
            middle,
            view.canvas.mapToGlobal(middle),
            QPoint(),
            QPoint(0, 120 if notches > 0 else -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view.canvas, event)


def press(view: PictureView, key: Qt.Key, times: int = MANY) -> None:
    for _ in range(times):
        QTest.keyClick(view, key)


def drag_right(view: PictureView, distance: int) -> None:
    """Drag with the right button: upwards zooms in."""
    right, canvas = Qt.MouseButton.RightButton, view.canvas
    place = canvas.rect().center()
    QTest.mousePress(canvas, right, pos=place)
    for _ in range(2):
        place += QPoint(0, distance // 2)
        QTest.qWait(15)  # a drag is followed a hundred times a second at most
        QTest.mouseMove(canvas, place)
    QTest.mouseRelease(canvas, right, pos=place)


@pytest.mark.parametrize(("rows", "columns"), [(300, 200), (50, 600)])
def test_wheel_and_keys_zoom_to_the_limits_and_back(qtbot: QtBot, rows: int, columns: int):
    view = show(qtbot, rows, columns)
    fitted = view.zoom
    turn_wheel(view, -MANY)
    assert view.zoom * max(rows, columns) == pytest.approx(SMALLEST)
    turn_wheel(view, MANY)
    assert view.zoom == pytest.approx(LARGEST)
    press(view, Qt.Key.Key_Minus)
    assert view.zoom * max(rows, columns) == pytest.approx(SMALLEST)
    press(view, Qt.Key.Key_Plus)
    assert view.zoom == pytest.approx(LARGEST)
    press(view, Qt.Key.Key_F, 1)
    assert view.zoom == pytest.approx(fitted)
    press(view, Qt.Key.Key_1, 1)
    assert view.zoom == pytest.approx(1)


def test_the_right_button_zooms_to_the_same_limits(qtbot: QtBot):
    view = show(qtbot, 300, 300)
    for _ in range(3):
        drag_right(view, 190)
    assert view.zoom * 300 == pytest.approx(SMALLEST)
    for _ in range(5):
        drag_right(view, -190)
    assert view.zoom == pytest.approx(LARGEST)


def test_a_picture_of_another_step_and_origin_has_the_same_limits(qtbot: QtBot):
    view = show(qtbot, 40, 100, origin=(7.5, 3), step=(3, 2))
    turn_wheel(view, -MANY)
    assert view.zoom * 100 == pytest.approx(SMALLEST)  # 200 across, 120 down
    turn_wheel(view, MANY)
    assert view.zoom * 3 / 2 == pytest.approx(LARGEST)  # of its pixel's longer side


def test_tiny_pictures_fit_and_have_their_full_size_beyond_the_limits(qtbot: QtBot):
    view = show(qtbot, 1, 1)
    fitted = view.zoom
    assert fitted > LARGEST
    press(view, Qt.Key.Key_Plus)
    assert view.zoom == pytest.approx(fitted)
    press(view, Qt.Key.Key_1, 1)
    assert view.zoom == pytest.approx(1)
    press(view, Qt.Key.Key_Minus)
    assert view.zoom == pytest.approx(1)
    press(view, Qt.Key.Key_Plus)
    assert view.zoom == pytest.approx(LARGEST)


def test_linked_pictures_stay_linked_at_the_limits(qtbot: QtBot):
    first, second, _window = show_linked(qtbot, QHBoxLayout(), (800, 400))
    first.set_pixels(np.zeros((60, 60), np.uint8))
    second.set_pixels(np.zeros((20, 20), np.uint8), step=(3, 3))
    for moved in (first, second):
        for notches in (MANY, -MANY, 3):
            turn_wheel(moved, notches)
            assert second.zoom == pytest.approx(3 * first.zoom, rel=0.01)
            apart = second.position_of(9, 9) - first.position_of(28, 28)  # one middle
            assert apart.manhattanLength() < 2
