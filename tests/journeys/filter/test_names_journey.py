"""A kernel is called what it is: by its formula, as edited, or as its person calls it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.views.filter.page import FilterPage
from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import (
    LEFT,
    drag_slider,
    make_photo,
    middle,
    pick,
    pick_and_name,
    redo,
    undo,
    weights,
)

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (40, 60), 5)


def name_of(page: FilterPage) -> str:
    """Return the name that the chooser shows."""
    return page.kernel_panel.preset.currentText()


def choose_first(page: FilterPage, search: str) -> None:
    """Choose what the chooser finds first."""
    preset = page.kernel_panel.preset
    QTest.mouseClick(preset, LEFT, pos=preset.rect().center())
    QTest.keyClicks(preset.popup.search, search)
    QTest.keyClick(preset.popup.search, Qt.Key.Key_Return)


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
        assert name_of(page) == "Sobel x (Gx), edited"
        pick(qtbot, panel.parametric_button, "Gaussian")
        drag_slider(panel.parametric.rows["sigma"].slider, 0.3)
        assert name_of(page) == "Gaussian"
        paint(page)
        assert name_of(page) == "Gaussian, edited"
        undo(window)
        assert name_of(page) == "Gaussian"
        pick(qtbot, panel.transform, "Transpose")
        assert name_of(page) == "Gaussian"  # a round bell is its own mirror image
        pick(qtbot, panel.transform, "Negate")
        assert name_of(page) == "Gaussian, edited"
        drag_slider(panel.parametric.rows["sigma"].slider, 0.6)
        assert name_of(page) == "Gaussian"

    assert journey([str(photo)], steps) == 0


def test_what_is_kept_is_called_so_at_once_and_can_be_kept_anew(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    kept: list[list[list[float]]] = []

    def save(window: MainWindow) -> None:
        page = window.page("filter")
        panel = page.kernel_panel
        save_own = partial(pick_and_name, qtbot, panel.menu, "Save to My kernels…")
        QGuiApplication.clipboard().setText("[1 2 1; 2 4 2; 1 2 1]")
        pick(qtbot, panel.menu, "Paste matrix")
        paint(page)
        assert name_of(page) == "pasted kernel, edited"
        assert "a slash" in save_own("my/BLUR")
        assert name_of(page) == "pasted kernel, edited"
        assert save_own("my BLUR") == ""
        assert window.notice_bar.text == "Saved to My kernels as “my BLUR”."
        assert name_of(page) == "my BLUR"
        undo(window)  # one step
        assert name_of(page) == "pasted kernel, edited"
        redo(window)
        paint(page)
        assert name_of(page) == "my BLUR, edited"
        painted = weights(page)
        # Its own name is suggested, and taken unless a person wants that.
        assert "already a kernel called “my BLUR”" in save_own(None)
        assert name_of(page) == "my BLUR, edited"
        assert "already a kernel called “my BLUR”" in save_own(None, is_replacing=True)
        assert name_of(page) == "my BLUR"
        assert weights(page) == painted
        kept.append(painted)
        choose_first(page, "Box blur 3×3")
        choose_first(page, "my BLUR")
        assert weights(page) == painted

    def look_again(window: MainWindow) -> None:
        page = window.page("filter")
        assert name_of(page) == "my BLUR"
        assert [weights(page)] == kept

    assert journey([str(photo)], save) == 0
    assert journey([], look_again) == 0


def test_a_kernel_of_ones_own_is_shown_by_its_new_name(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def rename(window: MainWindow) -> None:
        page = window.page("filter")
        panel = page.kernel_panel
        paint(page)
        pick_and_name(qtbot, panel.menu, "Save to My kernels…", "alpha")
        assert name_of(page) == "alpha"
        pick_and_name(qtbot, panel.menu, "Rename “alpha”…", "beta")
        assert name_of(page) == "beta"
        paint(page)
        assert name_of(page) == "beta, edited"
        # What is undone and done again knows the new name, too.
        for _ in range(2):
            undo(window)
        assert name_of(page) == "Sobel x (Gx), edited"
        redo(window)
        assert name_of(page) == "beta"

    def look_again(window: MainWindow) -> None:
        assert name_of(window.page("filter")) == "beta"

    assert journey([str(photo)], rename) == 0
    assert journey([], look_again) == 0


def test_a_damaged_kernel_of_ones_own_is_named_at_the_start(
    journey: Callable[..., int], photo: Path
) -> None:
    assert journey([str(photo)], lambda window: None) == 0  # the very first start greets
    paths.user_kernels().mkdir(parents=True)
    (paths.user_kernels() / "half.json").write_text('{"name": "half", "kernels": [[[1,')

    def steps(window: MainWindow) -> None:
        assert window.notice_bar.text.startswith("My kernels: “half.json” ")

    assert journey([str(photo)], steps) == 0
