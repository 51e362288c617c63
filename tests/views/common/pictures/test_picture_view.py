"""A picture view: its marks, its numbers, its keys, and what of the picture is seen."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.common.theme import BEHIND_PICTURES

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
RED, BLUE = (200, 0, 0), (0, 0, 200)


def show(qtbot: QtBot, pixels: np.ndarray, *, edge: int = 400) -> PictureView:
    view = PictureView("Test picture")
    view.resize(edge, edge)
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    view.set_pixels(pixels)
    return view


def show_linked(
    qtbot: QtBot, layout: QBoxLayout, size: tuple[int, int]
) -> tuple[PictureView, PictureView, QWidget]:
    """Show two linked views; return them and their window, which lives while it is held."""
    box = QWidget()
    first, second = PictureView("First"), PictureView("Second")
    second.link_to(first)
    box.setLayout(layout)
    layout.addWidget(first)
    layout.addWidget(second)
    box.resize(*size)
    qtbot.addWidget(box)
    with qtbot.waitExposed(box):
        box.show()
    return first, second, box


def plain(rows: int, columns: int, color: tuple[int, int, int] = RED) -> np.ndarray:
    return np.full((rows, columns, 3), color, np.uint8)


def color_at(view: PictureView, row: int, column: int) -> tuple[int, int, int]:
    image: QImage = view.grab().toImage()
    point = view.position_of(row, column).toPoint() * image.devicePixelRatio()
    return QColor(image.pixel(point)).getRgb()[:3]


def colors_in(view: PictureView, row: int, column: int) -> set[tuple[int, int, int]]:
    """Return every colour within a pixel of the picture and on its edge."""
    image = view.grab().toImage()
    middle, half = view.position_of(row, column).toPoint(), int(view.zoom / 2) + 2
    return {
        QColor(image.pixel(middle + QPoint(x, y))).getRgb()[:3]
        for x in range(-half, half)
        for y in range(-half, half)
    }


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_large_pixels_show_their_numbers_in_a_colour_that_stands_out(qtbot: QtBot, kind: type):
    pixels = np.zeros((8, 8), np.uint8)
    pixels[:, 4:] = 250
    view = show(qtbot, pixels)
    assert view.zoom > 40
    assert colors_in(view, 1, 1) == {(0, 0, 0)}
    view.set_values(pixels.astype(kind))
    assert (255, 255, 255) in colors_in(view, 1, 1)
    assert (20, 20, 20) in colors_in(view, 1, 6)
    # Of another size, they belong to another picture.
    view.set_values(np.zeros((4, 4), kind))
    assert colors_in(view, 1, 1) == {(0, 0, 0)}
    view.set_values(None)
    assert colors_in(view, 1, 6) == {(250, 250, 250)}


def test_small_pixels_show_no_numbers(qtbot: QtBot):
    view = show(qtbot, plain(20, 20))
    view.set_values(np.full((20, 20), 8, np.uint8))
    assert 10 < view.zoom < 32
    assert colors_in(view, 10, 10) == {RED}


def test_three_channels_need_room_for_three_lines(qtbot: QtBot):
    view = show(qtbot, plain(11, 11), edge=400)
    assert 32 < view.zoom < 39
    view.set_values(plain(11, 11))
    assert colors_in(view, 5, 5) == {RED}
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Plus)
    assert colors_in(view, 5, 5) != {RED}


def test_a_number_too_long_for_its_pixel_is_not_cut(qtbot: QtBot):
    view = show(qtbot, plain(10, 10))
    values = np.full((10, 10), -1.23e-9)
    values[0, 0] = 1
    view.set_values(values)
    dots, one = colors_in(view, 5, 5), colors_in(view, 0, 0)
    assert (255, 255, 255) in dots | one
    image = view.grab().toImage()
    spot = view.position_of(5, 5).toPoint()
    below = range(1, 8)  # where dots lie, whatever the font
    ink = [
        x
        for x in range(-int(view.zoom), int(view.zoom))
        if any(QColor(image.pixel(spot + QPoint(x, y))).getRgb()[:3] != RED for y in below)
    ]
    assert max(np.diff(ink), default=0) > 5, "pixels are apart, so their texts are"


def test_reveal_builds_the_picture_up_in_reading_order(qtbot: QtBot):
    view = show(qtbot, plain(4, 5))
    grey = BEHIND_PICTURES.getRgb()[:3]
    view.set_reveal(7)
    seen = [[color_at(view, row, column) for column in range(5)] for row in range(4)]
    assert seen == [[RED] * 5, [RED, RED, grey, grey, grey], [grey] * 5, [grey] * 5]
    view.set_reveal(0)
    assert color_at(view, 0, 0) == grey
    for count in (20, 30, None):
        view.set_reveal(count)
        assert color_at(view, 3, 4) == RED


def test_reveal_follows_a_picture_of_another_size(qtbot: QtBot):
    view = show(qtbot, plain(4, 5))
    view.set_reveal(5)
    view.set_pixels(plain(2, 8))
    assert color_at(view, 0, 4) == RED
    assert color_at(view, 0, 5) == BEHIND_PICTURES.getRgb()[:3]


def test_windows_are_framed_each_where_there_is_room(qtbot: QtBot):
    view = show(qtbot, plain(8, 8))
    view.set_windows([QRectF(1, 1, 1, 1), QRectF(5, 5, 1, 1)])
    assert {(255, 255, 255), (0, 0, 0)} <= colors_in(view, 1, 1) & colors_in(view, 5, 5)
    assert colors_in(view, 3, 3) == {RED}
    view.set_windows([])
    assert colors_in(view, 1, 1) == {RED}


def test_windows_without_room_are_framed_together(qtbot: QtBot):
    view = show(qtbot, plain(100, 100))
    view.set_windows([QRectF(x, y, 1, 1) for x in range(20, 61, 2) for y in range(20, 61, 2)])
    image = view.grab().toImage()
    row = [
        QColor(image.pixel(view.position_of(41, column).toPoint())).getRgb()[:3]
        for column in range(10, 70)
    ]
    inside = row[15:45]
    assert inside.count(RED) == len(inside), "no mesh of frames hides the picture"
    assert row[10] != RED or row[9] != RED


def test_a_linked_picture_with_larger_steps_lies_over_the_other(qtbot: QtBot):
    first, second, _window = show_linked(qtbot, QVBoxLayout(), (300, 600))
    first.set_pixels(plain(20, 20))
    second.set_pixels(plain(10, 10, BLUE), origin=(0.5, 0.5), step=(2, 2))
    # Output (3, 4) has its corner at (6.5, 8.5): its middle is that of the input's (7, 9).
    assert (second.position_of(3, 4) - first.position_of(7, 9)).manhattanLength() < 1
    assert second.zoom == pytest.approx(2 * first.zoom)
    with qtbot.waitSignal(second.hovered) as told:
        QTest.mouseMove(second.canvas, second.position_of(3, 4).toPoint())
    assert told.args == [4, 3]
    for _ in range(6):
        QTest.keyClick(first, Qt.Key.Key_Plus)
    seen, own = first.visible_rect, second.visible_rect
    assert 0 < seen.width() < 8
    assert own.left() == pytest.approx((seen.left() - 0.5) / 2)
    assert own.bottom() == pytest.approx((seen.bottom() - 0.5) / 2)


def test_visible_rect_follows_the_view(qtbot: QtBot):
    view = show(qtbot, plain(40, 60))
    assert view.visible_rect == QRectF(0, 0, 60, 40)
    with qtbot.waitSignal(view.view_changed):
        for _ in range(12):
            QTest.keyClick(view, Qt.Key.Key_Plus)
    seen = view.visible_rect
    assert 0 < seen.width() < 10
    assert seen.contains(30, 20)
    with qtbot.waitSignal(view.view_changed):
        view.fit()
    assert view.visible_rect == QRectF(0, 0, 60, 40)
    told = []
    view.view_changed.connect(lambda: told.append(view.visible_rect))
    view.set_pixels(plain(40, 60, BLUE))
    view.set_windows([QRectF(0, 0, 1, 1)])
    assert told == []
    for _ in range(12):
        QTest.keyClick(view, Qt.Key.Key_Minus)
    assert view.visible_rect == QRectF(0, 0, 60, 40)
    assert len(told) == 12  # as much of it, on fewer pixels of the screen


def test_arrows_move_a_cursor(qtbot: QtBot):
    view = show(qtbot, plain(30, 30))
    places: list[tuple[int, int]] = []
    clicks: list[tuple[int, int]] = []
    view.hovered.connect(lambda column, row: places.append((row, column)))
    view.clicked.connect(lambda column, row: clicks.append((row, column)))
    for key, modifier in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Up, SHIFT),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Home, CONTROL),
        (Qt.Key.Key_End, CONTROL),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier),
    ):
        QTest.keyClick(view, key, modifier)
    assert places == [(15, 16), (5, 16), (5, 0), (5, 0), (5, 29), (0, 0), (29, 29), (29, 29)]
    assert (0, 0, 0) in colors_in(view, 29, 29)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert clicks == [(29, 29)]


def test_the_cursor_goes_on_from_the_mouse_and_stays_in_sight(qtbot: QtBot):
    view = show(qtbot, plain(300, 300))
    QTest.mouseMove(view.canvas, view.position_of(100, 40).toPoint())
    with qtbot.waitSignal(view.hovered) as told:
        QTest.keyClick(view, Qt.Key.Key_Down)
    assert abs(told.args[0] - 40) <= 1
    assert abs(told.args[1] - 101) <= 1
    for _ in range(12):
        QTest.keyClick(view, Qt.Key.Key_Plus)
    assert view.visible_rect.contains(40, 100)
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.visible_rect.contains(299, 101)


def test_the_focus_is_seen_when_it_comes_by_key(qtbot: QtBot):
    box, field, view = QWidget(), QLineEdit(), PictureView("Test picture")
    layout = QVBoxLayout(box)
    layout.addWidget(field)
    layout.addWidget(view)
    box.resize(300, 300)
    qtbot.addWidget(box)
    with qtbot.waitActive(box):
        box.show()
        box.activateWindow()
    view.set_pixels(plain(30, 30))
    highlight = view.palette().highlight().color()

    def edge() -> QColor:
        return view.grab().toImage().pixelColor(0, 50)

    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert view.hasFocus()
    assert edge() == highlight
    field.setFocus()
    assert edge() == BEHIND_PICTURES
    QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=view.canvas.rect().center())
    assert view.hasFocus()
    assert edge() == BEHIND_PICTURES


def test_without_a_picture_keys_do_nothing(qtbot: QtBot):
    view = PictureView("Empty")
    qtbot.addWidget(view)
    told = []
    view.hovered.connect(lambda *place: told.append(place))
    view.clicked.connect(lambda *place: told.append(place))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Plus):
        QTest.keyClick(view, key)
    assert told == []
    assert view.visible_rect.isEmpty()
