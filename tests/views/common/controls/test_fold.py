"""A section that folds: by mouse, by key, and by program without telling."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.views.common.controls.fold import Fold


@pytest.fixture
def fold(qtbot: QtBot):
    window = QWidget()
    qtbot.addWidget(window)
    fold = Fold("Geometry", QLabel("inside"))
    layout = QVBoxLayout(window)
    layout.addWidget(fold)
    window.resize(288, 200)
    window.show()
    qtbot.waitExposed(window)
    yield fold
    window.close()


@pytest.fixture
def told(fold):
    told: list[bool] = []
    fold.toggled.connect(told.append)
    return told


def test_a_click_opens_and_another_folds(fold, told):
    assert not fold.is_open
    assert not fold.body.isVisible()
    QTest.mouseClick(fold.header, Qt.MouseButton.LeftButton)
    assert fold.is_open
    assert fold.body.isVisible()
    QTest.mouseClick(fold.header, Qt.MouseButton.LeftButton)
    assert not fold.body.isVisible()
    assert told == [True, False]


def test_keys_fold(fold, told):
    fold.header.setFocus()
    for key in ("Right", "Right", "Left", "Left", "Space", "Return", "Enter"):
        QTest.keyClick(fold.header, getattr(Qt.Key, f"Key_{key}"))
    assert told == [True, False, True, False, True]


def test_tab_reaches_the_title_and_passes_what_is_folded_away(qtbot: QtBot):
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    first, second = (Fold(name, QWidget()) for name in ("Geometry", "Display"))
    for fold in (first, second):
        fold.body.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout.addWidget(fold)
    window.show()
    qtbot.waitExposed(window)
    first.header.setFocus()
    QTest.keyClick(first.header, Qt.Key.Key_Tab)
    assert window.focusWidget() is second.header
    second.set_open(True)
    QTest.keyClick(second.header, Qt.Key.Key_Tab)
    assert window.focusWidget() is second.body


def test_opening_by_program_tells_nothing(fold, told):
    fold.set_open(True)
    fold.set_open(True)
    assert fold.body.isVisible()
    assert told == []


def test_a_screen_reader_hears_the_state_and_what_is_inside(fold):
    fold.set_summary("same, zero")
    assert fold.header.accessibleName() == "Geometry"
    assert fold.header.accessibleDescription() == "folded; same, zero"
    fold.set_open(True)
    assert fold.header.accessibleDescription() == "open; same, zero"
    assert "same, zero" in fold.header.toolTip()


def test_the_summary_is_drawn_only_while_folded(fold, qtbot: QtBot):
    def right_half():
        image = fold.header.grab().toImage()
        half = range(image.width() // 2, image.width())
        return {image.pixel(x, y) for x in half for y in range(image.height())}

    fold.set_open(True)
    nothing = right_half()
    fold.set_summary("same, zero")
    assert right_half() == nothing
    fold.set_open(False)
    assert len(right_half()) > len(nothing)


def test_the_title_is_large_enough_to_hit(fold):
    assert fold.header.height() >= 28
    assert fold.header.width() > 200
