"""A person looks through a dataset: narrows it down, opens a picture elsewhere, comes back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from explorer.views.window.main_window import MainWindow
from tests.journeys.conftest import Opened

ALT = Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    folder = tmp_path / "pets"
    folder.mkdir()
    generator = np.random.default_rng(3)
    for number in range(120):
        pixels = generator.integers(0, 256, (40, 50, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{'cat' if number % 2 else 'dog'}.{number}.png")
    return folder


def test_one_key_opens_a_picture_elsewhere_and_back_comes_home(
    journey: Callable[..., int], qtbot: QtBot, pets: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("dataset")
        window.dataset_wanted.emit(pets)
        qtbot.waitUntil(lambda: page.grid.model().rowCount() == 120)
        QTest.keyClicks(page.pictures.search, "cat")
        qtbot.waitUntil(lambda: page.grid.model().rowCount() == 60)
        page.state.sort("name", is_descending=True)
        page.grid.setFocus()
        QTest.keyClick(page.grid, Qt.Key.Key_End)
        for _ in range(2):
            QTest.keyClick(page.grid, Qt.Key.Key_Left, SHIFT)
        assert page.state.dataset.samples[page.state.current].path.name == "cat.5.png"
        selected, scroll = page.state.selected, page.grid.verticalScrollBar().value()
        assert len(selected) == 3
        assert scroll > 0

        for key, shown in (
            (Qt.Key.Key_F, "filter"),
            (Qt.Key.Key_N, "network"),
            (Qt.Key.Key_W, "network"),
            (Qt.Key.Key_C, "classify"),
        ):
            page.state.choose_sample(page.state.dataset.samples[0])  # another one is current
            qtbot.waitUntil(lambda: window.picture_label.text().startswith("cat.1.png"))
            qtbot.wait(20)
            QTest.keyClick(page.grid, key)
            qtbot.waitUntil(lambda: window.picture_label.text().startswith("cat.5.png"))
            assert window.page_name == shown
            if key == Qt.Key.Key_W:
                assert window.page("network").part.name == "why"
            qtbot.wait(20)
            page.state.search("")  # whatever happens to it meanwhile
            page.grid.scrollToTop()
            QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Left, ALT)
            qtbot.waitUntil(lambda: window.picture_label.text().startswith("cat.1.png"))
            assert window.page_name == "dataset"
            assert page.grid.model().rowCount() == 60
            assert page.pictures.search.text() == "cat"
            assert page.grid.verticalScrollBar().value() == scroll
            assert np.array_equal(page.state.selected, selected)
            assert page.grid.currentIndex().data() == "cat.5.png"
            qtbot.wait(20)

    assert journey([], steps) == 0


def test_what_is_picked_out_stands_above_the_grid_until_it_is_taken_back(
    journey: Callable[..., int], qtbot: QtBot, pets: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("dataset")
        window.dataset_wanted.emit(pets)
        qtbot.waitUntil(lambda: page.grid.model().rowCount() == 120)
        qtbot.wait(20)
        page.state.search("7")
        some = np.array([30, 4, 17])
        page.state.pick(some, "near “cat.7.png”", is_ordered=True)
        names = [page.state.dataset.samples[place].path.name for place in some]
        assert [page.grid.model().index(row).data() for row in range(3)] == names
        assert page.pictures.chip.isVisible()
        assert page.pictures.chip.sentence.text() == "3 pictures: near “cat.7.png”"
        assert page.pictures.count.text() == "3 of 120"
        assert page.pictures.search.text() == ""
        qtbot.wait(20)
        # Back undoes the jump; forward makes it again.
        QTest.keyClick(window, Qt.Key.Key_Left, ALT)
        qtbot.waitUntil(lambda: not page.pictures.chip.isVisible())
        assert page.pictures.search.text() == "7"
        qtbot.wait(20)
        QTest.keyClick(window, Qt.Key.Key_Right, ALT)
        qtbot.waitUntil(page.pictures.chip.isVisible)
        assert [page.grid.model().index(row).data() for row in range(3)] == names
        QTest.mouseClick(page.pictures.chip.close_button, LEFT)
        assert not page.pictures.chip.isVisible()
        assert page.pictures.search.text() == "7"
        page.grid.setFocus()
        QTest.keyClick(page.grid, Qt.Key.Key_Escape)
        assert page.pictures.count.text() == "120 of 120"

    assert journey(["--page", "dataset"], steps) == 0


def test_the_menu_of_a_picture_copies_and_finds_it(
    journey: Callable[..., int], qtbot: QtBot, pets: Path, opened: Opened
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("dataset")
        window.dataset_wanted.emit(pets)
        qtbot.waitUntil(lambda: page.grid.model().rowCount() == 120)
        cell = page.grid.visualRect(page.grid.model().index(1)).center()
        qtbot.mouseClick(page.grid.viewport(), LEFT, pos=cell)
        page.grid.customContextMenuRequested.emit(cell)
        menu = page.findChild(QMenu, "picture")
        texts = [action.text() for action in menu.actions()]
        assert "Why this answer?" in texts
        menu.close()
        page.action("show_in_folder").trigger()
        assert opened.places == [str(pets)]
        clipboard = QGuiApplication.clipboard()
        QTest.keyClick(page.grid, Qt.Key.Key_C, CONTROL | SHIFT)
        assert clipboard.text() == str(pets / "cat.3.png")
        QTest.keyClick(page.grid, Qt.Key.Key_C, CONTROL)
        qtbot.waitUntil(lambda: clipboard.image().width() == 50)

    assert journey(["--page", "dataset"], steps) == 0
