"""A person builds a small network by hand, opens a lesson, and finds it again after a restart."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from scipy.signal import convolve2d

from explorer.core.filters.steps import Convolution, Dense, Pooling, Relu
from explorer.views.filter.page import FilterPage
from explorer.views.window.main_window import MainWindow
from tests.journeys.filter.filtered import (
    GX,
    LEFT,
    choose,
    drag,
    grey_of,
    make_photo,
    mid_grey,
    pick,
    redo,
    type_number,
    undo,
    wait_for,
)
from tests.journeys.travel import drop_files

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)


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
        wait_for(qtbot, page, mid_grey(response))
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
        wait_for(qtbot, page, mid_grey(response.reshape(20, 2, 30, 2).max(axis=(1, 3))))

        # A click on a card shows that step; undo takes the switch back, not the look around.
        QTest.mouseClick(page.strip.cards[0], Qt.MouseButton.LeftButton)
        wait_for(qtbot, page, mid_grey(response))
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
        kinds = [type(step.operation) for step in page.state.settings.steps]
        assert kinds == [Convolution, Relu, Pooling]
        assert page.lesson_bar.text.count(".") >= 2
        qtbot.waitUntil(lambda: page.result.pixels is not None)
        # What was drawn since is unsaved work, and comes back too.
        QTest.mouseClick(page.strip.cards[0], Qt.MouseButton.LeftButton)
        editor = page.kernel_panel.editor
        QTest.mouseClick(editor, Qt.MouseButton.LeftButton, pos=editor.cell_rect(0, 0).center())

    drawn = []

    def look_again(window: MainWindow) -> None:
        page = window.page("filter")
        settings = page.state.settings
        assert [type(step.operation) for step in settings.steps] == [Convolution, Relu, Pooling]
        drawn.append(settings.convolution.filter.kernels[0].weights[0, 0])

    assert journey([], open_lesson) == 0
    assert journey([], look_again) == 0
    assert drawn[0] not in (-1.0, 1.0)


def test_what_a_lesson_says_comes_and_goes_with_it(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def open_lessons(window: MainWindow) -> None:
        page = window.page("filter")
        page.lessons.menu().aboutToShow.emit()
        pick(qtbot, page.lessons, "A tiny CNN layer")
        tiny = page.lesson_bar.text
        assert "A tiny CNN layer" in tiny
        pick(qtbot, page.lessons, "Sobel x: vertical edges")
        assert page.lesson_bar.text not in ("", tiny)
        undo(window)
        assert page.lesson_bar.text == tiny
        assert page.lesson_bar.isVisible()
        undo(window)
        assert page.lesson_bar.text == ""
        assert not page.lesson_bar.isVisible()
        redo(window)
        assert page.lesson_bar.text == tiny
        # It stays through edits, until it is closed; that can be undone too.
        page.strip.cards[1].switch.click()
        assert page.lesson_bar.text == tiny
        QTest.mouseClick(page.lesson_bar.close_button, LEFT)
        assert page.lesson_bar.text == ""
        assert not page.state.settings.steps[1].is_on
        undo(window)
        assert page.lesson_bar.text == tiny

    def look_again(window: MainWindow) -> None:
        assert "A tiny CNN layer" in window.page("filter").lesson_bar.text

    assert journey([], open_lessons) == 0
    assert journey([], look_again) == 0


def test_shuffled_weights_give_the_same_answer_and_a_convolution_does_not(
    journey: Callable[..., int], qtbot: QtBot
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        menu = page.lessons.menu()
        menu.aboutToShow.emit()
        next(a for a in menu.actions() if "Shuffle" in a.text()).trigger()
        panel = page.inspector.dense_panel
        assert isinstance(page.state.settings.step.operation, Dense)

        def scores() -> list[str]:
            return [" ".join(row.texts) for row in panel.rows]

        qtbot.waitUntil(lambda: "score" in scores()[0], timeout=10_000)
        before = scores()
        # Neither the pixels nor the weights are shuffled: the same scores.
        page.strip.cards[0].switch.click()
        qtbot.waitUntil(lambda: "score" in scores()[0] and scores() != before, timeout=10_000)
        panel.alike.click()
        qtbot.waitUntil(lambda: scores() == before, timeout=10_000)

    assert journey([], steps) == 0


def test_a_step_that_cannot_be_done_leaves_those_before_it_live(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    reason = "The 64×64 pooling window does not fit into its input of 40 rows and 60 columns"
    grey = grey_of(photo)

    def steps(window: MainWindow) -> None:
        page, strip = window.page("filter"), window.page("filter").strip
        pick(qtbot, strip.add_button, "Max pooling")
        size = page.inspector.pooling_panel.size_pair
        for box in (size.down, size.across):
            type_number(box, 64)
        qtbot.waitUntil(lambda: page.result.reason.startswith(f"Step 2: {reason}"))
        assert page.scale.text == page.result.reason
        assert [card.content.size for card in strip.cards] == ["60×40", "impossible"]
        assert all(
            card.content.thumbnail is not None for card in (strip.input_card, strip.cards[0])
        )
        # The step before it still shows what is done to it.
        QTest.mouseClick(strip.cards[0], LEFT)
        wait_for(qtbot, page, mid_grey(convolve2d(grey, GX, "same")))
        page.kernel_panel.preset.setFocus()
        for key, kernel in ((Qt.Key.Key_Down, np.rot90(GX)), (Qt.Key.Key_Up, GX)):
            QTest.keyClick(page.kernel_panel.preset, key)
            wait_for(qtbot, page, mid_grey(convolve2d(grey, kernel, "same")))
            assert page.scale.text.startswith(f"Step 2: {reason}")
            assert strip.cards[0].content.size == "60×40"
            assert strip.cards[1].content.size == "impossible"
        QTest.mouseClick(strip.cards[1], LEFT)
        for box in (size.down, size.across):
            type_number(box, 2)
        qtbot.waitUntil(lambda: page.scale.text.startswith("Black = "))
        assert page.result.reason == ""
        qtbot.waitUntil(lambda: strip.cards[1].content.size == "30×20")

    assert journey([str(photo)], steps) == 0


def test_of_a_picture_that_a_step_does_not_fit_nothing_older_is_shown_or_kept(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    dot = make_photo(tmp_path / "dot.png", (1, 1), 6)

    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        folds = page.inspector
        choose(folds.geometry_fold, folds.geometry_panel.mode, "valid")
        qtbot.waitUntil(
            lambda: page.result.pixels is not None and page.result.pixels.shape[1] == 58
        )
        place = page.result.position_of(5, 7).toPoint()
        QTest.mouseClick(page.result.canvas, LEFT, pos=place)
        assert page.arithmetic.unpin_button.isEnabled()
        drop_files(window, [dot])
        size = "1 row and 1 column"
        qtbot.waitUntil(lambda: f"not fit into a picture of {size}:" in page.result.reason)
        assert page.result.pixels is None
        assert page.original.pixels.shape[:2] == (1, 1)
        assert not page.arithmetic.unpin_button.isEnabled()
        names = {action.text().replace("&", ""): action for action in page.menu_actions}
        for name in ("Save picture…", "Copy picture", "Copy as Python"):
            assert not names[name].isEnabled()
        choose(folds.geometry_fold, folds.geometry_panel.mode, "same")
        qtbot.waitUntil(lambda: page.result.pixels is not None)
        assert names["Save picture…"].isEnabled()

    assert journey([str(photo)], steps) == 0


def test_looking_at_another_step_closes_the_enlarged_editor_for_good(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        pick(qtbot, page.strip.add_button, "ReLU")
        convolution, relu = page.strip.cards
        QTest.mouseClick(convolution, LEFT)
        QTest.mouseClick(page.kernel_panel.enlarge, LEFT)
        assert page.enlarged.isVisible()
        for card in (relu, convolution):
            QTest.mouseClick(card, LEFT)
            assert not page.enlarged.isVisible()
            assert not page.kernel_panel.enlarge.isChecked()
        QTest.mouseClick(page.kernel_panel.enlarge, LEFT)
        assert page.enlarged.isVisible()
        # Wherever the focus is, as the hint says.
        page.kernel_panel.menu.setFocus()
        QTest.keyClick(page.kernel_panel.menu, Qt.Key.Key_Escape)
        assert not page.enlarged.isVisible()
        assert not page.kernel_panel.enlarge.isChecked()

    assert journey([str(photo)], steps) == 0


def test_steps_are_reordered_removed_and_switched_off_by_hand(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        strip = page.strip

        def kinds() -> list[type]:
            return [type(step.operation) for step in page.state.settings.steps]

        pick(qtbot, strip.add_button, "ReLU")
        pick(qtbot, strip.add_button, "Max pooling")
        assert kinds() == [Convolution, Relu, Pooling]
        # The last card is dragged to the front: pooling the picture, then the edges, cut at zero.
        card = strip.cards[2]
        start = QPoint(20, card.height() - 10)
        before_first = card.mapFrom(strip.cards[0].parentWidget(), strip.cards[0].pos())
        drag(card, start, QPoint(before_first.x() + 60, start.y()), before_first + QPoint(4, 40))
        assert kinds() == [Pooling, Convolution, Relu]
        pooled = grey_of(photo).reshape(20, 2, 30, 2).max(axis=(1, 3))
        QTest.mouseClick(strip.cards[2], LEFT, pos=start)
        wait_for(qtbot, page, np.maximum(convolve2d(pooled, GX, "same"), 0))
        # Space switches a step off, Delete removes it.
        QTest.keyClick(strip.cards[2], Qt.Key.Key_Space)
        assert not page.state.settings.steps[2].is_on
        QTest.keyClick(strip.cards[2], Qt.Key.Key_Delete)
        assert kinds() == [Pooling, Convolution]
        wait_for(qtbot, page, mid_grey(convolve2d(pooled, GX, "same")))
        QTest.mouseClick(strip.cards[1].remove_button, LEFT)
        assert kinds() == [Pooling]
        for count in (2, 3):
            undo(window)
            assert len(kinds()) == count

    assert journey([str(photo)], steps) == 0


def test_every_lesson_says_what_to_look_at_until_it_is_closed(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        page.lessons.menu().aboutToShow.emit()
        titles = [action.text() for action in page.lessons.menu().actions()]
        assert len(titles) == 8
        for title in titles:
            pick(qtbot, page.lessons, title)
            assert title in page.lesson_bar.text
            qtbot.waitUntil(lambda: page.result.pixels is not None)
        # A keyboard reaches what closes it.
        page.lesson_bar.close_button.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(page.lesson_bar.close_button, Qt.Key.Key_Space)
        assert not page.lesson_bar.isVisible()
        assert page.lesson_bar.text == ""
        assert isinstance(page.state.settings.step.operation, Dense)

    assert journey([str(photo)], steps) == 0


def test_a_click_on_the_input_offers_what_can_go_in(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        page = window.page("filter")
        card, menu = page.strip.input_card, page.sources
        with Image.open(photo) as image:
            red = np.asarray(image)[..., 0].astype(float)
        pick(qtbot, page.strip.add_button, "Max pooling")
        QTest.mouseClick(card, LEFT)
        qtbot.waitUntil(menu.isVisible)
        checked = [action.text() for action in menu.actions() if action.isChecked()]
        assert checked == ["Grey: brightness"]
        # Where a hand looks for it: over the card, and the arrow keys go on from what is in use.
        assert menu.geometry().bottom() <= card.mapToGlobal(QPoint(0, 0)).y() + 1
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
            QTest.keyClick(menu, key)
        qtbot.waitUntil(lambda: not menu.isVisible())
        assert page.state.settings.source == "red"
        assert page.state.settings.selected == 1  # the step that is looked at stays
        qtbot.waitUntil(lambda: card.content.name == "red channel")
        # By keys, and to look at it.
        window.activateWindow()
        card.setFocus()
        QTest.keyClick(card, Qt.Key.Key_Return)
        qtbot.waitUntil(menu.isVisible)
        look = menu.actionGeometry(menu.actions()[-1]).center()
        QTest.mouseClick(menu, LEFT, pos=look)
        qtbot.waitUntil(lambda: page.state.settings.selected == 0)
        qtbot.waitUntil(lambda: np.array_equal(page.original.pixels, red))
        window.activateWindow()  # as a window manager does once a menu is gone
        qtbot.waitUntil(window.isActiveWindow)
        undo(window)
        assert page.state.settings.source == "grey"

    assert journey([str(photo)], steps) == 0
