"""A number typed: shown short, edited exactly, and never taken away under the hand."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from explorer.views.common.controls.limit_field import LimitField


@pytest.fixture
def row(qtbot):
    row = QWidget()
    qtbot.addWidget(row)
    row.field, row.other = LimitField("Value shown as black"), QLineEdit()
    layout = QHBoxLayout(row)
    layout.addWidget(row.field)
    layout.addWidget(row.other)
    row.field.show_number(-1234.5678)
    row.show()
    row.activateWindow()
    qtbot.waitExposed(row)
    row.other.setFocus()
    return row


def test_short_from_afar_exact_when_near(row):
    field = row.field
    assert field.text() == "−1,235"
    assert field.toolTip() == "Value shown as black: -1234.5678"
    field.setFocus()
    assert field.text() == field.selectedText() == "-1234.5678"
    row.other.setFocus()
    assert field.text() == "−1,235"


def paste(qtbot, field, text) -> None:
    field.selectAll()
    QGuiApplication.clipboard().setText(text)
    qtbot.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_a_typed_number_is_told_once(qtbot, row):
    told = []
    row.field.edited.connect(told.append)
    row.field.setFocus()
    for typed in ("12.5", "−3", "-3e-5", " 7 ", "0,25", "1e30"):
        paste(qtbot, row.field, typed)
        qtbot.keyClick(row.field, Qt.Key.Key_Return)
    assert told == [12.5, -3, -3e-5, 7, 0.25, 1e30]
    qtbot.keyClick(row.field, Qt.Key.Key_Return)
    row.other.setFocus()
    assert len(told) == 6


def test_leaving_the_field_tells_too(qtbot, row):
    told = []
    row.field.edited.connect(told.append)
    row.field.setFocus()
    qtbot.keyClicks(row.field, "44")
    assert told == []
    row.other.setFocus()
    assert told == [44]


def test_what_is_no_other_number_is_put_back(qtbot, row):
    told = []
    row.field.edited.connect(told.append)
    row.field.setFocus()
    for typed in ("", "abc", "nan", "inf", "1e31", "1,234.5", "-1234.5678"):
        row.field.selectAll()
        qtbot.keyClick(row.field, Qt.Key.Key_Delete)
        qtbot.keyClicks(row.field, typed)
        qtbot.keyClick(row.field, Qt.Key.Key_Return)
        assert row.field.text() == "-1234.5678"
    assert told == []


def test_escape_puts_back(qtbot, row):
    told = []
    row.field.edited.connect(told.append)
    row.field.setFocus()
    qtbot.keyClicks(row.field, "99")
    qtbot.keyClick(row.field, Qt.Key.Key_Escape)
    assert row.field.text() == "-1234.5678"
    row.other.setFocus()
    assert told == []


def test_what_is_being_typed_stays(qtbot, row):
    row.field.setFocus()
    qtbot.keyClicks(row.field, "12")
    row.field.show_number(5.0)
    qtbot.keyClicks(row.field, "3")
    assert row.field.text() == "123"
    assert row.field.value == 5
    qtbot.keyClick(row.field, Qt.Key.Key_Escape)
    assert row.field.text() == "5"


def test_with_the_focus_but_untouched_it_follows(row):
    row.field.setFocus()
    row.field.show_number(8.125)
    assert row.field.text() == "8.125"
