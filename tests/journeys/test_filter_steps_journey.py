"""A person builds a small network by hand, opens a lesson, and finds it again after a restart."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from scipy.signal import convolve2d

from explorer.core.steps import Convolution, Dense, Pooling, Relu
from explorer.views.main_window import MainWindow
from explorer.views.pages.filter_page import FilterPage
from tests.journeys.filtered import grey_of, make_photo, wait_for

GX = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (40, 60), 5)


def add(page: FilterPage, text: str) -> None:
    """Choose from the menu of the Add step button."""
    actions = {
        action.text().replace("&", ""): action
        for action in page.strip.add_button.steps_menu.actions()
    }
    next(action for name, action in actions.items() if text in name).trigger()


def test_a_layer_of_a_network_is_built_by_hand(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        response = convolve2d(grey_of(photo), GX, "same")
        wait_for(qtbot, page, response / 2 + 127.5)
        add(page, "ReLU")
        rectified = np.maximum(response, 0)
        wait_for(qtbot, page, rectified)
        add(page, "pooling")
        pooled = rectified.reshape(20, 2, 30, 2).max(axis=(1, 3))
        wait_for(qtbot, page, pooled)
        assert page.inspector.pooling_panel.isVisible()
        assert not page.inspector.kernel_panel.isVisible()

        # The window of a pooled value is four values of the step before.
        qtbot.wait(50)
        canvas = page.result.canvas
        where = page.result.position_of(7, 11).toPoint()
        QTest.mouseMove(canvas, canvas.mapFrom(page.result, where))
        qtbot.waitUntil(lambda: bool(page.original.windows))
        assert page.original.windows[0].getRect() == (22, 14, 2, 2)

        # A step that is switched off passes on what comes in.
        page.strip.cards[1].switch.click()
        wait_for(qtbot, page, response.reshape(20, 2, 30, 2).max(axis=(1, 3)) / 2 + 127.5)

        # A click on a card shows that step; undo takes the switch back, not the look around.
        QTest.mouseClick(page.strip.cards[0], Qt.MouseButton.LeftButton)
        wait_for(qtbot, page, response / 2 + 127.5)
        QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert page.strip.cards[1].switch.isChecked()

        add(page, "Fully connected")
        qtbot.waitUntil(lambda: len(page.strip.cards) == 4)
        assert page.inspector.dense_panel.isVisible()

    assert journey([str(photo)], steps) == 0


def test_a_lesson_sets_the_page_up_and_the_next_start_has_it_again(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def open_lesson(window: MainWindow) -> None:
        page = window.page("filter")
        menu = page.lessons.menu()
        menu.aboutToShow.emit()
        titles = {action.text(): action for action in menu.actions()}
        assert len(titles) == 8
        titles["A tiny CNN layer"].trigger()
        kinds = [type(step.operation) for step in page.settings.steps]
        assert kinds == [Convolution, Relu, Pooling]
        assert page.look_at_text.count(".") >= 2
        qtbot.waitUntil(lambda: page.result.pixels is not None)
        # What was drawn since is unsaved work, and comes back too.
        QTest.mouseClick(page.strip.cards[0], Qt.MouseButton.LeftButton)
        editor = page.kernel_panel.editor
        QTest.mouseClick(editor, Qt.MouseButton.LeftButton, pos=editor.cell_rect(0, 0).center())

    drawn = []

    def look_again(window: MainWindow) -> None:
        page = window.page("filter")
        settings = page.settings
        assert [type(step.operation) for step in settings.steps] == [Convolution, Relu, Pooling]
        drawn.append(settings.convolution.filter.kernels[0].weights[0, 0])

    assert journey([], open_lesson) == 0
    assert journey([], look_again) == 0
    assert drawn[0] not in (-1.0, 1.0)


def test_shuffled_weights_give_the_same_answer_and_a_convolution_does_not(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        menu = page.lessons.menu()
        menu.aboutToShow.emit()
        next(a for a in menu.actions() if "Shuffle" in a.text()).trigger()
        panel = page.inspector.dense_panel
        assert isinstance(page.settings.step.operation, Dense)

        def scores() -> list[str]:
            return [row.text for row in panel.rows]

        qtbot.waitUntil(lambda: "score" in scores()[0], timeout=10_000)
        before = scores()
        # Neither the pixels nor the weights are shuffled: the same scores.
        page.strip.cards[0].switch.click()
        qtbot.waitUntil(lambda: "score" in scores()[0] and scores() != before, timeout=10_000)
        panel.alike.click()
        qtbot.waitUntil(lambda: scores() == before, timeout=10_000)

    assert journey([], steps) == 0
