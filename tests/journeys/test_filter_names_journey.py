"""A kernel is called what it is: by its formula, as edited, or as its person calls it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.views.main_window import MainWindow
from explorer.views.pages.filter_page import FilterPage
from tests.journeys.filtered import (
    LEFT,
    drag_slider,
    make_photo,
    middle,
    pick,
    pick_and_name,
    redo,
    undo,
)

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (40, 60), 5)


def name_of(page: FilterPage) -> str:
    """Return the name that the chooser shows."""
    return page.kernel_panel.preset.currentText()


def paint(page: FilterPage) -> None:
    editor = page.kernel_panel.editor
    QTest.mouseClick(editor, LEFT, pos=middle(editor, 0, 0))


def test_what_is_painted_over_or_transformed_says_so_and_a_formula_says_its_name(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        panel = page.kernel_panel
        paint(page)
        paint(page)
        assert name_of(page) == "Gx, edited"
        pick(qtbot, panel.families, "Gaussian")
        drag_slider(panel.family.rows["sigma"].slider, 0.3)
        assert name_of(page) == "Gaussian"
        paint(page)
        assert name_of(page) == "Gaussian, edited"
        undo(window)
        assert name_of(page) == "Gaussian"
        pick(qtbot, panel.transform, "Transpose")
        assert name_of(page) == "Gaussian"  # a round bell is its own mirror image
        pick(qtbot, panel.transform, "Negate")
        assert name_of(page) == "Gaussian, edited"
        drag_slider(panel.family.rows["sigma"].slider, 0.6)
        assert name_of(page) == "Gaussian"

    assert journey([str(photo)], steps) == 0


def test_a_kernel_of_ones_own_is_shown_by_its_new_name(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def rename(window: MainWindow) -> None:
        page = window.page("filter")
        panel = page.kernel_panel
        paint(page)
        pick_and_name(qtbot, panel.menu, "Save to my kernels…", "alpha")
        QTest.mouseClick(panel.preset, LEFT, pos=panel.preset.rect().center())
        QTest.keyClicks(panel.preset.popup.search, "alpha")
        QTest.keyClick(panel.preset.popup.search, Qt.Key.Key_Return)
        assert name_of(page) == "alpha"
        pick_and_name(qtbot, panel.menu, "Rename “alpha”…", "beta")
        assert name_of(page) == "beta"
        paint(page)
        assert name_of(page) == "beta, edited"
        # What is undone and done again knows the new name, too.
        for _ in range(2):
            undo(window)
        assert name_of(page) == "Gx, edited"
        redo(window)
        assert name_of(page) == "beta"

    def look_again(window: MainWindow) -> None:
        assert name_of(window.page("filter")) == "beta"

    assert journey([str(photo)], rename) == 0
    assert journey([], look_again) == 0
