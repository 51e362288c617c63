"""A person goes back to where they were: page, picture, layer, zoom and scroll."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.views.window.main_window import MainWindow
from tests.journeys.travel import drop_files

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    generator = np.random.default_rng(3)
    for number in range(120):
        pixels = generator.integers(0, 256, (40 + number % 7, 50, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"cat.{number}.png")
    return folder


def go(window: MainWindow, key: Qt.Key) -> None:
    """Press Alt with an arrow, wherever the focus is."""
    QTest.keyClick(window.focusWidget() or window, key, ALT)


def test_back_leads_through_pages_pictures_and_layers_as_they_were_seen(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        def shows(name: str) -> bool:
            return window.picture_label.text().startswith(name)

        def result_is(size: str) -> bool:
            return size in pictures.original_title.text and pictures.original.pixels is not None

        pictures = window.page("filter").pictures
        # Else the pictures get its room while this goes on.
        QTest.mouseClick(window.notice_bar.close_button, Qt.MouseButton.LeftButton)
        drop_files(window, [photos / "cat.1.png"])
        qtbot.waitUntil(lambda: shows("cat.1.png") and result_is("50×41"))
        for _ in range(6):
            QTest.keyClicks(pictures.original, "+")
        seen = pictures.original.viewed_part
        assert not pictures.original.sees_whole
        drop_files(window, [photos / "cat.2.png"])
        qtbot.waitUntil(lambda: shows("cat.2.png") and result_is("50×42"))
        assert pictures.original.sees_whole

        window.show_page("network")
        page = window.page("network")
        qtbot.waitUntil(lambda: "conv_1" in page.maps.title.text(), timeout=60_000)
        grid = page.maps.grid
        grid.setFocus()
        for _ in range(8):
            QTest.keyClicks(grid.view, "+")
        QTest.keyClick(grid.view, Qt.Key.Key_Right)
        assert "Map 2" in page.maps.map.title.text()
        enlarged = grid.view.viewed_part
        page.table.setFocus()
        QTest.keyClick(page.table, Qt.Key.Key_Down)
        qtbot.waitUntil(lambda: "conv_1" not in page.maps.title.text(), timeout=20_000)
        second = page.maps.title.text()

        window.dataset_wanted.emit(photos)
        browser = window.page("dataset")
        qtbot.waitUntil(lambda: browser.grid.model().rowCount() == 120)
        QTest.keyClick(browser.grid, Qt.Key.Key_End)
        scroll = browser.grid.verticalScrollBar().value()
        assert scroll > 0
        QTest.keyClick(browser.grid, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: shows("cat.119.png"))

        go(window, Qt.Key.Key_Left)
        qtbot.waitUntil(lambda: shows("cat.2.png"))
        assert window.page_name == "dataset"
        assert browser.grid.verticalScrollBar().value() == scroll
        qtbot.wait(50)
        go(window, Qt.Key.Key_Left)
        qtbot.waitUntil(lambda: page.maps.title.text() == second, timeout=20_000)
        assert window.page_name == "network"
        qtbot.wait(50)
        go(window, Qt.Key.Key_Left)
        qtbot.waitUntil(lambda: "conv_1" in page.maps.title.text(), timeout=20_000)
        assert grid.view.viewed_part == enlarged
        assert "Map 2" in page.maps.map.title.text()
        qtbot.wait(50)
        go(window, Qt.Key.Key_Left)
        assert window.page_name == "filter"
        qtbot.wait(50)
        go(window, Qt.Key.Key_Left)
        qtbot.waitUntil(lambda: shows("cat.1.png") and result_is("50×41"))
        qtbot.waitUntil(lambda: pictures.original.viewed_part == seen)
        qtbot.wait(50)
        go(window, Qt.Key.Key_Right)
        qtbot.waitUntil(lambda: shows("cat.2.png") and result_is("50×42"))
        qtbot.waitUntil(lambda: pictures.original.sees_whole)

    assert journey([], steps) == 0


def test_a_picture_that_is_gone_is_told_of_and_the_way_goes_on(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        for number in (1, 2, 3):
            name = f"cat.{number}.png"
            drop_files(window, [photos / name])
            qtbot.waitUntil(lambda name=name: window.picture_label.text().startswith(name))
        (photos / "cat.2.png").unlink()
        go(window, Qt.Key.Key_Left)
        qtbot.waitUntil(lambda: "“cat.2.png” was not opened" in window.notice_bar.text)
        assert window.picture_label.text().startswith("cat.3.png")
        go(window, Qt.Key.Key_Left)
        qtbot.waitUntil(lambda: window.picture_label.text().startswith("cat.1.png"))

    assert journey([], steps) == 0


def test_the_side_keys_of_a_mouse_go_back_and_choose_nothing(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        # A page that is shown while a picture is being opened would be one place with it.
        qtbot.waitUntil(lambda: window.picture_label.text() != "")
        qtbot.wait(50)
        window.dataset_wanted.emit(photos)
        grid = window.page("dataset").grid
        qtbot.waitUntil(lambda: grid.model().rowCount() == 120)
        before = grid.currentIndex().row()
        assert window.page_name == "dataset"
        qtbot.wait(50)
        place = grid.viewport().mapTo(window, QPoint(300, 200))
        handle = window.windowHandle()
        for button, page in (
            (Qt.MouseButton.BackButton, "filter"),
            (Qt.MouseButton.ForwardButton, "dataset"),
            (Qt.MouseButton.ForwardButton, "dataset"),
        ):
            QTest.mouseClick(handle, button, Qt.KeyboardModifier.NoModifier, place)
            assert window.page_name == page
            qtbot.wait(50)
        assert grid.currentIndex().row() == before
        assert not grid.selectionModel().hasSelection()

    assert journey([], steps) == 0


def test_where_no_place_is_left_the_keys_move_nothing_else(
    journey: Callable[..., int], qtbot: QtBot, photos: Path
) -> None:
    def steps(window: MainWindow) -> None:
        # A page that is shown while a picture is being opened would be one place with it.
        qtbot.waitUntil(lambda: window.picture_label.text() != "")
        qtbot.wait(50)
        window.dataset_wanted.emit(photos)
        grid = window.page("dataset").grid
        qtbot.waitUntil(lambda: grid.model().rowCount() == 120)
        qtbot.wait(50)
        grid.setFocus()
        QTest.keyClick(grid, Qt.Key.Key_Home)
        QTest.keyClick(grid, Qt.Key.Key_Right)
        assert grid.currentIndex().row() == 1
        go(window, Qt.Key.Key_Right)
        assert grid.currentIndex().row() == 1
        go(window, Qt.Key.Key_Left)
        assert window.page_name == "filter"
        qtbot.wait(50)
        go(window, Qt.Key.Key_Right)
        assert window.page_name == "dataset"

    assert journey([], steps) == 0
