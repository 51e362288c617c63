"""The ends of the range: dragged, moved by keys, and drawn where they are."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from explorer.core.filters.display import Histogram
from explorer.views.common.theme import NEGATIVE, NEUTRAL, POSITIVE
from explorer.views.filter.display.range_histogram import (
    BARS_HEIGHT_PX,
    GRAB_PX,
    RangeHistogram,
)

COUNTS = Histogram(np.array([4, 0, 100, 25, 4]), -500.0, 500.0)
IN_SCALE = BARS_HEIGHT_PX + 3


@pytest.fixture
def ends(qtbot):
    widget = RangeHistogram()
    qtbot.addWidget(widget)
    widget.resize(288, widget.sizeHint().height())
    widget.show_range(-100.0, 300.0, COUNTS)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def told(ends):
    """Collect the ranges wanted; None where an edit ended. The range follows, as in the program."""
    wishes = []

    def follow(low, high):
        wishes.append((low, high))
        ends.show_range(low, high, COUNTS, is_mirrored=ends._is_mirrored)

    ends.range_wanted.connect(follow)
    ends.edit_ended.connect(lambda: wishes.append(None))
    return wishes


def at(ends, value) -> QPoint:
    return QPoint(round(ends.position_of(value)), 20)


def drag(qtbot, widget, *points) -> None:
    qtbot.mousePress(widget, Qt.MouseButton.LeftButton, pos=points[0])
    for point in points[1:]:
        qtbot.mouseMove(widget, point)
    qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=points[-1])


def test_an_end_is_dragged_and_let_go_once(qtbot, ends, told):
    drag(qtbot, ends, at(ends, -100), at(ends, -150), at(ends, -200))
    *wishes, last = told
    assert last is None
    assert [low for low, _ in wishes] == pytest.approx([-150, -200], abs=5)
    assert {high for _, high in wishes} == {300}


def test_the_nearer_end_is_taken_and_keeps_its_distance_to_the_mouse(qtbot, ends, told):
    start = at(ends, 300) + QPoint(GRAB_PX - 4, 0)
    qtbot.mousePress(ends, Qt.MouseButton.LeftButton, pos=start)
    assert told == []  # grabbing alone moves nothing
    qtbot.mouseMove(ends, start + QPoint(-20, 0))
    (low, high), room = told[0], ends.position_of(1000) - ends.position_of(0)
    assert low == -100
    assert high == pytest.approx(300 - 20 * 1000 / room, abs=5)
    qtbot.mouseRelease(ends, Qt.MouseButton.LeftButton, pos=start + QPoint(-20, 0))


def test_a_press_beside_the_ends_brings_the_nearer_one(qtbot, ends, told):
    drag(qtbot, ends, at(ends, 180))
    (low, high), ended = told
    assert (low, ended) == (-100, None)
    assert high == pytest.approx(180, abs=5)


def test_a_press_without_a_move_is_no_edit(qtbot, ends, told):
    drag(qtbot, ends, at(ends, 300))
    drag(qtbot, ends, at(ends, 300))
    assert told == []


def test_other_buttons_drag_nothing(qtbot, ends, told):
    qtbot.mousePress(ends, Qt.MouseButton.RightButton, pos=at(ends, 0))
    qtbot.mouseRelease(ends, Qt.MouseButton.RightButton, pos=at(ends, 0))
    assert told == []


def test_ends_never_pass_each_other_nor_leave_the_axis(qtbot, ends, told):
    drag(qtbot, ends, at(ends, -100), at(ends, 450))
    low, high = told[-2]
    assert high == 300
    assert 290 < low < 300
    drag(qtbot, ends, at(ends, 300) + QPoint(3, 0), QPoint(5000, 20))
    assert 500 <= told[-2][1] <= 560


def test_the_axis_stays_while_an_end_is_dragged(qtbot, ends):
    positions = []
    ends.range_wanted.connect(
        lambda low, high: ends.show_range(low - 5000, high, COUNTS)  # drawn beyond the axis
    )
    before = ends.position_of(0)
    qtbot.mousePress(ends, Qt.MouseButton.LeftButton, pos=at(ends, -100))
    qtbot.mouseMove(ends, at(ends, -200))
    positions.append(ends.position_of(0))
    qtbot.mouseRelease(ends, Qt.MouseButton.LeftButton, pos=at(ends, -200))
    positions.append(ends.position_of(0))
    assert positions[0] == before
    assert positions[1] > before + 50


def test_values_are_round(qtbot, ends, told):
    drag(qtbot, ends, at(ends, 300), at(ends, 217.3))
    assert told[0][1] == round(told[0][1])
    ends.show_range(0.0, 0.001, Histogram(np.array([1, 2]), 0.0, 0.001))
    told.clear()
    qtbot.mousePress(ends, Qt.MouseButton.LeftButton, pos=at(ends, 0.001))
    qtbot.mouseMove(ends, at(ends, 0.000517))
    assert told[0][1] == pytest.approx(0.000517, abs=5e-6)
    assert len(repr(told[0][1])) <= 8
    qtbot.mouseRelease(ends, Qt.MouseButton.LeftButton, pos=at(ends, 0.000517))


def test_mirrored_ends_move_alike(qtbot, ends, told):
    ends.show_range(-300.0, 300.0, COUNTS, is_mirrored=True)
    drag(qtbot, ends, at(ends, -300), at(ends, -200))
    low, high = told[-2]
    assert low == -high == pytest.approx(-200, abs=5)
    drag(qtbot, ends, at(ends, high), at(ends, -400))
    low, high = told[-2]
    assert 0 < high < 5
    assert low == -high


def test_keys_move_the_end_that_tab_has_chosen(qtbot, ends, told):
    plain, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
    ends.setFocus(Qt.FocusReason.TabFocusReason)
    now = [-100.0, 300.0]
    for place in (0, 1):
        for key, modifier, share in (
            (Qt.Key.Key_Right, plain, 0.01),
            (Qt.Key.Key_Up, plain, 0.01),
            (Qt.Key.Key_Left, plain, -0.01),
            (Qt.Key.Key_Down, shift, -0.001),
            (Qt.Key.Key_PageUp, plain, 0.1),
            (Qt.Key.Key_PageDown, plain, -0.1),
        ):
            told.clear()
            qtbot.keyClick(ends, key, modifier)
            reached, ended = told
            assert ended is None
            assert reached[1 - place] == now[1 - place]
            step = share * 1080  # the axis
            assert reached[place] - now[place] == pytest.approx(step, abs=abs(step) / 4)
            now = list(reached)
        qtbot.keyClick(ends, Qt.Key.Key_Tab)


def test_home_and_end_go_to_the_smallest_and_largest_value(qtbot, ends, told):
    ends.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(ends, Qt.Key.Key_Home)
    qtbot.keyClick(ends, Qt.Key.Key_Tab)
    qtbot.keyClick(ends, Qt.Key.Key_End)
    assert told == [(-500, 300), None, (-500, 500), None]


def test_tab_passes_through_both_ends_and_on(qtbot):
    row = QWidget()
    qtbot.addWidget(row)
    before, ends, after = QLineEdit(), RangeHistogram(), QLineEdit()
    layout = QHBoxLayout(row)
    for widget in (before, ends, after):
        layout.addWidget(widget)
    row.show()
    row.activateWindow()
    qtbot.waitExposed(row)
    before.setFocus()
    seen = []
    for key in [Qt.Key.Key_Tab] * 3 + [Qt.Key.Key_Backtab] * 3:
        qtbot.keyClick(row.focusWidget(), key)
        focused = row.focusWidget()
        seen.append(
            ends.accessibleDescription().split()[-2]
            if focused is ends
            else ["before", "after"][focused is after]
        )
    assert seen == ["low", "high", "after", "high", "low", "before"]


def test_colours_and_bars_are_drawn_where_their_values_lie(qtbot, ends):
    ends.show_range(-250.0, 250.0, COUNTS, is_colored=True)
    image = ends.grab().toImage()

    def color(value, y):
        return image.pixelColor(round(ends.position_of(value)), y)

    for value, expected in ((-400, NEGATIVE), (0, NEUTRAL), (400, POSITIVE)):
        found = color(value, IN_SCALE)
        for name in ("red", "green", "blue"):
            assert abs(getattr(found, name)() - getattr(expected, name)()) <= 3
    ends.show_range(-250.0, 350.0, COUNTS)
    image = ends.grab().toImage()
    assert color(-400, IN_SCALE) == QColor("black")
    assert color(400, IN_SCALE) == QColor("white")
    # Bars: the middle one is full, the second empty; outside the range they are faint.
    empty = color(-200, BARS_HEIGHT_PX - 3)
    inside, outside = color(0, BARS_HEIGHT_PX - 3), color(400, BARS_HEIGHT_PX - 3)
    assert color(0, 8) == inside != empty
    assert inside != outside != empty
    assert color(200, BARS_HEIGHT_PX // 2 + 8) == inside  # half as high: the square root of 1/4
    assert color(200, BARS_HEIGHT_PX // 2 - 8) == empty


def test_odd_ranges_are_drawn(ends):
    one = Histogram(np.array([0, 9]), 7.0, 7.0)
    for histogram in (None, Histogram(np.zeros(4, int), 0.0, 0.0), one):
        for end in ((0.0, 0.0), (7.0, 7.0), (-1e30, 1e30), (0.0, 1e-40)):
            ends.show_range(*end, histogram)
            assert not ends.grab().isNull()
            assert ends.ends == end


def test_it_says_what_it_shows(ends):
    assert ends.accessibleName() == "Displayed range, from −100 to 300"
    assert "low end" in ends.accessibleDescription()
    ends.show_range(-1234.5678, 0.5, COUNTS)
    assert "-1234.5678" in ends.toolTip()
    assert "from −1,235 to 0.5" in ends.accessibleName()


def test_it_follows_the_palette(ends):
    light = ends.grab().toImage().pixelColor(round(ends.position_of(0)), 20)
    palette = ends.palette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor("white"))
    palette.setColor(QPalette.ColorRole.Window, QColor("#303030"))
    ends.setPalette(palette)
    dark = ends.grab().toImage().pixelColor(round(ends.position_of(0)), 20)
    assert dark.lightness() > light.lightness() + 60
