"""Fields for numbers: what they tell while a person types, steps, holds and scrolls."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QStyle,
    QStyleOptionSpinBox,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from explorer.views.common.controls.axis_pair import AxisPair
from explorer.views.common.controls.choice_box import Choice, ChoiceBox
from explorer.views.common.controls.number_box import NumberBox


def place(qtbot: QtBot, *fields: QWidget) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QHBoxLayout(window)
    for field in fields:
        layout.addWidget(field)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return window


def listen(field) -> list[object]:
    """Write down what a field tells: its values, and "end"."""
    told: list[object] = []
    field.edited.connect(told.append)
    field.edit_ended.connect(lambda: told.append("end"))
    return told


def turn_wheel(field: QWidget, degrees: int) -> QWheelEvent:
    middle = QPointF(field.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(field.mapToGlobal(middle)),
        QPoint(),
        QPoint(0, degrees * 8),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(field, event)
    return event


@pytest.fixture
def box(qtbot: QtBot):
    box = NumberBox("Offset", -1000, 1000, decimals=3)
    window = place(qtbot, box, QLineEdit())
    box.setFocus()
    yield box
    window.close()


def test_a_typed_number_counts_once_it_is_complete(box):
    told = listen(box)
    box.selectAll()
    QTest.keyClicks(box, "-12.5")
    assert told == []
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert told == [-12.5, "end"]


def test_leaving_with_tab_takes_what_was_typed(box, qtbot: QtBot):
    told = listen(box)
    box.selectAll()
    QTest.keyClicks(box, "40")
    QTest.keyClick(box, Qt.Key.Key_Tab)
    assert told == [40, "end"]
    assert not box.hasFocus()


def test_a_held_arrow_key_is_one_edit(box):
    told = listen(box)
    up, none = Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier
    for kind, is_repeat in (
        (QEvent.Type.KeyPress, False),
        (QEvent.Type.KeyRelease, True),
        (QEvent.Type.KeyPress, True),
        (QEvent.Type.KeyRelease, True),
        (QEvent.Type.KeyPress, True),
    ):
        QApplication.sendEvent(box, QKeyEvent(kind, up, none, "", is_repeat))
    assert len(told) >= 3
    assert told == sorted(set(told))
    QApplication.sendEvent(box, QKeyEvent(QEvent.Type.KeyRelease, up, none, "", False))
    assert told.index("end") == len(told) - 1


def test_a_click_on_an_arrow_is_one_edit(box):
    told = listen(box)
    option = QStyleOptionSpinBox()
    box.initStyleOption(option)
    button = box.style().subControlRect(
        QStyle.ComplexControl.CC_SpinBox, option, QStyle.SubControl.SC_SpinBoxDown, box
    )
    QTest.mousePress(box, Qt.MouseButton.LeftButton, pos=button.center())
    assert told == [-1]
    QTest.mouseRelease(box, Qt.MouseButton.LeftButton, pos=button.center())
    assert told == [-1, "end"]


def test_the_wheel_steps_only_what_has_the_focus(box):
    told = listen(box)
    turn_wheel(box, 15)
    assert told == [1, "end"]
    box.clearFocus()
    event = turn_wheel(box, 15)
    assert told == [1, "end"]
    assert not event.isAccepted()  # left to the scrolling column behind it


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("50", 31),
        ("0", 1),
        ("-7", 1),
        ("1000000", 31),
        ("7", 7),
        ("12.6", 13),
        ("", 3),
        ("2e3", 31),
        ("1e", 3),
    ],
)
def test_a_number_out_of_range_is_the_nearest_limit_not_its_first_digits(
    qtbot: QtBot, typed: str, taken: int
):
    size = NumberBox("Rows", 1, 31)
    window = place(qtbot, size)
    size.show_number(3)
    size.setFocus()
    size.selectAll()
    QTest.keyClicks(size, typed)
    QTest.keyClick(size, Qt.Key.Key_Return)
    assert (size.value(), size.text()) == (taken, str(taken))
    told = {"50": "31 is the largest number here", "0": "1 is the smallest number here"}
    if typed in (*told, "12.6", "7"):
        assert QToolTip.text() == told.get(typed, "")
    QToolTip.hideText()
    window.close()


def test_a_decimal_comma_is_a_point(box):
    box.selectAll()
    QTest.keyClicks(box, "1,5")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == 1.5


def test_showing_tells_nothing_and_leaves_what_is_being_typed(box):
    told = listen(box)
    box.show_number(127.5)
    assert box.text() == "127.5"
    box.selectAll()
    QTest.keyClicks(box, "3")
    box.show_number(127.5)
    assert box.text() == "3"
    box.show_number(2e9)
    assert box.value() == 1000
    assert told == []


@pytest.fixture
def pair(qtbot: QtBot):
    pair = AxisPair("Stride", 16, "The step.")
    window = place(qtbot, pair)
    yield pair
    window.close()


def type_number(box: NumberBox, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)


def test_linked_one_number_sets_both(pair):
    told = listen(pair)
    type_number(pair.down, "3")
    assert told == [(3, 3), "end"]
    pair.show_size((3, 3))
    assert pair.size_shown == (3, 3)
    type_number(pair.across, "5")
    assert told[2:] == [(5, 5), "end"]


def test_unlinked_each_number_is_its_own(pair):
    told = listen(pair)
    QTest.mouseClick(pair.link, Qt.MouseButton.LeftButton)
    type_number(pair.across, "4")
    assert told == [(1, 4), "end"]
    type_number(pair.down, "2")
    assert told[2:] == [(2, 4), "end"]


def test_different_numbers_undo_the_link_and_linking_makes_them_equal(pair):
    told = listen(pair)
    pair.show_size((2, 7))
    assert not pair.link.isChecked()
    assert told == []
    QTest.mouseClick(pair.link, Qt.MouseButton.LeftButton)
    assert told == [(2, 2), "end"]
    pair.show_size((2, 2))
    assert pair.link.isChecked()


def test_a_number_beyond_the_range_is_not_taken(pair):
    told = listen(pair)
    type_number(pair.down, "99")
    assert all(value == "end" or max(value) <= 16 for value in told)
    assert pair.size_shown[0] <= 16


@pytest.fixture
def choice(qtbot: QtBot):
    choice = ChoiceBox("Fruit", [Choice("a", "Apple", "Red."), Choice("b", "Berry", "Blue.")])
    window = place(qtbot, choice)
    yield choice
    window.close()


def test_choosing_tells_and_showing_does_not(choice):
    told: list[str] = []
    choice.chosen.connect(told.append)
    choice.choose("b")
    assert (choice.key, choice.currentText(), choice.toolTip()) == ("b", "Berry", "Blue.")
    assert told == []
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Up)
    assert told == ["a"]


def test_a_refused_choice_says_why_in_its_place(choice):
    choice.choose("b")
    choice.refuse("Not now.")
    assert not choice.isEnabled()
    assert choice.key is None
    assert choice.placeholderText() == choice.toolTip() == "Not now."
    choice.choose("a")
    assert choice.isEnabled()
    assert choice.key == "a"


def test_the_wheel_passes_over_a_choice(choice):
    told: list[str] = []
    choice.chosen.connect(told.append)
    choice.clearFocus()
    assert not turn_wheel(choice, -15).isAccepted()
    assert told == []
    choice.setFocus()
    turn_wheel(choice, -15)
    assert told == ["b"]
