"""Ctrl+Z where the hand is: in a field for a number."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import LEFT, make_photo, middle, type_number

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (30, 40), 8)


def undo_in(field: QWidget) -> None:
    assert field.hasFocus()
    QTest.keyClick(field, Qt.Key.Key_Z, CONTROL)


def redo_in(field: QWidget) -> None:
    assert field.hasFocus()
    QTest.keyClick(field, Qt.Key.Key_Z, CONTROL | SHIFT)


def test_a_number_that_was_typed_is_undone_in_its_field(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        inspector = window.page("filter").inspector
        offset = inspector.geometry_panel.offset
        inspector.geometry_fold.set_open(True)
        type_number(offset, 40)
        type_number(offset, 50)
        undo_in(offset)
        assert offset.value() == 40
        undo_in(offset)
        assert offset.value() == 0
        redo_in(offset)
        redo_in(offset)
        assert offset.value() == 50
        QTest.keyClick(offset, Qt.Key.Key_Up)
        undo_in(offset)
        assert offset.value() == 50
        # What is being typed is the field's own; taken, it is the window's again.
        offset.selectAll()
        QTest.keyClicks(offset, "7")
        undo_in(offset)
        assert offset.text() == "50"
        assert offset.value() == 50

    assert journey([str(photo)], steps) == 0


def test_a_limit_that_was_typed_is_undone_in_its_field(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        inspector = page.inspector
        inspector.display_fold.set_open(True)
        low = inspector.display_panel.low
        qtbot.waitUntil(lambda: page.result.pixels is not None and low.isEnabled())
        low.setFocus()
        before = low.value
        QTest.keyClicks(low, "-12")
        QTest.keyClick(low, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: low.value == -12)
        undo_in(low)
        qtbot.waitUntil(lambda: low.value == before)
        redo_in(low)
        qtbot.waitUntil(lambda: low.value == -12)
        QTest.keyClicks(low, "9")
        undo_in(low)
        assert low.value == -12

    assert journey([str(photo)], steps) == 0


def test_undo_belongs_to_the_page_that_is_shown(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        panel = window.page("filter").kernel_panel
        before = panel.editor.kernel
        QTest.mouseClick(panel.editor, LEFT, pos=middle(panel.editor, 1, 1))
        assert panel.editor.kernel != before
        for redone in (False, True):
            keys = CONTROL | SHIFT if redone else CONTROL
            for page in ("classify", "dataset", "network"):
                window.show_page(page)
                QTest.keyClick(window, Qt.Key.Key_Z, keys)
                assert window.page_name == page
                assert (panel.editor.kernel == before) == redone  # as it was
            window.show_page("filter")
            QTest.keyClick(window, Qt.Key.Key_Z, keys)
            assert (panel.editor.kernel != before) == redone

    assert journey([str(photo)], steps) == 0
